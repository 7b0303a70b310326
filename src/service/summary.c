#include "service/summary.h"

#include <string.h>

#include "crypto/hash.h"
#include "primitives/hash_of.h"
#include "protocol/routes.h"

#define STATE_VERSION 1

/* ---- counting ---- */

void ph_trace_counts_init(ph_trace_counts_t *counts)
{
    ph_map_init(&counts->by_name, 8, sizeof(uint64_t));
}
void ph_trace_counts_free(ph_trace_counts_t *counts)
{
    ph_map_free(&counts->by_name);
}

void ph_trace_count(ph_trace_counts_t *counts, const char *event)
{
    uint8_t key[8];
    ph_twox_64(key, ph_bytes(event, strlen(event)));
    ++*(uint64_t *)ph_map_put(&counts->by_name, key, NULL);
}

uint64_t ph_trace_counted(const ph_trace_counts_t *counts, const char *event)
{
    uint8_t key[8];
    ph_twox_64(key, ph_bytes(event, strlen(event)));
    const uint64_t *count = ph_map_get(&counts->by_name, key);
    return count ? *count : 0;
}

/* ---- one event ---- */

static void put_u64(ph_json_t *j, const char *key, uint64_t v)
{
    ph_json_key(j, key);
    ph_json_u64(j, v);
}

static void put_hash(ph_json_t *j, const char *key, const uint8_t hash[32])
{
    ph_json_key(j, key);
    ph_json_bytes(j, ph_bytes(hash, 32));
}

void ph_trace_line(ph_json_t *j, uint64_t t_ms, const char *node, const char *subsystem, const char *event,
                   const ph_trace_fields_t *f, const char *peer_name)
{
    ph_json_object(j);
    put_u64(j, "t_ms", t_ms);
    ph_json_key(j, "node");
    ph_json_string(j, node);
    ph_json_key(j, "subsystem");
    ph_json_string(j, subsystem);
    ph_json_key(j, "event");
    ph_json_string(j, event);
    if (f->block)
        put_hash(j, "block", f->block->bytes);
    if (f->has_para)
        put_u64(j, "para", f->para.v);
    if (f->candidate)
        put_hash(j, "candidate_hash", f->candidate->bytes);
    if (f->has_validator)
        put_u64(j, "validator", f->validator.v);
    if (f->has_peer)
        put_u64(j, "peer", f->peer.v);
    if (peer_name) {
        ph_json_key(j, "peer_name");
        ph_json_string(j, peer_name);
    }
    if (f->has_number)
        put_u64(j, "number", f->number);
    if (f->reason && *f->reason) {
        ph_json_key(j, "reason");
        ph_json_string(j, f->reason);
    }
    ph_json_end_object(j);
}

/* ---- paras ---- */

static ph_para_history_t *history_of(ph_para_history_t *all, size_t count, ph_para_id_t id)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].id.v == id.v)
            return &all[i];
    return NULL;
}

static void note_event(ph_arena_t *arena, ph_para_history_t *all, size_t count, ph_node_t *view,
                       const ph_relay_block_t *block, const ph_candidate_event_t *e)
{
    const ph_candidate_receipt_t *receipt = e->kind == PH_CANDIDATE_EVENT_CANDIDATE_BACKED ? &e->candidate_backed._0
                                            : e->kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED
                                                ? &e->candidate_included._0
                                                : &e->candidate_timed_out._0;
    ph_para_history_t *history = history_of(all, count, receipt->descriptor.para_id);
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    if (!history)
        return;
    if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_BACKED) {
        const ph_relay_block_t *parent = ph_chain_block(ph_node_chain(view), &receipt->descriptor.relay_parent);
        history->backed++;
        ph_list_push(arena, &history->blocks,
                     ((ph_para_block_t){ph_bytes_copy(arena, e->candidate_backed._1.v), hash,
                                        parent ? parent->header.number : 0, block->header.number, 0}));
        return;
    }
    history->included += e->kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED;
    history->timed_out += e->kind == PH_CANDIDATE_EVENT_CANDIDATE_TIMED_OUT;
    for (size_t i = history->blocks.count; i-- > 0 && e->kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED;)
        if (memcmp(&history->blocks.items[i].candidate, &hash, sizeof hash) == 0 &&
            !history->blocks.items[i].included_in)
            history->blocks.items[i].included_in = block->header.number;
}

ph_para_history_t *ph_para_histories(ph_arena_t *arena, const ph_fleet_t *fleet, ph_node_t *view)
{
    size_t count = fleet->paras.count;
    ph_para_history_t *all = ph_arena_alloc(arena, (count + 1) * sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i].id = fleet->paras.items[i];
    if (!view)
        return all;
    ph_chain_t *chain = ph_node_chain(view);
    for (uint32_t n = fleet->local->genesis->header.number + 1; n <= ph_chain_best(chain)->header.number; n++) {
        ph_relay_block_t *block = ph_chain_at(chain, n);
        ph_buf_t *answer;
        ph_vec_candidate_event_t events;
        if (ph_chain_call_at(ph_node_env(view), &answer, block, "ParachainHost_candidate_events", (ph_bytes_t){0}) !=
            PH_OK)
            continue;
        if (ph_vec_candidate_event_decode_all(ph_buf_bytes(answer), arena, &events) == PH_OK)
            for (size_t i = 0; i < events.count; i++)
                note_event(arena, all, count, view, block, &events.items[i]);
        ph_buf_unref(answer);
    }
    return all;
}

static void write_para(ph_json_t *j, const ph_para_history_t *history)
{
    ph_json_object(j);
    put_u64(j, "id", history->id.v);
    put_u64(j, "backed", history->backed);
    put_u64(j, "included", history->included);
    put_u64(j, "timed_out", history->timed_out);
    ph_json_key(j, "blocks");
    ph_json_array(j);
    for (size_t i = 0; i < history->blocks.count; i++) {
        const ph_para_block_t *b = &history->blocks.items[i];
        if (!b->included_in)
            continue;
        ph_json_object(j);
        ph_json_key(j, "head");
        ph_json_bytes(j, b->head);
        put_hash(j, "candidate_hash", b->candidate.bytes);
        put_u64(j, "relay_parent_number", b->relay_parent_number);
        put_u64(j, "backed_in", b->backed_in);
        put_u64(j, "included_in", b->included_in);
        ph_json_end_object(j);
    }
    ph_json_end_array(j);
    ph_json_end_object(j);
}

/* ---- the summary ---- */

static void write_head(ph_json_t *j, const char *key, const ph_relay_block_t *block, bool with_state)
{
    ph_json_key(j, key);
    ph_json_object(j);
    put_u64(j, "number", block->header.number);
    put_hash(j, "hash", block->hash.bytes);
    if (with_state) {
        put_hash(j, "state_root", block->header.state_root.bytes);
        put_u64(j, "state_version", STATE_VERSION);
    }
    ph_json_end_object(j);
}

static void write_blocks(ph_json_t *j, const ph_fleet_t *fleet, ph_node_t *view)
{
    void *value;
    ph_json_key(j, "blocks");
    ph_json_array(j);
    for (size_t i = 0; ph_map_next(&fleet->blocks, &i, NULL, &value);) {
        const ph_relay_block_t *block = *(ph_relay_block_t **)value;
        const ph_relay_block_t *best = view ? ph_chain_at(ph_node_chain(view), block->header.number) : NULL;
        ph_json_object(j);
        put_u64(j, "number", block->header.number);
        put_hash(j, "hash", block->hash.bytes);
        put_hash(j, "parent", block->header.parent_hash.bytes);
        put_u64(j, "slot", block->slot.v);
        put_u64(j, "author", block->authority);
        ph_json_key(j, "primary");
        ph_json_bool(j, block->primary);
        ph_json_key(j, "on_best_chain");
        ph_json_bool(j, best && memcmp(&best->hash, &block->hash, sizeof block->hash) == 0);
        ph_json_end_object(j);
    }
    ph_json_end_array(j);
}

static void write_reorgs(ph_json_t *j, const ph_fleet_t *fleet)
{
    uint64_t count = fleet->reorgs;
    uint32_t deepest = fleet->deepest_reorg;
    for (uint32_t i = 0; i < ph_fleet_count(fleet); i++) {
        ph_chain_stats_t stats;
        if (!ph_fleet_node(fleet, i))
            continue;
        ph_chain_stats(ph_node_chain(ph_fleet_node(fleet, i)), &stats);
        count += stats.reorgs;
        deepest = stats.deepest_reorg > deepest ? stats.deepest_reorg : deepest;
    }
    ph_json_key(j, "reorgs");
    ph_json_object(j);
    put_u64(j, "count", count);
    put_u64(j, "deepest", deepest);
    ph_json_end_object(j);
}

static void write_misbehaviour(ph_json_t *j, const ph_fleet_t *fleet)
{
    ph_json_key(j, "misbehaviour");
    ph_json_array(j);
    for (size_t i = 0; i < fleet->misbehaviour.count; i++) {
        const ph_fleet_misbehaviour_t *m = &fleet->misbehaviour.items[i];
        ph_json_object(j);
        ph_json_key(j, "kind");
        ph_json_string(j, m->kind);
        put_u64(j, "validator", m->validator.v);
        put_hash(j, "candidate_hash", m->candidate.bytes);
        ph_json_end_object(j);
    }
    ph_json_end_array(j);
}

static void write_counts(ph_json_t *j, const ph_summary_t *s)
{
    put_u64(j, "recovered", ph_trace_counted(s->counts, "data-recovered"));
    put_u64(j, "penalties", ph_trace_counted(s->counts, "peer-penalised"));
    put_u64(j, "bans", ph_trace_counted(s->counts, "peer-banned"));
}

static void write_economy(ph_json_t *j, const ph_summary_t *s)
{
    ph_json_key(j, "memo");
    ph_json_object(j);
    put_u64(j, "hits", ph_memo_hits(s->memo));
    put_u64(j, "misses", ph_memo_misses(s->memo));
    ph_json_end_object(j);
    ph_json_key(j, "network");
    ph_json_object(j);
    put_u64(j, "messages", s->network.messages);
    put_u64(j, "bytes", s->network.bytes);
    put_u64(j, "dropped", s->network.dropped);
    ph_json_end_object(j);
}

/* What the subsystems of all running nodes did, summed up; the queue is the longest that any had. */
static void write_subsystems(ph_json_t *j, const ph_fleet_t *fleet)
{
    ph_json_key(j, "subsystems");
    ph_json_array(j);
    for (uint8_t id = 0; id < PH_SUBSYSTEM_COUNT; id++) {
        ph_subsystem_stats_t sum = {.name = ph_subsystems[id].name};
        for (uint32_t i = 0; i < ph_fleet_count(fleet); i++) {
            ph_subsystem_stats_t one;
            if (!ph_fleet_node(fleet, i))
                continue;
            ph_overseer_stats(ph_node_overseer(ph_fleet_node(fleet, i)), id, &one);
            sum.turns += one.turns;
            sum.messages_in += one.messages_in;
            sum.replies_in += one.replies_in;
            sum.replies_dropped += one.replies_dropped;
            sum.blocked_sends += one.blocked_sends;
            sum.busy_us += one.busy_us;
            sum.queue_most = one.queue_most > sum.queue_most ? one.queue_most : sum.queue_most;
        }
        ph_json_object(j);
        ph_json_key(j, "name");
        ph_json_string(j, sum.name);
        put_u64(j, "turns", sum.turns);
        put_u64(j, "messages", sum.messages_in);
        put_u64(j, "replies", sum.replies_in);
        put_u64(j, "replies_dropped", sum.replies_dropped);
        put_u64(j, "blocked_sends", sum.blocked_sends);
        put_u64(j, "longest_queue", sum.queue_most);
        put_u64(j, "busy_us", sum.busy_us);
        ph_json_end_object(j);
    }
    ph_json_end_array(j);
}

void ph_summary_write(ph_json_t *j, const ph_fleet_t *fleet, const ph_summary_t *s)
{
    ph_node_t *view = ph_fleet_view(fleet);
    ph_arena_t *arena = ph_arena_new();
    ph_json_object(j);
    put_u64(j, "seed", s->seed);
    put_u64(j, "validators", fleet->config.validators);
    put_u64(j, "slots", s->slots);
    put_hash(j, "digest", s->digest);
    write_head(j, "best", view ? ph_chain_best(ph_node_chain(view)) : fleet->local->genesis, true);
    write_head(j, "finalized", view ? ph_chain_finalized(ph_node_chain(view)) : fleet->local->genesis, false);
    write_blocks(j, fleet, view);
    write_reorgs(j, fleet);
    ph_para_history_t *paras = ph_para_histories(arena, fleet, view);
    ph_json_key(j, "paras");
    ph_json_array(j);
    for (size_t i = 0; i < fleet->paras.count; i++)
        write_para(j, &paras[i]);
    ph_json_end_array(j);
    write_counts(j, s);
    write_misbehaviour(j, fleet);
    write_economy(j, s);
    write_subsystems(j, fleet);
    ph_json_key(j, "real_seconds");
    ph_json_f64(j, s->real_seconds);
    ph_json_key(j, "virtual_seconds");
    ph_json_f64(j, s->virtual_seconds);
    ph_json_end_object(j);
    ph_arena_free(arena);
}

/* ---- files ---- */

static void write_state_pairs(ph_json_t *j, const ph_state_t *state)
{
    ph_state_iter_t it = ph_state_iter(state, (ph_bytes_t){0});
    ph_bytes_t key, value;
    ph_json_key(j, "top");
    ph_json_object(j);
    while (ph_state_iter_next(&it, &key, &value) == PH_OK) {
        char *text = ph_mem_alloc(NULL, 2 * key.len + 3);
        text[0] = '0';
        text[1] = 'x';
        ph_hex(text + 2, key);
        ph_json_key(j, text);
        ph_json_bytes(j, value);
        ph_mem_free(text);
    }
    ph_json_end_object(j);
    ph_state_iter_free(&it);
}

static void put_text(ph_json_t *j, const char *key, const char *text)
{
    ph_json_key(j, key);
    ph_json_string(j, text);
}

static void put_encoded(ph_json_t *j, const ph_header_t *header)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_header_encode(&w, header);
    ph_json_bytes(j, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

static void put_header(ph_json_t *j, const ph_header_t *header)
{
    ph_json_key(j, "header");
    put_encoded(j, header);
}

void ph_write_spec(const ph_relay_block_t *first, ph_text_fn write, void *ctx)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    put_text(&j, "name", "Parahost Local");
    put_text(&j, "id", "parahost_local");
    put_text(&j, "chainType", "Local");
    if (first->header.number > 0) {
        ph_json_key(&j, "base");
        put_encoded(&j, &first->header);
    }
    ph_json_key(&j, "genesis");
    ph_json_object(&j);
    ph_json_key(&j, "raw");
    ph_json_object(&j);
    write_state_pairs(&j, first->state);
    ph_json_key(&j, "childrenDefault");
    ph_json_object(&j);
    for (int open = 0; open < 4; open++)
        ph_json_end_object(&j);
    ph_write_u8(&j.out, '\n');
    write(ctx, (const char *)j.out.data, j.out.len);
    ph_json_free(&j);
}

void ph_summary_dump(ph_json_t *j, const ph_relay_block_t *block)
{
    put_u64(j, "number", block->header.number);
    put_hash(j, "hash", block->hash.bytes);
    put_header(j, &block->header);
    put_u64(j, "state_version", STATE_VERSION);
    put_hash(j, "state_root", block->header.state_root.bytes);
    write_state_pairs(j, block->state);
}

void ph_write_state(const ph_relay_block_t *block, ph_text_fn write, void *ctx)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_summary_dump(&j, block);
    ph_json_end_object(&j);
    ph_write_u8(&j.out, '\n');
    write(ctx, (const char *)j.out.data, j.out.len);
    ph_json_free(&j);
}

void ph_write_blocks(const ph_fleet_t *fleet, ph_text_fn write, void *ctx)
{
    ph_json_t j = ph_json_new(NULL, true);
    void *value;
    ph_json_object(&j);
    ph_json_key(&j, "genesis");
    ph_json_object(&j);
    put_header(&j, &fleet->local->genesis->header);
    write_state_pairs(&j, fleet->local->genesis->state);
    ph_json_end_object(&j);
    ph_json_end_object(&j);
    ph_write_u8(&j.out, '\n');
    write(ctx, (const char *)j.out.data, j.out.len);
    for (size_t i = 0; ph_map_next(&fleet->blocks, &i, NULL, &value);) {
        const ph_relay_block_t *block = *(ph_relay_block_t **)value;
        ph_writer_reset(&j.out);
        j.need_comma = false;
        ph_json_object(&j);
        put_hash(&j, "hash", block->hash.bytes);
        put_header(&j, &block->header);
        ph_json_key(&j, "extrinsics");
        ph_json_array(&j);
        for (size_t e = 0; e < block->body.count; e++)
            ph_json_bytes(&j, block->body.items[e]);
        ph_json_end_array(&j);
        ph_json_end_object(&j);
        ph_write_u8(&j.out, '\n');
        write(ctx, (const char *)j.out.data, j.out.len);
    }
    ph_json_free(&j);
}
