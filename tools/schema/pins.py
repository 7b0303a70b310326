"""schema/pins.txt: a hash of the wire types of each protocol and pallet, beside its version (docs/schema.md, "Pins")."""

import hashlib
import os

from defaults import item_default
from model import PRIMITIVES
from syntax import SchemaError

HEADER = """\
# Hashes of the wire types of each protocol and each pallet, with the version they belong to. A change of a format must raise
# its version; `python3 tools/schema/main.py --repin schema/*.ph` then rewrites this file.
"""


def shape(rt, busy=()):
    """What a type looks like on the wire; names of types and fields leave no trace, names of variants do."""
    if rt.kind in PRIMITIVES:
        return rt.kind
    if rt in busy or rt.decl and rt.decl.name in ("Call", "Event"):
        return "@" + rt.name
    inner = busy + (rt,)
    magic = "magic %s " % rt.decl.magic if rt.decl and rt.decl.magic else ""
    if rt.kind in ("box", "shared"):
        return shape(rt.elem, inner)
    if rt.kind == "custom":
        held = rt.decl.path and [f.name for f in rt.fields] == ["v"]  # a list with rules of its own
        return magic + "custom " + rt.name + (" " + shape(rt.fields[0].rt, inner) if held else "")
    if rt.variants:
        return magic + "enum{%s}" % " ".join("%d %s(%s)" % (v.index, v.name, " ".join(shape(f.rt, inner) for f in v.fields))
                                             for v in sorted(rt.variants, key=lambda v: v.index))
    if rt.fields:
        return magic + "(%s)" % " ".join(shape(f.rt, inner) for f in rt.fields)
    if rt.kind == "bounded":
        return "bytes"
    size = rt.n if rt.kind in ("fixed", "array") else ""
    return "%s%s[%s]" % (rt.kind, size, " ".join(shape(arg, inner) for arg in rt.args))


def shape_of_fields(model, fields):
    return " ".join(shape(model.resolve(f.ty)) for f in fields)


def pallet_text(model, pallet):
    lines = []
    for item in pallet.storage:
        keys = " ".join("%s %s" % (hasher, shape(rt)) for (hasher, _), rt in zip(item.keys, item.key_rts))
        default = item_default(item)
        lines.append("storage %s (%s) %s %s" % (item.chain_name, keys, shape(item.rt),
                                                "optional" if default is None else default.hex()))
    for what in ("calls", "events"):
        for entry in getattr(pallet, what):
            lines.append("%s %d %s (%s)" % (what, entry.index, entry.name, shape_of_fields(model, entry.fields)))
    lines += ["error %d %s" % (error.index, error.name) for error in pallet.errors]
    return "index %d\n" % pallet.index + "\n".join(sorted(lines))


def protocol_text(proto):
    parts = [proto.message_rt, proto.handshake_rt, proto.request_rt, proto.response_rt]
    return proto.kind + "\n" + "\n".join(shape(rt) if rt else "-" for rt in parts)


def compute(model):
    """{(what, name): (version, hash, pos)}; a protocol's name includes its version, as versions live side by side."""
    out = {}
    for pallet in model.pallets:
        out["pallet", pallet.name] = (pallet.version, digest(pallet_text(model, pallet)), pallet.pos)
    for proto in model.protocols:
        out["protocol", "%s/%d" % (proto.name, proto.version)] = (proto.version, digest(protocol_text(proto)), proto.pos)
    return out


def digest(text):
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def render(model):
    return HEADER + "".join("%s %s %d %s\n" % (what, name, version, hash_)
                            for (what, name), (version, hash_, _) in sorted(compute(model).items()))


def check(model, path):
    """Refuses a changed hash under an unchanged version. What is not pinned yet is free to change."""
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    now = compute(model)
    for i, words in enumerate(lines):
        if len(words) != 4 or not words[2].isdigit():
            raise SchemaError((path, i + 1), "expected `what name version hash`")
        what, name, version, hash_ = words
        if (what, name) not in now:
            continue
        new_version, new_hash, pos = now[what, name]
        if new_hash != hash_ and new_version == int(version):
            advice = ("raise the version of pallet `%s` above %s" % (name, version) if what == "pallet" else
                      "declare a new version of protocol `%s` beside it" % name.split("/")[0])
            raise SchemaError(pos, "the wire types of %s `%s` changed but its version is still %s: %s, then run with "
                              "--repin" % (what, name, version, advice))
