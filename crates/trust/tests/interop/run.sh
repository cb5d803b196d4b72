#!/usr/bin/env bash
# Saved answers and personal certificates, judged by libraries of another language (see verify_proof.py and
# verify_certificate.py).
#
#   bash crates/trust/tests/interop/run.sh FOLDER SAMPLE_PROOF SAMPLE_CERTIFICATE [PROOF_FILE LOG_PUBLIC_KEY_PEM]
#
# FOLDER keeps the Python libraries between runs; SAMPLE_PROOF and SAMPLE_CERTIFICATE are the built examples of trust. With
# a proof file (an answer that a running center gave) that is judged too.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
usage="usage: run.sh FOLDER SAMPLE_PROOF SAMPLE_CERTIFICATE [PROOF_FILE LOG_PUBLIC_KEY_PEM]"
folder=${1:?$usage}
sample_proof=${2:?$usage}
sample_certificate=${3:?$usage}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
venv=$folder/venv

# Debian's own interpreter if it can make an environment, else the first in PATH.
python=/usr/bin/python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || python=python3

# Made anew whenever the pinned libraries change.
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  "$python" -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
fi

judge() { "$venv/bin/python" "$here/verify_proof.py" "$@"; }

"$sample_proof" "$folder/sample"
judge --flip "$folder/sample/proof.json" "$folder/sample/log_public_key.pem"

if [ $# -ge 5 ]; then
  judge --flip "$4" "$5"
fi

# The judge must be able to say no: a good file under another key.
"$sample_proof" "$folder/other"
if judge "$folder/sample/proof.json" "$folder/other/log_public_key.pem" 2>/dev/null; then
  echo "a proof was accepted under the key of another log" >&2
  exit 1
fi

certificate() { "$venv/bin/python" "$here/verify_certificate.py" "$@"; }

"$sample_certificate" "$folder/certificate"
certificate --flip "$folder/certificate/certificate.txt" "$folder/certificate/credential_key.pem" \
  "$folder/certificate/status_list.cwt"
"$sample_certificate" "$folder/other"
if certificate "$folder/certificate/certificate.txt" "$folder/other/credential_key.pem" \
  "$folder/certificate/status_list.cwt" 2>/dev/null; then
  echo "a certificate was accepted under another key" >&2
  exit 1
fi
echo "interop: cwt, base45 and pymerkle agree with trust"
