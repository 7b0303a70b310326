/* BABE's rules without the vector files: a small epoch played through with all its keys. */
#include "support/cmocka.h"

#include "crypto/babe.h"
#include "support/random.h"

enum { AUTHORITIES = 5 };

typedef struct play {
    ph_sr25519_keypair_t pairs[AUTHORITIES];
    ph_babe_authority_t authorities[AUTHORITIES];
    ph_babe_epoch_rules_t epoch;
} play_t;

static void set_up(play_t *p, ph_babe_slots_t slots)
{
    ph_test_random_t random = ph_test_random(15);
    *p = (play_t){.epoch = {.index = 7, .start_slot = 1000, .duration = 10, .c_numerator = 1, .c_denominator = 2}};
    for (size_t i = 0; i < AUTHORITIES; i++) {
        uint8_t mini[32];
        ph_test_fill(&random, mini, sizeof mini);
        ph_sr25519_from_mini_secret(&p->pairs[i], mini);
        memcpy(p->authorities[i].public_key, p->pairs[i].public_key, 32);
        p->authorities[i].weight = 1 + i;
    }
    ph_test_fill(&random, p->epoch.randomness, 32);
    p->epoch.allowed_slots = slots;
    p->epoch.authorities = p->authorities;
    p->epoch.authority_count = AUTHORITIES;
}

/* With secondary slots every slot has exactly one secondary claimant; claims hold, and not for others or other slots.
 */
static void every_slot_has_an_author(void **state)
{
    (void)state;
    for (int slots = 1; slots <= 2; slots++) {
        play_t p;
        size_t primary = 0, secondary = 0;
        set_up(&p, (ph_babe_slots_t)slots);
        for (uint64_t slot = 1000; slot < 1040; slot++) {
            size_t here = 0;
            for (uint32_t i = 0; i < AUTHORITIES; i++) {
                ph_babe_own_key_t own = {i, &p.pairs[i]};
                ph_babe_claim_t claim;
                if (!ph_babe_claim_slot(&claim, &p.epoch, slot, &own, 1, NULL))
                    continue;
                assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_OK);
                bool is_primary = claim.kind == PH_BABE_PRIMARY;
                primary += is_primary;
                here += !is_primary;
                claim.authority = (i + 1) % AUTHORITIES;
                assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_ERR_INVALID);
                claim.authority = AUTHORITIES;
                assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_ERR_INVALID);
            }
            assert_true(here <= 1);
            secondary += here;
        }
        assert_true(primary > 10 && primary < 40);
        assert_true(secondary > 5);
    }
}

static void kinds_must_be_allowed(void **state)
{
    (void)state;
    play_t p;
    ph_babe_claim_t claim = {.kind = PH_BABE_SECONDARY_PLAIN, .slot = 1003};
    set_up(&p, PH_BABE_PRIMARY_AND_SECONDARY_PLAIN_SLOTS);
    size_t author;
    assert_int_equal(ph_babe_secondary_author(&author, p.epoch.randomness, 1003, AUTHORITIES), PH_OK);
    claim.authority = (uint32_t)author;
    assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_OK);
    p.epoch.allowed_slots = PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS;
    assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_ERR_INVALID);
    p.epoch.allowed_slots = PH_BABE_PRIMARY_SLOTS;
    assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_ERR_INVALID);
    ph_babe_own_key_t own = {(uint32_t)author, &p.pairs[author]};
    p.epoch.c_numerator = 0; /* threshold zero: nobody is primary */
    assert_false(ph_babe_claim_slot(&claim, &p.epoch, 1003, &own, 1, NULL));
    assert_int_equal(ph_babe_secondary_author(&author, p.epoch.randomness, 1003, 0), PH_ERR_NOT_FOUND);
}

/* A primary claim whose score is not below the threshold. */
static void thresholds_are_checked(void **state)
{
    (void)state;
    play_t p;
    ph_babe_claim_t claim;
    set_up(&p, PH_BABE_PRIMARY_SLOTS);
    ph_babe_own_key_t own = {4, &p.pairs[4]};
    uint64_t slot = 1000;
    while (!ph_babe_claim_slot(&claim, &p.epoch, slot, &own, 1, NULL))
        slot++;
    assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_OK);
    p.epoch.c_denominator = UINT64_MAX;
    assert_int_equal(ph_babe_check_claim(&p.epoch, &claim), PH_ERR_INVALID);
}

static void threshold_values(void **state)
{
    (void)state;
    ph_u128_t t;
    assert_int_equal(ph_babe_threshold_of_weight(&t, 1, 4, 1, 1), PH_OK);
    assert_true(t == (ph_u128_t)1 << 126);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 1, 2, 5, 5), PH_OK);
    assert_true(t == (ph_u128_t)1 << 127);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 0, 4, 1, 3), PH_OK);
    assert_true(t == 0);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 1, 0, 1, 3), PH_OK);
    assert_true(t == 0);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 1, 1, 1, 3), PH_ERR_INVALID);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 5, 4, 1, 3), PH_ERR_INVALID);
    assert_int_equal(ph_babe_threshold_of_weight(&t, 1, 4, 0, 3), PH_ERR_INVALID);
    play_t p;
    set_up(&p, PH_BABE_PRIMARY_SLOTS);
    assert_int_equal(ph_babe_threshold(&t, &p.epoch, AUTHORITIES), PH_OK);
    assert_true(t == 0);
    p.authorities[0].weight = UINT64_MAX;
    assert_int_equal(ph_babe_threshold(&t, &p.epoch, 0), PH_ERR_INVALID);
}

static void slots_after_the_end_belong_to_later_epochs(void **state)
{
    (void)state;
    play_t p;
    set_up(&p, PH_BABE_PRIMARY_SLOTS);
    assert_int_equal(ph_babe_epoch_index_of_slot(&p.epoch, 1000), 7);
    assert_int_equal(ph_babe_epoch_index_of_slot(&p.epoch, 1009), 7);
    assert_int_equal(ph_babe_epoch_index_of_slot(&p.epoch, 1010), 8);
    assert_int_equal(ph_babe_epoch_index_of_slot(&p.epoch, 1039), 10);
    assert_int_equal(ph_babe_epoch_index_of_slot(&p.epoch, 5), 7);
}

static void pre_digests(void **state)
{
    (void)state;
    uint8_t out[PH_BABE_DIGEST_ITEM_MAX];
    ph_babe_claim_t claim = {.kind = PH_BABE_SECONDARY_PLAIN, .authority = 0x01020304, .slot = 5}, back;
    static const uint8_t plain[13] = {2, 4, 3, 2, 1, 5};
    assert_int_equal(ph_babe_claim_encode(out, &claim), 13);
    assert_memory_equal(out, plain, 13);
    assert_int_equal(ph_babe_claim_digest_item(out, &claim), 19);
    assert_int_equal(out[5], 13 << 2);
    claim.kind = PH_BABE_PRIMARY;
    memset(claim.vrf.pre_output, 9, 32);
    size_t len = ph_babe_claim_encode(out, &claim);
    assert_int_equal(len, PH_BABE_PRE_DIGEST_MAX);
    assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, len)), PH_OK);
    assert_memory_equal(&back.vrf, &claim.vrf, sizeof back.vrf);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, cut)), PH_ERR_MALFORMED);
    out[108] = 0x80; /* no scalar */
    assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, len)), PH_ERR_MALFORMED);
    out[108] = 0;
    out[0] = 0;
    assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, len)), PH_ERR_MALFORMED);
    out[0] = 4;
    assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, len)), PH_ERR_MALFORMED);
    out[0] = 2; /* plain, but longer */
    assert_int_equal(ph_babe_claim_decode(&back, ph_bytes(out, len)), PH_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_has_an_author),
        cmocka_unit_test(kinds_must_be_allowed),
        cmocka_unit_test(thresholds_are_checked),
        cmocka_unit_test(threshold_values),
        cmocka_unit_test(slots_after_the_end_belong_to_later_epochs),
        cmocka_unit_test(pre_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
