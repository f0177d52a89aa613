#!/bin/bash
# redis.sh          Starts the legacy application, Redis where none answers that takes logouts, and the gateway before it; prints curl
#                   lines to paste; ends all that it started when it is interrupted.
# redis.sh --check   The same on free ports, without a person: runs each line it would print and compares the answers.
#                   Exit status 0 when all are as they should be.
# PORT is where the gateway listens, 8080 by default; a free port takes the place of one that is taken.
# GATEWAY_BIN names another binary than .build/release/gateway; ACCESS_TOKEN_SECRET another secret than a random one.
set -euo pipefail
cd "$(dirname "$0")/.."

check=no
case ${1:-} in
  '') ;;
  --check) check=yes ;;
  *) sed -n 's/^# //p' demo/redis.sh | head -5; exit 2 ;;
esac

. demo/stage.sh

# redis_serves: whether what answers at the port is a Redis that takes a logout without a password
redis_serves() {
  local reply=''
  { exec 4<>"/dev/tcp/127.0.0.1/$redis"; } 2>/dev/null || return 1
  printf 'SET gateway:demonstration 1 EX 1\r\n' >&4
  read -r -t 2 reply <&4 || true
  exec 4>&-
  [[ $reply = +OK* ]]
}

# --- which ports

redis=6379
own_redis=yes
ports=(listen="${PORT:-8080}":gateway admin=9901:"gateway's admin listener" guide_listen=8081:"second gateway"
       guide_admin=9902:"second gateway's admin listener" app=3000:application)
if [ $check = no ] && redis_serves; then
  own_redis=no
  echo "Redis answers on port $redis: using it."
else
  ports+=(redis=6379:"demonstration's Redis")
fi
choose "${ports[@]}"

config=$work/redis.conf
guide_config=$work/jwt-guide.conf
for file in "$config" "$guide_config"; do
  with_ports 8080=$listen 9901=$admin 8081=$guide_listen 9902=$guide_admin 3000=$app 6379=$redis \
    <"examples/$(basename "$file")" >"$file"
done
own "$work"

# --- the secret: random, in the environment; the configuration only names it

export ACCESS_TOKEN_SECRET=${ACCESS_TOKEN_SECRET:-$(python3 -c 'import secrets; print(secrets.token_hex(48))')}
(umask 077; printf 'export ACCESS_TOKEN_SECRET=%q\n' "$ACCESS_TOKEN_SECRET" >"$work/secret.env")

# --- the application, Redis, the gateway, and the gateway once more for the JWT guide's tokens

start application python3 "$application" "$app"
until_ready application accepts "$app"

if [ $own_redis = yes ]; then
  mkdir -p "$work/redis"
  own "$work/redis"
  start redis redis-server --port "$redis" --bind 127.0.0.1 --save '' --appendonly no --dir "$work/redis"
  until_ready redis redis_serves
fi

start guide-gateway "$gateway" run --config "$guide_config"
until_ready guide-gateway ready "$guide_admin"
start gateway "$gateway" run --config "$config"
until_ready gateway ready "$admin"
tell_user

# --- tokens: each lies in a file, as the value and as the header that curl reads with -H @FILE

keep() { printf '%s' "$2" >"$work/$1.token"; printf 'Authorization: Bearer %s\n' "$2" >"$work/$1"; }
mint() { "$gateway" token --config "$config" --expires-in 15m "$@"; }
(
  umask 077
  keep ada "$(mint --sub u-7 --email ada@example.com --role user)"
  keep boss "$(mint --sub u-1 --email boss@example.com --role admin)"
  keep guide "$(python3 demo/guide-token.py 42 grace@example.com user)"
)

# --- the tour

at=http://127.0.0.1:$listen
guide_at=http://127.0.0.1:$guide_listen

printf '\nThe gateway listens on %s, the application behind it on port %s.\n' "$at" "$app"
printf 'Paste these lines into another terminal, in this folder.\n'

step 200 "Public: no token is needed" "curl -i $at/health"
step 401 "Refused: no token" "curl -i $at/api/profile"
shows '"token_missing"'
step 200 "Allowed: Ada's token; the application sees who she is" "curl -i -H @$work/ada $at/api/profile"
shows '"X-User-Id": "u-7"'; shows '"X-User-Role": "user"'
step 200 "Nobody can claim to be somebody else" "curl -i -H @$work/ada -H 'X-User-Id: u-1' -H 'X_User_Role: admin' $at/api/profile"
shows '"X-User-Id": "u-7"'; hides 'u-1'; hides 'admin'
step 403 "Wrong role: Ada is no admin" "curl -i -X DELETE -H @$work/ada $at/api/users/8"
shows '"role_required"'
step 200 "Right role" "curl -i -X DELETE -H @$work/boss $at/api/users/8"
shows '"deleted": "8"'
step 0 "Logout: the token is put on the blacklist in Redis" \
  ". $work/secret.env; $gateway revoke --config $config \"\$(cat $work/ada.token)\""
step 401 "Refused from now on, although the token has not expired" "curl -i -H @$work/ada $at/api/profile"
shows '"token_revoked"'
step 200 "A token of a JWT tutorial's login: userId, email, role (examples/jwt-guide.conf)" \
  "curl -i -H @$work/guide $guide_at/api/profile"
shows '"X-User-Id": "42"'; shows '"X-User-Email": "grace@example.com"'
step 0 "Its logout: it has no jti, so the blacklist holds its SHA-256" \
  ". $work/secret.env; $gateway revoke --config $guide_config \"\$(cat $work/guide.token)\""
step 401 "Refused" "curl -i -H @$work/guide $guide_at/api/profile"
shows '"token_revoked"'
step 0 "More tokens: the secret is in a file" \
  ". $work/secret.env; $gateway token --config $config --sub u-9 --role manager"

end_of_tour
