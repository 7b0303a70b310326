#include <string.h>

#include "sim/check_private.h"

/* Everything that a validator may sign only once is a subject; the first signature about it is kept, any other one
 * about the same subject must have been of the same thing. */

typedef struct subject {
    uint8_t key[32], about[32];
    uint32_t session;
    uint32_t kind; /* 'b' bitfield of a parent, 'c' statement of a candidate, 's' Seconded of a parent, 'v' vote on
                      code, 't' block of a slot by the clock, 'n' block of a slot by the header */
} subject_t;

static void note(ph_check_t *check, const subject_t *subject, const uint8_t what[32], const char *contradiction)
{
    bool added;
    uint8_t *known = ph_map_put(&check->signed_facts, subject, &added);
    if (added)
        memcpy(known, what, 32);
    else if (memcmp(known, what, 32) != 0)
        ph_check_violated(check, PH_CHECK_SIGNED, "key %s %s (%s)", ph_check_short(subject->key).text, contradiction,
                          ph_check_short(subject->about).text);
}

static subject_t subject_of(const uint8_t *key, char kind, uint32_t session, const uint8_t *about)
{
    subject_t s = {.session = session, .kind = (uint32_t)kind};
    memcpy(s.key, key, 32);
    memcpy(s.about, about, 32);
    return s;
}

/* "BKNG", 1 Seconded or 2 Valid, the candidate's hash; then the session and the relay parent. */
static void note_statement(ph_check_t *check, const uint8_t *key, ph_check_reader_t *r)
{
    uint8_t what[32] = {0};
    ph_check_take(r, 4);
    uint8_t kind = ph_check_u8(r);
    ph_bytes_t candidate = ph_check_take(r, 32);
    uint32_t session = ph_check_u32(r);
    ph_bytes_t parent = ph_check_take(r, 32);
    if (r->bad || r->at != r->end || kind < 1 || kind > 2) {
        ph_check_violated(check, PH_CHECK_SIGNED, "key %s signed a statement that is none", ph_check_short(key).text);
        return;
    }
    what[0] = kind;
    subject_t of_candidate = subject_of(key, 'c', 0, candidate.data),
              of_parent = subject_of(key, 's', session, parent.data);
    note(check, &of_candidate, what, "signed Seconded and Valid for one candidate");
    if (kind == 1)
        note(check, &of_parent, candidate.data, "seconded two candidates of one relay parent");
}

static void note_bitfield(ph_check_t *check, const uint8_t *key, ph_check_reader_t *r)
{
    uint8_t what[32] = {0};
    ph_check_bits_t bits = ph_check_read_bits(r);
    uint32_t session = ph_check_u32(r);
    ph_bytes_t parent = ph_check_take(r, 32);
    if (r->bad || r->at != r->end || bits.count > 200) {
        ph_check_violated(check, PH_CHECK_SIGNED, "key %s signed a bitfield that is none", ph_check_short(key).text);
        return;
    }
    what[0] = (uint8_t)bits.count;
    if (bits.bytes.len)
        memcpy(what + 1, bits.bytes.data, bits.bytes.len);
    subject_t of_parent = subject_of(key, 'b', session, parent.data);
    note(check, &of_parent, what, "signed two bitfields for one parent");
}

/* "VCPC", whether it is accepted, the code's hash; then the session and who votes. */
static void note_vote(ph_check_t *check, const uint8_t *key, ph_check_reader_t *r)
{
    uint8_t what[32] = {0};
    ph_check_take(r, 4);
    what[0] = ph_check_u8(r);
    ph_bytes_t code = ph_check_take(r, 32);
    uint32_t session = ph_check_u32(r);
    ph_check_u32(r);
    if (r->bad || r->at != r->end || what[0] > 1) {
        ph_check_violated(check, PH_CHECK_SIGNED, "key %s signed a vote that is none", ph_check_short(key).text);
        return;
    }
    subject_t of_code = subject_of(key, 'v', session, code.data);
    note(check, &of_code, what, "voted both for and against code");
}

static subject_t subject_of_slot(const uint8_t *key, char kind, uint64_t slot)
{
    uint8_t about[32] = {0};
    ph_put_u64(about, slot);
    return subject_of(key, kind, 0, about);
}

/* The payload is the header's hash before the seal; its slot shows when the block does. Till then the clock tells. */
static void note_seal(ph_check_t *check, ph_env_t *env, const uint8_t *key, ph_bytes_t payload)
{
    if (payload.len != 32) {
        ph_check_violated(check, PH_CHECK_SIGNED, "key %s sealed something that is no hash", ph_check_short(key).text);
        return;
    }
    memcpy(ph_map_put(&check->seals, payload.data, NULL), key, 32);
    subject_t of_slot = subject_of_slot(key, 't', ph_env_now_ms(env) / check->config.slot_ms);
    note(check, &of_slot, payload.data, "sealed two blocks in one slot");
}

void ph_check_signature(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32], ph_bytes_t payload,
                        const uint8_t signature[64])
{
    ph_check_t *check = ctx;
    ph_check_reader_t r = ph_check_reader(payload);
    (void)signature;
    check->seen.signatures++;
    if (type == PH_KEY_BABE) {
        note_seal(check, env, public_key, payload);
        return;
    }
    *(ph_env_t **)ph_map_put(&check->node_of, public_key, NULL) = env;
    if (payload.len > 4 && memcmp(payload.data, "BKNG", 4) == 0)
        note_statement(check, public_key, &r);
    else if (payload.len > 4 && memcmp(payload.data, "VCPC", 4) == 0)
        note_vote(check, public_key, &r);
    else
        note_bitfield(check, public_key, &r);
}

void ph_check_sealed(ph_check_t *check, const ph_check_header_t *header)
{
    const uint8_t *key = ph_map_get(&check->seals, header->pre_seal);
    if (!key) {
        ph_check_violated(check, PH_CHECK_SIGNED, "block %llu was sealed past the record",
                          (unsigned long long)header->number);
        return;
    }
    subject_t of_slot = subject_of_slot(key, 'n', header->slot);
    note(check, &of_slot, header->pre_seal, "made two blocks for one slot");
}
