/* Votes, conclusions, freezing and slashes of disputes. Errors of ParasDisputes but two, which polkadot-sdk declares
 * and raises nowhere: DuplicateDisputeStatementSets and InvalidSignature (such sets and votes are filtered before).
 * Errors of ParasSlashing but InvalidSessionIndex (the same) and InvalidKeyOwnershipProof (the caller's affair: reports
 * come here with the offender's account); DuplicateSlashingReport is in the recordings (test_recordings.c).
 */
#include "support/rt_para.h"

#include "runtime/disputes.h"
#include "runtime/slashing.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/session.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* Nine validators: three take part in a confirmed dispute, three against one may revert, seven conclude. */
static para_world_t *nine(void)
{
    para_world_t *w = pw_new(3);
    pw_begin(w);
    return w;
}

static ph_candidate_hash_t candidate(uint8_t n)
{
    return (ph_candidate_hash_t){.bytes = {n}};
}

static ph_dispute_statement_t statement(char kind)
{
    ph_dispute_statement_t s = {.kind = kind == 'i' ? PH_DISPUTE_STATEMENT_INVALID : PH_DISPUTE_STATEMENT_VALID};
    if (kind == 'v')
        s.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_EXPLICIT;
    else if (kind == 'b')
        s.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID;
    else if (kind == 's')
        s.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_SECONDED;
    return s;
}

/* "b0 i3": backed by validator 0, voted against by 3; also s(econded), v(alid), and x: against, with a bad signature.
 */
static ph_dispute_statement_set_t votes(para_world_t *w, const char *text, uint8_t n, uint32_t session)
{
    ph_dispute_statement_set_t set = {.candidate_hash = candidate(n), .session = {session}};
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
        ph_tup_dispute_statement_validator_index_validator_signature_t vote = {
            ._0 = statement(*text == 'x' ? 'i' : *text)};
        ph_bytes_t payload;
        vote._1.v = (uint32_t)(text[1] - '0');
        assert_int_equal(ph_payload_of_dispute(w->rt->arena, &payload, &vote._0, &set.candidate_hash, set.session),
                         PH_OK);
        if (vote._1.v < order.count)
            ph_sr25519_sign(&w->keys[order.items[vote._1.v].v], vote._2.bytes, payload, NULL);
        vote._2.bytes[0] ^= *text == 'x';
        ph_vec_push(w->rt, &set.statements, vote);
    }
    return set;
}

static ph_err_t import_votes(para_world_t *w, const char *text, uint8_t n)
{
    ph_dispute_statement_set_t set = votes(w, text, n, 0);
    ph_overlay_start(w->overlay);
    ph_err_t err = ph_disputes_import(w->rt, &(ph_vec_dispute_statement_set_t){&set, 1});
    assert_int_equal(err ? ph_overlay_rollback(w->overlay) : ph_overlay_commit(w->overlay), PH_OK);
    return err;
}

/* ---- import ---- */

static void test_errors_of_import(void **state)
{
    (void)state;
    static const struct {
        const char *before, *votes;
        ph_err_t expected;
    } cases[] = {
        {"", "b0 i1 v2", PH_OK},
        {"", "v0 b0 i1 v2", PH_OK}, /* backed, too */
        {"", "b0 i1 i9", PH_PARAS_DISPUTES_ERR_VALIDATOR_INDEX_OUT_OF_BOUNDS},
        {"", "b0 i1 v2 i1", PH_PARAS_DISPUTES_ERR_DUPLICATE_STATEMENT},
        {"b0 i1 v2", "i1", PH_PARAS_DISPUTES_ERR_DUPLICATE_STATEMENT},
        {"b0 i1 v2", "s0", PH_PARAS_DISPUTES_ERR_DUPLICATE_STATEMENT}, /* either kind of backing is one */
        {"b0 i1 v2", "i0 i2", PH_OK},                                  /* both ways: allowed, and punished */
        {"", "b0 i1 v0", PH_PARAS_DISPUTES_ERR_MALICIOUS_BACKER},
        {"b0 i1 v2", "v0", PH_PARAS_DISPUTES_ERR_MALICIOUS_BACKER},
        {"", "b0 v1 v2", PH_PARAS_DISPUTES_ERR_SINGLE_SIDED_DISPUTE},
        {"", "i0 i1 i2", PH_PARAS_DISPUTES_ERR_SINGLE_SIDED_DISPUTE},
        {"", "b0 i1", PH_PARAS_DISPUTES_ERR_UNCONFIRMED_DISPUTE},
        {"", "b0 i0 i1", PH_PARAS_DISPUTES_ERR_UNCONFIRMED_DISPUTE}, /* two persons, three votes */
        {"", "v0 i1 i2", PH_PARAS_DISPUTES_ERR_MISSING_BACKING_VOTES},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        para_world_t *w = nine();
        if (*cases[i].before)
            assert_int_equal(import_votes(w, cases[i].before, 1), PH_OK);
        if (import_votes(w, cases[i].votes, 1) != cases[i].expected)
            fail_msg("\"%s\" after \"%s\"", cases[i].votes, cases[i].before);
        pw_close(w);
    }
}

static void test_ancient(void **state)
{
    (void)state;
    para_world_t *w = nine();
    ph_dispute_statement_set_t future = votes(w, "b0 i1 v2", 1, 7);
    assert_int_equal(ph_disputes_import(w->rt, &(ph_vec_dispute_statement_set_t){&future, 1}),
                     PH_PARAS_DISPUTES_ERR_ANCIENT_DISPUTE_STATEMENT);
    assert_int_equal(import_votes(w, "b0 i1 i2 i3 i4 i5 i6 i7", 1), PH_OK);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    uint32_t last = ph_now(w->rt) + config.dispute_post_conclusion_acceptance_period;
    ph_system_number_set(w->rt, last);
    assert_int_equal(import_votes(w, "v2", 1), PH_OK);
    ph_system_number_set(w->rt, last + 1);
    assert_int_equal(import_votes(w, "v3", 1), PH_PARAS_DISPUTES_ERR_ANCIENT_DISPUTE_STATEMENT);
    ph_dispute_statement_set_t late = votes(w, "v3 i8", 1, 0);
    assert_false(ph_disputes_filter(w->rt, &late));
    pw_close(w);
}

static void test_conclusions(void **state)
{
    (void)state;
    static const struct {
        const char *votes;
        size_t concluded;
        bool invalid, frozen;
    } cases[] = {
        {"b0 i1 v2", 0, false, false},
        {"b0 i1 i2", 0, false, false},
        {"b0 i1 i2 i3", 0, false, true}, /* more than a third may be wrong, but not all of them */
        {"b0 i1 i2 i3 i4 i5 i6", 0, false, true},
        {"b0 i1 i2 i3 i4 i5 i6 i7", 1, true, true},
        {"b0 v1 v2 v3 v4 v5 i6", 0, false, false},
        {"b0 v1 v2 v3 v4 v5 v6 i7", 1, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        para_world_t *w = nine();
        ph_candidate_hash_t c = candidate(1);
        ph_disputes_note_included(w->rt, (ph_session_index_t){0}, &c, 1);
        assert_int_equal(import_votes(w, cases[i].votes, 1), PH_OK);
        assert_int_equal(pw_events(w, 62, 0), 1);
        assert_int_equal(pw_events(w, 62, 1), cases[i].concluded);
        assert_int_equal(pw_events(w, 62, 2), cases[i].frozen);
        assert_int_equal(ph_disputes_concluded_invalid(w->rt, (ph_session_index_t){0}, &c), cases[i].invalid);
        assert_int_equal(ph_disputes_is_frozen(w->rt), cases[i].frozen);
        ph_digest_t digest;
        ph_system_digest_get(w->rt, &digest);
        assert_int_equal(digest.logs.count, cases[i].frozen); /* the node reverts for it */
        pw_close(w);
    }
}

/* The chain stays frozen at the oldest block; a candidate that was found invalid before it is included freezes as well.
 */
static void test_freezing(void **state)
{
    (void)state;
    para_world_t *w = nine();
    static const struct {
        uint8_t candidate;
        uint32_t included_in, frozen_at;
    } cases[] = {{1, 8, 7}, {2, 9, 7}, {3, 5, 4}};
    ph_opt_block_number_t frozen;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ph_candidate_hash_t c = candidate(cases[i].candidate);
        assert_int_equal(import_votes(w, "b0 i1 i2 i3 i4 i5 i6 i7", cases[i].candidate), PH_OK);
        ph_disputes_note_included(w->rt, (ph_session_index_t){0}, &c, cases[i].included_in);
        ph_paras_disputes_frozen_get(w->rt, &frozen);
        assert_true(frozen.some);
        assert_int_equal(frozen.value, cases[i].frozen_at);
    }
    ph_origin_t root = {.kind = PH_ORIGIN_ROOT}, none = ph_origin_none();
    assert_int_equal(ph_paras_disputes_call_force_unfreeze(w->rt, &none), PH_ERR_BAD_ORIGIN);
    assert_true(ph_disputes_is_frozen(w->rt));
    assert_int_equal(ph_paras_disputes_call_force_unfreeze(w->rt, &root), PH_OK);
    assert_false(ph_disputes_is_frozen(w->rt));
    pw_close(w);
}

/* ---- what the inherent does first ---- */

static void test_filter(void **state)
{
    (void)state;
    static const struct {
        const char *before, *votes, *left;
    } cases[] = {
        {"", "b0 i1 v2", "b0 i1 v2"},
        {"", "b0 x1 v2 i3", "b0 i3 v2"}, /* the last one fills the gap */
        {"", "b0 i1 v2 i1 i9", "b0 i1 v2"},
        {"", "b0 x1 v2", ""}, /* one-sided without the bad one */
        {"", "b0 i1", ""},
        {"b0 i1 v2", "b0 i1", ""}, /* nothing new */
        {"b0 i1 v2", "i1 i3", "i3"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        para_world_t *w = nine();
        if (*cases[i].before)
            assert_int_equal(import_votes(w, cases[i].before, 1), PH_OK);
        ph_dispute_statement_set_t set = votes(w, cases[i].votes, 1, 0), expected = votes(w, cases[i].left, 1, 0);
        assert_int_equal(ph_disputes_filter(w->rt, &set), *cases[i].left != 0);
        if (*cases[i].left) {
            assert_int_equal(set.statements.count, expected.statements.count);
            for (size_t v = 0; v < expected.statements.count; v++)
                if (set.statements.items[v]._1.v != expected.statements.items[v]._1.v)
                    fail_msg("\"%s\": vote %zu", cases[i].votes, v);
        }
        pw_close(w);
    }
}

/* Local disputes first and by height, then by session and hash; repeated ones go. */
static void test_sort(void **state)
{
    (void)state;
    para_world_t *w = nine();
    static const struct {
        uint8_t candidate;
        uint32_t session;
    } given[] = {{9, 1}, {5, 0}, {4, 0}, {5, 0}, {7, 1}, {6, 0}}, sorted[] = {{7, 1}, {6, 0}, {4, 0}, {5, 0}, {9, 1}};
    ph_candidate_hash_t six = candidate(6), seven = candidate(7);
    ph_disputes_note_included(w->rt, (ph_session_index_t){0}, &six, 9);
    ph_disputes_note_included(w->rt, (ph_session_index_t){1}, &seven, 8);
    ph_vec_dispute_statement_set_t sets = {0};
    for (size_t i = 0; i < COUNT_OF(given); i++)
        ph_vec_push(w->rt, &sets, votes(w, "b0", given[i].candidate, given[i].session));
    ph_disputes_sort(w->rt, &sets);
    assert_int_equal(sets.count, COUNT_OF(sorted));
    for (size_t i = 0; i < sets.count; i++) {
        assert_int_equal(sets.items[i].candidate_hash.bytes[0], sorted[i].candidate);
        assert_int_equal(sets.items[i].session.v, sorted[i].session);
    }
    pw_close(w);
}

/* ---- slashes ---- */

static void test_slashes(void **state)
{
    (void)state;
    para_world_t *w = nine();
    ph_candidate_hash_t c = candidate(1);
    ph_pending_slashes_t slashes;
    ph_session_info_t info;
    ph_session_index_t session = {0};
    assert_true(ph_para_session_info_sessions_get(w->rt, session, &info));
    ph_session_current_index_set(w->rt, (ph_session_index_t){1}); /* the dispute is of an older session */
    assert_int_equal(import_votes(w, "b0 i1 i2 i3 i4 i5 i6 i7", 1), PH_OK);
    assert_true(ph_paras_slashing_unapplied_slashes_get(w->rt, session, &c, &slashes));
    assert_int_equal(slashes.kind.kind, PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED);
    assert_int_equal(slashes.keys.count, 1);
    assert_int_equal(slashes.keys.items[0].key.v, 0);

    ph_dispute_proof_t good = {.time_slot = {.session_index = session, .candidate_hash = c},
                               .kind = {PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED},
                               .validator_id = info.validators.items[0]},
                       proof;
    ph_account_id_t offender = {.bytes = {1}};
    proof = good, proof.time_slot.candidate_hash = candidate(2);
    assert_int_equal(ph_slashing_report(w->rt, &proof, &offender), PH_PARAS_SLASHING_ERR_INVALID_CANDIDATE_HASH);
    proof = good, proof.kind.kind = PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID;
    assert_int_equal(ph_slashing_report(w->rt, &proof, &offender), PH_PARAS_SLASHING_ERR_INVALID_CANDIDATE_HASH);
    proof = good, proof.validator_index.v = 1;
    assert_int_equal(ph_slashing_report(w->rt, &proof, &offender), PH_PARAS_SLASHING_ERR_INVALID_VALIDATOR_INDEX);
    proof = good, proof.validator_id = info.validators.items[1];
    assert_int_equal(ph_slashing_report(w->rt, &proof, &offender), PH_PARAS_SLASHING_ERR_VALIDATOR_INDEX_ID_MISMATCH);
    assert_false(ph_slashing_is_known(w->rt, &good, &offender));
    assert_int_equal(ph_slashing_report(w->rt, &good, &offender), PH_OK);
    assert_true(ph_slashing_is_known(w->rt, &good, &offender));
    assert_false(ph_paras_slashing_unapplied_slashes_exists(w->rt, session, &c));
    pw_close(w);
}

/* Who loses, and of what kind the offence is; of the running session at once, without waiting for a report. */
static void test_losers(void **state)
{
    (void)state;
    static const struct {
        const char *first, *then;
        int kind;
        const char *losers;
    } cases[] = {
        {"b0 s1 i2 i3 i4 i5 i6 i7 i8", "", PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED, "01"},
        {"b0 v1 v2 v3 v4 v5 v6 i7 i8", "", PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID, "78"},
        {"b0 v1 v2 v3 v4 v5 v6 i7", "i8", PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID, "78"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        para_world_t *w = nine();
        ph_candidate_hash_t c = candidate(1);
        ph_session_index_t session = {0};
        ph_pending_slashes_t slashes;
        ph_session_current_index_set(w->rt, (ph_session_index_t){1});
        assert_int_equal(import_votes(w, cases[i].first, 1), PH_OK);
        if (*cases[i].then)
            assert_int_equal(import_votes(w, cases[i].then, 1), PH_OK);
        assert_true(ph_paras_slashing_unapplied_slashes_get(w->rt, session, &c, &slashes));
        assert_int_equal(slashes.kind.kind, cases[i].kind);
        assert_int_equal(slashes.keys.count, strlen(cases[i].losers));
        for (size_t l = 0; l < slashes.keys.count; l++)
            assert_int_equal(slashes.keys.items[l].key.v, cases[i].losers[l] - '0');
        pw_close(w);
        w = nine();
        assert_int_equal(import_votes(w, cases[i].first, 1), PH_OK);
        assert_false(ph_paras_slashing_unapplied_slashes_exists(w->rt, session, &c));
        pw_close(w);
    }
}

/* Everything of a dispute is forgotten after its period. (Not of one of session 0: polkadot-sdk begins with session 1.)
 */
static void test_pruning(void **state)
{
    (void)state;
    para_world_t *w = nine();
    ph_candidate_hash_t c = candidate(1);
    ph_session_index_t one = {1};
    ph_session_info_t info;
    ph_para_session_change_t change = {0};
    ph_configuration_active_config_get(w->rt, &change.config);
    assert_true(ph_para_session_info_sessions_get(w->rt, (ph_session_index_t){0}, &info));
    ph_para_session_info_sessions_set(w->rt, one, &info);
    ph_disputes_note_included(w->rt, one, &c, 1);
    ph_session_current_index_set(w->rt, (ph_session_index_t){2});
    ph_dispute_statement_set_t set = votes(w, "b0 i1 i2 i3 i4 i5 i6 i7", 1, 1);
    assert_int_equal(ph_disputes_import(w->rt, &(ph_vec_dispute_statement_set_t){&set, 1}), PH_OK);
    for (uint32_t s = 1; s <= change.config.dispute_period.v + 2; s++) {
        bool kept = s <= change.config.dispute_period.v + 1;
        change.session.v = s;
        ph_disputes_on_new_session(w->rt, &change);
        ph_slashing_on_new_session(w->rt, &change);
        assert_int_equal(ph_paras_disputes_disputes_exists(w->rt, one, &c), kept);
        assert_int_equal(ph_paras_disputes_included_exists(w->rt, one, &c), kept);
        assert_int_equal(ph_paras_disputes_backers_on_disputes_exists(w->rt, one, &c), kept);
        assert_int_equal(ph_paras_slashing_unapplied_slashes_exists(w->rt, one, &c), kept);
    }
    pw_close(w);
}

/* The longest period counts as none at all: u32 arithmetic of polkadot-sdk, which wraps. */
static void test_pruning_wraps(void **state)
{
    (void)state;
    para_world_t *w = nine();
    ph_candidate_hash_t c = candidate(1);
    ph_session_index_t older = {4}, running = {5}, last;
    ph_pending_slashes_t slashes = {0};
    ph_para_session_change_t change = {.session = running};
    change.config.dispute_period.v = UINT32_MAX;
    ph_disputes_note_included(w->rt, older, &c, 1);
    ph_disputes_note_included(w->rt, running, &c, 1);
    ph_paras_slashing_unapplied_slashes_set(w->rt, running, &c, &slashes);
    ph_disputes_on_new_session(w->rt, &change);
    ph_slashing_on_new_session(w->rt, &change);
    assert_true(ph_paras_disputes_included_exists(w->rt, older, &c));
    assert_false(ph_paras_disputes_included_exists(w->rt, running, &c));
    assert_false(ph_paras_slashing_unapplied_slashes_exists(w->rt, running, &c));
    assert_true(ph_paras_disputes_last_pruned_session_get(w->rt, &last));
    assert_int_equal(last.v, 5);
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_import), cmocka_unit_test(test_ancient), cmocka_unit_test(test_conclusions),
        cmocka_unit_test(test_freezing),         cmocka_unit_test(test_filter),  cmocka_unit_test(test_sort),
        cmocka_unit_test(test_slashes),          cmocka_unit_test(test_losers),  cmocka_unit_test(test_pruning),
        cmocka_unit_test(test_pruning_wraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
