#include "cli/story.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "chain/chain.h"
#include "crypto/hash.h"
#include "primitives/hash_of.h"
#include "pvf/adder_collator.h"

enum { CANDIDATES_MAX = 4096 };

typedef struct candidate {
    uint32_t para; /* index */
    ph_stage_t stage;
    uint64_t collated_us; /* 0: not seen */
} candidate_t;

/* What a para has achieved as of a block. */
typedef struct fact {
    uint32_t included, timed_out;
    bool has_head, has_number;
    uint64_t head_number;
    uint8_t head_hash[32];
} fact_t;

typedef struct block {
    char author[32];
    bool primary, reorg_told;
    fact_t *facts; /* of every para; NULL until it was imported */
} block_t;

struct ph_story {
    ph_story_config_t config;
    ph_story_para_t *paras;
    ph_map_t candidates; /* ph_candidate_hash_t → candidate_t */
    ph_map_t blocks;     /* ph_hash_t → block_t */
    bool has_session;
    uint64_t session;
};

static const char *const stage_names[PH_STAGE_COUNT] = {"waiting",  "collated", "advertised", "seconded",
                                                        "backable", "backed",   "included"};

const char *ph_stage_name(ph_stage_t stage)
{
    return stage_names[stage];
}

ph_short_hash_t ph_short_hash(const uint8_t hash[32])
{
    ph_short_hash_t out;
    snprintf(out.text, sizeof out.text, "0x%02x%02x%02x%02x..", hash[0], hash[1], hash[2], hash[3]);
    return out;
}

ph_story_t *ph_story_new(const ph_story_config_t *config)
{
    ph_story_t *story = ph_mem_alloc(NULL, sizeof *story);
    story->config = *config;
    story->paras = ph_mem_alloc(NULL, (config->paras + 1) * sizeof *story->paras);
    for (size_t i = 0; i < config->paras; i++)
        story->paras[i].id = config->ids[i].v;
    ph_map_init(&story->candidates, sizeof(ph_candidate_hash_t), sizeof(candidate_t));
    ph_map_init(&story->blocks, sizeof(ph_hash_t), sizeof(block_t));
    return story;
}

void ph_story_free(ph_story_t *story)
{
    void *value;
    if (!story)
        return;
    for (size_t i = 0; ph_map_next(&story->blocks, &i, NULL, &value);)
        ph_mem_free(((block_t *)value)->facts);
    ph_map_free(&story->blocks);
    ph_map_free(&story->candidates);
    ph_mem_free(story->paras);
    ph_mem_free(story);
}

static void PH_PRINTF(3, 4) tell(ph_story_t *story, uint64_t now_us, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    story->config.tell(story->config.ctx, now_us, text);
}

/* ---- candidates ---- */

static bool index_of(const ph_story_t *story, ph_para_id_t para, uint32_t *out)
{
    for (*out = 0; *out < story->config.paras; ++*out)
        if (story->paras[*out].id == para.v)
            return true;
    return false;
}

static candidate_t *candidate_of(ph_story_t *story, const ph_candidate_hash_t *hash, uint32_t para)
{
    bool added;
    const void *oldest;
    if (story->candidates.count >= CANDIDATES_MAX && !ph_map_get(&story->candidates, hash)) {
        size_t at = 0;
        ph_candidate_hash_t gone;
        ph_map_next(&story->candidates, &at, &oldest, NULL);
        memcpy(&gone, oldest, sizeof gone);
        ph_map_remove(&story->candidates, &gone);
    }
    candidate_t *c = ph_map_put(&story->candidates, hash, &added);
    if (added)
        c->para = para;
    return c;
}

/* The one to show is the one that got furthest since the last inclusion; of two as far, the later. */
static void show(ph_story_para_t *para, const ph_candidate_hash_t *hash, ph_stage_t stage, uint64_t now_us)
{
    bool same = memcmp(&para->candidate, hash, sizeof *hash) == 0;
    if (!same && para->stage != PH_STAGE_INCLUDED && stage < para->stage)
        return;
    para->candidate = *hash;
    para->stage = stage;
    para->stage_us = now_us;
}

static void tell_stage(ph_story_t *story, uint64_t now_us, const char *node, const candidate_t *c,
                       const ph_candidate_hash_t *hash, ph_stage_t stage, const ph_trace_fields_t *fields)
{
    ph_story_para_t *para = &story->paras[c->para];
    ph_short_hash_t name = ph_short_hash((const uint8_t *)hash);
    switch (stage) {
    case PH_STAGE_COLLATED:
        tell(story, now_us, "para %u: %s built block %s%s%s", para->id, node, name.text,
             fields->reason ? " and cheats: " : "", fields->reason ? fields->reason : "");
        break;
    case PH_STAGE_SECONDED:
        tell(story, now_us, "para %u: %s checked %s and seconds it", para->id, node, name.text);
        break;
    case PH_STAGE_BACKABLE:
        tell(story, now_us, "para %u: %s has the votes it needs (backable)", para->id, name.text);
        break;
    case PH_STAGE_BACKED:
        tell(story, now_us, "para %u: %s is backed in relay block #%llu", para->id, name.text,
             (unsigned long long)fields->number);
        break;
    case PH_STAGE_INCLUDED:
        if (c->collated_us)
            tell(story, now_us, "para %u: %s is included in relay block #%llu, after %.1f s", para->id, name.text,
                 (unsigned long long)fields->number, (double)(now_us - c->collated_us) / 1e6);
        else
            tell(story, now_us, "para %u: %s is included in relay block #%llu", para->id, name.text,
                 (unsigned long long)fields->number);
        break;
    case PH_STAGE_NONE:
    case PH_STAGE_ADVERTISED:
    case PH_STAGE_COUNT:
        break;
    }
}

/* Every node says so; the first time counts. */
static void reach(ph_story_t *story, uint64_t now_us, const char *node, ph_stage_t stage,
                  const ph_trace_fields_t *fields)
{
    uint32_t index;
    if (!fields->candidate || !fields->has_para || !index_of(story, fields->para, &index))
        return;
    candidate_t *c = candidate_of(story, fields->candidate, index);
    if (stage <= c->stage)
        return;
    ph_story_para_t *para = &story->paras[c->para];
    c->stage = stage;
    if (stage == PH_STAGE_COLLATED)
        c->collated_us = now_us;
    tell_stage(story, now_us, node, c, fields->candidate, stage, fields);
    show(para, fields->candidate, stage, now_us);
    if (stage == PH_STAGE_INCLUDED && c->collated_us) {
        para->last_took_us = now_us - c->collated_us;
        para->took_us_sum += para->last_took_us;
        para->took_count++;
    }
}

/* ---- events ---- */

static void authored(ph_story_t *story, uint64_t now_us, const char *node, const ph_trace_fields_t *fields)
{
    block_t *block = ph_map_put(&story->blocks, fields->block, NULL);
    block->primary = fields->reason && strcmp(fields->reason, "primary") == 0;
    snprintf(block->author, sizeof block->author, "%s", node);
    tell(story, now_us, "%s made relay block #%llu %s (%s slot)", node, (unsigned long long)fields->number,
         ph_short_hash(fields->block->bytes).text, block->primary ? "primary" : "secondary");
}

static const char *peer_name(const ph_story_t *story, const ph_trace_fields_t *fields)
{
    const char *name = fields->has_peer ? story->config.name_of(story->config.ctx, (uint32_t)fields->peer.v) : NULL;
    return name ? name : "a peer";
}

static void timed_out(ph_story_t *story, uint64_t now_us, const ph_trace_fields_t *fields)
{
    uint32_t index;
    if (!fields->candidate || !fields->has_para || !index_of(story, fields->para, &index))
        return;
    candidate_t *c = candidate_of(story, fields->candidate, index);
    if (c->stage == PH_STAGE_INCLUDED)
        return;
    c->stage = PH_STAGE_INCLUDED; /* the end of its way: told once */
    if (memcmp(&story->paras[index].candidate, fields->candidate, sizeof *fields->candidate) == 0)
        story->paras[index].stage = PH_STAGE_NONE;
    tell(story, now_us, "para %u: %s timed out: its data did not become available", story->paras[index].id,
         ph_short_hash((const uint8_t *)fields->candidate).text);
}

static void trouble(ph_story_t *story, uint64_t now_us, const char *node, const char *event,
                    const ph_trace_fields_t *fields)
{
    const char *reason = fields->reason ? fields->reason : "";
    if (strcmp(event, "peer-penalised") == 0)
        tell(story, now_us, "%s thinks less of %s: %s", node, peer_name(story, fields), reason);
    else if (strcmp(event, "peer-banned") == 0)
        tell(story, now_us, "%s bans %s: %s", node, peer_name(story, fields), reason);
    else if (strcmp(event, "misbehaviour") == 0)
        tell(story, now_us, "%s saw validator %u misbehave: %s", node, fields->validator.v, reason);
    else if (strcmp(event, "block-refused") == 0)
        tell(story, now_us, "%s refuses relay block #%llu: %s", node, (unsigned long long)fields->number, reason);
    else if (strcmp(event, "build-failed") == 0)
        tell(story, now_us, "%s could not build a relay block: %s", node, reason);
}

/* Of two blocks for the same height one wins; one node after another sees it. */
static void reorg(ph_story_t *story, uint64_t now_us, const ph_trace_fields_t *fields)
{
    block_t *block = ph_map_put(&story->blocks, fields->block, NULL);
    if (block->reorg_told)
        return;
    block->reorg_told = true;
    tell(story, now_us, "relay block %s wins over another fork, %llu deep", ph_short_hash(fields->block->bytes).text,
         (unsigned long long)fields->number);
}

static void session(ph_story_t *story, uint64_t now_us, uint64_t number)
{
    if (story->has_session && number <= story->session)
        return;
    if (story->has_session)
        tell(story, now_us, "session %llu begins", (unsigned long long)number);
    story->has_session = true;
    story->session = number;
}

void ph_story_event(ph_story_t *story, uint64_t now_us, const char *node, const char *event,
                    const ph_trace_fields_t *fields)
{
    static const struct {
        const char *event;
        ph_stage_t stage;
    } stages[] = {{"collation-built", PH_STAGE_COLLATED},
                  {"collation-advertised", PH_STAGE_ADVERTISED},
                  {"seconded", PH_STAGE_SECONDED},
                  {"backable", PH_STAGE_BACKABLE},
                  {"backed", PH_STAGE_BACKED},
                  {"included", PH_STAGE_INCLUDED}};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (strcmp(event, stages[i].event) == 0) {
            reach(story, now_us, node, stages[i].stage, fields);
            return;
        }
    }
    if (strcmp(event, "block-authored") == 0)
        authored(story, now_us, node, fields);
    else if (strcmp(event, "timed-out") == 0)
        timed_out(story, now_us, fields);
    else if (strcmp(event, "reorg") == 0)
        reorg(story, now_us, fields);
    else if (strcmp(event, "topology") == 0)
        session(story, now_us, fields->number);
    else
        trouble(story, now_us, node, event, fields);
}

/* ---- what paras have at a block ---- */

static void apply(ph_story_t *story, fact_t *facts, const ph_candidate_event_t *e)
{
    uint32_t index;
    if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_TIMED_OUT &&
        index_of(story, e->candidate_timed_out._0.descriptor.para_id, &index))
        facts[index].timed_out++;
    if (e->kind != PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED ||
        !index_of(story, e->candidate_included._0.descriptor.para_id, &index))
        return;
    ph_adder_head_t adder;
    fact_t *fact = &facts[index];
    fact->included++;
    fact->has_head = true;
    ph_hash_t hash = ph_hash_of_head(e->candidate_included._1);
    memcpy(fact->head_hash, hash.bytes, sizeof fact->head_hash);
    fact->has_number = ph_adder_head_decode(&adder, e->candidate_included._1.v) == PH_OK;
    fact->head_number = fact->has_number ? adder.number : 0;
}

void ph_story_block(ph_story_t *story, ph_env_t *env, ph_relay_block_t *block)
{
    block_t *known = ph_map_put(&story->blocks, &block->hash, NULL);
    if (known->facts)
        return;
    fact_t *facts = ph_mem_alloc(NULL, (story->config.paras + 1) * sizeof *facts);
    known->facts = facts;
    const block_t *parent = ph_map_get(&story->blocks, &block->header.parent_hash);
    if (parent && parent->facts)
        memcpy(facts, parent->facts, story->config.paras * sizeof *facts);
    ph_buf_t *answer;
    ph_vec_candidate_event_t events;
    if (ph_chain_call_at(env, &answer, block, "ParachainHost_candidate_events", (ph_bytes_t){0}) != PH_OK)
        return;
    ph_arena_t *arena = ph_arena_new();
    if (ph_vec_candidate_event_decode_all(ph_buf_bytes(answer), arena, &events) == PH_OK)
        for (size_t i = 0; i < events.count; i++)
            apply(story, facts, &events.items[i]);
    ph_arena_free(arena);
    ph_buf_unref(answer);
}

static const fact_t *facts_at(const ph_story_t *story, const ph_hash_t *hash)
{
    const block_t *block = ph_map_get(&story->blocks, hash);
    return block ? block->facts : NULL;
}

const ph_story_para_t *ph_story_look(ph_story_t *story, const ph_hash_t *hash)
{
    const fact_t *facts = facts_at(story, hash);
    for (size_t i = 0; i < story->config.paras; i++) {
        fact_t fact = facts ? facts[i] : (fact_t){0};
        ph_story_para_t *para = &story->paras[i];
        para->included = fact.included;
        para->timed_out = fact.timed_out;
        para->has_head = fact.has_head;
        para->has_number = fact.has_number;
        para->head_number = fact.head_number;
        memcpy(para->head_hash, fact.head_hash, sizeof para->head_hash);
    }
    return story->paras;
}

bool ph_story_all_included(const ph_story_t *story, const ph_hash_t *hash, uint32_t count)
{
    const fact_t *facts = facts_at(story, hash);
    for (size_t i = 0; i < story->config.awaited; i++)
        if (!facts || facts[i].included < count)
            return false;
    return true;
}

const char *ph_story_author(const ph_story_t *story, const ph_hash_t *hash, bool *primary)
{
    const block_t *block = ph_map_get(&story->blocks, hash);
    if (!block || !block->author[0])
        return NULL;
    *primary = block->primary;
    return block->author;
}
