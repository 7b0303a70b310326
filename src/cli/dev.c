/* `parahost dev`: a local network on the wall clock. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/json.h"
#include "chain/chain.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/dev_socket.h"
#include "cli/live_view.h"
#include "cli/network_args.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "cli/story.h"
#include "crypto/hash.h"
#include "env/real/real.h"
#include "pvf/service.h"
#include "service/fleet.h"
#include "service/summary.h"

#define NAME "parahost dev"
enum { FINALITY_DEPTH = 24, MEMO_ENTRIES = 1 << 14, REDRAW_US = 250000, PATH_LEN = 4096 };

typedef struct dev_args {
    size_t validators, paras, pov_bytes;
    uint64_t slot_ms;
    uint32_t until_included, timeout_s;
    ph_network_args_t network;
    const char *base_path, *socket;
    bool json;
} dev_args_t;

typedef struct dev {
    const dev_args_t *args;
    ph_log_t log; /* first goes to the view, if there is one */
    ph_real_t *real;
    ph_pvf_service_t *pvf;
    ph_fleet_t *fleet;
    ph_dev_socket_t *socket; /* NULL: none */
    ph_story_t *story;
    ph_live_view_t *view; /* NULL: events go out line by line */
    FILE *lines;
    ph_trace_counts_t counts;
    ph_json_t line;
    ph_blake2b_t digest;
    uint64_t started_us;
    ph_hash_t session_at; /* the block that `session` is known for */
    bool has_session;
    uint32_t session;
    bool reached, failed, interrupted;
    char failure[300];
} dev_t;

/* ---- arguments ---- */

static const char about[] =
    "Runs a whole local relay chain with parachains on the wall clock in this process: validators, a collator for each "
    "para, and for\n"
    "every validation of a block a process of its own, under limits. It needs no set-up, and runs until Ctrl-C.";

static int read_args(ph_command_t *command, dev_args_t *a, int argc, char **argv)
{
    ph_network_args_t *n = &a->network;
    const ph_option_t own[] = {
        {"until-included", PH_OPTION_U32, &a->until_included, "N", "stop when every para has N included blocks", 1, 0,
         NULL},
        {"timeout", PH_OPTION_U32, &a->timeout_s, "S", "stop after S seconds; with --until-included: in vain, status 1",
         1, 31536000, NULL},
        {"base-path", PH_OPTION_TEXT, &a->base_path, "DIR",
         "where nodes keep their data (default: nowhere, it is gone at the end)", 0, 0, NULL},
        {"socket", PH_OPTION_TEXT, &a->socket, "PATH",
         "a Unix socket for transactions and questions, one JSON object a line (docs/transactions.md)", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &a->json, NULL, "prints the summary as JSON at the end, events on standard error", 0,
         0, NULL},
    };
    ph_option_t options[PH_NETWORK_BUILD_OPTIONS + PH_NETWORK_RUN_OPTIONS + sizeof own / sizeof *own];
    size_t count = ph_network_build_options(options, n, 1000, 100);
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

static int check_args(const ph_command_t *command, dev_args_t *a)
{
    int status = ph_network_check(command, &a->network);
    if (status != PH_OPTIONS_GO)
        return status;
    if (a->until_included && !a->network.paras)
        return ph_options_wrong(command, "--until-included: there are no paras; expected --paras of 1 or more");
    if (a->base_path && (!a->base_path[0] || strlen(a->base_path) + 32 > PATH_LEN))
        return ph_options_wrong(command, "--base-path: \"%.60s\"; expected the name of a folder", a->base_path);
    return PH_OPTIONS_GO;
}

/* Nobody could author before the slot of the block begun with is over. */
static int check_clock(const ph_command_t *command, const dev_args_t *a)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    const ph_relay_block_t *first = a->network.local ? a->network.local->genesis : NULL;
    if (!first || first->slot.v <= now_ms / a->slot_ms)
        return PH_OPTIONS_GO;
    return ph_options_wrong(
        command,
        "--genesis: %s: block #%u is of slot %llu, which begins in %llu seconds; expected a slot of "
        "the past, by this machine's clock",
        a->network.genesis, first->header.number, (unsigned long long)first->slot.v,
        (unsigned long long)((first->slot.v * a->slot_ms - now_ms) / 1000));
}

static int read_files(const ph_command_t *command, ph_arena_t *arena, dev_args_t *a)
{
    int status = ph_network_read(command, arena, &a->network);
    a->validators = a->network.validators;
    a->paras = a->network.paras;
    a->pov_bytes = a->network.pov_bytes;
    a->slot_ms = a->network.slot_ms;
    return status == PH_OPTIONS_GO ? check_clock(command, a) : status;
}

/* ---- what happens ---- */

static void tell(void *ctx, uint64_t now_us, const char *text)
{
    dev_t *dev = ctx;
    if (dev->view)
        ph_live_view_tell(dev->view, now_us, text);
    else
        fprintf(dev->lines, "%8.1f s  %s\n", (double)(now_us - dev->started_us) / 1e6, text);
}

static void write_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    dev_t *dev = (dev_t *)((char *)log - offsetof(dev_t, log));
    char line[300];
    snprintf(line, sizeof line, "%s: %s: %s", level == PH_LOG_ERROR ? "error" : "warning", target, text);
    if (dev->view && dev->real)
        ph_live_view_tell(dev->view, ph_real_now_us(dev->real), line);
    else
        fprintf(stderr, "%s\n", line);
}

static const char *name_of(void *ctx, uint32_t node)
{
    dev_t *dev = ctx;
    return dev->fleet && node < ph_fleet_count(dev->fleet) ? ph_fleet_name(dev->fleet, node) : NULL;
}

static void on_trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                     const ph_trace_fields_t *fields)
{
    dev_t *dev = ctx;
    ph_writer_reset(&dev->line.out);
    dev->line.need_comma = false;
    ph_trace_line(&dev->line, (now_us - dev->started_us) / 1000, node->name, subsystem, event, fields,
                  ph_fleet_peer_name(dev->fleet, fields));
    ph_blake2b_update(&dev->digest, ph_writer_bytes(&dev->line.out));
    ph_trace_count(&dev->counts, event);
    ph_story_event(dev->story, now_us, node->name, event, fields);
}

static const ph_relay_block_t *best_of(const dev_t *dev)
{
    ph_node_t *view = ph_fleet_view(dev->fleet);
    return view ? ph_chain_best(ph_node_chain(view)) : dev->fleet->local->genesis;
}

static void on_imported(void *ctx, uint32_t index, ph_relay_block_t *block, bool best)
{
    dev_t *dev = ctx;
    (void)best;
    ph_story_block(dev->story, ph_fleet_env(dev->fleet, index), block);
    if (!dev->args->until_included ||
        !ph_story_all_included(dev->story, &best_of(dev)->hash, dev->args->until_included))
        return;
    dev->reached = true;
    ph_real_stop(dev->real);
}

static void on_failed(void *ctx, uint32_t index, const char *part, ph_err_t err)
{
    dev_t *dev = ctx;
    if (dev->failed)
        return;
    dev->failed = true;
    snprintf(dev->failure, sizeof dev->failure, "%s cannot go on: %s: %s", ph_fleet_name(dev->fleet, index), part,
             err == PH_ERR_FULL ? "no room left on the disk" : ph_err_text(err));
    ph_real_stop(dev->real);
}

static void on_interrupted(void *ctx, int number)
{
    dev_t *dev = ctx;
    (void)number;
    dev->interrupted = true;
    ph_real_stop(dev->real);
}

static void on_timeout(void *ctx)
{
    ph_real_stop(((dev_t *)ctx)->real);
}

/* ---- the screen ---- */

static void look_up_session(dev_t *dev, ph_node_t *view, const ph_relay_block_t *best)
{
    ph_buf_t *answer;
    if (dev->has_session && ph_hash_equal(&dev->session_at, &best->hash))
        return;
    if (ph_chain_call(ph_node_chain(view), &answer, &best->hash, "ParachainHost_session_index_for_child",
                      (ph_bytes_t){0}) != PH_OK)
        return;
    ph_reader_t r = ph_reader(ph_buf_bytes(answer));
    dev->has_session = ph_read_u32(&r, &dev->session) == PH_OK;
    dev->session_at = best->hash;
    ph_buf_unref(answer);
}

static void redraw(void *ctx)
{
    dev_t *dev = ctx;
    ph_node_t *view = ph_fleet_view(dev->fleet);
    PH_CHECK(view != NULL);
    const ph_relay_block_t *best = ph_chain_best(ph_node_chain(view)), *final = ph_chain_finalized(ph_node_chain(view));
    ph_live_facts_t f = {.now_us = ph_real_now_us(dev->real),
                         .started_us = dev->started_us,
                         .validators = dev->args->validators,
                         .slot_ms = dev->args->slot_ms,
                         .best_number = best->header.number,
                         .final_number = final->header.number,
                         .best_hash = best->hash.bytes,
                         .final_hash = final->hash.bytes,
                         .para_count = dev->fleet->paras.count,
                         .until_included = dev->args->until_included};
    look_up_session(dev, view, best);
    f.has_session = dev->has_session;
    f.session = dev->session;
    f.author = ph_story_author(dev->story, &best->hash, &f.primary);
    f.paras = ph_story_look(dev->story, &best->hash);
    ph_live_view_draw(dev->view, &f);
    ph_real_timer(dev->real, REDRAW_US, redraw, dev);
}

/* ---- beginning ---- */

static ph_env_t *make_env(void *ctx, uint32_t index, const char *name)
{
    ph_env_t *env = ph_real_add_node(((dev_t *)ctx)->real, name);
    PH_CHECK(env->index == index);
    return env;
}

static void register_authority(void *ctx, uint32_t index, const ph_authority_discovery_id_t *authority)
{
    ph_hub_register(ph_real_hub(((dev_t *)ctx)->real), index, authority);
}

static void *watch_fd(void *ctx, int fd, bool write, void (*ready)(void *), void *arg)
{
    return ph_real_watch_fd(ctx, fd, write, ready, arg);
}

static void watch_write(void *ctx, void *watch, bool write)
{
    (void)ctx;
    ph_real_watch_write(watch, write);
}

static void unwatch(void *ctx, void *watch)
{
    (void)ctx;
    ph_real_unwatch(watch);
}

static ph_timer_t loop_timer(void *ctx, uint64_t delay_us, void (*fn)(void *), void *arg)
{
    return ph_real_timer(ctx, delay_us, fn, arg);
}
static void loop_cancel(void *ctx, ph_timer_t timer)
{
    ph_real_timer_cancel(ctx, timer);
}

static int open_world(dev_t *dev)
{
    char db[PATH_LEN], artifacts[PATH_LEN], why[400] = "";
    const char *base = dev->args->base_path;
    snprintf(db, sizeof db, "%s/db", base ? base : "");
    snprintf(artifacts, sizeof artifacts, "%s/artifacts", base ? base : "");
    ph_real_config_t world = {.base_path = base ? db : NULL,
                              .memo_entries = MEMO_ENTRIES,
                              .trace = on_trace,
                              .interrupted = on_interrupted,
                              .ctx = dev,
                              .log = &dev->log};
    ph_err_t err = ph_real_new(&dev->real, &world, why, sizeof why);
    if (err != PH_OK) {
        fprintf(stderr, NAME ": --base-path: %s; expected a folder that can be written%s\n",
                why[0] ? why : ph_err_text(err), err == PH_ERR_FULL ? ", and room on its disk" : "");
        return err == PH_ERR_IO ? 2 : 3;
    }
    ph_pvf_workers_config_t workers = {.loop = {dev->real, watch_fd, watch_write, unwatch, loop_timer, loop_cancel},
                                       .log = &dev->log,
                                       .cache_directory = base ? artifacts : NULL};
    err = ph_pvf_service_workers(&dev->pvf, &workers);
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    fprintf(stderr, NAME ": --base-path: %s: %s; expected a folder that is ours alone\n", artifacts, ph_err_text(err));
    return 2;
}

/* A folder belongs to the network that it was begun with. */
static int claim_folder(const dev_t *dev)
{
    char path[PATH_LEN], text[80];
    if (!dev->args->base_path)
        return PH_OPTIONS_GO;
    snprintf(path, sizeof path, "%s/genesis", dev->args->base_path);
    ph_arena_t *arena = ph_arena_new();
    snprintf(text, sizeof text, "%s\n", ph_hex_in(arena, ph_bytes(dev->fleet->local->genesis->hash.bytes, 32)));
    ph_bytes_t found, expected = ph_bytes(text, strlen(text));
    int status = PH_OPTIONS_GO;
    if (ph_cli_read_file(arena, &found, path, sizeof text) != PH_OK) {
        status = ph_out_write(NAME ": --base-path", path, expected) ? PH_OPTIONS_GO : 2;
    } else if (!ph_bytes_equal(found, expected)) {
        fprintf(
            stderr,
            NAME
            ": --base-path: %s holds a network begun with other arguments; expected the same ones, or another folder\n",
            dev->args->base_path);
        status = 2;
    }
    ph_arena_free(arena);
    return status;
}

static ph_story_t *begin_story(dev_t *dev)
{
    const ph_fleet_t *fleet = dev->fleet;
    return ph_story_new(&(ph_story_config_t){.ids = fleet->paras.items,
                                             .paras = fleet->paras.count,
                                             .awaited = fleet->config.paras,
                                             .ctx = dev,
                                             .tell = tell,
                                             .name_of = name_of});
}

static int build_fleet(dev_t *dev)
{
    const dev_args_t *a = dev->args;
    char why[300] = "";
    ph_fleet_config_t config = {.validators = a->validators,
                                .paras = a->paras,
                                .slot_ms = a->slot_ms,
                                .session_slots = a->network.session_slots,
                                .rotation_blocks = a->network.rotation_blocks,
                                .finality_depth = FINALITY_DEPTH,
                                .pov_bytes = a->pov_bytes,
                                .codes = a->network.codes,
                                .code_count = a->network.code_count,
                                .collate = a->network.collate,
                                .collate_count = a->network.collate_count,
                                .local = a->network.local,
                                .runtime_body = (ph_runtime_body_t)a->network.runtime,
                                .pvf_service = dev->pvf,
                                .make_env = make_env,
                                .register_authority = register_authority,
                                .ctx = dev,
                                .failed = on_failed,
                                .imported = on_imported};
    ph_err_t err = ph_fleet_new(&dev->fleet, &config, why, sizeof why);
    if (err == PH_OK) {
        dev->story = begin_story(dev);
        int status = claim_folder(dev);
        if (status != PH_OPTIONS_GO)
            return status;
        err = ph_fleet_start(dev->fleet, why, sizeof why);
    }
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    fprintf(stderr, NAME ": %s\n", why[0] ? why : ph_err_text(err));
    return err == PH_ERR_INVALID ? 2 : 3;
}

static int open_socket(dev_t *dev)
{
    char why[300] = "";
    const char *path = dev->args->socket;
    if (!path || ph_dev_socket_open(&dev->socket, dev->real, dev->fleet, path, why, sizeof why) == PH_OK)
        return PH_OPTIONS_GO;
    fprintf(stderr, NAME ": --socket: %s: %s; expected a path of 1 to 107 characters where a socket can be made\n",
            path, why);
    return 2;
}

/* ---- the end ---- */

static void print_json(dev_t *dev)
{
    double seconds = (double)(ph_real_now_us(dev->real) - dev->started_us) / 1e6;
    uint64_t slots =
        ph_real_now_us(dev->real) / 1000 / dev->args->slot_ms - dev->started_us / 1000 / dev->args->slot_ms;
    ph_summary_t s = {.slots = (uint32_t)slots,
                      .counts = &dev->counts,
                      .memo = ph_real_memo(dev->real),
                      .network = ph_real_hub(dev->real)->stats,
                      .real_seconds = seconds,
                      .virtual_seconds = seconds};
    ph_json_t j = ph_json_new(NULL, true);
    ph_blake2b_final(&dev->digest, s.digest, sizeof s.digest);
    ph_summary_write(&j, dev->fleet, &s);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static void print_para(const ph_story_para_t *p)
{
    char head[48] = "", took[64] = "", late[48] = "";
    if (p->has_head && p->has_number)
        snprintf(head, sizeof head, ", head #%llu %s", (unsigned long long)p->head_number,
                 ph_short_hash(p->head_hash).text);
    else if (p->has_head)
        snprintf(head, sizeof head, ", head %s", ph_short_hash(p->head_hash).text);
    if (p->took_count)
        snprintf(took, sizeof took, ", %.1f s from collation to inclusion",
                 (double)p->took_us_sum / (double)p->took_count / 1e6);
    if (p->timed_out)
        snprintf(late, sizeof late, ", %u timed out", p->timed_out);
    printf("para %-8u %u blocks included%s%s%s\n", p->id, p->included, late, head, took);
}

static void print_summary(dev_t *dev)
{
    ph_node_t *view = ph_fleet_view(dev->fleet);
    const ph_relay_block_t *best = best_of(dev);
    const ph_relay_block_t *final = view ? ph_chain_finalized(ph_node_chain(view)) : best;
    const ph_story_para_t *paras = ph_story_look(dev->story, &best->hash);
    printf("\nran           %.1f s, %zu validators, %zu parachains\n",
           (double)(ph_real_now_us(dev->real) - dev->started_us) / 1e6, dev->args->validators, dev->args->paras);
    printf("relay chain   best block #%u %s, depth-final #%u\n", best->header.number,
           ph_short_hash(best->hash.bytes).text, final->header.number);
    for (size_t i = 0; i < dev->fleet->paras.count; i++)
        print_para(&paras[i]);
}

/* Nodes first, then what they stand on. */
static void tear_down(dev_t *dev)
{
    ph_live_view_free(dev->view);
    dev->view = NULL;
    ph_dev_socket_close(dev->socket);
    if (dev->fleet)
        ph_fleet_conclude(dev->fleet);
    for (uint32_t i = 0; dev->fleet && i < ph_fleet_count(dev->fleet); i++) {
        ph_real_end_node(dev->real, i);
        ph_fleet_drop(dev->fleet, i);
    }
    if (dev->pvf)
        dev->pvf->free(dev->pvf);
    ph_real_free(dev->real);
    ph_fleet_free(dev->fleet);
    ph_story_free(dev->story);
    ph_trace_counts_free(&dev->counts);
    ph_json_free(&dev->line);
}

static int outcome(const dev_t *dev)
{
    if (dev->failed) {
        fprintf(stderr, NAME ": %s\n", dev->failure);
        return 3;
    }
    if (!dev->args->until_included || dev->reached)
        return 0;
    fprintf(stderr, NAME ": %s before every para had %u included blocks\n",
            dev->interrupted ? "interrupted" : "the time was over", dev->args->until_included);
    return 1;
}

static int run(dev_t *dev)
{
    const dev_args_t *a = dev->args;
    if (a->timeout_s)
        ph_real_timer(dev->real, (uint64_t)a->timeout_s * 1000000, on_timeout, dev);
    if (!a->json && isatty(STDOUT_FILENO)) {
        dev->view = ph_live_view_new(STDOUT_FILENO);
        ph_real_timer(dev->real, 0, redraw, dev);
    } else {
        fprintf(dev->lines, "%zu validators, %zu parachains, slots of %.1f s; Ctrl-C ends it\n", a->validators,
                a->paras, (double)a->slot_ms / 1e3);
    }
    ph_real_run(dev->real);
    ph_live_view_free(dev->view);
    dev->view = NULL;
    if (a->json)
        print_json(dev);
    else
        print_summary(dev);
    fflush(stdout);
    return outcome(dev);
}

int ph_cli_dev(int argc, char **argv)
{
    ph_command_t command;
    dev_args_t a = {.network = PH_NETWORK_ARGS};
    int status = read_args(&command, &a, argc, argv);
    if (status == PH_OPTIONS_GO)
        status = check_args(&command, &a);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    dev_t dev = {.args = &a,
                 .log = {write_log, PH_LOG_WARN},
                 .lines = a.json ? stderr : stdout,
                 .line = ph_json_new(NULL, true),
                 .started_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000};
    setvbuf(dev.lines, NULL, _IOLBF, 0);
    ph_trace_counts_init(&dev.counts);
    ph_blake2b_init(&dev.digest, 32);
    status = read_files(&command, arena, &a);
    if (status == PH_OPTIONS_GO)
        status = open_world(&dev);
    if (status == PH_OPTIONS_GO)
        status = build_fleet(&dev);
    if (status == PH_OPTIONS_GO)
        status = open_socket(&dev);
    if (status == PH_OPTIONS_GO)
        status = run(&dev);
    tear_down(&dev);
    ph_network_free(&a.network);
    ph_arena_free(arena);
    return status;
}
