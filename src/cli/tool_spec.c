/* `parahost tool spec`: the chain specification of the network that dev and sim begin with. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/network_args.h"
#include "cli/out_file.h"
#include "service/summary.h"

#define NAME "parahost tool spec"

static int write_first(const ph_relay_block_t *first, const char *path)
{
    char hash[67];
    ph_out_file_t out;
    if (!ph_out_open(&out, NAME ": --out", path))
        return 2;
    ph_write_spec(first, ph_out_text, &out);
    if (!ph_out_commit(&out))
        return 3;
    ph_hex(hash, ph_bytes(first->hash.bytes, 32));
    printf("0x%s\n", hash);
    return 0;
}

static int write_spec(const ph_network_args_t *n, const char *path)
{
    char why[300] = "";
    ph_fleet_t *fleet = NULL;
    if (n->local)
        return write_first(n->local->genesis, path);
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
    int status = write_first(fleet->local->genesis, path);
    ph_fleet_free(fleet);
    return status;
}

int ph_cli_tool_spec(int argc, char **argv)
{
    ph_network_args_t n = PH_NETWORK_ARGS;
    const char *out = NULL;
    size_t plain_count;
    bool json = false;
    const ph_option_t own[] = {
        {"from-state", PH_OPTION_TEXT, &n.genesis, "FILE",
         "instead: of the chain that goes on from what --dump-state wrote", 0, 0, NULL},
        {"out", PH_OPTION_TEXT, &out, "FILE", "where the specification goes", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &json, NULL, "accepted; the specification always is JSON", 0, 0, NULL},
    };
    ph_option_t options[PH_NETWORK_BUILD_OPTIONS + sizeof own / sizeof *own];
    size_t count = ph_network_build_options(options, &n, 65536, 100);
    memcpy(options + count, own, sizeof own);
    const ph_command_t command = {
        .name = NAME,
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .about = "Writes the raw chain specification of a local network, for --genesis of dev and sim, and prints the "
                 "hash of its\n"
                 "genesis block. The same options given to dev or sim themselves make the same block."};
    n.genesis_option = "--from-state";
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
