/* Long random chains (support/chain_maker.h) whose state is checked after every block (support/state_checks.h), and a
 * plant of every kind of disorder that the checks must see.
 *
 * PH_CHAIN_SEEDS and PH_CHAIN_BLOCKS say how many chains of how many blocks, PH_CHAIN_FIRST_SEED where to begin, and
 * PH_CHAIN_TALLY=1 prints what happened.
 */
#include "support/chain_maker.h"

#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/pallets.h"
#include "support/rt_chain.h"
#include "support/state_plants.h"

enum { SEEDS = 4, BLOCKS = 150, WILD_BLOCKS = 40, PLANT_BLOCKS = 400, PLANT_SEED = 5 };

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

/* ---- chains ---- */

static void check_state(ph_chain_maker_t *m, uint64_t seed)
{
    ph_state_checker_t *c = ph_chain_maker_checker(m);
    ph_rt_t *rt = ph_chain_maker_look(m);
    if (ph_state_check(c, rt) > 0)
        fail_msg("seed %llu, block %zu:\n%s\nin this block:\n%s", (unsigned long long)seed,
                 ph_chain_maker_tally(m)->blocks, c->report, ph_chain_maker_story(m));
    ph_state_checker_remember(c, rt);
    ph_chain_maker_look_away(m);
}

static void add_tally(ph_chain_tally_t *sum, const ph_chain_tally_t *t)
{
    sum->blocks += t->blocks;
    sum->refused += t->refused;
    sum->applied += t->applied;
    sum->failed += t->failed;
    sum->votes += t->votes;
    sum->candidates += t->candidates;
    sum->sessions += t->sessions;
    sum->wedged += t->wedged;
    for (size_t d = 0; d < PH_CHAIN_DEEDS; d++)
        sum->deeds[d] += t->deeds[d];
    for (size_t p = 0; p < 256; p++)
        for (size_t v = 0; v < 64; v++) {
            sum->tried[p][v] += t->tried[p][v];
            sum->done[p][v] += t->done[p][v];
            sum->events[p][v] += t->events[p][v];
        }
}

static void print_tally(const ph_chain_tally_t *t)
{
    printf("%zu blocks, %zu sessions, %zu candidates, %zu votes; transactions: %zu applied, %zu of them failed, %zu "
           "refused; %zu chains stuck\n",
           t->blocks, t->sessions, t->candidates, t->votes, t->applied, t->failed, t->refused, t->wedged);
    for (size_t d = 0; d < PH_CHAIN_DEEDS; d++)
        printf("  %s: %u\n", ph_chain_deed_names[d], t->deeds[d]);
    for (size_t p = 0; p < ph_pallet_count; p++) {
        const ph_pallet_info_t *pallet = &ph_pallets[p];
        for (size_t v = 0; pallet->calls && v < pallet->calls->variant_count; v++) {
            const ph_variant_t *call = &pallet->calls->variants[v];
            printf("  call %s.%s: %u of %u\n", pallet->name, call->name, t->done[pallet->index][call->index],
                   t->tried[pallet->index][call->index]);
        }
        for (size_t v = 0; pallet->events && v < pallet->events->variant_count; v++)
            printf("  event %s.%s: %u\n", pallet->name, pallet->events->variants[v].name,
                   t->events[pallet->index][pallet->events->variants[v].index]);
    }
}

static ph_chain_tally_t run_chains(unsigned long seeds, unsigned long blocks, bool wild)
{
    unsigned long first = from_environment("PH_CHAIN_FIRST_SEED", 1);
    ph_chain_tally_t sum = {0};
    for (unsigned long seed = first; seed < first + seeds; seed++) {
        ph_chain_maker_t *m = ph_chain_maker_new(seed, wild);
        for (unsigned long i = 0; i < blocks && ph_chain_maker_block(m); i++)
            if (!wild)
                check_state(m, seed);
        add_tally(&sum, ph_chain_maker_tally(m));
        ph_chain_maker_free(m);
    }
    if (getenv("PH_CHAIN_TALLY"))
        print_tally(&sum);
    return sum;
}

/* An event of a full life that did not occur, or NULL. */
static const char *missing_event(const ph_chain_tally_t *t)
{
    static const char *const wanted[][2] = {{"ParaInclusion", "CandidateIncluded"},
                                            {"ParaInclusion", "UpwardMessagesReceived"},
                                            {"Paras", "PvfCheckAccepted"},
                                            {"Paras", "PvfCheckRejected"},
                                            {"Paras", "CodeUpgradeScheduled"},
                                            {"Hrmp", "HrmpChannelForceOpened"},
                                            {"Hrmp", "OpenChannelRequested"},
                                            {"Hrmp", "OpenChannelAccepted"},
                                            {"MessageQueue", "Processed"},
                                            {"OnDemandAssignmentProvider", "OnDemandOrderPlaced"},
                                            {"Registrar", "Registered"},
                                            {"Registrar", "Deregistered"},
                                            {"Coretime", "CoreAssigned"},
                                            {"Grandpa", "NewAuthorities"},
                                            {"ValidatorManager", "ValidatorsDeregistered"},
                                            {"ParasDisputes", "Revert"},
                                            {"Offences", "Offence"},
                                            {"Sudo", "Sudid"}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        for (size_t p = 0; p < ph_pallet_count; p++) {
            if (strcmp(ph_pallets[p].name, wanted[i][0]) != 0)
                continue;
            for (size_t v = 0; v < ph_pallets[p].events->variant_count; v++) {
                const ph_variant_t *event = &ph_pallets[p].events->variants[v];
                if (strcmp(event->name, wanted[i][1]) == 0 && t->events[ph_pallets[p].index][event->index] == 0)
                    return wanted[i][1];
            }
        }
    return NULL;
}

/* Did the call succeed, and fail at other times? */
static bool has_done(const ph_chain_tally_t *t, const char *pallet, const char *name)
{
    for (size_t p = 0; p < ph_pallet_count; p++)
        for (size_t v = 0; ph_pallets[p].calls && v < ph_pallets[p].calls->variant_count; v++) {
            const ph_variant_t *call = &ph_pallets[p].calls->variants[v];
            uint32_t done = t->done[ph_pallets[p].index][call->index],
                     tried = t->tried[ph_pallets[p].index][call->index];
            if (strcmp(ph_pallets[p].name, pallet) == 0 && strcmp(call->name, name) == 0)
                return done > 0 && tried > done;
        }
    return false;
}

static void test_legal_chains(void **state)
{
    (void)state;
    ph_chain_tally_t t =
        run_chains(from_environment("PH_CHAIN_SEEDS", SEEDS), from_environment("PH_CHAIN_BLOCKS", BLOCKS), false);
    assert_true(t.wedged == 0);
    assert_true(t.sessions * 12 > t.blocks && t.candidates > t.blocks / 4 && t.votes > 0);
    assert_true(t.applied - t.failed > t.blocks / 4 && t.refused > 0 && t.failed > 0);
    if (missing_event(&t))
        fail_msg("no %s has happened", missing_event(&t));
    for (size_t d = 0; d < PH_CHAIN_DEEDS; d++)
        if (t.deeds[d] == 0)
            fail_msg("there are no %s", ph_chain_deed_names[d]);
    assert_true(has_done(&t, "ParasSlashing", "report_dispute_lost_unsigned"));
    assert_true(has_done(&t, "Babe", "report_equivocation") && has_done(&t, "Babe", "report_equivocation_unsigned"));
    assert_true(has_done(&t, "Grandpa", "report_equivocation") &&
                has_done(&t, "Grandpa", "report_equivocation_unsigned"));
}

/* Root may do anything; blocks still come to the same state whoever executes them, and nothing dies but the chain. */
static void test_wild_chains(void **state)
{
    (void)state;
    unsigned long seeds = from_environment("PH_CHAIN_SEEDS", SEEDS);
    ph_chain_tally_t t = run_chains(seeds, WILD_BLOCKS, true);
    assert_true(t.blocks > 0);
}

/* ---- a chain that begins in the middle ---- */

/* A chain of its own on nothing but the pairs of the state after the last block. */
static rt_chain_t *begin_again(ph_chain_maker_t *m)
{
    ph_arena_t *arena = ph_arena_new();
    rt_chain_t *c = ph_arena_alloc(arena, sizeof *c);
    PH_LIST(ph_trie_pair_t) pairs = {0};
    ph_bytes_t key, value;
    ph_state_iter_t it = ph_state_iter(ph_chain_maker_state(m), (ph_bytes_t){0});
    c->arena = arena;
    c->store = ph_trie_store_new(NULL);
    c->log = (ph_log_t){.write = rt_no_log, .max_level = PH_LOG_ERROR};
    while (ph_state_iter_next(&it, &key, &value) == PH_OK)
        ph_list_push(arena, &pairs, ((ph_trie_pair_t){ph_bytes_copy(arena, key), ph_bytes_copy(arena, value)}));
    ph_state_iter_free(&it);
    assert_int_equal(ph_state_build(&c->state, c->store, pairs.items, pairs.count, 1), PH_OK);
    assert_memory_equal(ph_state_root(c->state), ph_state_root(ph_chain_maker_state(m)), 32);
    ph_header_clone(arena, &c->header, &ph_chain_maker_last(m)->header);
    return c;
}

/* Every few blocks a new chain begins, and goes along with the first until the next one does. */
static void test_chains_from_dumped_states(void **state)
{
    (void)state;
    ph_chain_maker_t *m = ph_chain_maker_new(PLANT_SEED, false);
    rt_chain_t *again = NULL;
    for (size_t i = 0; i < BLOCKS && ph_chain_maker_block(m); i++) {
        if (again && rt_execute(again, ph_chain_maker_last(m)) != PH_OK)
            fail_msg("block %zu: %s", i + 1, again->panic);
        if (again)
            assert_memory_equal(ph_state_root(again->state), ph_state_root(ph_chain_maker_state(m)), 32);
        if (i % 7 == 0) {
            if (again)
                rt_chain_free(again);
            again = begin_again(m);
        }
    }
    rt_chain_free(again);
    ph_chain_maker_free(m);
}

/* ---- plants ---- */

enum { PLANTS_MAX = 200 };

typedef struct plants {
    const ph_state_plant_t *all[PLANTS_MAX];
    size_t count;
} plants_t;

static void add_plants(plants_t *p, const ph_state_plant_t *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(p->count < PLANTS_MAX);
        p->all[p->count++] = &items[i];
    }
}

/* Is it seen? False also: there is nothing to plant it on. */
static bool is_seen(ph_chain_maker_t *m, const ph_state_plant_t *plant)
{
    ph_state_checker_t *c = ph_chain_maker_checker(m);
    ph_rt_t *rt = ph_chain_maker_look(m);
    bool planted = plant->plant(rt);
    if (planted && (ph_state_check(c, rt) == 0 || !strstr(c->report, plant->report)))
        fail_msg("expected to read \"%s\", not\n%s", plant->report, c->report);
    ph_chain_maker_look_away(m);
    return planted;
}

/* Each plant as soon as the chain has what it needs. */
static void test_plants_are_seen(void **state)
{
    (void)state;
    plants_t p = {0};
    add_plants(&p, ph_state_plants_paras, ph_state_plants_paras_count);
    add_plants(&p, ph_state_plants_messages, ph_state_plants_messages_count);
    add_plants(&p, ph_state_plants_disputes, ph_state_plants_disputes_count);
    add_plants(&p, ph_state_plants_rest, ph_state_plants_rest_count);
    ph_chain_maker_t *m = ph_chain_maker_new(PLANT_SEED, false);
    for (size_t block = 0; block < PLANT_BLOCKS && p.count > 0 && ph_chain_maker_block(m); block++) {
        for (size_t i = p.count; i-- > 0;)
            if (is_seen(m, p.all[i]))
                p.all[i] = p.all[--p.count];
        check_state(m, PLANT_SEED);
    }
    for (size_t i = 0; i < p.count; i++)
        print_error("no state to plant \"%s\" on\n", p.all[i]->report);
    assert_int_equal(p.count, 0);
    ph_chain_maker_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legal_chains),
        cmocka_unit_test(test_wild_chains),
        cmocka_unit_test(test_chains_from_dumped_states),
        cmocka_unit_test(test_plants_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
