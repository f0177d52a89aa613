# As which user the demonstrations' programs run, and where their files are. Sourced by stage.sh.
# Sets `least`, what stands before a command; `work`, the folder of their files; `place`, the folder they start in; `gateway`
# and `application`, which they start.

# Should this script be killed, the kernel ends what it started.
least=()
if command -v setpriv >/dev/null; then least=(setpriv --pdeathsig TERM); fi

# As root, what is started runs as user 65534 without capabilities, as a service would.
if [ "$(id -u)" = 0 ]; then
  [ ${#least[@]} -gt 0 ] || { echo "setpriv is missing, without which root can't start the gateway unprivileged: install util-linux, or run this as another user." >&2; exit 1; }
  least+=(--reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs)
  reason=$("${least[@]}" true 2>&1) || { echo "The gateway can't run unprivileged here ($reason): run this as another user than root." >&2; exit 1; }
  # Without the folders that user can't enter, such as those below root's home.
  PATH=$("${least[@]}" bash -c 'IFS=:; for folder in $PATH; do if [ -x "$folder" ]; then printf "%s:" "$folder"; fi; done')/bin
fi
# own FILE…: what those programs write or read
own() { [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$@"; }
# can TEST FILE: whether that user can; from elsewhere, since what a folder holds may be in reach where the folder is not
can() { "${least[@]}" bash -c 'cd / && test "$1" "$2"' bash "$@"; }

command -v python3 >/dev/null || { echo "There is no python3 that the demonstration's user may run: install Debian's python3." >&2; exit 1; }

# The folder of the last time; another where a demonstration that runs has it, or another user. Its lock ends with this script.
work=.build/demo
if [ $check = yes ] || ! mkdir -p $work 2>/dev/null || [ ! -w $work ] || ! exec 9<$work || ! flock -n 9 || ! can -x "$PWD/$work"; then
  work=$(mktemp -d)
  temporary=yes
fi

place=$PWD            # where a relative path means what it means here
application=demo/legacy-app.py
if ! can -x "$(realpath "$gateway")" || ! can -r "$PWD/$application"; then
  case $work in /*) place=/ ;; esac
  chmod 755 "$work"
  for file in "$gateway" $application; do install -m 755 "$file" "$work/"; done
  gateway=$work/$(basename "$gateway") application=$work/legacy-app.py
  can -x "$gateway" || { rm -rf "$work"; echo "User 65534 can run neither $PWD/.build/release/gateway nor a copy in ${TMPDIR:-/tmp}: put the checkout where that user can read it." >&2; exit 1; }
fi
