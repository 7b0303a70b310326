/* `parahost tool …`: finds the tool and hands over. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/tool_scale.h"
#include "cli/vectors_files.h"

static const struct {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} tools[] = {
    {"hash", "ALGO BYTES: a digest", ph_cli_tool_hash},
    {"key", "inspect, sign, verify: keys from secret URIs", ph_cli_tool_key},
    {"erasure", "encode, root, recover: the availability code", ph_cli_tool_erasure},
    {"trie", "root: the root of key-value pairs", ph_cli_tool_trie},
    {"genesis", "SPEC: what a raw chain specification begins with", ph_cli_tool_genesis},
    {"spec", "--out FILE: writes the chain specification of a local network", ph_cli_tool_spec},
    {"scale", "decode, encode, types: SCALE to JSON and back", ph_cli_tool_scale},
    {"storage-key", "PALLET ITEM [KEY…]: where it stands in the state", ph_cli_tool_storage_key},
    {"pvf", "prepare, exec: validation functions", ph_cli_tool_pvf},
    {"execute", "[STATE] BLOCKS: executes recorded blocks on a dumped state", ph_cli_tool_execute},
    {"metadata", "what the runtime says of itself to wallets", ph_cli_tool_metadata},
    {"extrinsic", "--uri URI --call CALL: makes and signs a transaction", ph_cli_tool_extrinsic},
    {"submit", "SOCKET BYTES: hands a transaction to a running `parahost dev`", ph_cli_tool_submit},
    {"ask", "SOCKET REQUEST: asks a running `parahost dev`", ph_cli_tool_ask},
    {"vectors", "FILE…: checks files of test vectors", ph_cli_vectors},
};
#define TOOL_COUNT (sizeof tools / sizeof *tools)

static void print_help(void)
{
    printf("Usage: parahost tool TOOL [ARGUMENT…]\n\nTools:\n");
    for (size_t i = 0; i < TOOL_COUNT; i++)
        printf("  %-12s %s\n", tools[i].name, tools[i].help);
    printf("\nBYTES is hexadecimal with or without 0x, @FILE (raw; a file ending in .hex is hexadecimal text) or - "
           "(standard input, raw).\n"
           "Every tool takes --json and --help.\n");
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

static int print_scale_help(void)
{
    printf("Usage: parahost tool scale decode TYPE BYTES | encode TYPE JSON | types\n\n"
           "SCALE to JSON and back, for every type that `types` lists. JSON is the text itself, @FILE or -.\n\n"
           "Options:\n  --json                   an object around the answer\n  --help                   print this\n");
    return 0;
}

static int print_vectors_help(void)
{
    printf("Usage: parahost tool vectors FILE…\n\n"
           "Checks files in the format of the test vectors (JSON, gzipped or not): prints each failure with its name "
           "on standard\n"
           "error, then how many passed and failed.\n\n"
           "Options:\n  --json                   {\"passed\", \"failed\"}\n  --help                   print this\n");
    return 0;
}

int ph_cli_tool(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "parahost tool: no tool named; `parahost tool --help` lists them\n");
        return 2;
    }
    if (is_help(argv[1])) {
        print_help();
        return 0;
    }
    for (size_t i = 0; i < TOOL_COUNT; i++) {
        if (strcmp(tools[i].name, argv[1]) != 0)
            continue;
        for (int a = 2; a < argc; a++) {
            if (is_help(argv[a]) && tools[i].run == ph_cli_tool_scale)
                return print_scale_help();
            if (is_help(argv[a]) && tools[i].run == ph_cli_vectors)
                return print_vectors_help();
        }
        return tools[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "parahost tool: unknown tool \"%s\"; `parahost tool --help` lists them\n", argv[1]);
    return 2;
}
