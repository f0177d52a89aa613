#!/usr/bin/env python3
"""Checks that unsafe code explains itself (docs/memory-safety.md).

    unsafe-code.py             checks the repository
    unsafe-code.py --self-test whether the checks find what they are for

What the compiler is told to believe, such as `@unchecked Sendable`, stands below a comment with "Proof:" in it, in the
product and in the tests. And each file of the product that goes past the compiler's checks of memory is in the
document's list, which names no other."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = "docs/memory-safety.md"
BELIEVED = re.compile(r"nonisolated\(unsafe\)|@unchecked\b|unowned\(unsafe\)|unsafeBitCast|unsafeDowncast|@_unsafe")
UNSAFE = re.compile(
    r"Unsafe\w*(Pointer|Allocation|Bytes)|\bunsafe[A-Z]\w*|[uU]nmanaged\b|OpaquePointer|[\[(]unchecked: |assumingMemoryBound"
    r"|\bwithUnsafe\w*|import C[A-Z]\w+")


def code(line):
    """Without its comment. A string that holds // is cut too, which hides no declaration."""
    return line.split("//")[0]


def unproven(text):
    """The numbers of lines that ask to be believed without a proof directly above."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not BELIEVED.search(code(line)):
            continue
        above = number - 1
        while above >= 0 and lines[above].strip().startswith("@"):
            above -= 1
        comment = []
        while above >= 0 and lines[above].strip().startswith("//"):
            comment.append(lines[above])
            above -= 1
        if not any("Proof: " in line for line in comment):
            yield number + 1


def is_unsafe(text):
    return any(UNSAFE.search(code(line)) for line in text.splitlines())


def check():
    faults = []
    for folder in ["Sources", "Tests", "Fuzz", "Benchmarks"]:
        for path in sorted((root / folder).rglob("*.swift")):
            name = path.relative_to(root)
            for number in unproven(path.read_text()):
                faults.append(f"{name}:{number}: asks the compiler to believe it, without a \"Proof:\" directly above")
    unsafe = {
        str(path.relative_to(root)) for path in (root / "Sources").rglob("*.swift") if is_unsafe(path.read_text())
    }
    listed = set(re.findall(r"`(Sources/[\w+/.-]+\.swift)`", (root / DOCUMENT).read_text()))
    faults += [f"{name}: has unsafe code, and is not in {DOCUMENT}" for name in sorted(unsafe - listed)]
    faults += [f"{DOCUMENT}: {name} has no unsafe code, or is not there" for name in sorted(listed - unsafe)]
    sys.exit("\n".join(faults) if faults else 0)


def self_test():
    proven = "/// A key.\n///\n/// Proof: nobody writes it.\n@frozen\nfinal class A: @unchecked Sendable {"
    examples = [
        (list(unproven(proven)), []),
        (list(unproven("\n" + proven.replace("Proof", "Sendable"))), [6]),
        (list(unproven(proven.replace("///\n/// Proof", "\n// x\nlet a = 1\n/// Proof"))), []),
        (list(unproven("// Proof: x\nlet a = 1\nnonisolated(unsafe) var b = 1")), [3]),
        (list(unproven("let a = 1  // no @unchecked Sendable here")), []),
        (is_unsafe("let a = bytes[unchecked: 1]"), True),
        (is_unsafe("func f(_ a: UnsafeRawBufferPointer) {}"), True),
        (is_unsafe("internal import COpenSSL"), True),
        (is_unsafe("import Collections\n// UnsafePointer\nlet isUnsafe = 1"), False),
    ]
    wrong = [number for number, (found, expected) in enumerate(examples, 1) if found != expected]
    sys.exit(f"examples {wrong} are judged wrongly" if wrong else 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            check()
        case ["--self-test"]:
            self_test()
        case _:
            sys.exit(__doc__)
