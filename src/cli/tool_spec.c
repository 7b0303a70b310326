/* `parahost tool spec`: the chain specification of the network that dev and sim begin with. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/network_args.h"
#include "cli/out_file.h"
#include "service/summary.h"

#define NAME "parahost tool spec"

static int write_spec(const ph_network_args_t *n, const char *path)
{
    char why[300] = "";
    ph_fleet_t *fleet = NULL;
    ph_out_file_t out;
    ph_fleet_config_t config = {.validators = n->validators,
                                .paras = n->paras,
                                .slot_ms = n->slot_ms,
                                .session_slots = n->session_slots,
                                .rotation_blocks = n->rotation_blocks,
                                .codes = n->codes,
                                .code_count = n->code_count};
    ph_err_t err = ph_fleet_new(&fleet, &config, why, sizeof why);
    if (err != PH_OK) {
        fprintf(stderr, NAME ": %s\n", why[0] ? why : ph_err_text(err));
        return err == PH_ERR_INVALID ? 2 : 3;
    }
    int status = 2;
    if (ph_out_open(&out, NAME ": --out", path)) {
        ph_write_spec(fleet, ph_out_text, &out);
        status = ph_out_commit(&out) ? 0 : 3;
    }
    if (status == 0)
        printf("%s\n", ph_hex_in(fleet->local->arena, ph_bytes(fleet->local->genesis->hash.bytes, 32)));
    ph_fleet_free(fleet);
    return status;
}

int ph_cli_tool_spec(int argc, char **argv)
{
    ph_network_args_t n = PH_NETWORK_ARGS;
    const char *out = NULL;
    size_t plain_count;
    bool json = false;
    const ph_option_t options[] = {
        {"validators", PH_OPTION_SIZE, &n.validators, "N", "how many (default 6)", 1, 65536, NULL},
        {"paras", PH_OPTION_SIZE, &n.paras, "N", "parachains, numbered from 2000 (default 2)", 0, 65536, NULL},
        {"slot-ms", PH_OPTION_U64, &n.slot_ms, "MS", "length of a slot (default 6000)", 100, 3600000, NULL},
        {"session-slots", PH_OPTION_U32, &n.session_slots, "N", "length of a session (default 10)", 1, 10000000, NULL},
        {"rotation-blocks", PH_OPTION_U32, &n.rotation_blocks, "N",
         "blocks between rotations of backing groups (default 5)", 1, 10000000, NULL},
        {"pvf", PH_OPTION_TEXTS, &n.pvfs, "FILE",
         "a validation function instead of the built-in one; with --head; several take turns", 0, 0, NULL},
        {"head", PH_OPTION_TEXTS, &n.heads, "BYTES", "the genesis head that goes with it", 0, 0, NULL},
        {"out", PH_OPTION_TEXT, &out, "FILE", "where the specification goes", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &json, NULL, "accepted; the specification always is JSON", 0, 0, NULL},
    };
    const ph_command_t command = {
        .name = NAME,
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .about = "Writes the raw chain specification of a local network, for --genesis of dev and sim, and prints the "
                 "hash of its\n"
                 "genesis block. The same options given to dev or sim themselves make the same block."};
    int status = ph_options_read(&command, NULL, &plain_count, argc, argv);
    if (status == PH_OPTIONS_GO && !out)
        status = ph_options_wrong(&command, "--out is missing; expected FILE");
    if (status == PH_OPTIONS_GO)
        status = ph_network_check(&command, &n);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = ph_network_read(&command, arena, &n);
    if (status == PH_OPTIONS_GO)
        status = write_spec(&n, out);
    ph_network_free(&n);
    ph_arena_free(arena);
    return status;
}
