#!/usr/bin/env python3
"""Runs the tests with a sanitizer in them and in the gateway (docs/memory-safety.md).

    sanitized.py run SANITIZER [FILTER]
    sanitized.py self-test SANITIZER

SANITIZER is `address` or `thread`. All is built already, into .build-asan or .build-tsan; reports go there as well."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

root = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = {"address": root / ".build-asan", "thread": root / ".build-tsan"}
# How many times longer the harness waits.
PATIENCE = {"address": 3, "thread": 6}
# What a program says by its exit status when there was a report.
EXIT_CODE = 86
# The plants of Tests/Sanitizers/Plants, and what the report must say; none for the one that is no bug.
PLANTS = {
    "address": [
        ("overrun", "AddressSanitizer: heap-buffer-overflow"),
        ("freed", "AddressSanitizer: heap-use-after-free"),
        ("leak", "LeakSanitizer: detected memory leaks"),
    ],
    "thread": [("race", "ThreadSanitizer: data race"), ("mutex", None)],
}
# A suite of the wire tests that is small.
SMALL = "WireTests.InterimWireTests"


def environment(sanitizer, reports, plant):
    common = f"log_path={reports}/report:log_exe_name=1:exitcode={EXIT_CODE}"
    suppressions = root / "Tests/Sanitizers"
    variables = {
        "GATEWAY_SANITIZER": sanitizer,
        "GATEWAY_BIN": str(FOLDERS[sanitizer] / "release/gateway"),
        "GATEWAY_TEST_PATIENCE": str(PATIENCE[sanitizer]),
        # Swift's own report of a crash would take its time, and the signal from the sanitizer.
        "SWIFT_BACKTRACE": "enable=no",
        "ASAN_OPTIONS": f"{common}:detect_leaks=1",
        "LSAN_OPTIONS": f"{common}:suppressions={suppressions}/leak.supp:print_suppressions=0",
        "TSAN_OPTIONS": f"{common}:suppressions={suppressions}/thread.supp:print_suppressions=0",
    }
    if plant:
        variables["GATEWAY_SANITIZER_PLANT"] = plant
    return dict(os.environ, **variables)


def tests(sanitizer, pattern, plant="", output=None):
    """Runs them; gives the exit code and the reports of all processes."""
    folder = FOLDERS[sanitizer]
    reports = folder / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    command = [
        "swift", "test", "-c", "release", "--scratch-path", folder, f"--sanitize={sanitizer}", "--skip-build",
        "--disable-testable-imports", "--disable-xctest",
    ]
    if pattern:
        command += ["--filter", pattern]
    if output is None:
        command.insert(0, root / "scripts/with-failures-last.sh")
    code = subprocess.run(
        command, cwd=root, env=environment(sanitizer, reports, plant), stdout=output,
        stderr=subprocess.STDOUT if output else None).returncode
    return code, sorted(reports.iterdir())


def demangled(text):
    result = subprocess.run(["swift-demangle", "--simplified"], input=text, capture_output=True, text=True)
    return result.stdout if result.returncode == 0 else text


def findings(text):
    """The reports of one process: each begins with its headline."""
    parts = re.split(r"(?m)^(?==+\n)?(?=.*(?:WARNING|ERROR): \w+Sanitizer)", text)
    return [part.strip() for part in parts if "Sanitizer" in part]


def show(reports):
    """Every kind of finding once, with the number of times it was told."""
    kinds = {}
    for path in reports:
        for text in findings(path.read_text(errors="replace")):
            summary = re.search(r"SUMMARY: (.*)", text)
            kind = re.sub(r"\(\S+\+0x\w+\)|0x\w+|\b\d+\b", "…", summary.group(1) if summary else text[:200])
            kinds.setdefault(kind, []).append((path, text))
    for number, (kind, found) in enumerate(sorted(kinds.items(), key=lambda item: -len(item[1])), 1):
        path, text = found[0]
        print(f"\n── {number}. told {len(found)} times, first in {path}")
        print(demangled(text[:6000]))


def run(sanitizer, pattern):
    started = time.time()
    code, reports = tests(sanitizer, pattern)
    seconds = time.time() - started
    show(reports)
    if code or reports:
        told = f"{len(reports)} processes have written reports" if reports else "no reports"
        sys.exit(f"{sanitizer}: exit code {code} of the tests, {told} ({seconds:.0f} s)")
    print(f"{sanitizer}: all passed, and no process has written a report ({seconds:.0f} s)")


def self_test(sanitizer):
    """Each planted bug is told by the gateway that the tests start, and makes the run fail."""
    for plant, expected in PLANTS[sanitizer]:
        log = FOLDERS[sanitizer] / "self-test.log"
        with open(log, "w") as output:
            code, reports = tests(sanitizer, SMALL, plant, output)
        own = [path for path in reports if ".gateway." in path.name]
        text = "".join(path.read_text(errors="replace") for path in own)
        if expected is None:
            if code or reports:
                show(reports)
                sys.exit(f"{plant}: is no bug, but was told as one, or the tests failed: see {log}")
            print(f"{plant:<10}not told, as it should be", flush=True)
            continue
        if expected not in text or len(own) < len(reports):
            show(reports)
            sys.exit(f"{plant}: not told by the gateway as \"{expected}\", or something else was: see {log}")
        print(f"{plant:<10}told by {len(own)} gateways as \"{expected}\"; exit code of the tests: {code}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", ("address" | "thread") as sanitizer, *pattern] if len(pattern) < 2:
            run(sanitizer, "".join(pattern))
        case ["self-test", ("address" | "thread") as sanitizer]:
            self_test(sanitizer)
        case _:
            sys.exit(__doc__)
