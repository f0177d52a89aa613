#!/bin/bash
# Runs a test command; when it fails, says once more at the end which tests failed and why: of thousands of lines a
# reader, and what a CI keeps of them, sees the last.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    echo
    echo "What failed:"
    grep -a -A 3 '✘' "$log" | grep -a -v -e '^◇' -e '^✔' -e '^--$' | tail -n 60
fi
exit "$status"
