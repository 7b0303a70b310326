/* `parahost tool pvf prepare|exec`: foreign code runs in a worker process only. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "cli/pvf_check.h"
#include "scale/json.h"

#define CODE_MAX ((size_t)256 << 20)

static int read_code(const ph_command_t *command, ph_arena_t *arena, ph_bytes_t *code, const char *path)
{
    ph_err_t err = ph_cli_read_file(arena, code, path, CODE_MAX);
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    return ph_options_wrong(command, "WASM: %s cannot be read (%s); expected a WebAssembly file, compressed or not",
                            path, ph_cli_read_why(err));
}

static void put_text(ph_json_t *j, const char *key, ph_bytes_t text)
{
    ph_json_key(j, key);
    ph_json_string_n(j, (const char *)text.data, text.len);
}

/* ---- prepare ---- */

typedef struct prepare_args {
    const char *out;
    bool json;
} prepare_args_t;

static void print_prepared_json(const ph_pvf_prepared_t *p, size_t blob_len, uint64_t cpu_us, double ms)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "blob_len");
    ph_json_u64(&j, blob_len);
    ph_json_key(&j, "code_len");
    ph_json_u64(&j, p->code_len);
    ph_json_key(&j, "artifact_len");
    ph_json_u64(&j, p->artifact.len);
    ph_json_key(&j, "imports");
    ph_json_array(&j);
    for (size_t i = 0; i < p->imports.count; i++) {
        ph_json_object(&j);
        put_text(&j, "name", p->imports.items[i].name);
        ph_json_key(&j, "offered");
        ph_json_bool(&j, p->imports.items[i].offered);
        ph_json_end_object(&j);
    }
    ph_json_end_array(&j);
    ph_json_key(&j, "cpu_ms");
    ph_json_f64(&j, (double)cpu_us / 1000);
    ph_json_key(&j, "real_ms");
    ph_json_f64(&j, ms);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static void print_prepared(const ph_pvf_prepared_t *p, size_t blob_len, uint64_t cpu_us, double ms)
{
    printf("code      %u bytes (%zu as given)\n", p->code_len, blob_len);
    printf("artifact  %zu bytes\n", p->artifact.len);
    printf("imports   %zu\n", p->imports.count);
    for (size_t i = 0; i < p->imports.count; i++)
        printf("  %.*s%s\n", (int)p->imports.items[i].name.len, (const char *)p->imports.items[i].name.data,
               p->imports.items[i].offered ? "" : "  (not offered: traps when called)");
    printf("time      %.1f ms (%.1f ms of CPU)\n", ms, (double)cpu_us / 1000);
}

/* A preparation that would fail anywhere speaks against the code: the answer is "no". Any other is ours. */
static int report_failure(const ph_command_t *command, const ph_tup_pvf_prepare_error_string_t *failed)
{
    ph_options_wrong(command, "%s: %.*s", ph_pvf_prepare_error_text(failed->_0), (int)failed->_1.len,
                     (const char *)failed->_1.data);
    return ph_pvf_prepare_error_is_deterministic(failed->_0) ? 1 : 3;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int prepare(const ph_command_t *command, ph_arena_t *arena, const prepare_args_t *args, const char *path)
{
    ph_bytes_t code;
    ph_pvf_answer_t answer = {0};
    int status = read_code(command, arena, &code, path);
    if (status != PH_OPTIONS_GO)
        return status;
    double start = now_ms();
    ph_err_t err = ph_pvf_check_prepare(arena, &answer, code);
    if (err != PH_OK) {
        ph_options_wrong(command, "the worker process failed (%s)", ph_err_text(err));
        return 3;
    }
    if (answer.prepared.result.kind != PH_RES_PVF_PREPARED_TUP_PVF_PREPARE_ERROR_STRING_OK)
        return report_failure(command, &answer.prepared.result.err);
    const ph_pvf_prepared_t *prepared = &answer.prepared.result.ok;
    if (args->out && !ph_out_write("parahost tool pvf prepare: --out", args->out, prepared->artifact))
        return 2;
    (args->json ? print_prepared_json : print_prepared)(prepared, code.len, answer.prepared.cpu_us, now_ms() - start);
    return 0;
}

static int prepare_command(int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    prepare_args_t args = {0};
    const ph_option_t options[] = {{"out", PH_OPTION_TEXT, &args.out, "FILE",
                                    "writes the artifact: machine code for this machine alone", 0, 0, NULL},
                                   {"json", PH_OPTION_FLAG, &args.json, NULL, "the same as a JSON object", 0, 0, NULL}};
    const ph_command_t command = {
        "parahost tool pvf prepare",
        "WASM",
        "Checks and compiles a validation function in a worker process; prints sizes, imports and time.\n"
        "Exit status 1: the code cannot be prepared, here or anywhere.",
        1,
        1,
        options,
        2};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = prepare(&command, arena, &args, plain[0]);
    ph_arena_free(arena);
    return status;
}

/* ---- exec ---- */

typedef struct exec_args {
    const char *head, *block_data, *relay_root;
    uint32_t relay_number, timeout_ms;
    bool json;
} exec_args_t;

static int read_params(const ph_command_t *command, ph_arena_t *arena, ph_validation_params_t *out,
                       const exec_args_t *args)
{
    ph_bytes_t head, block_data, root = {0};
    if (!args->head || !args->block_data)
        return ph_options_wrong(command, "--%s is missing; expected BYTES", args->head ? "block-data" : "head");
    if (ph_cli_bytes_arg(arena, &head, "parahost tool pvf exec: --head", args->head) != PH_OK ||
        ph_cli_bytes_arg(arena, &block_data, "parahost tool pvf exec: --block-data", args->block_data) != PH_OK ||
        (args->relay_root &&
         ph_cli_bytes_arg(arena, &root, "parahost tool pvf exec: --relay-root", args->relay_root) != PH_OK))
        return 2;
    if (args->relay_root && root.len != 32)
        return ph_options_wrong(command, "--relay-root: %zu bytes; expected 32", root.len);
    *out = (ph_validation_params_t){.relay_parent_number = args->relay_number};
    out->parent_head.v = head;
    out->block_data.v = block_data;
    if (args->relay_root)
        memcpy(out->relay_parent_storage_root.bytes, root.data, 32);
    return PH_OPTIONS_GO;
}

static void put_cost(ph_json_t *j, const ph_pvf_executed_t *executed, uint64_t cpu_us)
{
    ph_json_key(j, "fuel");
    ph_json_u64(j, executed->fuel);
    ph_json_key(j, "cpu_ms");
    ph_json_f64(j, (double)cpu_us / 1000);
}

static void put_messages(ph_json_t *j, const ph_validation_result_t *r)
{
    ph_json_key(j, "upward_messages");
    ph_json_array(j);
    for (size_t i = 0; i < r->upward_messages.count; i++)
        ph_json_bytes(j, r->upward_messages.items[i]);
    ph_json_end_array(j);
    ph_json_key(j, "horizontal_messages");
    ph_type_print(j, &ph_type_vec_outbound_hrmp_message, &r->horizontal_messages);
}

static int print_valid(ph_arena_t *arena, const ph_pvf_executed_t *executed, uint64_t cpu_us)
{
    ph_validation_result_t r;
    if (ph_validation_result_decode_all(executed->result, arena, &r) != PH_OK) {
        fprintf(stderr, "parahost tool pvf exec: the worker's answer does not decode\n");
        return 3;
    }
    ph_json_t j = ph_json_new(arena, true);
    ph_json_object(&j);
    ph_json_key(&j, "result");
    ph_json_string(&j, "valid");
    ph_json_key(&j, "head_data");
    ph_json_bytes(&j, r.head_data.v);
    ph_json_key(&j, "new_validation_code");
    if (r.new_validation_code.some)
        ph_json_bytes(&j, r.new_validation_code.value.v);
    else
        ph_json_null(&j);
    put_messages(&j, &r);
    ph_json_key(&j, "processed_downward_messages");
    ph_json_u64(&j, r.processed_downward_messages);
    ph_json_key(&j, "hrmp_watermark");
    ph_json_u64(&j, r.hrmp_watermark);
    put_cost(&j, executed, cpu_us);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    return 0;
}

/* Code that no machine could prepare is a wrong question; what else keeps us from a verdict is our failure. */
static int status_of_error(ph_arena_t *arena, const ph_pvf_executed_t *executed, ph_bytes_t code)
{
    ph_pvf_answer_t answer = {0};
    if (executed->reason.kind != PH_PVF_REASON_PREPARATION || ph_pvf_check_prepare(arena, &answer, code) != PH_OK)
        return 3;
    const ph_pvf_prepare_result_t *r = &answer.prepared.result;
    bool deterministic = r->kind == PH_RES_PVF_PREPARED_TUP_PVF_PREPARE_ERROR_STRING_ERR &&
                         ph_pvf_prepare_error_is_deterministic(r->err._0);
    return deterministic ? 2 : 3;
}

static int print_refusal(ph_arena_t *arena, const ph_pvf_executed_t *executed, uint64_t cpu_us, ph_bytes_t code)
{
    bool verdict = ph_pvf_is_verdict(executed->reason);
    ph_json_t j = ph_json_new(arena, true);
    ph_json_object(&j);
    ph_json_key(&j, "result");
    ph_json_string(&j, verdict ? "invalid" : "error");
    ph_json_key(&j, "reason");
    ph_json_string(&j, ph_pvf_reason_text(executed->reason));
    put_text(&j, "detail", executed->detail);
    if (verdict)
        put_cost(&j, executed, cpu_us);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    return verdict ? 1 : status_of_error(arena, executed, code);
}

static int exec(const ph_command_t *command, ph_arena_t *arena, const exec_args_t *args, const char *path)
{
    ph_bytes_t code;
    ph_validation_params_t params;
    ph_pvf_executed_t executed = {0};
    uint64_t cpu_us = 0;
    int status = read_code(command, arena, &code, path);
    if (status == PH_OPTIONS_GO)
        status = read_params(command, arena, &params, args);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_pvf_worker_config_t config = {.executor = ph_pvf_executor_default()};
    ph_pvf_limits_t prepare_limits = ph_pvf_limits(PH_PVF_PREPARE_MS), limits = ph_pvf_limits(args->timeout_ms);
    ph_err_t err = ph_pvf_run_in_worker(&config, arena, &executed, &cpu_us, code, &params, &prepare_limits, &limits);
    if (err != PH_OK) {
        ph_options_wrong(command, "the worker process failed (%s)", ph_err_text(err));
        return 3;
    }
    if (executed.reason.kind == PH_PVF_REASON_VALID)
        return print_valid(arena, &executed, cpu_us);
    return print_refusal(arena, &executed, cpu_us, code);
}

#define EXEC_ABOUT                                                                                                     \
    "Runs validate_block of WASM in a worker process and prints a JSON object: \"result\" is \"valid\" with what the " \
    "function returned;\n"                                                                                             \
    "\"invalid\" with \"reason\" and \"detail\" (exit status 1); or \"error\", which is no verdict on the candidate "  \
    "(exit status 2 if\n"                                                                                              \
    "the code is no validation function at all, 3 if the machine failed)."

static int exec_command(int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    exec_args_t args = {.timeout_ms = PH_PVF_APPROVAL_MS};
    const ph_option_t options[] = {
        {"head", PH_OPTION_TEXT, &args.head, "BYTES", "the parent's head data", 0, 0, NULL},
        {"block-data", PH_OPTION_TEXT, &args.block_data, "BYTES", "the block data of the PoV, compressed or not", 0, 0,
         NULL},
        {"relay-number", PH_OPTION_U32, &args.relay_number, "N", "the relay parent's number (default 0)", 0, 0, NULL},
        {"relay-root", PH_OPTION_TEXT, &args.relay_root, "BYTES", "the relay parent's storage root (default zeros)", 0,
         0, NULL},
        {"timeout-ms", PH_OPTION_U32, &args.timeout_ms, "N",
         "CPU time for the execution (default 12000); wall-clock time four times that", 1, 3600000, NULL},
        {"json", PH_OPTION_FLAG, &args.json, NULL, "accepted; the output always is JSON", 0, 0, NULL},
    };
    const ph_command_t command = {"parahost tool pvf exec",        "WASM", EXEC_ABOUT, 1, 1, options,
                                  sizeof options / sizeof *options};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = exec(&command, arena, &args, plain[0]);
    ph_arena_free(arena);
    return status;
}

int ph_cli_tool_pvf(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "prepare") == 0)
        return prepare_command(argc - 1, argv + 1);
    if (strcmp(name, "exec") == 0)
        return exec_command(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        printf("Usage: parahost tool pvf prepare WASM [--out FILE] | exec WASM --head BYTES --block-data BYTES\n\n"
               "Parachain validation functions. `parahost tool pvf exec --help` and so on say more.\n");
        return 0;
    }
    fprintf(stderr, "parahost tool pvf: \"%s\"; expected prepare or exec\n", name);
    return 2;
}
