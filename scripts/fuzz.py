#!/usr/bin/env python3
"""Runs the fuzz targets (docs/fuzzing.md).

    fuzz.py run FUZZ SECONDS JOBS [TARGET...]
    fuzz.py self-test FUZZ

FUZZ is the built executable. Corpora that grow and findings lie in its build folder, .build-fuzz."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

TARGETS = [
    "request-head", "http2-request", "response-head", "chunked-body", "target", "routes-conf", "token", "claims",
    "redis-replies",
]
# The bug, the target that must find it, and what its log must say then: an objection of the harness, a report of
# AddressSanitizer, and a trap of Swift's.
PLANTS = [
    ("lost-octet", "chunked-body", "objection: "),
    ("overrun", "request-head", "AddressSanitizer: heap-buffer-overflow"),
    ("trap", "claims", "libFuzzer: deadly signal"),
]
PLANT_SECONDS = 60
# An input that takes longer, or a process that takes more, is a finding.
TIMEOUT_SECONDS = 10
MEMORY_MB = 2048
MAX_LENGTH = 4096

root = pathlib.Path(__file__).resolve().parent.parent
folder = root / ".build-fuzz"


def environment(plant=""):
    # Swift's own report of a crash would take its time, and the signal from libFuzzer.
    return dict(os.environ, SWIFT_BACKTRACE="enable=no", GATEWAY_FUZZ_PLANT=plant)


def fuzz(executable, target, work, findings, seconds, plant=""):
    """One run; gives its log and its exit code."""
    work.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    log = findings / "log"
    command = [
        executable, target, f"-max_total_time={seconds}", f"-timeout={TIMEOUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={MAX_LENGTH}", f"-dict={root}/Fuzz/Dictionaries/{target}.dict", "-print_final_stats=1",
        f"-artifact_prefix={findings}/", work, root / "Fuzz/Corpus" / target,
    ]
    with open(log, "wb") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment(plant)).returncode
    return log.read_text(errors="replace"), code


def artifacts(findings):
    names = ("crash-", "leak-", "timeout-", "oom-")
    return sorted(path for path in findings.iterdir() if path.name.startswith(names))


def number(pattern, log):
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


def run(executable, seconds, jobs, targets):
    unknown = [target for target in targets if target not in TARGETS]
    if unknown:
        sys.exit(f"no target {unknown[0]}; there are: {' '.join(TARGETS)}")

    def one(target):
        # Findings of earlier runs stay; this run's are what is new.
        findings = folder / "findings" / target
        before = set(artifacts(findings)) if findings.exists() else set()
        started = time.time()
        log, code = fuzz(executable, target, folder / "corpus" / target, findings, seconds)
        executions = number(r"number_of_executed_units: (\d+)", log)
        new = [path for path in artifacts(findings) if path not in before]
        rate = executions / max(time.time() - started, 1)
        edges, inputs = number(r"cov: (\d+)", log), number(r"corp: (\d+)/", log)
        print(f"{target:<15}{executions:>12}{rate:>10.0f}{edges:>8}{inputs:>8}{len(new) or bool(code):>10}", flush=True)
        return target, code, new, log

    print(f"{'target':<15}{'executions':>12}{'exec/s':>10}{'edges':>8}{'corpus':>8}{'findings':>10}", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(one, targets or TARGETS))
    failed = False
    for target, code, new, log in results:
        if code == 0 and not new:
            continue
        failed = True
        reason = re.search(r"^(objection: .*|.*(?:Fatal error|ERROR: ).*)$", log, re.MULTILINE)
        print(f"\n{target}: {reason.group(1)[:600] if reason else f'exit code {code}'}")
        for path in new:
            print(f"  {path}")
            print(f"  once more: SWIFT_BACKTRACE=enable=no {executable} {target} {path}")
        print(f"  log: {folder / 'findings' / target / 'log'}")
    sys.exit(1 if failed else 0)


def replay(executable, target, path, plant):
    command = [executable, target, path]
    return subprocess.run(command, capture_output=True, env=environment(plant)).returncode


def self_test(executable):
    """Each planted bug is found within a minute and told, its input repeats it, and is none without the bug."""
    for plant, target, expected in PLANTS:
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            corpus = sorted((root / "Fuzz/Corpus" / target).iterdir())
            if any(replay(executable, target, path, plant) for path in corpus):
                sys.exit(f"{plant}: the corpus of {target} holds it already, so finding it says nothing")
            started = time.time()
            log, code = fuzz(executable, target, place / "corpus", place / "findings", PLANT_SECONDS, plant)
            seconds = time.time() - started
            found = artifacts(place / "findings")
            if code == 0 or not found or expected not in log:
                print(log[-3000:])
                sys.exit(f"{plant}: not found by {target} in {PLANT_SECONDS} s, or not told as \"{expected}\"")
            if replay(executable, target, found[0], plant) == 0:
                sys.exit(f"{plant}: {found[0].name} does not repeat it")
            if replay(executable, target, found[0], "") != 0:
                sys.exit(f"{plant}: {found[0].name} is a finding without it")
            print(f"{plant:<12}found by {target} in {seconds:.0f} s, told as \"{expected.strip()}\"", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", executable, seconds, jobs, *targets]:
            run(executable, int(seconds), int(jobs), targets)
        case ["self-test", executable]:
            self_test(executable)
        case _:
            sys.exit(__doc__)
