"""The SCALE encoding of a type's default value: zero, empty, absent, the variant of the lowest index."""

from model import PRIMITIVES


def default_bytes(rt, busy=()):
    """None where there is no default (a value that would contain itself, hand-written codecs, results)."""
    if rt in busy:
        return None
    inner = busy + (rt,)
    magic = rt.decl.magic.encode() if rt.decl and rt.decl.magic else b""
    if rt.kind in ("bytes", "string", "bits", "bounded", "compact", "vec", "set", "map", "opt"):
        return magic + b"\0"
    if rt.kind in PRIMITIVES:
        return bytes(PRIMITIVES[rt.kind][1])
    if rt.kind == "fixed":
        return bytes(rt.n)
    if rt.kind == "array":
        one = default_bytes(rt.elem, inner)
        return None if one is None else one * rt.n
    if rt.kind in ("box", "shared"):
        return default_bytes(rt.elem, inner)
    if rt.kind == "tail":
        return b""
    if rt.kind in ("custom", "res"):
        return None
    fields = rt.fields
    if rt.kind == "enum":
        if not rt.variants:
            return None
        first = min(rt.variants, key=lambda v: v.index)
        magic += bytes([first.index])
        fields = first.fields
    parts = [default_bytes(f.rt, inner) for f in fields]
    return None if None in parts else magic + b"".join(parts)


def integer_bytes(rt, value):
    """A number as the default of an integer, or of a newtype of one; None if the type is something else."""
    while rt.kind == "newtype":
        rt = rt.fields[0].rt
    if rt.kind not in ("u8", "u16", "u32", "u64", "u128"):
        return None
    size = PRIMITIVES[rt.kind][1]
    return value.to_bytes(size, "little") if value < 1 << (8 * size) else None


def item_default(item):
    """The encoded default of a storage item, None for an optional one; raises ValueError with what is wrong."""
    if item.optional:
        if item.default is not None:
            raise ValueError("an optional item (`?`) has no default")
        return None
    data = value_bytes(item.rt, item.default)
    if data is None:
        raise ValueError("`%s` has no such default, give `= bytes 0x…` or make it optional (`?`)" % item.rt.name)
    return data


def value_bytes(rt, value):
    """The encoding of what the schema gives as a value: None is the type's default; None where there is none."""
    if isinstance(value, int):
        return integer_bytes(rt, value)
    return value if value is not None else default_bytes(rt)
