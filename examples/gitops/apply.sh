#!/bin/sh
# On merge: carry out the plan that was reviewed. 4: documents or store have moved since; plan again.
set -eu
keywright apply plan.json
