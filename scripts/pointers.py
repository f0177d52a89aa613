#!/usr/bin/env python3
"""pointers.py   Whether each Swift file that a page names is there, and declares what the page says of it: `File.swift` (`name`)."""
import pathlib
import re
import subprocess
import sys

FILE = re.compile(r"(?<![\w/.])((?:[\w+.-]+/)*[\w+]+\.swift)(?:`|\))(?:\s*\(((?:`[^`]+`(?:,\s*)?)+)\))?")
# Of a dependency, or of a reader's own project.
ELSEWHERE = {"GRDB.swift"}

listed = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True,
    check=True).stdout.split("\n")
sources = [name for name in listed if name.endswith(".swift") and pathlib.Path(name).is_file()]
pages = [name for name in listed if name.endswith(".md") and pathlib.Path(name).is_file()]


def complaints(page):
    text = pathlib.Path(page).read_text()
    for match in FILE.finditer(text):
        name, members = match.group(1), match.group(2)
        path = re.sub(r"^(\.\./)+", "", name)
        if pathlib.PurePath(path).name in ELSEWHERE:
            continue
        found = [source for source in sources if source == path or source.endswith("/" + path)]
        line = text.count("\n", 0, match.start()) + 1
        if not found:
            yield f"{page}:{line}: there is no {name}"
            continue
        for member in re.findall(r"`([A-Za-z_]\w*)[^`]*`", members or ""):
            if not any(re.search(rf"\b{member}\b", pathlib.Path(source).read_text()) for source in found):
                yield f"{page}:{line}: {name} has no {member}"


found = [complaint for page in pages for complaint in complaints(page)]
print("\n".join(found) or f"pointers: {len(pages)} pages name Swift files that are there")
sys.exit(1 if found else 0)
