/* `parahost bench sr25519` */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "cli/bench.h"
#include "crypto/sr25519.h"

enum { MESSAGE_LEN = 100, BATCH_MAX = 256 };

typedef struct crypto_bench {
    ph_sr25519_keypair_t pair;
    ph_sr25519_prepared_t prepared;
    ph_merlin_t message, vrf_input;
    uint8_t text[MESSAGE_LEN], signature[64];
    ph_vrf_t vrf;
    ph_sr25519_signed_t *batch; /* of BATCH_MAX */
    size_t batch_count;
} crypto_bench_t;

static void sign(void *ctx)
{
    crypto_bench_t *c = ctx;
    ph_sr25519_sign(&c->pair, c->signature, ph_bytes(c->text, MESSAGE_LEN), NULL);
}

static void verify(void *ctx)
{
    crypto_bench_t *c = ctx;
    PH_CHECK(ph_sr25519_verify(c->signature, ph_bytes(c->text, MESSAGE_LEN), c->pair.public_key));
}

static void verify_prepared(void *ctx)
{
    crypto_bench_t *c = ctx;
    ph_merlin_t t;
    ph_sr25519_message(&t, ph_bytes(c->text, MESSAGE_LEN));
    PH_CHECK(ph_sr25519_verify_prepared(c->signature, &t, &c->prepared));
}

static void verify_batch(void *ctx)
{
    crypto_bench_t *c = ctx;
    PH_CHECK(ph_sr25519_verify_batch(c->batch, c->batch_count));
}

/* Every signature has a key and a message of its own. */
static void make_batch(ph_arena_t *arena, crypto_bench_t *c)
{
    c->batch = ph_arena_alloc(arena, BATCH_MAX * sizeof *c->batch);
    for (uint32_t i = 0; i < BATCH_MAX; i++) {
        uint8_t seed[32] = {0}, *bytes = ph_arena_alloc(arena, 64 + 32 + MESSAGE_LEN);
        ph_sr25519_keypair_t pair;
        ph_put_u32(seed, i);
        ph_sr25519_from_mini_secret(&pair, seed);
        c->batch[i] = (ph_sr25519_signed_t){bytes, bytes + 64, ph_bytes(bytes + 96, MESSAGE_LEN)};
        ph_put_u32(bytes + 96, i);
        memcpy(bytes + 64, pair.public_key, 32);
        ph_sr25519_sign(&pair, bytes, c->batch[i].message, NULL);
    }
}

static void vrf_sign(void *ctx)
{
    crypto_bench_t *c = ctx;
    ph_vrf_sign(&c->pair, &c->vrf, &c->vrf_input, NULL, NULL);
}

static void vrf_verify(void *ctx)
{
    crypto_bench_t *c = ctx;
    PH_CHECK(ph_vrf_verify(&c->vrf, &c->vrf_input, NULL, c->pair.public_key));
}

int ph_bench_sr25519(ph_bench_t *b)
{
    crypto_bench_t c = {.text = "a message of a hundred bytes"};
    uint8_t seed[32] = {1};
    ph_sr25519_from_mini_secret(&c.pair, seed);
    PH_CHECK(ph_sr25519_prepare(&c.prepared, c.pair.public_key) == PH_OK);
    ph_merlin_init(&c.vrf_input, "bench");
    ph_merlin_append_u64(&c.vrf_input, "slot", 7);
    ph_bench_run(b, "sign", 1, "signatures", 1, sign, &c);
    ph_bench_run(b, "verify", 1, "signatures", 1, verify, &c);
    ph_bench_run(b, "verify-prepared", 1, "signatures", 1, verify_prepared, &c);
    ph_arena_t *arena = ph_arena_new();
    make_batch(arena, &c);
    c.batch_count = 64;
    ph_bench_run(b, "verify-batch-64", 64, "signatures", 64, verify_batch, &c);
    c.batch_count = 256;
    ph_bench_run(b, "verify-batch-256", 256, "signatures", 256, verify_batch, &c);
    ph_arena_free(arena);
    ph_bench_run(b, "vrf-sign", 1, "signatures", 1, vrf_sign, &c);
    ph_bench_run(b, "vrf-verify", 1, "signatures", 1, vrf_verify, &c);
    return 0;
}
