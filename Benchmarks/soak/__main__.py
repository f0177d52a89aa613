"""Mixed load with faults for a given time, then an account of it. See Benchmarks/README.md.

    python3 Benchmarks/soak GATEWAY [--minutes 5] [--clients 24] [--self-test]
"""
import argparse
import collections
import json
import os
import random
import sys
import tempfile
import threading
import time

from clients import Client, Ledger
from surroundings import Gateway, Redis, Upstream

# Allocators keep what they were given once: growth counts from the end of the first third.
MAX_GROWTH_MB = 16


def make_trouble(stop, gateway, upstream, redis, log):
    def upstream_dies():
        upstream.die()
        time.sleep(random.uniform(0, 0.5))
        upstream.start()

    def redis_dies():
        redis.kill()
        time.sleep(random.uniform(0, 1))
        redis.start()

    faults = [upstream_dies, redis_dies, lambda: redis.freeze(random.uniform(0.1, 2)), gateway.reload]
    names = ["upstream died", "Redis died", "Redis froze", "reload"]
    while not stop.wait(random.uniform(0.5, 3)):
        number = random.randrange(len(faults))
        faults[number]()
        log[names[number]] += 1


def logged_requests(path):
    """How often each numbered request is in the access log."""
    counts = collections.Counter()
    for line in open(path):
        name = json.loads(line)["path"].rsplit("/", 1)[-1] if '"path":"/' in line else ""
        if name.startswith("n"):
            counts[name] += 1
    return counts


def account(ledger, counts):
    """What is wrong between what clients saw and what was logged."""
    missing = [name for name in ledger.answered if counts[name] == 0]
    twice = [name for name, count in counts.items() if count > 1]
    faults = []
    if missing:
        faults.append("%d answered requests are not in the log, such as %s" % (len(missing), missing[0]))
    if twice:
        faults.append("%d requests are in the log more than once, such as %s" % (len(twice), twice[0]))
    return faults


def self_test():
    """The account finds what it is there to find."""
    ledger = Ledger()
    for name in ("n1", "n2"):
        ledger.note(name, 200, True)
    assert not account(ledger, collections.Counter({"n1": 1, "n2": 1}))
    assert account(ledger, collections.Counter({"n1": 1}))
    assert account(ledger, collections.Counter({"n1": 1, "n2": 2}))
    print("the account finds a line that is missing and one that is there twice")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway", nargs="?")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as folder:
        sys.exit(soak(os.path.abspath(arguments.gateway), arguments.minutes * 60, arguments.clients, folder))


def soak(binary, seconds, count, folder):
    upstream, redis = Upstream(), Redis(folder)
    gateway, ledger, stop, troubles = Gateway(binary, folder, upstream.port, redis.port), Ledger(), threading.Event(), \
        collections.Counter()
    tokens = gateway.tokens(100_000)
    time.sleep(1)
    idle_descriptors = gateway.descriptors()
    clients = [Client(gateway, redis, tokens, ledger, stop) for _ in range(count)]
    trouble = threading.Thread(target=make_trouble, args=(stop, gateway, upstream, redis, troubles))
    for thread in [*clients, trouble]:
        thread.start()
    start, early = time.monotonic(), None
    while time.monotonic() - start < seconds and gateway.process.poll() is None:
        time.sleep(min(10, seconds / 10))
        passed = time.monotonic() - start
        if early is None and passed > seconds / 3:
            early = gateway.megabytes()
        print("%5.0f s  %8d answers  %5.1f MB  %4d descriptors" % (
            passed, len(ledger.answered), gateway.megabytes(), gateway.descriptors()), flush=True)
    faults = [] if gateway.process.poll() is None else ["the gateway ended by itself: %s" % gateway.process.poll()]
    stop.set()
    for thread in [*clients, trouble]:
        thread.join(60)
        if thread.is_alive():
            faults.append("a client hangs")
    if not faults:
        time.sleep(8)
        late, descriptors = gateway.megabytes(), gateway.descriptors()
        if late - early > MAX_GROWTH_MB:
            faults.append("memory grew from %.1f to %.1f MB" % (early, late))
        if descriptors > idle_descriptors + 4:
            faults.append("descriptors: %d idle before, %d after" % (idle_descriptors, descriptors))
        print("memory %.1f → %.1f MB, descriptors %d → %d" % (early, late, idle_descriptors, descriptors))
    status = gateway.end()
    if status != 0:
        faults.append("exit status %s" % status)
    redis.kill()
    faults += ledger.violations[:20] + account(ledger, logged_requests(gateway.log))
    print("outcomes:", dict(sorted(ledger.outcomes.items(), key=str)))
    print("troubles:", dict(troubles))
    for fault in faults:
        print("FAULT:", fault)
    if faults:
        print(open(gateway.errors).read()[-3000:])
    print("soak: %s" % ("FAILED" if faults else "nothing lost, nothing hung, nothing grew"))
    return 1 if faults else 0


main()
