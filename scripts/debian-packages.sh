#!/bin/bash
# debian-packages.sh NAME…   Installs those of the Debian packages NAME… that are missing, and says so.
# Where none is missing it prints nothing and needs neither root nor the network.
set -euo pipefail

# A package is there when dpkg says so, or when it is a tool of the same name that came another way.
is_there() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || command -v "$1" >/dev/null
}

missing=()
for name in "$@"; do
  is_there "$name" || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
echo "Missing Debian packages: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "There is no apt-get here: install what provides them on this system, then try again." >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  printf 'Installing them needs root. Run this, then try again:\n\n    sudo %s\n\n' "$install" >&2
  exit 1
fi

# redis-server's package would start a system service on the port that the demo and the tests' neighbours use:
# Debian's policy-rc.d forbids that while we install, and only then.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
echo "apt-get update"
apt-get update -qq </dev/null || echo "apt-get update failed; trying with the lists that are here" >&2
echo "$install"
$install -qq </dev/null
for name in "${missing[@]}"; do
  # The service is not ours to leave behind, not even for the next boot.
  if [ "$name" = redis-server ] && [ -d /run/systemd/system ]; then systemctl disable --now redis-server; fi
done
