#!/usr/bin/python3
"""What a request costs over HTTP/2, beside HAProxy: h2load, TLS, GET of 64 octets.

    Benchmarks/http2.py GATEWAY [OTHER_GATEWAY …] [--rounds 3] [--requests 60000] [--connections 8] [--streams 16]

Several gateways are compared in turn, so that a change can be judged: before and after. Each has a core of its own, with one
thread; the load and the upstream (nginx) have the others. Needs haproxy, nginx, h2load (nghttp2-client) and openssl.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench"))
import peers
import programs


def certificate(folder):
    key, pem, both = (os.path.join(folder, name) for name in ("tls.key", "tls.pem", "both.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", pem],
        check=True, capture_output=True)
    with open(both, "w") as file:
        file.write(open(pem).read() + open(key).read())
    return pem, key, both


def measure(program, token, arguments, cores, http1=False):
    """CPU microseconds of a request, and requests a second; ends with a message where one was not answered with 200."""
    def load(count):
        return subprocess.run(
            programs.pinned(cores, ["h2load", "-n", str(count), "-c", str(arguments.connections), "-m",
                                    "1" if http1 else str(arguments.streams), *(["--h1"] if http1 else []),
                                    "-H", "Authorization: Bearer " + token, "https://127.0.0.1:%d/x" % program.port]),
            capture_output=True, text=True, timeout=300).stdout
    load(arguments.requests // 10)
    before = program.cpu_seconds()
    output = load(arguments.requests)
    cpu = program.cpu_seconds() - before
    if "%d succeeded, 0 failed" % arguments.requests not in output or "status codes: %d 2xx" % arguments.requests not in output:
        raise SystemExit("%s:\n%s" % (program.name, output))
    return cpu / arguments.requests * 1e6, float(re.search(r"([\d.]+) req/s", output)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateways", nargs="+")
    for option, default in (("rounds", 3), ("requests", 60_000), ("connections", 8), ("streams", 16)):
        parser.add_argument("--" + option, type=int, default=default)
    parser.add_argument("--http1", action="store_true", help="the same over HTTP/1.1")
    arguments = parser.parse_args()
    proxy, load = programs.CORES[:1], programs.CORES[1:] or programs.CORES
    with tempfile.TemporaryDirectory(prefix="gateway-http2-") as folder:
        os.chmod(folder, 0o755)
        try:
            pem, key, both = certificate(folder)
            upstream = programs.upstream(folder, load)
            contestants = [peers.haproxy(folder, upstream.port, proxy, tls=both)]
            for number, binary in enumerate(arguments.gateways):
                contestants.append(programs.gateway(
                    folder, upstream.port, proxy, os.path.abspath(binary), name="gateway-%d" % (number + 1), tls=(pem, key)))
            token = programs.tokens(os.path.abspath(arguments.gateways[0]), contestants[1].configuration)[0]
            compare(contestants, token, arguments, load)
        finally:
            programs.Program.end_all()


def compare(contestants, token, arguments, cores):
    figures = {program.name: [] for program in contestants}
    for number in range(arguments.rounds):
        base = None
        for program in contestants if number % 2 == 0 else contestants[:1] + contestants[:0:-1]:
            cost, rate = measure(program, token, arguments, cores, arguments.http1)
            base = base or cost
            figures[program.name].append((cost, rate, cost / base))
    print("%-12s %8s %9s %s" % ("program", "CPU µs", "req/s", "ratio to haproxy (min–max)"))
    for name, runs in figures.items():
        cost, rate, ratio = (statistics.median(column) for column in zip(*runs))
        ratios = [run[2] for run in runs]
        print("%-12s %8.1f %9.0f %.2f (%.2f–%.2f)" % (name, cost, rate, ratio, min(ratios), max(ratios)))


main()
