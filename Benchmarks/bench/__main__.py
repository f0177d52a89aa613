"""The gateway beside HAProxy and nginx, over the work that users have. See Benchmarks/README.md.

    python3 Benchmarks/bench GATEWAY [--work small,tokens,…] [--seconds 4] [--rounds 3] [--config routes.conf [--targets /a,/b]]
"""
import argparse
import json
import os
import resource
import statistics
import tempfile

import load
import plots
import programs

WORK = ("small", "tokens", "rs256", "refused", "bodies", "uploads", "idle", "rules", "cores")
IDLE = 2000


class Bench:
    def __init__(self, arguments, folder):
        self.binary, self.seconds, self.rounds, self.folder = arguments.gateway, arguments.seconds, arguments.rounds, folder
        self.proxy_cores, self.load_cores = programs.CORES[:1], programs.CORES[1:] or programs.CORES
        self.upstream = programs.upstream(folder, self.load_cores)
        self.results = []

    def peers(self):
        where = (self.folder, self.upstream.port, self.proxy_cores)
        return [programs.haproxy(*where, checks=False), programs.haproxy(*where, checks=True), programs.nginx(*where)]

    def gateway(self, **options):
        return programs.gateway(self.folder, self.upstream.port, self.proxy_cores, self.binary, **options)

    def compare(self, work, contestants, path, tokens, **options):
        """All in turn, in every round; the ratio is to the first of them in the same round."""
        rows = {program.name: [] for program in contestants}
        for number in range(self.rounds):
            base = None
            for program in contestants if number % 2 == 0 else contestants[:1] + contestants[:0:-1]:
                figures = load.measure(
                    program, path, tokens.get(program.name, tokens["*"]), self.folder, self.load_cores, self.seconds, **options)
                base = base or figures
                figures["ratio"] = figures["CPU µs"] / base["CPU µs"]
                rows[program.name].append(figures)
        for program in contestants:
            runs = rows[program.name]
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            medians["ratios"] = [run["ratio"] for run in runs]
            self.report(work, program.name, medians)
        for program in contestants:
            program.end()

    def report(self, work, name, figures):
        self.results.append({"work": work, "program": name, **figures})
        print("%-10s %-16s %9.0f %8.2f %6.2f (%.2f–%.2f) %8d %8d %7.1f" % (
            work, name, figures["requests/s"], figures["CPU µs"], figures["ratio"], min(figures["ratios"]),
            max(figures["ratios"]), figures["p50 µs"], figures["p99 µs"], figures["MB"]), flush=True)

    # MARK: The kinds of work

    def against_all(self, work, path, count=1, **options):
        gateway = self.gateway()
        self.compare(work, [*self.peers(), gateway], path,
                     {"*": programs.tokens(self.binary, gateway.configuration, count)}, **options)

    def small(self): self.against_all("small", "/x")
    def tokens(self): self.against_all("tokens", "/x", count=10_000)
    def bodies(self): self.against_all("bodies", "/large", connections=16)
    def uploads(self): self.against_all("uploads", "/x", connections=16, upload=True)

    def rs256(self):
        private, public = programs.key_pair(self.folder)
        gateway = self.gateway(key=public)
        plain = programs.haproxy(self.folder, self.upstream.port, self.proxy_cores, checks=False)
        self.compare("rs256", [plain, gateway], "/x",
                     {"*": programs.tokens(self.binary, gateway.configuration, 10_000, private)})

    def refused(self):
        checking = programs.haproxy(self.folder, self.upstream.port, self.proxy_cores, checks=True)
        self.compare("refused", [checking, self.gateway()], "/x", {"*": []}, refused=True)

    def rules(self):
        few, many = self.gateway(rules=10, name="10-rules"), self.gateway(rules=10_000, name="10000-rules")
        tokens = {"*": programs.tokens(self.binary, few.configuration)}
        self.compare("rules", [few, many], "/items-00003/7", tokens)

    def cores(self):
        self.proxy_cores = self.load_cores = programs.CORES
        counts = sorted({1, *[count for count in (2, 4, 8, 16, 32) if count < len(programs.CORES)], len(programs.CORES)})
        gateways = [self.gateway(threads=count, name="%d-threads" % count) for count in counts]
        self.compare("cores", gateways, "/x", {"*": programs.tokens(self.binary, gateways[0].configuration)})
        self.proxy_cores, self.load_cores = programs.CORES[:1], programs.CORES[1:] or programs.CORES

    def idle(self):
        gateway = self.gateway()
        token = programs.tokens(self.binary, gateway.configuration)[0]
        for program in [*self.peers(), gateway]:
            octets = load.idle(program, "/x", token, IDLE)
            program.end()
            self.results.append({"work": "idle", "program": program.name, "octets": octets})
            print("%-10s %-16s %9.0f octets for each of %d connections" % ("idle", program.name, octets, IDLE), flush=True)


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def own_configuration(arguments, folder):
    """The user's own file, as it is: its upstreams must be there, and its secrets in the environment."""
    configuration = os.path.abspath(arguments.config)
    words = [line.split() for line in open(configuration)]
    address = next((line[1] for line in words if line[:1] == ["listen"] and "{" not in line), None)
    if address is None:
        raise SystemExit("%s has no plain listener" % configuration)
    port = int(address.rsplit(":", 1)[1])
    # A second one would find the port taken.
    program = programs.Program(
        "gateway", [arguments.gateway, "run", "--config", configuration, "--threads", "1"], port, programs.CORES[:1], folder)
    tokens = programs.tokens(arguments.gateway, configuration)
    for target in arguments.targets.split(","):
        figures = load.measure(program, target, tokens, folder, programs.CORES[1:] or programs.CORES, arguments.seconds)
        print("%-30s %9.0f requests/s %8.2f CPU µs  p50 %d µs  p99 %d µs" % (
            target, figures["requests/s"], figures["CPU µs"], figures["p50 µs"], figures["p99 µs"]))
    program.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway")
    parser.add_argument("--work", default=",".join(WORK))
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--config")
    parser.add_argument("--targets", default="/")
    parser.add_argument("--output", default=".build/bench")
    arguments = parser.parse_args()
    arguments.gateway = os.path.abspath(arguments.gateway)
    wanted = arguments.work.replace(",", " ").split()
    unknown = [work for work in wanted if work not in WORK] + programs.missing()
    if unknown:
        raise SystemExit("unknown work, or not installed: %s; work is any of %s" % (", ".join(unknown), ", ".join(WORK)))
    raise_descriptor_limit()
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        os.chmod(folder, 0o755)
        if arguments.config:
            return own_configuration(arguments, folder)
        bench = Bench(arguments, folder)
        print("%-10s %-16s %9s %8s %-18s %8s %8s %7s" % (
            "work", "program", "req/s", "CPU µs", "ratio (min–max)", "p50 µs", "p99 µs", "MB"))
        try:
            for work in wanted:
                getattr(bench, work)()
        finally:
            bench.upstream.end()
        os.makedirs(arguments.output, exist_ok=True)
        with open(os.path.join(arguments.output, "results.json"), "w") as file:
            json.dump(bench.results, file, indent=1, ensure_ascii=False)
        plots.draw(bench.results, arguments.output)


main()
