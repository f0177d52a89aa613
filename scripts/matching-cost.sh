#!/bin/bash
# make matching-cost   Instructions that deciding one request costs, with 10 and with 10,000 rules,
# and with as many hosts.
# Counted by valgrind's callgrind, so the figures repeat; loading the file is taken out by the difference of two runs.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(mktemp)
trap 'rm -f "$program"' EXIT
objcopy --strip-debug .build/release/MatchingCost "$program"        # valgrind can't read this compiler's debug format
export SWIFT_DETERMINISTIC_HASHING=1
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
for kind in items deep hosts; do
  for rules in 10 10000; do
    few=$(count $kind $rules 1000)
    many=$(count $kind $rules 11000)
    echo "$kind, $rules rules: $(((many - few) / 10000)) instructions"
  done
done
