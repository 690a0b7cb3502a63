#!/usr/bin/env bash
# A write-only driver: each place is a file below CMS_FOLDER, encrypted to the certificate CMS_CERTIFICATE with openssl.
# Nobody without its private key can read what was written, this driver neither, so that it knows one verb only.
set -euo pipefail
[ "${1-}" = write ] || exit 64

request=$(cat)
place=$(printf '%s' "$request" | jq -j .place)
case "/$place/" in */../*) echo "the place $place leads out of $CMS_FOLDER" >&2 && exit 4 ;; esac
file=$CMS_FOLDER/$place.p7m
umask 077
mkdir -p "$(dirname "$file")"
temporary=$(mktemp "$file.XXXXXX")
printf '%s' "$request" | jq -j .value |
  openssl cms -encrypt -binary -aes-256-cbc -outform PEM -out "$temporary" "$CMS_CERTIFICATE"
mv "$temporary" "$file"
