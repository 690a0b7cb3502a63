#!/bin/sh
# On a pull request: check the documents, save the plan, and write what reviewers read.
set -eu
keywright validate
keywright plan --out plan.json --output markdown > comment.md
