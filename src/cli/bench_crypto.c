/* `parahost bench sr25519` */
#include "base/check.h"
#include "cli/bench.h"
#include "crypto/sr25519.h"

#define MESSAGE_LEN 100

typedef struct crypto_bench {
    ph_sr25519_keypair_t pair;
    ph_sr25519_prepared_t prepared;
    ph_merlin_t message, vrf_input;
    uint8_t text[MESSAGE_LEN], signature[64];
    ph_vrf_t vrf;
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
    ph_bench_run(b, "vrf-sign", 1, "signatures", 1, vrf_sign, &c);
    ph_bench_run(b, "vrf-verify", 1, "signatures", 1, vrf_verify, &c);
    return 0;
}
