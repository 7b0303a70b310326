/* Versions of candidate descriptors: exhaustive over which of the telling bytes are set, against the rules written down
 * as a table of bytes; and what a descriptor then says.
 */
#include "support/cmocka.h"

#include "primitives/descriptor.h"

enum {
    V1 = PH_CANDIDATE_DESCRIPTOR_VERSION_V1,
    V2 = PH_CANDIDATE_DESCRIPTOR_VERSION_V2,
    V3 = PH_CANDIDATE_DESCRIPTOR_VERSION_V3,
    UNKNOWN = PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN
};

/* A byte of the encoding to be set, and which rules take it for a collator's. Offsets are of the 292 encoded bytes. */
static const struct {
    size_t offset;
    bool new_rule, old_rule;
} telling[] = {
    {43, false, true},   /* scheduling_session_offset */
    {44, true, true},    /* reserved1, first */
    {59, true, true},    /* reserved1, the last the new rule looks at */
    {60, false, true},   /* reserved1, the first it does not */
    {67, false, true},   /* reserved1, last */
    {164, false, true},  /* scheduling_parent, first */
    {195, false, true},  /* scheduling_parent, last */
    {196, false, true},  /* reserved2, first */
    {227, false, true},  /* reserved2, last */
    {0, false, false},   /* para_id */
    {4, false, false},   /* relay_parent */
    {37, false, false},  /* core_index */
    {39, false, false},  /* session_index */
    {228, false, false}, /* para_head */
};

static int expected_kind(bool is_v1, uint8_t version, bool knows_v3)
{
    if (is_v1)
        return V1;
    return version == 0 ? V2 : version == 1 && knows_v3 ? V3 : UNKNOWN;
}

static void check_bytes(const uint8_t bytes[292], bool new_v1, bool old_v1, uint8_t version)
{
    ph_candidate_descriptor_t d;
    assert_int_equal(ph_candidate_descriptor_decode_all(ph_bytes(bytes, 292), NULL, &d), PH_OK);
    int now = expected_kind(new_v1, version, true), old = expected_kind(old_v1, version, false);
    assert_int_equal(ph_descriptor_version(&d).kind, now);
    assert_int_equal(ph_descriptor_version_old_rules(&d).kind, old);
    if (now == UNKNOWN)
        assert_int_equal(ph_descriptor_version(&d).unknown, version);
    assert_int_equal(ph_descriptor_check(&d, false), now != old  ? PH_DESCRIPTOR_INCONSISTENT
                                                     : now == V3 ? PH_DESCRIPTOR_V3_NOT_ENABLED
                                                                 : PH_DESCRIPTOR_ACCEPTED);
    assert_int_equal(ph_descriptor_check(&d, true),
                     now == V3 || now == old ? PH_DESCRIPTOR_ACCEPTED : PH_DESCRIPTOR_INCONSISTENT);
}

static void versions_by_every_combination(void **state)
{
    (void)state;
    static const uint8_t version_bytes[] = {0, 1, 2, 255};
    size_t count = sizeof telling / sizeof *telling;
    for (size_t set = 0; set < (size_t)1 << count; set++) {
        uint8_t bytes[292] = {0};
        bool new_v1 = false, old_v1 = false;
        for (size_t i = 0; i < count; i++) {
            if (!(set >> i & 1))
                continue;
            bytes[telling[i].offset] = (uint8_t)(1 + i);
            new_v1 |= telling[i].new_rule;
            old_v1 |= telling[i].old_rule;
        }
        for (size_t v = 0; v < sizeof version_bytes; v++) {
            bytes[36] = version_bytes[v];
            check_bytes(bytes, new_v1, old_v1, version_bytes[v]);
        }
    }
}

static ph_candidate_descriptor_t sample(uint8_t version)
{
    ph_candidate_descriptor_t d;
    memset(&d, 0, sizeof d);
    d.version = version;
    d.core_index = 300;
    d.session_index.v = 7;
    memset(d.relay_parent.bytes, 1, 32);
    return d;
}

static void what_versions_say(void **state)
{
    (void)state;
    ph_candidate_descriptor_t d = sample(0);
    ph_core_index_t core = {9};
    ph_session_index_t session = {9};
    assert_true(ph_descriptor_core_index(&d, &core));
    assert_int_equal(core.v, 300);
    assert_true(ph_descriptor_session_index(&d, &session) && session.v == 7);
    assert_true(ph_descriptor_scheduling_session(&d, &session) && session.v == 7);
    ph_hash_t parent = ph_descriptor_scheduling_parent(&d);
    assert_memory_equal(parent.bytes, d.relay_parent.bytes, 32);

    d = sample(1);
    d.scheduling_session_offset = 2;
    memset(d.scheduling_parent.bytes, 3, 32);
    parent = ph_descriptor_scheduling_parent(&d);
    assert_memory_equal(parent.bytes, d.scheduling_parent.bytes, 32);
    assert_true(ph_descriptor_scheduling_session(&d, &session) && session.v == 9);
    d.session_index.v = UINT32_MAX - 1;
    assert_true(ph_descriptor_scheduling_session(&d, &session) && session.v == UINT32_MAX);

    d.reserved1.bytes[0] = 1;
    session.v = 5;
    assert_false(ph_descriptor_core_index(&d, &core) || ph_descriptor_session_index(&d, &session) ||
                 ph_descriptor_scheduling_session(&d, &session));
    assert_int_equal(session.v, 5);
    parent = ph_descriptor_scheduling_parent(&d);
    assert_memory_equal(parent.bytes, d.relay_parent.bytes, 32);
}

/* Until a node has seen V3 enabled, what is V3 now counts as V1. */
static void views_before_and_after_v3(void **state)
{
    (void)state;
    ph_candidate_descriptor_t d = sample(1);
    memset(d.scheduling_parent.bytes, 3, 32);
    ph_descriptor_view_t before = ph_descriptor_view(&d, false), after = ph_descriptor_view(&d, true);
    assert_int_equal(before.version.kind, V1);
    assert_false(before.has_session || before.has_scheduling_session);
    assert_memory_equal(before.scheduling_parent.bytes, d.relay_parent.bytes, 32);
    assert_int_equal(after.version.kind, V3);
    assert_true(after.has_session && after.has_scheduling_session);
    assert_int_equal(after.session.v, 7);
    assert_memory_equal(after.scheduling_parent.bytes, d.scheduling_parent.bytes, 32);
    d = sample(4);
    after = ph_descriptor_view(&d, true);
    assert_int_equal(after.version.kind, UNKNOWN);
    assert_false(after.has_session);
}

static void old_layout_and_back(void **state)
{
    (void)state;
    uint8_t bytes[292];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    ph_candidate_descriptor_t d, back;
    ph_candidate_descriptor_v1_t v1, converted;
    assert_int_equal(ph_candidate_descriptor_decode_all(ph_bytes(bytes, 292), NULL, &d), PH_OK);
    assert_int_equal(ph_candidate_descriptor_v1_decode_all(ph_bytes(bytes, 292), NULL, &v1), PH_OK);
    ph_descriptor_to_v1(&converted, &d);
    assert_true(ph_candidate_descriptor_v1_equal(&converted, &v1));
    ph_descriptor_from_v1(&back, &v1);
    assert_true(ph_candidate_descriptor_equal(&back, &d));
    uint8_t payload[PH_DESCRIPTOR_V1_PAYLOAD_LEN];
    ph_descriptor_v1_payload(payload, &v1);
    assert_memory_equal(payload, bytes + 4, 32);         /* relay parent */
    assert_memory_equal(payload + 32, bytes, 4);         /* para */
    assert_memory_equal(payload + 36, bytes + 68, 64);   /* validation data, PoV */
    assert_memory_equal(payload + 100, bytes + 260, 32); /* code */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(versions_by_every_combination),
                                       cmocka_unit_test(what_versions_say), cmocka_unit_test(views_before_and_after_v3),
                                       cmocka_unit_test(old_layout_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
