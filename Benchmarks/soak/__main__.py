"""Mixed load with faults for a given time, then an account of it. See Benchmarks/README.md.

    python3 Benchmarks/soak GATEWAY [--minutes 5] [--clients 24]
    python3 Benchmarks/soak --self-test
"""
import argparse
import collections
import os
import random
import signal
import sys
import tempfile
import threading
import time

import self_test
from account import Ledger, Readings, judge
from clients import Client, Tokens
from http2_clients import HTTP2Client
from surroundings import Gateway, Redis
from upstream import Upstream


class Trouble(threading.Thread):
    """Something fails every few seconds."""

    def __init__(self, gateway, upstream, redis, ledger, stop):
        super().__init__(daemon=True)
        self.gateway, self.upstream, self.redis, self.ledger, self.stopped = gateway, upstream, redis, ledger, stop
        self.counts = collections.Counter()

    def run(self):
        faults = {"upstream died": self.upstream_dies, "Redis died": self.redis_dies, "Redis froze": self.redis_freezes,
                  "reload": self.gateway.reload}
        try:
            while not self.stopped.wait(random.uniform(0.5, 3)):
                name = random.choice(list(faults))
                faults[name]()
                self.counts[name] += 1
        except Exception as error:      # without trouble the soak would show little, and pass
            self.ledger.violation("the faults ended: %r" % error)

    def upstream_dies(self):
        self.upstream.die()
        time.sleep(random.uniform(0, 0.5))
        self.upstream.start()

    def redis_dies(self):
        self.redis.kill()
        time.sleep(random.uniform(0, 1))
        self.redis.start()

    def redis_freezes(self):
        self.redis.freeze(random.uniform(0.1, 2))


def watch(gateway, ledger, seconds):
    """Prints how it goes. Megabytes at the end of the first third; ends early where the gateway does."""
    start, early = time.monotonic(), None
    while time.monotonic() - start < seconds and gateway.process.poll() is None:
        time.sleep(min(10, seconds / 10))
        passed, megabytes = time.monotonic() - start, gateway.megabytes()
        if early is None and passed > seconds / 3:
            early = megabytes
        print("%5.0f s  %8d requests  %5.1f MB  %4d descriptors" % (
            passed, ledger.issued, megabytes, gateway.descriptors()), flush=True)
    return early or 0


def descriptors_at_rest(gateway, before):
    """As soon as they are as few as before; after half a minute however many there are."""
    end = time.monotonic() + 30
    while gateway.descriptors() > before and time.monotonic() < end:
        time.sleep(0.5)
    return gateway.descriptors()


def end(gateway, ledger, idle, early):
    """The gateway's exit status and what it held before; it must not have ended by itself."""
    if gateway.process.poll() is not None:
        ledger.violation("the gateway ended by itself, with %s" % gateway.process.poll())
        return Readings(early, early, idle, idle, gateway.process.poll())
    late_descriptors, late = descriptors_at_rest(gateway, idle), gateway.megabytes()
    print("memory %.1f → %.1f MB, descriptors %d → %d" % (early, late, idle, late_descriptors))
    return Readings(early, late, idle, late_descriptors, gateway.end())


def soak(gateway, redis, upstream, seconds, count):
    ledger, stop = Ledger(), threading.Event()
    tokens = Tokens(gateway.tokens(100_000), redis)
    time.sleep(1)
    idle = gateway.descriptors()
    trouble = Trouble(gateway, upstream, redis, ledger, stop)
    threads = [trouble]
    for number in range(count):     # every third speaks HTTP/2
        threads.append(HTTP2Client(gateway.tls_port, gateway.certificate, tokens, ledger, stop) if number % 3 == 1
                       else Client(gateway.port, tokens, ledger, stop))
    for thread in threads:
        thread.start()
    early = watch(gateway, ledger, seconds)
    stop.set()
    for thread in threads:
        thread.join(60)
        if thread.is_alive():
            ledger.violation("%s hangs" % thread.name)
    readings = end(gateway, ledger, idle, early)
    with open(gateway.log, encoding="utf-8") as log:
        faults = judge(ledger, log, readings)
    print("%d requests, of which %d were answered and are looked for in the log" % (ledger.issued, len(ledger.reached)))
    print("outcomes:", ", ".join("%s: %d" % pair for pair in sorted(ledger.outcomes.items(), key=str)))
    print("troubles:", ", ".join("%s: %d" % pair for pair in sorted(trouble.counts.items())))
    return faults


def report(faults, gateway):
    for fault in faults:
        print("FAULT:", fault)
    if faults:
        with open(gateway.errors) as errors:
            print("the gateway's last words:\n" + errors.read()[-3000:])
    print("soak: %s" % ("FAILED" if faults else "nothing lost, nothing hung, nothing grew"))
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway", nargs="?")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test.run()
    if arguments.gateway is None or arguments.minutes <= 0 or arguments.clients < 2:
        parser.error("the gateway's binary, a time above nothing, and at least two clients are needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    started = []
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as folder:
        try:
            upstream, redis = Upstream(), Redis(folder)
            started.append(redis)
            gateway = Gateway(os.path.abspath(arguments.gateway), folder, upstream.port, redis.port)
            started.append(gateway)
            sys.exit(report(soak(gateway, redis, upstream, arguments.minutes * 60, arguments.clients), gateway))
        finally:
            for program in reversed(started):
                program.kill()


main()
