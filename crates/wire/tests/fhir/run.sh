#!/usr/bin/env bash
# FHIR resources that wire makes, judged by a validator that others wrote (see judge.mjs and rules.json).
#
#   bash crates/wire/tests/fhir/run.sh FOLDER SAMPLES_PROGRAM LIVE
#
# FOLDER keeps the validator between runs; SAMPLES_PROGRAM is the built example `fhir_samples` of wire; LIVE is where tests put what
# servers answered, and may be missing. Needs Node 18 or newer.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: run.sh FOLDER SAMPLES_PROGRAM LIVE}
samples=${2:?usage: run.sh FOLDER SAMPLES_PROGRAM LIVE}
live=${3:?usage: run.sh FOLDER SAMPLES_PROGRAM LIVE}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Installed anew whenever the pinned versions change.
if ! cmp -s "$here/package-lock.json" "$folder/installed.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$folder/"
  (cd "$folder" && npm ci --silent --no-audit --no-fund --ignore-scripts)
  cp "$here/package-lock.json" "$folder/installed.json"
fi
cp "$here/judge.mjs" "$here/rules.json" "$folder/"

rm -rf "$folder/samples"
"$samples" "$folder/samples"
node "$folder/judge.mjs" "$folder/samples" "$live"
