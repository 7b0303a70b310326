/* `parahost tool genesis SPEC` */
#include <stdio.h>

#include "base/gzip.h"
#include "base/json.h"
#include "chain/spec.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"

#define SPEC_MAX ((size_t)1 << 30)

static const char *version_from(const ph_spec_t *spec)
{
    switch (spec->version_from) {
    case PH_SPEC_VERSION_GIVEN:
        return "given";
    case PH_SPEC_VERSION_SECTION:
        return "runtime_version section of :code";
    case PH_SPEC_VERSION_OLD_BLOB:
        break;
    }
    return "none in :code, which is older than state version 1";
}

static void put_hash(ph_json_t *j, const char *key, const ph_hash_t *hash, bool there)
{
    ph_json_key(j, key);
    if (there)
        ph_json_bytes(j, ph_bytes(hash->bytes, 32));
    else
        ph_json_null(j);
}

static void print_json(const ph_spec_t *spec)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "name");
    ph_json_string(&j, spec->name);
    ph_json_key(&j, "id");
    ph_json_string(&j, spec->id);
    ph_json_key(&j, "state_version");
    if (spec->has_state)
        ph_json_i64(&j, spec->state_version);
    else
        ph_json_null(&j);
    ph_json_key(&j, "state_version_from");
    if (spec->has_state)
        ph_json_string(&j, version_from(spec));
    else
        ph_json_null(&j);
    put_hash(&j, "state_root", &spec->state_root, true);
    put_hash(&j, "block_hash", &spec->block_hash, true);
    put_hash(&j, "code_hash", &spec->code_hash, spec->has_code);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static void print_text(ph_arena_t *arena, const ph_spec_t *spec)
{
    printf("name           %s (%s)\n", spec->name, spec->id);
    if (spec->has_state)
        printf("state version  %d (%s)\n", spec->state_version, version_from(spec));
    else
        printf("state version  unknown (the file has the state root alone)\n");
    printf("state root     %s\n", ph_hex_in(arena, ph_bytes(spec->state_root.bytes, 32)));
    printf("block hash     %s\n", ph_hex_in(arena, ph_bytes(spec->block_hash.bytes, 32)));
    if (spec->has_code)
        printf("code hash      %s (%zu bytes)\n", ph_hex_in(arena, ph_bytes(spec->code_hash.bytes, 32)),
               spec->code_len);
    else
        printf("code hash      none (no :code)\n");
}

static int genesis(const ph_command_t *command, ph_arena_t *arena, const char *path, int version, bool json)
{
    ph_bytes_t text;
    ph_spec_t spec;
    char why[300];
    ph_err_t err = ph_cli_read_file(arena, &text, path, SPEC_MAX);
    if (err == PH_OK && ph_gzip_looks_like(text))
        err = ph_gunzip(arena, text, SPEC_MAX, &text);
    if (err != PH_OK)
        return ph_options_wrong(command, "%s cannot be read (%s); expected a raw chain specification", path,
                                ph_cli_read_why(err));
    if (ph_spec_read(&spec, arena, text, version, why, sizeof why) != PH_OK)
        return ph_options_wrong(command, "%s: %s", path, why);
    if (json)
        print_json(&spec);
    else
        print_text(arena, &spec);
    return 0;
}

static const char *const versions[] = {"0", "1", "auto", NULL};
#define ABOUT                                                                                                          \
    "Prints name, state version, state root, block hash and code hash of the raw chain specification SPEC, gzipped "   \
    "or not, - for standard\n"                                                                                         \
    "input. The state version is read from the runtime in the state (:code), without running it: from its section "    \
    "runtime_version; a\n"                                                                                             \
    "runtime without one is older than state version 1 and counts as 0. --state-version overrules."

int ph_cli_tool_genesis(int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    unsigned version = 2;
    bool json = false;
    const ph_option_t options[] = {{"state-version", PH_OPTION_CHOICE, &version, "0|1|auto",
                                    "how the trie is hashed (default auto)", 0, 0, versions},
                                   {"json", PH_OPTION_FLAG, &json, NULL, "the same as a JSON object", 0, 0, NULL}};
    const ph_command_t command = {"parahost tool genesis", "SPEC", ABOUT, 1, 1, options, 2};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = genesis(&command, arena, plain[0], version == 2 ? -1 : (int)version, json);
    ph_arena_free(arena);
    return status;
}
