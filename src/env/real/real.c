#include "env/real/real.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <uv.h>

#include "base/check.h"
#include "env/real/disk.h"
#include "env/real/timers.h"

struct ph_real {
    ph_real_config_t config;
    ph_hub_t *hub;
    ph_memo_t *memo;
    ph_real_disk_t *disk; /* NULL: in memory */
    ph_timers_t timers;
    uint64_t last_now_us;
    size_t works; /* under way */
    bool stopping;
    uv_loop_t loop;
    uv_prepare_t turn; /* each turn of the loop begins with what is due */
    uv_idle_t hurry;   /* active while more is due: then the loop does not wait */
    uv_timer_t alarm;  /* ends the wait when the next call is due */
    uv_signal_t interrupt, terminate;
};

struct ph_real_watch {
    uv_poll_t poll;
    void (*ready)(void *arg);
    void *arg;
};

/* ---- clocks ---- */

/* Microseconds on a clock that nobody sets. */
static uint64_t tick_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t ph_real_now_us(ph_real_t *real)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
    if (now > real->last_now_us)
        real->last_now_us = now;
    return real->last_now_us;
}

/* ---- turns of the loop ---- */

static bool lives(const ph_real_t *real, const ph_timer_call_t *call)
{
    if (call->node == PH_TIMERS_NOBODY)
        return true;
    const ph_hub_node_t *node = real->hub->nodes.items[call->node];
    return node->alive && node->incarnation == call->incarnation;
}

static void nothing(uv_idle_t *handle)
{
    (void)handle;
}
static void wake(uv_timer_t *handle)
{
    (void)handle;
}

/* Until when to wait for something from outside. */
static void set_alarm(ph_real_t *real)
{
    uint64_t due, now = tick_us();
    bool any = ph_timers_next(&real->timers, &due);
    if (any && due <= now)
        uv_idle_start(&real->hurry, nothing);
    else
        uv_idle_stop(&real->hurry);
    if (!any || due <= now) {
        uv_timer_stop(&real->alarm);
        return;
    }
    uv_update_time(&real->loop);
    uv_timer_start(&real->alarm, wake, (due - now + 999) / 1000, 0);
}

static void on_turn(uv_prepare_t *handle)
{
    ph_real_t *real = handle->data;
    ph_timer_call_t call;
    uint64_t now = tick_us(), order = ph_timers_order(&real->timers);
    while (!real->stopping && ph_timers_take(&real->timers, now, order, &call))
        if (lives(real, &call))
            call.fn(call.arg);
    set_alarm(real);
}

void ph_real_run(ph_real_t *real)
{
    while (!real->stopping)
        uv_run(&real->loop, UV_RUN_DEFAULT);
    real->stopping = false;
}

void ph_real_stop(ph_real_t *real)
{
    real->stopping = true;
    uv_stop(&real->loop);
}

ph_timer_t ph_real_timer(ph_real_t *real, uint64_t delay_us, void (*fn)(void *), void *ctx)
{
    return ph_timers_add(&real->timers, tick_us() + delay_us,
                         (ph_timer_call_t){.fn = fn, .arg = ctx, .node = PH_TIMERS_NOBODY});
}

void ph_real_timer_cancel(ph_real_t *real, ph_timer_t timer)
{
    ph_timers_cancel(&real->timers, timer);
}

/* ---- what the hub needs ---- */

static uint64_t driver_now(void *ctx)
{
    return ph_real_now_us(ctx);
}

static ph_timer_t driver_at(void *ctx, uint64_t delay_us, void (*fn)(void *), void *arg)
{
    ph_real_t *real = ctx;
    return ph_timers_add(&real->timers, tick_us() + delay_us, (ph_timer_call_t){fn, arg, PH_TIMERS_NOBODY, 0, true});
}

static void driver_cancel(void *ctx, ph_timer_t timer)
{
    ph_timers_cancel(&((ph_real_t *)ctx)->timers, timer);
}

static bool driver_travel(void *ctx, uint32_t from, uint32_t to, size_t size, bool control, uint64_t *delay_us)
{
    (void)ctx, (void)from, (void)to, (void)size, (void)control;
    *delay_us = 0;
    return true;
}

/* ---- env operations ---- */

static ph_real_t *world_of(ph_env_t *env)
{
    return ((ph_hub_node_t *)env)->hub->ctx;
}

static uint64_t env_now(ph_env_t *env)
{
    return ph_real_now_us(world_of(env));
}

static ph_timer_t env_timer(ph_env_t *env, uint64_t delay_us, void (*fn)(void *), void *ctx)
{
    uint32_t incarnation = ((ph_hub_node_t *)env)->incarnation;
    return ph_timers_add(&world_of(env)->timers, tick_us() + delay_us,
                         (ph_timer_call_t){fn, ctx, env->index, incarnation, false});
}

static void env_timer_cancel(ph_env_t *env, ph_timer_t timer)
{
    ph_timers_cancel(&world_of(env)->timers, timer);
}

static void env_random(ph_env_t *env, void *out, size_t len)
{
    uint8_t *p = out;
    (void)env;
    while (len > 0) {
        ssize_t got = getrandom(p, len, 0);
        PH_CHECK(got > 0 || errno == EINTR);
        if (got > 0) {
            p += got;
            len -= (size_t)got;
        }
    }
}

typedef struct work {
    uv_work_t request;
    ph_real_t *real;
    void (*run)(void *ctx);
    void (*done)(void *ctx);
    void *ctx;
} work_t;

static void run_work(uv_work_t *request)
{
    work_t *work = request->data;
    work->run(work->ctx);
}

static void work_done(uv_work_t *request, int status)
{
    work_t *work = request->data;
    (void)status; /* nothing is ever cancelled */
    work->real->works--;
    work->done(work->ctx);
    ph_mem_free(work);
}

static void env_work(ph_env_t *env, uint64_t cost_us, void (*run)(void *), void (*done)(void *), void *ctx)
{
    ph_real_t *real = world_of(env);
    work_t *work = ph_mem_alloc(NULL, sizeof *work);
    (void)cost_us;
    work->real = real;
    work->run = run;
    work->done = done;
    work->ctx = ctx;
    work->request.data = work;
    real->works++;
    PH_CHECK(uv_queue_work(&real->loop, &work->request, run_work, work_done) == 0);
}

static ph_err_t env_disk_put(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    ph_real_t *real = world_of(env);
    if (real->disk)
        return ph_real_disk_put(real->disk, env->name, key, ph_buf_bytes(value));
    ph_memdisk_put(((ph_hub_node_t *)env)->disk, key, value);
    return PH_OK;
}

static ph_buf_t *env_disk_get(ph_env_t *env, ph_bytes_t key)
{
    ph_real_t *real = world_of(env);
    return real->disk ? ph_real_disk_get(real->disk, env->name, key)
                      : ph_memdisk_get(((ph_hub_node_t *)env)->disk, key);
}

static void env_disk_delete(ph_env_t *env, ph_bytes_t key)
{
    ph_real_t *real = world_of(env);
    if (real->disk)
        ph_real_disk_delete(real->disk, env->name, key);
    else
        ph_memdisk_delete(((ph_hub_node_t *)env)->disk, key);
}

static bool env_disk_next(ph_env_t *env, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor, ph_buf_t **value)
{
    ph_real_t *real = world_of(env);
    if (real->disk)
        return ph_real_disk_next(real->disk, arena, env->name, prefix, cursor, value);
    return ph_memdisk_next(((ph_hub_node_t *)env)->disk, arena, prefix, cursor, value);
}

static ph_err_t env_disk_sync(ph_env_t *env)
{
    ph_real_t *real = world_of(env);
    if (real->disk)
        return ph_real_disk_sync(real->disk);
    ph_memdisk_sync(((ph_hub_node_t *)env)->disk);
    return PH_OK;
}

static void env_trace(ph_env_t *env, const char *subsystem, const char *event, const ph_trace_fields_t *fields)
{
    ph_real_t *real = world_of(env);
    if (real->config.trace)
        real->config.trace(real->config.ctx, ph_real_now_us(real), env, subsystem, event, fields);
}

static const ph_env_ops_t real_ops = {
    .now_us = env_now,
    .timer = env_timer,
    .timer_cancel = env_timer_cancel,
    .random = env_random,
    .work = env_work,
    .net_handle = ph_hub_net_handle,
    .net_open = ph_hub_net_open,
    .net_close = ph_hub_net_close,
    .net_notify = ph_hub_net_notify,
    .net_request = ph_hub_net_request,
    .net_respond = ph_hub_net_respond,
    .net_ban = ph_hub_net_ban,
    .net_resolve = ph_hub_net_resolve,
    .net_authority_of = ph_hub_net_authority_of,
    .net_known = ph_hub_net_known,
    .disk_put = env_disk_put,
    .disk_get = env_disk_get,
    .disk_delete = env_disk_delete,
    .disk_next = env_disk_next,
    .disk_sync = env_disk_sync,
    .trace = env_trace,
};

/* ---- descriptors ---- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
    ph_real_watch_t *watch = poll->data;
    (void)status, (void)events; /* whoever watches reads or writes, and sees errors there */
    watch->ready(watch->arg);
}

ph_real_watch_t *ph_real_watch_fd(ph_real_t *real, int fd, bool write, void (*ready)(void *), void *arg)
{
    ph_real_watch_t *watch = ph_mem_alloc(NULL, sizeof *watch);
    watch->ready = ready;
    watch->arg = arg;
    watch->poll.data = watch;
    PH_CHECK(uv_poll_init(&real->loop, &watch->poll, fd) == 0);
    ph_real_watch_write(watch, write);
    return watch;
}

void ph_real_watch_write(ph_real_watch_t *watch, bool write)
{
    PH_CHECK(uv_poll_start(&watch->poll, UV_READABLE | (write ? UV_WRITABLE : 0), on_poll) == 0);
}

static void free_watch(uv_handle_t *handle)
{
    ph_mem_free(handle->data);
}

void ph_real_unwatch(ph_real_watch_t *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->poll, free_watch);
}

/* ---- the world ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    ph_real_t *real = handle->data;
    real->config.interrupted(real->config.ctx, number);
}

static void begin_loop(ph_real_t *real)
{
    uv_prepare_init(&real->loop, &real->turn);
    uv_idle_init(&real->loop, &real->hurry);
    uv_timer_init(&real->loop, &real->alarm);
    real->turn.data = real;
    uv_prepare_start(&real->turn, on_turn);
    uv_signal_init(&real->loop, &real->interrupt);
    uv_signal_init(&real->loop, &real->terminate);
    real->interrupt.data = real->terminate.data = real;
    if (!real->config.interrupted)
        return;
    uv_signal_start(&real->interrupt, on_signal, SIGINT);
    uv_signal_start(&real->terminate, on_signal, SIGTERM);
}

ph_err_t ph_real_new(ph_real_t **out, const ph_real_config_t *config, char *why, size_t why_len)
{
    static const ph_hub_driver_t driver = {driver_now, driver_at, driver_cancel, driver_travel, NULL};
    ph_real_disk_t *disk = NULL;
    if (config->base_path)
        PH_TRY(ph_real_disk_open(&disk, config->base_path, config->log, why, why_len));
    ph_real_t *real = ph_mem_alloc(NULL, sizeof *real);
    if (uv_loop_init(&real->loop) != 0) {
        ph_real_disk_close(disk);
        ph_mem_free(real);
        return PH_ERR_INTERNAL;
    }
    real->config = *config;
    real->disk = disk;
    real->hub = ph_hub_new(&driver, real);
    real->memo = config->memo_entries ? ph_memo_new(config->memo_entries) : NULL;
    begin_loop(real);
    *out = real;
    return PH_OK;
}

/* What the network has under way belongs to nobody but itself: it lands, at nodes that are gone. */
static void land_everything(ph_real_t *real)
{
    ph_timer_call_t call;
    while (ph_timers_take(&real->timers, UINT64_MAX, UINT64_MAX, &call))
        if (call.hub)
            call.fn(call.arg);
}

void ph_real_free(ph_real_t *real)
{
    if (!real)
        return;
    for (uint32_t i = 0; i < real->hub->nodes.count; i++)
        if (real->hub->nodes.items[i]->alive)
            ph_hub_down(real->hub, i);
    uv_close((uv_handle_t *)&real->turn, NULL);
    uv_close((uv_handle_t *)&real->hurry, NULL);
    uv_close((uv_handle_t *)&real->alarm, NULL);
    uv_close((uv_handle_t *)&real->interrupt, NULL);
    uv_close((uv_handle_t *)&real->terminate, NULL);
    uv_run(&real->loop, UV_RUN_DEFAULT); /* until work under way is done and handles are closed */
    PH_CHECK(real->works == 0);
    PH_CHECK(uv_loop_close(&real->loop) == 0);
    land_everything(real);
    ph_hub_free(real->hub);
    ph_memo_free(real->memo);
    ph_timers_free(&real->timers);
    ph_real_disk_close(real->disk);
    ph_mem_free(real);
}

ph_hub_t *ph_real_hub(ph_real_t *real)
{
    return real->hub;
}
ph_memo_t *ph_real_memo(ph_real_t *real)
{
    return real->memo;
}

ph_env_t *ph_real_add_node(ph_real_t *real, const char *name)
{
    ph_hub_node_t *node = ph_hub_add(real->hub, &real_ops, name);
    node->env.memo = real->memo;
    node->env.log = real->config.log;
    if (!real->disk)
        node->disk = ph_memdisk_new();
    return &node->env;
}

void ph_real_end_node(ph_real_t *real, uint32_t index)
{
    if (real->hub->nodes.items[index]->alive)
        ph_hub_down(real->hub, index);
}
