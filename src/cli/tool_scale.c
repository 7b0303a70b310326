#include "cli/tool_scale.h"

#include <stdio.h>
#include <string.h>

#include "cli/bytes_arg.h"
#include "primitives/registry.h"
#include "scale/json.h"

typedef struct scale_args {
    const char *command, *type, *value;
    bool json;
} scale_args_t;

static bool usage(void)
{
    fprintf(stderr, "parahost tool scale: expected decode TYPE BYTES, encode TYPE JSON, or types [--json]\n");
    return false;
}

static bool read_args(scale_args_t *args, int argc, char **argv)
{
    const char *plain[3] = {0};
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            args->json = true;
        } else if (strncmp(argv[i], "--", 2) == 0) {
            fprintf(stderr, "parahost tool scale: unknown option %s; expected --json\n", argv[i]);
            return false;
        } else if (count == 3) {
            return usage();
        } else {
            plain[count++] = argv[i];
        }
    }
    args->command = plain[0];
    args->type = plain[1];
    args->value = plain[2];
    if (args->command == NULL)
        return usage();
    int wanted = strcmp(args->command, "types") == 0 ? 1 : 3;
    bool known = wanted == 1 || strcmp(args->command, "decode") == 0 || strcmp(args->command, "encode") == 0;
    return known && count == wanted ? true : usage();
}

static const ph_type_t *need_type(const char *name)
{
    const ph_type_t *type = ph_type_by_name(name);
    if (type == NULL)
        fprintf(stderr, "parahost tool scale: no type \"%s\"; `parahost tool scale types` lists them\n", name);
    return type;
}

static int print_types(bool json)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "types");
    ph_json_array(&j);
    for (size_t i = 0; i < ph_named_type_count; i++) {
        ph_json_string(&j, ph_named_types[i].name);
        if (!json)
            printf("%s\n", ph_named_types[i].name);
    }
    ph_json_end_array(&j);
    ph_json_end_object(&j);
    if (json)
        printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
    return 0;
}

static int decode(ph_arena_t *arena, const scale_args_t *args, const ph_type_t *type)
{
    ph_bytes_t in;
    char why[300];
    if (ph_cli_bytes_arg(arena, &in, "parahost tool scale decode: BYTES", args->value) != PH_OK)
        return 2;
    ph_reader_t r = ph_reader(in);
    r.borrow = true;
    void *value = ph_arena_alloc(arena, type->size + 1);
    if (ph_type_decode(&r, arena, type, value) != PH_OK || ph_reader_finish(&r) != PH_OK) {
        ph_reader_explain(&r, why, sizeof why);
        fprintf(stderr, "parahost tool scale decode: not a %s: %s\n", args->type, why);
        return 2;
    }
    ph_json_t j = ph_json_new(arena, true);
    if (args->json) {
        ph_json_object(&j);
        ph_json_key(&j, "type");
        ph_json_string(&j, args->type);
        ph_json_key(&j, "value");
    }
    ph_type_print(&j, type, value);
    if (args->json)
        ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    return 0;
}

static int print_encoded(ph_arena_t *arena, const scale_args_t *args, ph_bytes_t bytes)
{
    char *hex = ph_arena_alloc(arena, 2 * bytes.len + 1);
    ph_hex(hex, bytes);
    printf(args->json ? "{\"bytes\":\"0x%s\"}\n" : "0x%s\n", hex);
    return 0;
}

static int encode(ph_arena_t *arena, const scale_args_t *args, const ph_type_t *type)
{
    ph_bytes_t text;
    json_error_t where;
    char why[300] = "";
    if (ph_cli_text_arg(arena, &text, "parahost tool scale encode: JSON", args->value) != PH_OK)
        return 2;
    json_t *json = json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &where);
    if (json == NULL) {
        fprintf(stderr, "parahost tool scale encode: not JSON: line %d, column %d: %s\n", where.line, where.column,
                where.text);
        return 2;
    }
    void *value = ph_arena_alloc(arena, type->size + 1);
    ph_err_t err = ph_type_parse(json, arena, type, value, why, sizeof why);
    json_decref(json);
    if (err != PH_OK) {
        fprintf(stderr, "parahost tool scale encode: not a %s: %s\n", args->type, why);
        return 2;
    }
    ph_writer_t w = ph_writer_in(arena);
    ph_type_encode(&w, type, value);
    return print_encoded(arena, args, ph_writer_bytes(&w));
}

int ph_cli_tool_scale(int argc, char **argv)
{
    scale_args_t args = {0};
    if (!read_args(&args, argc, argv))
        return 2;
    if (strcmp(args.command, "types") == 0)
        return print_types(args.json);
    const ph_type_t *type = need_type(args.type);
    if (type == NULL)
        return 2;
    ph_arena_t *arena = ph_arena_new();
    int status = strcmp(args.command, "decode") == 0 ? decode(arena, &args, type) : encode(arena, &args, type);
    ph_arena_free(arena);
    return status;
}
