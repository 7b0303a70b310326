"""runtime/storage/<pallet>.h/.c, runtime/calls.h/.c, events.h, pallets.h/.c, apis.h/.c and chain/api_calls.h/.c."""

import hashlib

from defaults import item_default, value_bytes
from names import c_bytes, c_ident, c_string, snake
from output import comment
from syntax import SchemaError
from xxhash64 import twox

HASHERS = {"twox64": "TWOX64", "blake2_128": "BLAKE2_128", "identity": "IDENTITY", "twox256": "TWOX256",
           "twox128": "TWOX128", "blake2_256": "BLAKE2_256"}
KEEPS_KEY = ("twox64", "blake2_128", "identity")
TAKEN = ("rt", "out", "origin", "event", "self", "job", "flow", "then", "payload", "reply", "msg")


def param_name(name):
    name = c_ident(name)
    return name + "_" if name in TAKEN else name


def params(model, fields):
    """Parameters that hand the fields in; units are left out."""
    out = []
    for field in fields:
        rt = model.resolve(field.ty)
        if rt.c:
            out.append(alias_param(model, field.ty, rt) + param_name(field.name))
    return out


def alias_param(model, ty, rt):
    """`uint32_t ` or, where the schema used an alias, its name."""
    low = model.spelled(ty)[0]
    ctype = "ph_%s_t" % low if low in model.aliases else rt.c
    text = ctype if rt.by_value else "const %s *" % ctype
    return text if text.endswith("*") else text + " "


def from_param(rt, name):
    return name if rt.by_value else "*" + name


def to_param(rt, place):
    return place if rt.by_value else "&" + place


def emit_runtime(model, files):
    if model.pallets:
        for pallet in model.pallets:
            PalletWriter(model, pallet).emit(files)
        emit_events(model, files)
        emit_pallets(model, files)
        if "Call" in model.types:
            emit_calls(model, files)
    if model.apis:
        emit_apis(model, files)
        emit_api_table(model, files)


def item_prefix(pallet, item):
    return twox(pallet.name.encode(), 128) + twox(item.chain_name.encode(), 128)


class PalletWriter:
    def __init__(self, model, pallet):
        self.model, self.pallet, self.low = model, pallet, snake(pallet.name)
        self.head, self.body = [], []

    def function(self, result, name, args, lines):
        signature = "%s%s(%s)" % (result if result.endswith("*") else result + " ", name, ", ".join(args))
        self.head.append(signature + ";\n")
        self.body.append("%s\n{\n%s}\n" % (signature, "".join("    %s\n" % line for line in lines)))

    def emit(self, files):
        pallet = self.pallet
        for item in pallet.storage:
            self.storage_item(item)
        for event in pallet.events:
            self.event(event)
        errors = ""
        for error in pallet.errors:
            errors += comment(error.docs, "    ") + "    PH_%s_ERR_%s = PH_PALLET_ERR(%d, %d),\n" % (
                self.low.upper(), snake(error.name).upper(), pallet.index, error.index)
        text = comment("The pallet %s: its storage, events, errors, and the calls that src/runtime implements.%s\n"
                       "What the accessors do is said in docs/schema.md and runtime/storage.h."
                       % (pallet.name, " " + pallet.docs if pallet.docs else "")) + "\n"
        text += "enum { PH_PALLET_%s = %d };\n" % (self.low.upper(), pallet.index)
        if errors:
            text += "\n/* ---- errors ---- */\nenum {\n%s};\n" % errors
        text += self.constants() + "\n" + "".join(self.head) + self.call_prototypes()
        path = "runtime/storage/" + self.low
        files.header(path + ".h", ["primitives/types.h", "runtime/origin.h", "runtime/storage.h"], text)
        if self.body:
            files.source(path + ".c", [path + ".h", "runtime/events.h"], "\n".join(self.body))

    # ---- storage ----
    def storage_item(self, item):
        try:
            default = item_default(item)
        except ValueError as error:
            raise SchemaError(item.pos, "%s.%s: %s" % (self.pallet.name, item.name, error)) from None
        base = "%s_%s" % (self.low, snake(item.name))
        var = "ph_storage_" + base
        docs = item.docs
        keys = ", ".join("%s %s" % (hasher, rt.name) for (hasher, _), rt in zip(item.keys, item.key_rts))
        self.head.append("\n" + comment("%s%s: %s%s\n%s" % (item.name, "(%s)" % keys if keys else "", item.rt.name,
                                                            "?" if item.optional else "", docs)
                                        if docs else "%s%s: %s%s" % (item.name, "(%s)" % keys if keys else "",
                                                                      item.rt.name, "?" if item.optional else "")))
        self.head.append("extern const ph_storage_item_t %s;\n" % var)
        self.item_table(item, base, var, default)
        self.item_access(item, "ph_" + base, var)
        if item.keys:
            self.item_walk(item, "ph_" + base, var)
        if item.rt.kind in ("vec", "set", "map", "bytes", "bounded"):
            args, keys = self.key_args(item, len(item.keys))
            self.function("uint32_t", "ph_%s_count" % base, args, ["return ph_storage_count(rt, &%s, %s);" % (var, keys)])
        if item.rt.kind == "vec" and item.rt.elem.c:
            elem = item.rt.elem
            self.function("void", "ph_%s_append" % base, args + ["const %s%sitem" % (elem.c, "*" if elem.c[-1] == "*" else " *")],
                          ["ph_storage_append(rt, &%s, %s, &ph_type_%s, item);" % (var, keys, elem.mangle)])

    def item_table(self, item, base, var, default):
        out = ""
        if item.keys:
            rows = "".join("    {PH_HASHER_%s, &ph_type_%s},\n" % (HASHERS[hasher], rt.mangle)
                           for (hasher, _), rt in zip(item.keys, item.key_rts))
            out += "static const ph_storage_key_t keys_%s[] = {\n%s};\n" % (base, rows)
        parts = [".pallet = " + c_string(self.pallet.name), ".name = " + c_string(item.chain_name),
                 ".prefix = {%s}" % c_bytes(item_prefix(self.pallet, item)), ".value = &ph_type_" + item.rt.mangle]
        if item.keys:
            parts += [".key_count = %d" % len(item.keys), ".keys = keys_" + base]
        if item.optional:
            parts.append(".optional = true")
        else:
            data = c_bytes(default) or "0"      # C has no empty arrays
            out += "static const uint8_t default_%s[] = {%s};\n" % (base, data)
            parts += [".default_value = default_" + base, ".default_len = %d" % len(default)]
        if item.docs:
            parts.append(".docs = " + c_string(item.docs))
        self.body.append(out + "const ph_storage_item_t %s = {\n    %s,\n};\n" % (var, ",\n    ".join(parts)))

    def key_args(self, item, count):
        """Parameters for the first keys and the expression that lists them."""
        args, values = ["ph_rt_t *rt"], []
        for i in range(count):
            rt, name = item.key_rts[i], "k%d" % (i + 1)
            if not rt.c:
                values.append("NULL")
                continue
            args.append(alias_param(self.model, item.keys[i][1], rt) + name)
            values.append(("&" if rt.by_value else "") + name)
        return args, "(const void *[]){%s}" % ", ".join(values) if values else "NULL"

    def item_access(self, item, base, var):
        args, keys = self.key_args(item, len(item.keys))
        rt, model = item.rt, self.model
        low = model.spelled(item.ty)[0]
        ctype = "ph_%s_t" % low if low in model.aliases else rt.c
        out = [ctype + ("" if ctype and ctype.endswith("*") else " ") + "*out"] if rt.c else []
        out_value = "out" if rt.c else "&(uint8_t){0}"
        for verb in ("get", "take"):
            call = "ph_storage_%s(rt, %s, &%s, %s);" % (verb, out_value, var, keys)
            if item.optional or not rt.c:
                self.function("bool", "%s_%s" % (base, verb), self.out_first(args, out), ["return " + call])
            else:
                self.function("void", "%s_%s" % (base, verb), self.out_first(args, out), ["(void)" + call])
        value = [alias_param(model, item.ty, rt) + "value"] if rt.c else []
        place = "NULL" if not rt.c else "&value" if rt.by_value else "value"
        self.function("void", base + "_set", args + value, ["ph_storage_set(rt, &%s, %s, %s);" % (var, keys, place)])
        self.function("bool", base + "_exists", args, ["return ph_storage_exists(rt, &%s, %s);" % (var, keys)])
        self.function("void", base + "_remove", args, ["ph_storage_remove(rt, &%s, %s);" % (var, keys)])
        self.function("ph_bytes_t", base + "_key", args, ["return ph_storage_key(rt, &%s, %s, %d);"
                                                          % (var, keys, len(item.keys))])

    @staticmethod
    def out_first(args, out):
        """docs/schema.md: rt, keys, then out."""
        return args + out

    def item_walk(self, item, base, var):
        count = len(item.keys)
        for under in range(count):
            args, keys = self.key_args(item, under)
            suffix = "" if under == 0 else "_under" if under == 1 else "_under%d" % under
            outs, places = [], []
            for i in range(under, count):
                rt = item.key_rts[i]
                if item.keys[i][0] in KEEPS_KEY and rt.c:
                    low = self.model.spelled(item.keys[i][1])[0]
                    ctype = "ph_%s_t" % low if low in self.model.aliases else rt.c
                    outs.append("%s *k%d" % (ctype, i + 1))
                    places.append("k%d" % (i + 1))
                else:
                    places.append("NULL")
            value = ["%s%s*value" % (item.rt.c, "" if item.rt.c.endswith("*") else " ")] if item.rt.c else []
            self.function("bool", base + "_next" + suffix, args + ["ph_bytes_t *cursor"] + outs + value,
                          ["return ph_storage_next(rt, cursor, (void *[]){%s}, %s, &%s, %s, %d);"
                           % (", ".join(places), "value" if value else "NULL", var, keys, under)])
            self.function("void", base + "_clear" + suffix, args, ["ph_storage_clear(rt, &%s, %s, %d);" % (var, keys, under)])

    # ---- events and calls ----
    def event(self, event):
        model, low = self.model, snake(event.name)
        rts = [model.resolve(f.ty) for f in event.fields]
        args = ["ph_rt_t *rt"]
        inits = []
        single = len(event.fields) == 1 and not event.named
        for field, rt in zip(event.fields, rts):
            if not rt.c:
                continue
            name = param_name(field.name) if event.named else "a" + field.name[1:]
            args.append(alias_param(model, field.ty, rt) + name)
            inits.append(from_param(rt, name) if single else ".%s = %s" % (c_ident(field.name), from_param(rt, name)))
        kind = "PH_EVENT_%s_%s" % (self.low.upper(), low.upper())
        inner = ".kind = " + kind
        if inits:
            inner += ", .%s = %s" % (c_ident(low), inits[0] if single else "{%s}" % ", ".join(inits))
        docs = comment(event.docs)
        if not self.head or not self.head[-1].startswith("void ph_%s_event_" % self.low):
            docs = "\n/* ---- events ---- */\n" + docs
        self.head.append(docs) if docs else None
        self.function("void", "ph_%s_event_%s" % (self.low, low), args,
                      ["const ph_event_t event = {", "    .kind = PH_EVENT_%s," % self.low.upper(),
                       "    .%s = {%s}," % (c_ident(self.low), inner), "};", "ph_system_deposit_event(rt, &event);"])

    def constants(self):
        """Numbers as macros, computed constants as functions that src/runtime implements."""
        out = ""
        for const in self.pallet.constants:
            base = "%s_const_%s" % (self.low, snake(const.name))
            if const.computed:
                out += comment(const.docs) + "void ph_%s(ph_rt_t *rt, %s%s*out);\n" % (
                    base, const.rt.c, "" if const.rt.c.endswith("*") else " ")
                continue
            const.encoded = value_bytes(const.rt, const.value)
            if const.encoded is None:
                raise SchemaError(const.pos, "%s.%s: `%s` has no such value, give `= bytes 0x…` or `= computed`"
                                  % (self.pallet.name, const.name, const.rt.name))
            if isinstance(const.value, int) and const.value < 1 << 64:
                out += comment(const.docs) + "#define PH_%s UINT64_C(%d)\n" % (base.upper(), const.value)
        return "\n/* ---- constants ---- */\n" + out if out else ""

    def call_prototypes(self):
        out = ""
        for call in self.pallet.calls:
            if self.pallet.later or call.later:
                continue
            args = ["ph_rt_t *rt", "const ph_origin_t *origin"] + params(self.model, call.fields)
            out += comment(("Origin: %s. " % " or ".join(call.origins) if call.origins else "") + call.docs)
            out += "PH_MUST_CHECK ph_err_t ph_%s_call_%s(%s);\n" % (self.low, call.name, ", ".join(args))
        return "\n/* ---- calls: implemented in src/runtime/ ---- */\n" + out if out else ""


def emit_events(model, files):
    text = """\
/* Notes an event of the block being executed (System.Events). */
void ph_system_deposit_event(ph_rt_t *rt, const ph_event_t *event);
"""
    if "Event" not in model.types:
        text = "/* No pallet declares an event. */\n"
    files.header("runtime/events.h", ["primitives/types.h", "runtime/host.h"], text)


def emit_calls(model, files):
    files.header("runtime/calls.h", ["primitives/types.h", "runtime/host.h", "runtime/origin.h"], """\
/* Hands a call to the function that implements it. Checks neither origin nor weight: the functions check origins.
 * Calls declared `later` fail with PH_ERR_UNSUPPORTED. */
PH_MUST_CHECK ph_err_t ph_dispatch(ph_rt_t *rt, const ph_origin_t *origin, const ph_call_t *call);
""")
    bodies, cases, includes = [], "", ["runtime/calls.h"]
    for pallet in model.pallets:
        if not pallet.calls:
            continue
        low = snake(pallet.name)
        cases += "    case PH_CALL_%s:\n" % low.upper()
        if pallet.later or all(call.later for call in pallet.calls):
            cases += "        return PH_ERR_UNSUPPORTED;\n"
            continue
        includes.append("runtime/storage/%s.h" % low)
        cases += "        return dispatch_%s(rt, origin, &call->%s);\n" % (low, c_ident(low))
        bodies.append(pallet_dispatch(model, pallet, low))
    files.source("runtime/calls.c", includes, "\n".join(bodies) + """
ph_err_t ph_dispatch(ph_rt_t *rt, const ph_origin_t *origin, const ph_call_t *call)
{
    switch ((ph_call_kind_t)call->kind) {
%s    }
    return PH_ERR_UNSUPPORTED;
}
""" % cases)


def pallet_dispatch(model, pallet, low):
    cases = ""
    for call in pallet.calls:
        cases += "    case PH_CALL_%s_%s:\n" % (low.upper(), call.name.upper())
        if call.later:
            cases += "        return PH_ERR_UNSUPPORTED;\n"
            continue
        args = ["rt", "origin"]
        for field in call.fields:
            rt = model.resolve(field.ty)
            if rt.c:
                args.append(to_param(rt, "call->%s.%s" % (c_ident(call.name), c_ident(field.name))))
        cases += "        return ph_%s_call_%s(%s);\n" % (low, call.name, ", ".join(args))
    return """\
static ph_err_t dispatch_%s(ph_rt_t *rt, const ph_origin_t *origin, const ph_call_%s_t *call)
{
    switch ((ph_call_%s_kind_t)call->kind) {
%s    }
    return PH_ERR_UNSUPPORTED;
}
""" % (low, low, low, cases)


def emit_pallets(model, files):
    files.header("runtime/pallets.h", ["runtime/storage.h"], """\
/* Every pallet of the schema with what it declares, for metadata and tools. */
typedef struct ph_pallet_info {
    const char *name;
    uint8_t index;
    uint16_t version;
    bool later;                              /* declared, but not part of this runtime */
    const ph_storage_item_t *const *items;
    size_t item_count;
    const ph_type_t *calls, *events, *errors; /* enums, or NULL */
    const char *docs;                        /* or NULL */
} ph_pallet_info_t;

extern const ph_pallet_info_t ph_pallets[]; /* by index */
extern const size_t ph_pallet_count;

/* "Paras.NotRegistered" for the error of a pallet; NULL if it is not one. */
const char *ph_module_err_text(ph_err_t err);
""")
    includes = ["runtime/pallets.h", "primitives/types.h"]
    items, rows, errors = "", "", ""
    for pallet in model.pallets:
        low = snake(pallet.name)
        refs = "".join("    &ph_storage_%s_%s,\n" % (low, snake(item.name)) for item in pallet.storage)
        if refs:
            items += "static const ph_storage_item_t *const items_%s[] = {\n%s};\n" % (low, refs)
            includes.append("runtime/storage/%s.h" % low)
        types = ["&ph_type_%s_%s" % (what, low) if list_ else "NULL"
                 for what, list_ in (("call", pallet.calls), ("event", pallet.events), ("error", pallet.errors))]
        rows += "    {%s, %d, %d, %s, %s, %d, %s, %s},\n" % (
            c_string(pallet.name), pallet.index, pallet.version, "true" if pallet.later else "false",
            "items_" + low if refs else "NULL", len(pallet.storage), ", ".join(types),
            c_string(pallet.docs) if pallet.docs else "NULL")
        for error in pallet.errors:
            errors += "    case PH_PALLET_ERR(%d, %d):\n        return %s;\n" % (
                pallet.index, error.index, c_string("%s.%s" % (pallet.name, error.name)))
    files.source("runtime/pallets.c", includes, items + """
const ph_pallet_info_t ph_pallets[] = {
%s};
const size_t ph_pallet_count = sizeof ph_pallets / sizeof *ph_pallets;

const char *ph_module_err_text(ph_err_t err)
{
    switch (err) {
%s    default:
        return NULL;
    }
}
""" % (rows, errors))


# ---- runtime APIs ----

def api_functions(model):
    return [(api, m) for api in model.apis for m in api.methods if not (api.later or m.later)]


def emit_apis(model, files):
    prototypes, thunks, rows, versions, names = "", "", "", "", []
    for api in model.apis:
        if api.later:
            continue
        prototypes += "\n" + comment("%s version %d. %s" % (api.name, api.version, api.docs))
        digest = hashlib.blake2b(api.name.encode(), digest_size=8).digest()
        versions += "    {%s, {%s}, %d},\n" % (c_string(api.name), c_bytes(digest), api.version)
        for method in api.methods:
            if method.later:
                continue
            name = "%s_%s" % (snake(api.name), method.name)
            args = ["ph_rt_t *rt"] + params(model, method.fields)
            if method.rt.c:
                low = model.spelled(method.result)[0]
                ctype = "ph_%s_t" % low if low in model.aliases else method.rt.c
                args.append(ctype + ("" if ctype.endswith("*") else " ") + "*out")
            prototypes += comment(method.docs) + "PH_MUST_CHECK ph_err_t ph_api_%s(%s);\n" % (name, ", ".join(args))
            thunks += api_thunk(model, method, name)
            rows += "    {%s, call_%s},\n" % (c_string("%s_%s" % (api.name, method.name)), name)
            names.append("%s_%s" % (api.name, method.name))
    files.header("runtime/apis.h", ["primitives/types.h", "runtime/host.h"], """\
/* The runtime's APIs. A call by name: decodes the whole of `args`, calls, appends the encoded result to `out`.
 * PH_ERR_NOT_FOUND: no such method; otherwise PH_ERR_INTERNAL with rt->panic (arguments that do not decode included), or
 * what the method returned. */
PH_MUST_CHECK ph_err_t ph_api_call(ph_rt_t *rt, ph_bytes_t name, ph_bytes_t args, ph_writer_t *out);

typedef struct ph_api_version {
    const char *name;
    uint8_t id[8]; /* BLAKE2b-64 of the name, as in RuntimeVersion */
    uint32_t version;
} ph_api_version_t;

extern const ph_api_version_t ph_api_versions[];
extern const size_t ph_api_version_count;

/* One X(name) for each method, for the exports of the wasm body. */
#define PH_API_METHODS(X)%s

/* ---- implemented in src/runtime/ ---- */
%s""" % ("".join(" \\\n    X(%s)" % name for name in names), prototypes))
    files.source("runtime/apis.c", ["runtime/apis.h", "<string.h>", "scale/scale.h"], API_CALL_HEAD + thunks + """\
typedef struct ph_api_entry {
    const char *name;
    ph_err_t (*call)(ph_rt_t *rt, ph_reader_t *args, ph_writer_t *out);
} ph_api_entry_t;

static const ph_api_entry_t entries[] = {
%s};

const ph_api_version_t ph_api_versions[] = {
%s};
const size_t ph_api_version_count = sizeof ph_api_versions / sizeof *ph_api_versions;
""" % (rows, versions) + API_CALL_TAIL)


API_CALL_HEAD = """\
/* Arguments are decoded to the last byte, as Substrate's decode_all. */
static ph_err_t decode_args(ph_rt_t *rt, const char *method, ph_reader_t *args, const ph_type_t *type, void *out)
{
    ph_err_t err = ph_type_decode(args, rt->arena, type, out);
    if (err == PH_OK)
        err = ph_reader_finish(args);
    if (err == PH_OK)
        return PH_OK;
    char why[PH_READER_PATH_MAX + 96];
    ph_reader_explain(args, why, sizeof why);
    return ph_rt_panic(rt, "bad input to %s: %s", method, why);
}

"""

API_CALL_TAIL = """
ph_err_t ph_api_call(ph_rt_t *rt, ph_bytes_t name, ph_bytes_t args, ph_writer_t *out)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (name.len == strlen(entries[i].name) && memcmp(name.data, entries[i].name, name.len) == 0) {
            ph_reader_t r = ph_reader(args);
            return entries[i].call(rt, &r, out);
        }
    }
    return PH_ERR_NOT_FOUND;
}
"""


def api_thunk(model, method, name):
    args = ["rt"]
    lines = []
    if method.fields:
        lines.append("ph_args_%s_t a;" % name)
        lines.append("PH_TRY(decode_args(rt, %s, args, &ph_type_args_%s, &a));" % (c_string(name), name))
    else:
        lines.append("uint8_t none;")
        lines.append("PH_TRY(decode_args(rt, %s, args, &ph_type_unit, &none));" % c_string(name))
    for field in method.fields:
        rt = model.resolve(field.ty)
        if rt.c:
            args.append(to_param(rt, "a." + c_ident(field.name)))
    if method.rt.c:
        lines += ["%s%sresult;" % (method.rt.c, "" if method.rt.c.endswith("*") else " "),
                  "memset(&result, 0, sizeof result);",
                  "PH_TRY(ph_api_%s(%s));" % (name, ", ".join(args + ["&result"])),
                  "ph_type_encode(out, &ph_type_%s, &result);" % method.rt.mangle]
    else:
        lines += ["PH_TRY(ph_api_%s(%s));" % (name, ", ".join(args)), "(void)out;"]
    lines.append("return PH_OK;")
    return "static ph_err_t call_%s(ph_rt_t *rt, ph_reader_t *args, ph_writer_t *out)\n{\n%s}\n\n" % (
        name, "".join("    %s\n" % line for line in lines))


def emit_api_table(model, files):
    rows, consts = "", ""
    for api in model.apis:
        for method in api.methods:
            low = "%s_%s" % (snake(api.name), method.name)
            args = "args_" + low if method.fields else "unit"
            consts += "    PH_API_%s,\n" % low.upper()
            rows += "    {%s, %s, %d, &ph_type_%s, &ph_type_%s},\n" % (
                c_string("%s_%s" % (api.name, method.name)), c_string(api.name), method.since, args, method.rt.mangle)
    files.header("chain/api_calls.h", ["primitives/types.h"], """\
/* The runtime API methods that the node knows, for calls at a block: what they are called, what goes in, what comes out. */
typedef struct ph_api_method {
    const char *name;        /* "ParachainHost_validators" */
    const char *api;         /* "ParachainHost" */
    uint32_t since;          /* version of the API that brought it */
    const ph_type_t *args;   /* struct of the arguments (ph_args_<api>_<method>_t); ph_type_unit if there are none */
    const ph_type_t *result;
} ph_api_method_t;

enum {
%s    PH_API_COUNT
};

extern const ph_api_method_t ph_api_methods[PH_API_COUNT]; /* by PH_API_… */
""" % consts)
    files.source("chain/api_calls.c", ["chain/api_calls.h"],
                 "const ph_api_method_t ph_api_methods[PH_API_COUNT] = {\n%s};\n" % rows)
