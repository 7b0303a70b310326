/* `parahost tool hash ALGO BYTES` */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "crypto/hash.h"

static const struct {
    const char *name;
    void (*hash)(uint8_t *out, ph_bytes_t in);
    size_t len;
} algorithms[] = {
    {"blake2b-128", ph_blake2_128, 16}, {"blake2b-256", ph_blake2_256, 32}, {"blake2b-512", ph_blake2_512, 64},
    {"twox-64", ph_twox_64, 8},         {"twox-128", ph_twox_128, 16},      {"twox-256", ph_twox_256, 32},
    {"keccak-256", ph_keccak_256, 32},  {"keccak-512", ph_keccak_512, 64},  {"sha2-256", ph_sha2_256, 32},
};
#define ALGORITHMS                                                                                                     \
    "blake2b-128, blake2b-256, blake2b-512, twox-64, twox-128, twox-256, keccak-256, keccak-512, sha2-256"

static void print_digest(const char *name, ph_bytes_t digest, bool json)
{
    char hex[129];
    ph_hex(hex, digest);
    if (json)
        printf("{\"algorithm\":\"%s\",\"digest\":\"0x%s\"}\n", name, hex);
    else
        printf("0x%s\n", hex);
}

static int hash(size_t algorithm, const char *arg, bool json)
{
    uint8_t digest[64];
    ph_bytes_t in;
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = ph_cli_bytes_arg(arena, &in, "parahost tool hash: BYTES", arg);
    if (err == PH_OK) {
        algorithms[algorithm].hash(digest, in);
        print_digest(algorithms[algorithm].name, ph_bytes(digest, algorithms[algorithm].len), json);
    }
    ph_arena_free(arena);
    return err == PH_OK ? 0 : 2;
}

int ph_cli_tool_hash(int argc, char **argv)
{
    const char *plain[2];
    size_t count;
    bool json = false;
    const ph_option_t options[] = {{"json", PH_OPTION_FLAG, &json, NULL, "{\"algorithm\", \"digest\"}", 0, 0, NULL}};
    const ph_command_t command = {"parahost tool hash",
                                  "ALGO BYTES",
                                  "Prints the digest of BYTES. ALGO is one of " ALGORITHMS ".",
                                  2,
                                  2,
                                  options,
                                  1};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
        if (strcmp(algorithms[i].name, plain[0]) == 0)
            return hash(i, plain[1], json);
    return ph_options_wrong(&command, "ALGO: \"%s\"; expected one of " ALGORITHMS, plain[0]);
}
