/* vrf.json: VRF of slots, thresholds, secondary authors, randomness, claims and pre-digests. */
#include <stdlib.h>

#include "cli/vectors_lists.h"
#include "crypto/babe.h"
#include "crypto/hash.h"

/* A decimal u128 in a string. */
static bool parse_u128(const char *text, ph_u128_t *out)
{
    *out = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        *out = *out * 10 + (unsigned)(*text - '0');
    return *text == 0;
}

static const char *print_u128(char out[40], ph_u128_t v)
{
    char *at = out + 39;
    *at = 0;
    do
        *--at = (char)('0' + (int)(v % 10));
    while (v /= 10);
    return at;
}

static void expect_u128(ph_vec_entry_t *e, const char *key, ph_u128_t ours)
{
    char text[40];
    ph_vec_expect_text(e, key, print_u128(text, ours));
}

/* [[label, text], [label, hex], …]: the label and messages of a transcript; every first pair has an empty label. */
static bool build_transcript(ph_arena_t *arena, const json_t *steps, ph_merlin_t *out)
{
    const json_t *head = json_array_get(steps, 0);
    const char *empty = json_string_value(json_array_get(head, 0)), *first = json_string_value(json_array_get(head, 1));
    if (!empty || *empty || !first || json_array_size(head) != 2)
        return false;
    ph_merlin_init(out, first);
    for (size_t i = 1; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        const char *label = json_string_value(json_array_get(step, 0));
        ph_bytes_t message;
        if (!label || json_array_size(step) != 2 || !ph_vec_unhex(arena, json_array_get(step, 1), &message))
            return false;
        ph_merlin_append(out, label, message);
    }
    return true;
}

static ph_merlin_t slot_transcript(ph_vec_entry_t *e)
{
    uint8_t randomness[32];
    ph_merlin_t t;
    ph_vec_fixed(e, "randomness", randomness, 32);
    ph_babe_transcript(&t, randomness, ph_vec_u64(e, "slot"), ph_vec_u64(e, "epoch"));
    return t;
}

/* ---- babe ---- */

/* The recorded transcript, step by step, and ours from slot, epoch and randomness must be one. */
static void check_transcript(ph_vec_entry_t *e, const ph_merlin_t *t)
{
    ph_merlin_t steps, copy = *t;
    uint8_t ours[32], theirs[32];
    if (!build_transcript(e->v->arena, ph_vec_need(e, "transcript"), &steps)) {
        ph_vec_fail(e, "transcript: expected a list of label and hex");
        return;
    }
    ph_merlin_challenge(&copy, ours, sizeof ours, "check");
    ph_merlin_challenge(&steps, theirs, sizeof theirs, "check");
    if (memcmp(ours, theirs, sizeof ours) != 0)
        ph_vec_fail(e, "transcript: ours differs");
    ph_vec_expect_bytes(e, "transcript_challenge_check_32", ph_bytes(ours, sizeof ours));
}

/* Ours must verify; the recorded one, whose nonce was random, must too and not with another message. */
static void check_proofs(ph_vec_entry_t *e, const ph_sr25519_keypair_t *pair, const ph_merlin_t *t)
{
    ph_vrf_t ours, recorded;
    uint8_t proof[64];
    ph_merlin_t other = *t;
    ph_merlin_append(&other, "other", ph_bytes(NULL, 0));
    ph_vrf_sign(pair, &ours, t, NULL, NULL);
    ph_vec_expect_bytes(e, "pre_output", ph_bytes(ours.pre_output, 32));
    ph_vec_fixed(e, "signature", (uint8_t *)&recorded, sizeof recorded);
    ph_vec_fixed(e, "proof", proof, sizeof proof);
    if (memcmp(proof, recorded.proof, sizeof proof) != 0)
        ph_vec_fail(e, "proof: not the signature's");
    if (!ph_vrf_verify(&ours, t, NULL, pair->public_key) || ph_vrf_verify(&ours, &other, NULL, pair->public_key))
        ph_vec_fail(e, "our own proof does not hold, or holds too often");
    if (!ph_vrf_verify(&recorded, t, NULL, pair->public_key))
        ph_vec_fail(e, "signature: does not verify");
}

static void check_outputs(ph_vec_entry_t *e, const ph_sr25519_keypair_t *pair, const ph_merlin_t *t)
{
    ph_u128_t score = 0;
    uint8_t pre_output[32], randomness[32] = {0}, story[32] = {0}, score_bytes[16];
    ph_vrf_pre_output(pair, pre_output, t);
    if (ph_babe_score(&score, t, pre_output, pair->public_key) != PH_OK ||
        ph_babe_vrf_randomness(randomness, t, pre_output, pair->public_key) != PH_OK ||
        ph_babe_relay_vrf_story(story, t, pre_output, pair->public_key) != PH_OK)
        ph_vec_fail(e, "our pre-output is refused");
    ph_put_u64(score_bytes, (uint64_t)score);
    ph_put_u64(score_bytes + 8, (uint64_t)(score >> 64));
    ph_vec_expect_bytes(e, "score_16", ph_bytes(score_bytes, 16));
    expect_u128(e, "score_u128", score);
    ph_vec_expect_bytes(e, "randomness_32", ph_bytes(randomness, 32));
    ph_vec_expect_bytes(e, "relay_vrf_story_32", ph_bytes(story, 32));
}

static void check_babe(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_sr25519_keypair_t pair;
    uint8_t secret[64], point[32];
    ph_merlin_t t = slot_transcript(e);
    ph_vec_fixed(e, "secret", secret, sizeof secret);
    if (ph_sr25519_from_secret(&pair, secret) != PH_OK) {
        ph_vec_fail(e, "secret: refused");
        return;
    }
    ph_vec_expect_bytes(e, "public", ph_bytes(pair.public_key, 32));
    check_transcript(e, &t);
    ph_vrf_input(point, &t, pair.public_key);
    ph_vec_expect_bytes(e, "input_point", ph_bytes(point, 32));
    check_proofs(e, &pair, &t);
    check_outputs(e, &pair, &t);
}

/* ---- verify ---- */

static bool verifies(ph_bytes_t signature, const ph_merlin_t *t, const ph_merlin_t *extra, const uint8_t key[32])
{
    ph_vrf_t parsed;
    if (signature.len != sizeof parsed)
        return false;
    memcpy(&parsed, signature.data, sizeof parsed);
    return ph_vrf_verify(&parsed, t, extra, key);
}

static void check_with_extra(ph_vec_entry_t *e, ph_bytes_t signature, const uint8_t key[32])
{
    ph_merlin_t t, extra;
    if (!build_transcript(e->v->arena, ph_vec_need(e, "transcript"), &t) ||
        !build_transcript(e->v->arena, ph_vec_need(e, "extra"), &extra)) {
        ph_vec_fail(e, "transcript or extra: expected lists of label and hex");
        return;
    }
    ph_vec_expect_bool(e, "valid", verifies(signature, &t, &extra, key));
    ph_vec_expect_bool(e, "valid_without_extra", verifies(signature, &t, NULL, key));
}

static void check_verify(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t key[32];
    ph_vec_fixed(e, "public", key, sizeof key);
    ph_bytes_t signature = ph_vec_bytes(e, "signature");
    bool decodes = signature.len == sizeof(ph_vrf_t) && ph_vrf_proof_decodes(signature.data + 32);
    ph_vec_expect_bool(e, "decodes", decodes);
    if (!decodes)
        (void)ph_vec_text(e, "error"); /* the crate's wording */
    if (json_object_get(e->json, "extra")) {
        check_with_extra(e, signature, key);
        return;
    }
    ph_merlin_t t = slot_transcript(e);
    ph_vec_expect_bool(e, "valid", verifies(signature, &t, NULL, key));
}

/* ---- threshold, primary_check, secondary, epoch_randomness ---- */

static uint64_t as_u64(const json_t *json)
{
    const char *text = json_string_value(json);
    return text ? strtoull(text, NULL, 10) : (uint64_t)json_integer_value(json);
}

static void take_c(ph_vec_entry_t *e, ph_babe_epoch_rules_t *epoch)
{
    const json_t *c = ph_vec_need(e, "c");
    if (json_array_size(c) != 2)
        ph_vec_fail(e, "c: expected two numbers");
    epoch->c_numerator = as_u64(json_array_get(c, 0));
    epoch->c_denominator = as_u64(json_array_get(c, 1));
}

/* A list of weights, or so and so many equal ones. */
static void take_weights(ph_vec_entry_t *e, ph_babe_epoch_rules_t *epoch)
{
    const json_t *weights = ph_vec_need(e, "weights");
    bool listed = json_is_array(weights);
    uint64_t count = listed ? json_array_size(weights) : as_u64(json_object_get(weights, "count"));
    if ((!listed && json_object_size(weights) != 2) || count > 1u << 20) {
        ph_vec_fail(e, "weights: expected a list, or count and each");
        return;
    }
    ph_babe_authority_t *authorities = ph_arena_alloc(e->v->arena, (size_t)count * sizeof *authorities);
    for (size_t i = 0; i < count; i++)
        authorities[i].weight = as_u64(listed ? json_array_get(weights, i) : json_object_get(weights, "each"));
    epoch->authorities = authorities;
    epoch->authority_count = (size_t)count;
}

static void check_threshold(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_babe_epoch_rules_t epoch = {0};
    ph_u128_t threshold;
    take_c(e, &epoch);
    take_weights(e, &epoch);
    bool panics = ph_babe_threshold(&threshold, &epoch, (size_t)ph_vec_u64(e, "index")) != PH_OK;
    ph_vec_expect_bool(e, "panics", panics);
    if (!panics)
        expect_u128(e, "threshold", threshold);
    else if (!json_is_null(ph_vec_need(e, "threshold")))
        ph_vec_fail(e, "threshold: we get none");
}

static void check_primary(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t score[16];
    ph_u128_t threshold;
    ph_vec_fixed(e, "score_16", score, sizeof score);
    if (!parse_u128(ph_vec_text(e, "threshold"), &threshold))
        ph_vec_fail(e, "threshold: expected a number");
    ph_u128_t value = (ph_u128_t)ph_get_u64(score + 8) << 64 | ph_get_u64(score);
    ph_vec_expect_bool(e, "primary", ph_babe_is_primary(value, threshold));
}

static void check_secondary(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t in[40], hash[32];
    size_t author = 0;
    ph_vec_fixed(e, "randomness", in, 32);
    uint64_t slot = ph_vec_u64(e, "slot");
    ph_put_u64(in + 32, slot);
    ph_blake2_256(hash, ph_bytes(in, sizeof in));
    ph_vec_expect_bytes(e, "hash", ph_bytes(hash, 32));
    bool some = ph_babe_secondary_author(&author, in, slot, (size_t)ph_vec_u64(e, "authorities")) == PH_OK;
    ph_vec_expect_option(e, "index", some, author);
}

static void check_epoch_randomness(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t last[32], next[32];
    const json_t *outputs = ph_vec_need(e, "vrf_outputs");
    size_t count = json_array_size(outputs);
    uint8_t(*values)[32] = ph_arena_alloc(e->v->arena, 32 * count);
    for (size_t i = 0; i < count; i++) {
        ph_bytes_t value;
        if (!ph_vec_unhex(e->v->arena, json_array_get(outputs, i), &value) || value.len != 32)
            ph_vec_fail(e, "vrf_outputs: expected 32 bytes each");
        else
            memcpy(values[i], value.data, 32);
    }
    ph_vec_fixed(e, "last", last, 32);
    ph_babe_epoch_randomness(next, last, ph_vec_u64(e, "epoch_index"), (const uint8_t(*)[32])values, count);
    ph_vec_expect_bytes(e, "next", ph_bytes(next, 32));
}

/* ---- claims ---- */

static const struct {
    const char *text;
    ph_babe_slots_t slots;
} slot_kinds[] = {
    {"PrimarySlots", PH_BABE_PRIMARY_SLOTS},
    {"PrimaryAndSecondaryPlainSlots", PH_BABE_PRIMARY_AND_SECONDARY_PLAIN_SLOTS},
    {"PrimaryAndSecondaryVRFSlots", PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS},
};

static const char *kind_text(ph_babe_claim_kind_t kind)
{
    return kind == PH_BABE_PRIMARY ? "primary" : kind == PH_BABE_SECONDARY_PLAIN ? "secondary-plain" : "secondary-vrf";
}

static void take_authorities(ph_vec_entry_t *e, ph_babe_epoch_rules_t *epoch)
{
    const json_t *list = ph_vec_need(e, "authorities");
    size_t count = json_array_size(list);
    ph_babe_authority_t *authorities = ph_arena_alloc(e->v->arena, count * sizeof *authorities);
    for (size_t i = 0; i < count; i++) {
        const json_t *pair = json_array_get(list, i);
        ph_bytes_t key;
        if (json_array_size(pair) != 2 || !ph_vec_unhex(e->v->arena, json_array_get(pair, 0), &key) || key.len != 32) {
            ph_vec_fail(e, "authorities: expected pairs of key and weight");
            return;
        }
        memcpy(authorities[i].public_key, key.data, 32);
        authorities[i].weight = as_u64(json_array_get(pair, 1));
    }
    epoch->authorities = authorities;
    epoch->authority_count = count;
}

static void take_epoch(ph_vec_entry_t *e, ph_babe_epoch_rules_t *epoch)
{
    const char *text = ph_vec_text(e, "allowed_slots");
    size_t kind = 0;
    while (kind < 3 && strcmp(slot_kinds[kind].text, text) != 0)
        kind++;
    if (kind == 3)
        ph_vec_fail(e, "allowed_slots: unknown");
    else
        epoch->allowed_slots = slot_kinds[kind].slots;
    epoch->index = ph_vec_u64(e, "epoch_index");
    epoch->start_slot = ph_vec_u64(e, "start_slot");
    epoch->duration = ph_vec_u64(e, "duration");
    if (epoch->duration == 0)
        ph_vec_fail(e, "duration: expected at least 1");
    ph_vec_fixed(e, "randomness", epoch->randomness, 32);
    take_c(e, epoch);
    take_authorities(e, epoch);
}

static ph_babe_own_key_t *take_own(ph_vec_entry_t *e, size_t *count)
{
    const json_t *list = ph_vec_need(e, "own");
    *count = json_array_size(list);
    ph_babe_own_key_t *keys = ph_arena_alloc(e->v->arena, *count * sizeof *keys);
    for (size_t i = 0; i < *count; i++) {
        const json_t *own = json_array_get(list, i);
        ph_sr25519_keypair_t *pair = ph_arena_alloc(e->v->arena, sizeof *pair);
        ph_bytes_t mini;
        if (json_object_size(own) != 2 || !ph_vec_unhex(e->v->arena, json_object_get(own, "mini_secret"), &mini) ||
            mini.len != 32) {
            ph_vec_fail(e, "own: expected index and mini_secret");
            *count = 0;
            break;
        }
        ph_sr25519_from_mini_secret(pair, mini.data);
        keys[i] = (ph_babe_own_key_t){(uint32_t)as_u64(json_object_get(own, "index")), pair};
    }
    return keys;
}

static json_t *claim_tree(ph_arena_t *arena, const ph_babe_claim_t *claim)
{
    char *hex = ph_arena_alloc(arena, 65);
    ph_hex(hex, ph_bytes(claim->vrf.pre_output, 32));
    return json_pack("{s:I,s:s,s:I,s:o}", "slot", (json_int_t)claim->slot, "claim", kind_text(claim->kind),
                     "authority_index", (json_int_t)claim->authority, "pre_output",
                     claim->kind == PH_BABE_SECONDARY_PLAIN ? json_null() : json_string(hex));
}

static void check_slot(ph_vec_entry_t *e, const ph_babe_epoch_rules_t *epoch, const json_t *recorded,
                       const ph_babe_own_key_t *keys, size_t count)
{
    char path[256] = "";
    ph_babe_claim_t claim;
    uint64_t slot = as_u64(json_object_get(recorded, "slot"));
    bool ours = ph_babe_claim_slot(&claim, epoch, slot, keys, count, NULL);
    json_t *tree = ours ? claim_tree(e->v->arena, &claim) : json_pack("{s:I,s:n}", "slot", (json_int_t)slot, "claim");
    if (!ph_vec_same_json(recorded, tree, path, sizeof path))
        ph_vec_fail(e, "slot %llu: differs at %s", (unsigned long long)slot, path);
    json_decref(tree);
    if (!ours)
        return;
    if (ph_babe_check_claim(epoch, &claim) != PH_OK)
        ph_vec_fail(e, "slot %llu: our own claim does not hold", (unsigned long long)slot);
    claim.slot++;
    if (claim.kind != PH_BABE_SECONDARY_PLAIN && ph_babe_check_claim(epoch, &claim) == PH_OK)
        ph_vec_fail(e, "slot %llu: our claim holds for the next slot", (unsigned long long)slot);
}

static void check_claims(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_babe_epoch_rules_t epoch = {0};
    size_t count;
    take_epoch(e, &epoch);
    ph_babe_own_key_t *keys = take_own(e, &count);
    const json_t *slots = ph_vec_need(e, "slots");
    for (size_t i = 0; !e->failed && i < json_array_size(slots); i++)
        check_slot(e, &epoch, json_array_get(slots, i), keys, count);
}

/* ---- pre_digests ---- */

static void check_pre_digest(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_babe_claim_t claim = {.authority = (uint32_t)ph_vec_u64(e, "authority_index"), .slot = ph_vec_u64(e, "slot")},
                    back;
    uint8_t out[PH_BABE_DIGEST_ITEM_MAX];
    const char *kind = ph_vec_text(e, "kind");
    for (int k = PH_BABE_PRIMARY; k <= PH_BABE_SECONDARY_VRF; k++)
        if (strcmp(kind_text((ph_babe_claim_kind_t)k), kind) == 0)
            claim.kind = (ph_babe_claim_kind_t)k;
    if (claim.kind == 0)
        ph_vec_fail(e, "kind: unknown");
    if (claim.kind == PH_BABE_SECONDARY_PLAIN) {
        if (!json_is_null(ph_vec_need(e, "vrf_signature")))
            ph_vec_fail(e, "vrf_signature: expected null");
    } else {
        ph_vec_fixed(e, "vrf_signature", (uint8_t *)&claim.vrf, sizeof claim.vrf);
    }
    if (e->failed)
        return;
    ph_vec_expect_bytes(e, "pre_digest", ph_bytes(out, ph_babe_claim_encode(out, &claim)));
    if (ph_babe_claim_decode(&back, ph_vec_bytes(e, "pre_digest")) != PH_OK || back.kind != claim.kind ||
        back.authority != claim.authority || back.slot != claim.slot ||
        memcmp(&back.vrf, &claim.vrf, sizeof back.vrf) != 0)
        ph_vec_fail(e, "pre_digest: decodes to something else");
    ph_vec_expect_bytes(e, "digest_item", ph_bytes(out, ph_babe_claim_digest_item(out, &claim)));
}

void ph_vectors_vrf(ph_vectors_t *v, const json_t *file)
{
    static const ph_vec_list_t lists[] = {
        {"babe", check_babe},           {"verify", check_verify},
        {"threshold", check_threshold}, {"primary_check", check_primary},
        {"secondary", check_secondary}, {"epoch_randomness", check_epoch_randomness},
        {"claims", check_claims},       {"pre_digests", check_pre_digest},
    };
    ph_vec_check_lists(v, file, lists, sizeof lists / sizeof *lists);
}
