#!/usr/bin/env bash
# A driver over files of a folder, that fails as the files in $FOLDER.faults ask: `read` or `write`, with what is to happen.
set -euo pipefail
verb=${1-}
[ "$verb" = describe ] && echo '{"version":1,"read":"value","conditional":true}' && exit 0
request=$(cat)
echo "$verb" >>"$FOLDER.requests"
fault=
if mv "$FOLDER.faults/$verb" "$FOLDER.faults/taken" 2>/dev/null; then fault=$(cat "$FOLDER.faults/taken"); fi
case "$fault" in
  server-error) printf '%s' "$request" >&2; exit 1 ;;
  refused) printf '%s' "$request" | jq .value >&2; exit 4 ;;
  slow) sleep 600 ;;
  cut) printf '{"found":tr'; [ "$verb" = read ] && exit 0; exit 141 ;;
esac
file=$FOLDER/$(printf '%s' "$request" | jq -j '.place | @uri')
exec 9>>"$FOLDER.lock"
flock 9
revision=$(cat "$file.revision" 2>/dev/null || true)
case "$verb" in
  read)
    if [ ! -e "$file" ]; then echo '{"found":false}'; exit 0; fi
    jq -Rsc --arg revision "$revision" '{found: true, value: (. as $text | try fromjson catch $text | if type == "object" then . else $text end), $revision}' <"$file" ;;
  write)
    case "$(printf '%s' "$request" | jq -r '.if | if . == null then "any" elif .absent then "" else .revision end')" in
      any | "$revision") ;;
      *) exit 3 ;;
    esac
    next=$(($(cat "$FOLDER.count" 2>/dev/null || echo 0) + 1))
    echo "$next" >"$FOLDER.count"
    if [ "$(printf '%s' "$request" | jq '.value | length')" = 0 ]; then
      rm -f "$file" "$file.revision"
    else
      printf '%s' "$request" | jq -j '.value | if type == "string" then . else tojson end' >"$file"
      echo "$next" >"$file.revision"
    fi
    [ "$fault" = lost-answer ] && exit 1
    echo "{\"revision\":\"$next\"}" ;;
  *) exit 64 ;;
esac
