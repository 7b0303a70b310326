#include "cli/network_args.h"

#include "base/gzip.h"
#include "cli/bytes_arg.h"
#include "cli/pvf_check.h"
#include "pvf/adder_collator.h"
#include "runtime/blob.h"

#define PVF_FILE_MAX  ((size_t)64 << 20)
#define SPEC_FILE_MAX ((size_t)1 << 30)

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
    if (n->pvfs.count != n->heads.count)
        return ph_options_wrong(command,
                                "--pvf is given %zu times and --head %zu times; expected one --head for each --pvf",
                                n->pvfs.count, n->heads.count);
    if (n->pvfs.count > n->paras)
        return ph_options_wrong(command, "--pvf is given %zu times for %zu paras; expected at most one for each",
                                n->pvfs.count, n->paras);
    return PH_OPTIONS_GO;
}

/* The collators are those of the adder chain: any other head would leave its para without blocks. */
static int check_head(const ph_command_t *command, const char *what, ph_bytes_t head)
{
    uint8_t block[PH_ADDER_BLOCK_LEN], next[PH_ADDER_HEAD_LEN];
    ph_err_t err = ph_adder_next(block, next, head);
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    if (err == PH_ERR_NOT_FOUND)
        return ph_options_wrong(command,
                                "%s: its state is not what its number says; expected a head of the adder chain, which "
                                "is all the collators make",
                                what);
    return ph_options_wrong(
        command, "%s: %zu bytes; expected a head of the adder chain, which is all the collators make: %u bytes", what,
        head.len, PH_ADDER_HEAD_LEN);
}

static int read_pair(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n, size_t i)
{
    const char *file = n->pvfs.items[i], *name = ph_arena_printf(arena, "%s: --head", command->name);
    ph_fleet_code_t *code = &n->codes[i];
    ph_err_t err = ph_cli_read_file(arena, &code->pvf, file, PVF_FILE_MAX);
    if (err != PH_OK)
        return ph_options_wrong(command, "--pvf: %s cannot be read (%s); expected a validation function", file,
                                ph_cli_read_why(err));
    if (ph_cli_bytes_arg(arena, &code->head, name, n->heads.items[i]) != PH_OK)
        return 2;
    int status = check_head(command, "--head", code->head);
    if (status != PH_OPTIONS_GO)
        return status;
    return ph_pvf_check(arena, command->name, ph_arena_printf(arena, "--pvf: %s", file), code->pvf);
}

static int check_para(const ph_command_t *command, ph_arena_t *arena, const ph_network_args_t *n,
                      const ph_local_para_t *para)
{
    char *what = ph_arena_printf(arena, "--genesis: %s: para %u", n->genesis, para->id.v);
    int status = check_head(command, what, para->head);
    return status == PH_OPTIONS_GO ? ph_pvf_check(arena, command->name, what, para->code) : status;
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

int ph_network_read(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *n)
{
    if (n->genesis)
        return read_genesis(command, arena, n);
    for (; n->code_count < n->pvfs.count; n->code_count++) {
        int status = read_pair(command, arena, n, n->code_count);
        if (status != PH_OPTIONS_GO)
            return status;
    }
    return PH_OPTIONS_GO;
}

void ph_network_free(ph_network_args_t *n)
{
    ph_local_free(n->local);
}
