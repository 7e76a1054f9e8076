#!/usr/bin/env bash
# Makes the secrets of a published folder that can be made, on the host, once; what is there already stays. Says which ones only you can fill in.
#
#   secrets.sh <docker-compose.yaml> <folder of secrets>
#
# Each is a file of its own. A container's user must be able to read its files, so these are 0444, and it is the folder that keeps others out.
set -euo pipefail
umask 077

usage="Usage: secrets.sh <docker-compose.yaml> <folder of secrets>"
compose=${1:?"$usage"}
folder=${2:?"$usage"}

random() { openssl rand -hex 32; }

# id:key, the form of keys that are replaced one day
named_key() { printf '%s:%s' "$(date -u +%Y-%m)" "$(openssl rand -base64 32)"; }

make() {
  case $1 in
    postgres_password | redis_password | prodready_admin_key) random ;;
    verification_keys | backup_encryption_key | webhooks_encryption_keys) named_key ;;
    database_url) printf 'postgres://postgres:%s@postgres:5432/prodready' "$(cat "$folder/postgres_password")" ;;
    redis_url) printf 'redis://:%s@redis:6379' "$(cat "$folder/redis_password")" ;;
    *) return 1 ;;
  esac
}

# From a standing start to a whole file: one that is half written must not be taken for a secret
keep() {
  mv "$folder/.new" "$folder/$1"
  chmod 0444 "$folder/$1"
  echo "made $1"
}

[ -f "$compose" ] || { echo "There is no $compose. Publish first: see docs/deploy.md." >&2; exit 1; }
command -v openssl >/dev/null || { echo "openssl is missing: it makes the secrets." >&2; exit 1; }
mapfile -t names < <(sed -n 's#^ *file: "\{0,1\}\./secrets/\([a-z0-9_]*\)"\{0,1\} *$#\1#p' "$compose")
[ ${#names[@]} -gt 0 ] || { echo "$compose names no secrets." >&2; exit 1; }
mkdir -p "$folder"
chmod 0700 "$folder"
missing=()
for name in "${names[@]}"; do
  if [ -s "$folder/$name" ]; then
    continue
  elif make "$name" >"$folder/.new"; then
    keep "$name"
  else
    missing+=("$name")
  fi
done
rm -f "$folder/.new"
for name in ${missing[@]+"${missing[@]}"}; do
  echo "Only you have $name: write it to $folder/$name, and chmod 0444 it" >&2
done
[ ${#missing[@]} -eq 0 ]
