#include "sim/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "sim/check_private.h"
#include "trie/state.h"

const char *ph_check_kind_name(ph_check_kind_t kind)
{
    static const char *const names[PH_CHECK_KIND_COUNT] = {"cores",    "heads", "available", "data",    "signed",
                                                           "inherent", "roots", "bans",      "readable"};
    PH_CHECK(kind < PH_CHECK_KIND_COUNT);
    return names[kind];
}

void ph_check_violated(ph_check_t *check, ph_check_kind_t kind, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->counts[kind]++;
    ph_bytes_t copy = ph_bytes_copy(check->arena, ph_bytes(text, strlen(text) + 1));
    ph_list_push(NULL, &check->violations, ((ph_check_violation_t){kind, (char *)copy.data}));
}

ph_check_short_t ph_check_short(const uint8_t *hash)
{
    ph_check_short_t out = {"0x"};
    ph_hex(out.text + 2, ph_bytes(hash, 4));
    memcpy(out.text + 10, "…", sizeof "…");
    return out;
}

/* ---- life ---- */

ph_check_t *ph_check_new(const ph_check_config_t *config)
{
    ph_check_t *check = ph_mem_alloc(NULL, sizeof *check);
    check->config = *config;
    check->arena = ph_arena_new();
    check->erasure = ph_erasure_new(NULL);
    check->names = ph_check_names();
    ph_map_init(&check->facts, 32, sizeof(ph_check_facts_t *));
    ph_map_init(&check->node_of, 32, sizeof(ph_env_t *));
    ph_map_init(&check->signed_facts, 32 + 32 + 4 + 4, 32);
    ph_map_init(&check->seals, 32, 32);
    return check;
}

void ph_check_free(ph_check_t *check)
{
    if (!check)
        return;
    ph_map_free(&check->facts);
    ph_map_free(&check->node_of);
    ph_map_free(&check->signed_facts);
    ph_map_free(&check->seals);
    ph_list_free(&check->violations);
    ph_erasure_free(check->erasure);
    ph_mem_free(check->names);
    ph_arena_free(check->arena);
    ph_mem_free(check);
}

void ph_check_hook(ph_check_t *check, ph_sim_config_t *config)
{
    config->signature = ph_check_signature;
    config->imported = ph_check_imported;
    config->trace = ph_check_event;
    config->check_ctx = check;
}

/* ---- blocks ---- */

static ph_check_facts_t *known(const ph_check_t *check, const uint8_t hash[32])
{
    ph_check_facts_t **facts = ph_map_get(&check->facts, hash);
    return facts ? *facts : NULL;
}

static void keep(ph_check_t *check, ph_check_facts_t *facts)
{
    *(ph_check_facts_t **)ph_map_put(&check->facts, facts->header.hash, NULL) = facts;
}

static void check_root(ph_check_t *check, const char *node, const ph_relay_block_t *block,
                       const ph_check_header_t *header)
{
    if (!block->state || memcmp(ph_state_root(block->state), header->state_root, 32) != 0)
        ph_check_violated(check, PH_CHECK_ROOTS, "%s has another state after block %llu %s than its header says", node,
                          (unsigned long long)header->number, ph_check_short(header->hash).text);
}

/* A block's header and the reader behind it. False: it does not decode, or is not what it is called. */
static bool open_block(ph_check_t *check, const ph_relay_block_t *block, ph_check_header_t *header,
                       ph_check_reader_t *r)
{
    *r = ph_check_reader(ph_buf_bytes(block->encoded));
    ph_check_read_header(r, header);
    if (!r->bad && memcmp(header->hash, block->hash.bytes, 32) == 0)
        return true;
    ph_check_violated(check, PH_CHECK_READABLE, "block %s does not decode to what it is called",
                      ph_check_short(block->hash.bytes).text);
    return false;
}

/* A chain that goes on from a dumped state has candidates whose votes came in blocks before. */
static void take_over_votes(const ph_check_facts_t *facts)
{
    for (size_t p = 0; p < facts->para_count; p++)
        for (size_t i = 0; i < facts->paras[p].pending_count; i++)
            for (size_t v = 0; v < facts->validator_count; v++)
                facts->paras[p].pending[i].votes[v] = ph_check_bit(facts->paras[p].pending[i].noted, v);
}

void ph_check_begin(ph_check_t *check, ph_sim_t *sim)
{
    ph_relay_block_t *genesis = ph_sim_fleet(sim)->local->genesis;
    ph_check_header_t header;
    ph_check_reader_t r;
    check->sim = sim;
    if (!open_block(check, genesis, &header, &r))
        return;
    ph_check_facts_t *facts = ph_check_read_facts(check, genesis, &header);
    if (facts) {
        take_over_votes(facts);
        keep(check, facts);
    }
    check_root(check, "genesis", genesis, &header);
}

void ph_check_imported(void *ctx, uint32_t node, ph_relay_block_t *block, bool best)
{
    ph_check_t *check = ctx;
    ph_check_header_t header;
    ph_check_reader_t body;
    (void)best;
    check->seen.imports++;
    if (!open_block(check, block, &header, &body))
        return;
    check_root(check, check->sim ? ph_fleet_name(ph_sim_fleet(check->sim), node) : "a node", block, &header);
    if (known(check, header.hash))
        return;
    check->seen.blocks++;
    const ph_check_facts_t *parent = known(check, header.parent);
    if (!parent || header.number != parent->header.number + 1 || !header.has_slot ||
        header.slot <= parent->header.slot) {
        ph_check_violated(check, PH_CHECK_READABLE, "block %llu %s does not follow from its parent",
                          (unsigned long long)header.number, ph_check_short(header.hash).text);
        return;
    }
    ph_check_sealed(check, &header);
    ph_check_facts_t *facts = ph_check_read_facts(check, block, &header);
    if (!facts)
        return;
    keep(check, facts);
    ph_check_follow(check, parent, facts, &body);
}

/* ---- events ---- */

void ph_check_event(void *ctx, uint64_t now_us, uint32_t node, const char *subsystem, const char *event,
                    const ph_trace_fields_t *fields)
{
    ph_check_t *check = ctx;
    ph_fleet_t *fleet = check->sim ? ph_sim_fleet(check->sim) : NULL;
    const char *who = fleet ? ph_fleet_name(fleet, node) : "a node", *reason = fields->reason ? fields->reason : "";
    (void)now_us;
    (void)subsystem;
    if (strcmp(event, "build-failed") == 0)
        ph_check_violated(check, PH_CHECK_INHERENT, "%s could not build a block: %s", who, reason);
    else if (strcmp(event, "block-refused") == 0)
        ph_check_violated(check, PH_CHECK_INHERENT, "%s refused block %llu: %s", who,
                          (unsigned long long)fields->number, reason);
    else if (strcmp(event, "peer-banned") == 0 &&
             (!fields->has_peer || !fleet || fields->peer.v >= ph_fleet_count(fleet) ||
              !ph_fleet_is_bad(fleet, (uint32_t)fields->peer.v)))
        ph_check_violated(check, PH_CHECK_BANS, "%s banned node %llu, which is honest: %s", who,
                          (unsigned long long)fields->peer.v, reason);
}

/* ---- the end ---- */

/* Nodes that ended up with the same block have seen the same things; what is left is that they know no block we did
 * not. */
static void check_nodes(ph_check_t *check, ph_sim_t *sim)
{
    ph_fleet_t *fleet = ph_sim_fleet(sim);
    for (uint32_t i = 0; i < ph_fleet_count(fleet); i++) {
        ph_node_t *node = ph_fleet_node(fleet, i);
        if (node && !known(check, ph_chain_best(ph_node_chain(node))->hash.bytes))
            ph_check_violated(check, PH_CHECK_READABLE, "the best block of %s was never imported",
                              ph_fleet_name(fleet, i));
    }
}

size_t ph_check_end(ph_check_t *check, ph_sim_t *sim, ph_check_report_fn report, void *ctx)
{
    check_nodes(check, sim);
    for (size_t i = 0; report && i < check->violations.count; i++)
        report(ctx, check->violations.items[i].kind, check->violations.items[i].text);
    return check->violations.count;
}

size_t ph_check_count(const ph_check_t *check, ph_check_kind_t kind)
{
    return check->counts[kind];
}
ph_check_seen_t ph_check_seen(const ph_check_t *check)
{
    return check->seen;
}

uint64_t ph_check_included(const ph_check_t *check, const ph_hash_t *block, ph_para_id_t para)
{
    const ph_check_facts_t *facts = known(check, block->bytes);
    const ph_check_para_t *found = facts ? ph_check_para_of(facts, para.v) : NULL;
    return found ? found->included : 0;
}
