#!/usr/bin/python3
"""Instructions in user space of one proxied request, and where they are spent: by callgrind, so a busy machine changes nothing.

    Benchmarks/instructions.py GATEWAY [OTHER_GATEWAY …] [--haproxy] [--copy] [--refused] [--top 40] [--requests 2000]

One kept-alive connection, GET of 64 octets: HS256 with a known token, a role, identity headers, no blacklist, no log. Each program
serves 500 requests first, which are not counted, as its start and end are not.
Needs valgrind, binutils and nginx; --haproxy counts HAProxy, which only proxies, too; --copy (redis-server) each gateway once more,
with a copy of a thousand logouts; with --refused the requests have no token, and are answered with 401.
"""
import argparse
import collections
import functools
import os
import re
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scripts"))
import least_user
import peers
import programs

BASE = 500

# What a function belongs to, by its name; the first that fits.
GROUPS = [
    ("", r"malloc|_int_free|^free|calloc|realloc|^__?mem|posix_memalign|arena|tcache|RefCount|SlowRelease|ObjectRetain"
         r"|swift_|^outlined |value witness|^swift::|^tuple_"),
    ("kernel's doors (libc)", r"^(epoll_|read$|recv|write$|writev|send|clock_gettime|__vdso|syscall|__errno|pthread_)"),
    ("SwiftNIO", r"NIO|ByteBuffer"),
    ("the engine", r"ProxyEngine"),
    ("tokens", r"AuthFilter|OPENSSL|EVP|CRYPTO|sha256"),
    ("rules", r"Routes"),
    ("the decision", r"Gateway\.|RedisBlacklist"),
]


def exchange(connection, request, count, status):
    """Sequential requests; ends with a message at any other status."""
    for _ in range(count):
        connection.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                raise SystemExit("the connection was closed behind %r" % head)
            head += received
        if not head.startswith(b"HTTP/1.1 %d" % status):
            raise SystemExit(head.decode("latin-1"))
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        rest = len(head.split(b"\r\n\r\n", 1)[1])
        while rest < length:
            rest += len(connection.recv(65536))


def as_its_user(program, command):
    """valgrind listens to its own user only, not to root."""
    return least_user.command(command) if program.unprivileged else command


def instructions(start, token, folder, count):
    """Of so many requests, with this token or without one: the instructions of each function, and those of each pair of caller and callee."""
    place = tempfile.mkdtemp(dir=folder)
    least_user.own(place)
    out = os.path.join(place, "callgrind")
    program = start(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out])
    authorization = "Authorization: Bearer %s\r\n" % token if token else ""
    request = ("GET /x HTTP/1.1\r\nHost: bench\r\n%sAccept: */*\r\n\r\n" % authorization).encode()
    with socket.create_connection(("127.0.0.1", program.port), 60) as connection:
        connection.settimeout(120)
        for number in (BASE, count):
            exchange(connection, request, number, 200 if token else 401)
            # Writes down what was counted since the last time.
            control = ["callgrind_control", "--dump", str(program.process.pid)]
            subprocess.run(as_its_user(program, control), check=True, capture_output=True, env=least_user.environment())
    program.end(patience=120)
    return read(out + ".2")


def read(path):
    """callgrind's file: https://valgrind.org/docs/manual/cl-format.html"""
    names, own, calls = {}, collections.Counter(), collections.Counter()
    caller = callee = None
    isCall = False

    def name(text):
        number, _, rest = text.strip().partition(" ")
        if rest:
            names[number] = rest.split("'")[0]
        return names[number]

    for line in open(path, errors="replace"):
        if line.startswith("fn="):
            caller = name(line[3:])
        elif line.startswith("cfn="):
            callee = name(line[4:])
        elif line.startswith("calls="):
            isCall = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            cost = int(line.split()[1])
            if isCall:
                calls[caller, callee] += cost
            else:
                own[caller] += cost
            isCall = False
    return own, calls


def demangled(names):
    done = subprocess.run(["swift", "demangle", "--compact"], input="\n".join(names), capture_output=True, text=True)
    return dict(zip(names, done.stdout.splitlines())) if done.returncode == 0 else {name: name for name in names}


def group(function):
    return next((group for group, pattern in GROUPS if re.search(pattern, function)), "the rest")


def report(name, counted, count, top):
    own, calls = ({key: cost / count for key, cost in part.items()} for part in counted)
    names = demangled(sorted({function for function in own} | {function for pair in calls for function in pair}))
    total = sum(own.values())
    # What Swift's runtime and the allocator do is done for whoever calls them.
    groups, causes = collections.Counter(), collections.Counter()
    for function, cost in own.items():
        groups[group(names[function])] += cost
    for (caller, callee), cost in calls.items():
        if not group(names[callee]) and group(names[caller]):
            causes[group(names[caller])] += cost
    print("\n%s: %d instructions a request" % (name, total))
    print("%9s %9s" % ("by itself", "in Swift's runtime, malloc, memcpy"))
    for label in sorted(filter(None, groups), key=lambda label: -groups[label] - causes[label]):
        print("%9d %9d  %s" % (groups[label], causes[label], label))
    print()
    for function, cost in sorted(own.items(), key=lambda item: -item[1])[:top]:
        print("%9.1f  %s" % (cost, names[function][:150]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateways", nargs="+")
    parser.add_argument("--haproxy", action="store_true")
    parser.add_argument("--copy", action="store_true")
    parser.add_argument("--refused", action="store_true")
    parser.add_argument("--top", type=int, default=40)
    parser.add_argument("--requests", type=int, default=2000)
    arguments = parser.parse_args()
    if arguments.refused and arguments.haproxy:
        parser.error("HAProxy refuses nobody here")
    with tempfile.TemporaryDirectory(prefix="gateway-instructions-") as folder:
        os.chmod(folder, 0o755)
        try:
            upstream = programs.upstream(folder, programs.CORES)
            redis = programs.redis(folder, programs.CORES, logouts=1000) if arguments.copy else None
            starts = []
            for number, path in enumerate(arguments.gateways):
                if b".symtab" not in subprocess.run(["readelf", "-SW", path], check=True, capture_output=True).stdout:
                    sys.exit("%s has no symbols, so no function would have a name: give a binary that is not stripped, as "
                             "make test builds it" % path)
                # valgrind can't read all of Swift's debug information; the symbols are enough.
                stripped = os.path.join(folder, "stripped-%d" % number)
                subprocess.run(["strip", "--strip-debug", "-o", stripped, path], check=True)

                def start(wrapper, path=stripped, number=number, blacklist=""):
                    return programs.gateway(
                        folder, upstream.port, programs.CORES, path, name="gateway-%d" % (number + 1), wrapper=wrapper,
                        blacklist=blacklist)
                starts.append((path, start))
                if redis:
                    starts.append((path + ", with a copy of the blacklist", functools.partial(start, blacklist=redis.url)))
            if arguments.haproxy:
                starts.append(("HAProxy", lambda wrapper: peers.haproxy(folder, upstream.port, programs.CORES, wrapper=wrapper)))
            plain = starts[0][1]([])
            token = None if arguments.refused else programs.tokens(os.path.abspath(arguments.gateways[0]), plain.configuration)[0]
            plain.end()
            for name, start in starts:
                report(name, instructions(start, token, folder, arguments.requests), arguments.requests, arguments.top)
        finally:
            programs.Program.end_all()


if __name__ == "__main__":
    main()
