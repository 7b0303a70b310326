#include "overseer/private.h"

#include <string.h>

struct ph_join {
    ph_job_t *job;
    void (*fn)(ph_job_t *job, void *flow);
    void *flow;
    size_t outstanding;
    bool closed;
};

ph_job_t *ph_job_ref(ph_job_t *job)
{
    job->refs++;
    return job;
}

void ph_job_unref(ph_job_t *job)
{
    if (--job->refs == 0)
        ph_mem_free(job);
}

ph_job_t *ph_job_new(ph_subsystem_t *self, ph_job_t *parent, size_t state_size)
{
    ph_job_t *job = ph_mem_alloc(NULL, sizeof *job);
    job->refs = 1;
    job->alive = true;
    job->self = self;
    job->arena = ph_arena_new();
    job->state = ph_arena_alloc(job->arena, state_size);
    job->parent = parent;
    if (parent) {
        job->next_sibling = parent->first_child;
        job->sibling_link = &parent->first_child;
        if (job->next_sibling)
            job->next_sibling->sibling_link = &job->next_sibling;
        parent->first_child = job;
    }
    self->stats.jobs_now++;
    return job;
}

ph_job_t *ph_job_start(ph_subsystem_t *self, const ph_hash_t *key, size_t state_size)
{
    bool added;
    ph_job_t **slot = ph_map_put(&self->jobs, key, &added);
    PH_CHECK(added && "one job a key");
    ph_job_t *job = ph_job_new(self, self->root, state_size);
    job->has_key = true;
    job->key = *key;
    *slot = job;
    return job;
}

ph_job_t *ph_job_child(ph_job_t *parent, size_t state_size)
{
    PH_CHECK(parent->alive);
    ph_job_t *job = ph_job_new(parent->self, parent, state_size);
    job->key = parent->key;
    return job;
}

ph_job_t *ph_job_find(ph_subsystem_t *self, const ph_hash_t *key)
{
    ph_job_t **slot = ph_map_get(&self->jobs, key);
    return slot ? *slot : NULL;
}

ph_job_t *ph_job_next(ph_subsystem_t *self, size_t *at)
{
    void *value;
    return ph_map_next(&self->jobs, at, NULL, &value) ? *(ph_job_t **)value : NULL;
}

static void unlink_timer(ph_job_timer_t *timer)
{
    *timer->link = timer->next;
    if (timer->next)
        timer->next->link = timer->link;
}

void ph_job_end(ph_job_t *job)
{
    if (!job->alive)
        return;
    ph_subsystem_t *self = job->self;
    while (job->first_child)
        ph_job_end(job->first_child);
    job->alive = false;
    for (ph_job_timer_t *timer; (timer = job->timers);) {
        ph_env_timer_cancel(self->overseer->env, timer->timer);
        unlink_timer(timer);
        ph_mem_free(timer);
    }
    if (job->sibling_link) {
        *job->sibling_link = job->next_sibling;
        if (job->next_sibling)
            job->next_sibling->sibling_link = job->sibling_link;
    }
    if (job->has_key)
        ph_map_remove(&self->jobs, &job->key);
    job->parent = NULL;
    self->stats.jobs_now--;
    job->next_dead = self->graveyard;
    self->graveyard = job;
    if (!self->running)
        ph_job_bury(self);
}

void ph_job_bury(ph_subsystem_t *self)
{
    for (ph_job_t *job; (job = self->graveyard);) {
        self->graveyard = job->next_dead;
        ph_arena_free(job->arena);
        job->arena = NULL;
        ph_job_unref(job);
    }
}

void *ph_job_state(ph_job_t *job)
{
    return job->state;
}
ph_arena_t *ph_job_arena(ph_job_t *job)
{
    return job->arena;
}
ph_subsystem_t *ph_job_self(ph_job_t *job)
{
    return job->self;
}
const ph_hash_t *ph_job_key(const ph_job_t *job)
{
    return &job->key;
}

/* ---- timers ---- */

static void push_call(ph_job_t *job, uint64_t timer, void (*fn)(ph_job_t *job, void *flow), void *flow)
{
    ph_item_t *item = ph_item_new(ITEM_CALL, job);
    item->call.fn = fn;
    item->call.flow = flow;
    item->call.timer = timer;
    ph_queue_push(&job->self->ready, item);
    ph_subsystem_wake(job->self);
}

static void on_timer(void *ctx)
{
    ph_job_timer_t *timer = ctx;
    unlink_timer(timer);
    push_call(timer->job, timer->id, timer->fn, timer->flow);
    ph_mem_free(timer);
}

uint64_t ph_job_after(ph_job_t *job, uint64_t delay_ms, void (*fn)(ph_job_t *job, void *flow), void *flow)
{
    PH_CHECK(job->alive);
    ph_overseer_t *overseer = job->self->overseer;
    ph_job_timer_t *timer = ph_mem_alloc(NULL, sizeof *timer);
    timer->id = ++overseer->next_timer_id;
    timer->job = job;
    timer->fn = fn;
    timer->flow = flow;
    timer->next = job->timers;
    timer->link = &job->timers;
    if (timer->next)
        timer->next->link = &timer->next;
    job->timers = timer;
    timer->timer = ph_env_timer(overseer->env, delay_ms * 1000, on_timer, timer);
    return timer->id;
}

void ph_job_cancel(ph_job_t *job, uint64_t id)
{
    for (ph_job_timer_t *timer = job->timers; timer; timer = timer->next) {
        if (timer->id != id)
            continue;
        ph_env_timer_cancel(job->self->overseer->env, timer->timer);
        unlink_timer(timer);
        ph_mem_free(timer);
        return;
    }
    /* It has fired, but its turn has not come yet. */
    for (ph_item_t *item = id ? job->self->ready.head : NULL; item; item = item->next)
        if (item->kind == ITEM_CALL && item->job == job && item->call.timer == id)
            item->call.fn = NULL;
}

void ph_job_later(ph_job_t *job, void (*fn)(ph_job_t *job, void *flow), void *flow)
{
    PH_CHECK(job->alive);
    push_call(job, 0, fn, flow);
}

/* ---- background work ---- */

static void run_work(void *ctx)
{
    ph_job_work_t *work = ctx;
    work->run(work->ctx);
}

static void work_done(void *ctx)
{
    ph_job_work_t *work = ctx;
    if (!work->overseer) {
        work->dispose(work->ctx);
        ph_mem_free(work);
        return;
    }
    *work->link = work->next;
    if (work->next)
        work->next->link = work->link;
    ph_item_t *item = ph_item_new(ITEM_WORK, work->job);
    item->work = work;
    ph_job_unref(work->job);
    ph_queue_push(&work->job->self->ready, item);
    ph_subsystem_wake(work->job->self);
}

void ph_job_work(ph_job_t *job, uint64_t cost_us, void (*run)(void *ctx), void (*done)(ph_job_t *job, void *ctx),
                 void (*dispose)(void *ctx), void *ctx)
{
    PH_CHECK(job->alive);
    ph_overseer_t *overseer = job->self->overseer;
    ph_job_work_t *work = ph_mem_alloc(NULL, sizeof *work);
    *work = (ph_job_work_t){.next = overseer->works,
                            .link = &overseer->works,
                            .overseer = overseer,
                            .job = ph_job_ref(job),
                            .run = run,
                            .done = done,
                            .dispose = dispose,
                            .ctx = ctx};
    if (work->next)
        work->next->link = &work->next;
    overseer->works = work;
    ph_env_work(overseer->env, cost_us, run_work, work_done, work);
}

void ph_job_work_orphan(ph_overseer_t *overseer)
{
    for (ph_job_work_t *work = overseer->works, *next; work; work = next) {
        next = work->next;
        work->overseer = NULL;
        ph_job_unref(work->job);
        work->job = NULL;
    }
    overseer->works = NULL;
}

/* ---- joins ---- */

ph_join_t *ph_join_new(ph_job_t *job, void (*fn)(ph_job_t *job, void *flow), void *flow)
{
    ph_join_t *join = ph_arena_alloc(job->arena, sizeof *join);
    *join = (ph_join_t){.job = job, .fn = fn, .flow = flow};
    return join;
}

static void join_maybe(ph_join_t *join)
{
    if (join->closed && join->outstanding == 0)
        ph_job_later(join->job, join->fn, join->flow);
}

void ph_join_add(ph_join_t *join)
{
    PH_CHECK(!join->closed);
    join->outstanding++;
}

void ph_join_done(ph_join_t *join)
{
    PH_CHECK(join->outstanding > 0);
    join->outstanding--;
    join_maybe(join);
}

void ph_join_close(ph_join_t *join)
{
    PH_CHECK(!join->closed);
    join->closed = true;
    join_maybe(join);
}

void ph_job_keep_reply(ph_job_t *job)
{
    ph_rc_t *reply = job->self->reply;
    PH_CHECK(reply != NULL);
    ph_arena_defer(job->arena, ph_rc_unref, ph_rc_ref(reply));
}
