/* `parahost tool key inspect|sign|verify` */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/secret_key.h"
#include "crypto/hash.h"

#define SS58_PREFIX_MAX 16383u

typedef struct key_args {
    unsigned scheme;
    uint32_t ss58;
    bool json;
} key_args_t;

/* ---- inspect ---- */

static void print_key_json(const ph_secret_key_t *key, const char *address)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "scheme");
    ph_json_string(&j, ph_secret_key_schemes[key->scheme]);
    ph_json_key(&j, "seed");
    if (key->has_seed)
        ph_json_bytes(&j, ph_bytes(key->seed, 32));
    else
        ph_json_null(&j);
    ph_json_key(&j, "public_key");
    ph_json_bytes(&j, ph_bytes(key->public_key, key->public_len));
    ph_json_key(&j, "account");
    ph_json_bytes(&j, ph_bytes(key->account, 32));
    ph_json_key(&j, "ss58");
    ph_json_string(&j, address);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static void print_key(ph_arena_t *arena, const ph_secret_key_t *key, const char *address)
{
    printf("scheme      %s\n", ph_secret_key_schemes[key->scheme]);
    printf("seed        %s\n",
           key->has_seed ? ph_hex_in(arena, ph_bytes(key->seed, 32)) : "none (behind a soft junction)");
    printf("public key  %s\n", ph_hex_in(arena, ph_bytes(key->public_key, key->public_len)));
    printf("account     %s\n", ph_hex_in(arena, ph_bytes(key->account, 32)));
    printf("ss58        %s\n", address);
}

static int inspect(const ph_command_t *command, ph_arena_t *arena, const key_args_t *args, const char *const *plain)
{
    ph_secret_key_t key;
    char address[PH_SS58_TEXT_MAX];
    int status = ph_secret_key_read(command, arena, &key, args->scheme, "URI", plain[0]);
    if (status != PH_OPTIONS_GO)
        return status;
    if (args->ss58 == 46 || args->ss58 == 47)
        return ph_options_wrong(command, "--ss58: %u is reserved; expected another prefix", args->ss58);
    ph_ss58_encode(address, (uint16_t)args->ss58, ph_bytes(key.account, 32));
    if (args->json)
        print_key_json(&key, address);
    else
        print_key(arena, &key, address);
    ph_secret_key_wipe(&key);
    return 0;
}

/* ---- sign, verify ---- */

static int sign(const ph_command_t *command, ph_arena_t *arena, const key_args_t *args, const char *const *plain)
{
    ph_secret_key_t key;
    ph_bytes_t message;
    uint8_t signature[65];
    int status = ph_secret_key_read(command, arena, &key, args->scheme, "URI", plain[0]);
    if (status != PH_OPTIONS_GO)
        return status;
    if (ph_cli_bytes_arg(arena, &message, "parahost tool key sign: BYTES", plain[1]) != PH_OK)
        return 2;
    size_t len = ph_secret_key_sign(&key, signature, message);
    ph_secret_key_wipe(&key);
    const char *hex = ph_hex_in(arena, ph_bytes(signature, len));
    printf(args->json ? "{\"signature\":\"%s\"}\n" : "%s\n", hex);
    return 0;
}

static bool holds(unsigned scheme, const uint8_t *signature, ph_bytes_t message, const uint8_t *public_key)
{
    if (scheme == PH_SCHEME_SR25519)
        return ph_sr25519_verify(signature, message, public_key);
    if (scheme == PH_SCHEME_ED25519)
        return ph_ed25519_verify(signature, message, public_key);
    if (scheme == PH_SCHEME_ECDSA)
        return ph_ecdsa_verify(signature, message, public_key);
    uint8_t hash[32];
    ph_keccak_256(hash, message);
    return ph_ecdsa_verify_prehashed(signature, hash, public_key);
}

static int verify(const ph_command_t *command, ph_arena_t *arena, const key_args_t *args, const char *const *plain)
{
    ph_bytes_t public_key, message, signature;
    bool edwards = args->scheme == PH_SCHEME_SR25519 || args->scheme == PH_SCHEME_ED25519;
    size_t public_len = edwards ? 32 : 33, signature_len = edwards ? 64 : 65;
    if (ph_cli_bytes_arg(arena, &public_key, "parahost tool key verify: PUBLIC", plain[0]) != PH_OK ||
        ph_cli_bytes_arg(arena, &message, "parahost tool key verify: BYTES", plain[1]) != PH_OK ||
        ph_cli_bytes_arg(arena, &signature, "parahost tool key verify: SIGNATURE", plain[2]) != PH_OK)
        return 2;
    if (public_key.len != public_len)
        return ph_options_wrong(command, "PUBLIC: %zu bytes; expected %zu", public_key.len, public_len);
    if (signature.len != signature_len)
        return ph_options_wrong(command, "SIGNATURE: %zu bytes; expected %zu", signature.len, signature_len);
    bool valid = holds(args->scheme, signature.data, message, public_key.data);
    if (args->json)
        printf("{\"valid\":%s}\n", valid ? "true" : "false");
    else
        printf("%s\n", valid ? "valid" : "invalid");
    return valid ? 0 : 1;
}

static int read_and_run(const ph_command_t *as, int argc, char **argv,
                        int (*run)(const ph_command_t *command, ph_arena_t *arena, const key_args_t *args,
                                   const char *const *plain))
{
    const char *plain[3];
    size_t count;
    key_args_t args = {.ss58 = 42};
    const ph_option_t options[] = {
        {"scheme", PH_OPTION_CHOICE, &args.scheme, "SCHEME", "sr25519 (default), ed25519, ecdsa or eth", 0, 0,
         ph_secret_key_schemes},
        {"json", PH_OPTION_FLAG, &args.json, NULL, "the same as a JSON object", 0, 0, NULL},
        {"ss58", PH_OPTION_U32, &args.ss58, "PREFIX", "the address's network (default 42)", 0, SS58_PREFIX_MAX, NULL},
    };
    ph_command_t command = *as;
    command.options = options;
    command.option_count = run == inspect ? 3 : 2;
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = run(&command, arena, &args, plain);
    ph_arena_free(arena);
    return status;
}

#define URI_HELP                                                                                                        \
    "URI is [PHRASE or 0x and 64 hex digits][/soft|//hard]…[///password], such as //Alice; or @FILE or - to read it " \
    "from there."

static const ph_command_t inspect_command = {
    "parahost tool key inspect",
    "URI",
    "Prints the seed, public key, account and SS58 address of a secret URI.\n" URI_HELP,
    1,
    1,
    NULL,
    0};
static const ph_command_t sign_command = {"parahost tool key sign",
                                          "URI BYTES",
                                          "Prints the signature of BYTES. Signing is deterministic.\n" URI_HELP,
                                          2,
                                          2,
                                          NULL,
                                          0};
static const ph_command_t verify_command = {"parahost tool key verify",
                                            "PUBLIC BYTES SIGNATURE",
                                            "Prints \"valid\", or \"invalid\" with exit status 1.",
                                            3,
                                            3,
                                            NULL,
                                            0};

int ph_cli_tool_key(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "inspect") == 0)
        return read_and_run(&inspect_command, argc - 1, argv + 1, inspect);
    if (strcmp(name, "sign") == 0)
        return read_and_run(&sign_command, argc - 1, argv + 1, sign);
    if (strcmp(name, "verify") == 0)
        return read_and_run(&verify_command, argc - 1, argv + 1, verify);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        printf("Usage: parahost tool key inspect URI | sign URI BYTES | verify PUBLIC BYTES SIGNATURE\n\n"
               "Keys of sr25519, ed25519, ecdsa and eth from secret URIs. `parahost tool key inspect --help` and so on "
               "say "
               "more.\n");
        return 0;
    }
    fprintf(stderr, "parahost tool key: \"%s\"; expected inspect, sign or verify\n", name);
    return 2;
}
