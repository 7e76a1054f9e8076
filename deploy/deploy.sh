#!/usr/bin/env bash
# Copies a published folder to a Docker host over SSH and starts it there; the host goes back to the release before if it does not serve.
# The same from a workstation as from .github/workflows/deploy.yml.
#
#   deploy/deploy.sh <release> <published folder>
#
# DEPLOY_HOST: user@host.   DEPLOY_ROOT: the folder on the host. Default: /opt/prodready
# DEPLOY_SSH_OPTIONS: more options for ssh, such as -i key -o UserKnownHostsFile=hosts. Unknown hosts are refused, whatever they say.
# DEPLOY_URL: the gateway as the host reaches it. Default: as release.sh has it, http://localhost:8080 at first
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=${1:?"Usage: deploy/deploy.sh <release> <published folder>"}
folder=${2:?"Usage: deploy/deploy.sh <release> <published folder>"}
: "${DEPLOY_HOST:?"DEPLOY_HOST is not set. Example: deploy@host.example"}"
root=${DEPLOY_ROOT:-/opt/prodready}
url=${DEPLOY_URL:-}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# All of them become words of a command on the host
[[ $release =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "'$release' cannot be a release's name: letters, digits, dots, hyphens."
[[ $root =~ ^/[A-Za-z0-9._/-]+$ ]] || fail "DEPLOY_ROOT is '$root'; it must be a path of letters, digits, dots and hyphens. Example: /opt/prodready"
[ -z "$url" ] || [[ $url =~ ^https?://[][A-Za-z0-9.:/-]+$ ]] || fail "DEPLOY_URL is '$url'; it must be a URL without a query. Example: http://localhost:8080"
[ -f "$folder/docker-compose.yaml" ] || fail "There is no $folder/docker-compose.yaml. Publish it first: see docs/deploy.md."

options=(-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15 -o ServerAliveInterval=15)
read -r -a more <<<"${DEPLOY_SSH_OPTIONS:-}"

# What it is given is made of words that were checked above.
on_host() {
  # shellcheck disable=SC2029
  ssh "${options[@]}" ${more[@]+"${more[@]}"} "$DEPLOY_HOST" "$1"
}

# Never the secrets: those are the host's own, and never leave it
upload=$root/uploads/$release
tar -C "$folder" --exclude=./secrets -cf - . |
  on_host "set -eu; umask 027; rm -rf $upload; mkdir -p $upload $root/releases; tar -C $upload -xf -"
tar -C "$here" -cf - release.sh smoke.sh | on_host "tar -C $upload -xf -"
# Only what has arrived as a whole is taken, and by the host itself, which goes on where the connection breaks
on_host "set -eu; umask 027; mkdir -p $root/arrived; rm -rf $root/arrived/$release; mv $upload $root/arrived/$release; \
  PRODREADY_URL=$url bash $root/arrived/$release/release.sh $release" || {
  code=$?
  # ssh's own; what it is about, ssh has said
  [ $code -ne 255 ] || echo "No more is heard of the host. What has begun there goes on: its log is in $root/logs." >&2
  exit $code
}
