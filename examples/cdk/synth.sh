#!/bin/sh
# Compiles the app and runs it: into the folder that CDKTF_OUTDIR names, or cdktf.out.
set -eu
app=$(npx --no-install esbuild "$(dirname "$0")/main.ts" --bundle --platform=node --format=esm --packages=external --log-level=warning)
printf '%s' "$app" | node --input-type=module -
