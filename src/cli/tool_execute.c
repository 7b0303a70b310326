/* `parahost tool execute [STATE] BLOCKS`: executes recorded blocks on a dumped state. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"
#include "chain/dump.h"
#include "chain/executor.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/network_args.h"
#include "cli/options.h"
#include "primitives/hash_of.h"
#include "trie/state.h"

#define NAME     "parahost tool execute"
#define FILE_MAX ((size_t)1 << 30)

/* A block whose state is there. */
typedef struct made {
    ph_hash_t hash;
    uint32_t number;
    ph_state_t *state;
} made_t;

typedef struct execution {
    const ph_command_t *command;
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_executor_t *executor;
    PH_LIST(made_t) made; /* the first: where it began */
    size_t executed;
    made_t best;
} execution_t;

/* ---- reading ---- */

static bool hex_member(ph_arena_t *arena, ph_bytes_t *out, const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);
    return json_is_string(text) && ph_unhex(arena, json_string_value(text), json_string_length(text), out) == PH_OK;
}

static bool read_header(execution_t *x, ph_header_t *out, const json_t *object)
{
    ph_bytes_t bytes;
    return hex_member(x->arena, &bytes, object, "header") && ph_header_decode_all(bytes, x->arena, out) == PH_OK;
}

/* The state of a dump, or of the line of the genesis block. */
static int build_state(execution_t *x, ph_state_t **out, const ph_dump_t *dump, const char *path)
{
    if (ph_state_build(out, x->store, dump->pairs.items, dump->pairs.count, dump->state_version) != PH_OK)
        return ph_options_wrong(x->command, "%s: a key is too long", path);
    if (!dump->has_root || memcmp(dump->state_root.bytes, ph_state_root(*out), 32) == 0)
        return PH_OPTIONS_GO;
    ph_state_unref(*out);
    *out = NULL;
    return ph_options_wrong(x->command, "%s: the state has another root than it says", path);
}

static int read_state(execution_t *x, ph_state_t **out, const json_t *object, const char *path)
{
    ph_dump_t dump;
    char why[300];
    if (ph_dump_read_json(&dump, x->arena, object, why, sizeof why) != PH_OK)
        return ph_options_wrong(x->command, "%s: %s", path, why);
    return build_state(x, out, &dump, path);
}

static json_t *parse(ph_bytes_t text)
{
    return json_loadb((const char *)text.data, text.len, 0, NULL);
}

/* The next line of the file; false at its end. */
static bool next_line(ph_bytes_t *file, ph_bytes_t *line)
{
    if (file->len == 0)
        return false;
    const uint8_t *end = memchr(file->data, '\n', file->len);
    size_t len = end ? (size_t)(end - file->data) : file->len;
    *line = ph_bytes(file->data, len);
    len += end != NULL;
    *file = ph_bytes(file->data + len, file->len - len);
    return true;
}

/* ---- executing ---- */

static const made_t *find(const execution_t *x, const ph_hash_t *hash)
{
    for (size_t i = x->made.count; i-- > 0;)
        if (ph_hash_equal(&x->made.items[i].hash, hash))
            return &x->made.items[i];
    return NULL;
}

static void keep(execution_t *x, const ph_hash_t *hash, uint32_t number, ph_state_t *state)
{
    made_t made = {*hash, number, state};
    ph_list_push(x->arena, &x->made, made);
    if (x->made.count == 1 || number > x->best.number)
        x->best = made;
}

/* Without the seal, which the runtime does not see. */
static ph_err_t execute(execution_t *x, ph_state_t **out, const made_t *parent, ph_block_t block, char *why,
                        size_t why_len)
{
    ph_overlay_t *overlay = ph_overlay_new(parent->state);
    ph_native_host_t host = {.overlay = overlay};
    ph_writer_t args = PH_WRITER_HEAP, result = PH_WRITER_HEAP;
    if (block.header.digest.logs.count > 0)
        block.header.digest.logs.count--;
    ph_block_encode(&args, &block);
    ph_err_t err =
        ph_executor_call(x->executor, &host, &result, "Core_execute_block", ph_writer_bytes(&args), why, why_len);
    if (err == PH_OK)
        err = ph_overlay_state(overlay, out, ph_executor_state_version(x->executor, parent->state));
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_writer_free(&args);
    ph_writer_free(&result);
    return err;
}

/* Blocks whose parent's state is not there (those before the start, and of other forks) are passed by. */
static int take_block(execution_t *x, const json_t *line, size_t number)
{
    ph_block_t block = {0};
    const json_t *extrinsics = json_object_get(line, "extrinsics"), *text;
    char why[300] = "";
    ph_state_t *state = NULL;
    size_t i;
    if (!read_header(x, &block.header, line) || !json_is_array(extrinsics))
        return ph_options_wrong(x->command, "BLOCKS: line %zu is no block", number);
    const made_t *parent = find(x, &block.header.parent_hash);
    if (!parent)
        return PH_OPTIONS_GO;
    block.extrinsics.items = ph_arena_alloc(x->arena, (json_array_size(extrinsics) + 1) * sizeof(ph_bytes_t));
    json_array_foreach(extrinsics, i, text)
    {
        if (!json_is_string(text) || ph_unhex(x->arena, json_string_value(text), json_string_length(text),
                                              &block.extrinsics.items[block.extrinsics.count++]) != PH_OK)
            return ph_options_wrong(x->command, "BLOCKS: line %zu, extrinsic %zu is not hexadecimal", number, i);
    }
    ph_hash_t hash = ph_hash_of_header(&block.header);
    ph_err_t err = execute(x, &state, parent, block, why, sizeof why);
    if (err == PH_OK && memcmp(ph_state_root(state), block.header.state_root.bytes, 32) != 0)
        err = PH_ERR_INVALID;
    if (err != PH_OK) {
        ph_state_unref(state);
        fprintf(stderr, NAME ": block #%u %s: %s\n", block.header.number, ph_hex_in(x->arena, ph_bytes(hash.bytes, 32)),
                why[0] ? why : "another state root");
        return 1;
    }
    keep(x, &hash, block.header.number, state);
    x->executed++;
    return PH_OPTIONS_GO;
}

/* ---- the start ---- */

/* The state of the genesis line, or the block of the file that ends in the given state. */
static int begin(execution_t *x, ph_bytes_t blocks, ph_state_t *state)
{
    ph_bytes_t text;
    for (size_t n = 1; next_line(&blocks, &text); n++) {
        ph_header_t header;
        json_t *line = parse(text);
        json_t *object = json_object_get(line, "genesis") ? json_object_get(line, "genesis") : line;
        bool good = line && read_header(x, &header, object);
        int status = PH_OPTIONS_GO;
        if (!good)
            status = ph_options_wrong(x->command, "BLOCKS: line %zu has no header; expected what --blocks writes", n);
        else if (!state)
            status = read_state(x, &state, object, "BLOCKS: genesis");
        json_decref(line);
        if (status != PH_OPTIONS_GO) {
            ph_state_unref(state);
            return status;
        }
        if (memcmp(header.state_root.bytes, ph_state_root(state), 32) != 0)
            continue;
        ph_hash_t hash = ph_hash_of_header(&header);
        keep(x, &hash, header.number, state);
        return PH_OPTIONS_GO;
    }
    ph_state_unref(state);
    return ph_options_wrong(x->command, "no block of BLOCKS ends in this state");
}

static int read_dump(execution_t *x, ph_state_t **out, const char *path)
{
    ph_dump_t dump;
    ph_bytes_t text;
    char why[300];
    ph_err_t err = ph_cli_read_file(x->arena, &text, path, FILE_MAX);
    if (err != PH_OK)
        return ph_options_wrong(x->command, "%s cannot be read (%s)", path, ph_cli_read_why(err));
    if (ph_dump_read(&dump, x->arena, text, why, sizeof why) != PH_OK)
        return ph_options_wrong(x->command, "%s: %s", path, why);
    if (!dump.has_root)
        return ph_options_wrong(x->command, "%s: there is no \"state_root\"; expected what --dump-state writes", path);
    return build_state(x, out, &dump, path);
}

/* ---- the command ---- */

static void report(const execution_t *x, bool json)
{
    const char *root = ph_hex_in(x->arena, ph_bytes(ph_state_root(x->best.state), 32));
    const char *hash = ph_hex_in(x->arena, ph_bytes(x->best.hash.bytes, 32));
    if (!json) {
        printf("%zu blocks executed on #%u; the best is #%u %s with the state %s\n", x->executed,
               x->made.items[0].number, x->best.number, hash, root);
        return;
    }
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "from");
    ph_json_u64(&j, x->made.items[0].number);
    ph_json_key(&j, "executed");
    ph_json_u64(&j, x->executed);
    ph_json_key(&j, "number");
    ph_json_u64(&j, x->best.number);
    ph_json_key(&j, "hash");
    ph_json_string(&j, hash);
    ph_json_key(&j, "state_root");
    ph_json_string(&j, root);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static int run(execution_t *x, const char *state_path, const char *blocks_path)
{
    ph_bytes_t blocks, text;
    ph_state_t *state = NULL;
    ph_err_t err = ph_cli_read_file(x->arena, &blocks, blocks_path, FILE_MAX);
    if (err != PH_OK)
        return ph_options_wrong(x->command, "%s cannot be read (%s)", blocks_path, ph_cli_read_why(err));
    int status = state_path ? read_dump(x, &state, state_path) : PH_OPTIONS_GO;
    if (status != PH_OPTIONS_GO) {
        ph_state_unref(state);
        return status;
    }
    status = begin(x, blocks, state);
    for (size_t n = 1; status == PH_OPTIONS_GO && next_line(&blocks, &text); n++) {
        json_t *line = parse(text);
        if (!json_object_get(line, "genesis"))
            status = take_block(x, line, n);
        json_decref(line);
    }
    return status;
}

#define ABOUT                                                                                                          \
    "Executes the blocks of BLOCKS (as `sim --blocks` writes them) that build on STATE (as `sim --dump-state` writes " \
    "it; without it, on\n"                                                                                             \
    "the genesis state in BLOCKS), with all their forks, and compares every state root. Exit status 1: one differs."

int ph_cli_tool_execute(int argc, char **argv)
{
    const char *plain[2];
    size_t count;
    unsigned body = PH_RUNTIME_NATIVE;
    bool json = false;
    const ph_option_t options[] = {{"runtime", PH_OPTION_CHOICE, &body, "native|wasm",
                                    "the runtime's body: this program's own, or the blob in the state (default native)",
                                    0, 0, ph_network_runtimes},
                                   {"json", PH_OPTION_FLAG, &json, NULL,
                                    "{\"from\", \"executed\", \"number\", \"hash\", \"state_root\"}", 0, 0, NULL}};
    const ph_command_t command = {NAME, "[STATE] BLOCKS", ABOUT, 1, 2, options, 2};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    execution_t x = {.command = &command, .arena = ph_arena_new(), .store = ph_trie_store_new(NULL)};
    x.executor = ph_executor_new((ph_runtime_body_t)body);
    status = run(&x, count == 2 ? plain[0] : NULL, plain[count - 1]);
    if (status == PH_OPTIONS_GO) {
        report(&x, json);
        status = 0;
    }
    for (size_t i = 0; i < x.made.count; i++)
        ph_state_unref(x.made.items[i].state);
    ph_executor_free(x.executor);
    ph_trie_store_free(x.store);
    ph_arena_free(x.arena);
    return status;
}
