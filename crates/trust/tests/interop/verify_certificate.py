#!/usr/bin/env python3
"""Judges a personal certificate (資格確認書) of Tashika with libraries that Tashika does not use.

base45 (RFC 9285) reads the text of the QR code, cwt (COSE and CWT) verifies the signatures of certificate and status list,
cbor2 reads the CBOR. What the claims mean is written down here a second time, from docs/PERSONAL-CERTIFICATE.md.

    VENV/bin/python crates/trust/tests/interop/verify_certificate.py CERTIFICATE_TXT CREDENTIAL_KEY_PEM STATUS_LIST_CWT
    VENV/bin/python crates/trust/tests/interop/verify_certificate.py --flip CERTIFICATE_TXT …

Exit status 0: signed by this key and valid by this list (with --flip: and no changed character goes unnoticed). 1: not.
2: wrong usage. Times are not compared with a clock: the sample is of one day.
"""

import hashlib
import io
import sys
import zlib
from datetime import datetime, timedelta, timezone

import base45
import cbor2
from cryptography.hazmat.primitives import serialization
from cwt import COSE, COSEKey

PREFIX = "TSK1:"
CHARACTERS_MAX = 470
ALG, KID, TYP, ES256 = 1, 4, 16, -7
SUBJECT, EXPIRES, NOT_BEFORE, ISSUED_AT = 2, 4, 5, 6
STATUS, STATUS_LIST, TOLD = 65535, 65533, -65539
NAME, BIRTHDATE, INSURER, NUMBER = 1, 3, 5, 8
JAPAN = timezone(timedelta(hours=9))
WORDS = ["valid", "invalid", "suspended", "changed"]


class Refused(Exception):
    """Not to be believed."""


def demand(holds, what):
    if not holds:
        raise Refused(what)


def canonical(value):
    out = io.BytesIO()
    cbor2.CBOREncoder(out, canonical=True).encode(value)
    return out.getvalue()


def verify_token(token, key_pem, typ):
    """The claims of a signed CWT."""
    public = serialization.load_pem_public_key(key_pem)
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    kid = hashlib.sha256(spki).digest()[:8]
    message = cbor2.loads(token)
    demand(isinstance(message, cbor2.CBORTag) and message.tag == 18, "not a COSE_Sign1")
    protected, unprotected, payload, _ = message.value
    expected = {ALG: ES256, KID: kid} | ({TYP: typ} if typ else {})
    demand(cbor2.loads(protected) == expected and unprotected == {}, "other headers")
    key = COSEKey.from_pem(key_pem, kid=kid, alg="ES256")
    COSE.new(verify_kid=True).decode(token, keys=[key])
    return payload


def verify_certificate(text, key_pem):
    demand(text.startswith(PREFIX) and len(text) <= CHARACTERS_MAX, "not the text of a certificate")
    body = text.removeprefix(PREFIX)
    token = base45.b45decode(body)
    demand(base45.b45encode(token).decode() == body, "another spelling of base45")
    payload = verify_token(token, key_pem, None)
    claims = cbor2.loads(payload)
    told = claims[TOLD]
    # RFC 8949 4.2.1: the order of the encoded keys; here it is the order in which they stand.
    demand(list(claims) == [EXPIRES, NOT_BEFORE, ISSUED_AT, STATUS, TOLD], "other claims")
    demand(list(told) == sorted(told) and set(told) <= set(range(1, 16)), "other members")
    again = bytearray([0xA0 | len(claims)])
    for key, value in claims.items():
        again += canonical(key)
        # cbor2's canonical form orders texts by length first; the two names of `status` are written as they stand.
        again += cbor2.dumps(value) if key == STATUS else canonical(value)
    demand(bytes(again) == payload, "not deterministic CBOR")
    for claim in (EXPIRES, NOT_BEFORE):
        at = datetime.fromtimestamp(claims[claim], JAPAN)
        demand((at.hour, at.minute, at.second) == (0, 0, 0), "not midnight in Japan")
    return claims, told


def status(claims, token, key_pem):
    """What the list says of the certificate's place."""
    place = claims[STATUS]["status_list"]
    said = cbor2.loads(verify_token(token, key_pem, "application/statuslist+cwt"))
    demand(said[SUBJECT] == place["uri"], "another list")
    bits, packed = said[STATUS_LIST]["bits"], zlib.decompress(said[STATUS_LIST]["lst"])
    first = place["idx"] * bits
    return WORDS[packed[first // 8] >> first % 8 & (1 << bits) - 1]


def is_refused(text, key_pem):
    try:
        verify_certificate(text, key_pem)
    except Exception:  # noqa: BLE001 whatever goes wrong, it is not believed
        return True
    return False


def flip_every_character(text, key_pem):
    tried = 0
    for position in range(len(text)):
        for other in "0AZ $:":
            changed = text[:position] + other + text[position + 1 :]
            if changed != text:
                demand(is_refused(changed, key_pem), f"a change at {position} went unnoticed")
                tried += 1
    return tried


def main(arguments):
    flip = arguments[:1] == ["--flip"]
    files = arguments[1:] if flip else arguments
    if len(files) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(files[0], encoding="ascii") as text, open(files[1], "rb") as key, open(files[2], "rb") as listed:
        text, key_pem, listed = text.read().strip("\r\n"), key.read(), listed.read()
    try:
        claims, told = verify_certificate(text, key_pem)
        word = status(claims, listed, key_pem)
        demand(word == "valid", f"the list says: {word}")
        until = datetime.fromtimestamp(claims[EXPIRES] - 1, JAPAN).date()
        shown = f"{told[NAME]}, born {told[BIRTHDATE]}, insurer {told[INSURER]:08}, number {told[NUMBER]}"
        print(f"certificate of {len(text)} characters: {shown}; until {until}; list: {word}")
        if flip:
            print(f"{flip_every_character(text, key_pem)} changes at {len(text)} characters: each one refused")
    except Exception as error:  # noqa: BLE001
        print(f"REFUSED: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
