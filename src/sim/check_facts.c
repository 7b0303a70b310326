#include <string.h>

#include "base/check.h"
#include "sim/check_private.h"
#include "trie/state.h"

/* What the state after a block says of cores, heads and validators, key by key. */

static ph_bytes_t lookup(ph_check_t *check, const ph_relay_block_t *block, const ph_check_key_t *key)
{
    ph_bytes_t value = {0}, k = ph_bytes(key->bytes, key->len);
    if (check->config.read && check->config.read(check->config.ctx, check->arena, block, k, &value))
        return value;
    if (ph_state_get(block->state, &value, k) != PH_OK)
        return (ph_bytes_t){0};
    return ph_bytes_copy(check->arena, value);
}

static ph_check_reader_t value_of(ph_check_t *check, const ph_relay_block_t *block, const char *pallet,
                                  const char *item)
{
    ph_check_key_t key = ph_check_value_key(pallet, item);
    return ph_check_reader(lookup(check, block, &key));
}

static ph_check_reader_t para_value(ph_check_t *check, const ph_relay_block_t *block, const char *pallet,
                                    const char *item, uint32_t para)
{
    ph_check_key_t key = ph_check_para_key(pallet, item, para);
    return ph_check_reader(lookup(check, block, &key));
}

static void read_pending(ph_check_t *check, ph_check_reader_t *r, ph_check_pending_t *out, size_t validators)
{
    out->core = ph_check_u32(r);
    ph_bytes_t hash = ph_check_take(r, 32);
    ph_check_read_candidate(r, &out->candidate);
    out->noted = ph_check_read_bits(r);
    ph_check_read_bits(r); /* backers */
    ph_check_u32(r);       /* relay parent's number */
    out->backed_in = ph_check_u32(r);
    ph_check_u32(r); /* group */
    out->votes = ph_arena_alloc(check->arena, validators + 1);
    r->bad |= !r->bad && memcmp(hash.data, out->candidate.hash, 32) != 0;
}

static bool read_para(ph_check_t *check, ph_check_para_t *out, const ph_relay_block_t *block, size_t validators)
{
    /* Under the item's older name "V1" lie the candidates pending availability. */
    ph_check_reader_t r = para_value(check, block, "ParaInclusion", "V1", out->id);
    ph_check_reader_t head = para_value(check, block, "Paras", "Heads", out->id);
    out->head = ph_check_bytes(&head);
    uint64_t count = r.at == r.end ? 0 : ph_check_compact(&r);
    if (count > 16 || r.bad || head.bad)
        return false;
    out->pending_count = (size_t)count;
    out->pending = ph_arena_alloc(check->arena, (out->pending_count + 1) * sizeof *out->pending);
    for (size_t i = 0; i < out->pending_count; i++)
        read_pending(check, &r, &out->pending[i], validators);
    return !r.bad && r.at == r.end;
}

ph_check_facts_t *ph_check_read_facts(ph_check_t *check, const ph_relay_block_t *block, const ph_check_header_t *header)
{
    ph_check_facts_t *facts = ph_arena_alloc(check->arena, sizeof *facts);
    ph_check_reader_t session = value_of(check, block, "ParasShared", "CurrentSessionIndex");
    ph_check_reader_t keys = value_of(check, block, "ParasShared", "ActiveValidatorKeys");
    ph_check_reader_t paras = value_of(check, block, "Paras", "Parachains");
    facts->header = *header;
    facts->session = ph_check_u32(&session);
    facts->validator_count = (size_t)ph_check_compact(&keys);
    facts->validators = ph_check_take(&keys, facts->validator_count < 65536 ? facts->validator_count * 32 : SIZE_MAX);
    facts->para_count = (size_t)ph_check_compact(&paras);
    bool good = !session.bad && !keys.bad && keys.at == keys.end && !paras.bad &&
                facts->para_count == (size_t)(paras.end - paras.at) / 4;
    if (good)
        facts->paras = ph_arena_alloc(check->arena, (facts->para_count + 1) * sizeof *facts->paras);
    for (size_t i = 0; i < facts->para_count && good; i++) {
        facts->paras[i].id = ph_check_u32(&paras);
        good = read_para(check, &facts->paras[i], block, facts->validator_count);
    }
    if (good)
        return facts;
    ph_check_violated(check, PH_CHECK_READABLE, "the state after block %llu %s does not decode",
                      (unsigned long long)header->number, ph_check_short(header->hash).text);
    return NULL;
}

const ph_check_para_t *ph_check_para_of(const ph_check_facts_t *facts, uint32_t id)
{
    for (size_t i = 0; i < facts->para_count; i++)
        if (facts->paras[i].id == id)
            return &facts->paras[i];
    return NULL;
}
