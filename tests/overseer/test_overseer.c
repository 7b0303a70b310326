/* Signals, messages, questions, back pressure, the end. */
#include "stage.h"

/* ---- questions by callbacks of a test's own ---- */

typedef struct answer {
    unsigned came;
    ph_err_t err;
    uint64_t value;
    ph_job_t *job;
} answer_t;

static void take_answer(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply)
{
    answer_t *answer = flow;
    (void)fn;
    answer->came++;
    answer->err = err;
    answer->job = job;
    if (reply)
        answer->value = *(const uint64_t *)reply;
    else
        assert_int_not_equal(err, PH_OK);
}

static void ask(ph_job_t *job, uint8_t to, uint64_t number, answer_t *answer)
{
    ph_overseer_ask(job, to, ASK, &number, answer, NULL, take_answer);
}

/* ---- signals and leaves ---- */

static void start_and_initial_leaves(void **state)
{
    stage_t *stage = stage_new(7);
    (void)state;
    ph_leaf_t leaves[] = {{hash(4), 4}, {hash(5), 5}};
    ph_overseer_start(stage->overseer, leaves, 2);
    assert_log(stage, ALPHA, ""); /* not in the call that caused it */
    settle(stage);
    for (uint8_t i = 0; i < ACTORS; i++)
        assert_log(stage, i, "start leaves +4 leaves +5");
    ph_leaf_t out[3];
    assert_int_equal(ph_overseer_leaves(stage->overseer, out, 3), 2);
    assert_int_equal(out[1].number, 5);
    stage_free(stage);
}

static void import_replaces_the_parent(void **state)
{
    stage_t *stage = *state;
    import(stage, 1, 1, 0);
    import(stage, 2, 2, 1);
    settle(stage);
    assert_log(stage, BETA, "leaves +1 leaves +2 -1");
    import(stage, 2, 2, 1); /* known */
    settle(stage);
    assert_log(stage, BETA, "leaves +1 leaves +2 -1");
    import(stage, 9, 2, 1); /* a fork: its parent is a leaf no more, the other leaf stays */
    settle(stage);
    assert_log(stage, BETA, "leaves +1 leaves +2 -1 leaves +9");
    assert_int_equal(ph_overseer_leaves(stage->overseer, NULL, 0), 2);
}

static void finality_comes_before_the_leaves_it_ends(void **state)
{
    stage_t *stage = *state;
    import(stage, 1, 1, 0);
    import(stage, 2, 1, 0);
    import(stage, 3, 3, 100);
    import(stage, 4, 2, 101);
    settle(stage);
    stage->actors[ALPHA].log[0] = 0;
    ph_overseer_block_finalized(stage->overseer, &(ph_leaf_t){hash(4), 2});
    settle(stage);
    assert_log(stage, ALPHA, "final4 leaves -1 -2"); /* 3 is higher, 4 is the block */
    stage->actors[ALPHA].log[0] = 0;
    ph_overseer_block_finalized(stage->overseer, &(ph_leaf_t){hash(4), 2});
    settle(stage);
    assert_log(stage, ALPHA, "final4"); /* no empty update */
}

static void signals_come_before_messages(void **state)
{
    stage_t *stage = *state;
    tell(stage, ALPHA, BETA, 1);
    tell(stage, ALPHA, BETA, 2);
    import(stage, 1, 1, 0);
    settle(stage);
    assert_log(stage, BETA, "leaves +1 tell1 tell2");
}

/* Beta keeps the question and answers it when told to. */
static ph_msg_t *kept;

static ph_err_t keep_questions(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor, (void)self;
    if (in->kind == PH_IN_MESSAGE && ph_msg_kind(in->msg) == ASK)
        kept = ph_msg_ref(in->msg);
    return PH_OK;
}

static void note_reply(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply)
{
    (void)fn, (void)job;
    note(flow, "reply%d:%llu", err, reply ? (unsigned long long)*(const uint64_t *)reply : 0ull);
}

static void replies_and_ticks_come_before_messages(void **state)
{
    stage_t *stage = *state;
    actor_t *alpha = &stage->actors[ALPHA];
    stage->actors[BETA].script = keep_questions;
    uint64_t n = 7, answer = 8;
    ph_overseer_ask(ph_root_job(self_of(stage, ALPHA)), BETA, ASK, &n, alpha, NULL, note_reply);
    settle(stage);
    tell(stage, GAMMA, ALPHA, 1);
    tell(stage, GAMMA, ALPHA, 2);
    ph_overseer_reply(self_of(stage, BETA), kept, &answer);
    ph_msg_unref(kept);
    ph_job_later(ph_root_job(self_of(stage, ALPHA)), note_tick, alpha);
    settle(stage);
    assert_log(stage, ALPHA, "reply0:8 tick tell1 tell2");
}

/* ---- questions ---- */

static ph_err_t answer_double(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor;
    if (in->kind == PH_IN_MESSAGE && ph_msg_kind(in->msg) == ASK) {
        uint64_t twice = 2 * *(const uint64_t *)ph_msg_payload(in->msg);
        ph_overseer_reply(self, in->msg, &twice);
    }
    return PH_OK;
}

static void a_question_is_answered(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    stage->actors[BETA].script = answer_double;
    ask(ph_root_job(self_of(stage, ALPHA)), BETA, 21, &answer);
    assert_int_equal(answer.came, 0);
    settle(stage);
    assert_int_equal(answer.came, 1);
    assert_int_equal(answer.err, PH_OK);
    assert_int_equal(answer.value, 42);
    assert_ptr_equal(answer.job, ph_root_job(self_of(stage, ALPHA)));
}

static void an_answer_that_is_shared_already_is_not_copied(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    uint64_t value = 5;
    stage->actors[BETA].script = keep_questions;
    ask(ph_root_job(self_of(stage, ALPHA)), BETA, 1, &answer);
    settle(stage);
    ph_rc_t *rc = ph_rc_new(&number_type, &value);
    ph_overseer_reply_shared(self_of(stage, BETA), kept, rc);
    ph_rc_unref(rc);
    ph_msg_unref(kept);
    settle(stage);
    assert_int_equal(answer.value, 5);
}

static void a_question_dropped_is_cancelled(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    ask(ph_root_job(self_of(stage, ALPHA)), BETA, 1, &answer); /* beta's handler just returns */
    settle(stage);
    assert_int_equal(answer.came, 1);
    assert_int_equal(answer.err, PH_ERR_CANCELLED);
}

static void nobody_installed_swallows_and_refuses(void **state)
{
    stage_t *stage = stage_new(1u << ALPHA);
    answer_t answer = {0};
    (void)state;
    stage_start(stage);
    tell(stage, ALPHA, BETA, 1);
    ask(ph_root_job(self_of(stage, ALPHA)), BETA, 1, &answer);
    settle(stage);
    assert_int_equal(answer.came, 1);
    assert_int_equal(answer.err, PH_ERR_UNSUPPORTED);
    stage_free(stage);
}

static void a_reply_to_a_dead_job_is_dropped_and_counted(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    uint64_t value = 9;
    ph_subsystem_stats_t stats;
    ph_hash_t key = hash(1);
    stage->actors[BETA].script = keep_questions;
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, 8);
    ask(job, BETA, 1, &answer);
    settle(stage);
    ph_job_end(job);
    ph_overseer_reply(self_of(stage, BETA), kept, &value);
    ph_msg_unref(kept);
    settle(stage);
    assert_int_equal(answer.came, 0);
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.replies_dropped, 1);

    /* Also when the job ends after the reply was queued. */
    job = ph_job_start(self_of(stage, ALPHA), &key, 8);
    ask(job, BETA, 2, &answer);
    settle(stage);
    ph_overseer_reply(self_of(stage, BETA), kept, &value);
    ph_msg_unref(kept);
    ph_job_end(job);
    settle(stage);
    assert_int_equal(answer.came, 0);
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.replies_dropped, 2);
}

/* ---- back pressure ---- */

static ph_err_t burst(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    if (in->kind != PH_IN_MESSAGE || *(const uint64_t *)ph_msg_payload(in->msg) != 100)
        return PH_OK;
    for (uint64_t i = 1; i <= 5; i++)
        ph_overseer_send(self, BETA, TELL, &i);
    uint64_t six = 6;
    ph_overseer_send(self, GAMMA, TELL, &six); /* waits behind what waits for beta */
    (void)actor;
    return PH_OK;
}

/* Beta is busy with something that makes it take no messages: a send of its own that cannot be delivered. Here simply:
 * its turn has not come, since alpha's whole burst is one turn. */
static void a_full_mailbox_makes_the_sender_wait(void **state)
{
    stage_t *stage = *state;
    ph_subsystem_stats_t stats;
    stage->actors[ALPHA].script = burst;
    tell(stage, GAMMA, ALPHA, 100);
    tell(stage, GAMMA, ALPHA, 101);
    settle(stage);
    assert_log(stage, ALPHA, "tell100 tell101");
    assert_log(stage, BETA, "tell1 tell2 tell3 tell4 tell5");
    assert_log(stage, GAMMA, "tell6");
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.blocked_sends, 3);
    ph_overseer_stats(stage->overseer, BETA, &stats);
    assert_int_equal(stats.queue_most, CAPACITY);
    assert_int_equal(stats.messages_in, 5);
    assert_int_equal(stats.queue_now, 0);
}

/* What reaches alpha while its sends wait. */
static ph_err_t burst_and_tick(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    if (in->kind == PH_IN_MESSAGE && *(const uint64_t *)ph_msg_payload(in->msg) == 100) {
        burst(actor, self, in);
        ph_job_later(ph_root_job(self), note_tick, actor);
        import(actor->stage, 1, 1, 0);
    }
    return PH_OK;
}

static void while_it_waits_a_sender_hears_signals_and_ticks_only(void **state)
{
    stage_t *stage = *state;
    stage->actors[ALPHA].script = burst_and_tick;
    tell(stage, GAMMA, ALPHA, 100);
    tell(stage, GAMMA, ALPHA, 101);
    settle(stage);
    assert_log(stage, ALPHA, "tell100 leaves +1 tick tell101");
    assert_log(stage, BETA, "leaves +1 tell1 tell2 tell3 tell4 tell5");
}

/* Alpha and beta flood each other: only beta's route is unbounded, so both get through. */
static ph_err_t flood_back(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor;
    if (in->kind == PH_IN_MESSAGE)
        for (uint64_t i = 0; i < 4; i++)
            ph_overseer_send(self, ALPHA, TELL, &i);
    return PH_OK;
}

static void unbounded_routes_break_cycles(void **state)
{
    stage_t *stage = *state;
    ph_subsystem_stats_t alpha, beta;
    stage->actors[ALPHA].script = burst;
    stage->actors[BETA].script = flood_back;
    tell(stage, GAMMA, ALPHA, 100);
    settle(stage);
    ph_overseer_stats(stage->overseer, ALPHA, &alpha);
    ph_overseer_stats(stage->overseer, BETA, &beta);
    assert_int_equal(beta.messages_in, 5);
    assert_int_equal(beta.blocked_sends, 0);
    assert_int_equal(alpha.messages_in, 1 + 5 * 4);
    assert_true(alpha.queue_most > CAPACITY);
    assert_int_equal(alpha.queue_now + beta.queue_now, 0);
}

static ph_err_t ping(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    uint64_t left = in->kind == PH_IN_MESSAGE ? *(const uint64_t *)ph_msg_payload(in->msg) : 0;
    actor->log[0] = 0;
    if (left-- > 1)
        ph_overseer_send(self, actor->id == ALPHA ? BETA : ALPHA, TELL, &left);
    return PH_OK;
}

static void a_long_run_is_cut_into_bursts_and_goes_on(void **state)
{
    stage_t *stage = *state;
    ph_subsystem_stats_t stats;
    stage->actors[ALPHA].script = stage->actors[BETA].script = ping;
    tell(stage, GAMMA, ALPHA, 2001);
    uint64_t before = ph_world_events(stage->world);
    settle(stage);
    ph_overseer_stats(stage->overseer, ALPHA, &stats);
    assert_int_equal(stats.messages_in, 1001);
    assert_true(ph_world_events(stage->world) - before >= 2000 / 256);
}

/* ---- the end ---- */

static ph_err_t fail_on_message(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor, (void)self;
    return in->kind == PH_IN_MESSAGE ? PH_ERR_FULL : PH_OK;
}

static void a_failed_subsystem_ends_the_node(void **state)
{
    stage_t *stage = *state;
    stage->actors[BETA].script = stage->actors[GAMMA].script = fail_on_message;
    tell(stage, ALPHA, BETA, 1);
    tell(stage, ALPHA, GAMMA, 2);
    settle(stage);
    assert_int_equal(stage->failures, 1);
    assert_string_equal(stage->failed, "beta");
    assert_int_equal(stage->failed_with, PH_ERR_FULL);
    assert_log(stage, GAMMA, ""); /* no further turns */
    ph_overseer_conclude(stage->overseer);
    assert_log(stage, ALPHA, "conclude");
    assert_log(stage, BETA, "tell1 conclude");
    assert_log(stage, GAMMA, "conclude"); /* Conclude stands before the message, which is dropped */
    assert_int_equal(stage->failures, 1);
}

static ph_err_t fail_on_conclude(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor, (void)self;
    return in->kind == PH_IN_CONCLUDE ? PH_ERR_IO : PH_OK;
}

static void a_failure_while_concluding_stops_nobody(void **state)
{
    stage_t *stage = *state;
    for (size_t i = 0; i < ACTORS; i++)
        stage->actors[i].script = fail_on_conclude;
    ph_overseer_conclude(stage->overseer);
    for (uint8_t i = 0; i < ACTORS; i++)
        assert_log(stage, i, "conclude");
    assert_int_equal(stage->failures, 0);
}

/* The last words: what is sent while concluding may be lost, but a question is told so. */
static answer_t last_answer;

static ph_err_t ask_at_the_end(actor_t *actor, ph_subsystem_t *self, const ph_input_t *in)
{
    (void)actor;
    if (in->kind == PH_IN_CONCLUDE)
        ask(ph_root_job(self), BETA, 1, &last_answer);
    return PH_OK;
}

static void conclude_ends_all_jobs_and_empties_all_queues(void **state)
{
    stage_t *stage = *state;
    ph_subsystem_stats_t stats;
    answer_t answer = {0};
    int alive = 2;
    ph_hash_t key = hash(1);
    stage->actors[ALPHA].script = ask_at_the_end;
    stage->actors[GAMMA].script = keep_questions;
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, 0), *other = ph_job_start(self_of(stage, BETA), &key, 0);
    ph_arena_defer(ph_job_arena(job), count_down, &alive);
    ph_arena_defer(ph_job_arena(other), count_down, &alive);
    ph_job_after(job, 5, note_tick, &stage->actors[ALPHA]);
    ask(job, GAMMA, 1, &answer);
    settle(stage);
    for (uint64_t i = 0; i < 10; i++)
        tell(stage, ALPHA, BETA, i);
    import(stage, 1, 1, 0);
    ph_overseer_conclude(stage->overseer);
    assert_int_equal(alive, 0);
    assert_log(stage, BETA, "leaves +1 conclude");
    assert_int_equal(answer.came + last_answer.came, 0);
    for (uint8_t i = 0; i < ACTORS; i++) {
        ph_overseer_stats(stage->overseer, i, &stats);
        assert_int_equal(stats.jobs_now, 0);
        assert_int_equal(stats.queue_now, 0);
        assert_false(stage->actors[i].destroyed);
    }
    uint64_t late = 1;
    ph_overseer_reply(self_of(stage, GAMMA), kept, &late); /* to nobody */
    ph_msg_unref(kept);
    import(stage, 2, 2, 1);
    ph_overseer_block_finalized(stage->overseer, &(ph_leaf_t){hash(2), 2});
    ph_overseer_conclude(stage->overseer); /* again: nothing */
    wait_ms(stage, 100);
    assert_log(stage, BETA, "leaves +1 conclude");
    ph_overseer_free(stage->overseer);
    stage->overseer = NULL;
    assert_true(stage->actors[ALPHA].destroyed && stage->actors[BETA].destroyed && stage->actors[GAMMA].destroyed);
}

static void it_can_be_freed_with_everything_under_way(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    ph_hash_t key = hash(1);
    stage->actors[BETA].script = keep_questions;
    ph_job_t *job = ph_job_start(self_of(stage, ALPHA), &key, 0);
    ask(job, BETA, 1, &answer);
    settle(stage);
    ph_arena_defer(ph_job_arena(ph_job_start(self_of(stage, BETA), &key, 0)), (void (*)(void *))ph_msg_unref, kept);
    for (uint64_t i = 0; i < 10; i++)
        tell(stage, ALPHA, BETA, i);
    ask(job, GAMMA, 2, &answer);
    ph_job_after(job, 5, note_tick, &stage->actors[ALPHA]);
    ph_job_later(job, note_tick, &stage->actors[ALPHA]);
    import(stage, 1, 1, 0);
    ph_overseer_free(stage->overseer); /* without Conclude, as when the process dies; the sanitizer counts the memory */
    stage->overseer = NULL;
    wait_ms(stage, 100);
    assert_int_equal(answer.came, 0);
    assert_log(stage, ALPHA, "");
}

/* ---- our own mistakes abort ---- */

static jmp_buf aborted;
static char abort_text[200];

static void abort_hook(const char *what, const char *file, int line)
{
    (void)file, (void)line;
    snprintf(abort_text, sizeof abort_text, "%s", what);
    longjmp(aborted, 1);
}

#define assert_aborts(statement, text)                                                                                 \
    do {                                                                                                               \
        ph_set_abort_hook(abort_hook);                                                                                 \
        if (setjmp(aborted) == 0) {                                                                                    \
            statement;                                                                                                 \
            ph_set_abort_hook(NULL);                                                                                   \
            fail_msg("did not abort: %s", #statement);                                                                 \
        }                                                                                                              \
        ph_set_abort_hook(NULL);                                                                                       \
        if (!strstr(abort_text, text))                                                                                 \
            fail_msg("aborted for: %s", abort_text);                                                                   \
    } while (0)

static void undeclared_routes_abort(void **state)
{
    stage_t *stage = *state;
    assert_aborts(tell(stage, BETA, GAMMA, 1), "undeclared route");
    assert_aborts(tell(stage, GAMMA, BETA, 1), "undeclared route");
    static const ph_route_t wild[] = {{9, TELL, false}}, unknown[] = {{ALPHA, 7, false}};
    const ph_subsystem_info_t to_nobody[] = {{"alpha", 1, 2, 1, messages, wild}},
                              of_no_kind[] = {{"alpha", 1, 2, 1, messages, unknown}};
    assert_aborts(ph_overseer_new(stage->env, &(ph_overseer_config_t){to_nobody, 1, on_failed, stage}),
                  "subsystem_count");
    assert_aborts(ph_overseer_new(stage->env, &(ph_overseer_config_t){of_no_kind, 1, on_failed, stage}),
                  "message_count");
}

static void a_second_reply_aborts(void **state)
{
    stage_t *stage = *state;
    answer_t answer = {0};
    uint64_t value = 1;
    stage->actors[BETA].script = keep_questions;
    ask(ph_root_job(self_of(stage, ALPHA)), BETA, 1, &answer);
    settle(stage);
    ph_overseer_reply(self_of(stage, BETA), kept, &value);
    assert_aborts(ph_overseer_reply(self_of(stage, BETA), kept, &value), "replied");
    ph_msg_unref(kept);
    settle(stage);
    assert_int_equal(answer.came, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_and_initial_leaves),
        cmocka_unit_test_setup_teardown(import_replaces_the_parent, setup, teardown),
        cmocka_unit_test_setup_teardown(finality_comes_before_the_leaves_it_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(signals_come_before_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(replies_and_ticks_come_before_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_is_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_that_is_shared_already_is_not_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_dropped_is_cancelled, setup, teardown),
        cmocka_unit_test(nobody_installed_swallows_and_refuses),
        cmocka_unit_test_setup_teardown(a_reply_to_a_dead_job_is_dropped_and_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_mailbox_makes_the_sender_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(while_it_waits_a_sender_hears_signals_and_ticks_only, setup, teardown),
        cmocka_unit_test_setup_teardown(unbounded_routes_break_cycles, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_run_is_cut_into_bursts_and_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_subsystem_ends_the_node, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failure_while_concluding_stops_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(conclude_ends_all_jobs_and_empties_all_queues, setup, teardown),
        cmocka_unit_test_setup_teardown(it_can_be_freed_with_everything_under_way, setup, teardown),
        cmocka_unit_test_setup_teardown(undeclared_routes_abort, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_reply_aborts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
