# What both demonstrations need: starting and ending programs, finding ports, showing lines and checking their answers.
# Sourced by them with `check` set to yes or no.

gateway=${GATEWAY_BIN:-.build/release/gateway}
[ -x "$gateway" ] || { echo "There is no $gateway: run 'make build' first." >&2; exit 1; }

# --- what is started here, and its end

finish() {
  trap - EXIT
  trap '' INT TERM HUP
  local pid tries
  # The last first. What was started in the instant before a signal is among them.
  for pid in $(jobs -p | tac); do
    kill "$pid" 2>/dev/null || continue
    for ((tries = 0; tries < 100; tries++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  if [ $temporary = yes ]; then rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
work='' temporary=no
. demo/user.sh

# Until all has started: two demonstrations at once must not find the same port free.
exec 8<.
flock -w 60 8 || true

# start NAME COMMAND…: in the background, its output in a file; the interactive demo shows the gateway's log
start() {
  local name=$1; shift
  if [ $check = no ] && [ "$name" = gateway ]; then
    (cd "$place" && exec "${least[@]}" "$@" 8<&- 9<&-) &
  else
    (cd "$place" && exec "${least[@]}" "$@" 8<&- 9<&-) >"$work/$name.log" 2>&1 &
  fi
}

# until_ready NAME TEST…: waits for the process started last, at most ten seconds
until_ready() {
  local name=$1 pid=$! tries; shift
  for ((tries = 0; tries < 200; tries++)); do
    if "$@" 2>/dev/null; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  if [ -f "$work/$name.log" ]; then
    echo "The $name did not start:" >&2
    cat "$work/$name.log" >&2
  else
    echo "The $name did not start; its own words stand above." >&2
  fi
  exit 1
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
ready() { [ "$(curl -s -m 2 --noproxy '*' -o "$work/ready" -w '%{http_code}' "http://127.0.0.1:$1/ready")" = 200 ]; }
# tell_user: as what the process started last runs
tell_user() {
  awk '$1 == "Uid:" { user = $3 } $1 == "CapEff:" { capabilities = $2 }
       END { printf "The gateway runs as user %s, capabilities %s.\n", user, capabilities }' "/proc/$!/status"
}

# --- which ports

# choose NAME=PORT:WHOSE…: sets each NAME to a port that can be listened on; with --check to any
choose() {
  local any=() chosen
  if [ $check = yes ]; then any=(--any); fi
  chosen=$("${least[@]}" python3 - "${any[@]}" "$@" <demo/ports.py) || exit 2
  eval "$chosen"
}

# with_ports OLD=NEW…: standard input with the new ports for the old ones, all at once
with_ports() {
  local pair there=() back=()
  for pair in "$@"; do there+=(-e "s/:${pair%=*}\b/:@${pair%=*}@/") back+=(-e "s/:@${pair%=*}@/:${pair#*=}/"); done
  sed "${there[@]}" "${back[@]}"
}

# --- the tour

failed=0
answer=''
# step STATUS TEXT LINE: prints the line to paste; with --check runs it and compares the status.
# A STATUS of 0 is a command that has to succeed. The terminal it is pasted into knows no secret.
step() {
  printf '\n# %s\n%s\n' "$2" "$3"
  [ $check = yes ] || return 0
  if [ "$1" = 0 ]; then
    answer=$(env -u ACCESS_TOKEN_SECRET bash -c "$3" </dev/null 2>&1) && echo "  ok" && return
    failed=$((failed + 1)); printf '  FAILED:\n%s\n' "$answer"
    return
  fi
  answer=$(env -u ACCESS_TOKEN_SECRET bash -c "${3/curl /curl -s -m 10 --noproxy \'*\' }" </dev/null 2>&1 | tr -d '\r') || true
  if [[ $answer =~ ^HTTP/1.1\ $1\  ]]; then echo "  ok: $1"; return; fi
  failed=$((failed + 1)); printf '  FAILED: wanted %s, the answer was\n%s\n' "$1" "$answer"
}
# shows TEXT, hides TEXT: what the answer before must and must not contain
shows() { [ $check = no ] || grep -qF -- "$1" <<<"$answer" || { failed=$((failed + 1)); echo "  FAILED: no $1 in: $answer"; }; }
hides() { [ $check = no ] || ! grep -qF -- "$1" <<<"$answer" || { failed=$((failed + 1)); echo "  FAILED: $1 in: $answer"; }; }

# end_of_tour: with --check the verdict; else waits until one of the programs ends, which none should, or we are interrupted
end_of_tour() {
  exec 8<&-
  if [ $check = yes ]; then
    printf '\n%s\n' "$([ $failed = 0 ] && echo "The demo does as it says." || echo "$failed lines of the demo failed.")"
    exit $((failed > 0))
  fi
  printf '\nThe log of the gateway follows. Ctrl-C ends everything.\n\n'
  wait -n || true
  echo "One of the programs ended: see $work/*.log" >&2
  exit 1
}
