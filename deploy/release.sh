#!/usr/bin/env bash
# On the host: starts the release in releases/<name> in place of the running one. If it does not start or does not serve, the one before is
# started again, and this ends with 1. See docs/deploy.md
#
#   release.sh <name>       start that release
#   release.sh --rollback   start the one that ran before the running one
#   release.sh --restart    start the running one's services and its Redis anew: they read secrets and settings at their start
#
# It goes on to its end without whoever started it, who only sees its log: a connection that breaks would take down all that writes to it.
#
# PRODREADY_ROOT: the folder that holds releases/, secrets/, and settings.env and override.yaml if there are any. Default: the one that this script's release is in.
# PRODREADY_URL: the gateway as this host reaches it. Default: what the last release that served was asked at, which the file url in the root says,
# and http://localhost:8080 at first
# PRODREADY_WAIT: seconds until all must be healthy. Default: 300. PRODREADY_SMOKE: until the gateway must serve after that. Default: 60
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=${PRODREADY_ROOT:-$(cd "$here/../.." && pwd)}
url=${PRODREADY_URL:-$(cat "$root/url" 2>/dev/null || true)}
url=${url:-http://localhost:8080}
wait=${PRODREADY_WAIT:-300}
smoke=${PRODREADY_SMOKE:-60}
# Releases that are kept besides the running one and the one before
kept=3

name=${1:?"Usage: release.sh <name> | --rollback | --restart"}
if [ -z "${PRODREADY_DETACHED:-}" ]; then
  mkdir -p "$root/logs"
  find "$root/logs" -type f -mtime +30 -delete
  log=$root/logs/$(date -u +%Y%m%dT%H%M%SZ)-${name#--}-$$.log
  echo "This goes on without this connection, too. Its log: $log" | tee "$log"
  PRODREADY_DETACHED=true setsid bash "$here/release.sh" "$name" >>"$log" 2>&1 </dev/null &
  tail --pid=$! --sleep-interval=0.2 --lines=+2 --follow "$log" || true
  wait $!
  exit
fi

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# What a link names: a release, or nothing.
release_of() {
  if [ -L "$root/$1" ]; then basename "$(readlink "$root/$1")"; fi
}

# Made aside and renamed: whoever looks in between sees the old or the new one.
point() {
  ln -sfn "releases/$2" "$root/$1.new"
  mv -fT "$root/$1.new" "$root/$1"
}

compose() {
  local files=(--file "$root/releases/$1/docker-compose.yaml" --env-file "$root/releases/$1/.env")
  shift
  # What is this host's own wins over what was published
  [ ! -f "$root/settings.env" ] || files+=(--env-file "$root/settings.env")
  [ ! -f "$root/override.yaml" ] || files+=(--file "$root/override.yaml")
  # One project whatever the release, so that its containers take the others' place and the volumes stay. Its folder is the root, where
  # secrets/ is: containers that a later release leaves as they are keep the paths that they were made with
  docker compose --project-name prodready --project-directory "$root" "${files[@]}" "$@"
}

# What Compose is to start anew even where nothing that it looks at has changed: a secret's content is not among that
anew=()

# Images first: while they are on their way, the running release serves. Their tags never move, so one that is there is the right one.
start() {
  compose "$1" pull --quiet --policy missing &&
    compose "$1" up --detach --wait --wait-timeout "$wait" --remove-orphans ${anew[@]+"${anew[@]}"} &&
    bash "$root/releases/$1/smoke.sh" "$url" "$smoke"
}

# The images that releases were published with, and that this host was told to take in their place.
images_of() {
  sed -n 's/^[A-Z]*_IMAGE=//p' "$@" 2>/dev/null || true
}

# An image is as big as all else here. One that a release which is kept still takes stays, and Docker itself refuses one that a container is of.
remove_release() {
  local image images
  images=$(images_of "$root/releases/$1/.env")
  rm -rf "${root:?}/releases/$1"
  for image in $images; do
    if ! grep -qxF -e "$image" <<<"$(images_of "$root/settings.env" "$root"/releases/*/.env)"; then
      docker image rm "$image" >/dev/null 2>&1 || true
    fi
  done
}

remove_old() {
  local name
  find "$root/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2- |
    grep -vxF -e "$(release_of current)" -e "$(release_of previous)" | tail -n "+$((kept + 1))" |
    while IFS= read -r name; do remove_release "$name"; done || true
}

# What deploy.sh has brought takes its place among the releases. One of that name, which may be the running one, is kept until this one serves.
take() {
  mkdir -p "$root/replaced"
  [ ! -e "$root/releases/$1" ] || mv "$root/releases/$1" "$root/replaced/$1"
  mv "$root/arrived/$1" "$root/releases/$1"
}

put_back() {
  rm -rf "${root:?}/releases/$1"
  mv "$root/replaced/$1" "$root/releases/$1"
}

brought=
[ ! "$here" -ef "$root/arrived/$name" ] || brought=true
# Two at once would take each other's containers
exec 9>"$root/.lock"
if ! flock --nonblock 9; then
  echo "Another deployment is under way: waiting for it."
  # Its start, and that of the one before if it comes to that
  flock --wait "$((2 * (wait + smoke)))" 9 || fail "Another deployment is still under way."
fi

# A deployment that ended with the host itself never saw its release serve
for old in "$root"/replaced/*; do
  [ ! -e "$old" ] || put_back "$(basename "$old")"
done

running=$(release_of current)
if [ "$name" = --rollback ]; then
  name=$(release_of previous)
  [ -n "$name" ] || fail "There is no release before this one."
elif [ "$name" = --restart ]; then
  name=$running
  [ -n "$name" ] || fail "There is no release that runs."
  anew=(--force-recreate --no-deps gateway webhooks notifications backups)
  # Its password is a secret that it reads at its start, too. Postgres keeps its own in its data
  ! grep -qx redis <<<"$(compose "$name" config --services)" || anew+=(redis)
fi
[ -d "$root/secrets" ] || fail "There is no $root/secrets, which holds a file for each secret: see docs/deploy.md."
if [ -n "$brought" ]; then
  # While this one waited, another of the same name may have taken it, and failed
  [ "$here" -ef "$root/arrived/$name" ] || fail "Another deployment has taken what was brought as $name: see $root/logs, and deploy it again."
  take "$name"
fi
[ -f "$root/releases/$name/docker-compose.yaml" ] || fail "There is no $root/releases/$name/docker-compose.yaml."

# What was published with it is nobody's secret: the host's own are in the root
rm -rf "$root/releases/$name/secrets"

if start "$name"; then
  rm -rf "${root:?}/replaced/$name"
  if [ "$running" != "$name" ]; then
    [ -z "$running" ] || point previous "$running"
    point current "$name"
  fi
  # Aside first: a full disk must not leave it empty
  printf '%s\n' "$url" >"$root/url.new" && mv "$root/url.new" "$root/url"
  remove_old
  echo "Release $name runs."
  exit 0
fi

compose "$name" ps --all >&2 || true
compose "$name" logs --tail 20 >&2 || true
if [ ${#anew[@]} -gt 0 ]; then
  fail "Release $name does not serve since it was started anew (above): look at the secret or the setting that was changed."
fi
back=$running
if [ -e "$root/replaced/$name" ] && [ -n "$running" ]; then
  put_back "$name"
elif [ "$running" = "$name" ]; then
  back=$(release_of previous)
fi
if [ -z "$back" ]; then
  rm -rf "${root:?}/replaced/$name"
  fail "Release $name does not serve (above), and there is none before it to go back to. Its containers are left for you to look at."
fi
if start "$back"; then
  point current "$back"
  [ "$back" != "$name" ] || back="$name, as it was before,"
  fail "Release $name does not serve (above). Release $back runs again."
fi
fail "Release $name does not serve (above), and neither does $back, which ran before it: see docs/incident-response.md."
