"""primitives/types.h, types_json.h, types.c and registry.h/.c."""

from names import c_string, snake
from output import comment
from syntax import SchemaError

from model import PRIMITIVES

KINDS = {"bounded": "BYTES", "fixed": "FIXED", "array": "ARRAY", "opt": "OPTION", "tup": "STRUCT", "entry": "STRUCT",
         "struct": "STRUCT", "newtype": "STRUCT", "res": "ENUM"}
RESERVED = frozenset("bytes bits buf writer reader arena json map log err type field variant custom kind rc rt job msg "
                     "subsystem bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 string unit host_ops list mem "
                     "overseer origin host storage storage_item protocol api_method".split())


def emit_types(model, files):
    types = sorted(model.types.values(), key=lambda t: t.mangle)
    for rt in types:
        if rt.decl and rt.mangle in RESERVED:
            raise SchemaError(rt.decl.pos, "the C name ph_%s_t is taken by hand-written code" % rt.mangle)
    check_constants(types)
    aliases = sorted((low, rt) for low, rt in all_aliases(model).items())
    wrapped = sorted([rt.mangle for rt in types if has_wrappers(rt)] + [low for low, rt in aliases if has_wrappers(rt)])
    shared = sorted([rt for rt in types if rt.kind == "shared"], key=lambda t: t.mangle)
    files.header("primitives/types.h", ["base/bits.h", "base/bytes.h", "scale/scale.h"],
                 declarations(types, aliases) + descriptions(types, aliases) + wrappers(wrapped, shared, aliases))
    files.header("primitives/types_json.h", ["primitives/types.h", "scale/json.h"], json_wrappers(wrapped))
    files.source("primitives/types.c", ["primitives/types.h"], tables(types))
    emit_registry(model, files)


def has_wrappers(rt):
    return rt.struct_like and rt.kind not in ("tail", "entry")


def all_aliases(model):
    """C names that stand for another type's: declared aliases, and types that differ only in what C does not show."""
    out = dict(model.aliases)
    for rt in list(model.aliases.values()):
        assert rt.mangle not in model.aliases
    return out


# ---- C declarations ----

def by_value_parts(rt):
    if rt.kind in ("array", "opt"):
        return [rt.elem]
    inside = [[v.struct] if v.struct else [f.rt for f in v.fields] for v in rt.variants]
    return [f.rt for f in rt.fields] + sum(inside, [])


def ordered(types):
    """Structs after those they contain."""
    done, path, out = set(), [], []

    def visit(rt):
        rt = rt.erased
        if not rt.struct_like or rt in done:
            return
        if rt in path:
            cycle = path[path.index(rt):] + [rt]
            decl = next((t.decl for t in cycle if t.decl), None)
            raise SchemaError(decl.pos if decl else ("schema", 0), "type contains itself: %s (box<T> breaks the cycle)"
                              % " -> ".join(t.name for t in cycle))
        path.append(rt)
        for part in by_value_parts(rt):
            visit(part)
        path.pop()
        done.add(rt)
        out.append(rt)

    for rt in types:
        visit(rt)
    return out


def check_constants(types):
    seen = {}
    for rt in types:
        for v in rt.variants:
            name = constant(rt, v)
            if name in seen:
                pos = (rt.decl or seen[name].decl).pos if rt.decl or seen[name].decl else ("schema", 0)
                raise SchemaError(pos, "`%s` and `%s` both make the constant %s" % (rt.name, seen[name].name, name))
            seen[name] = rt


def constant(rt, variant):
    return "PH_%s_%s" % (rt.mangle.upper(), variant.cname.upper())


def member_line(ctype, name, indent="    "):
    return "%s%s%s%s;\n" % (indent, ctype, "" if ctype.endswith("*") else " ", name)


def field_lines(fields, indent="    "):
    out = ""
    for f in fields:
        if f.rt.c:
            out += comment(f.docs, indent) + member_line(f.rt.c, f.cname, indent)
    return out


def struct_body(rt):
    if rt.kind == "fixed":
        return member_line("uint8_t", "bytes[%d]" % rt.n)
    if rt.kind == "array":
        return member_line(rt.elem.c, "items[%d]" % rt.n)
    if rt.kind in ("vec", "set"):
        elem = rt.elem.c or "uint8_t"
        return member_line(elem + ("*" if elem.endswith("*") else " *"), "items") + member_line("size_t", "count")
    if rt.kind == "map":
        return member_line(rt.entry.c + " *", "items") + member_line("size_t", "count")
    if rt.kind == "opt":
        return member_line("bool", "some") + (member_line(rt.elem.c, "value") if rt.elem.c else "")
    if rt.kind == "shared":
        return member_line("ph_rc_t *", "rc") + member_line("const %s *" % rt.elem.c, "v")
    if rt.kind == "newtype":
        if rt.is_raw:
            return member_line("uint8_t", "bytes[%d]" % rt.raw_len)
        return field_lines(rt.fields) or member_line("uint8_t", "unused_")
    if rt.variants or rt.kind == "enum":
        return enum_body(rt)
    return field_lines(rt.fields) or member_line("uint8_t", "unused_")


def enum_body(rt):
    out = "    uint8_t kind; /* ph_%s_kind_t */\n" % rt.mangle
    if not rt.has_data:
        return out
    out += "    union {\n"
    for v in rt.variants:
        if not v.member:
            continue
        if v.single:
            out += member_line(v.fields[0].rt.c, v.member, " " * 8)
        elif v.struct:
            out += member_line(v.struct.c, v.member, " " * 8)
        else:
            out += "        struct {\n%s        } %s;\n" % (field_lines(v.fields, " " * 12), v.member)
    return out + "    };\n"


def kind_enum(rt):
    lines = ""
    for v in sorted(rt.variants, key=lambda v: v.index):
        lines += comment(v.docs, "    ") + "    %s = %d,\n" % (constant(rt, v), v.index)
    if not lines:
        return ""
    return "typedef enum {\n%s} ph_%s_kind_t;\n" % (lines, rt.mangle)


def declarations(types, aliases):
    structs = ordered(types)
    for rt in types:     # variant payloads that are structs of their own come first
        assert rt.erased in structs or not rt.erased.struct_like
    out = "".join("typedef struct ph_%s ph_%s_t;\n" % (rt.mangle, rt.mangle) for rt in sorted(structs, key=lambda t: t.mangle))
    out += "\n/* Other names of the same C types. */\n"
    for rt in types:
        if rt.erased is not rt and rt.c and rt.kind not in ("bounded",):
            out += "typedef %s%sph_%s_t;\n" % (rt.c, "" if rt.c.endswith("*") else " ", rt.mangle)
    for low, rt in aliases:
        if rt.c:
            out += "typedef %s%sph_%s_t;\n" % (rt.c, "" if rt.c.endswith("*") else " ", low)
        if rt.kind == "map":
            out += "typedef %s ph_%s_entry_t;\n" % (rt.entry.c, low)
    out += "\n/* Kinds of every result<T, E>. */\nenum { PH_RES_OK = 0, PH_RES_ERR = 1 };\n"
    for rt in structs:
        doc = rt.decl.docs if rt.decl else ""
        text = "/* %s%s */\n" % (rt.name.replace("*/", ""), "" if not doc else ": " + doc.replace("\n", "\n * ").replace("*/", ""))
        out += "\n" + text + kind_enum(rt) + "struct ph_%s {\n%s};\n" % (rt.mangle, struct_body(rt))
        if rt.kind == "custom":
            out += ("void ph_%s_encode_custom(ph_writer_t *w, const %s *v);\n"
                    "PH_MUST_CHECK ph_err_t ph_%s_decode_custom(ph_reader_t *r, ph_arena_t *arena, %s *out);\n"
                    % (rt.mangle, rt.c, rt.mangle, rt.c))
    return out + "\n"


# ---- wrappers ----

WRAPPERS = """\
/* Typed functions over the descriptions, for every struct-like type: ph_<type>_encode, _decode, _decode_all, _clone, _free
 * and _equal; what they do is said at ph_type_encode … in scale/scale.h. */
#define PH_TYPE_FUNCTIONS(x)                                                                                           \\
    static inline void ph_##x##_encode(ph_writer_t *w, const ph_##x##_t *v) { ph_type_encode(w, &ph_type_##x, v); }    \\
    PH_MUST_CHECK static inline ph_err_t ph_##x##_decode(ph_reader_t *r, ph_arena_t *arena, ph_##x##_t *out)           \\
    {                                                                                                                  \\
        return ph_type_decode(r, arena, &ph_type_##x, out);                                                            \\
    }                                                                                                                  \\
    PH_MUST_CHECK static inline ph_err_t ph_##x##_decode_all(ph_bytes_t in, ph_arena_t *arena, ph_##x##_t *out)        \\
    {                                                                                                                  \\
        return ph_type_decode_all(in, arena, &ph_type_##x, out);                                                       \\
    }                                                                                                                  \\
    static inline void ph_##x##_clone(ph_arena_t *arena, ph_##x##_t *out, const ph_##x##_t *v)                         \\
    {                                                                                                                  \\
        ph_type_clone(arena, &ph_type_##x, out, v);                                                                    \\
    }                                                                                                                  \\
    static inline void ph_##x##_free(ph_##x##_t *v) { ph_type_free(&ph_type_##x, v); }                                 \\
    static inline bool ph_##x##_equal(const ph_##x##_t *a, const ph_##x##_t *b)                                        \\
    {                                                                                                                  \\
        return ph_type_equal(&ph_type_##x, a, b);                                                                      \\
    }

/* shared<T>: a new value (deep copy, one reference), one more reference, one less, and a value decoded over a buffer
 * that it keeps alive. */
#define PH_SHARED_FUNCTIONS(x, elem_t, elem_type)                                                                      \\
    static inline ph_##x##_t ph_##x##_new(const elem_t *v)                                                             \\
    {                                                                                                                  \\
        ph_rc_t *rc = ph_rc_new(&elem_type, v);                                                                        \\
        return (ph_##x##_t){.rc = rc, .v = (const elem_t *)ph_rc_value(rc)};                                           \\
    }                                                                                                                  \\
    static inline ph_##x##_t ph_##x##_ref(ph_##x##_t s)                                                                \\
    {                                                                                                                  \\
        (void)ph_rc_ref(s.rc);                                                                                         \\
        return s;                                                                                                      \\
    }                                                                                                                  \\
    static inline void ph_##x##_unref(ph_##x##_t s) { ph_rc_unref(s.rc); }                                             \\
    PH_MUST_CHECK static inline ph_err_t ph_##x##_decode_buf(ph_##x##_t *out, ph_buf_t *buf)                           \\
    {                                                                                                                  \\
        ph_rc_t *rc;                                                                                                   \\
        PH_TRY(ph_rc_decode(&rc, &elem_type, buf));                                                                    \\
        *out = (ph_##x##_t){.rc = rc, .v = (const elem_t *)ph_rc_value(rc)};                                           \\
        return PH_OK;                                                                                                  \\
    }

"""


def descriptions(types, aliases):
    out = "".join("extern const ph_type_t ph_type_%s;\n" % rt.mangle for rt in types)
    out += "".join("#define ph_type_%s ph_type_%s\n" % (low, rt.mangle) for low, rt in aliases)
    return out + "\n"


def wrappers(names, shared, aliases):
    out = WRAPPERS + "".join("PH_TYPE_FUNCTIONS(%s)\n" % low for low in names)
    for low, rt in sorted([(rt.mangle, rt) for rt in shared] + [(low, rt) for low, rt in aliases if rt.kind == "shared"]):
        out += "PH_SHARED_FUNCTIONS(%s, %s, ph_type_%s)\n" % (low, rt.elem.c, rt.elem.mangle)
    return out


def json_wrappers(names):
    out = """\
/* ph_<type>_print and ph_<type>_parse; what they do is said in scale/json.h. */
#define PH_TYPE_JSON_FUNCTIONS(x)                                                                                      \\
    static inline void ph_##x##_print(ph_json_t *j, const ph_##x##_t *v) { ph_type_print(j, &ph_type_##x, v); }        \\
    PH_MUST_CHECK static inline ph_err_t ph_##x##_parse(const json_t *json, ph_arena_t *arena, ph_##x##_t *out,        \\
                                                        char *error, size_t error_len)                                 \\
    {                                                                                                                  \\
        return ph_type_parse(json, arena, &ph_type_##x, out, error, error_len);                                        \\
    }

"""
    return out + "".join("PH_TYPE_JSON_FUNCTIONS(%s)\n" % low for low in names)


# ---- description tables ----

def min_len(rt, memo, busy):
    if rt in memo:
        return memo[rt]
    if rt in busy:
        return 0
    busy.add(rt)
    magic = len(rt.decl.magic) if rt.decl and rt.decl.magic else 0
    if rt.kind in PRIMITIVES:
        out = PRIMITIVES[rt.kind][1]
    elif rt.kind in ("bounded", "compact", "vec", "set", "map", "opt"):
        out = 1
    elif rt.kind in ("tail", "custom"):
        out = 0
    elif rt.kind == "fixed":
        out = rt.n
    elif rt.kind == "array":
        out = rt.n * min_len(rt.elem, memo, busy)
    elif rt.kind in ("box", "shared"):
        out = min_len(rt.elem, memo, busy)
    elif rt.kind in ("enum", "res"):
        out = 1 + min((sum(min_len(f.rt, memo, busy) for f in v.fields) for v in rt.variants), default=0)
    else:
        out = sum(min_len(f.rt, memo, busy) for f in rt.fields)
    busy.discard(rt)
    memo[rt] = min(out + magic, 0xFFFFFFFF)
    return memo[rt]


def offset(rt, field, variant=None):
    if not field.rt.c:
        return "0"
    if variant:
        inside = variant.member if variant.single else "%s.%s" % (variant.member, field.cname)
        return "offsetof(%s, %s)" % (rt.c, inside)
    if rt.kind == "newtype" and rt.is_raw:
        return "0"
    return "offsetof(%s, %s)" % (rt.c, field.cname)


def field_table(name, rt, fields, variant=None):
    lines = "".join("    {%s, &ph_type_%s, %s},\n" % (c_string(f.name), f.rt.mangle, offset(rt, f, variant)) for f in fields)
    return "static const ph_field_t %s[] = {\n%s};\n" % (name, lines)


def table(rt, memo):
    low, out = rt.mangle, ""
    kind = KINDS.get(rt.kind, rt.kind.upper())
    parts = [".kind = PH_KIND_" + kind, ".name = " + c_string(rt.name)]
    if rt.c:
        parts.append(".size = sizeof(%s)" % rt.c)
    parts.append(".min_len = %d" % min_len(rt, memo, set()))
    if rt.decl:
        if rt.decl.path:
            parts.append(".path = " + c_string(rt.decl.path))
        if rt.decl.magic:
            parts.append(".magic = " + c_string(rt.decl.magic))
    if rt.kind in ("vec", "set", "opt", "tail", "compact", "box", "shared", "array"):
        parts.append(".elem = &ph_type_" + rt.elem.mangle)
    if rt.kind == "map":
        parts.append(".elem = &ph_type_" + rt.entry.mangle)
    if rt.n:
        parts.append(".bound = %d" % rt.n)
    if rt.kind in ("opt", "tail") and rt.elem.c:
        parts.append(".value_offset = offsetof(%s, value)" % rt.c)
    if rt.kind in ("tup", "entry") or rt.decl and rt.decl.fields and rt.decl.fields[0].name == "_0":
        parts.append(".is_tuple = true")
    if rt.kind == "newtype" or rt.kind == "custom" and [f.name for f in rt.fields] == ["v"]:
        parts.append(".is_newtype = true")
    if rt.fields:
        out += field_table("fields_" + low, rt, rt.fields)
        parts += [".fields = fields_" + low, ".field_count = %d" % len(rt.fields)]
    if rt.variants:
        out += variant_table(rt)
        parts += [".variants = variants_" + low, ".variant_count = %d" % len(rt.variants)]
    if rt.kind == "custom":
        out += custom_codec(rt)
        parts.append(".custom = &custom_" + low)
    return out + "const ph_type_t ph_type_%s = {\n    %s,\n};\n" % (low, ",\n    ".join(parts))


def variant_table(rt):
    out, rows = "", ""
    for i, v in enumerate(rt.variants):
        fields = "NULL"
        if v.fields:
            fields = "fields_%s_%d" % (rt.mangle, i)
            out += field_table(fields, rt, v.fields, v)
        docs = c_string(v.docs) if v.docs else "NULL"
        rows += "    {%s, %d, %s, %d, %s, %s},\n" % (c_string(v.name), v.index, "false" if v.named else "true",
                                                     len(v.fields), fields, docs)
    return out + "static const ph_variant_t variants_%s[] = {\n%s};\n" % (rt.mangle, rows)


def custom_codec(rt):
    return """\
static void encode_{0}(ph_writer_t *w, const void *v) {{ ph_{0}_encode_custom(w, (const {1} *)v); }}
static ph_err_t decode_{0}(ph_reader_t *r, ph_arena_t *arena, void *out)
{{
    return ph_{0}_decode_custom(r, arena, ({1} *)out);
}}
static const ph_custom_t custom_{0} = {{encode_{0}, decode_{0}}};
""".format(rt.mangle, rt.c)


def tables(types):
    memo = {}
    return "\n".join(table(rt, memo) for rt in types)


def emit_registry(model, files):
    names = sorted(model.spellings.items())
    rows = "".join("    {%s, &ph_type_%s},\n" % (c_string(name), rt.mangle) for name, rt in names)
    files.header("primitives/registry.h", ["scale/scale.h"], """\
/* Types by the name they have in the schema ("CandidateReceipt", "vec<u32>"), for tools. */
typedef struct ph_named_type {
    const char *name;
    const ph_type_t *type;
} ph_named_type_t;

extern const ph_named_type_t ph_named_types[]; /* sorted by name */
extern const size_t ph_named_type_count;

/* NULL if no such type occurs in the schema. Blanks in `schema_name` do not matter. */
const ph_type_t *ph_type_by_name(const char *schema_name);
""")
    files.source("primitives/registry.c", ["primitives/registry.h", "primitives/types.h"], """\
const ph_named_type_t ph_named_types[] = {
%s};
const size_t ph_named_type_count = sizeof ph_named_types / sizeof *ph_named_types;

/* Order of two names, blanks left out. */
static int compare(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == ' ')
            a++;
        while (*b == ' ')
            b++;
        if (*a != *b || *a == '\\0')
            return (unsigned char)*a - (unsigned char)*b;
    }
}

const ph_type_t *ph_type_by_name(const char *schema_name)
{
    for (size_t i = 0; i < ph_named_type_count; i++)
        if (compare(ph_named_types[i].name, schema_name) == 0)
            return ph_named_types[i].type;
    return NULL;
}
""" % rows)
