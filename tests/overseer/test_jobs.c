/* Jobs: keys, children, memory, timers, background work, joins. */
#include "stage.h"

/* ---- jobs ---- */

static void jobs_have_keys_and_end_with_their_children(void **state)
{
    stage_t *stage = *state;
    ph_subsystem_t *self = self_of(stage, ALPHA);
    ph_subsystem_stats_t stats;
    ph_hash_t one = hash(1), two = hash(2);
    int alive = 3;
    ph_job_t *a = ph_job_start(self, &one, 16), *b = ph_job_start(self, &two, 0);
    ph_job_t *child = ph_job_child(a, 8), *grandchild = ph_job_child(child, 8);
    assert_int_equal(((uint8_t *)ph_job_state(a))[15], 0);
    ph_arena_defer(ph_job_arena(a), count_down, &alive);
    ph_arena_defer(ph_job_arena(child), count_down, &alive);
    ph_arena_defer(ph_job_arena(grandchild), count_down, &alive);
    assert_ptr_equal(ph_job_find(self, &one), a);
    assert_memory_equal(ph_job_key(grandchild), &one, 32);
    size_t at = 0;
    assert_ptr_equal(ph_job_next(self, &at), a);
    assert_ptr_equal(ph_job_next(self, &at), b);
    assert_null(ph_job_next(self, &at));
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.jobs_now, 5); /* and the root */
    ph_job_end(a);
    assert_int_equal(alive, 0);
    assert_null(ph_job_find(self, &one));
    assert_ptr_equal(ph_job_find(self, &two), b);
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.jobs_now, 2);
    a = ph_job_start(self, &one, 0); /* the key is free again */
    assert_ptr_equal(ph_job_find(self, &one), a);
}

/* A job that ends in its own turn keeps its memory to the end of the turn. */
static void end_and_touch(ph_job_t *job, void *flow)
{
    int *memory = ph_job_state(job);
    ph_job_end(job);
    *memory = 5;
    note(flow, "touched%d", *memory);
}

static void a_job_may_end_in_its_own_turn(void **state)
{
    stage_t *stage = *state;
    ph_hash_t key = hash(1);
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, sizeof(int));
    ph_job_later(job, end_and_touch, &stage->actors[ALPHA]);
    settle(stage);
    assert_log(stage, ALPHA, "touched5");
    assert_null(ph_job_find(self_of(stage, ALPHA), &key));
}

static void timers_run_once_and_end_with_their_job(void **state)
{
    stage_t *stage = *state;
    actor_t *alpha = &stage->actors[ALPHA];
    ph_hash_t key = hash(1);
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, 0);
    ph_job_after(job, 10, note_tick, alpha);
    uint64_t cancelled = ph_job_after(job, 10, note_tick, alpha);
    ph_job_after(job, 30, note_tick, alpha);
    ph_job_cancel(job, cancelled);
    ph_job_cancel(job, 0);
    wait_ms(stage, 9);
    assert_log(stage, ALPHA, "");
    wait_ms(stage, 1);
    assert_log(stage, ALPHA, "tick");
    ph_job_cancel(job, cancelled); /* harmless */
    ph_job_end(job);
    wait_ms(stage, 100);
    assert_log(stage, ALPHA, "tick");
}

typedef struct cancelling {
    actor_t *actor;
    uint64_t other;
} cancelling_t;

static void tick_and_cancel(ph_job_t *job, void *flow)
{
    cancelling_t *c = flow;
    note(c->actor, "first");
    ph_job_cancel(job, c->other);
}

/* Both fire at the same instant; the first one cancels the second, whose turn has not come yet. */
static void a_timer_can_be_cancelled_after_it_fired(void **state)
{
    stage_t *stage = *state;
    cancelling_t c = {&stage->actors[ALPHA], 0};
    ph_job_t *root = ph_root_job(self_of(stage, ALPHA));
    ph_job_after(root, 10, tick_and_cancel, &c);
    c.other = ph_job_after(root, 10, note_tick, c.actor);
    wait_ms(stage, 20);
    assert_log(stage, ALPHA, "first");
}

/* ---- background work ---- */

typedef struct work {
    actor_t *actor;
    int runs, dones, disposed;
} work_t;

static void work_run(void *ctx)
{
    ((work_t *)ctx)->runs++;
}
static void work_done(ph_job_t *job, void *ctx)
{
    (void)job;
    ((work_t *)ctx)->dones++;
}
static void work_dispose(void *ctx)
{
    ((work_t *)ctx)->disposed++;
}

static void background_work_comes_back(void **state)
{
    stage_t *stage = *state;
    work_t work = {0};
    ph_job_work(ph_root_job(self_of(stage, ALPHA)), 5000, work_run, work_done, work_dispose, &work);
    wait_ms(stage, 4);
    assert_int_equal(work.dones, 0);
    wait_ms(stage, 1);
    assert_int_equal(work.runs, 1);
    assert_int_equal(work.dones, 1);
    assert_int_equal(work.disposed, 1);
}

static void work_of_a_dead_job_is_disposed_of(void **state)
{
    stage_t *stage = *state;
    work_t work = {0};
    ph_hash_t key = hash(1);
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, 0);
    ph_job_work(job, 5000, work_run, work_done, work_dispose, &work);
    ph_job_end(job);
    wait_ms(stage, 10);
    assert_int_equal(work.runs, 1);
    assert_int_equal(work.dones, 0);
    assert_int_equal(work.disposed, 1);
}

static void work_outlives_the_overseer(void **state)
{
    stage_t *stage = stage_new(7);
    work_t work = {0}, never = {0};
    (void)state;
    stage_start(stage);
    ph_job_work(ph_root_job(self_of(stage, ALPHA)), 5000, work_run, work_done, work_dispose, &work);
    ph_job_work(ph_root_job(self_of(stage, BETA)), 9000, work_run, work_done, work_dispose, &never);
    ph_overseer_free(stage->overseer);
    stage->overseer = NULL;
    wait_ms(stage, 6);
    assert_int_equal(work.dones, 0);
    assert_int_equal(work.disposed, 1);
    ph_world_free(stage->world); /* what is under way is given back at the latest now */
    assert_int_equal(never.dones, 0);
    assert_int_equal(never.disposed, 1);
    ph_mem_free(stage);
}

/* ---- joins ---- */

static void joins_wait_for_all(void **state)
{
    stage_t *stage = *state;
    actor_t *alpha = &stage->actors[ALPHA];
    ph_join_t *join = ph_join_new(ph_root_job(self_of(stage, ALPHA)), note_tick, alpha);
    ph_join_add(join);
    ph_join_add(join);
    ph_join_done(join);
    ph_join_done(join); /* all there, but more may come */
    settle(stage);
    assert_log(stage, ALPHA, "");
    ph_join_add(join);
    ph_join_close(join);
    settle(stage);
    assert_log(stage, ALPHA, "");
    ph_join_done(join);
    settle(stage);
    assert_log(stage, ALPHA, "tick");
    join = ph_join_new(ph_root_job(self_of(stage, ALPHA)), note_tick, alpha);
    ph_join_close(join); /* nothing to wait for */
    settle(stage);
    assert_log(stage, ALPHA, "tick tick");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(jobs_have_keys_and_end_with_their_children, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_may_end_in_its_own_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(timers_run_once_and_end_with_their_job, setup, teardown),
        cmocka_unit_test_setup_teardown(a_timer_can_be_cancelled_after_it_fired, setup, teardown),
        cmocka_unit_test_setup_teardown(background_work_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(work_of_a_dead_job_is_disposed_of, setup, teardown),
        cmocka_unit_test(work_outlives_the_overseer),
        cmocka_unit_test_setup_teardown(joins_wait_for_all, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
