#!/usr/bin/env bash
# Says in a published folder's .env which images its compose file takes. deploy/images.sh <published folder> <registry and path> <tag>
# Example: deploy/images.sh out ghcr.io/acme/prodready 1.4.0
set -euo pipefail

usage="Usage: deploy/images.sh <published folder> <registry and path> <tag>"
settings=${1:?"$usage"}/.env
prefix=${2:?"$usage"}
tag=${3:?"$usage"}

[ -f "$settings" ] || { echo "There is no $settings. Publish it first: see docs/deploy.md." >&2; exit 1; }
for service in gateway webhooks notifications backups; do
  # As macOS has it, too: neither bash's capitals nor sed -i
  name=$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')_IMAGE
  sed "/^$name=/d" "$settings" >"$settings.new"
  # Whatever the file ends with, this is a line of its own
  [ -z "$(tail -c 1 "$settings.new")" ] || echo >>"$settings.new"
  echo "$name=$prefix/$service:$tag" >>"$settings.new"
  cat "$settings.new" >"$settings"
done
rm -f "$settings.new"
