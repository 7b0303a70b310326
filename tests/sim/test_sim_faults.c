/* Simulations with faults, drawn from their seeds and checked at each block: first a safety phase in which messages are
 * lost and late, the network is cut and nodes crash; then a liveness phase on the healed network, in which inclusion
 * goes on.
 *
 * PH_SIM_SEEDS=N runs N seeds (default 10), from PH_SIM_FIRST (default 1) on. A seed that fails prints how to run it
 * alone. */
#include "sim/run.h"

#include <stdlib.h>
#include <time.h>

#include "support/random.h"

enum { SAFETY_SLOTS = 36, SETTLE_SLOTS = 4, LIVENESS_SLOTS = 14, SLOT_MS = 6000 };

typedef struct totals {
    ph_check_seen_t seen;
    uint64_t reorgs, crashes, cuts, deepest;
} totals_t;

/* What a seed's run is like. */
static ph_sim_config_t draw(uint64_t seed)
{
    ph_test_random_t rng = ph_test_random(seed * 0x51ed270b + 12345);
    for (int i = 0; i < 16; i++) /* neighbouring seeds are alike at first */
        (void)ph_test_u64(&rng);
    ph_sim_config_t c = ph_sim_usual(seed, 4, 1, SAFETY_SLOTS);
    c.slot_ms = SLOT_MS;
    /* The sum of two draws: most runs are of middling size, some as small or as large as can be. */
    c.validators = 3 + ph_test_below(&rng, 10) + ph_test_below(&rng, 9);
    c.paras = 1 + ph_test_below(&rng, c.validators / 3 > 3 ? 3 : c.validators / 3);
    c.latency_min_ms = ph_test_below(&rng, 60);
    c.latency_max_ms = c.latency_min_ms + 20 + ph_test_below(&rng, 320);
    c.loss_percent = (double)ph_test_below(&rng, 501) / 100;
    c.crashes = ph_test_below(&rng, 5);
    c.bad_collators = ph_test_below(&rng, 3);
    c.has_partition = ph_test_below(&rng, 2);
    c.partition_from = 8 + (uint32_t)ph_test_below(&rng, 10);
    c.partition_to = c.partition_from + 2 + (uint32_t)ph_test_below(&rng, 11);
    c.no_memo = ph_test_below(&rng, 12) == 0;
    c.pov_bytes = ph_test_below(&rng, 4) == 0 ? 1 + ph_test_below(&rng, 30000) : 0;
    return c;
}

static void print_how(const ph_sim_config_t *c)
{
    print_error("seed %llu alone: PH_SIM_FIRST=%llu PH_SIM_SEEDS=1 sim_test_sim_faults\n", (unsigned long long)c->seed,
                (unsigned long long)c->seed);
    print_error("its safety phase: parahost sim --seed %llu --validators %zu --paras %zu --slots %u --latency-ms "
                "%llu..%llu --loss %.2f --crash %zu "
                "--bad-collators %zu --pov-bytes %zu%s",
                (unsigned long long)c->seed, c->validators, c->paras, c->slots, (unsigned long long)c->latency_min_ms,
                (unsigned long long)c->latency_max_ms, c->loss_percent, c->crashes, c->bad_collators, c->pov_bytes,
                c->no_memo ? " --no-memo" : "");
    if (c->has_partition)
        print_error(" --partition %u..%u", c->partition_from, c->partition_to);
    print_error("\n");
}

/* ---- liveness ---- */

typedef struct progress {
    ph_hash_t best;
    uint32_t number;
    uint64_t included[4];
} progress_t;

static progress_t look(const ph_check_t *check, ph_sim_t *sim, size_t paras)
{
    const ph_relay_block_t *best = ph_chain_best(ph_node_chain(ph_fleet_view(ph_sim_fleet(sim))));
    progress_t p = {.best = best->hash, .number = best->header.number};
    for (size_t i = 0; i < paras; i++)
        p.included[i] = ph_check_included(check, &best->hash, (ph_para_id_t){(uint32_t)(2000 + i)});
    return p;
}

/* Blocks and inclusion went on, and every honest node is at, or just before, the same height. (Collators that cheat may
 * have been banned by everybody.) */
static size_t check_liveness(const ph_sim_config_t *c, ph_sim_t *sim, const progress_t *from, const progress_t *to)
{
    ph_fleet_t *fleet = ph_sim_fleet(sim);
    size_t wrong = 0;
    if (to->number < from->number + LIVENESS_SLOTS / 2) {
        print_error("  liveness: the chain went from block %u to %u only\n", from->number, to->number);
        wrong++;
    }
    for (size_t i = 0; i < c->paras; i++)
        if (to->included[i] < from->included[i] + LIVENESS_SLOTS / 2) {
            print_error("  liveness: para %zu had %llu blocks included, then %llu\n", 2000 + i,
                        (unsigned long long)from->included[i], (unsigned long long)to->included[i]);
            wrong++;
        }
    for (uint32_t i = 0; i < ph_fleet_count(fleet); i++) {
        ph_node_t *node = ph_fleet_node(fleet, i);
        uint32_t number = node ? ph_chain_best(ph_node_chain(node))->header.number : 0;
        if (!ph_fleet_is_bad(fleet, i) && number + 2 < to->number) {
            print_error("  liveness: %s stands at block %u while others are at %u\n", ph_fleet_name(fleet, i), number,
                        to->number);
            wrong++;
        }
    }
    return wrong;
}

/* ---- one seed ---- */

static void add_up(totals_t *t, const ph_sim_config_t *c, ph_sim_t *sim, const ph_check_t *check)
{
    ph_check_seen_t seen = ph_check_seen(check);
    uint64_t *to = (uint64_t *)&t->seen, *from = (uint64_t *)&seen;
    for (size_t i = 0; i < sizeof seen / sizeof *from; i++)
        to[i] += from[i];
    t->crashes += c->crashes;
    t->cuts += c->has_partition;
    for (uint32_t i = 0; i < c->validators; i++) {
        ph_chain_stats_t stats;
        if (!ph_fleet_node(ph_sim_fleet(sim), i))
            continue;
        ph_chain_stats(ph_node_chain(ph_fleet_node(ph_sim_fleet(sim), i)), &stats);
        t->reorgs += stats.reorgs;
        t->deepest = stats.deepest_reorg > t->deepest ? stats.deepest_reorg : t->deepest;
    }
}

static size_t run_phases(const ph_sim_config_t *c, ph_sim_t *sim, ph_check_t *check)
{
    char why[200] = "";
    size_t wrong = 0, printed = 0;
    ph_err_t err = ph_sim_run(sim, why, sizeof why);
    ph_sim_heal(sim);
    if (err == PH_OK)
        err = ph_sim_run_to(sim, SAFETY_SLOTS + SETTLE_SLOTS, why, sizeof why);
    progress_t healed = look(check, sim, c->paras);
    if (err == PH_OK)
        err = ph_sim_run_to(sim, SAFETY_SLOTS + SETTLE_SLOTS + LIVENESS_SLOTS, why, sizeof why);
    if (err != PH_OK) {
        print_error("  a node failed: %s\n", why);
        wrong++;
    }
    progress_t end = look(check, sim, c->paras);
    wrong += check_liveness(c, sim, &healed, &end);
    return wrong + ph_check_end(check, sim, print_violation, &printed);
}

static bool run_seed(uint64_t seed, totals_t *totals)
{
    ph_sim_config_t c = draw(seed);
    struct timespec a, b;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = SLOT_MS, .adder = true});
    clock_gettime(CLOCK_MONOTONIC, &a);
    ph_check_hook(check, &c);
    ph_sim_t *sim = start_sim(check, &c);
    size_t wrong = run_phases(&c, sim, check);
    clock_gettime(CLOCK_MONOTONIC, &b);
    if (wrong)
        print_how(&c);
    if (getenv("PH_SIM_VERBOSE"))
        print_message(
            "seed %llu: %zu validators, %zu paras, %.1f %% loss, %zu crashes%s%s: %llu included, %zu wrong, %.1f s\n",
            (unsigned long long)seed, c.validators, c.paras, c.loss_percent, c.crashes, c.has_partition ? ", cut" : "",
            c.no_memo ? ", no memo" : "", (unsigned long long)ph_check_seen(check).included, wrong,
            (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
    add_up(totals, &c, sim, check);
    ph_sim_free(sim);
    ph_check_free(check);
    return wrong == 0;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    char *end;
    if (!text || !*text)
        return otherwise;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || value == 0)
        fail_msg("%s must be a number above 0", variable);
    return value;
}

static void test_seeds(void **state)
{
    uint64_t first = number_from("PH_SIM_FIRST", 1), count = number_from("PH_SIM_SEEDS", 10);
    totals_t totals = {0};
    size_t failed = 0;
    (void)state;
    for (uint64_t seed = first; seed < first + count; seed++)
        failed += !run_seed(seed, &totals);
    print_message("%llu seeds: %llu blocks, %llu imports, %llu reorgs (deepest %llu), %llu crashes, %llu cuts, %llu "
                  "included, %llu chunks, "
                  "%llu signatures\n",
                  (unsigned long long)count, (unsigned long long)totals.seen.blocks,
                  (unsigned long long)totals.seen.imports, (unsigned long long)totals.reorgs,
                  (unsigned long long)totals.deepest, (unsigned long long)totals.crashes,
                  (unsigned long long)totals.cuts, (unsigned long long)totals.seen.included,
                  (unsigned long long)totals.seen.chunks, (unsigned long long)totals.seen.signatures);
    if (failed)
        fail_msg("%zu of %llu seeds failed", failed, (unsigned long long)count);
    /* A run of runs that shows no fork and no inclusion has tested nothing. */
    assert_true(totals.seen.included > 0 && totals.seen.decodings > 0 && totals.seen.bitfields > 0);
    if (count >= 10)
        assert_true(totals.reorgs > 0 && totals.crashes > 0 && totals.cuts > 0 && totals.deepest >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_seeds)};
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
