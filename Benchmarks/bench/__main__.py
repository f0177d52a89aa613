"""The gateway beside HAProxy, nginx and Envoy, over the work that users have. See Benchmarks/README.md.

    python3 Benchmarks/bench GATEWAY [--work "small tokens …"] [--peers "haproxy haproxy-jwt nginx"] [--seconds 4] [--rounds 3]
    python3 Benchmarks/bench GATEWAY --config routes.conf [--targets "GET /a as role=admin, /b as anonymous"]
"""
import argparse
import json
import os
import platform
import resource
import signal
import statistics
import sys
import tempfile
import time

import envoy
import load
import own
import peers
import plots
import programs

WORK = ("small", "steady", "tokens", "rs256", "refused", "bodies", "uploads", "idle", "rules", "cores")
PEERS = ("haproxy", "haproxy-jwt", "nginx", "envoy", "envoy-jwt")
IDLE = 2000
MEGABYTE = 1 << 20


class Bench:
    def __init__(self, arguments, folder):
        self.binary, self.seconds, self.rounds, self.folder = arguments.gateway, arguments.seconds, arguments.rounds, folder
        self.peers_wanted = arguments.peers
        self.proxy_cores, self.load_cores = programs.CORES[:1], programs.CORES[1:] or programs.CORES
        self.upstream = programs.upstream(folder, self.load_cores)
        self.results = []

    def peer(self, kind, **options):
        where = (self.folder, self.upstream.port, self.proxy_cores)
        if kind == "nginx":
            return peers.nginx(*where)
        make = envoy.envoy if kind.startswith("envoy") else peers.haproxy
        return make(*where, kind.endswith("-jwt"), **options)

    def peers(self, *excluded):
        """HAProxy as a proxy alone is always there: it is what the others are compared with."""
        return [self.peer(name) for name in PEERS if (name == "haproxy" or name in self.peers_wanted) and name not in excluded]

    def gateway(self, **options):
        return programs.gateway(self.folder, self.upstream.port, self.proxy_cores, self.binary, **options)

    def compare(self, work, contestants, path, tokens, measure=load.measure, **options):
        """All in turn, in every round; the ratio is to the first of them in the same round."""
        rows = {program.name: [] for program in contestants}
        for number in range(self.rounds):
            base = None
            for program in contestants if number % 2 == 0 else contestants[:1] + contestants[:0:-1]:
                figures = measure(program, path, tokens, self.folder, self.load_cores, self.seconds, **options)
                base = base or figures
                figures["ratio"] = figures["CPU µs"] / base["CPU µs"]
                rows[program.name].append(figures)
        for program in contestants:
            runs = rows[program.name]
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            medians["ratios"] = [run["ratio"] for run in runs]
            self.report(work, program.name, medians)
            program.end()

    def report(self, work, name, figures):
        self.results.append({"work": work, "program": name, **figures})
        print("%-10s %-16s %9.0f %8.2f %9.2f %6.2f (%.2f–%.2f) %8d %8d %7.1f" % (
            work, name, figures["requests/s"], figures["CPU µs"], figures["kernel µs"], figures["ratio"],
            min(figures["ratios"]), max(figures["ratios"]), figures["p50 µs"], figures["p99 µs"], figures["MB"]), flush=True)

    # MARK: The kinds of work

    def against_all(self, work, path, count=1, length=programs.LENGTH, **options):
        gateway = self.gateway()
        tokens = programs.tokens(self.binary, gateway.configuration, count)
        self.compare(work, [*self.peers(), gateway], path, tokens, length=length, **options)

    def small(self): self.against_all("small", "/x")
    def tokens(self): self.against_all("tokens", "/x", count=10_000)
    def bodies(self): self.against_all("bodies", "/large", connections=16, length=MEGABYTE)
    def uploads(self): self.against_all("uploads", "/x", connections=16, method="POST", octets=MEGABYTE)

    def steady(self):
        """As many requests a second for each, half of what the slowest is capable of."""
        contestants = [*self.peers(), self.gateway()]
        tokens = programs.tokens(self.binary, contestants[-1].configuration)
        most = min(load.measure(program, "/x", tokens, self.folder, self.load_cores, 1)["requests/s"] for program in contestants)
        self.compare("steady", contestants, "/x", tokens, load.steady, status=200, length=programs.LENGTH, rate=most / 2)

    def rs256(self):
        """HAProxy's example has HS256 only."""
        private, public = programs.key_pair(self.folder)
        gateway, contestants = self.gateway(key=public), self.peers("haproxy-jwt", "envoy-jwt")
        if "envoy-jwt" in self.peers_wanted:
            contestants.append(self.peer("envoy-jwt", public_key=public))
        tokens = programs.tokens(self.binary, gateway.configuration, 10_000, private)
        self.compare("rs256", [*contestants, gateway], "/x", tokens, length=programs.LENGTH)

    def refused(self):
        """Those that verify tokens; a proxy alone refuses nobody."""
        checking = ["haproxy-jwt"] + [name for name in self.peers_wanted if name == "envoy-jwt"]
        self.compare("refused", [*map(self.peer, checking), self.gateway()], "/x", [], status=401)

    def rules(self):
        few, many = self.gateway(rules=10, name="10-rules"), self.gateway(rules=10_000, name="10000-rules")
        tokens = programs.tokens(self.binary, few.configuration)
        self.compare("rules", [few, many], "/items-00003/7", tokens, length=programs.LENGTH)

    def cores(self):
        """With 1, 2, 4… threads, HAProxy and the gateway. The load has the same cores, all of them."""
        self.proxy_cores = self.load_cores = programs.CORES
        counts = sorted({1, len(programs.CORES), *[count for count in (2, 4, 8, 16, 32) if count < len(programs.CORES)]})
        contestants = []
        for count in counts:
            contestants += [self.peer("haproxy", threads=count, name="haproxy-%d" % count),
                            self.gateway(threads=count, name="gateway-%d" % count)]
        tokens = programs.tokens(self.binary, contestants[1].configuration)
        self.compare("cores", contestants, "/x", tokens, length=programs.LENGTH)
        self.proxy_cores, self.load_cores = programs.CORES[:1], programs.CORES[1:] or programs.CORES

    def idle(self):
        gateway = self.gateway()
        token = programs.tokens(self.binary, gateway.configuration)[0]
        for program in [*self.peers(), gateway]:
            octets = load.idle(program, "/x", token, IDLE)
            program.end()
            self.results.append({"work": "idle", "program": program.name, "octets": octets})
            print("%-10s %-16s %9.0f octets for each of %d connections" % ("idle", program.name, octets, IDLE), flush=True)


def compare_with_peers(arguments, folder):
    bench = Bench(arguments, folder)
    print("%-10s %-16s %9s %8s %9s %-18s %8s %8s %7s" % (
        "work", "program", "req/s", "CPU µs", "of kernel", "ratio (min–max)", "p50 µs", "p99 µs", "MB"), flush=True)
    try:
        for work in arguments.work:
            getattr(bench, work)()
    finally:
        if bench.results:
            save(arguments, "results.json", bench.results)
            plots.draw(bench.results, arguments.output)


def measure_own(arguments, folder):
    results, faults = own.measure(arguments, folder)
    save(arguments, "own.json", results)
    if faults:
        raise SystemExit("%d targets did not answer as they should" % faults)


def save(arguments, name, results):
    os.makedirs(arguments.output, exist_ok=True)
    about = {"date": time.strftime("%Y-%m-%d %H:%M:%S%z"), "machine": platform.platform(), "cores": len(programs.CORES),
             "load average": os.getloadavg()[0], "seconds": arguments.seconds, "rounds": arguments.rounds}
    with open(os.path.join(arguments.output, name), "w") as file:
        json.dump({**about, "results": results}, file, indent=1, ensure_ascii=False)


def some_of(known):
    def parse(text):
        wanted = text.replace(",", " ").split()
        unknown = [word for word in wanted if word not in known]
        if unknown or not wanted:
            raise argparse.ArgumentTypeError("%s: expected some of %s" % (" ".join(unknown) or "nothing", ", ".join(known)))
        return wanted
    return parse


def at_least_one(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("%s: expected a number from 1" % text)
    return int(text)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway")
    parser.add_argument("--work", type=some_of(WORK), default=list(WORK))
    parser.add_argument("--peers", type=some_of(PEERS), default=["haproxy", "haproxy-jwt", "nginx"])
    parser.add_argument("--seconds", type=at_least_one, default=4)
    parser.add_argument("--rounds", type=at_least_one, default=3)
    parser.add_argument("--config")
    parser.add_argument("--targets")
    parser.add_argument("--key", help="the private key for tokens that are not signed with a secret")
    parser.add_argument("--output", default=".build/bench")
    arguments = parser.parse_args()
    arguments.gateway = os.path.abspath(arguments.gateway)
    return arguments


def main():
    arguments = parsed()
    if programs.missing():
        raise SystemExit("not installed: %s" % " ".join(programs.missing()))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        os.chmod(folder, 0o755)
        try:
            (measure_own if arguments.config else compare_with_peers)(arguments, folder)
        finally:
            programs.Program.end_all()


main()
