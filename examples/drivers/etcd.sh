#!/usr/bin/env bash
# A driver for etcd: each place is a key, compared by its mod revision. Needs etcdctl and jq, and ETCDCTL_ENDPOINTS in `env`.
# The secret is in no command line: jq and etcdctl read it from pipes.
set -euo pipefail
export ETCDCTL_API=3

case "${1-}" in
  describe)
    echo '{"version":1,"kind":"etcd","read":"value","conditional":true,"maxBytes":500000}' ;;
  read)
    etcdctl get "$(jq -r .place)" --write-out=json | jq -c 'if .kvs then .kvs[0]
      | {found: true, value: (.value // "" | @base64d), revision: (.mod_revision | tostring)} else {found: false} end' ;;
  write)
    # One transaction: compare, write, and nothing otherwise. An empty value takes the key out.
    answer=$(jq -r '(.place | @json) as $key
      | (if .if == null then "" else "mod(\($key)) = \"\(if .if.absent then 0 else .if.revision end)\"\n" end)
        + "\n" + (if .value == "" then "del \($key)" else "put \($key) \(.value | @json)" end) + "\n\n\n"' |
      etcdctl txn --write-out=json) || exit 1 # its own exit codes mean something else
    jq -ec 'select(.succeeded) | {revision: (.header.revision | tostring)}' <<<"$answer" || exit 3 ;;
  *) exit 64 ;;
esac
