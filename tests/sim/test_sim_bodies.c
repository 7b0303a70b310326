/* The runtime's two bodies under the whole network: a run in which every block is executed by the blob is the run in
 * which every block is executed natively, event for event.
 *
 * PH_SIM_SEEDS=N compares N seeds (default 5), from PH_SIM_FIRST (default 1) on. */
#include "sim/run.h"

#include <stdlib.h>

#include "support/random.h"

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Short runs over two sessions, every other one with faults. */
static ph_sim_config_t draw(uint64_t seed)
{
    ph_test_random_t rng = ph_test_random(seed * 0x2545f491 + 99);
    for (int i = 0; i < 16; i++)
        (void)ph_test_u64(&rng);
    ph_sim_config_t c = ph_sim_usual(seed, 4, 1, 14);
    c.session_slots = 6;
    c.rotation_blocks = 3;
    c.finality_depth = 8;
    c.validators = 3 + ph_test_below(&rng, 4);
    c.paras = 1 + ph_test_below(&rng, 2);
    if (seed % 2 == 0) {
        c.loss_percent = (double)ph_test_below(&rng, 301) / 100;
        c.crashes = ph_test_below(&rng, 2);
        c.bad_collators = ph_test_below(&rng, 2);
    }
    return c;
}

typedef struct outcome {
    ph_hash_t best;
    uint8_t digest[32];
    ph_executor_stats_t calls;
} outcome_t;

static outcome_t run(ph_sim_config_t config, ph_runtime_body_t body)
{
    outcome_t out = {0};
    char why[200] = "";
    ph_sim_t *sim;
    config.runtime_body = body;
    ph_test_restore_signals();
    if (ph_sim_new(&sim, &config, why, sizeof why) != PH_OK || ph_sim_run(sim, why, sizeof why) != PH_OK)
        fail_msg("seed %llu: %s", (unsigned long long)config.seed, why);
    ph_node_t *view = ph_fleet_view(ph_sim_fleet(sim));
    assert_non_null(view);
    out.best = ph_chain_best(ph_node_chain(view))->hash;
    ph_world_digest(ph_sim_world(sim), out.digest);
    ph_executor_stats(ph_sim_fleet(sim)->local->executor, &out.calls);
    ph_sim_free(sim);
    return out;
}

static void test_seeds(void **state)
{
    uint64_t first = number_from("PH_SIM_FIRST", 1), count = number_from("PH_SIM_SEEDS", 5);
    (void)state;
    for (uint64_t seed = first; seed < first + count; seed++) {
        outcome_t native = run(draw(seed), PH_RUNTIME_NATIVE), wasm = run(draw(seed), PH_RUNTIME_WASM);
        if (!ph_hash_equal(&native.best, &wasm.best) || memcmp(native.digest, wasm.digest, 32) != 0)
            fail_msg("seed %llu: the bodies differ; parahost sim --seed %llu --runtime wasm", (unsigned long long)seed,
                     (unsigned long long)seed);
        /* Each body was really asked, and as often. */
        assert_int_equal(native.calls.wasm_calls, 0);
        assert_int_equal(wasm.calls.native_calls, 0);
        assert_true(native.calls.native_calls > 10);
        assert_int_equal(native.calls.native_calls, wasm.calls.wasm_calls);
        assert_int_equal(wasm.calls.compiled, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_seeds)};
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
