"""runtime/metadata.h/.c: what the chain says of itself to wallets and tools, as metadata V14 and V15 (frame-metadata 23).

Both versions are made of the same parts, some of which belong to one of them alone: the type registry (scale-info 2) and the
pallets are most of it, and stand in the program once. Constants that the runtime computes are parts of their own.
"""

import re

from defaults import item_default, value_bytes
from names import snake
from output import WIDTH
from syntax import SchemaError

V14, V15 = 1, 2
BOTH = V14 | V15
PRIMITIVE = {"bool": 0, "u8": 3, "u16": 4, "u32": 5, "u64": 6, "u128": 7, "i8": 9, "i16": 10, "i32": 11, "i64": 12, "i128": 13}
STR = 2
COMPOSITE, VARIANT, SEQUENCE, ARRAY, TUPLE, PRIMITIVE_DEF, COMPACT, BITS = range(8)
HASHER = {"blake2_128": 2, "blake2_256": 1, "twox64": 5, "twox128": 3, "twox256": 4, "identity": 6}
RUNTIME = "parahost_runtime"
ERA = "sp_runtime::generic::era::Era"
BOUNDED = "bounded_collections::bounded_vec::BoundedVec"


# Generic types of Rust, of which the schema has an instance: their parameters, and the field that shows what each is there.
GENERIC = {
    "frame_system::EventRecord": [("E", "event"), ("T", "topics")],
    "frame_support::dispatch::PerDispatchClass": [("T", "normal")],
    "sp_runtime::generic::header::Header": [("Number", "number")],
    "finality_grandpa::Equivocation": [("Id", "identity"), ("V", "first.0"), ("S", "first.1")],
    "frame_support::traits::tokens::misc::IdAmount": [("Balance", "amount")],
    "polkadot_primitives::v9::signed::UncheckedSigned": [("Payload", "payload")],
}


# Generic types whose parameter metadata names, but does not describe.
OPAQUE = {"xcm::VersionedXcm": "RuntimeCall", "xcm::double_encoded::DoubleEncoded": "T"}
OPAQUE.update({"%s::v%d::%s" % ("xcm" if version == 3 else "staging_xcm", version, name): "Call"
               for version in (3, 4, 5) for name in ("Xcm", "Instruction")})


# ---- SCALE ----

def compact(value):
    if value < 1 << 6:
        return bytes([value << 2])
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 2).to_bytes(4, "little")
    size = (value.bit_length() + 7) // 8
    return bytes([(size - 4) << 2 | 3]) + value.to_bytes(size, "little")


def text(value):
    data = value.encode()
    return compact(len(data)) + data


def blob(data):
    return compact(len(data)) + data


def listed(parts):
    parts = list(parts)
    return compact(len(parts)) + b"".join(parts)


def option(data):
    return b"\0" if data is None else b"\1" + data


def docs_lines(docs):
    """Rust's documentation lines keep the blank after the slashes."""
    return listed(text(" " + line if line else "") for line in docs.split("\n")) if docs else compact(0)


# ---- the type registry ----

RUST_WORDS = {"vec": "Vec", "option": "Option", "map": "BTreeMap", "set": "BTreeSet", "box": "Box", "result": "Result",
              "bytes": "Vec<u8>", "string": "Cow<'static, str>", "unit": "()", "bits": "BitVec<u8, Lsb0>",
              "compact": "Compact", "Call": "RuntimeCall", "Event": "RuntimeEvent"}


def rust_name(spelling):
    """A schema spelling as Rust would write it: what tools show as the name of a field's type."""
    spelling = re.sub(r"\bbytes<\d+>", "bytes", spelling)
    spelling = re.sub(r"(vec<.*), \d+>", r"\1>", spelling)
    spelling = re.sub(r"^compact<(.*)>$", r"\1", spelling)
    return re.sub(r"\b[A-Za-z]+\b", lambda m: RUST_WORDS.get(m.group(), m.group()), spelling)


def plain(rt):
    """What stands for a type in metadata: boxes and newtypes that Rust does not have are what they hold."""
    while True:
        if rt.kind in ("box", "shared"):
            rt = rt.elem
        elif rt.kind == "newtype" and not (rt.decl.path or rt.decl.magic):
            rt = rt.fields[0].rt
        elif rt.kind == "custom" and not rt.decl.path and len(rt.fields) == 1:
            rt = rt.fields[0].rt
        else:
            return rt


def argument(rt, places):
    """The type in a field that a generic type's parameter stands for: an element, a number in compact form, a part of a tuple."""
    if rt.kind in ("vec", "compact"):
        return rt.elem
    return rt.args[int(places[0])] if places else rt


def key_of(rt):
    """Types of the same key are the same type to metadata."""
    rt = plain(rt)
    if rt.decl:
        return rt.name
    if rt.kind in ("fixed", "array"):
        return "[%s; %d]" % ("u8" if rt.kind == "fixed" else key_of(rt.elem), rt.n)
    if rt.kind == "bytes":
        return "vec<u8>"
    if rt.kind == "bounded":
        return "bounded<u8>"
    if rt.kind == "vec":
        return "%s<%s>" % ("bounded" if rt.n else "vec", key_of(rt.elem))
    if rt.kind in ("tup", "entry"):
        return "(%s)" % ", ".join(key_of(a) for a in rt.args)
    if rt.args:
        return "%s<%s>" % (rt.kind, ", ".join(key_of(a) for a in rt.args))
    return rt.kind


class Registry:
    """Numbers types in the order in which they are met, a type before what it consists of, as scale-info does."""

    def __init__(self):
        self.ids, self.types = {}, []

    def number(self, key, make):
        if key not in self.ids:
            self.ids[key] = len(self.types)
            self.types.append(None)
            self.types[self.ids[key]] = make()
        return compact(self.ids[key])

    def encode(self):
        return listed(compact(i) + data for i, data in enumerate(self.types))

    @staticmethod
    def type(path, params, definition, docs=""):
        segments = path.split("::") if path else []
        return (listed(text(s) for s in segments) + listed(text(name) + option(ty) for name, ty in params) + definition
                + docs_lines(docs))

    @staticmethod
    def field(ty, name=None, type_name=None, docs=""):
        return (option(text(name) if name is not None else None) + ty
                + option(text(type_name) if type_name is not None else None) + docs_lines(docs))

    def composite(self, path, fields, params=(), docs=""):
        return self.type(path, params, bytes([COMPOSITE]) + listed(fields), docs)

    def variants(self, path, variants, params=(), docs=""):
        """variants: (name, encoded fields, index, docs)."""
        body = listed(text(name) + listed(fields) + bytes([index]) + docs_lines(about) for name, fields, index, about in variants)
        return self.type(path, params, bytes([VARIANT]) + body, docs)

    # ---- constructed types ----
    def primitive(self, name):
        number = STR if name == "str" else PRIMITIVE[name]
        return self.number(name, lambda: self.type("", (), bytes([PRIMITIVE_DEF, number])))

    def sequence(self, key, elem):
        return self.number("vec<%s>" % key, lambda: self.type("", (), bytes([SEQUENCE]) + elem()))

    def tuple(self, rts):
        key = "(%s)" % ", ".join(key_of(rt) for rt in rts) if rts else "unit"
        return self.number(key, lambda: self.type("", (), bytes([TUPLE]) + listed(self.of(rt) for rt in rts)))

    def struct(self, path, fields=()):
        """A struct that the schema does not declare: (name, encoded type, name of the type)."""
        return self.number(path, lambda: self.composite(path, [self.field(ty, name, type_name) for name, ty, type_name in fields]))

    def of(self, rt):
        """The number of a type, encoded."""
        rt = plain(rt)
        if rt.kind in PRIMITIVE:
            return self.primitive(rt.kind)
        if rt.kind == "unit":
            return self.tuple([])
        if rt.kind == "bytes":
            return self.sequence("u8", lambda: self.primitive("u8"))
        if rt.kind in ("tup", "entry"):
            return self.tuple(rt.args)
        if rt.kind == "vec" and not rt.n:
            return self.sequence(key_of(rt.elem), lambda: self.of(rt.elem))
        return self.number(key_of(rt), lambda: self.make(rt))

    def make(self, rt):
        kind = rt.kind
        if rt.decl:
            return self.named(rt)
        if kind in ("fixed", "array"):
            elem = self.primitive("u8") if kind == "fixed" else self.of(rt.elem)
            return self.type("", (), bytes([ARRAY]) + rt.n.to_bytes(4, "little") + elem)
        if kind == "compact":
            return self.type("", (), bytes([COMPACT]) + self.of(rt.elem))
        if kind == "string":
            inner = self.primitive("str")
            return self.composite("Cow", [self.field(inner)], [("T", inner)])
        if kind == "bits":
            order = self.struct("bitvec::order::Lsb0")
            return self.type("", (), bytes([BITS]) + self.primitive("u8") + order)
        if kind == "opt":
            inner = self.of(rt.elem)
            return self.variants("Option", [("None", [], 0, ""), ("Some", [self.field(inner)], 1, "")], [("T", inner)])
        if kind == "res":
            good, bad = self.of(rt.args[0]), self.of(rt.args[1])
            return self.variants("Result", [("Ok", [self.field(good)], 0, ""), ("Err", [self.field(bad)], 1, "")],
                                 [("T", good), ("E", bad)])
        return self.make_collection(rt)

    def make_collection(self, rt):
        if rt.kind == "map":
            params = [("K", self.of(rt.args[0])), ("V", self.of(rt.args[1]))]
            key = key_of(rt.entry)
            return self.composite("BTreeMap", [self.field(self.sequence(key, lambda: self.of(rt.entry)))], params)
        elem = (lambda: self.primitive("u8")) if rt.kind == "bounded" else (lambda: self.of(rt.elem))
        name = "u8" if rt.kind == "bounded" else key_of(rt.elem)
        if rt.kind == "set":
            return self.composite("BTreeSet", [self.field(self.sequence(name, elem))], [("T", elem())])
        if rt.kind in ("vec", "bounded"):
            return self.composite(BOUNDED, [self.field(self.sequence(name, elem), None, "Vec<T>")], [("T", elem()), ("S", None)])
        raise SchemaError(("schema", 0), "`%s` has no description in metadata" % rt.name)

    # ---- declared types ----
    def named(self, rt):
        decl = rt.decl
        path = decl.path or "%s::%s" % (RUNTIME, decl.name)
        if path == ERA:
            return self.era()
        if decl.magic and decl.kind == "enum":
            body = self.number(decl.name + " body", lambda: self.named_enum(rt, path))
            return self.composite(path, [self.magic(decl), self.field(body, "value")], (), decl.docs)
        if decl.kind == "enum":
            return self.named_enum(rt, path)
        unnamed = decl.kind == "newtype" or decl.kind == "custom" and rt.fields[0].name == "v" or all(re.fullmatch(r"_\d+", f.name) for f in rt.fields)
        members = self.members(rt.fields, not unnamed)
        if decl.magic:
            body = [self.field(self.of(rt.fields[0].rt), "value")] if decl.kind == "newtype" else members
            members = [self.magic(decl)] + body
        return self.composite(path, members, self.params(rt, path), decl.docs)

    def magic(self, decl):
        size = len(decl.magic.encode())
        array = self.number("[u8; %d]" % size, lambda: self.type(
            "", (), bytes([ARRAY]) + size.to_bytes(4, "little") + self.primitive("u8")))
        return self.field(array, "magic")

    def named_enum(self, rt, path):
        variants = [(v.name, self.members(v.fields, v.named), v.index, v.docs) for v in rt.variants]
        return self.variants(path, variants, self.params(rt, path), rt.decl.docs)

    def members(self, members, named):
        return [self.field(self.of(m.rt), m.name if named else None, rust_name(m.type_name), m.docs) for m in members]

    def params(self, rt, path):
        """Parameters of generic types that tools look at."""
        if path.endswith(("::pallet::Call", "::pallet::Event", "::pallet::Error")):
            return [("T", None)]
        if path in OPAQUE:
            return [(OPAQUE[path], None)]
        if path == "sp_runtime::multiaddress::MultiAddress":
            return [("AccountId", self.of(rt.variants[0].fields[0].rt)), ("AccountIndex", self.tuple([]))]
        by_name = {f.name: f.rt for f in rt.fields}
        return [(name, self.of(argument(by_name[place.split(".")[0]], place.split(".")[1:])))
                for name, place in GENERIC.get(path, ())]

    def era(self):
        """One variant a first byte, as Rust describes the two bytes of a mortal era."""
        byte = self.primitive("u8")
        return self.variants(ERA, [("Immortal", [], 0, "")] + [("Mortal%d" % i, [self.field(byte)], i, "") for i in range(1, 256)])


# ---- what stands in the metadata ----

class Metadata:
    """Collects parts: (versions, bytes) or (versions, (pallet, constant)) for a constant that the runtime computes."""

    def __init__(self, model):
        self.model, self.registry = model, Registry()
        self.errors_type = None
        extrinsic = self.extrinsic()
        pallets = self.pallets()
        runtime = [(BOTH, self.registry.struct(RUNTIME + "::Runtime"))]
        apis = [(V15, self.apis())]
        outer = [(V15, self.named("Call") + self.named("Event") + self.outer_error() + compact(0))]
        head = [(V14, b"meta\x0e"), (V15, b"meta\x0f"), (BOTH, self.registry.encode())]
        self.parts = merged(head + pallets + extrinsic + runtime + apis + outer)

    def named(self, name):
        return self.registry.of(self.model.types[name])

    # ---- extrinsic ----
    def extrinsic(self):
        model, decl, types = self.model, self.model.extrinsic, self.registry
        address, signature = model.resolve(decl.address), model.resolve(decl.signature)
        address, call, signature = types.of(address), self.named("Call"), types.of(signature)
        extensions, numbers = [], []
        for ext in decl.extensions:
            inner = model.resolve(ext.ty)
            fields = [] if inner.kind == "unit" else [(None, types.of(inner), rust_name(model.spelled(ext.ty)[1]))]
            number = types.struct(ext.path or "%s::%s" % (RUNTIME, ext.name), fields)
            numbers.append(number)
            extensions.append(text(ext.name) + number + types.of(model.resolve(ext.implicit)))
        extra = types.number("extra", lambda: types.type("", (), bytes([TUPLE]) + listed(numbers)))
        path = "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic"
        params = [("Address", address), ("Call", call), ("Signature", signature), ("Extra", extra)]
        body = types.number(path, lambda: types.composite(path, [types.field(types.sequence("u8", lambda: types.primitive("u8")))], params))
        version = bytes([decl.version])
        return [(V14, body + version), (V15, version + address + call + signature + extra), (BOTH, listed(extensions))]

    # ---- pallets ----
    def pallets(self):
        shown = [p for p in self.model.pallets if not p.later]
        out = [(BOTH, compact(len(shown)))]
        for pallet in shown:
            out.append((BOTH, text(pallet.name) + self.storage(pallet) + self.enum(pallet.calls, "Call", pallet)
                        + self.enum(pallet.events, "Event", pallet) + compact(len(pallet.constants))))
            for const in pallet.constants:
                out.append((BOTH, text(const.name) + self.registry.of(const.rt)))
                out.append((BOTH, (pallet, const) if const.computed else blob(value_bytes(const.rt, const.value))))
                out.append((BOTH, docs_lines(const.docs)))
            out.append((BOTH, self.enum(pallet.errors, "Error", pallet) + bytes([pallet.index])))
            out.append((V15, docs_lines(pallet.docs)))
        return out

    def enum(self, entries, what, pallet):
        return option(self.named(what + pallet.name) if entries else None)

    def storage(self, pallet):
        if not pallet.storage:
            return option(None)
        return option(text(pallet.name) + listed(self.entry(item) for item in pallet.storage))

    def entry(self, item):
        default = item_default(item)
        types = self.registry
        if not item.keys:
            kind = b"\0" + types.of(item.rt)
        else:
            key = types.of(item.key_rts[0]) if len(item.keys) == 1 else types.tuple(item.key_rts)
            kind = b"\1" + listed(bytes([HASHER[hasher]]) for hasher, _ in item.keys) + key + types.of(item.rt)
        modifier = b"\0" if item.optional else b"\1"
        return text(item.chain_name) + modifier + kind + blob(b"\0" if default is None else default) + docs_lines(item.docs)

    # ---- runtime APIs ----
    def apis(self):
        out = []
        for api in self.model.apis:
            methods = [m for m in api.methods if not m.later]
            if not api.later and methods:
                out.append(text(api.name) + listed(self.method(m) for m in methods) + docs_lines(api.docs))
        return listed(out)

    def method(self, method):
        inputs = [text(f.name) + self.registry.of(self.model.resolve(f.ty)) for f in method.fields]
        return text(method.name) + listed(inputs) + self.registry.of(method.rt) + docs_lines(method.docs)

    def outer_error(self):
        types, variants = self.registry, []
        path = RUNTIME + "::RuntimeError"
        return types.number(path, lambda: types.variants(path, variants + [
            (p.name, [types.field(self.named("Error" + p.name))], p.index, "") for p in self.model.pallets
            if p.errors and not p.later]))


def merged(parts):
    """Neighbours of the same versions become one part."""
    out = []
    for versions, data in parts:
        if isinstance(data, bytes) and out and out[-1][0] == versions and isinstance(out[-1][1], bytes):
            out[-1] = (versions, out[-1][1] + data)
        elif data != b"":
            out.append((versions, data))
    return out


def metadata_bytes(model, version, computed):
    """The whole metadata; `computed` gives a computed constant's encoding: (pallet name, constant name) -> bytes."""
    bit = {14: V14, 15: V15}[version]
    out = b""
    for versions, data in Metadata(model).parts:
        if versions & bit:
            out += data if isinstance(data, bytes) else blob(computed(data[0].name, data[1].name))
    return out


# ---- C ----

HEAD = """\
/* The chain's metadata in parts, which put together are version 14 or 15 of it: those that have its bit in `versions`, in
 * this order. A part that is a constant of a pallet which the runtime computes stands there as its encoding's length
 * (compact) and its encoding. (frame-metadata 23; src/runtime/api_metadata.c) */
enum { PH_METADATA_V14 = %d, PH_METADATA_V15 = %d };

typedef struct ph_metadata_part {
    unsigned versions;
    size_t at, len;                                   /* in ph_metadata_bytes */
    void (*constant)(ph_rt_t *rt, ph_writer_t *out);  /* instead of bytes; or NULL */
} ph_metadata_part_t;

extern const uint8_t ph_metadata_bytes[];
extern const ph_metadata_part_t ph_metadata_parts[];
extern const size_t ph_metadata_part_count;
""" % (V14, V15)


def rows_of(data):
    """Bytes as decimal numbers, in lines of fitting length."""
    out, line = [], "   "
    for byte in data:
        word = " %d," % byte
        if len(line) + len(word) > WIDTH:
            out.append(line)
            line = "   "
        line += word
    return "\n".join(out + [line]) + "\n"


def emit_metadata(model, files):
    if not model.extrinsic:
        return
    if "Call" not in model.types or "Event" not in model.types:
        raise SchemaError(model.extrinsic.pos, "an extrinsic without any call or event, expected pallets with some")
    names = {V14: "PH_METADATA_V14", V15: "PH_METADATA_V15", BOTH: "PH_METADATA_V14 | PH_METADATA_V15"}
    data, rows, thunks, includes = b"", "", "", []
    for versions, part in Metadata(model).parts:
        if isinstance(part, bytes):
            rows += "    {%s, %d, %d, NULL},\n" % (names[versions], len(data), len(part))
            data += part
            continue
        pallet, const = part
        low = "%s_const_%s" % (snake(pallet.name), snake(const.name))
        rows += "    {%s, 0, 0, %s},\n" % (names[versions], low)
        thunks += THUNK % (low, const.rt.c + ("" if const.rt.c.endswith("*") else " "), low, const.rt.mangle)
        includes.append("runtime/storage/%s.h" % snake(pallet.name))
    files.header("runtime/metadata.h", ["runtime/host.h", "scale/scale.h"], HEAD)
    files.source("runtime/metadata.c", ["runtime/metadata.h", "<string.h>", "primitives/types.h"] + sorted(set(includes)),
                 "const uint8_t ph_metadata_bytes[] = {\n%s};\n\n%sconst ph_metadata_part_t ph_metadata_parts[] = {\n%s};\n"
                 "const size_t ph_metadata_part_count = sizeof ph_metadata_parts / sizeof *ph_metadata_parts;\n"
                 % (rows_of(data), thunks, rows))


THUNK = """\
static void %s(ph_rt_t *rt, ph_writer_t *out)
{
    %svalue;
    memset(&value, 0, sizeof value);
    ph_%s(rt, &value);
    ph_type_encode(out, &ph_type_%s, &value);
}

"""
