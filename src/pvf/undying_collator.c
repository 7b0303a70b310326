#include "pvf/undying_collator.h"

#include <string.h>

#include "crypto/hash.h"
#include "primitives/types.h"

enum { REMEMBERED = 4, POV_LEN_MAX = 10 << 20, HASHED_MAX = 256 << 20 };

typedef struct place {
    uint8_t head[PH_ADDER_HEAD_LEN];
    ph_undying_state_t state; /* after it; on the heap */
} place_t;

struct ph_undying {
    size_t pov_len;
    place_t places[REMEMBERED];
    size_t used, next;
};

/* ---- the chain ---- */

static void hash_state(uint8_t out[32], const ph_undying_state_t *state)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_undying_state_encode(&w, state);
    ph_keccak_256(out, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

static bool has_state(const ph_adder_head_t *head, const ph_undying_state_t *state)
{
    uint8_t hash[32];
    hash_state(hash, state);
    return memcmp(hash, head->post_state, 32) == 0;
}

/* The graveyard is a square at least as large as the PoV. */
static ph_undying_state_t genesis_state(size_t pov_len)
{
    ph_undying_state_t state = {0};
    size_t side = 0;
    while (side * side < pov_len)
        side++;
    state.graveyard = (ph_bytes_t){ph_mem_alloc(NULL, side * side + 1), side * side};
    for (size_t i = 0; i < state.graveyard.len; i++)
        state.graveyard.data[i] = (uint8_t)i;
    return state;
}

static void advance(ph_undying_state_t *state)
{
    for (uint32_t i = 0; i < PH_UNDYING_ITERATIONS; i++) {
        for (uint32_t t = 0; t < PH_UNDYING_TOMBSTONES && state->index < state->graveyard.len; t++) {
            state->graveyard.data[state->index]++;
            state->index = (state->index + 1) % state->graveyard.len;
        }
        hash_state(state->seal.bytes, state);
    }
}

static size_t length_or_default(size_t pov_len)
{
    return pov_len == 0 ? PH_UNDYING_POV_LEN : pov_len < POV_LEN_MAX ? pov_len : POV_LEN_MAX;
}

void ph_undying_genesis(uint8_t head[PH_ADDER_HEAD_LEN], size_t pov_len)
{
    ph_adder_head_t genesis = {0};
    ph_undying_state_t state = genesis_state(length_or_default(pov_len));
    hash_state(genesis.post_state, &state);
    ph_adder_head_encode(head, &genesis);
    ph_undying_state_free(&state);
}

/* ---- what is remembered ---- */

ph_undying_t *ph_undying_new(size_t pov_len)
{
    ph_undying_t *undying = ph_mem_alloc(NULL, sizeof *undying);
    undying->pov_len = length_or_default(pov_len);
    return undying;
}

void ph_undying_free(ph_undying_t *undying)
{
    if (!undying)
        return;
    for (size_t i = 0; i < undying->used; i++)
        ph_undying_state_free(&undying->places[i].state);
    ph_mem_free(undying);
}

static const ph_undying_state_t *recall(const ph_undying_t *undying, ph_bytes_t head)
{
    for (size_t i = 0; i < undying->used; i++)
        if (memcmp(undying->places[i].head, head.data, PH_ADDER_HEAD_LEN) == 0)
            return &undying->places[i].state;
    return NULL;
}

/* Takes the state. */
static const ph_undying_state_t *remember(ph_undying_t *undying, const uint8_t *head, ph_undying_state_t state)
{
    place_t *place = &undying->places[undying->next];
    if (undying->next < undying->used)
        ph_undying_state_free(&place->state);
    else
        undying->used++;
    undying->next = (undying->next + 1) % REMEMBERED;
    memcpy(place->head, head, PH_ADDER_HEAD_LEN);
    place->state = state;
    return &place->state;
}

/* From the genesis state of that size. */
static bool work_out(ph_undying_state_t *out, const ph_adder_head_t *head, size_t pov_len)
{
    if (head->number > HASHED_MAX / pov_len)
        return false;
    *out = genesis_state(pov_len);
    for (uint64_t n = 0; n < head->number; n++)
        advance(out);
    if (has_state(head, out))
        return true;
    ph_undying_state_free(out);
    return false;
}

static const ph_undying_state_t *find_state(ph_undying_t *undying, const ph_adder_head_t *head, ph_bytes_t encoded)
{
    const size_t sizes[] = {undying->pov_len, 1000, 10000, 100000, 1000000};
    const ph_undying_state_t *known = recall(undying, encoded);
    ph_undying_state_t state;
    for (size_t i = 0; !known && i < sizeof sizes / sizeof *sizes; i++)
        if (work_out(&state, head, sizes[i]))
            known = remember(undying, encoded.data, state);
    return known;
}

ph_err_t ph_undying_next(ph_undying_t *undying, ph_writer_t *block, uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent)
{
    ph_adder_head_t before, after;
    PH_TRY(ph_adder_head_decode(&before, parent));
    const ph_undying_state_t *state = find_state(undying, &before, parent);
    if (!state)
        return PH_ERR_NOT_FOUND;
    ph_undying_block_t data = {*state, PH_UNDYING_TOMBSTONES, PH_UNDYING_ITERATIONS};
    ph_undying_block_encode(block, &data);
    ph_undying_state_t next;
    ph_undying_state_clone(NULL, &next, state);
    advance(&next);
    after.number = before.number + 1;
    ph_keccak_256(after.parent_hash, parent);
    hash_state(after.post_state, &next);
    ph_adder_head_encode(head, &after);
    if (recall(undying, ph_bytes(head, PH_ADDER_HEAD_LEN)))
        ph_undying_state_free(&next);
    else
        remember(undying, head, next);
    return PH_OK;
}
