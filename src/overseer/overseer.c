#include "overseer/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A burst of turns is cut after this many, so that the loop gets to its timers and sockets. */
#define TURNS_A_BURST 256

void *ph_state(ph_subsystem_t *self)
{
    return self->state;
}
const void *ph_config(ph_subsystem_t *self)
{
    return self->config;
}
ph_env_t *ph_env_of(ph_subsystem_t *self)
{
    return self->overseer->env;
}
ph_job_t *ph_root_job(ph_subsystem_t *self)
{
    return self->root;
}
const char *ph_name_of(ph_subsystem_t *self)
{
    return self->info->name;
}

void ph_note(ph_subsystem_t *self, const char *event, const ph_trace_fields_t *fields)
{
    ph_trace(self->overseer->env, self->info->name, event, fields);
}

void ph_complain(ph_subsystem_t *self, ph_log_level_t level, const char *format, ...)
{
    ph_log_t *log = self->overseer->env->log;
    if (log && level > log->max_level)
        return;
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ph_log(log, level, self->info->name, "%s: %s", self->overseer->env->name, text);
}

/* ---- turns ---- */

static void run(void *ctx);

void ph_subsystem_wake(ph_subsystem_t *self)
{
    ph_overseer_t *overseer = self->overseer;
    if (self->runnable || !self->ops)
        return;
    self->runnable = true;
    self->next_runnable = NULL;
    if (overseer->run_tail)
        overseer->run_tail->next_runnable = self;
    else
        overseer->run_head = self;
    overseer->run_tail = self;
    if (!overseer->running && !overseer->run_timer)
        overseer->run_timer = ph_env_timer(overseer->env, 0, run, overseer);
}

static bool has_work(const ph_subsystem_t *self)
{
    return self->signals.count || self->ready.count || (self->messages.count && !self->undelivered.count);
}

static void fail(ph_subsystem_t *self, ph_err_t err)
{
    ph_overseer_t *overseer = self->overseer;
    /* While concluding, everybody still gets to hear Conclude. */
    if (overseer->failed || overseer->concluded)
        return;
    overseer->failed = true;
    overseer->config.failed(overseer->config.ctx, self->info->name, err);
}

static void take_signal(ph_subsystem_t *self, ph_item_t *item)
{
    if (self->concluded)
        return;
    ph_err_t err = self->ops->handle(self, &item->signal.input);
    if (item->signal.input.kind == PH_IN_CONCLUDE) {
        self->concluded = true;
        ph_job_end(self->root);
    }
    if (err != PH_OK)
        fail(self, err);
}

static void take_ready(ph_subsystem_t *self, ph_item_t *item)
{
    if (!item->job->alive) {
        if (item->kind == ITEM_REPLY)
            self->stats.replies_dropped++;
        return;
    }
    switch (item->kind) {
    case ITEM_REPLY:
        self->stats.replies_in++;
        self->reply = item->reply.value;
        item->reply.thunk(item->reply.fn, item->job, item->reply.flow, item->reply.err,
                          item->reply.value ? ph_rc_value(item->reply.value) : NULL);
        self->reply = NULL;
        break;
    case ITEM_CALL:
        if (item->call.fn)
            item->call.fn(item->job, item->call.flow);
        break;
    case ITEM_WORK:
        item->work->done(item->job, item->work->ctx);
        break;
    case ITEM_SIGNAL:
    case ITEM_MESSAGE:
        PH_UNREACHABLE();
    }
}

static void take_message(ph_subsystem_t *self, ph_item_t *item)
{
    self->stats.messages_in++;
    ph_err_t err = self->ops->handle(self, &(ph_input_t){.kind = PH_IN_MESSAGE, .msg = item->msg});
    if (err != PH_OK)
        fail(self, err);
}

/* Whoever waited for room in a mailbox may go on. */
static void deliver_waiting(ph_overseer_t *overseer)
{
    for (size_t i = 0; i < overseer->config.subsystem_count; i++) {
        ph_subsystem_t *sender = &overseer->subsystems[i];
        bool moved = false;
        while (sender->undelivered.head) {
            ph_subsystem_t *receiver = &overseer->subsystems[sender->undelivered.head->msg->to];
            if (!receiver->concluded && receiver->messages.count >= receiver->info->capacity)
                break;
            ph_item_t *item = ph_queue_pop(&sender->undelivered);
            moved = true;
            if (receiver->concluded) {
                ph_item_free(item);
                continue;
            }
            ph_queue_push(&receiver->messages, item);
            ph_subsystem_wake(receiver);
        }
        if (moved && has_work(sender))
            ph_subsystem_wake(sender);
    }
}

static void turn(ph_subsystem_t *self)
{
    ph_overseer_t *overseer = self->overseer;
    uint64_t began = ph_env_now_us(overseer->env);
    bool was_full = self->messages.count >= self->info->capacity;
    ph_item_t *item;
    self->running = true;
    self->stats.turns++;
    if ((item = ph_queue_pop(&self->signals)))
        take_signal(self, item);
    else if ((item = ph_queue_pop(&self->ready)))
        take_ready(self, item);
    else if (!self->undelivered.count && (item = ph_queue_pop(&self->messages)))
        take_message(self, item);
    self->running = false;
    if (item)
        ph_item_free(item);
    ph_job_bury(self);
    if (self->concluded) {
        ph_queue_clear(&self->ready);
        ph_queue_clear(&self->messages);
        ph_queue_clear(&self->undelivered);
    }
    self->stats.busy_us += ph_env_now_us(overseer->env) - began;
    if (was_full || self->concluded)
        deliver_waiting(overseer);
}

static void run_turns(ph_overseer_t *overseer, size_t limit)
{
    overseer->running = true;
    for (size_t i = 0; i < limit && overseer->run_head && !overseer->failed; i++) {
        ph_subsystem_t *self = overseer->run_head;
        overseer->run_head = self->next_runnable;
        if (!overseer->run_head)
            overseer->run_tail = NULL;
        self->runnable = false;
        turn(self);
        if (has_work(self))
            ph_subsystem_wake(self);
    }
    overseer->running = false;
}

static void run(void *ctx)
{
    ph_overseer_t *overseer = ctx;
    overseer->run_timer = 0;
    run_turns(overseer, TURNS_A_BURST);
    if (overseer->run_head && !overseer->failed)
        overseer->run_timer = ph_env_timer(overseer->env, 0, run, overseer);
}

/* ---- signals ---- */

static void signal_one(ph_subsystem_t *self, const ph_input_t *input)
{
    if (!self->ops)
        return;
    ph_item_t *item = ph_item_new(ITEM_SIGNAL, NULL);
    item->signal.input = *input;
    size_t count = input->leaves.deactivated_count;
    if (count) {
        item->signal.deactivated = ph_mem_alloc(NULL, count * sizeof(ph_hash_t));
        memcpy(item->signal.deactivated, input->leaves.deactivated, count * sizeof(ph_hash_t));
        item->signal.input.leaves.deactivated = item->signal.deactivated;
    }
    ph_queue_push(&self->signals, item);
    ph_subsystem_wake(self);
}

static void broadcast(ph_overseer_t *overseer, const ph_input_t *input)
{
    for (size_t i = 0; i < overseer->config.subsystem_count; i++)
        signal_one(&overseer->subsystems[i], input);
}

static void announce_leaves(ph_overseer_t *overseer, const ph_leaf_t *activated, const ph_hash_t *deactivated,
                            size_t count)
{
    if (!activated && !count)
        return;
    if (activated)
        ph_trace(overseer->env, "overseer", "leaf-activated",
                 PH_FIELDS(.block = &activated->hash, PH_F_NUMBER(activated->number)));
    for (size_t i = 0; i < count; i++)
        ph_trace(overseer->env, "overseer", "leaf-deactivated", PH_FIELDS(.block = &deactivated[i]));
    ph_input_t input = {.kind = PH_IN_ACTIVE_LEAVES};
    input.leaves.has_activated = activated != NULL;
    if (activated)
        input.leaves.activated = *activated;
    input.leaves.deactivated = deactivated;
    input.leaves.deactivated_count = count;
    broadcast(overseer, &input);
}

static bool find_leaf(const ph_overseer_t *overseer, const ph_hash_t *hash, size_t *at)
{
    for (size_t i = 0; i < overseer->leaves.count; i++) {
        if (memcmp(overseer->leaves.items[i].hash.bytes, hash->bytes, sizeof hash->bytes) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

void ph_overseer_block_imported(ph_overseer_t *overseer, const ph_leaf_t *block, const ph_hash_t *parent)
{
    size_t at;
    PH_CHECK(overseer->started);
    if (overseer->concluded || find_leaf(overseer, &block->hash, &at))
        return;
    bool replaces = find_leaf(overseer, parent, &at);
    if (replaces)
        ph_list_remove(&overseer->leaves, at);
    ph_list_push(NULL, &overseer->leaves, *block);
    announce_leaves(overseer, block, parent, replaces ? 1 : 0);
}

void ph_overseer_block_finalized(ph_overseer_t *overseer, const ph_leaf_t *block)
{
    PH_LIST(ph_hash_t) gone = {0};
    if (overseer->concluded)
        return;
    for (size_t i = 0; i < overseer->leaves.count;) {
        const ph_leaf_t *leaf = &overseer->leaves.items[i];
        if (leaf->number <= block->number && memcmp(&leaf->hash, &block->hash, sizeof leaf->hash) != 0) {
            ph_list_push(NULL, &gone, leaf->hash);
            ph_list_remove(&overseer->leaves, i);
        } else {
            i++;
        }
    }
    broadcast(overseer, &(ph_input_t){.kind = PH_IN_BLOCK_FINALIZED, .finalized = *block});
    announce_leaves(overseer, NULL, gone.items, gone.count);
    ph_list_free(&gone);
}

size_t ph_overseer_leaves(const ph_overseer_t *overseer, ph_leaf_t *out, size_t cap)
{
    for (size_t i = 0; i < overseer->leaves.count && i < cap; i++)
        out[i] = overseer->leaves.items[i];
    return overseer->leaves.count;
}

/* ---- life ---- */

static void check_routes(const ph_overseer_config_t *config)
{
    for (size_t i = 0; i < config->subsystem_count; i++) {
        const ph_subsystem_info_t *info = &config->subsystems[i];
        for (uint32_t r = 0; r < info->route_count; r++) {
            PH_CHECK(info->routes[r].to < config->subsystem_count);
            PH_CHECK(info->routes[r].kind < config->subsystems[info->routes[r].to].message_count);
        }
    }
}

ph_overseer_t *ph_overseer_new(ph_env_t *env, const ph_overseer_config_t *config)
{
    check_routes(config);
    ph_overseer_t *overseer = ph_mem_alloc(NULL, sizeof *overseer);
    overseer->env = env;
    overseer->config = *config;
    overseer->subsystems = ph_mem_alloc(NULL, config->subsystem_count * sizeof *overseer->subsystems);
    for (size_t i = 0; i < config->subsystem_count; i++) {
        ph_subsystem_t *self = &overseer->subsystems[i];
        self->overseer = overseer;
        self->id = (uint8_t)i;
        self->info = &config->subsystems[i];
        self->stats.name = self->info->name;
    }
    return overseer;
}

void ph_overseer_install(ph_overseer_t *overseer, uint8_t id, const ph_subsystem_ops_t *ops, const void *config)
{
    PH_CHECK(!overseer->started && id < overseer->config.subsystem_count);
    ph_subsystem_t *self = &overseer->subsystems[id];
    PH_CHECK(!self->ops);
    self->ops = ops;
    self->config = config;
    self->state = ph_mem_alloc(NULL, ops->state_size);
    ph_map_init(&self->jobs, sizeof(ph_hash_t), sizeof(ph_job_t *));
    self->root = ph_job_ref(ph_job_new(self, NULL, 0)); /* looked at after its end, too */
}

void ph_overseer_start(ph_overseer_t *overseer, const ph_leaf_t *leaves, size_t leaf_count)
{
    PH_CHECK(!overseer->started);
    overseer->started = true;
    broadcast(overseer, &(ph_input_t){.kind = PH_IN_START});
    for (size_t i = 0; i < leaf_count; i++) {
        ph_list_push(NULL, &overseer->leaves, leaves[i]);
        announce_leaves(overseer, &leaves[i], NULL, 0);
    }
}

void ph_overseer_conclude(ph_overseer_t *overseer)
{
    if (overseer->concluded || !overseer->started)
        return;
    PH_CHECK(!overseer->running && "Conclude from within a turn");
    overseer->concluded = true;
    overseer->failed = false;
    broadcast(overseer, &(ph_input_t){.kind = PH_IN_CONCLUDE});
    run_turns(overseer, SIZE_MAX);
}

void ph_overseer_free(ph_overseer_t *overseer)
{
    if (!overseer)
        return;
    ph_env_timer_cancel(overseer->env, overseer->run_timer);
    /* Nothing may wake up any more while queues are emptied. */
    overseer->running = true;
    for (size_t i = 0; i < overseer->config.subsystem_count; i++)
        if (overseer->subsystems[i].ops)
            ph_job_end(overseer->subsystems[i].root);
    for (size_t i = 0; i < overseer->config.subsystem_count; i++)
        if (overseer->subsystems[i].ops && overseer->subsystems[i].ops->destroy)
            overseer->subsystems[i].ops->destroy(&overseer->subsystems[i]);
    for (size_t i = 0; i < overseer->config.subsystem_count; i++) {
        ph_subsystem_t *self = &overseer->subsystems[i];
        ph_queue_clear(&self->signals);
        ph_queue_clear(&self->messages);
        ph_queue_clear(&self->undelivered);
        ph_queue_clear(&self->ready);
    }
    ph_job_work_orphan(overseer);
    for (size_t i = 0; i < overseer->config.subsystem_count; i++) {
        ph_subsystem_t *self = &overseer->subsystems[i];
        if (!self->ops)
            continue;
        ph_job_bury(self);
        ph_job_unref(self->root);
        ph_map_free(&self->jobs);
        ph_mem_free(self->state);
    }
    ph_mem_free(overseer->subsystems);
    ph_list_free(&overseer->leaves);
    ph_mem_free(overseer);
}

ph_subsystem_t *ph_overseer_subsystem(ph_overseer_t *overseer, uint8_t id)
{
    return &overseer->subsystems[id];
}

void ph_overseer_stats(const ph_overseer_t *overseer, uint8_t id, ph_subsystem_stats_t *out)
{
    const ph_subsystem_t *self = &overseer->subsystems[id];
    *out = self->stats;
    out->queue_now = self->messages.count;
}
