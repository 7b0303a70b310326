#include "cli/network_args.h"

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
        return ph_options_wrong(
            command, "--%s: not together with --genesis, whose specification says it; expected one of the two",
            given_beside_genesis(n));
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

/* The collators make blocks of the built-in chains: any other head would leave its para without blocks. */
static int check_head(const ph_command_t *command, const char *what, ph_bytes_t head, ph_bytes_t code, size_t pov_bytes)
{
    ph_arena_t *arena = ph_arena_new();
    ph_builder_t *builder = ph_builder_new(pov_bytes);
    ph_built_t built;
    ph_builder_parent_t parent = {.head = head, .code_hash = ph_hash_of_code((ph_validation_code_t){code})};
    ph_err_t err = ph_builder_next(builder, arena, &built, &parent);
    ph_builder_free(builder);
    ph_arena_free(arena);
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
    return status == PH_OPTIONS_GO ? ph_pvf_try_block(arena, command->name, what, code->pvf, code->head) : status;
}

static int check_para(const ph_command_t *command, ph_arena_t *arena, const ph_network_args_t *n,
                      const ph_local_para_t *para)
{
    char *what = ph_arena_printf(arena, "--genesis: %s: para %u", n->genesis, para->id.v);
    int status = check_head(command, what, para->head, para->code, n->pov_bytes);
    if (status == PH_OPTIONS_GO)
        status = ph_pvf_check(arena, command->name, what, para->code);
    return status == PH_OPTIONS_GO ? ph_pvf_try_block(arena, command->name, what, para->code, para->head) : status;
}

static int read_genesis(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n)
{
    ph_bytes_t text;
    char why[300] = "";
    ph_err_t err = ph_cli_read_file(arena, &text, n->genesis, SPEC_FILE_MAX);
    if (err == PH_OK && ph_gzip_looks_like(text))
        err = ph_gunzip(arena, text, SPEC_FILE_MAX, &text);
    if (err != PH_OK)
        return ph_options_wrong(command, "--genesis: %s cannot be read (%s); expected a raw chain specification",
                                n->genesis, ph_cli_read_why(err));
    err = ph_local_from_spec(&n->local, text, ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len), why, sizeof why);
    if (err != PH_OK)
        return ph_options_wrong(command, "--genesis: %s: %s", n->genesis, why[0] ? why : ph_err_text(err));
    n->validators = n->local->validator_count;
    n->paras = n->local->para_count;
    n->slot_ms = n->local->slot_ms;
    int status = PH_OPTIONS_GO;
    for (size_t i = 0; i < n->paras && status == PH_OPTIONS_GO; i++)
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
