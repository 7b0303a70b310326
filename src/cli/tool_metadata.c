/* `parahost tool metadata` */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "chain/native_host.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "crypto/hash.h"
#include "primitives/types.h"
#include "runtime/pallets.h"
#include "runtime/runtime.h"

/* Asks the runtime on an empty state, where constants that a chain's genesis may set are the built-in ones. */
static ph_err_t ask(ph_arena_t *arena, ph_opt_opaque_metadata_t *out, uint32_t version)
{
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = ph_state_empty(store);
    ph_overlay_t *overlay = ph_overlay_new(state);
    ph_native_host_t host = {.overlay = overlay};
    ph_writer_t args = ph_writer_in(arena), result = ph_writer_in(arena);
    ph_write_u32(&args, version);
    ph_err_t err = ph_runtime_call(&ph_native_host_ops, &host, PH_BYTES_LIT("Metadata_metadata_at_version"),
                                   ph_writer_bytes(&args), &result, NULL, 0);
    if (err == PH_OK)
        err = ph_opt_opaque_metadata_decode_all(ph_writer_bytes(&result), arena, out);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(state);
    ph_trie_store_free(store);
    return err;
}

static void print_json(uint32_t version, ph_bytes_t metadata)
{
    uint8_t hash[32];
    ph_blake2_256(hash, metadata);
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "version");
    ph_json_u64(&j, version);
    ph_json_key(&j, "size");
    ph_json_u64(&j, metadata.len);
    ph_json_key(&j, "hash");
    ph_json_bytes(&j, ph_bytes(hash, 32));
    ph_json_key(&j, "pallets");
    ph_json_array(&j);
    for (size_t i = 0; i < ph_pallet_count; i++)
        if (!ph_pallets[i].later)
            ph_json_string(&j, ph_pallets[i].name);
    ph_json_end_array(&j);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static int metadata(ph_arena_t *arena, uint32_t version, const char *path, bool json)
{
    ph_opt_opaque_metadata_t answer = {0};
    ph_err_t err = ask(arena, &answer, version);
    if (err != PH_OK || !answer.some) {
        fprintf(stderr, "parahost tool metadata: the runtime has no answer (%s)\n", ph_err_text(err));
        return 3;
    }
    if (path != NULL && !ph_out_write("parahost tool metadata: --out", path, answer.value.v))
        return 2;
    if (json)
        print_json(version, answer.value.v);
    else if (path == NULL)
        printf("%s\n", ph_hex_in(arena, answer.value.v));
    return 0;
}

static const char *const versions[] = {"14", "15", NULL};
#define ABOUT                                                                                                          \
    "Prints the metadata of the built-in runtime as hexadecimal text: its types, storage, calls, events, errors and "  \
    "constants, as wallets read\n"                                                                                     \
    "them. Constants that a chain's genesis sets (length of slots and epochs) are those of a chain that sets nothing."

int ph_cli_tool_metadata(int argc, char **argv)
{
    size_t count;
    unsigned version = 0;
    const char *path = NULL;
    bool json = false;
    const ph_option_t options[] = {
        {"version", PH_OPTION_CHOICE, &version, "14|15", "of the format (default 14)", 0, 0, versions},
        {"out", PH_OPTION_TEXT, &path, "FILE", "write the bytes there instead", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &json, NULL, "print version, size, hash and pallets as a JSON object", 0, 0, NULL}};
    const ph_command_t command = {"parahost tool metadata", NULL, ABOUT, 0, 0, options, 3};
    int status = ph_options_read(&command, NULL, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = metadata(arena, version == 0 ? 14 : 15, path, json);
    ph_arena_free(arena);
    return status;
}
