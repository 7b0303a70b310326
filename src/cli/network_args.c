#include "cli/network_args.h"

#include <stdio.h>
#include <string.h>

#include "base/gzip.h"
#include "cli/bytes_arg.h"
#include "cli/pvf_check.h"
#include "primitives/hash_of.h"
#include "pvf/builder.h"
#include "runtime/blob.h"

#define PVF_FILE_MAX  ((size_t)64 << 20)
#define SPEC_FILE_MAX ((size_t)1 << 30)

const char *const ph_network_runtimes[] = {[PH_RUNTIME_NATIVE] = "native", [PH_RUNTIME_WASM] = "wasm", NULL};

/* ---- options ---- */

size_t ph_network_build_options(ph_option_t *out, ph_network_args_t *n, uint64_t many_max, uint64_t slot_ms_min)
{
    const ph_option_t rows[PH_NETWORK_BUILD_OPTIONS] = {
        {"validators", PH_OPTION_SIZE, &n->validators, "N", "how many (default 6)", 1, many_max, NULL},
        {"paras", PH_OPTION_SIZE, &n->paras, "N", "parachains, numbered from 2000 (default 2)", 0, many_max, NULL},
        {"slot-ms", PH_OPTION_U64, &n->slot_ms, "MS", "length of a slot (default 6000)", slot_ms_min, 3600000, NULL},
        {"session-slots", PH_OPTION_U32, &n->session_slots, "N", "length of a session (default 10)", 1, 10000000, NULL},
        {"rotation-blocks", PH_OPTION_U32, &n->rotation_blocks, "N",
         "blocks between rotations of backing groups (default 5)", 1, 10000000, NULL},
        {"pvf", PH_OPTION_TEXTS, &n->pvfs, "FILE",
         "a validation function instead of the built-in adder; with --head; several take turns. builtin:adder, "
         "builtin:undying, builtin:courier: built-in ones",
         0, 0, NULL},
        {"head", PH_OPTION_TEXTS, &n->heads, "BYTES",
         "the genesis head that goes with it; genesis: the built-in one's own (so without any --head)", 0, 0, NULL},
    };
    memcpy(out, rows, sizeof rows);
    return PH_NETWORK_BUILD_OPTIONS;
}

size_t ph_network_run_options(ph_option_t *out, ph_network_args_t *n)
{
    const ph_option_t rows[PH_NETWORK_RUN_OPTIONS] = {
        {"pov-bytes", PH_OPTION_SIZE, &n->pov_bytes, "N", "pads proofs of validity to this size", 0, 10485760, NULL},
        {"collate", PH_OPTION_TEXTS, &n->collates, "ID",
         "a collator for a para that is registered later; again for more", 0, 0, NULL},
        {"genesis", PH_OPTION_TEXT, &n->genesis, "FILE",
         "begins with the state of a raw chain specification, or goes on from a state dump (--dump-state of sim, "
         "{\"state\": …} at the socket of dev): that says validators, paras and slots",
         0, 0, NULL},
        {"runtime", PH_OPTION_CHOICE, &n->runtime, "native|wasm",
         "the runtime's body: this program's own, or the blob in the state (default native)", 0, 0,
         ph_network_runtimes},
    };
    memcpy(out, rows, sizeof rows);
    return PH_NETWORK_RUN_OPTIONS;
}

/* ---- what goes together ---- */

static const char *genesis_option(const ph_network_args_t *n)
{
    return n->genesis_option ? n->genesis_option : "--genesis";
}

static const char *given_beside_genesis(const ph_network_args_t *n)
{
    return n->validators                     ? "validators"
           : n->paras != PH_NETWORK_NO_PARAS ? "paras"
           : n->slot_ms                      ? "slot-ms"
           : n->session_slots                ? "session-slots"
           : n->rotation_blocks              ? "rotation-blocks"
           : n->pvfs.count                   ? "pvf"
           : n->heads.count                  ? "head"
                                             : NULL;
}

/* ---- validation functions ---- */

#define BUILTIN "builtin:"

static bool find_builtin(const char *name, ph_builtin_t *out)
{
    if (strncmp(name, BUILTIN, sizeof BUILTIN - 1) != 0)
        return false;
    for (*out = 0; *out < PH_BUILTIN_COUNT; ++*out)
        if (strcmp(name + sizeof BUILTIN - 1, ph_builtin_names[*out]) == 0)
            return true;
    return false;
}

static const char *unknown_builtin(const ph_network_args_t *n)
{
    ph_builtin_t builtin;
    for (size_t i = 0; i < n->pvfs.count; i++)
        if (strncmp(n->pvfs.items[i], BUILTIN, sizeof BUILTIN - 1) == 0 && !find_builtin(n->pvfs.items[i], &builtin))
            return n->pvfs.items[i];
    return NULL;
}

static bool all_built_in(const ph_network_args_t *n)
{
    ph_builtin_t builtin;
    for (size_t i = 0; i < n->pvfs.count; i++)
        if (!find_builtin(n->pvfs.items[i], &builtin))
            return false;
    return true;
}

int ph_network_check(const ph_command_t *command, ph_network_args_t *n)
{
    if (n->genesis && given_beside_genesis(n))
        return ph_options_wrong(command,
                                "--%s: not together with %s, whose specification says it; expected one of the two",
                                given_beside_genesis(n), genesis_option(n));
    if (n->genesis)
        return PH_OPTIONS_GO;
    n->validators = n->validators ? n->validators : 6;
    n->paras = n->paras != PH_NETWORK_NO_PARAS ? n->paras : 2;
    n->slot_ms = n->slot_ms ? n->slot_ms : 6000;
    n->session_slots = n->session_slots ? n->session_slots : 10;
    n->rotation_blocks = n->rotation_blocks ? n->rotation_blocks : 5;
    const char *unknown = unknown_builtin(n);
    if (unknown)
        return ph_options_wrong(command,
                                "--pvf: %.40s; expected a file, or builtin:adder, builtin:undying or "
                                "builtin:courier",
                                unknown);
    if (n->pvfs.count != n->heads.count && !(n->heads.count == 0 && all_built_in(n)))
        return ph_options_wrong(command,
                                "--pvf is given %zu times and --head %zu times; expected one --head for each --pvf",
                                n->pvfs.count, n->heads.count);
    if (n->pvfs.count > n->paras)
        return ph_options_wrong(command, "--pvf is given %zu times for %zu paras; expected at most one for each",
                                n->pvfs.count, n->paras);
    return PH_OPTIONS_GO;
}

/* Do the collators find a block after that head? */
static ph_err_t find_next(ph_bytes_t head, ph_bytes_t code, size_t pov_bytes)
{
    ph_arena_t *arena = ph_arena_new();
    ph_builder_t *builder = ph_builder_new(pov_bytes);
    ph_built_t built;
    ph_builder_parent_t parent = {.head = head, .code_hash = ph_hash_of_code((ph_validation_code_t){code})};
    ph_err_t err = ph_builder_next(builder, arena, &built, &parent);
    ph_builder_free(builder);
    ph_arena_free(arena);
    return err;
}

/* The collators make blocks of the built-in chains: any other head would leave its para without blocks. */
static int check_head(const ph_command_t *command, const char *what, ph_bytes_t head, ph_bytes_t code, size_t pov_bytes)
{
    ph_err_t err = find_next(head, code, pov_bytes);
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    if (err == PH_ERR_NOT_FOUND)
        return ph_options_wrong(command,
                                "%s: its state is not what its number says; expected a head of the adder chain, or of "
                                "undying, which are all that the collators make",
                                what);
    return ph_options_wrong(
        command,
        "%s: %zu bytes; expected a head of the adder chain, or of undying, which are all that the collators "
        "make: 72 bytes",
        what, head.len);
}

static int read_builtin(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n, size_t i,
                        ph_builtin_t builtin)
{
    const char *name = ph_arena_printf(arena, "%s: --head", command->name);
    ph_fleet_code_t *code = &n->codes[i];
    code->pvf = ph_builtin_code(builtin);
    if (i < n->heads.count && strcmp(n->heads.items[i], "genesis") != 0) {
        if (ph_cli_bytes_arg(arena, &code->head, name, n->heads.items[i]) != PH_OK)
            return 2;
        return check_head(command, "--head", code->head, code->pvf, n->pov_bytes);
    }
    code->head = ph_builtin_genesis_head(arena, builtin, n->pov_bytes);
    return PH_OPTIONS_GO;
}

static int read_pair(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n, size_t i)
{
    const char *file = n->pvfs.items[i], *name = ph_arena_printf(arena, "%s: --head", command->name);
    ph_fleet_code_t *code = &n->codes[i];
    ph_builtin_t builtin;
    if (find_builtin(file, &builtin))
        return read_builtin(command, arena, n, i, builtin);
    ph_err_t err = ph_cli_read_file(arena, &code->pvf, file, PVF_FILE_MAX);
    if (err != PH_OK)
        return ph_options_wrong(command, "--pvf: %s cannot be read (%s); expected a validation function", file,
                                ph_cli_read_why(err));
    if (ph_cli_bytes_arg(arena, &code->head, name, n->heads.items[i]) != PH_OK)
        return 2;
    int status = check_head(command, "--head", code->head, code->pvf, n->pov_bytes);
    if (status != PH_OPTIONS_GO)
        return status;
    const char *what = ph_arena_printf(arena, "--pvf: %s", file);
    status = ph_pvf_check(arena, command->name, what, code->pvf);
    return status == PH_OPTIONS_GO ? ph_pvf_try_block(arena, command->name, what, code->pvf, code->head, n->pov_bytes)
                                   : status;
}

static int check_para(const ph_command_t *command, ph_arena_t *arena, const ph_network_args_t *n,
                      const ph_local_para_t *para)
{
    char *what = ph_arena_printf(arena, "%s: %s: para %u", genesis_option(n), n->genesis, para->id.v);
    int status = check_head(command, what, para->head, para->code, n->pov_bytes);
    if (status == PH_OPTIONS_GO)
        status = ph_pvf_check(arena, command->name, what, para->code);
    return status == PH_OPTIONS_GO ? ph_pvf_try_block(arena, command->name, what, para->code, para->head, n->pov_bytes)
                                   : status;
}

/* What became of a para on a chain under way is no reason not to go on with the chain. */
static void look_at_para(const ph_command_t *command, const ph_network_args_t *n, const ph_local_para_t *para)
{
    if (find_next(para->head, para->code, n->pov_bytes) != PH_OK)
        fprintf(stderr,
                "%s: warning: %s: %s: para %u: its head is none that the collators know the state of: nothing "
                "more of it will be included\n",
                command->name, genesis_option(n), n->genesis, para->id.v);
}

static int read_genesis(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n)
{
    ph_bytes_t text;
    char why[300] = "";
    ph_err_t err = ph_cli_read_file(arena, &text, n->genesis, SPEC_FILE_MAX);
    if (err == PH_OK && ph_gzip_looks_like(text))
        err = ph_gunzip(arena, text, SPEC_FILE_MAX, &text);
    if (err != PH_OK)
        return ph_options_wrong(command,
                                "%s: %s cannot be read (%s); expected a raw chain specification or a state dump",
                                genesis_option(n), n->genesis, ph_cli_read_why(err));
    err = ph_local_from_spec(&n->local, text, ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len), why, sizeof why);
    if (err != PH_OK)
        return ph_options_wrong(command, "%s: %s: %s", genesis_option(n), n->genesis, why[0] ? why : ph_err_text(err));
    n->validators = n->local->validator_count;
    n->paras = n->local->para_count;
    n->slot_ms = n->local->slot_ms;
    int status = PH_OPTIONS_GO;
    bool under_way = n->local->genesis->header.number > 0;
    for (size_t i = 0; i < n->paras && status == PH_OPTIONS_GO; i++)
        if (under_way)
            look_at_para(command, n, &n->local->paras[i]);
        else
            status = check_para(command, arena, n, &n->local->paras[i]);
    return status;
}

/* ---- paras to come ---- */

static bool is_known(const ph_network_args_t *n, ph_para_id_t id)
{
    bool known = !n->local && id.v >= PH_FLEET_FIRST_PARA && id.v - PH_FLEET_FIRST_PARA < n->paras;
    for (size_t i = 0; n->local && i < n->local->para_count; i++)
        known |= n->local->paras[i].id.v == id.v;
    for (size_t i = 0; i < n->collate_count; i++)
        known |= n->collate[i].v == id.v;
    return known;
}

static int read_collates(const ph_command_t *command, ph_network_args_t *n)
{
    for (size_t i = 0; i < n->collates.count; i++) {
        uint64_t id;
        if (!ph_options_number(&id, n->collates.items[i], 0, UINT32_MAX))
            return ph_options_wrong(command, "--collate: \"%.40s\"; expected the number of a para",
                                    n->collates.items[i]);
        if (is_known(n, (ph_para_id_t){(uint32_t)id}))
            return ph_options_wrong(command, "--collate: para %u has a collator already; expected another para",
                                    (uint32_t)id);
        n->collate[n->collate_count++].v = (uint32_t)id;
    }
    return PH_OPTIONS_GO;
}

int ph_network_read(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n)
{
    if (n->genesis) {
        int read = read_genesis(command, arena, n);
        return read == PH_OPTIONS_GO ? read_collates(command, n) : read;
    }
    for (; n->code_count < n->pvfs.count; n->code_count++) {
        int status = read_pair(command, arena, n, n->code_count);
        if (status != PH_OPTIONS_GO)
            return status;
    }
    return read_collates(command, n);
}

void ph_network_free(ph_network_args_t *n)
{
    ph_local_free(n->local);
}
