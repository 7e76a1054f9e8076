#!/usr/bin/env bash
# Whether a stack serves: its gateway is ready, and says what it is. deploy/smoke.sh <url> [seconds that it may take]
set -euo pipefail

url=${1:?"Usage: deploy/smoke.sh <url of the gateway> [seconds]"}
url=${url%/}
patience=${2:-60}
# A proxy that the environment names is for the world outside: it knows another localhost
export no_proxy="localhost,127.0.0.1,::1,${no_proxy:-${NO_PROXY:-}}"

# The status of an answer; 000 if there is none.
status() {
  curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$1" || true
}

deadline=$((SECONDS + patience))
until [ "$(status "$url/health/ready")" = 200 ]; do
  if [ $SECONDS -ge $deadline ]; then
    echo "$url/health/ready does not answer 200 after $patience s, but $(status "$url/health/ready")." >&2
    exit 1
  fi
  sleep 1
done

if ! curl --silent --fail --max-time 5 "$url/" | grep -q '"name":"ProdReady"'; then
  echo "$url/ does not say that it is ProdReady: status $(status "$url/")." >&2
  exit 1
fi
echo "$url serves."
