#!/bin/bash
# redis.sh          Starts the legacy application, Redis where none answers, and the gateway before it; prints curl
#                   lines to paste; ends all that it started when it is interrupted.
# redis.sh --check   The same on free ports, without a person: runs each line it would print and compares the answers.
#                   Exit status 0 when all are as they should be.
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

redis_answers() {
  local reply=''
  { exec 4<>"/dev/tcp/127.0.0.1/$redis"; } 2>/dev/null || return 1
  printf 'PING\r\n' >&4
  read -r -t 2 reply <&4 || true
  exec 4>&-
  case $reply in
    +PONG*) return 0 ;;
    -NOAUTH*) echo "The Redis on port $redis wants a password: examples/redis-password.conf shows how." >&2; exit 1 ;;
    *) echo "What answers on port $redis is no Redis. Stop it, or name another port in routes.conf." >&2; exit 1 ;;
  esac
}

# --- which ports

config=examples/redis.conf
guide_config=examples/jwt-guide.conf

for file in $config $guide_config; do cp "$file" "$work/"; done
if [ $check = yes ]; then
  free=$(free_ports 6)
  read -r listen admin guide_listen guide_admin app redis <<<"$free"
  for file in $config $guide_config; do
    sed "s/:8080\b/:$listen/; s/:9901\b/:$admin/; s/:8081\b/:$guide_listen/; s/:9902\b/:$guide_admin/
         s/:3000\b/:$app/; s/:6379\b/:$redis/" "$file" >"$work/$(basename "$file")"
  done
fi
config=$work/redis.conf
guide_config=$work/jwt-guide.conf
if [ $check = no ]; then
  if [ -n "${PORT:-}" ]; then sed -i "s/:8080\b/:$PORT/" "$config"; fi
  settle "$(port listen 2 $config)" gateway $config
  settle "$(port admin 2 $config)" "gateway's admin listener" $config
  settle "$(port listen 2 $guide_config)" "second gateway" $guide_config
  settle "$(port admin 2 $guide_config)" "second gateway's admin listener" $guide_config
  settle "$(port upstream 3 $config)" application $config $guide_config
fi
own "$work"

listen=$(port listen 2 $config); admin=$(port admin 2 $config)
guide_listen=$(port listen 2 $guide_config); guide_admin=$(port admin 2 $guide_config)
app=$(port upstream 3 $config); redis=$(port blacklist 2 $config)

# --- the secret: random, in the environment; the configuration only names it

export ACCESS_TOKEN_SECRET=${ACCESS_TOKEN_SECRET:-$(python3 -c 'import secrets; print(secrets.token_hex(48))')}
(umask 077; printf 'export ACCESS_TOKEN_SECRET=%q\n' "$ACCESS_TOKEN_SECRET" >"$work/secret.env")

# --- the application, Redis, the gateway, and the gateway once more for the JWT guide's tokens

start application python3 demo/legacy-app.py "$app"
until_ready application accepts "$app"

if redis_answers; then
  echo "Redis answers on port $redis: using it."
else
  mkdir -p "$work/redis"
  own "$work/redis"
  start redis redis-server --port "$redis" --bind 127.0.0.1 --save '' --appendonly no --dir "$work/redis"
  until_ready redis redis_answers
fi

start gateway "$gateway" run --config "$config"
until_ready gateway ready "$admin"
start guide-gateway "$gateway" run --config "$guide_config"
until_ready guide-gateway ready "$guide_admin"

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
