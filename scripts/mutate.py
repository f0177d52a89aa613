#!/usr/bin/env python3
"""Takes our defences away, one after the other, and shows that the test of each notices (docs/defences.md).

    mutate.py check               whether every mutation still has its place, and every test that is named exists
    mutate.py run JOBS [PATTERN]  builds once with all mutations in it, then runs the tests of each

Tests/Mutations/*.toml lists them. All are compiled into one copy of the sources, .build-mutate/tree, as questions to
the environment: `original` becomes `(Mutant.on(17) ? (mutant) : (original))`. So one build serves for all of them,
and a run without any must be green."""

import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import test_names
from mutations import Fault, check, check_documents, mutate, place, read_mutations, root

folder = root / ".build-mutate"
tree = folder / "tree"
# What no test takes; one that takes longer waits for something that the mutant doesn't do any more.
TIMEOUT_SECONDS = 120
# What a test waits at most for something that a mutant never does: a third of the usual time.
DEADLINE_SECONDS = "10"
# Of Swift Testing: no test has the name that was asked for.
NO_TESTS = 69

MUTANT = """#if canImport(Glibc)
    internal import Glibc
#endif

/// Which defence is away in this process.
enum Mutant {
    private static let chosen = getenv("GATEWAY_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0

    static func on(_ number: Int) -> Bool { number == chosen }
}
"""


# The copy


def copy_sources(mutations):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True,
        check=True).stdout.decode()
    wanted = {name for name in listed.split("\0") if name and (root / name).is_file()}
    if (root / "Package.resolved").is_file():
        wanted.add("Package.resolved")
    files = place(mutations)
    targets = {pathlib.PurePath(name).parts[0] for name in files}
    contents = {f"Sources/{target}/Mutant.swift": MUTANT.encode() for target in targets}
    for file, group in files.items():
        contents[f"Sources/{file}"] = mutate((root / "Sources" / file).read_text(), group).encode()
    for name in wanted | set(contents):
        path = tree / name
        data = contents.get(name) or (root / name).read_bytes()
        # What is as it was keeps its time, so that it is not compiled again.
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if name in wanted:
            path.chmod((root / name).stat().st_mode)
    for path in tree.rglob("*"):
        if path.is_file() and str(path.relative_to(tree)) not in wanted | set(contents):
            path.unlink()


def build(jobs):
    scratch = folder / "build"
    if not scratch.exists() and (root / ".build/checkouts").exists():
        # What was fetched once need not be fetched again.
        scratch.mkdir(parents=True)
        for name in ("checkouts", "repositories"):
            shutil.copytree(root / ".build" / name, scratch / name, symlinks=True)
        shutil.copy(root / ".build/workspace-state.json", scratch)
    started = time.monotonic()
    command = ["swift", "build", "-j", jobs, "--scratch-path", str(scratch), "--build-tests"]
    if subprocess.run(command, cwd=tree).returncode != 0:
        raise Fault("the mutated sources do not compile")
    print(f"Built in {time.monotonic() - started:.0f} s.", flush=True)
    return scratch / "debug"


# Running


@dataclasses.dataclass
class Result:
    verdict: str
    seconds: float
    output: str

    @property
    def is_red(self):
        return self.verdict.startswith("RED")


def run_tests(products, expressions, number, timeout=TIMEOUT_SECONDS):
    command = [products / "gatewayPackageTests.xctest", "--testing-library", "swift-testing"]
    for expression in expressions:
        command += ["--filter", expression]
    environment = dict(
        os.environ, GATEWAY_MUTANT=str(number), GATEWAY_BIN=str(products / "gateway"), SWIFT_BACKTRACE="enable=no")
    if number:
        environment["GATEWAY_TEST_DEADLINE"] = DEADLINE_SECONDS
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=timeout)[0].decode(errors="replace")
        verdict = verdict_of(process.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output = process.communicate()[0].decode(errors="replace")
        verdict = f"RED (did not end in {timeout} s)"
    return Result(verdict, time.monotonic() - started, output)


def verdict_of(code):
    if code == 0:
        return "SURVIVED"
    if code == NO_TESTS:
        return "NO TEST"
    if code < 0:
        return f"RED (ended by {signal.Signals(-code).name})"
    return "RED" if code == 1 else f"RED (code {code})"


def run(mutations, jobs, pattern):
    faults = check(mutations)
    if faults:
        raise Fault("\n".join(faults))
    copy_sources(mutations)
    products = build(jobs)
    chosen = [each for each in mutations if re.search(pattern, f"{each.theme} {each.file} {each.id}")]
    if not chosen:
        raise Fault(f"no mutation's list, file or id matches {pattern}")
    known = test_names.find(root)
    expressions = sorted({known[name] for each in chosen for name in each.tests})
    print(f"Without a mutant: {len(expressions)} tests.", flush=True)
    plain = run_tests(products, expressions, 0, timeout=1800)
    keep_log("none", plain)
    ran = re.search(r"Test run with (\d+) tests?", plain.output)
    if plain.verdict != "SURVIVED" or not ran or int(ran[1]) != len(expressions):
        raise Fault(f"they are not all green, or not all there: .build-mutate/logs/none\n{plain.output[-3000:]}")
    print(f"All are green, in {plain.seconds:.0f} s.\n", flush=True)
    started = time.monotonic()
    failures = [each.id for each in chosen if not is_noticed(each, products, known)]
    print(f"\n{len(chosen)} mutants, {len(failures)} of them not noticed, in {time.monotonic() - started:.0f} s.")
    if failures:
        raise Fault("not noticed: " + " ".join(failures))


def is_noticed(mutation, products, known):
    """Each of the tests that are named must be red by itself."""
    noticed = True
    for name in mutation.tests:
        result = run_tests(products, [known[name]], mutation.number)
        keep_log(mutation.id, result)
        noticed = noticed and result.is_red
        print(
            f"{mutation.id:32} {result.verdict:9} {result.seconds:5.1f} s  {mutation.what}; {name.split(':')[0]}",
            flush=True)
    return noticed


def keep_log(name, result):
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    (folder / "logs" / name).write_text(result.output)


def main(arguments):
    try:
        mutations = read_mutations()
        match arguments:
            case ["check"]:
                faults = check(mutations) + check_documents(mutations)
                if faults:
                    raise Fault("\n".join(faults))
            case ["run", jobs, *pattern]:
                run(mutations, jobs, pattern[0] if pattern else "")
            case _:
                sys.exit(__doc__)
    except Fault as fault:
        sys.exit(f"mutate: {fault}")


main(sys.argv[1:])
