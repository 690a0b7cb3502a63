#!/usr/bin/env bash
# A driver for a git repository: each place is a file of a branch, and the revision is the branch's commit, so that a push
# that is no fast-forward is a condition that failed. Needs git and jq, and GIT_REPOSITORY (and GIT_BRANCH) in `env`.
# For repositories that may hold secrets: what is written is readable for whoever may clone, and stays in the history.
set -euo pipefail
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Keywright GIT_AUTHOR_EMAIL=keywright@localhost
export GIT_COMMITTER_NAME=Keywright GIT_COMMITTER_EMAIL=keywright@localhost

case "${1-}" in
  describe) echo '{"version":1,"kind":"git","read":"value","conditional":true,"maxBytes":500000}' && exit 0 ;;
  read | write) ;;
  *) exit 64 ;;
esac

request=$(cat)
member() { printf '%s' "$request" | jq -j "$1"; }
place=$(member .place)
branch=${GIT_BRANCH:-main}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --bare --single-branch --branch "$branch" "$GIT_REPOSITORY" "$work"
export GIT_DIR=$work GIT_INDEX_FILE=$work/index
head=$(git rev-parse HEAD)

if [ "$1" = read ]; then
  if ! git cat-file -e "HEAD:$place" 2>/dev/null; then echo '{"found":false}'; exit 0; fi
  git cat-file blob "HEAD:$place" | jq -Rsc --arg revision "$head" '{found: true, value: ., $revision}'
  exit 0
fi

case "$(member '.if | if . == null then "any" elif .absent then "absent" else .revision end')" in
  any | "$head") ;;
  absent) if git cat-file -e "HEAD:$place" 2>/dev/null; then exit 3; fi ;;
  *) exit 3 ;;
esac
git read-tree HEAD
if [ -z "$(member '.value | length | select(. > 0)')" ]; then
  git rm --quiet --cached --ignore-unmatch -- "$place" # an empty value takes the file out
else
  blob=$(member .value | git hash-object -w --stdin)
  git update-index --add --cacheinfo "100600,$blob,$place" || exit 4
fi
commit=$(git commit-tree "$(git write-tree)" -p "$head" -m "Keywright: $place $(member '.generation // ""')")
if ! pushed=$(git push --porcelain "$GIT_REPOSITORY" "$commit:refs/heads/$branch" 2>&1); then
  # Somebody was faster: nothing was written. Anything else is for people to read.
  case "$pushed" in *rejected* | *"cannot lock ref"*) exit 3 ;; esac
  echo "$pushed" >&2
  exit 1
fi
printf '{"revision":"%s"}\n' "$commit"
