/* A pool with a runtime of the test's own: transactions say themselves what they need and provide. */
#ifndef PH_TESTS_CHAIN_POOL_PARTS_H
#define PH_TESTS_CHAIN_POOL_PARTS_H

#include "support/cmocka.h"

#include <stdio.h>

#include "chain/pool.h"
#include "env/sim/world.h"
#include "scale/scale.h"

/* An extrinsic of these tests: signed, version 4, then this struct. */
typedef struct fake_tx {
    uint8_t account;
    uint8_t nonce;
    uint8_t priority;
    uint8_t longevity; /* blocks */
    uint8_t hidden;    /* not to be passed on */
    uint8_t kind;      /* fake_kind_t */
    uint8_t filler;    /* tells alike ones apart */
    uint16_t padding;  /* so many bytes more */
} fake_tx_t;

typedef enum fake_kind { PLAIN, NO_TAGS, BAD_PROOF, CANNOT_LOOK_UP, UNREADABLE, CIRCLE } fake_kind_t;

/* A block as pools see it: number, hash, body. `nonces` is what the accounts have after it. */
typedef struct fake_block {
    ph_relay_block_t block; /* first member */
    uint8_t nonces[8];
} fake_block_t;

static inline ph_bytes_t fake_xt(ph_arena_t *arena, fake_tx_t tx)
{
    uint8_t *bytes = ph_arena_alloc(arena, 1 + sizeof tx + tx.padding);
    bytes[0] = 0x84;
    memcpy(bytes + 1, &tx, sizeof tx);
    return ph_bytes(bytes, 1 + sizeof tx + tx.padding);
}

static inline void fake_tag(ph_arena_t *arena, ph_vec_bytes_t *list, uint8_t account, uint8_t nonce)
{
    uint8_t tag[2] = {account, nonce};
    ph_bytes_t *items = ph_arena_alloc(arena, (list->count + 1) * sizeof *items);
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    items[list->count] = ph_bytes_copy(arena, ph_bytes(tag, sizeof tag));
    list->items = items;
    list->count++;
}

static inline void fake_refuse(ph_transaction_validity_t *out, uint8_t why)
{
    out->kind = PH_RES_ERR;
    out->err.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID;
    out->err.invalid.kind = why;
}

static inline void fake_judge(ph_arena_t *arena, ph_transaction_validity_t *out, const fake_block_t *at,
                              const fake_tx_t *tx)
{
    out->kind = PH_RES_OK;
    out->ok = (ph_valid_transaction_t){.priority = tx->priority, .longevity = tx->longevity, .propagate = !tx->hidden};
    uint8_t next = at->nonces[tx->account % 8];
    if (tx->kind == BAD_PROOF) {
        fake_refuse(out, PH_INVALID_TRANSACTION_BAD_PROOF);
    } else if (tx->kind == CANNOT_LOOK_UP) {
        out->kind = PH_RES_ERR;
        out->err.kind = PH_TRANSACTION_VALIDITY_ERROR_UNKNOWN;
        out->err.unknown.kind = PH_UNKNOWN_TRANSACTION_CANNOT_LOOKUP;
    } else if (tx->nonce < next) {
        fake_refuse(out, PH_INVALID_TRANSACTION_STALE);
    } else if (tx->kind != NO_TAGS) {
        if (tx->nonce > next)
            fake_tag(arena, &out->ok.requires, tx->account, (uint8_t)(tx->nonce - 1));
        fake_tag(arena, &out->ok.provides, tx->account, tx->nonce);
        if (tx->kind == CIRCLE) /* a second account waits for this one, and it for that */
            fake_tag(arena, &out->ok.requires, tx->filler, 255);
    }
}

/* The fake runtime. *ctx counts its calls. */
static inline ph_err_t fake_validate(void *ctx, ph_writer_t *out, const ph_relay_block_t *at,
                                     ph_transaction_source_kind_t source, ph_bytes_t xt)
{
    fake_tx_t tx;
    (void)source;
    ++*(unsigned *)ctx;
    if (xt.len < 1 + sizeof tx)
        return PH_ERR_INTERNAL;
    memcpy(&tx, xt.data + 1, sizeof tx);
    if (tx.kind == UNREADABLE)
        return PH_ERR_INTERNAL;
    ph_arena_t *arena = ph_arena_new();
    ph_transaction_validity_t validity;
    memset(&validity, 0, sizeof validity);
    fake_judge(arena, &validity, (const fake_block_t *)(const void *)at, &tx);
    ph_transaction_validity_encode(out, &validity);
    ph_arena_free(arena);
    return PH_OK;
}

/* A block on `parent` (NULL: block 0) with these transactions; each raises its account's nonce. In the arena, and never
 * freed by references. */
static inline fake_block_t *fake_block(ph_arena_t *arena, const fake_block_t *parent, const ph_bytes_t *xts,
                                       size_t count, uint8_t salt)
{
    fake_block_t *b = ph_arena_alloc(arena, sizeof *b);
    atomic_init(&b->block.refs, 1);
    if (parent) {
        memcpy(b->nonces, parent->nonces, sizeof b->nonces);
        b->block.header.parent_hash = parent->block.hash;
        b->block.header.number = parent->block.header.number + 1;
    }
    for (size_t i = 0; i < count; i++) {
        fake_tx_t tx;
        memcpy(&tx, xts[i].data + 1, sizeof tx);
        b->nonces[tx.account % 8] = (uint8_t)(tx.nonce + 1);
    }
    b->block.body.items = ph_arena_copy(arena, xts, count * sizeof *xts);
    b->block.body.count = count;
    b->block.hash.bytes[0] = (uint8_t)b->block.header.number;
    b->block.hash.bytes[1] = salt;
    return b;
}

#endif
