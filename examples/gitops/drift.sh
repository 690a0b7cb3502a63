#!/bin/sh
# On a schedule: 0 when live is as declared, 2 when it is not; the report names what, since when and who.
set -eu
keywright drift --output json > drift.json
