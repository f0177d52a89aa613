#!/bin/bash
# strip-binary.sh FILE   Moves FILE's symbols and debug information to FILE.debug beside it, where debuggers and profilers find
# them by the link that FILE keeps. Nothing is done where there are none.
set -euo pipefail

[ -n "$(readelf -SW "$1" | grep -F .symtab || true)" ] || exit 0
objcopy --only-keep-debug "$1" "$1.debug"
chmod 644 "$1.debug"
strip --strip-all "$1"
# The link names a file, not a path.
cd "$(dirname "$1")"
name=$(basename "$1")
objcopy --add-gnu-debuglink="$name.debug" "$name"
