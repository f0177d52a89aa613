#!/bin/bash
# accounts.sh          Starts the legacy application and the gateway before it, which logs users in by itself; prints curl
#                      lines to paste; ends all that it started when it is interrupted. No other server is needed.
# accounts.sh --check  The same on free ports, without a person: runs each line it would print and compares the answers.
#                      Exit status 0 when all are as they should be.
# PORT is where the gateway listens, 8080 by default; a free port takes the place of one that is taken.
# GATEWAY_BIN names another binary than .build/release/gateway.
set -euo pipefail
cd "$(dirname "$0")/.."

check=no
case ${1:-} in
  '') ;;
  --check) check=yes ;;
  *) sed -n 's/^# //p' demo/accounts.sh | head -5; exit 2 ;;
esac

. demo/stage.sh

# --- a copy of the configuration, so that the database lies among the demo's files, and is new each time

config=$work/routes.conf
rm -rf "$work"/gateway.db*
choose listen="${PORT:-8080}":gateway admin=9901:"gateway's admin listener" app=3000:application
with_ports 8080=$listen 9901=$admin 3000=$app <routes.conf >"$config"
own "$work"

# --- the application, and the gateway

start application python3 "$application" "$app"
until_ready application accepts "$app"
start gateway "$gateway" run --config "$config"
until_ready gateway ready "$admin"
tell_user

# --- the tour

at=http://127.0.0.1:$listen
json="-H 'Content-Type: application/json'"
# bearer: from the answer of a login to a header that curl reads with -H @FILE
bearer="sed 's/.*\"accessToken\":\"\([^\"]*\)\".*/Authorization: Bearer \1/'"

printf '\nThe gateway listens on %s, the application behind it on port %s.\n' "$at" "$app"
printf 'Paste these lines into another terminal, in this folder.\n'

step 200 "Public: no token is needed" "curl -i $at/health"
step 401 "Refused: no token" "curl -i $at/api/profile"
shows '"token_missing"'
step 201 "Register" \
  "curl -i $json -d '{\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}' $at/auth/register"
shows '"role":"user"'
step 0 "Log in: the access token goes to a file, the refresh cookie to curl's jar" \
  "curl -sS -c $work/jar $json -d '{\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}' $at/auth/login | $bearer >$work/ada"
step 200 "Call: the application sees who she is" "curl -i -H @$work/ada $at/api/profile"
shows '"X-User-Email": "ada@example.com"'; shows '"X-User-Role": "user"'
step 200 "Nobody can claim to be somebody else" "curl -i -H @$work/ada -H 'X-User-Id: u-1' -H 'X_User_Role: admin' $at/api/profile"
hides 'u-1'; hides 'admin'
step 200 "Refresh: a new access token, and a new cookie" "curl -i -b $work/jar -c $work/jar -X POST $at/auth/refresh"
shows '"accessToken"'
step 403 "Wrong role: Ada is no admin" "curl -i -X DELETE -H @$work/ada $at/api/users/8"
shows '"role_required"'
step 0 "An administrator is made by command line" \
  "echo 'a horse for the boss' | $gateway users add boss@example.com --role admin --config $config"
step 0 "The administrator logs in" \
  "curl -sS $json -d '{\"email\":\"boss@example.com\",\"password\":\"a horse for the boss\",\"cookie\":false}' $at/auth/login | $bearer >$work/boss"
step 200 "Right role" "curl -i -X DELETE -H @$work/boss $at/api/users/8"
shows '"deleted": "8"'
step 204 "Log out" "curl -i -b $work/jar -c $work/jar -H @$work/ada -X POST $at/auth/logout"
step 401 "Refused from now on, although the token has not expired" "curl -i -H @$work/ada $at/api/profile"
shows '"token_revoked"'
step 401 "And the session is over" "curl -i -b $work/jar -X POST $at/auth/refresh"
shows '"refresh_missing"'

end_of_tour
