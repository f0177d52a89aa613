#!/usr/bin/env python3
"""Writes, or checks, the table of characters that Unicode's NFKC turns into others.

  compatibility-characters.py write   writes the table from this Python's unicodedata
  compatibility-characters.py check   compares the table with it: every code point that it knows

`--newest` takes the package unicodedata2 instead, which follows Unicode closely.
"""
import pathlib
import re
import sys
import unicodedata

FILE = pathlib.Path(__file__).parent.parent / "Sources/Routes/Table/CompatibilityCharacters+Table.swift"
LAST = 0x110000
SEQUENCE = 1 << 31


def characters():
    return (code for code in range(LAST) if not 0xD800 <= code < 0xE000)


def expected(data):
    """Code points whose NFKC is not their NFC, or is ASCII, with what they become."""
    table = {}
    for code in characters():
        folded = data.normalize("NFKC", chr(code))
        if folded != data.normalize("NFC", chr(code)) or folded != chr(code) and folded.isascii():
            table[code] = folded
    return table


def packed(table):
    """Runs of (first, last, target), and the scalars of the sequences that they refer to."""
    runs, scalars = [], ""
    for code, text in sorted(table.items()):
        if len(text) == 1:
            if runs and runs[-1][1] == code - 1 and runs[-1][2] + code - runs[-1][0] == ord(text):
                runs[-1][1] = code
            else:
                runs.append([code, code, ord(text)])
            continue
        if text not in scalars:
            scalars += text
        runs.append([code, code, SEQUENCE | len(text) << 16 | scalars.index(text)])
    return runs, [ord(character) for character in scalars]


def lines(numbers):
    line = "       "
    for number in numbers:
        text = f" 0x{number:X},"
        if len(line) + len(text) > 120:
            yield line
            line = "       "
        line += text
    yield line


def write(data):
    runs, scalars = packed(expected(data))
    assert len(scalars) < 1 << 16
    FILE.write_text(
        "// Written by scripts/compatibility-characters.py, which also checks it.\n\n"
        "extension CompatibilityCharacters {\n"
        f"    /// The version of Unicode that the table was made from.\n"
        f'    static let unicodeVersion = "{data.unidata_version}"\n\n'
        "    /// Three numbers for each run of characters, ascending: the first, the last, and what the first becomes. The\n"
        "    /// others become the scalars after it. With the highest bit set, the third number is a sequence's length in\n"
        "    /// bits 16 to 30 and its place in `scalars` in the lower 16.\n"
        "    // swift-format-ignore\n"
        "    static let runs: [UInt32] = [\n"
        + "\n".join(lines(number for run in runs for number in run))
        + "\n    ]\n\n"
        "    /// The sequences' scalars.\n"
        "    // swift-format-ignore\n"
        "    static let scalars: [UInt32] = [\n" + "\n".join(lines(scalars)) + "\n    ]\n}\n"
    )
    print(f"{len(runs)} runs, {len(scalars)} scalars, Unicode {data.unidata_version}")


def numbers(name, source):
    return [int(number, 16) for number in re.findall(r"0x([0-9A-F]+)", re.search(name + r": \[UInt32\] = \[(.*?)\]", source, re.S)[1])]


def read():
    source = FILE.read_text()
    runs, scalars, table = numbers("runs", source), numbers("scalars", source), {}
    for first, last, target in zip(runs[::3], runs[1::3], runs[2::3]):
        for code in range(first, last + 1):
            if target & SEQUENCE:
                start, length = target & 0xFFFF, target >> 16 & 0x7FFF
                table[code] = "".join(map(chr, scalars[start:start + length]))
            else:
                table[code] = chr(target + code - first)
    return table


def check(data):
    table, truth = read(), expected(data)
    wrong = [
        code for code in characters()
        if data.category(chr(code)) != "Cn" and table.get(code) != truth.get(code)
    ]
    for code in wrong:
        print(f"U+{code:04X} becomes {truth.get(code)!r}, not {table.get(code)!r}", file=sys.stderr)
    print(f"{len(truth)} characters that NFKC changes, by Unicode {data.unidata_version}; {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    data = unicodedata
    if "--newest" in sys.argv:
        import unicodedata2
        data = unicodedata2
    if "write" in sys.argv:
        write(data)
    elif "check" in sys.argv:
        sys.exit(check(data))
    else:
        sys.exit(__doc__)
