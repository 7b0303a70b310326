"""Reads metadata V14 and V15, and values by what it says: written from the formats (frame-metadata, scale-info), sharing nothing
with the generator. Strict: what is no valid metadata or value raises ValueError."""

PRIMITIVES = ["bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256", "i8", "i16", "i32", "i64", "i128", "i256"]
HASHERS = ["Blake2_128", "Blake2_256", "Blake2_128Concat", "Twox128", "Twox256", "Twox64Concat", "Identity"]


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise ValueError("ends at %d, %d bytes wanted at %d" % (len(self.data), size, self.at))
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def compact(self):
        first = self.number(1)
        if first & 3 == 0:
            return first >> 2
        if first & 3 == 3:
            return self.number((first >> 2) + 4)
        size = 2 if first & 3 == 1 else 4
        self.at -= 1
        return self.number(size) >> 2

    def list(self, item):
        return [item() for _ in range(self.compact())]

    def text(self):
        return self.take(self.compact()).decode()

    def texts(self):
        return self.list(self.text)

    def blob(self):
        return self.take(self.compact())

    def option(self, item):
        flag = self.number(1)
        if flag > 1:
            raise ValueError("option begins with %d" % flag)
        return item() if flag else None

    def one_of(self, names):
        index = self.number(1)
        if index >= len(names):
            raise ValueError("%d is none of %s" % (index, names))
        return names[index]

    def finish(self):
        if self.at != len(self.data):
            raise ValueError("%d bytes left over" % (len(self.data) - self.at))


class Metadata:
    """version, types (list of dicts by number), pallets, extrinsic, runtime; V15: apis, outer (3 types), custom."""

    def __init__(self, data):
        self.r = r = Reader(data)
        if r.take(4) != b"meta":
            raise ValueError("no metadata")
        self.version = r.number(1)
        if self.version not in (14, 15):
            raise ValueError("version %d" % self.version)
        self.types = r.list(self.portable)
        for place, (number, _) in enumerate(self.types):
            if place != number:
                raise ValueError("type %d stands in place %d" % (number, place))
        self.types = [ty for _, ty in self.types]
        self.pallets = r.list(self.pallet)
        self.extrinsic = self.extrinsic_14() if self.version == 14 else self.extrinsic_15()
        self.runtime = self.ref()
        self.apis, self.outer, self.custom = [], [], []
        if self.version == 15:
            self.apis = r.list(self.api)
            self.outer = [self.ref() for _ in range(3)]
            self.custom = r.list(lambda: (r.text(), self.ref(), r.blob()))
        r.finish()

    def ref(self):
        return self.r.compact()

    # ---- types ----
    def portable(self):
        r = self.r
        number = r.compact()
        path = r.texts()
        params = r.list(lambda: (r.text(), r.option(self.ref)))
        kind = r.one_of(["composite", "variant", "sequence", "array", "tuple", "primitive", "compact", "bits"])
        read = {"composite": self.fields, "variant": lambda: r.list(self.variant), "sequence": self.ref,
                "array": lambda: (r.number(4), self.ref()), "tuple": lambda: r.list(self.ref),
                "primitive": lambda: r.one_of(PRIMITIVES), "compact": self.ref, "bits": lambda: (self.ref(), self.ref())}
        return number, {"path": "::".join(path), "params": params, "kind": kind, "def": read[kind](), "docs": r.texts()}

    def fields(self):
        r = self.r
        return r.list(lambda: {"name": r.option(r.text), "type": self.ref(), "type_name": r.option(r.text), "docs": r.texts()})

    def variant(self):
        r = self.r
        return {"name": r.text(), "fields": self.fields(), "index": r.number(1), "docs": r.texts()}

    # ---- pallets ----
    def pallet(self):
        r = self.r
        out = {"name": r.text(), "storage": r.option(lambda: (r.text(), r.list(self.entry)))}
        for what in ("calls", "events"):
            out[what] = r.option(self.ref)
        out["constants"] = r.list(lambda: {"name": r.text(), "type": self.ref(), "value": r.blob(), "docs": r.texts()})
        out["errors"] = r.option(self.ref)
        out["index"] = r.number(1)
        out["docs"] = r.texts() if self.version == 15 else []
        return out

    def entry(self):
        r = self.r
        out = {"name": r.text(), "modifier": r.one_of(["optional", "default"]), "hashers": [], "key": None}
        if r.one_of(["plain", "map"]) == "map":
            out["hashers"] = r.list(lambda: r.one_of(HASHERS))
            out["key"] = self.ref()
        out.update({"value": self.ref(), "default": r.blob(), "docs": r.texts()})
        return out

    # ---- extrinsic, APIs ----
    def extensions(self):
        return self.r.list(lambda: {"name": self.r.text(), "type": self.ref(), "implicit": self.ref()})

    def extrinsic_14(self):
        return {"type": self.ref(), "version": self.r.number(1), "extensions": self.extensions()}

    def extrinsic_15(self):
        out = {"version": self.r.number(1)}
        for what in ("address", "call", "signature", "extra"):
            out[what] = self.ref()
        out["extensions"] = self.extensions()
        return out

    def api(self):
        r = self.r
        return {"name": r.text(), "methods": r.list(lambda: {
            "name": r.text(), "inputs": r.list(lambda: (r.text(), self.ref())), "output": self.ref(), "docs": r.texts()}),
            "docs": r.texts()}

    # ---- all references, and values ----
    def references(self):
        """(what refers, type number) for every reference there is."""
        for number, ty in enumerate(self.types):
            for inner in self.inside(ty):
                yield "type %d" % number, inner
            yield from (("parameter of type %d" % number, p) for _, p in ty["params"] if p is not None)
        for pallet in self.pallets:
            yield from ((pallet["name"], pallet[w]) for w in ("calls", "events", "errors") if pallet[w] is not None)
            yield from ((pallet["name"] + "." + c["name"], c["type"]) for c in pallet["constants"])
            for entry in pallet["storage"][1] if pallet["storage"] else []:
                yield from ((pallet["name"] + "." + entry["name"], ref) for ref in (entry["key"], entry["value"])
                            if ref is not None)
        yield from (("extrinsic", v) for k, v in self.extrinsic.items() if k not in ("version", "extensions"))
        yield from ((e["name"], e[k]) for e in self.extrinsic["extensions"] for k in ("type", "implicit"))
        yield "runtime", self.runtime
        for api in self.apis:
            for method in api["methods"]:
                yield from ((method["name"], ref) for ref in [i for _, i in method["inputs"]] + [method["output"]])
        yield from (("outer enums", ref) for ref in self.outer)

    @staticmethod
    def inside(ty):
        kind, body = ty["kind"], ty["def"]
        if kind == "composite":
            return [f["type"] for f in body]
        if kind == "variant":
            return [f["type"] for v in body for f in v["fields"]]
        if kind in ("sequence", "compact"):
            return [body]
        if kind == "array":
            return [body[1]]
        return [] if kind == "primitive" else list(body)

    def value(self, number, r):
        """Decodes one value of a type."""
        ty = self.types[number]
        kind, body = ty["kind"], ty["def"]
        if kind == "composite":
            return self.struct(body, r)
        if kind == "variant":
            index = r.number(1)
            variant = next((v for v in body if v["index"] == index), None)
            if variant is None:
                raise ValueError("%s has no variant %d" % (ty["path"], index))
            return (variant["name"], self.struct(variant["fields"], r)) if variant["fields"] else variant["name"]
        if kind == "sequence":
            if self.types[body]["def"] == "u8":
                return r.blob()
            return r.list(lambda: self.value(body, r))
        if kind == "array":
            if self.types[body[1]]["def"] == "u8":
                return r.take(body[0])
            return [self.value(body[1], r) for _ in range(body[0])]
        if kind == "tuple":
            return tuple(self.value(inner, r) for inner in body)
        if kind == "compact":
            return r.compact()
        if kind == "bits":
            return self.bits(body, r)
        return self.primitive(body, r)

    def bits(self, body, r):
        if self.types[body[0]]["def"] != "u8" or not self.types[body[1]]["path"].endswith("::Lsb0"):
            raise ValueError("bits in an unknown order")
        count = r.compact()
        data = r.take((count + 7) // 8)
        return [data[i // 8] >> (i % 8) & 1 for i in range(count)]

    def struct(self, fields, r):
        values = [self.value(f["type"], r) for f in fields]
        if len(fields) == 1 and fields[0]["name"] is None:
            return values[0]
        if fields and fields[0]["name"] is not None:
            return dict(zip([f["name"] for f in fields], values))
        return tuple(values)

    @staticmethod
    def primitive(name, r):
        if name == "bool":
            return bool(("false", "true").index(r.one_of(["false", "true"])))
        if name == "str":
            return r.text()
        value = r.number(int(name[1:]) // 8)
        top = 1 << (int(name[1:]) - 1)
        return value - 2 * top if name[0] == "i" and value >= top else value

    def decode(self, number, data):
        """The whole of the bytes is one value."""
        r = Reader(data)
        out = self.value(number, r)
        r.finish()
        return out

    def find(self, pallet, what=None, name=None):
        found = next(p for p in self.pallets if p["name"] == pallet)
        if what == "storage":
            return next(e for e in found["storage"][1] if e["name"] == name)
        if what == "constants":
            return next(c for c in found["constants"] if c["name"] == name)
        return found
