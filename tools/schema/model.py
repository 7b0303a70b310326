"""Meaning of the declarations: resolved types with their names in C, and everything declared over them.

A resolved type (RT) is interned by its spelling with aliases expanded. `mangle` names its description
(ph_type_<mangle>); the C type is that of its erasure, which drops what leaves no trace in C (compact, bounds, tail).
"""

from names import c_ident, camel, snake
from syntax import Decl, Field, Message, SchemaError, Ty, Variant

PRIMITIVES = {
    "bool": ("bool", 1), "u8": ("uint8_t", 1), "u16": ("uint16_t", 2), "u32": ("uint32_t", 4), "u64": ("uint64_t", 8),
    "u128": ("ph_u128_t", 16), "i8": ("int8_t", 1), "i16": ("int16_t", 2), "i32": ("int32_t", 4),
    "i64": ("int64_t", 8), "i128": ("ph_i128_t", 16), "bytes": ("ph_bytes_t", 1), "string": ("ph_bytes_t", 1),
    "bits": ("ph_bits_t", 1), "unit": (None, 0),
}
INTEGERS = tuple(name for name in PRIMITIVES if name[0] in "ui" and name[1:].isdigit())


class Member:
    """A field of a struct, tuple or variant."""

    def __init__(self, name, rt, docs="", type_name=""):
        self.name, self.cname, self.rt, self.docs, self.type_name = name, c_ident(name), rt, docs, type_name


class Var:
    """A variant of an enum. `member` is the union member, None if the variant has no data in C."""

    def __init__(self, name, index, fields, named, docs, struct=None):
        self.name, self.index, self.fields, self.named, self.docs, self.struct = name, index, fields, named, docs, struct
        self.cname = snake(name)
        has_data = any(f.rt.c for f in fields)
        self.member = c_ident(self.cname) if has_data else None
        self.single = len(fields) == 1 and not named


class RT:
    def __init__(self, kind, name, mangle, args=(), n=0, decl=None):
        self.kind, self.name, self.mangle, self.args, self.n, self.decl = kind, name, mangle, list(args), n, decl
        self.fields, self.variants = [], []
        self.erased = self
        self.c = None          # C type; None for unit

    def __repr__(self):
        return self.name

    @property
    def elem(self):
        return self.args[0]

    @property
    def struct_like(self):
        """Has a C struct of its own (and so typed wrappers)."""
        return self.kind in ("array", "fixed", "vec", "set", "map", "opt", "tup", "res", "shared", "struct", "newtype",
                             "enum", "custom", "tail", "entry")

    @property
    def has_data(self):
        return any(v.member for v in self.variants)

    @property
    def by_value(self):
        """docs/schema.md, "By value or by pointer"."""
        if self.kind in PRIMITIVES or self.kind in ("bounded", "shared", "box"):
            return True
        if self.kind == "compact":
            return self.elem.by_value
        if self.kind == "newtype":
            return not self.is_raw and self.fields[0].rt.by_value
        return self.kind == "enum" and not self.has_data

    @property
    def is_raw(self):
        """newtype of [u8; N], directly or over another: struct { uint8_t bytes[N]; }."""
        if self.kind != "newtype":
            return False
        inner = self.fields[0].rt
        return inner.kind == "fixed" or inner.is_raw

    @property
    def raw_len(self):
        inner = self.fields[0].rt
        return inner.n if inner.kind == "fixed" else inner.raw_len

    def param(self):
        """The C type of a parameter that hands a value in."""
        if self.by_value:
            return self.c
        return "const " + self.c + " *"

    def param_decl(self, name):
        return self.param() + ("" if self.param().endswith("*") else " ") + name


class Model:
    def __init__(self, schema):
        self.schema = schema
        self.decls = {}
        self.types = {}        # spelling with aliases expanded -> RT
        self.aliases = {}      # mangle with aliases kept -> RT
        self.spellings = {}    # any spelling that occurs -> RT
        self.requests = []     # (method message, api, method)
        self.pallets = sorted(schema.pallets, key=lambda p: p.index)
        self.apis = sorted(schema.apis, key=lambda a: a.name)
        self.protocols = sorted(schema.protocols, key=lambda p: (p.name, p.version))
        self.subsystems = sorted(schema.subsystems, key=lambda s: s.name)
        self.extrinsic = schema.extrinsic
        for decl in schema.decls:
            self.declare(decl)
        for name, pos, constants in schema.constants:
            pallet = next((p for p in self.pallets if p.name == name), None)
            if not pallet:
                raise SchemaError(pos, "unknown pallet `%s`" % name)
            pallet.constants += constants
        self.declare_generated()
        for name in PRIMITIVES:
            self.resolve(Ty("name", None, name=name))
        for decl in sorted(self.decls.values(), key=lambda d: d.name):
            self.resolve(Ty("name", decl.pos, name=decl.name))
        self.resolve_members()

    # ---- declarations ----
    def declare(self, decl):
        if decl.name in self.decls:
            other = self.decls[decl.name].pos
            raise SchemaError(decl.pos, "type `%s` is already declared at %s:%d" % (decl.name, *other))
        if decl.kind == "enum":
            check_unique(decl.variants, "variant", decl.name)
        elif decl.kind in ("struct", "custom"):
            check_names(decl.fields, "field", decl.name)
        self.decls[decl.name] = decl

    def declare_generated(self):
        """The structs and enums made of pallets, APIs, protocols and messages."""
        for list_, what in ((self.schema.pallets, "pallet"), (self.schema.apis, "api"),
                            (self.schema.subsystems, "subsystem")):
            check_names(list_, what, "the schema")
        self.declare_pallets()
        for api in self.apis:
            check_names(api.methods, "method", api.name)
            for method in api.methods:
                if method.fields:
                    self.declare(Decl("struct", "Args" + api.name + camel(method.name), method.docs, method.pos,
                                      fields=method.fields, cname="args_%s_%s" % (snake(api.name), method.name)))
        for proto in self.protocols:
            if proto.variants:
                name = "Notification%s%d" % (camel(proto.name), proto.version)
                self.declare(Decl("enum", name, proto.docs, proto.pos, variants=proto.variants,
                                  cname="notification_%s_%d" % (proto.name, proto.version)))
                proto.message = Ty("name", proto.pos, name=name)
        for sub in self.subsystems:
            self.expand_requests(sub)
            check_names(sub.messages, "message", sub.name)
            for message in sub.messages:
                self.declare(Decl("struct", "Msg" + camel(sub.name) + camel(message.name), message.docs, message.pos,
                                  fields=message.fields, cname="msg_%s_%s" % (sub.name, message.name)))

    def declare_pallets(self):
        calls, events = [], []
        seen = {}
        for pallet in self.pallets:
            if pallet.index in seen:
                raise SchemaError(pallet.pos, "pallet `%s` has the index %d of `%s`"
                                  % (pallet.name, pallet.index, seen[pallet.index]))
            seen[pallet.index] = pallet.name
            low = snake(pallet.name)
            path = pallet.path or "pallet_%s::pallet" % low
            check_names(pallet.storage, "storage item", pallet.name)
            check_unique(pallet.calls, "call", pallet.name)
            check_unique(pallet.events, "event", pallet.name)
            check_unique(pallet.errors, "error", pallet.name)
            check_names(pallet.constants, "constant", pallet.name)
            for call in pallet.calls:
                if call.fields:
                    self.declare(Decl("struct", "Call" + pallet.name + camel(call.name), call.docs, call.pos,
                                      fields=call.fields, cname="call_%s_%s" % (low, call.name)))
            if pallet.calls:
                variants = [Variant(c.index, c.name, c.fields, bool(c.fields), c.docs, c.pos) for c in pallet.calls]
                self.declare(Decl("enum", "Call" + pallet.name, pallet.docs, pallet.pos, variants=variants,
                                  path=path + "::Call", cname="call_" + low))
                calls.append(self.outer_variant(pallet, "Call"))
            for event in pallet.events:
                if event.named and event.fields:
                    self.declare(Decl("struct", "Event" + pallet.name + camel(event.name), event.docs, event.pos,
                                      fields=event.fields, cname="event_%s_%s" % (low, snake(event.name))))
            if pallet.events:
                self.declare(Decl("enum", "Event" + pallet.name, pallet.docs, pallet.pos, variants=pallet.events,
                                  path=path + "::Event", cname="event_" + low))
                events.append(self.outer_variant(pallet, "Event"))
            if pallet.errors:
                self.declare(Decl("enum", "Error" + pallet.name, pallet.docs, pallet.pos, variants=pallet.errors,
                                  path=path + "::Error", cname="error_" + low))
        pos = self.pallets[0].pos if self.pallets else ("schema", 0)
        if calls:
            self.declare(Decl("enum", "Call", "Every call of the runtime.", pos, variants=calls,
                              path="parahost_runtime::RuntimeCall"))
        if events:
            self.declare(Decl("enum", "Event", "Every event of the runtime.", pos, variants=events,
                              path="parahost_runtime::RuntimeEvent"))

    @staticmethod
    def outer_variant(pallet, what):
        ty = Ty("name", pallet.pos, name=what + pallet.name)
        return Variant(pallet.index, pallet.name, [Field("_0", ty, "", pallet.pos)], False, pallet.docs, pallet.pos)

    def expand_requests(self, sub):
        """`requests Api method, …`: a message request_<method> for each, answered with result<T, RuntimeApiError>."""
        for api_name, methods, pos in sub.requests:
            api = next((a for a in self.apis if a.name == api_name), None)
            if not api:
                raise SchemaError(pos, "unknown api `%s`, expected %s"
                                  % (api_name, ", ".join(a.name for a in self.apis) or "a declared one"))
            by_name = {m.name: m for m in api.methods}
            for name, name_pos in methods or [(m.name, pos) for m in api.methods if not (api.later or m.later)]:
                method = by_name.get(name)
                if not method:
                    raise SchemaError(name_pos, "api `%s` has no method `%s`" % (api_name, name))
                fields = [Field("relay_parent", Ty("name", name_pos, name="Hash"), "", name_pos)] + method.fields
                reply = Ty("res", name_pos, args=[method.result, Ty("name", name_pos, name="RuntimeApiError")])
                message = Message("request_" + name, fields, reply, method.docs, name_pos)
                sub.messages.append(message)
                self.requests.append((sub, message, api, method))

    # ---- types ----
    def spelled(self, ty):
        """(mangle, spelling) with aliases kept."""
        if ty.kind == "name":
            decl = self.decls.get(ty.name)
            return (decl.cname if decl and decl.cname else snake(ty.name)), ty.name
        parts = [self.spelled(arg) for arg in ty.args]
        return mangle(ty.kind, [p[0] for p in parts], ty.n), spell(ty.kind, [p[1] for p in parts], ty.n)

    def resolve(self, ty):
        rt = self.lookup(ty)
        low, spelling = self.spelled(ty)
        self.spellings[spelling] = rt
        if low != rt.mangle:
            if self.aliases.get(low, rt) is not rt:
                raise SchemaError(ty.pos, "`%s` and `%s` have the same name in C" % (self.aliases[low], rt))
            self.aliases[low] = rt
        return rt

    def lookup(self, ty):
        if ty.kind != "name":
            args = [self.resolve(arg) for arg in ty.args]
            if ty.kind in ("compact", "set", "shared", "box", "array") and args[0].kind == "unit":
                raise SchemaError(ty.pos, "%s of unit" % ty.kind)
            return self.intern(ty.kind, args, ty.n)
        if ty.name in PRIMITIVES:
            if ty.name not in self.types:
                rt = RT(ty.name, ty.name, ty.name)
                rt.c = PRIMITIVES[ty.name][0]
                self.types[ty.name] = rt
            return self.types[ty.name]
        decl = self.decls.get(ty.name)
        if not decl:
            raise SchemaError(ty.pos, "unknown type `%s`" % ty.name)
        if decl.kind == "alias":
            if getattr(decl, "busy", False):
                raise SchemaError(decl.pos, "alias `%s` is declared as itself" % decl.name)
            decl.busy = True
            rt = self.resolve(decl.ty)
            decl.busy = False
            return rt
        if ty.name not in self.types:
            rt = RT(decl.kind, decl.name, decl.cname or snake(decl.name), decl=decl)
            rt.c = "ph_%s_t" % rt.mangle
            self.types[ty.name] = rt
        return self.types[ty.name]

    def intern(self, kind, args, n=0):
        if kind == "array" and args[0].kind == "u8":
            kind, args = "fixed", []
        elif kind == "bytes":
            kind = "bounded"
        name = spell(kind, [a.name for a in args], n)
        if name in self.types:
            return self.types[name]
        rt = RT(kind, name, mangle(kind, [a.mangle for a in args], n), args, n)
        self.types[name] = rt
        if kind == "map":
            entry = RT("entry", "(%s, %s)" % (args[0].name, args[1].name), rt.mangle + "_entry", args)
            self.types[name + ".entry"] = entry
            rt.entry = entry
        self.erase(rt)
        return rt

    def erase(self, rt):
        kind = rt.kind
        if kind == "bounded":
            rt.erased = self.lookup(Ty("name", None, name="bytes"))
        elif kind == "compact":
            rt.erased = rt.elem.erased
        else:
            args = [a.erased for a in rt.args]
            bare = "opt" if kind == "tail" else kind
            bound = 0 if kind == "vec" else rt.n
            if bare != kind or bound != rt.n or args != rt.args:
                rt.erased = self.intern(bare, args, bound)
        if kind == "box":
            rt.c = rt.elem.erased.c + " *"
        else:
            rt.c = rt.erased.c if rt.erased is not rt else "ph_%s_t" % rt.mangle
        if kind == "map":
            rt.entry.erased = rt.erased.entry
            rt.entry.c = "ph_%s_t" % rt.erased.entry.mangle

    # ---- members ----
    def members(self, fields, owner_tail_ok=True):
        out = []
        for i, field in enumerate(fields):
            rt = self.resolve(field.ty)
            if rt.kind == "tail" and (not owner_tail_ok or i + 1 != len(fields)):
                raise SchemaError(field.pos, "tail<T> is for the last field of a struct only")
            out.append(Member(field.name, rt, field.docs, self.spelled(field.ty)[1]))
        return out

    def resolve_members(self):
        """Members of named types, then of constructed ones; naming new types may add more."""
        for pallet in self.pallets:
            for item in pallet.storage:
                item.rt = self.resolve(item.ty)
                item.key_rts = [self.resolve(ty) for _, ty in item.keys]
            for const in pallet.constants:
                const.rt = self.resolve(const.ty)
                if not const.rt.c:
                    raise SchemaError(const.pos, "constant `%s` is a unit" % const.name)
        if self.extrinsic:
            check_names(self.extrinsic.extensions, "extension", "the extrinsic")
            for ty in [self.extrinsic.address, self.extrinsic.signature] + [
                    t for e in self.extrinsic.extensions for t in (e.ty, e.implicit)]:
                self.resolve(ty)
        for api in self.apis:
            for method in api.methods:
                method.rt = self.resolve(method.result)
        for proto in self.protocols:
            for part in ("message", "handshake", "request", "response"):
                ty = getattr(proto, part)
                setattr(proto, part + "_rt", self.resolve(ty) if ty else None)
        for sub in self.subsystems:
            for message in sub.messages:
                message.reply_rt = self.resolve(message.reply) if message.reply else None
        for rt in sorted((t for t in self.types.values() if t.decl), key=lambda t: t.name):
            self.fill_named(rt)
        for rt in list(self.types.values()):
            self.fill_constructed(rt)
        for rt in self.types.values():
            rt.variants = [Var(*v) for v in rt.variants]
        self.check_tails()
        self.check_mangles()

    def fill_named(self, rt):
        decl = rt.decl
        if decl.kind == "newtype":
            inner = self.resolve(decl.ty)
            rt.fields = [Member("v", inner, "", self.spelled(decl.ty)[1])]
        elif decl.kind in ("struct", "custom"):
            rt.fields = self.members(decl.fields)
        elif decl.kind == "enum":
            outer = decl.name in ("Call", "Event")
            for v in decl.variants:
                struct = None
                if v.named and v.fields and decl.cname and decl.cname.split("_")[0] in ("call", "event"):
                    struct = self.types[decl.name + camel(v.name)]
                rt.variants.append((v.name, v.index, self.members(v.fields, not outer), v.named, v.docs, struct))

    @staticmethod
    def fill_constructed(rt):
        if rt.kind == "tup":
            rt.fields = [Member("_%d" % i, a) for i, a in enumerate(rt.args)]
        elif rt.kind == "entry":
            rt.fields = [Member("key", rt.args[0]), Member("value", rt.args[1])]
        elif rt.kind == "res":
            rt.variants = [("Ok", 0, [Member("_0", rt.args[0])], False, ""),
                           ("Err", 1, [Member("_0", rt.args[1])], False, "")]

    def check_tails(self):
        """What ends in a tail takes the rest of the input, so nothing may follow it."""
        for rt in sorted(self.types.values(), key=lambda t: t.name):
            followed = [f.rt for fields in [rt.fields] + [v.fields for v in rt.variants] for f in fields[:-1]]
            if rt.kind in ("vec", "set", "array", "map"):
                followed = rt.args
            for inner in followed:
                if ends_open(inner):
                    decl = rt.decl or inner.decl
                    raise SchemaError(decl.pos if decl else ("schema", 0),
                                      "`%s` ends in a tail<T>, so nothing may follow it in `%s`" % (inner, rt))

    def check_mangles(self):
        seen = {}
        for rt in self.types.values():
            other = seen.setdefault(rt.mangle, rt)
            if other is not rt:
                pos = (rt.decl or other.decl).pos if rt.decl or other.decl else ("schema", 0)
                raise SchemaError(pos, "types `%s` and `%s` have the same name in C" % (rt.name, other.name))
        for low, rt in self.aliases.items():
            if low in seen and seen[low] is not rt:
                decl = seen[low].decl or rt.decl
                raise SchemaError(decl.pos if decl else ("schema", 0),
                                  "alias of `%s` and type `%s` have the same name in C" % (rt, seen[low]))


def ends_open(rt, busy=()):
    if rt.kind == "tail":
        return True
    if rt in busy:
        return False
    inner = busy + (rt,)
    if rt.kind in ("box", "shared", "opt"):
        return ends_open(rt.elem, inner)
    lists = [rt.fields] + [v.fields for v in rt.variants]
    return any(fields and ends_open(fields[-1].rt, inner) for fields in lists)


def check_names(list_, what, where):
    seen = {}
    for item in list_:
        low = snake(item.name)
        if low in seen:
            raise SchemaError(item.pos, "%s `%s` stands twice in %s" % (what, item.name, where))
        seen[low] = item


def check_unique(list_, what, where):
    check_names(list_, what, where)
    seen = {}
    for item in list_:
        if item.index in seen:
            raise SchemaError(item.pos, "%s `%s` of %s has the index %d of `%s`"
                              % (what, item.name, where, item.index, seen[item.index]))
        if item.index > 255:
            raise SchemaError(item.pos, "index %d of %s `%s` is above 255" % (item.index, what, item.name))
        seen[item.index] = item.name


def mangle(kind, parts, n):
    if kind == "fixed" or kind == "array" and parts == ["u8"]:
        return "u8x%d" % n
    if kind == "array":
        return "arr_%d_%s" % (n, parts[0])
    if kind in ("bytes", "bounded"):
        return "bytes_max_%d" % n
    return "_".join([kind] + parts) + ("_max_%d" % n if n else "")


def spell(kind, parts, n):
    if kind == "fixed":
        return "[u8; %d]" % n
    if kind == "array":
        return "[%s; %d]" % (parts[0], n)
    if kind in ("bytes", "bounded"):
        return "bytes<%d>" % n
    if kind == "tup":
        return "(%s)" % ", ".join(parts)
    word = {"opt": "option", "res": "result"}.get(kind, kind)
    return "%s<%s%s>" % (word, ", ".join(parts), ", %d" % n if n else "")
