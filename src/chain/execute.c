#include <stdio.h>
#include <string.h>

#include "chain/executor.h"
#include "chain/private.h"

/* Running the runtime on the state of a block. */

typedef struct machine {
    ph_executor_t *executor;
    ph_overlay_t *overlay;
    ph_native_host_t host;
    ph_writer_t result;
    char *why;
    size_t why_len;
} machine_t;

static void machine_begin(machine_t *m, const ph_relay_block_t *at, char *why, size_t why_len)
{
    *m = (machine_t){.executor = at->executor, .overlay = ph_overlay_new(at->state), .why = why, .why_len = why_len};
    m->host.overlay = m->overlay;
}

static void machine_end(machine_t *m)
{
    ph_native_host_end(&m->host);
    ph_writer_free(&m->result);
    ph_overlay_free(m->overlay);
}

/* The answer is in m->result until the next call. */
static ph_err_t call(machine_t *m, const char *method, ph_bytes_t args)
{
    size_t depth = ph_overlay_depth(m->overlay);
    ph_writer_reset(&m->result);
    ph_err_t err = ph_executor_call(m->executor, &m->host, &m->result, method, args, m->why, m->why_len);
    if (err != PH_OK)
        ph_overlay_rollback_to(m->overlay, depth);
    return err;
}

/* The runtime has compared the roots; the state we keep must be that very one. That is no invariant: the runtime's code
 * is what the chain made it. */
static ph_err_t take_state(machine_t *m, ph_state_t **out, const ph_header_t *header)
{
    int version = ph_executor_state_version(m->executor, ph_overlay_base(m->overlay));
    PH_TRY(ph_overlay_state(m->overlay, out, version));
    if (memcmp(ph_state_root(*out), header->state_root.bytes, 32) == 0)
        return PH_OK;
    ph_state_unref(*out);
    *out = NULL;
    snprintf(m->why, m->why_len, "the header's state root is not that of the state");
    return PH_ERR_INVALID;
}

/* ---- import ---- */

ph_err_t ph_execute_block(ph_relay_block_t *block, const ph_relay_block_t *parent, char *why, size_t why_len)
{
    machine_t m;
    ph_writer_t args = PH_WRITER_HEAP;
    ph_block_t unsealed = {.header = block->header, .extrinsics = block->body};
    unsealed.header.digest.logs.count--;
    ph_block_encode(&args, &unsealed);
    machine_begin(&m, parent, why, why_len);
    ph_err_t err = call(&m, "Core_execute_block", ph_writer_bytes(&args));
    if (err == PH_OK)
        err = take_state(&m, &block->state, &block->header);
    block->executor = parent->executor;
    machine_end(&m);
    ph_writer_free(&args);
    return err;
}

/* ---- authorship ---- */

static ph_err_t initialize(machine_t *m, ph_arena_t *arena, const ph_relay_block_t *parent, ph_bytes_t pre_digest)
{
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_PRE_RUNTIME, .pre_runtime = {{"BABE"}, pre_digest}};
    ph_header_t header = {
        .parent_hash = parent->hash, .number = parent->header.number + 1, .digest = {.logs = {&item, 1}}};
    ph_writer_t args = ph_writer_in(arena);
    ph_header_encode(&args, &header);
    return call(m, "Core_initialize_block", ph_writer_bytes(&args));
}

static ph_err_t make_inherents(machine_t *m, ph_arena_t *arena, ph_vec_opaque_extrinsic_t *out, uint64_t timestamp_ms,
                               ph_bytes_t parachains)
{
    uint8_t now[8];
    ph_put_u64(now, timestamp_ms);
    ph_inherent_data_t data;
    ph_writer_t args = ph_writer_in(arena), encoded = ph_writer_in(arena);
    /* InherentData: a map from 8-byte identifiers to encoded values, by identifier. */
    ph_write_compact(&encoded, 2);
    ph_write(&encoded, "parachn0", 8);
    ph_write_bytes(&encoded, parachains);
    ph_write(&encoded, "timstap0", 8);
    ph_write_bytes(&encoded, ph_bytes(now, sizeof now));
    PH_TRY(ph_inherent_data_decode_all(ph_writer_bytes(&encoded), arena, &data));
    ph_inherent_data_encode(&args, &data);
    PH_TRY(call(m, "BlockBuilder_inherent_extrinsics", ph_writer_bytes(&args)));
    return ph_vec_opaque_extrinsic_decode_all(ph_writer_bytes(&m->result), arena, out);
}

/* Whether it may stand in the block is in *result; where it may not, its writes are gone. */
static ph_err_t apply(machine_t *m, ph_arena_t *arena, ph_apply_extrinsic_result_t *result, ph_bytes_t extrinsic)
{
    ph_writer_t args = PH_WRITER_HEAP;
    size_t depth = ph_overlay_depth(m->overlay);
    ph_write_bytes(&args, extrinsic);
    ph_overlay_start(m->overlay);
    ph_err_t err = call(m, "BlockBuilder_apply_extrinsic", ph_writer_bytes(&args));
    ph_writer_free(&args);
    if (err == PH_OK)
        err = ph_apply_extrinsic_result_decode_all(ph_writer_bytes(&m->result), arena, result);
    if (err == PH_OK && result->kind == PH_RES_OK)
        return ph_overlay_commit(m->overlay);
    ph_overlay_rollback_to(m->overlay, depth);
    return err;
}

static ph_err_t apply_inherent(machine_t *m, ph_arena_t *arena, ph_bytes_t extrinsic)
{
    ph_apply_extrinsic_result_t result;
    PH_TRY(apply(m, arena, &result, extrinsic));
    if (result.kind == PH_RES_OK && result.ok.kind == PH_RES_OK)
        return PH_OK;
    ph_writer_t text = ph_writer_in(arena);
    ph_apply_extrinsic_result_encode(&text, &result);
    snprintf(m->why, m->why_len, "an inherent was not applied: %s", ph_hex_in(arena, ph_writer_bytes(&text)));
    return PH_ERR_INVALID;
}

/* ---- transactions ---- */

/* How large a block may grow, and how many offers that did not fit are passed over before it counts as full.
 * (sc-basic-authorship: DEFAULT_BLOCK_SIZE_LIMIT, MAX_SKIPPED_TRANSACTIONS.) */
enum { BLOCK_SIZE_MAX = 4 * 1024 * 1024 + 512, PASSED_OVER_MAX = 8 };

static void drop_line(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static bool parents_are_in(const ph_offers_t *offers, const ph_offer_t *offer)
{
    for (uint32_t i = 0; i < offer->parent_count; i++)
        if (offers->items[offer->parents[i]].fate != PH_OFFER_TAKEN)
            return false;
    return true;
}

static ph_offer_fate_t fate_of(ph_err_t err, const ph_apply_extrinsic_result_t *result)
{
    if (err != PH_OK) /* it made the runtime panic */
        return PH_OFFER_INVALID;
    if (result->kind == PH_RES_OK)
        return PH_OFFER_TAKEN;
    if (result->err.kind != PH_TRANSACTION_VALIDITY_ERROR_INVALID)
        return PH_OFFER_INVALID;
    uint8_t kind = result->err.invalid.kind;
    return kind == PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES ? PH_OFFER_TOO_BIG
           : kind == PH_INVALID_TRANSACTION_FUTURE           ? PH_OFFER_EARLY
                                                             : PH_OFFER_INVALID;
}

static size_t body_size(const ph_vec_opaque_extrinsic_t *body)
{
    size_t size = 0;
    for (size_t i = 0; i < body->count; i++)
        size += ph_compact_len(body->items[i].len) + body->items[i].len;
    return size;
}

/* Onto the body, which holds the inherents. */
static void apply_offers(machine_t *m, ph_arena_t *arena, ph_vec_opaque_extrinsic_t *body, ph_offers_t *offers)
{
    ph_log_t quiet = {drop_line, PH_LOG_ERROR};
    size_t size = body_size(body), passed_over = 0;
    ph_bytes_t *all = ph_arena_alloc(arena, (body->count + offers->count) * sizeof *all);
    if (body->count)
        memcpy(all, body->items, body->count * sizeof *all);
    body->items = all;
    m->host.log = &quiet;
    for (size_t i = 0; i < offers->count && passed_over <= PASSED_OVER_MAX; i++) {
        ph_offer_t *offer = &offers->items[i];
        ph_bytes_t xt = ph_buf_bytes(offer->xt);
        size_t len = ph_compact_len(xt.len) + xt.len;
        ph_apply_extrinsic_result_t result;
        if (!parents_are_in(offers, offer))
            continue;
        offer->fate = PH_OFFER_TOO_BIG;
        if (size + len <= BLOCK_SIZE_MAX) {
            ph_err_t err = apply(m, arena, &result, xt);
            offer->fate = fate_of(err, &result);
        }
        passed_over += offer->fate == PH_OFFER_TOO_BIG;
        if (offer->fate != PH_OFFER_TAKEN)
            continue;
        size += len;
        all[body->count++] = ph_bytes_copy(arena, xt);
    }
    m->host.log = NULL;
}

static ph_err_t build(machine_t *m, ph_arena_t *arena, ph_header_t *header, ph_vec_opaque_extrinsic_t *body,
                      ph_state_t **state, const ph_relay_block_t *parent, ph_bytes_t pre_digest, uint64_t timestamp_ms,
                      ph_bytes_t parachains, ph_offers_t *offers)
{
    PH_TRY(initialize(m, arena, parent, pre_digest));
    PH_TRY(make_inherents(m, arena, body, timestamp_ms, parachains));
    for (size_t i = 0; i < body->count; i++)
        PH_TRY(apply_inherent(m, arena, body->items[i]));
    if (offers && offers->count)
        apply_offers(m, arena, body, offers);
    PH_TRY(call(m, "BlockBuilder_finalize_block", (ph_bytes_t){0}));
    PH_TRY(ph_header_decode_all(ph_writer_bytes(&m->result), arena, header));
    return take_state(m, state, header);
}

ph_err_t ph_build_block(ph_arena_t *arena, ph_header_t *header, ph_vec_opaque_extrinsic_t *body, ph_state_t **state,
                        const ph_relay_block_t *parent, ph_bytes_t pre_digest, uint64_t timestamp_ms,
                        ph_bytes_t parachains_inherent, ph_offers_t *offers, char *why, size_t why_len)
{
    machine_t m;
    machine_begin(&m, parent, why, why_len);
    ph_err_t err = build(&m, arena, header, body, state, parent, pre_digest, timestamp_ms, parachains_inherent, offers);
    machine_end(&m);
    return err;
}

/* ---- runtime API ---- */

ph_err_t ph_execute_call(ph_writer_t *result, const ph_relay_block_t *at, const char *method, ph_bytes_t args,
                         char *why, size_t why_len)
{
    machine_t m;
    ph_log_t quiet = {drop_line, PH_LOG_ERROR};
    machine_begin(&m, at, why, why_len);
    m.host.log = &quiet;
    ph_err_t err = call(&m, method, args);
    if (err == PH_OK)
        ph_write(result, m.result.data, m.result.len);
    machine_end(&m);
    return err;
}

enum { WHY_MAX = 200 };

/* Calls on a machine that stands at the block; what goes wrong is logged, but for what this runtime does not have. */
static ph_err_t answer(machine_t *m, ph_buf_t **result, ph_env_t *env, const ph_relay_block_t *block,
                       const char *method, ph_bytes_t args)
{
    m->host.log = env->log;
    ph_err_t err = call(m, method, args);
    if (err == PH_OK)
        *result = ph_buf_new(ph_writer_bytes(&m->result));
    else if (err != PH_ERR_UNSUPPORTED)
        ph_log(env->log, PH_LOG_WARN, "chain", "%s: %s failed at block %u: %s", env->name, method, block->header.number,
               m->why);
    return err;
}

ph_err_t ph_chain_call_at(ph_env_t *env, ph_buf_t **result, ph_relay_block_t *block, const char *method,
                          ph_bytes_t args)
{
    ph_memo_key_t key;
    char why[WHY_MAX] = "";
    if (env->memo) {
        ph_memo_key(&key, "api",
                    (ph_bytes_t[]){ph_bytes(block->hash.bytes, 32), ph_bytes(method, strlen(method)), args}, 3);
        if ((*result = ph_memo_get(env->memo, &key)))
            return PH_OK;
    }
    machine_t m;
    machine_begin(&m, block, why, sizeof why);
    ph_err_t err = answer(&m, result, env, block, method, args);
    if (err == PH_OK && env->memo)
        ph_memo_put_buf(env->memo, &key, *result);
    machine_end(&m);
    return err;
}

ph_err_t ph_chain_call(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *hash, const char *method, ph_bytes_t args)
{
    ph_relay_block_t *block = ph_chain_block(chain, hash);
    return block ? ph_chain_call_at(chain->env, result, block, method, args) : PH_ERR_NOT_FOUND;
}

/* What the runtime hands in has its length in front. */
static void hand_to_pool(ph_chain_t *chain, ph_bytes_t extrinsic)
{
    ph_reader_t r = ph_reader(extrinsic);
    uint32_t len;
    if (ph_read_compact_u32(&r, &len) == PH_OK && len == ph_reader_left(&r))
        (void)ph_pool_submit(ph_chain_pool(chain), ph_bytes(r.at, len), PH_TRANSACTION_SOURCE_LOCAL, NULL, NULL, 0);
}

ph_err_t ph_chain_call_with_keys(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *hash, const char *method,
                                 ph_bytes_t args, const ph_keyring_t *keys)
{
    machine_t m;
    char why[WHY_MAX] = "";
    const ph_relay_block_t *block = ph_chain_block(chain, hash);
    if (!block)
        return PH_ERR_NOT_FOUND;
    machine_begin(&m, block, why, sizeof why);
    m.host.keys = keys;
    ph_err_t err = answer(&m, result, chain->env, block, method, args);
    machine_end(&m);
    return err;
}

ph_err_t ph_chain_call_submit(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *hash, const char *method,
                              ph_bytes_t args)
{
    machine_t m;
    char why[WHY_MAX] = "";
    const ph_relay_block_t *block = ph_chain_block(chain, hash);
    if (!block)
        return PH_ERR_NOT_FOUND;
    machine_begin(&m, block, why, sizeof why);
    ph_err_t err = answer(&m, result, chain->env, block, method, args);
    for (size_t i = 0; err == PH_OK && i < m.host.submitted.count; i++)
        hand_to_pool(chain, m.host.submitted.items[i]);
    machine_end(&m);
    return err;
}
