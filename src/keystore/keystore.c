#include "keystore/keystore.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"
#include "crypto/babe.h"
#include "crypto/hash.h"
#include "keystore/private.h"
#include "primitives/payload.h"

/* The record, on the node's disk:
 *   "signed/born"                      exists once a record was begun
 *   "signed/s" session kind key about  one fact about a relay parent or code: what was signed under that subject (see
 * fact_key) "signed/t" slot key                which block was sealed in that slot; of no session, since which session
 * a slot belongs to may differ between forks A subject is what may be signed at most once; the value says what was
 * signed. Numbers are big-endian, so that old facts stand first. */
#define BORN  "signed/born"
#define FACTS "signed/s"
#define SEALS "signed/t"
/* Slots of the past in which no block can be authored any more; sessions whose facts are kept besides the present
 * one's.
 */
enum { SLOTS_KEPT = 1000, SESSIONS_KEPT = 2 };

/* ---- keys ---- */

bool ph_keystore_has(const ph_keystore_t *ks, ph_key_type_t type, const uint8_t *public_key)
{
    return ph_keystore_find(ks, type, public_key) != NULL;
}

bool ph_keystore_public(const ph_keystore_t *ks, ph_key_type_t type, uint8_t out[32])
{
    const ph_keystore_key_t *key = ph_keystore_find(ks, type, NULL);
    if (key)
        memcpy(out, key->public_key, 32);
    return key != NULL;
}

bool ph_keystore_find_validator(const ph_keystore_t *ks, const ph_validator_id_t *validators, size_t count,
                                ph_validator_index_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (ph_keystore_find(ks, PH_KEY_PARA_VALIDATOR, validators[i].bytes)) {
            out->v = (uint32_t)i;
            return true;
        }
    }
    return false;
}

/* ---- the record ---- */

ph_keystore_t *ph_keystore_new(ph_env_t *env, bool fresh)
{
    ph_keystore_t *ks = ph_mem_alloc(NULL, sizeof *ks);
    ks->env = env;
    ph_buf_t *born = ph_disk_get(env, PH_BYTES_LIT(BORN));
    /* A node with a chain but without a record has lost its memory of what it signed. */
    ks->abstains = !born && !fresh;
    ks->has_record = born != NULL;
    ph_buf_unref(born);
    ph_keystore_load(ks);
    return ks;
}

void ph_keystore_free(ph_keystore_t *ks)
{
    if (!ks)
        return;
    if (ks->keys.items)
        sodium_memzero(ks->keys.items, ks->keys.count * sizeof *ks->keys.items);
    ph_list_free(&ks->keys);
    ph_mem_free(ks);
}

void ph_keystore_set_log(ph_keystore_t *ks, ph_signature_log_fn fn, void *ctx)
{
    ks->log = fn;
    ks->log_ctx = ctx;
}

/* Facts go whose leading number is below `bound`. */
static void forget_below(ph_keystore_t *ks, ph_bytes_t prefix, size_t width, uint64_t bound)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    while (ph_disk_next(ks->env, arena, prefix, &cursor, NULL)) {
        uint64_t number = 0;
        for (size_t i = 0; i < width; i++)
            number = number << 8 | cursor.data[prefix.len + i];
        if (number >= bound)
            break;
        ph_disk_delete(ks->env, cursor);
    }
    ph_arena_free(arena);
}

void ph_keystore_note_network(ph_keystore_t *ks, ph_session_index_t first)
{
    ks->first_session = first;
}

void ph_keystore_note_session(ph_keystore_t *ks, ph_session_index_t session)
{
    if (ks->session_known && session.v <= ks->session.v)
        return;
    /* A node without a past and without a record may have lost both: unless the network is as new as it is, it
     * abstains. */
    if (!ks->session_known && !ks->has_record && session.v > ks->first_session.v)
        ks->abstains = true;
    if (ks->abstains && !ks->session_known)
        ks->abstain_session = session;
    else if (ks->abstains && session.v > ks->abstain_session.v)
        ks->abstains = false;
    ks->session = session;
    ks->session_known = true;
    if (session.v > SESSIONS_KEPT)
        forget_below(ks, PH_BYTES_LIT(FACTS), 4, session.v - SESSIONS_KEPT);
}

/* Whatever was signed for that session, it is not known any more. Leaves of forks may live on that long. */
static bool is_forgotten(const ph_keystore_t *ks, ph_session_index_t session)
{
    return ks->session_known && session.v < ks->session.v && ks->session.v - session.v > SESSIONS_KEPT;
}

bool ph_keystore_abstains(const ph_keystore_t *ks)
{
    return ks->abstains;
}

enum { FACTS_MAX = 2 };

typedef struct fact {
    uint8_t key[sizeof FACTS - 1 + 4 + 1 + 32 + 4 + 32];
    size_t len;
} fact_t;

/* The key of what may be signed once: session, kind of subject, public key, hash of the subject. */
static fact_t fact_key(ph_session_index_t session, char subject, const uint8_t public_key[32], ph_bytes_t about)
{
    fact_t fact = {0};
    uint8_t *p = fact.key;
    uint8_t digest[32];
    memcpy(p, FACTS, sizeof FACTS - 1);
    p += sizeof FACTS - 1;
    for (int shift = 24; shift >= 0; shift -= 8)
        *p++ = (uint8_t)(session.v >> shift);
    *p++ = (uint8_t)subject;
    memcpy(p, public_key, 32);
    p += 32;
    ph_blake2_256(digest, about);
    memcpy(p, digest, 32);
    fact.len = (size_t)(p + 32 - fact.key);
    return fact;
}

static ph_err_t check_fact(ph_keystore_t *ks, const fact_t *fact, const uint8_t what[32], bool *known)
{
    ph_buf_t *old = ph_disk_get(ks->env, ph_bytes(fact->key, fact->len));
    *known = old != NULL;
    bool same = old && ph_bytes_equal(ph_buf_bytes(old), ph_bytes(what, 32));
    ph_buf_unref(old);
    return *known && !same ? PH_ERR_CONFLICT : PH_OK;
}

static ph_err_t put(ph_keystore_t *ks, ph_bytes_t key, ph_bytes_t content)
{
    ph_buf_t *value = ph_buf_new(content);
    ph_err_t err = ph_disk_put(ks->env, key, value);
    ph_buf_unref(value);
    return err;
}

/* All facts or none: each is checked before any is written, and all are on disk when this returns PH_OK. If they cannot
 * be made durable they are taken back: a fact that stands in the store must not pass for a durable one later. */
static ph_err_t record(ph_keystore_t *ks, const fact_t *facts, const uint8_t (*what)[32], size_t count)
{
    bool known[FACTS_MAX], all_known = true;
    PH_CHECK(count <= FACTS_MAX);
    if (ks->abstains)
        return PH_ERR_REFUSED;
    for (size_t i = 0; i < count; i++) {
        PH_TRY(check_fact(ks, &facts[i], what[i], &known[i]));
        all_known &= known[i];
    }
    if (all_known)
        return PH_OK;
    ph_err_t err = put(ks, PH_BYTES_LIT(BORN), PH_BYTES_LIT("1"));
    for (size_t i = 0; i < count && err == PH_OK; i++)
        err = known[i] ? PH_OK : put(ks, ph_bytes(facts[i].key, facts[i].len), ph_bytes(what[i], 32));
    if (err == PH_OK)
        err = ph_disk_sync(ks->env);
    ks->has_record |= err == PH_OK;
    for (size_t i = 0; i < count && err != PH_OK; i++)
        if (!known[i])
            ph_disk_delete(ks->env, ph_bytes(facts[i].key, facts[i].len));
    return err;
}

/* ---- signing ---- */

/* Without fresh randomness: what is signed again after a crash must be the same signature, since two signatures of one
 * statement count as a double vote. */
static void sign(ph_keystore_t *ks, uint8_t out[64], const ph_keystore_key_t *key, ph_bytes_t payload)
{
    ph_sr25519_sign(&key->pair.sr25519, out, payload, NULL);
    if (ks->log)
        ks->log(ks->log_ctx, ks->env, key->type, key->public_key, payload, out);
}

ph_err_t ph_keystore_sign_statement(ph_keystore_t *ks, ph_validator_signature_t *out, const ph_validator_id_t *id,
                                    const ph_compact_statement_t *statement, const ph_signing_context_t *context,
                                    ph_core_index_t core)
{
    const ph_keystore_key_t *key = ph_keystore_find(ks, PH_KEY_PARA_VALIDATOR, id->bytes);
    if (!key)
        return PH_ERR_NOT_FOUND;
    if (is_forgotten(ks, context->session_index))
        return PH_ERR_REFUSED;
    bool seconded = statement->kind == PH_COMPACT_STATEMENT_SECONDED;
    const ph_candidate_hash_t *candidate = seconded ? &statement->seconded : &statement->valid;
    uint8_t about[68], what[2][32] = {{0}};
    fact_t facts[2];
    /* One kind of statement a candidate … */
    memcpy(about, context->parent_hash.bytes, 32);
    memcpy(about + 32, candidate->bytes, 32);
    facts[0] = fact_key(context->session_index, 'c', id->bytes, ph_bytes(about, 64));
    what[0][0] = statement->kind;
    /* … and one Seconded a core and relay parent. */
    ph_put_u32(about + 32, core.v);
    facts[1] = fact_key(context->session_index, 'r', id->bytes, ph_bytes(about, 36));
    memcpy(what[1], candidate->bytes, 32);
    PH_TRY(record(ks, facts, (const uint8_t(*)[32])what, seconded ? 2 : 1));
    ph_bytes_t payload = ph_payload_of_statement(NULL, statement, context);
    sign(ks, out->bytes, key, payload);
    ph_mem_free(payload.data);
    return PH_OK;
}

ph_err_t ph_keystore_sign_bitfield(ph_keystore_t *ks, ph_validator_signature_t *out, const ph_validator_id_t *id,
                                   ph_bits_t bitfield, const ph_signing_context_t *context)
{
    const ph_keystore_key_t *key = ph_keystore_find(ks, PH_KEY_PARA_VALIDATOR, id->bytes);
    if (!key)
        return PH_ERR_NOT_FOUND;
    if (is_forgotten(ks, context->session_index))
        return PH_ERR_REFUSED;
    ph_bytes_t payload = ph_payload_of_bitfield(NULL, bitfield, context);
    uint8_t what[1][32];
    ph_blake2_256(what[0], payload);
    fact_t fact = fact_key(context->session_index, 'b', id->bytes, ph_bytes(context->parent_hash.bytes, 32));
    ph_err_t err = record(ks, &fact, (const uint8_t(*)[32])what, 1);
    if (err == PH_OK)
        sign(ks, out->bytes, key, payload);
    ph_mem_free(payload.data);
    return err;
}

ph_err_t ph_keystore_sign_pvf_check(ph_keystore_t *ks, ph_validator_signature_t *out, const ph_validator_id_t *id,
                                    const ph_pvf_check_statement_t *statement)
{
    const ph_keystore_key_t *key = ph_keystore_find(ks, PH_KEY_PARA_VALIDATOR, id->bytes);
    if (!key)
        return PH_ERR_NOT_FOUND;
    if (is_forgotten(ks, statement->session_index))
        return PH_ERR_REFUSED;
    uint8_t what[1][32] = {{statement->accept}};
    fact_t fact = fact_key(statement->session_index, 'v', id->bytes, ph_bytes(statement->subject.bytes, 32));
    PH_TRY(record(ks, &fact, (const uint8_t(*)[32])what, 1));
    ph_bytes_t payload = ph_payload_of_pvf_check(NULL, statement);
    sign(ks, out->bytes, key, payload);
    ph_mem_free(payload.data);
    return PH_OK;
}

ph_err_t ph_keystore_sign_block(ph_keystore_t *ks, uint8_t out[64], const uint8_t babe_key[32], ph_slot_t slot,
                                const ph_hash_t *pre_seal_hash)
{
    const ph_keystore_key_t *key = ph_keystore_find(ks, PH_KEY_BABE, babe_key);
    if (!key)
        return PH_ERR_NOT_FOUND;
    uint8_t what[1][32];
    fact_t fact = {.len = sizeof SEALS - 1 + 8 + 32};
    memcpy(fact.key, SEALS, sizeof SEALS - 1);
    for (size_t i = 0; i < 8; i++)
        fact.key[sizeof SEALS - 1 + i] = (uint8_t)(slot.v >> (56 - 8 * i));
    memcpy(fact.key + sizeof SEALS - 1 + 8, babe_key, 32);
    memcpy(what[0], pre_seal_hash->bytes, 32);
    if (slot.v > SLOTS_KEPT)
        forget_below(ks, PH_BYTES_LIT(SEALS), 8, slot.v - SLOTS_KEPT);
    PH_TRY(record(ks, &fact, (const uint8_t(*)[32])what, 1));
    sign(ks, out, key, ph_bytes(pre_seal_hash->bytes, 32));
    return PH_OK;
}

bool ph_keystore_claim_slot(ph_keystore_t *ks, ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch, ph_slot_t slot)
{
    for (size_t k = 0; k < ks->keys.count; k++) {
        const ph_keystore_key_t *key = &ks->keys.items[k];
        if (key->type != PH_KEY_BABE)
            continue;
        for (uint32_t i = 0; i < epoch->authority_count; i++) {
            ph_babe_own_key_t own = {.authority = i, .pair = &key->pair.sr25519};
            if (memcmp(epoch->authorities[i].public_key, key->public_key, 32) == 0 &&
                ph_babe_claim_slot(out, epoch, slot.v, &own, 1, NULL))
                return true;
        }
    }
    return false;
}

ph_err_t ph_keystore_sign(ph_keystore_t *ks, uint8_t out[64], ph_key_type_t type, const uint8_t public_key[32],
                          ph_bytes_t message)
{
    /* The keys that could contradict themselves sign through the record alone. */
    if (type != PH_KEY_COLLATOR && type != PH_KEY_AUTHORITY_DISCOVERY)
        return PH_ERR_UNSUPPORTED;
    const ph_keystore_key_t *key = ph_keystore_find(ks, type, public_key);
    if (!key)
        return PH_ERR_NOT_FOUND;
    ph_sr25519_sign(&key->pair.sr25519, out, message, NULL);
    return PH_OK;
}
