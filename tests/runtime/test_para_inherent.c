/* ParaInherent: what the author's data is filtered for, that a block must not contain such data, once a block, and
 * limits.
 *
 * Its error UnscheduledCandidate is a guard: candidates are mapped to cores that may be filled, one each, before they
 * are counted.
 */
#include "support/rt_para.h"

#include "runtime/storage/parachain_limits.h"
#include "runtime/storage/session.h"

/* ---- helpers ---- */

static para_world_t *at_block_two(size_t para_count)
{
    para_world_t *w = pw_new(para_count);
    pw_pass(w, 1);
    pw_begin(w);
    return w;
}

static void push_candidate(para_world_t *w, ph_parachains_inherent_data_t *data, uint32_t para, uint32_t core)
{
    ph_committed_candidate_receipt_t c = pw_candidate(w, para, core);
    ph_vec_push(w->rt, &data->backed_candidates, pw_back(w, &c, core, 2));
}

/* What the author would put into the block; false: no inherent at all. */
static bool create(para_world_t *w, ph_parachains_inherent_data_t *out, const ph_parachains_inherent_data_t *data)
{
    ph_writer_t in = ph_writer_in(w->rt->arena), call = ph_writer_in(w->rt->arena);
    ph_parachains_inherent_data_encode(&in, data);
    bool some;
    ph_overlay_start(w->overlay);
    assert_int_equal(ph_para_inherent_create_inherent(w->rt, &some, &call, ph_writer_bytes(&in)), PH_OK);
    assert_int_equal(ph_overlay_rollback(w->overlay), PH_OK);
    if (!some)
        return false;
    assert_int_equal(call.data[0], PH_PALLET_PARA_INHERENT);
    assert_int_equal(call.data[1], 0);
    ph_bytes_t body = ph_bytes(call.data + 2, call.len - 2);
    assert_int_equal(ph_parachains_inherent_data_decode_all(body, w->rt->arena, out), PH_OK);
    return true;
}

/* The author keeps so many; the block with all of it is refused; the one with what was kept is good. */
static void expect_kept(para_world_t *w, const char *what, const ph_parachains_inherent_data_t *data, size_t bitfields,
                        size_t candidates)
{
    ph_parachains_inherent_data_t kept;
    if (!create(w, &kept, data))
        fail_msg("%s: no inherent", what);
    if (kept.bitfields.count != bitfields || kept.backed_candidates.count != candidates)
        fail_msg("%s: %zu bitfields and %zu candidates, expected %zu and %zu", what, kept.bitfields.count,
                 kept.backed_candidates.count, bitfields, candidates);
    bool all = ph_parachains_inherent_data_equal(&kept, data);
    ph_err_t expected = all ? PH_OK : PH_PARA_INHERENT_ERR_INHERENT_DATA_FILTERED_DURING_EXECUTION;
    ph_overlay_start(w->overlay);
    assert_int_equal(pw_enter(w, data), expected);
    assert_int_equal(ph_overlay_rollback(w->overlay), PH_OK);
    assert_int_equal(pw_enter(w, &kept), PH_OK);
}

/* ---- errors ---- */

static void test_too_many_inclusion_inherents(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    assert_int_equal(pw_enter(w, &data), PH_PARA_INHERENT_ERR_TOO_MANY_INCLUSION_INHERENTS);
    pw_end(w);
    pw_pass(w, 1); /* the next block may again */
    pw_close(w);
}

static void test_invalid_parent_header(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_parachains_inherent_data_t data = pw_data(w), kept;
    data.parent_header.state_root.bytes[9] ^= 1;
    assert_int_equal(pw_enter(w, &data), PH_PARA_INHERENT_ERR_INVALID_PARENT_HEADER);
    assert_false(create(w, &kept, &data));
    pw_close(w);
}

static void test_origin_must_be_none(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_parachains_inherent_data_t data = pw_data(w);
    ph_origin_t root = ph_origin_root();
    assert_int_equal(ph_para_inherent_call_enter(w->rt, &root, &data), PH_ERR_BAD_ORIGIN);
    pw_close(w);
}

static void test_block_without_inherent_panics(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    assert_int_equal(ph_para_inherent_on_finalize(w->rt), PH_ERR_INTERNAL);
    pw_close(w);
}

/* Data that does not decode, or none, make no inherent, and no fuss. */
static void test_no_data_no_inherent(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_writer_t call = ph_writer_in(w->rt->arena);
    bool some = true;
    assert_int_equal(ph_para_inherent_create_inherent(w->rt, &some, &call, (ph_bytes_t){0}), PH_OK);
    assert_false(some);
    some = true;
    assert_int_equal(ph_para_inherent_create_inherent(w->rt, &some, &call, PH_BYTES_LIT("\xff\xff\xff")), PH_OK);
    assert_false(some);

    ph_parachains_inherent_data_t data = pw_data(w);
    ph_writer_t in = ph_writer_in(w->rt->arena);
    ph_parachains_inherent_data_encode(&in, &data);
    ph_write_u8(&in, 7); /* what follows the data is not looked at, as in FRAME */
    assert_int_equal(ph_para_inherent_create_inherent(w->rt, &some, &call, ph_writer_bytes(&in)), PH_OK);
    assert_true(some);
    assert_int_equal(call.len, 2 + in.len - 1);
    pw_close(w);
}

/* ---- bitfields ---- */

static void test_bitfields(void **state)
{
    (void)state;
    const struct {
        const char *what;
        int spoil; /* of the second of three */
        size_t kept;
    } cases[] = {{"good", 0, 3}, {"signature", 1, 2}, {"length", 2, 2}, {"not ascending", 3, 2}, {"index", 4, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        para_world_t *w = at_block_two(2);
        ph_parachains_inherent_data_t data = pw_data(w);
        pw_bitfields(w, &data, 3, 0);
        ph_unchecked_signed_availability_bitfield_t *b = &data.bitfields.items[1];
        if (cases[i].spoil == 1)
            b->signature.bytes[0] ^= 1;
        else if (cases[i].spoil == 2)
            b->payload.v = ph_bits_new(w->rt->arena, 3);
        else if (cases[i].spoil == 3)
            *b = data.bitfields.items[0];
        else if (cases[i].spoil == 4)
            b->validator_index.v = 6; /* beyond the set: dropped, and no turn used up */
        expect_kept(w, cases[i].what, &data, cases[i].kept, 0);
        pw_close(w);
    }
}

/* A badly signed bitfield uses up its validator's turn, and that of those before it. */
static void test_bad_signature_uses_up_the_turn(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(2);
    ph_parachains_inherent_data_t data = pw_data(w);
    ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 3, 0));
    data.bitfields.items[0].signature.bytes[0] ^= 1;
    ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 2, 0));
    ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 4, 0));
    expect_kept(w, "turn", &data, 1, 0);
    pw_close(w);
}

/* ---- candidates ---- */

typedef void spoil_fn(para_world_t *w, ph_parachains_inherent_data_t *data, ph_committed_candidate_receipt_t *c);

static void as_is(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d, (void)c;
}
static void unknown_version(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.version = 7;
}
static void v3_not_enabled(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.version = 1;
    c->descriptor.scheduling_parent = c->descriptor.relay_parent;
}
static void ambiguous(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.reserved2.bytes[0] = 1;
}
static void relay_parent_unknown(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.relay_parent.bytes[0] ^= 1;
}
static void session_wrong(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.session_index.v = 5;
}
static void core_wrong(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.core_index = 1;
}
static void separator_and_junk(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)d;
    ph_vec_push(w->rt, &c->commitments.upward_messages, ((ph_bytes_t){0}));
    ph_vec_push(w->rt, &c->commitments.upward_messages, PH_BYTES_LIT("\x09"));
}
static void other_code(para_world_t *w, ph_parachains_inherent_data_t *d, ph_committed_candidate_receipt_t *c)
{
    (void)w, (void)d;
    c->descriptor.validation_code_hash.bytes[0] ^= 1;
}

static void test_candidates_are_filtered(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        spoil_fn *spoil;
        size_t kept;
    } cases[] = {{"good", as_is, 2},
                 {"unknown version", unknown_version, 1},
                 {"V3 not enabled", v3_not_enabled, 1},
                 {"ambiguous version", ambiguous, 1},
                 {"relay parent", relay_parent_unknown, 1},
                 {"session", session_wrong, 1},
                 {"core", core_wrong, 1},
                 {"UMP signal", separator_and_junk, 1},
                 {"verification", other_code, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        para_world_t *w = at_block_two(2);
        ph_parachains_inherent_data_t data = pw_data(w);
        ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
        cases[i].spoil(w, &data, &c);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 0, 2));
        push_candidate(w, &data, 2001, 1);
        expect_kept(w, cases[i].what, &data, 0, cases[i].kept);
        pw_close(w);
    }
}

/* Candidates must come by ascending para: the same ones in another order are refused. */
static void test_order_counts(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(2);
    ph_parachains_inherent_data_t data = pw_data(w);
    push_candidate(w, &data, 2001, 1);
    push_candidate(w, &data, 2000, 0);
    expect_kept(w, "order", &data, 0, 2);
    pw_close(w);
}

static void test_duplicates_and_unscheduled(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_parachains_inherent_data_t data = pw_data(w);
    push_candidate(w, &data, 2000, 0);
    push_candidate(w, &data, 2000, 0);
    expect_kept(w, "duplicate", &data, 0, 1);
    pw_end(w);
    pw_begin(w); /* the core is occupied now */
    data = pw_data(w);
    push_candidate(w, &data, 2000, 0);
    expect_kept(w, "occupied core", &data, 0, 0);
    pw_close(w);
}

/* A V1 descriptor names no core: it stands behind the group's bits. */
static void test_v1_takes_the_injected_core(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(2);
    ph_parachains_inherent_data_t data = pw_data(w);
    ph_committed_candidate_receipt_t c = pw_candidate(w, 2001, 1);
    memset(&c.descriptor.reserved1, 1, sizeof c.descriptor.reserved1);
    ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 1, 2));
    expect_kept(w, "V1", &data, 0, 1);
    assert_int_equal(pw_pending(w, 2001), 1);
    pw_close(w);
}

/* Votes of disabled validators are taken out; with too few left the candidate goes too. */
static void test_disabled_validators(void **state)
{
    (void)state;
    for (size_t votes = 2; votes <= 3; votes++) {
        para_world_t *w = at_block_two(1);
        ph_parachains_inherent_data_t data = pw_data(w), kept;
        ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 0, votes));
        ph_vec_validator_index_t order;
        ph_paras_shared_active_validator_indices_get(w->rt, &order);
        ph_tup_u32_perbill_t disabled = {
            ._0 = order.items[1].v}; /* the group's second member, by index in the full set */
        ph_session_disabled_validators_set(w->rt, &(ph_vec_tup_u32_perbill_t){&disabled, 1});
        assert_true(create(w, &kept, &data));
        assert_int_equal(kept.backed_candidates.count, votes == 3);
        if (votes == 3) {
            assert_int_equal(kept.backed_candidates.items[0].validity_votes.count, 2);
            assert_int_equal(kept.backed_candidates.items[0].validator_indices.bytes[0] & 7, 5);
            assert_int_equal(pw_enter(w, &kept), PH_OK);
        }
        pw_close(w);
    }
}

/* Bad votes are not filtered: the whole inherent fails, at authoring too. */
static void test_bad_votes_spoil_everything(void **state)
{
    (void)state;
    para_world_t *w = at_block_two(1);
    ph_parachains_inherent_data_t data = pw_data(w), kept;
    push_candidate(w, &data, 2000, 0);
    data.backed_candidates.items[0].validity_votes.items[0].explicit.bytes[0] ^= 1;
    assert_false(create(w, &kept, &data));
    assert_int_equal(pw_enter(w, &data), PH_PARA_INCLUSION_ERR_INVALID_BACKING);
    pw_close(w);
}

/* ---- disputes ---- */

/* Backed by validator 0, all others are against it. */
static ph_dispute_statement_set_t lost_dispute(para_world_t *w, const ph_committed_candidate_receipt_t *c)
{
    ph_dispute_statement_set_t set = {.candidate_hash = ph_hash_of_committed(c),
                                      .session = ph_paras_shared_session(w->rt)};
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    for (uint32_t i = 0; i < order.count; i++) {
        ph_tup_dispute_statement_validator_index_validator_signature_t vote = {._1 = {i}};
        vote._0.kind = i == 0 ? PH_DISPUTE_STATEMENT_VALID : PH_DISPUTE_STATEMENT_INVALID;
        if (i == 0)
            vote._0.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID;
        ph_bytes_t payload;
        assert_int_equal(ph_payload_of_dispute(w->rt->arena, &payload, &vote._0, &set.candidate_hash, set.session),
                         PH_OK);
        ph_sr25519_sign(&w->keys[order.items[i].v], vote._2.bytes, payload, NULL);
        ph_vec_push(w->rt, &set.statements, vote);
    }
    return set;
}

/* A candidate on the para's included head, whatever is pending. */
static ph_committed_candidate_receipt_t on_included_head(para_world_t *w, uint32_t para, uint32_t core)
{
    ph_committed_candidate_receipt_t c = pw_candidate(w, para, core);
    ph_persisted_validation_data_t data = {.relay_parent_number = w->parent.number,
                                           .relay_parent_storage_root = w->parent.state_root,
                                           .max_pov_size = pw_config().max_pov_size};
    assert_true(ph_paras_heads_get(w->rt, pw_para(para), &data.parent_head));
    c.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&data);
    return c;
}

/* A dispute lost in this block frees the candidate's core: bitfields for it and the candidate itself are dropped, and
 * the core may be filled again at once. */
static void test_lost_dispute_frees_the_core(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        para_world_t *w = at_block_two(2);
        ph_parachains_inherent_data_t data = pw_data(w);
        ph_committed_candidate_receipt_t lost = pw_candidate(w, 2000, 0);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &lost, 0, 2));
        push_candidate(w, &data, 2001, 1);
        assert_int_equal(pw_enter(w, &data), PH_OK);
        pw_end(w);

        pw_begin(w);
        data = pw_data(w);
        ph_vec_push(w->rt, &data.disputes, lost_dispute(w, &lost));
        ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 0, 1));
        ph_vec_push(w->rt, &data.bitfields, pw_bitfield(w, 1, 2));
        ph_committed_candidate_receipt_t next = again ? lost : on_included_head(w, 2000, 0);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &next, 0, 2));
        expect_kept(w, again ? "the loser" : "another", &data, 1, again ? 0 : 1);
        assert_int_equal(pw_pending(w, 2000), again ? 0 : 1);
        assert_int_equal(pw_pending(w, 2001), 1);
        pw_close(w);
    }
}

/* ---- weight ---- */

static void test_weight_limit(void **state)
{
    (void)state;
    const struct {
        uint64_t ref_time, len;
        size_t bitfields, candidates;
    } cases[] = {
        {UINT64_C(2000000000000), 5u << 20, 6, 2},     /* all */
        {UINT64_C(2000000000000), 6 * 70 + 700, 6, 1}, /* bytes for one candidate */
        {UINT64_C(2000000000000), 3 * 70, 2, 0},       /* for some bitfields */
        {UINT64_C(2000000000000), 10, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        para_world_t *w = at_block_two(2);
        ph_parachain_limits_limits_set(w->rt,
                                       &(ph_parachain_limits_t){cases[i].ref_time, cases[i].len, 160, 1, 1, false});
        ph_parachains_inherent_data_t data = pw_data(w);
        pw_bitfields(w, &data, 6, 0);
        push_candidate(w, &data, 2000, 0);
        push_candidate(w, &data, 2001, 1);
        expect_kept(w, ph_arena_printf(w->rt->arena, "weight case %zu", i), &data, cases[i].bitfields,
                    cases[i].candidates);
        pw_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_many_inclusion_inherents),
        cmocka_unit_test(test_invalid_parent_header),
        cmocka_unit_test(test_origin_must_be_none),
        cmocka_unit_test(test_block_without_inherent_panics),
        cmocka_unit_test(test_no_data_no_inherent),
        cmocka_unit_test(test_bitfields),
        cmocka_unit_test(test_bad_signature_uses_up_the_turn),
        cmocka_unit_test(test_candidates_are_filtered),
        cmocka_unit_test(test_order_counts),
        cmocka_unit_test(test_duplicates_and_unscheduled),
        cmocka_unit_test(test_v1_takes_the_injected_core),
        cmocka_unit_test(test_disabled_validators),
        cmocka_unit_test(test_bad_votes_spoil_everything),
        cmocka_unit_test(test_lost_dispute_frees_the_core),
        cmocka_unit_test(test_weight_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
