/* `parahost tool trie root --version 0|1 FILE` */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/vectors_files.h"
#include "trie/root.h"

static int add_pair(const ph_command_t *command, ph_trie_builder_t *builder, ph_arena_t *arena, const char *path,
                    const char *key, const json_t *value)
{
    ph_bytes_t k, v;
    if (ph_unhex(arena, key, strlen(key), &k) != PH_OK)
        return ph_options_wrong(command, "%s: the key \"%.80s\" is not hexadecimal", path, key);
    if (!json_is_string(value) || ph_unhex(arena, json_string_value(value), json_string_length(value), &v) != PH_OK)
        return ph_options_wrong(command, "%s: the value of %.80s is not hexadecimal text", path, key);
    if (ph_trie_builder_add(builder, k, v) != PH_OK)
        return ph_options_wrong(command, "%s: the key %.80s… is too long; expected at most %u bytes", path, key,
                                PH_TRIE_KEY_MAX);
    ph_arena_reset(arena);
    return PH_OPTIONS_GO;
}

static int add_pairs(const ph_command_t *command, ph_trie_builder_t *builder, const char *path, json_t *pairs)
{
    const char *key;
    json_t *value;
    int status = PH_OPTIONS_GO;
    if (!json_is_object(pairs))
        return ph_options_wrong(command, "%s: not an object; expected {\"0xkey\": \"0xvalue\", …}", path);
    ph_arena_t *arena = ph_arena_new();
    json_object_foreach(pairs, key, value)
    {
        status = add_pair(command, builder, arena, path, key, value);
        if (status != PH_OPTIONS_GO)
            break;
    }
    ph_arena_free(arena);
    return status;
}

static void print_root(const uint8_t root[32], unsigned version, size_t count, bool json)
{
    char hex[65];
    ph_hex(hex, ph_bytes(root, 32));
    if (json)
        printf("{\"root\":\"0x%s\",\"state_version\":%u,\"count\":%zu}\n", hex, version, count);
    else
        printf("0x%s\n", hex);
}

static int root(const ph_command_t *command, const char *path, unsigned version, bool json)
{
    char error[512];
    uint8_t out[32];
    json_t *pairs = ph_vectors_load(path, error, sizeof error);
    if (!pairs)
        return ph_options_wrong(command, "%s; expected JSON of keys and values", error);
    ph_trie_builder_t builder = ph_trie_builder_new();
    int status = add_pairs(command, &builder, path, pairs);
    if (status == PH_OPTIONS_GO) {
        ph_trie_builder_root(&builder, out, (int)version);
        print_root(out, version, json_object_size(pairs), json);
        status = 0;
    }
    ph_trie_builder_free(&builder);
    json_decref(pairs);
    return status;
}

static const char *const versions[] = {"0", "1", NULL};
#define ABOUT                                                                                                            \
    "Prints the root of the trie of FILE, JSON {\"0xkey\": \"0xvalue\", …}, gzipped or not, or - for standard input. " \
    "In version 0 every\n"                                                                                               \
    "value stands in its node; in version 1 values of 33 bytes and more stand as their hash."

int ph_cli_tool_trie(int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    unsigned version = 2;
    bool json = false;
    const ph_option_t options[] = {
        {"version", PH_OPTION_CHOICE, &version, "0|1", "the state version; always to be given", 0, 0, versions},
        {"json", PH_OPTION_FLAG, &json, NULL, "{\"root\", \"state_version\", \"count\"}", 0, 0, NULL}};
    const ph_command_t command = {"parahost tool trie root", "FILE", ABOUT, 1, 1, options, 2};
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return ph_options_read(&command, plain, &count, argc, argv);
    if (argc < 2 || strcmp(argv[1], "root") != 0) {
        fprintf(stderr, "parahost tool trie: \"%s\"; expected root\n", argc < 2 ? "" : argv[1]);
        return 2;
    }
    int status = ph_options_read(&command, plain, &count, argc - 1, argv + 1);
    if (status != PH_OPTIONS_GO)
        return status;
    if (version > 1)
        return ph_options_wrong(&command, "--version is missing; expected 0 or 1");
    return root(&command, plain[0], version, json);
}
