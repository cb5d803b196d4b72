#!/usr/bin/env python3
"""Judges a saved answer of Tashika with libraries that Tashika does not use.

cwt (COSE, RFC 9052) verifies the signature, pymerkle (Merkle trees, RFC 9162) the inclusion, cbor2 reads the CBOR. The
rules of the file itself (docs of `trust::proof`, `trust::receipt` and `trust::event`) are written down here a second
time, from their description and not from the Rust code.

    /usr/bin/python3 -m venv VENV
    VENV/bin/pip install --require-hashes -r crates/trust/tests/interop/requirements.txt
    cargo run -p trust --example sample_proof -- FOLDER
    VENV/bin/python crates/trust/tests/interop/verify_proof.py FOLDER/proof.json FOLDER/log_public_key.pem
    VENV/bin/python crates/trust/tests/interop/verify_proof.py --flip FOLDER/proof.json FOLDER/log_public_key.pem

`cargo xtask interop` does all of it. Exit status 0: the file proves its answer (with --flip: and no changed byte of it goes
unnoticed). 1: it does not. 2: wrong usage.
"""

import base64
import hashlib
import io
import json
import sys

import cbor2
from cryptography.hazmat.primitives import serialization
from cwt import COSE, COSEKey
from pymerkle.hasher import MerkleHasher
from pymerkle.proof import InclusionProof

FORMAT = "tashika-proof-1"
MEMBERS = ["Format", "Answer", "Event", "Receipt", "ProofNumber"]
ALG, KID, CLAIMS, VDS, VDP, TREE_SIZE = 1, 4, 15, 395, 396, -65537
ES256, RFC9162_SHA256, INCLUSION = -7, 1, -1
ISSUER, ISSUED_AT = 1, 6
LOG_NAME = "urn:tashika:log:"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Changes tried at every byte: the lowest bit, the bit between upper and lower case, the highest bit.
FLIPS = (0x01, 0x20, 0x80)
LEAST_POSITIONS = 300


class Refused(Exception):
    """The file proves nothing."""


def demand(holds, what):
    if not holds:
        raise Refused(what)


def read_cbor(data, what):
    """Reads CBOR and demands that it is the deterministic form, with nothing after it."""
    value = cbor2.loads(data)
    again = io.BytesIO()
    cbor2.CBOREncoder(again, canonical=True).encode(value)
    demand(again.getvalue() == data, f"{what} is not deterministic CBOR")
    return value


def read_base64url(text, what):
    demand(text.isascii() and "=" not in text, f"{what} is not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    again = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    demand(again == text, f"{what} is not the one base64url spelling")
    return data


def members_once(pairs):
    names = [name for name, _ in pairs]
    demand(len(set(names)) == len(names), "a member is there twice")
    return dict(pairs)


def read_file(data):
    """The members of the file, which must be written in the one form that Tashika writes."""
    text = data.decode("utf-8")
    held = json.loads(text, object_pairs_hook=members_once)
    demand(isinstance(held, dict) and list(held) == MEMBERS, "not the members of a saved answer")
    demand(all(isinstance(value, str) for value in held.values()), "a member is no text")
    again = json.dumps(held, ensure_ascii=False, separators=(",", ":")) + "\n"
    demand(again == text, "the file is not written as Tashika writes it")
    demand(held["Format"] == FORMAT, "unknown format")
    return held


def rule_of(leaf_index, tree_size, siblings):
    """On which side each sibling stands, RFC 9162 2.1.3.2, in the notation of pymerkle (1: on the left)."""
    node, last, rule = leaf_index, tree_size - 1, []
    for _ in range(siblings):
        left = node & 1 == 1 or node == last
        rule.append(int(left))
        while left and node & 1 == 0 and node != 0:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    return rule + [0]


def root_of(event, tree_size, leaf_index, path):
    """The root that the inclusion proof leads to; pymerkle judges its shape and computes it."""
    base = MerkleHasher("sha256").hash_buff(event)
    proof = InclusionProof.deserialize(
        {
            "type": "inclusion",
            "metadata": {"algorithm": "sha256", "security": True, "size": tree_size, "index": leaf_index + 1},
            "rule": rule_of(leaf_index, tree_size, len(path)),
            "path": [base.hex()] + [sibling.hex() for sibling in path],
        }
    )
    root = proof.compute_root()
    proof.verify(base, root, index=leaf_index + 1, size=tree_size, algorithm="sha256")
    return root


def verify_receipt(receipt, event, key_pem):
    """Verifies the COSE Receipt (RFC 9942) for the event; gives the log's number and the place of the leaf."""
    message = read_cbor(receipt, "the receipt")
    demand(isinstance(message, cbor2.CBORTag) and message.tag == 18, "not a COSE_Sign1")
    protected_bytes, unprotected, payload, signature = message.value
    demand(payload is None, "the payload is not detached")
    protected = read_cbor(protected_bytes, "the protected header")
    demand(set(protected) == {ALG, KID, CLAIMS, VDS, TREE_SIZE}, "unknown protected headers")
    demand(protected[ALG] == ES256 and protected[VDS] == RFC9162_SHA256, "unknown algorithm or structure")
    public = serialization.load_pem_public_key(key_pem)
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    demand(protected[KID] == hashlib.sha256(spki).digest()[:8], "another key")

    demand(list(unprotected) == [VDP] and list(unprotected[VDP]) == [INCLUSION], "unknown unprotected headers")
    (proof,) = unprotected[VDP][INCLUSION]
    tree_size, leaf_index, path = read_cbor(proof, "the inclusion proof")
    demand(len(path) > 0, "RFC 9942 wants at least one hash in a path")
    demand(tree_size == protected[TREE_SIZE], "the tree size is not the signed one")
    root = root_of(event, tree_size, leaf_index, path)

    key = COSEKey.from_pem(key_pem, kid=protected[KID], alg="ES256")
    COSE.new(verify_kid=True).decode(receipt, keys=[key], detached_payload=root)
    demand(int.from_bytes(signature[32:], "big") <= P256_ORDER // 2, "not the lower s")

    claims = protected[CLAIMS]
    demand(set(claims) == {ISSUER, ISSUED_AT} and claims[ISSUER].startswith(LOG_NAME), "unknown claims")
    return claims[ISSUER].removeprefix(LOG_NAME), leaf_index


def proof_number(log, leaf_index):
    digits = f"{log}{leaf_index:011}"
    weighted = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    check = -sum(product // 10 + product % 10 for product in weighted) % 10
    return f"{log}-{leaf_index:011}-{check}"


def verify(data, key_pem):
    held = read_file(data)
    event_bytes = read_base64url(held["Event"], "the event")
    receipt = read_base64url(held["Receipt"], "the receipt")
    log, leaf_index = verify_receipt(receipt, event_bytes, key_pem)
    demand(held["ProofNumber"] == proof_number(log, leaf_index), "the proof number names another leaf")

    event = read_cbor(event_bytes, "the event")
    demand(list(event) == list(range(1, 10)) and event[1] == 1, "not an access event")
    answer = held["Answer"]
    demand(hashlib.sha256(event[9] + answer.encode()).digest() == event[5], "the answer is not the recorded one")
    said = json.loads(answer)
    demand(said["Verdict"] == event[4], "another verdict")
    demand(said["MedicalInstitutionCode"] == event[2], "another facility")
    demand(said["RequestId"].replace("-", "").lower() == event[8].hex(), "another request")
    return held["ProofNumber"], event


def is_refused(data, key_pem):
    # A changed file may break any library in any way; only a verdict of "good" counts as overlooked.
    try:
        verify(data, key_pem)
    except Exception:  # noqa: BLE001
        return True
    return False


def flip_every_byte(data, key_pem):
    demand(len(data) >= LEAST_POSITIONS, f"a sample of fewer than {LEAST_POSITIONS} bytes shows too little")
    overlooked = []
    for position in range(len(data)):
        for flip in FLIPS:
            changed = bytearray(data)
            changed[position] ^= flip
            if not is_refused(bytes(changed), key_pem):
                overlooked.append((position, flip))
    demand(not overlooked, f"changes that went unnoticed (position, bits): {overlooked[:20]}")
    return len(data) * len(FLIPS)


def main(arguments):
    flip = arguments[:1] == ["--flip"]
    files = arguments[1:] if flip else arguments
    if len(files) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(files[0], "rb") as proof, open(files[1], "rb") as key:
        data, key_pem = proof.read(), key.read()
    try:
        number, event = verify(data, key_pem)
        print(f"{number}: verified. Facility {event[2]}, verdict {event[4]}, purpose {event[7]}")
        if flip:
            print(f"{flip_every_byte(data, key_pem)} changes at {len(data)} bytes: each one refused")
    except Exception as error:  # noqa: BLE001 whatever goes wrong, the file is not proven
        print(f"REFUSED: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
