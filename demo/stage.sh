# What both demonstrations need: starting and ending programs, finding ports, showing lines and checking their answers.
# Sourced by them with `check` set to yes or no.

gateway=${GATEWAY_BIN:-.build/release/gateway}
[ -x "$gateway" ] || { echo "There is no $gateway: run 'make build' first." >&2; exit 1; }

if [ $check = yes ]; then
  work=$(mktemp -d)
else
  work=.build/demo
  mkdir -p $work
fi

# --- what is started here, and its end

started=()
finish() {
  trap - EXIT INT TERM
  local i
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    kill "${started[i]}" 2>/dev/null || true
    wait "${started[i]}" 2>/dev/null || true
  done
  if [ $check = yes ]; then rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# As root, what is started runs as user 65534 without capabilities, where that user can read the checkout: as a service would.
least=()
if [ "$(id -u)" = 0 ]; then
  drop=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs)
  if "${drop[@]}" test -x "$gateway" -a -r routes.conf 2>/dev/null; then
    least=("${drop[@]}")
    # Programs below root's home are out of its reach.
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  fi
fi
# own FILE…: what those programs write or read
own() { [ ${#least[@]} = 0 ] || chown -R 65534:65534 "$@"; }

# start NAME COMMAND…: in the background, its output in a file; the interactive demo shows the gateway's log
start() {
  local name=$1; shift
  if [ $check = no ] && [ "$name" = gateway ]; then "${least[@]}" "$@" & else "${least[@]}" "$@" >"$work/$name.log" 2>&1 & fi
  started+=($!)
}

# until_ready NAME TEST…: waits for the process started last, at most ten seconds
until_ready() {
  local name=$1 tries; shift
  for ((tries = 0; tries < 200; tries++)); do
    if "$@" 2>/dev/null; then return; fi
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.05
  done
  echo "The $name did not start:" >&2
  if [ -f "$work/$name.log" ]; then cat "$work/$name.log" >&2; fi
  exit 1
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
ready() { [ "$(curl -s -m 2 --noproxy '*' -o "$work/ready" -w '%{http_code}' "http://127.0.0.1:$1/ready")" = 200 ]; }
# --- which ports: those of the configuration, or free ones for --check

port() { awk -v word="$1" -v field="$2" '$1 == word { sub(/.*:/, "", $field); print $field; exit }' "$3"; }

# free_ports N: so many ports that nobody uses
free_ports() {
  python3 -c '
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])' "$1"
}

# settle PORT WHOSE FILE…: the port in the files, or a free one in its place where another program has it
settle() {
  local number=$1 whose=$2 free; shift 2
  accepts "$number" || return 0
  free=$(free_ports 1)
  echo "Port $number is taken by another program: the $whose uses $free."
  sed -i "s/:$number\b/:$free/" "$@"
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
  if [ $check = yes ]; then
    printf '\n%s\n' "$([ $failed = 0 ] && echo "The demo does as it says." || echo "$failed lines of the demo failed.")"
    exit $((failed > 0))
  fi
  printf '\nThe log of the gateway follows. Ctrl-C ends everything.\n\n'
  wait -n "${started[@]}" || true
  echo "One of the programs ended: see $work/*.log" >&2
  exit 1
}
