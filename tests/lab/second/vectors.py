# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""Known answers for what is signed (sections 5 and 8); tests/vectors/records.json is their print.

    cd tests/lab && /usr/bin/python3 -m second.vectors > ../vectors/records.json
"""

import json

from . import certs, frames, records

START = 1700000000
HLC = START * 1000 << 16


def seed(first):
    return bytes(range(first, first + 32))


def make():
    keys = certs.Keys(seed(0x10), seed(0x30), seed(0x50))
    other = certs.Keys(seed(0x70), seed(0x90), seed(0xb0))
    cert = certs.make_cert(keys, "Anna 李", 1, 1, START - certs.DAY, START - certs.DAY + certs.LIFE)
    devices = certs.make_list(keys.account, [(keys.device_id, certs.digest(cert), certs.ACTIVE)],
                              1, bytes(32), START)
    last = certs.make_list(keys.account, [(keys.device_id, certs.digest(cert), certs.REVOKED)],
                           2, certs.digest(devices), START + 60)
    talk = records.conversation_id(keys.account_key, other.account_key)
    proto = frames.proto()
    mark = proto.ReadMark(device=other.device_id, seq=3, hlc=HLC + 2)
    contents = (
        (records.TEXT, proto.Content(order=HLC, text=proto.Text(text="hello, 世界"))),
        (records.TEXT, proto.Content(order=HLC + 5, text=proto.Text(text="again"))),
        (records.READ_UP_TO, proto.Content(order=HLC + 6, read_up_to=proto.ReadUpTo(marks=[mark]))))
    log, previous = [], bytes(32)
    for seq, (kind, content) in enumerate(contents, 1):
        log.append(records.pack(keys, talk, seq, previous, bytes([seq]) * 16, HLC + seq - 1, kind,
                                content.SerializeToString()))
        previous = certs.digest(log[-1])
    return {
        "account_seed": seed(0x10).hex(), "signing_seed": seed(0x30).hex(),
        "dh_secret": seed(0x50).hex(),
        "account_key": keys.account_key.hex(), "signing_key": keys.signing_key.hex(),
        "dh_key": keys.dh_key.hex(), "device_id": keys.device_id.hex(),
        "other_account_key": other.account_key.hex(),
        "certificate": cert.hex(), "certificate_hash": certs.digest(cert).hex(),
        "list": devices.hex(), "list_hash": certs.digest(devices).hex(),
        "list_revoked": last.hex(),
        "conversation_id": talk.hex(),
        "records": [r.hex() for r in log], "record_hashes": [certs.digest(r).hex() for r in log],
        "safety_number": certs.safety_number(keys.account_key, other.account_key),
    }


if __name__ == "__main__":
    note = ("Seeds are those of Ed25519 (RFC 8032), the certificate's name is 'Anna 李', its device "
            "list number 1, its capabilities 1. Written by tests/lab/second/vectors.py.")
    print(json.dumps({"note": note, **make()}, indent=1, ensure_ascii=False))
