/* `parahost tool erasure encode|root|recover` */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/chunk_folder.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "erasure/coded.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"

#define PAYLOAD_MAX ((size_t)64 << 20)

typedef struct erasure_args {
    size_t validators, len;
    bool has_len;
    const char *out, *root, *len_text;
    bool json;
} erasure_args_t;

typedef int (*erasure_run_t)(const ph_command_t *command, ph_arena_t *arena, const erasure_args_t *args,
                             const char *path);

static int make_coded(const ph_command_t *command, ph_arena_t *arena, ph_coded_t **out, const erasure_args_t *args,
                      const char *path)
{
    ph_bytes_t payload;
    ph_err_t err = ph_cli_read_file(arena, &payload, path, PAYLOAD_MAX);
    if (err != PH_OK)
        return ph_options_wrong(command, "FILE: %s cannot be read (%s); expected a file of at most 64 MiB", path,
                                ph_cli_read_why(err));
    if (payload.len == 0)
        return ph_options_wrong(command, "FILE: %s is empty; expected at least one byte", path);
    err = ph_coded_new(out, args->validators, payload);
    if (err != PH_OK)
        return ph_options_wrong(command, "%s", ph_err_text(err));
    ph_arena_defer(arena, ph_coded_unref, *out);
    return PH_OPTIONS_GO;
}

/* ---- encode, root ---- */

static int encode(const ph_command_t *command, ph_arena_t *arena, const erasure_args_t *args, const char *path)
{
    ph_coded_t *coded;
    size_t k = 0;
    ph_erasure_chunk_t first;
    if (!args->out)
        return ph_options_wrong(command, "--out is missing; expected a folder that does not exist yet or is empty");
    int status = make_coded(command, arena, &coded, args, path);
    if (status != PH_OPTIONS_GO)
        return status;
    status = ph_chunk_folder_write(command->name, args->out, coded);
    if (status != 0)
        return status;
    if (ph_erasure_threshold(&k, args->validators) != PH_OK)
        return 3;
    ph_coded_chunk(coded, arena, &first, 0);
    const char *root = ph_hex_in(arena, ph_bytes(ph_coded_root(coded)->bytes, 32));
    if (args->json)
        printf("{\"root\":\"%s\",\"validators\":%zu,\"chunk_len\":%zu,\"threshold\":%zu}\n", root, args->validators,
               first.chunk.len, k);
    else
        printf("root       %s\nchunks     %zu of %zu bytes\nthreshold  %zu\n", root, args->validators, first.chunk.len,
               k);
    return 0;
}

static int root(const ph_command_t *command, ph_arena_t *arena, const erasure_args_t *args, const char *path)
{
    ph_coded_t *coded;
    int status = make_coded(command, arena, &coded, args, path);
    if (status != PH_OPTIONS_GO)
        return status;
    printf(args->json ? "{\"root\":\"%s\"}\n" : "%s\n", ph_hex_in(arena, ph_bytes(ph_coded_root(coded)->bytes, 32)));
    return 0;
}

/* ---- recover ---- */

/* The proof answers for each chunk alone; the root of what was recovered answers for all together. */
static int check_root(const ph_command_t *command, const erasure_args_t *args, ph_bytes_t payload,
                      const uint8_t *expected)
{
    ph_coded_t *coded;
    if (ph_coded_new(&coded, args->validators, payload) != PH_OK)
        return 3;
    bool same = memcmp(ph_coded_root(coded)->bytes, expected, 32) == 0;
    ph_coded_unref(coded);
    if (same)
        return PH_OPTIONS_GO;
    ph_options_wrong(command, "what the chunks give has another root than --root");
    return 1;
}

static int reconstruct(const ph_command_t *command, ph_arena_t *arena, const erasure_args_t *args, ph_bytes_t *payload,
                       const ph_chunk_folder_t *folder)
{
    size_t k;
    if (ph_erasure_systematic_threshold(&k, args->validators) != PH_OK)
        return 3;
    if (folder->count < k) {
        ph_options_wrong(command, "%zu usable chunks; expected at least %zu of %zu", folder->count, k,
                         args->validators);
        return 1;
    }
    size_t padded = k * folder->pieces[0].bytes.len;
    if (args->len > padded)
        return ph_options_wrong(command, "--len: %zu; these chunks hold %zu bytes", args->len, padded);
    *payload = ph_bytes(ph_arena_alloc(arena, padded), padded);
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    ph_err_t err =
        ph_erasure_reconstruct(erasure, payload->data, padded, args->validators, folder->pieces, folder->count);
    ph_erasure_free(erasure);
    if (err != PH_OK)
        return ph_options_wrong(
            command, "the chunks do not fit together (%s); expected chunks of one payload, all of one even length",
            ph_err_text(err));
    payload->len = args->len;
    return PH_OPTIONS_GO;
}

static int recover(const ph_command_t *command, ph_arena_t *arena, const erasure_args_t *args, const char *path)
{
    ph_bytes_t payload, expected = {0};
    ph_chunk_folder_t folder;
    if (!args->out || !args->has_len)
        return ph_options_wrong(command, "--%s is missing", args->out ? "len" : "out");
    if (args->root && ph_cli_bytes_arg(arena, &expected, "parahost tool erasure recover: --root", args->root) != PH_OK)
        return 2;
    if (args->root && expected.len != 32)
        return ph_options_wrong(command, "--root: %zu bytes; expected 32", expected.len);
    int status = ph_chunk_folder_read(command->name, arena, &folder, path, args->validators, expected.data);
    if (status == PH_OPTIONS_GO)
        status = reconstruct(command, arena, args, &payload, &folder);
    if (status == PH_OPTIONS_GO && expected.data)
        status = check_root(command, args, payload, expected.data);
    if (status != PH_OPTIONS_GO)
        return status;
    if (!ph_out_write("parahost tool erasure recover: --out", args->out, payload))
        return 2;
    printf(args->json ? "{\"bytes\":%zu,\"chunks\":%zu}\n" : "%zu bytes from %zu chunks\n", payload.len, folder.count);
    return 0;
}

/* ---- the commands ---- */

static int read_and_run(const ph_command_t *as, erasure_run_t run, int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    erasure_args_t args = {0};
    const ph_option_t options[] = {
        {"validators", PH_OPTION_SIZE, &args.validators, "N", "how many chunks; always to be given", 2,
         PH_ERASURE_MAX_VALIDATORS, NULL},
        {"json", PH_OPTION_FLAG, &args.json, NULL, "the same as a JSON object", 0, 0, NULL},
        {"out", PH_OPTION_TEXT, &args.out, run == encode ? "DIR" : "FILE", "where to write", 0, 0, NULL},
        {"len", PH_OPTION_TEXT, &args.len_text, "LEN", "the payload's length in bytes: chunks hold it padded", 0, 0,
         NULL},
        {"root", PH_OPTION_TEXT, &args.root, "BYTES",
         "the erasure root: chunks that do not prove to be under it are left out", 0, 0, NULL},
    };
    ph_command_t command = *as;
    uint64_t len;
    command.options = options;
    command.option_count = run == root ? 2 : run == encode ? 3 : 5;
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    if (args.validators == 0)
        return ph_options_wrong(&command, "--validators is missing; expected a number from 2 to %u",
                                PH_ERASURE_MAX_VALIDATORS);
    if (args.len_text && !ph_options_number(&len, args.len_text, 1, PAYLOAD_MAX))
        return ph_options_wrong(&command, "--len: \"%s\"; expected a number from 1 to %zu", args.len_text, PAYLOAD_MAX);
    args.has_len = args.len_text != NULL;
    args.len = args.has_len ? (size_t)len : 0;
    ph_arena_t *arena = ph_arena_new();
    status = run(&command, arena, &args, plain[0]);
    ph_arena_free(arena);
    return status;
}

static const ph_command_t encode_command = {"parahost tool erasure encode",
                                            "FILE",
                                            "Writes the chunks of FILE as DIR/0, DIR/1, … (raw bytes) and the proof of "
                                            "each as DIR/0.proof, … (SCALE: a list of trie nodes from the\n"
                                            "root on); prints the erasure root. DIR must not exist yet, or be empty.",
                                            1,
                                            1,
                                            NULL,
                                            0};
static const ph_command_t root_command = {
    "parahost tool erasure root", "FILE", "Prints the erasure root of FILE.", 1, 1, NULL, 0};
static const ph_command_t recover_command = {
    "parahost tool erasure recover",
    "DIR",
    "Recovers a payload from its chunks DIR/<index>, any third of them; files of other names are not looked at. Chunks "
    "are believed unless\n"
    "--root is given. Exit status 1: the chunks do not suffice, or give another root.",
    1,
    1,
    NULL,
    0};

int ph_cli_tool_erasure(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "encode") == 0)
        return read_and_run(&encode_command, encode, argc - 1, argv + 1);
    if (strcmp(name, "root") == 0)
        return read_and_run(&root_command, root, argc - 1, argv + 1);
    if (strcmp(name, "recover") == 0)
        return read_and_run(&recover_command, recover, argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        printf("Usage: parahost tool erasure encode --validators N FILE --out DIR | root --validators N FILE |\n"
               "                             recover --validators N DIR --len LEN --out FILE\n\n"
               "The availability code. `parahost tool erasure encode --help` and so on say more.\n");
        return 0;
    }
    fprintf(stderr, "parahost tool erasure: \"%s\"; expected encode, root or recover\n", name);
    return 2;
}
