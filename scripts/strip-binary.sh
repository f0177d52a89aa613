#!/bin/bash
# strip-binary.sh FILE   Moves FILE's symbols and debug information to FILE.debug beside it, where debuggers and profilers find
# them by the link that FILE keeps. Nothing is done where there are none. FILE changes at once or not at all.
set -euo pipefail

# Not by a pipe into grep -q: readelf would be ended by it, and that is a failure here.
[[ $(readelf -SW "$1") == *.symtab* ]] || exit 0
cd "$(dirname "$1")"
name=$(basename "$1")
trap 'rm -f "$name.stripped"' EXIT
objcopy --only-keep-debug "$name" "$name.debug"
chmod 644 "$name.debug"
objcopy --strip-all --add-gnu-debuglink="$name.debug" "$name" "$name.stripped"
mv "$name.stripped" "$name"
