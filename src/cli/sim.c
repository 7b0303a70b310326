/* `parahost sim`: a local network under virtual time. */
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/extrinsics_file.h"
#include "cli/interrupt.h"
#include "cli/network_args.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "cli/sim_report.h"
#include "service/summary.h"

#define NAME          "parahost sim"
#define STATE_AT_BEST UINT32_MAX

typedef struct sim_args {
    ph_sim_config_t config;
    ph_range_t latency, partition;
    ph_network_args_t network;
    const char *state, *blocks, *events, *extrinsics, *acts;
    uint32_t state_at; /* STATE_AT_BEST, or a number on the best chain */
    bool json;
} sim_args_t;

static const char about[] = "Runs a whole local relay chain with parachains under virtual time: validators, a collator "
                            "for each para, their network. The run is\n"
                            "a pure function of its arguments; the same ones give the same digest on every machine.";

static int read_args(ph_command_t *command, sim_args_t *a, int argc, char **argv)
{
    ph_sim_config_t *c = &a->config;
    ph_network_args_t *n = &a->network;
    const ph_option_t own[] = {
        {"seed", PH_OPTION_U64, &c->seed, "N", "what every draw follows from (default 1)", 0, 0, NULL},
        {"slots", PH_OPTION_U32, &c->slots, "N", "length of the run (default 30)", 1, 10000000, NULL},
        {"finality-depth", PH_OPTION_U32, &c->finality_depth, "N",
         "a block this far below the best one is depth-final (default 24)", 1, 10000000, NULL},
        {"latency-ms", PH_OPTION_RANGE, &a->latency, "A..B", "how long a message travels (default 20..100)", 0, 3600000,
         NULL},
        {"loss", PH_OPTION_PERCENT, &c->loss_percent, "PERCENT", "how many messages are lost (default 0)", 0, 0, NULL},
        {"partition", PH_OPTION_RANGE, &a->partition, "A..B", "from slot A to slot B the network is cut in two halves",
         0, 10000000, NULL},
        {"crash", PH_OPTION_SIZE, &c->crashes, "N", "crashes with restarts, drawn over the run (default 0)", 0, 100000,
         NULL},
        {"bad-collators", PH_OPTION_SIZE, &c->bad_collators, "N", "collators that cheat (default 0)", 0, 65536, NULL},
        {"no-memo", PH_OPTION_FLAG, &c->no_memo, NULL, "every node works everything out for itself: slower, same run",
         0, 0, NULL},
        {"extrinsics", PH_OPTION_TEXT, &a->extrinsics, "FILE",
         "transactions for the pool: a line is SLOT HEX, and perhaps the number of the node that gets it", 0, 0, NULL},
        {"acts", PH_OPTION_TEXT, &a->acts, "FILE",
         "what collators of paras that run courier are to do: a line is SLOT PARA HEX (a CourierAction)", 0, 0, NULL},
        {"dump-state", PH_OPTION_TEXT, &a->state, "FILE", "writes the state after the best block, for --genesis", 0, 0,
         NULL},
        {"dump-at", PH_OPTION_U32, &a->state_at, "N", "or after the block of that number on the best chain", 0,
         STATE_AT_BEST - 1, NULL},
        {"blocks", PH_OPTION_TEXT, &a->blocks, "FILE", "writes every block, one JSON object a line", 0, 0, NULL},
        {"events", PH_OPTION_TEXT, &a->events, "FILE", "writes every event, one JSON object a line", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &a->json, NULL, "prints the summary as JSON", 0, 0, NULL},
    };
    ph_option_t options[PH_NETWORK_BUILD_OPTIONS + PH_NETWORK_RUN_OPTIONS + sizeof own / sizeof *own];
    size_t count = ph_network_build_options(options, n, 65536, 1);
    count += ph_network_run_options(options + count, n);
    memcpy(options + count, own, sizeof own);
    size_t plain_count;
    *command = (ph_command_t){
        .name = NAME, .about = about, .options = options, .option_count = sizeof options / sizeof *options};
    int status = ph_options_read(command, NULL, &plain_count, argc, argv);
    command->options = NULL; /* they go with this call; errors need the name alone */
    command->option_count = 0;
    return status;
}

static int check_args(const ph_command_t *command, sim_args_t *a)
{
    ph_sim_config_t *c = &a->config;
    if (a->partition.given && a->partition.from == a->partition.to)
        return ph_options_wrong(command, "--partition: it ends where it begins; expected A..B with A below B");
    if (a->partition.given && a->partition.from >= c->slots)
        return ph_options_wrong(command, "--partition: it begins after the run of %u slots; expected a slot below that",
                                c->slots);
    if (a->state_at != STATE_AT_BEST && !a->state)
        return ph_options_wrong(command, "--dump-at: there is no --dump-state; expected both");
    c->latency_min_ms = a->latency.from;
    c->latency_max_ms = a->latency.to;
    c->has_partition = a->partition.given;
    c->partition_from = (uint32_t)a->partition.from;
    c->partition_to = (uint32_t)a->partition.to;
    return ph_network_check(command, &a->network);
}

static int read_files(const ph_command_t *command, ph_arena_t *arena, sim_args_t *a)
{
    ph_sim_config_t *c = &a->config;
    ph_network_args_t *n = &a->network;
    int status = ph_network_read(command, arena, n);
    c->validators = n->validators;
    c->paras = n->paras;
    c->slot_ms = n->slot_ms;
    c->session_slots = n->session_slots;
    c->rotation_blocks = n->rotation_blocks;
    c->codes = n->codes;
    c->code_count = n->code_count;
    c->collate = n->collate;
    c->collate_count = n->collate_count;
    c->pov_bytes = n->pov_bytes;
    c->local = n->local;
    c->runtime_body = (ph_runtime_body_t)n->runtime;
    if (status == PH_OPTIONS_GO && a->extrinsics)
        status = ph_extrinsics_read(command, arena, &c->extrinsics, &c->extrinsic_count, a->extrinsics);
    if (status == PH_OPTIONS_GO && a->acts)
        status = ph_acts_read(command, arena, &c->acts, &c->act_count, a->acts);
    return status;
}

/* ---- the run ---- */

typedef struct sim_files {
    ph_out_file_t state, blocks, events;
} sim_files_t;

static bool open_files(sim_files_t *files, const sim_args_t *a)
{
    return (!a->state || ph_out_open(&files->state, NAME ": --dump-state", a->state)) &&
           (!a->blocks || ph_out_open(&files->blocks, NAME ": --blocks", a->blocks)) &&
           (!a->events || ph_out_open(&files->events, NAME ": --events", a->events));
}

static void abandon_files(sim_files_t *files)
{
    ph_out_abandon(&files->state);
    ph_out_abandon(&files->blocks);
    ph_out_abandon(&files->events);
}

static bool commit_files(sim_files_t *files)
{
    bool ok = ph_out_commit(&files->state) && ph_out_commit(&files->blocks) && ph_out_commit(&files->events);
    abandon_files(files);
    return ok;
}

/* The signal that came is about to end the process. */
static void discard_files(void *ctx)
{
    const sim_files_t *files = ctx;
    ph_out_discard(&files->state);
    ph_out_discard(&files->blocks);
    ph_out_discard(&files->events);
}

static bool on_event(void *ctx, const char *line, size_t len)
{
    ph_out_file_t *out = ctx;
    ph_out_text(out, line, len);
    ph_out_text(out, "\n", 1);
    return !out->failed;
}

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The block whose state is asked for; NULL: there is none. */
static const ph_relay_block_t *dumped(ph_sim_t *sim, const sim_args_t *a)
{
    ph_fleet_t *fleet = ph_sim_fleet(sim);
    ph_node_t *view = ph_fleet_view(fleet);
    if (a->state_at == STATE_AT_BEST)
        return view ? ph_chain_best(ph_node_chain(view)) : fleet->local->genesis;
    const ph_relay_block_t *block = view ? ph_chain_at(ph_node_chain(view), a->state_at) : NULL;
    if (!block)
        fprintf(stderr, NAME ": --dump-at: \"%u\"; expected a block of the best chain, #%u to #%u\n", a->state_at,
                fleet->local->genesis->header.number, view ? ph_chain_best(ph_node_chain(view))->header.number : 0);
    return block;
}

static void write_results(ph_sim_t *sim, sim_files_t *files, const sim_args_t *a, const ph_relay_block_t *state_of,
                          double seconds)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_sim_summary(sim, &j, seconds);
    if (a->json)
        printf("%s\n", ph_json_text(&j));
    else
        ph_cli_print_summary(ph_json_text(&j), a->config.seed);
    ph_json_free(&j);
    if (files->state.file)
        ph_write_state(state_of, ph_out_text, &files->state);
    if (files->blocks.file)
        ph_write_blocks(ph_sim_fleet(sim), ph_out_text, &files->blocks);
}

static int run(const sim_args_t *a, sim_files_t *files)
{
    ph_sim_t *sim = NULL;
    ph_sim_config_t config = a->config;
    char why[300] = "";
    if (a->events) {
        config.event_line = on_event;
        config.event_ctx = &files->events;
    }
    double start = now_seconds();
    ph_err_t err = ph_sim_new(&sim, &config, why, sizeof why);
    if (err != PH_OK) {
        fprintf(stderr, NAME ": %s\n", why[0] ? why : ph_err_text(err));
        return err == PH_ERR_INVALID ? 2 : 3;
    }
    err = ph_sim_run(sim, why, sizeof why);
    const ph_relay_block_t *state_of = err == PH_OK ? dumped(sim, a) : NULL;
    int status = err != PH_OK ? 3 : state_of ? 0 : 2;
    if (state_of)
        write_results(sim, files, a, state_of, now_seconds() - start);
    else if (err != PH_OK && !files->events.failed)
        fprintf(stderr, NAME ": %s\n", why[0] ? why : ph_err_text(err));
    ph_sim_free(sim);
    return status;
}

/* Files are complete or not there, however the run ends. */
static int run_guarded(const sim_args_t *a, sim_files_t *files)
{
    ph_interrupt_t guard;
    ph_interrupt_hold(&guard);
    int status = 2;
    if (open_files(files, a)) {
        ph_interrupt_watch(&guard, discard_files, files);
        status = run(a, files);
        ph_interrupt_unwatch(&guard);
    }
    /* Of events that could not be written the commit says why. */
    if (files->events.failed && !ph_out_commit(&files->events))
        status = 3;
    if (status == 0)
        status = commit_files(files) ? 0 : 3;
    else
        abandon_files(files);
    ph_interrupt_release(&guard);
    return status;
}

int ph_cli_sim(int argc, char **argv)
{
    ph_command_t command;
    sim_args_t a = {.latency = {20, 100, false},
                    .network = PH_NETWORK_ARGS,
                    .state_at = STATE_AT_BEST,
                    .config = ph_sim_usual(1, 0, 0, 30)};
    int status = read_args(&command, &a, argc, argv);
    if (status == PH_OPTIONS_GO)
        status = check_args(&command, &a);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    sim_files_t files = {0};
    status = read_files(&command, arena, &a);
    if (status == PH_OPTIONS_GO)
        status = run_guarded(&a, &files);
    ph_network_free(&a.network);
    ph_arena_free(arena);
    return status;
}
