# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""lanyard.proto as Python classes, made by protoc when first needed; limits of frames."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile

MAX_FRAME = 65000
MAX_BATCH = 60000
DEFAULT_PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../../src/wire/lanyard.proto")
_module = None


def proto():
    """The generated module; $LANYARD_PROTO names another file."""
    global _module
    if _module is None:
        path = os.path.abspath(os.environ.get("LANYARD_PROTO", DEFAULT_PROTO))
        out = tempfile.mkdtemp(prefix="lanyard-proto-")
        atexit.register(shutil.rmtree, out, True)
        subprocess.run(["protoc", "--proto_path=" + os.path.dirname(path), "--python_out=" + out,
                        path], check=True)
        spec = importlib.util.spec_from_file_location("lanyard_pb2",
                                                      os.path.join(out, "lanyard_pb2.py"))
        _module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(_module)
    return _module


def frame(name, body=None, **fields):
    """The bytes of a Frame with this member set."""
    value = proto().Frame()
    member = getattr(value, name)
    member.SetInParent()
    if body is not None:
        member.CopyFrom(body)
    for key, content in fields.items():
        if isinstance(content, (list, tuple)):
            getattr(member, key).extend(content)
        else:
            setattr(member, key, content)
    return value.SerializeToString()


def parse(data):
    """(name, body) of a frame; (None, None) for one that is to be ignored."""
    if len(data) > MAX_FRAME:
        raise ValueError("a frame of %d bytes" % len(data))
    value = proto().Frame.FromString(data)
    name = value.WhichOneof("body")
    return name, getattr(value, name) if name else None


def batches(records):
    """Splits records' bytes into lists that fit into one frame each."""
    batch, size = [], 0
    for data in records:
        if batch and (size + len(data) + 4 > MAX_BATCH or len(batch) == 400):
            yield batch
            batch, size = [], 0
        batch.append(data)
        size += len(data) + 4
    if batch:
        yield batch
