"""The tests of the package by the names that documentation gives them: `Suite: What it says` or `Suite: function()`."""

import pathlib
import re

TYPE = re.compile(r"^(?:@Suite.*\s)?(?:package |private |fileprivate |final )*(?:struct|class|enum|extension|actor) (\w+)")
TEST = re.compile(r"^\s*@Test\b")
DISPLAY = re.compile(r'@Test\(\s*"((?:[^"\\]|\\.)*)"')
FUNCTION = re.compile(r"\bfunc (\w+)\(")


def find(root):
    """`Suite: name` → the regular expression by which Swift Testing finds it, for both names of each test."""
    names = {}
    for path in sorted((root / "Tests").glob("*/**/*.swift")):
        target = path.relative_to(root / "Tests").parts[0]
        suite, pending = None, None
        for line in path.read_text().splitlines():
            kind = TYPE.match(line)
            if kind:
                suite = kind[1]
            if TEST.match(line):
                pending = ""
            if pending is None:
                continue
            pending += line + "\n"
            function = FUNCTION.search(line)
            if function and suite:
                display = DISPLAY.search(pending)
                expression = rf"^{target}\.{suite}/{function[1]}\("
                names[f"{suite}: {function[1]}()"] = expression
                if display:
                    names[f"{suite}: {display[1]}"] = expression
                pending = None
    return names
