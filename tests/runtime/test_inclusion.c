/* Backing, availability, enactment, time-outs; and every error that ParaInclusion can give, by its name.
 *
 * Not in the table: ValidatorIndexOutOfBounds is declared by the pallet and raised nowhere; InvalidGroupIndex needs a
 * group index that is not below the number of groups, and the rotation takes it modulo that number.
 */
#include "support/rt_para.h"

#include "runtime/dmp.h"

/* ---- the good course ---- */

static void back_one(para_world_t *w, uint32_t para, uint32_t core)
{
    pw_begin(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    ph_committed_candidate_receipt_t c = pw_candidate(w, para, core);
    ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, core, 2));
    assert_int_equal(pw_enter(w, &data), PH_OK);
}

static void test_backed_then_included(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    pw_pass(w, 1);
    back_one(w, 2001, 1);
    assert_int_equal(pw_pending(w, 2001), 1);
    assert_int_equal(pw_events(w, PH_PALLET_PARA_INCLUSION, PH_EVENT_PARA_INCLUSION_CANDIDATE_BACKED), 1);
    pw_end(w);

    pw_begin(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    pw_bitfields(w, &data, 4, 1u << 1); /* 5 of 6 are needed */
    assert_int_equal(pw_enter(w, &data), PH_OK);
    assert_int_equal(pw_pending(w, 2001), 1);
    pw_end(w);

    pw_begin(w);
    data = pw_data(w);
    ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 5, 1u << 1)); /* votes add up over blocks */
    assert_int_equal(pw_enter(w, &data), PH_OK);
    assert_int_equal(pw_pending(w, 2001), 0);
    assert_true(pw_head_is(w, 2001, "head of 2001 at 1"));
    assert_int_equal(pw_events(w, PH_PALLET_PARA_INCLUSION, PH_EVENT_PARA_INCLUSION_CANDIDATE_INCLUDED), 1);
    ph_block_number_t context;
    assert_true(ph_paras_most_recent_context_get(w->rt, pw_para(2001), &context));
    assert_int_equal(context, 1);
    pw_end(w);
    pw_close(w);
}

/* A core is filled again in the block that frees it. */
static void test_enacted_and_backed_in_one_block(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_pass(w, 1);
    for (int i = 0; i < 4; i++) {
        pw_begin(w);
        ph_parachains_inherent_data_t data = pw_data(w);
        pw_bitfields(w, &data, i > 0 ? 3 : 0, 1);
        /* the candidate builds on the head that this block's bitfields make the included one */
        ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 0, 3));
        assert_int_equal(pw_enter(w, &data), PH_OK);
        assert_int_equal(pw_pending(w, 2000), 1);
        pw_end(w);
    }
    assert_true(pw_head_is(w, 2000, "head of 2000 at 3"));
    pw_close(w);
}

static void test_timeout_frees_the_core(void **state)
{
    (void)state;
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.max_validators_per_core.some = false;
    config.scheduler_params.group_rotation_frequency = 8;
    config.scheduler_params.paras_availability_period = 4;
    pw_genesis(&w, &config, 3, 1);
    pw_pass(&w, 1);
    back_one(&w, 2000, 0); /* in block 2; rotations at 1, 9, 17 */
    pw_end(&w);
    while (ph_now(w.rt) < 7) {
        pw_pass(&w, 1);
        assert_int_equal(pw_pending(&w, 2000), 1); /* old enough since 6, but not looked at before the rotation */
    }
    pw_begin(&w); /* 8: the next block is the first after a rotation */
    ph_parachains_inherent_data_t data = pw_data(&w);
    assert_int_equal(pw_enter(&w, &data), PH_OK);
    assert_int_equal(pw_pending(&w, 2000), 0);
    assert_int_equal(pw_events(&w, PH_PALLET_PARA_INCLUSION, PH_EVENT_PARA_INCLUSION_CANDIDATE_TIMED_OUT), 1);
    assert_true(pw_head_is(&w, 2000, "genesis head of 2000"));
    pw_end(&w);
    pw_close(&w);
}

static void test_session_change_drops_what_is_pending(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_pass(w, 1);
    back_one(w, 2000, 0);
    pw_announce_session(w);
    pw_end(w);
    assert_int_equal(pw_pending(w, 2000), 0);
    pw_close(w);
}

/* While a session change waits for the end of the block, no candidate may be backed. */
static void test_nothing_is_backed_before_a_session(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_pass(w, 1);
    pw_begin(w);
    pw_announce_session(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
    ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 0, 2));
    assert_int_equal(pw_enter(w, &data), PH_PARA_INHERENT_ERR_INHERENT_DATA_FILTERED_DURING_EXECUTION);
    pw_close(w);
}

/* Two cores for one para: a chain of two candidates; only an available front is enacted. */
static void test_two_cores_for_a_para(void **state)
{
    (void)state;
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.max_validators_per_core.some = false;
    pw_genesis(&w, &config, 6, 1);
    assert_int_equal(ph_scheduler_assign_coretime(w.rt, pw_para(2000)), PH_OK);
    pw_begin(&w);
    pw_announce_session(&w);
    ph_parachains_inherent_data_t data = pw_data(&w);
    assert_int_equal(pw_enter(&w, &data), PH_OK);
    pw_end(&w);
    pw_pass(&w, 1);
    pw_begin(&w);
    data = pw_data(&w);
    ph_committed_candidate_receipt_t first = pw_candidate(&w, 2000, 0), second = pw_candidate(&w, 2000, 1);
    ph_persisted_validation_data_t on_first = {.parent_head = first.commitments.head_data,
                                               .relay_parent_number = w.parent.number,
                                               .relay_parent_storage_root = w.parent.state_root,
                                               .max_pov_size = config.max_pov_size};
    second.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&on_first);
    second.commitments.head_data.v = pw_text("second head");
    second.descriptor.para_head = ph_hash_of_head(second.commitments.head_data);
    /* a para with several cores says by a signal which one a candidate is for */
    ph_bytes_t signals[2][2];
    for (int i = 0; i < 2; i++) {
        ph_ump_signal_t signal = {.kind = PH_UMP_SIGNAL_SELECT_CORE, .select_core = {{(uint8_t)i}, {0}}};
        ph_writer_t out = ph_writer_in(w.rt->arena);
        ph_ump_signal_encode(&out, &signal);
        signals[i][0] = (ph_bytes_t){0};
        signals[i][1] = ph_writer_bytes(&out);
    }
    first.commitments.upward_messages = (ph_upward_messages_t){.items = signals[0], .count = 2};
    second.commitments.upward_messages = (ph_upward_messages_t){.items = signals[1], .count = 2};
    ph_vec_push(w.rt, &data.backed_candidates, pw_back(&w, &first, 0, 2));
    ph_vec_push(w.rt, &data.backed_candidates, pw_back(&w, &second, 1, 2));
    assert_int_equal(pw_enter(&w, &data), PH_OK);
    assert_int_equal(pw_pending(&w, 2000), 2);
    pw_end(&w);

    pw_begin(&w);
    data = pw_data(&w);
    pw_bitfields(&w, &data, 6, 2); /* the second one alone */
    assert_int_equal(pw_enter(&w, &data), PH_OK);
    assert_int_equal(pw_pending(&w, 2000), 2);
    pw_end(&w);

    pw_begin(&w);
    data = pw_data(&w);
    pw_bitfields(&w, &data, 6, 1); /* now both: the second has its votes */
    assert_int_equal(pw_enter(&w, &data), PH_OK);
    assert_int_equal(pw_pending(&w, 2000), 0);
    assert_true(pw_head_is(&w, 2000, "second head"));
    pw_end(&w);
    pw_close(&w);
}

/* Should two candidates ever stand on one core, votes for it go to the one that comes first in storage. */
static void test_votes_go_to_one_candidate(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    pw_pass(w, 1);
    pw_begin(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    for (uint32_t i = 0; i < 2; i++) {
        ph_committed_candidate_receipt_t c = pw_candidate(w, 2000 + i, i);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, i, 2));
    }
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);

    pw_begin(w);
    ph_bytes_t cursor = {0};
    ph_para_id_t para[2];
    ph_vec_pending_candidate_t queue;
    for (int i = 0; i < 2; i++) {
        assert_true(ph_para_inclusion_pending_availability_next(w->rt, &cursor, &para[i], &queue));
        queue.items[0].core.v = 0;
        ph_para_inclusion_pending_availability_set(w->rt, para[i], &queue);
    }
    data = pw_data(w);
    pw_bitfields(w, &data, 6, 1);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    assert_int_equal(pw_pending(w, para[0].v), 0);
    assert_int_equal(pw_pending(w, para[1].v), 1);
    assert_true(ph_para_inclusion_pending_availability_get(w->rt, para[1], &queue));
    assert_int_equal(ph_bits_ones(queue.items[0].availability_votes), 0);
    pw_close(w);
}

/* ---- errors of a candidate's verification ---- */

typedef struct bad {
    const char *name;
    ph_err_t expected;
    void (*spoil)(para_world_t *w, ph_committed_candidate_receipt_t *c);
} bad_t;

static void spoil_relay_parent(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->descriptor.relay_parent.bytes[0] ^= 1;
}

static void spoil_session(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->descriptor.session_index.v++;
}

static void spoil_validation_data(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->descriptor.persisted_validation_data_hash.bytes[0] ^= 1;
}

static void no_code(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    ph_paras_current_code_hash_remove(w->rt, c->descriptor.para_id);
}

static void spoil_code_hash(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->descriptor.validation_code_hash.bytes[0] ^= 1;
}

static void spoil_head(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->commitments.head_data.v.len--;
}

static void set_head(para_world_t *w, ph_committed_candidate_receipt_t *c, size_t len)
{
    c->commitments.head_data.v = ph_bytes(ph_arena_alloc(w->rt->arena, len), len);
    c->descriptor.para_head = ph_hash_of_head(c->commitments.head_data);
}

static void too_large_head(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    set_head(w, c, pw_config().max_head_data_size + 1);
}

static void set_code(para_world_t *w, ph_committed_candidate_receipt_t *c, size_t len)
{
    c->commitments.new_validation_code.some = true;
    c->commitments.new_validation_code.value.v = ph_bytes(ph_arena_alloc(w->rt->arena, len), len);
}

static void too_large_code(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    set_code(w, c, pw_config().max_code_size + 1);
}

static void restricted_upgrade(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    set_code(w, c, 20);
    ph_paras_upgrade_restriction_signal_set(w->rt, c->descriptor.para_id, (ph_upgrade_restriction_t){0});
}

static void second_upgrade(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    set_code(w, c, 20);
    ph_paras_future_code_hash_set(w->rt, c->descriptor.para_id, &c->descriptor.validation_code_hash);
}

static void processed_too_many(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->commitments.processed_downward_messages = 1;
}

static void processed_none(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    ph_block_number_t now = ph_now(w->rt);
    ph_system_number_set(w->rt, now - 1); /* it was there at the relay parent */
    assert_int_equal(ph_dmp_queue(w->rt, &config, c->descriptor.para_id, pw_text("downward")), PH_DMP_QUEUED);
    ph_system_number_set(w->rt, now);
}

static void send_upward(para_world_t *w, ph_committed_candidate_receipt_t *c, size_t count, size_t len)
{
    ph_vec_alloc(w->rt, &c->commitments.upward_messages, count);
    for (size_t i = 0; i < count; i++) {
        c->commitments.upward_messages.items[i] = ph_bytes(ph_arena_alloc(w->rt->arena, len), len);
        memset(c->commitments.upward_messages.items[i].data, 1, len);
    }
}

static void too_many_upward(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    send_upward(w, c, pw_config().max_upward_message_num_per_candidate + 1, 4);
}

static void too_large_upward(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    send_upward(w, c, 1, pw_config().max_upward_message_size + 1);
}

static void offboarding_upward(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    send_upward(w, c, 1, 4);
    ph_paras_para_lifecycles_set(w->rt, c->descriptor.para_id,
                                 (ph_para_lifecycle_t){PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN});
}

static void watermark_ahead(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->commitments.hrmp_watermark++;
}

static void watermark_nowhere(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    (void)w;
    c->commitments.hrmp_watermark--;
}

static void no_channel(para_world_t *w, ph_committed_candidate_receipt_t *c)
{
    ph_vec_push(w->rt, &c->commitments.horizontal_messages,
                ((ph_outbound_hrmp_message_t){.recipient = {2001}, .data = pw_text("hi")}));
}

static const bad_t bad_candidates[] = {
    {"DisallowedRelayParent: unknown", PH_PARA_INCLUSION_ERR_DISALLOWED_RELAY_PARENT, spoil_relay_parent},
    {"DisallowedRelayParent: of another session", PH_PARA_INCLUSION_ERR_DISALLOWED_RELAY_PARENT, spoil_session},
    {"ValidationDataHashMismatch", PH_PARA_INCLUSION_ERR_VALIDATION_DATA_HASH_MISMATCH, spoil_validation_data},
    {"UnscheduledCandidate", PH_PARA_INCLUSION_ERR_UNSCHEDULED_CANDIDATE, no_code},
    {"InvalidValidationCodeHash", PH_PARA_INCLUSION_ERR_INVALID_VALIDATION_CODE_HASH, spoil_code_hash},
    {"ParaHeadMismatch", PH_PARA_INCLUSION_ERR_PARA_HEAD_MISMATCH, spoil_head},
    {"HeadDataTooLarge", PH_PARA_INCLUSION_ERR_HEAD_DATA_TOO_LARGE, too_large_head},
    {"NewCodeTooLarge", PH_PARA_INCLUSION_ERR_NEW_CODE_TOO_LARGE, too_large_code},
    {"PrematureCodeUpgrade: restricted", PH_PARA_INCLUSION_ERR_PREMATURE_CODE_UPGRADE, restricted_upgrade},
    {"PrematureCodeUpgrade: under way", PH_PARA_INCLUSION_ERR_PREMATURE_CODE_UPGRADE, second_upgrade},
    {"IncorrectDownwardMessageHandling: too many", PH_PARA_INCLUSION_ERR_INCORRECT_DOWNWARD_MESSAGE_HANDLING,
     processed_too_many},
    {"IncorrectDownwardMessageHandling: none", PH_PARA_INCLUSION_ERR_INCORRECT_DOWNWARD_MESSAGE_HANDLING,
     processed_none},
    {"InvalidUpwardMessages: too many", PH_PARA_INCLUSION_ERR_INVALID_UPWARD_MESSAGES, too_many_upward},
    {"InvalidUpwardMessages: too large", PH_PARA_INCLUSION_ERR_INVALID_UPWARD_MESSAGES, too_large_upward},
    {"InvalidUpwardMessages: offboarding", PH_PARA_INCLUSION_ERR_INVALID_UPWARD_MESSAGES, offboarding_upward},
    {"HrmpWatermarkMishandling: ahead", PH_PARA_INCLUSION_ERR_HRMP_WATERMARK_MISHANDLING, watermark_ahead},
    {"HrmpWatermarkMishandling: no messages there", PH_PARA_INCLUSION_ERR_HRMP_WATERMARK_MISHANDLING,
     watermark_nowhere},
    {"InvalidOutboundHrmp", PH_PARA_INCLUSION_ERR_INVALID_OUTBOUND_HRMP, no_channel},
};

/* In block 2, with the candidate's relay parent (block 1) allowed. */
static void expect_bad(const bad_t *bad)
{
    para_world_t *w = pw_new(2);
    pw_pass(w, 1);
    pw_begin(w);
    ph_hash_t parent = ph_hash_of_header(&w->parent);
    ph_claim_queue_t claims;
    ph_scheduler_claim_queue(w->rt, &claims);
    ph_paras_shared_new_block(w->rt, &parent, &claims, w->parent.number, 5, &w->parent.state_root,
                              ph_paras_shared_session(w->rt));
    ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
    ph_head_data_t head;
    ph_block_number_t number;
    assert_true(ph_inclusion_latest_head(w->rt, pw_para(2000), &head));
    assert_int_equal(ph_inclusion_verify(w->rt, &number, &c, head, NULL), PH_OK);
    assert_int_equal(number, 1);
    bad->spoil(w, &c);
    ph_err_t err = ph_inclusion_verify(w->rt, &number, &c, head, NULL);
    if (err != bad->expected)
        fail_msg("%s: error 0x%x, expected 0x%x", bad->name, (unsigned)err, (unsigned)bad->expected);
    pw_close(w);
}

static void test_bad_candidates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_candidates / sizeof *bad_candidates; i++)
        expect_bad(&bad_candidates[i]);
}

/* A candidate's relay parent must not be older than that of the para's last candidate. */
static void test_relay_parent_moves_backwards(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_pass(w, 1);
    back_one(w, 2000, 0);
    ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
    ph_head_data_t head;
    ph_block_number_t number, context = 2;
    assert_true(ph_inclusion_latest_head(w->rt, pw_para(2000), &head));
    assert_int_equal(ph_inclusion_verify(w->rt, &number, &c, head, NULL), PH_OK);
    assert_int_equal(ph_inclusion_verify(w->rt, &number, &c, head, &context),
                     PH_PARA_INCLUSION_ERR_DISALLOWED_RELAY_PARENT);
    pw_close(w);
}

/* ---- errors of processing ---- */

typedef struct bad_backing {
    const char *name;
    ph_err_t expected;
    void (*spoil)(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                  ph_allowed_scheduling_parents_tracker_t *t);
} bad_backing_t;

static void forget_parents(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                           ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)b, (void)core;
    t->buffer.count = 0;
}

static void no_such_core(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                         ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)b, (void)t;
    core->v = 7;
}

static void spoil_signature(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                            ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)core, (void)t;
    b->validity_votes.items[1].explicit.bytes[3] ^= 1;
}

static void vote_without_bit(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                             ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)core, (void)t;
    ph_bits_set(b->validator_indices, 1, false);
}

static void bits_of_a_larger_group(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                                   ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)t;
    ph_bits_t bits = ph_bits_new(w->rt->arena, 4);
    ph_bits_set(bits, 0, true);
    ph_bits_set(bits, 1, true);
    b->validator_indices = ph_backing_join(w->rt->arena, bits, *core);
}

static void too_few_votes(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                          ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)core, (void)t;
    b->validity_votes.count = 1;
    ph_bits_set(b->validator_indices, 1, false);
}

static void wrong_code(para_world_t *w, ph_backed_candidate_t *b, ph_core_index_t *core,
                       ph_allowed_scheduling_parents_tracker_t *t)
{
    (void)w, (void)core, (void)t;
    b->candidate.descriptor.validation_code_hash.bytes[0] ^= 1;
}

static const bad_backing_t bad_backings[] = {
    {"DisallowedSchedulingParent", PH_PARA_INCLUSION_ERR_DISALLOWED_SCHEDULING_PARENT, forget_parents},
    {"InvalidAssignment", PH_PARA_INCLUSION_ERR_INVALID_ASSIGNMENT, no_such_core},
    {"InvalidBacking: signature", PH_PARA_INCLUSION_ERR_INVALID_BACKING, spoil_signature},
    {"InvalidBacking: more votes than bits", PH_PARA_INCLUSION_ERR_INVALID_BACKING, vote_without_bit},
    {"InvalidBacking: bits of a larger group", PH_PARA_INCLUSION_ERR_INVALID_BACKING, bits_of_a_larger_group},
    {"InsufficientBacking", PH_PARA_INCLUSION_ERR_INSUFFICIENT_BACKING, too_few_votes},
    {"verification comes first", PH_PARA_INCLUSION_ERR_INVALID_VALIDATION_CODE_HASH, wrong_code},
};

static void expect_bad_backing(const bad_backing_t *bad)
{
    para_world_t *w = pw_new(1);
    pw_pass(w, 1);
    pw_begin(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    ph_allowed_scheduling_parents_tracker_t parents;
    ph_paras_shared_allowed_scheduling_parents_get(w->rt, &parents);
    ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
    ph_backed_candidate_t backed = pw_back(w, &c, 0, 2);
    ph_scheduled_candidate_t one = {.candidate = &backed, .core = {0}};
    ph_scheduled_candidates_t list = {&one, 1};
    ph_backing_record_t record;
    ph_overlay_start(w->overlay);
    assert_int_equal(ph_inclusion_process_candidates(w->rt, &record, &parents, &list), PH_OK);
    assert_int_equal(record.count, 1);
    assert_int_equal(record.items[0]._1.count, 2);
    assert_int_equal(ph_overlay_rollback(w->overlay), PH_OK);
    bad->spoil(w, &backed, &one.core, &parents);
    ph_err_t err = ph_inclusion_process_candidates(w->rt, &record, &parents, &list);
    if (err != bad->expected)
        fail_msg("%s: error 0x%x, expected 0x%x", bad->name, (unsigned)err, (unsigned)bad->expected);
    pw_close(w);
}

static void test_bad_backings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_backings / sizeof *bad_backings; i++)
        expect_bad_backing(&bad_backings[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backed_then_included),
        cmocka_unit_test(test_enacted_and_backed_in_one_block),
        cmocka_unit_test(test_timeout_frees_the_core),
        cmocka_unit_test(test_session_change_drops_what_is_pending),
        cmocka_unit_test(test_nothing_is_backed_before_a_session),
        cmocka_unit_test(test_two_cores_for_a_para),
        cmocka_unit_test(test_votes_go_to_one_candidate),
        cmocka_unit_test(test_bad_candidates),
        cmocka_unit_test(test_relay_parent_moves_backwards),
        cmocka_unit_test(test_bad_backings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
