/* UMP signals and the claim queue. */
#include "support/cmocka.h"

#include "primitives/ump.h"
#include "support/random.h"

static ph_bytes_t select_core = PH_BYTES_LIT("\x00\x01\x02"), approve = PH_BYTES_LIT("\x01\x08hi"), separator = {0};

static ph_candidate_commitments_t with_messages(ph_bytes_t *messages, size_t count)
{
    ph_candidate_commitments_t out;
    memset(&out, 0, sizeof out);
    out.upward_messages.items = messages;
    out.upward_messages.count = count;
    return out;
}

static ph_ump_verdict_t read_all(ph_ump_signals_t *out, ph_bytes_t *messages, size_t count)
{
    ph_candidate_commitments_t commitments = with_messages(messages, count);
    return ph_ump_signals_read(out, &commitments);
}

static void signals_behind_the_separator(void **state)
{
    (void)state;
    ph_ump_signals_t s;
    ph_bytes_t none[] = {select_core, approve};
    ph_candidate_commitments_t commitments = with_messages(none, 2);
    assert_int_equal(ph_ump_message_count(&commitments), 2);
    assert_int_equal(read_all(&s, none, 2), PH_UMP_OK);
    assert_false(s.has_core || s.has_peer);

    ph_bytes_t both[] = {select_core, separator, approve, select_core};
    commitments = with_messages(both, 4);
    assert_int_equal(ph_ump_message_count(&commitments), 1);
    assert_int_equal(read_all(&s, both, 4), PH_UMP_OK);
    assert_true(s.has_core && s.has_peer);
    assert_int_equal(s.selector.v, 1);
    assert_int_equal(s.offset.v, 2);
    assert_true(ph_bytes_equal(s.peer, PH_BYTES_LIT("hi")));
    assert_ptr_equal(s.peer.data, both[2].data + 2);

    ph_bytes_t twice[] = {separator, approve, approve};
    assert_int_equal(read_all(&s, twice, 3), PH_UMP_DUPLICATE_SIGNAL);
    ph_bytes_t three[] = {separator, approve, select_core, select_core};
    assert_int_equal(read_all(&s, three, 4), PH_UMP_TOO_MANY_SIGNALS);
    ph_bytes_t empty[] = {separator, separator};
    assert_int_equal(read_all(&s, empty, 2), PH_UMP_SIGNAL_DECODE);
    ph_bytes_t cut[] = {separator, PH_BYTES_LIT("\x00\x01")};
    assert_int_equal(read_all(&s, cut, 2), PH_UMP_SIGNAL_DECODE);
    ph_bytes_t longer[] = {separator, PH_BYTES_LIT("\x00\x01\x02\x03")};
    assert_int_equal(read_all(&s, longer, 2), PH_UMP_OK);
}

/* Cores 0 … 3; para 5 at depth 0 on cores 1 and 3, at depth 1 on core 0; para 6 at depth 0 on core 2. */
static void build_queue(ph_arena_t *arena, ph_transposed_claim_queue_t *out)
{
    static ph_para_id_t rows[4][2] = {{{9}, {5}}, {{5}, {9}}, {{6}, {9}}, {{5}, {9}}};
    ph_map_core_index_vec_para_id_entry_t entries[4];
    for (uint32_t i = 0; i < 4; i++) {
        entries[i].key.v = i;
        entries[i].value.items = rows[i];
        entries[i].value.count = 2;
    }
    ph_claim_queue_t queue = {.items = entries, .count = 4};
    ph_ump_transpose(arena, out, &queue);
}

typedef struct core_case {
    uint32_t para;
    uint16_t core;
    int selector, offset; /* -1: no signal */
    ph_ump_verdict_t verdict;
    uint32_t selected;
} core_case_t;

static void cores_against_the_queue(void **state)
{
    (void)state;
    static const core_case_t cases[] = {
        {5, 1, -1, 0, PH_UMP_OK, 0},
        {5, 3, -1, 0, PH_UMP_OK, 0},
        {5, 2, -1, 0, PH_UMP_INVALID_CORE_INDEX, 0},
        {6, 2, -1, 0, PH_UMP_OK, 0},
        {6, 1, -1, 0, PH_UMP_CORE_INDEX_MISMATCH, 2},
        {7, 1, -1, 0, PH_UMP_NO_ASSIGNMENT, 0},
        {5, 1, 0, 0, PH_UMP_OK, 0},
        {5, 3, 1, 0, PH_UMP_OK, 0},
        {5, 3, 0, 0, PH_UMP_CORE_INDEX_MISMATCH, 1},
        {5, 1, 254, 0, PH_UMP_OK, 0},
        {5, 0, 9, 1, PH_UMP_OK, 0},
        {5, 0, 0, 2, PH_UMP_NO_ASSIGNMENT, 0},
    };
    ph_arena_t *arena = ph_arena_new();
    ph_transposed_claim_queue_t queue;
    build_queue(arena, &queue);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const core_case_t *c = &cases[i];
        uint8_t signal[3] = {0, (uint8_t)c->selector, (uint8_t)c->offset};
        ph_bytes_t messages[] = {separator, ph_bytes(signal, 3)};
        ph_candidate_commitments_t commitments = with_messages(messages, c->selector < 0 ? 0 : 2);
        ph_candidate_descriptor_t d;
        memset(&d, 0, sizeof d);
        d.para_id.v = c->para;
        d.core_index = c->core;
        ph_candidate_descriptor_version_t v2 = {.kind = PH_CANDIDATE_DESCRIPTOR_VERSION_V2};
        ph_ump_signals_t signals;
        ph_core_index_t selected = {77};
        assert_int_equal(ph_ump_check(&signals, &selected, &commitments, &d, v2, &queue), c->verdict);
        assert_int_equal(selected.v, c->verdict == PH_UMP_CORE_INDEX_MISMATCH ? c->selected : 77);
    }
    ph_arena_free(arena);
}

static void versions_and_signals(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_transposed_claim_queue_t queue;
    build_queue(arena, &queue);
    ph_bytes_t messages[] = {separator, approve};
    ph_candidate_descriptor_t d;
    memset(&d, 0, sizeof d);
    d.para_id.v = 6;
    d.core_index = 2;
    ph_ump_signals_t s;
    for (size_t count = 0; count <= 2; count += 2) {
        ph_candidate_commitments_t commitments = with_messages(messages, count);
        ph_candidate_descriptor_version_t version = {.kind = PH_CANDIDATE_DESCRIPTOR_VERSION_V1};
        assert_int_equal(ph_ump_check(&s, NULL, &commitments, &d, version, &queue),
                         count ? PH_UMP_SIGNAL_WITH_V1_DESCRIPTOR : PH_UMP_OK);
        version.kind = PH_CANDIDATE_DESCRIPTOR_VERSION_V3;
        assert_int_equal(ph_ump_check(&s, NULL, &commitments, &d, version, &queue),
                         count ? PH_UMP_OK : PH_UMP_NO_SIGNAL_WITH_V3_DESCRIPTOR);
        version.kind = PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN;
        assert_int_equal(ph_ump_check(&s, NULL, &commitments, &d, version, &queue), PH_UMP_UNKNOWN_VERSION);
    }
    ph_arena_free(arena);
}

/* A claim queue longer than a depth can say: depths go on from zero, a core is named once. */
static void depths_wrap(void **state)
{
    (void)state;
    ph_para_id_t row[300];
    for (size_t i = 0; i < 300; i++)
        row[i].v = i < 256 ? 5 : 6;
    row[257].v = 5;
    ph_map_core_index_vec_para_id_entry_t entry = {.key = {3}, .value = {.items = row, .count = 300}};
    ph_claim_queue_t queue = {.items = &entry, .count = 1};
    ph_transposed_claim_queue_t out;
    ph_arena_t *arena = ph_arena_new();
    ph_ump_transpose(arena, &out, &queue);
    assert_int_equal(out.count, 2);
    assert_int_equal(out.items[0].value.count, 256);
    assert_int_equal(out.items[0].value.items[1].key, 1);
    assert_int_equal(out.items[0].value.items[1].value.count, 1);
    assert_int_equal(out.items[1].value.count, 43); /* 256 and 258 … 299 */
    assert_int_equal(out.items[1].value.items[0].key, 0);
    assert_int_equal(out.items[1].value.items[1].key, 2);
    assert_int_equal(out.items[1].value.items[42].key, 43);
    ph_arena_free(arena);
}

/* Random queues against looking every (para, depth, core) up the slow way. */
static void transposing_loses_nothing(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(5);
    for (int round = 0; round < 200; round++) {
        ph_arena_t *arena = ph_arena_new();
        ph_map_core_index_vec_para_id_entry_t entries[6];
        ph_para_id_t rows[6][4];
        size_t cores = ph_test_below(&r, 7), total = 0, seen = 0;
        for (uint32_t i = 0; i < cores; i++) {
            entries[i].key.v = i * 3;
            entries[i].value.items = rows[i];
            entries[i].value.count = ph_test_below(&r, 5);
            total += entries[i].value.count;
            for (size_t k = 0; k < 4; k++)
                rows[i][k].v = (uint32_t)ph_test_below(&r, 4) * 100;
        }
        ph_claim_queue_t queue = {.items = entries, .count = cores};
        ph_transposed_claim_queue_t out;
        ph_ump_transpose(arena, &out, &queue);
        for (size_t p = 0; p < out.count; p++) {
            assert_true(p == 0 || out.items[p - 1].key.v < out.items[p].key.v);
            for (size_t d = 0; d < out.items[p].value.count; d++) {
                const ph_map_u8_set_core_index_entry_t *depth = &out.items[p].value.items[d];
                for (size_t c = 0; c < depth->value.count; c++, seen++) {
                    uint32_t core = depth->value.items[c].v / 3;
                    assert_true(c == 0 || depth->value.items[c - 1].v < depth->value.items[c].v);
                    assert_true(depth->key < entries[core].value.count);
                    assert_int_equal(rows[core][depth->key].v, out.items[p].key.v);
                }
            }
        }
        assert_int_equal(seen, total);
        ph_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signals_behind_the_separator),
                                       cmocka_unit_test(cores_against_the_queue),
                                       cmocka_unit_test(versions_and_signals), cmocka_unit_test(depths_wrap),
                                       cmocka_unit_test(transposing_loses_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
