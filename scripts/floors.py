#!/usr/bin/env python3
"""floors.py [check | arrows TARGET]   Whether each target's folders stand in floors: an arrow only runs down.

An arrow runs from a file to each type that exactly one other file of its target declares at top level and that the file
names, in code and not in a comment or a string. The floors of a target are listed from the lowest to the highest below;
`.` is the target's own folder. Folders that share a floor may not name each other's types.
"""
import pathlib
import re
import sys

# From the lowest floor to the highest.
FLOORS = {
    "ProxyEngine": "Loop Grammar Messages TLS Overload HTTP2 Upstream Exchange Client Server",
    "Routes": "Octets Methods Diagnostics Language Settings Model Table Explanation Hosts Rules Statements Review Configuration Parsing",
    "AuthFilter": "Bytes Crypto JSON Claims Keys Token Decision Identity Inspection Mint Cache",
    "RateLimits": ".",
    "RedisBlacklist": "Protocol . Connection Rates Client Copy Administration",
    "Accounts": "Passwords Keys Store Sessions Endpoints .",
    "Gateway": "Basics Policy Log RateControl Metrics Decision Accounts Explain Service Commands .",
}

DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|internal|final|indirect)\s+)*"
    r"(?:class|struct|enum|protocol|actor|typealias)\s+(\w+)", re.M)
# What is no code: comments, and strings but for what is interpolated into them.
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
STRING = re.compile(r'"""(.*?)"""|"((?:\\.|[^"\\\n])*)"', re.S)
INTERPOLATION = re.compile(r"\\\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
WORD = re.compile(r"(?<![\w.`])[A-Z]\w*")


def code(text):
    """The text without comments, and of its strings only what is interpolated."""
    def inside(match):
        return " ".join(INTERPOLATION.findall(match.group(1) or match.group(2) or ""))
    parts, position = [], 0
    # Whichever begins first: a comment may hold quotation marks, a string slashes.
    both = re.compile(f"(?P<comment>{COMMENT.pattern})|(?P<string>{STRING.pattern})", re.S)
    for match in both.finditer(text):
        parts.append(text[position:match.start()])
        if match.group("string") is not None:
            parts.append(" ".join(INTERPOLATION.findall(match.group("string"))))
        position = match.end()
    return "".join(parts) + text[position:]


def arrows(target):
    """[(file, type, the file that declares it)] between folders of the target."""
    root = pathlib.Path("Sources") / target
    files = {path.relative_to(root): code(path.read_text()) for path in sorted(root.rglob("*.swift"))}
    declared = {}
    for path, text in files.items():
        for name in DECLARATION.findall(text):
            declared.setdefault(name, set()).add(path)
    home = {name: next(iter(paths)) for name, paths in declared.items() if len(paths) == 1}
    found = []
    for path, text in files.items():
        for name in sorted(set(WORD.findall(text))):
            if name in home and home[name].parent != path.parent:
                found.append((path, name, home[name]))
    return found


def folder(path):
    return path.parts[0] if len(path.parts) > 1 else "."


def check(target, order):
    """The complaints about one target."""
    floor = {name: height for height, names in enumerate(order.split()) for name in names.split("+")}
    complaints = []
    root = pathlib.Path("Sources") / target
    for path in sorted(root.rglob("*.swift")):
        if folder(path.relative_to(root)) not in floor:
            complaints.append(f"{path}: its folder has no floor in scripts/floors.py")
    for path, name, declaring in arrows(target):
        low, high = folder(path), folder(declaring)
        if low in floor and high in floor and low != high and floor[high] >= floor[low]:
            complaints.append(f"Sources/{target}/{path}: an arrow runs up, to {name} of {declaring}")
    return complaints


def main(arguments):
    if arguments[:1] == ["arrows"]:
        for path, name, declaring in arrows(arguments[1]):
            print(f"{path} -> {declaring} ({name})")
        return 0
    targets = {path.parts[1] for path in pathlib.Path("Sources").rglob("*.swift")}
    complaints = [f"Sources/{target}: it has no floors in scripts/floors.py" for target in sorted(targets - set(FLOORS))]
    for target, order in FLOORS.items():
        complaints += check(target, order)
    print("\n".join(complaints) or f"floors: every arrow of {len(FLOORS)} targets runs down")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
