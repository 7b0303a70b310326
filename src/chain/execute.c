#include <stdio.h>
#include <string.h>

#include "chain/native_host.h"
#include "chain/private.h"
#include "runtime/runtime.h"

/* Running the runtime's native body on the state of a block. */

/* Our runtime's state version. */
#define STATE_VERSION 1

typedef struct machine {
    ph_overlay_t *overlay;
    ph_native_host_t host;
    ph_writer_t result;
    char *why;
    size_t why_len;
} machine_t;

static void machine_begin(machine_t *m, const ph_relay_block_t *at, char *why, size_t why_len)
{
    *m = (machine_t){.overlay = ph_overlay_new(at->state), .why = why, .why_len = why_len};
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
    ph_err_t err = ph_runtime_call(&ph_native_host_ops, &m->host, ph_bytes(method, strlen(method)), args, &m->result,
                                   m->why, m->why_len);
    if (err != PH_OK)
        ph_overlay_rollback_to(m->overlay, depth);
    return err;
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
        err = ph_overlay_state(m.overlay, &block->state, STATE_VERSION);
    /* The runtime has compared the roots; the state we keep must be that very one. */
    if (err == PH_OK)
        PH_CHECK(memcmp(ph_state_root(block->state), block->header.state_root.bytes, 32) == 0);
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

static ph_err_t apply(machine_t *m, ph_arena_t *arena, ph_bytes_t extrinsic)
{
    ph_writer_t args = ph_writer_in(arena);
    ph_apply_extrinsic_result_t result;
    ph_write_bytes(&args, extrinsic);
    PH_TRY(call(m, "BlockBuilder_apply_extrinsic", ph_writer_bytes(&args)));
    PH_TRY(ph_apply_extrinsic_result_decode_all(ph_writer_bytes(&m->result), arena, &result));
    ph_writer_t text = ph_writer_in(arena);
    ph_apply_extrinsic_result_encode(&text, &result);
    if (text.len == 2 && text.data[0] == 0 && text.data[1] == 0)
        return PH_OK;
    snprintf(m->why, m->why_len, "an inherent was not applied: %s", ph_hex_in(arena, ph_writer_bytes(&text)));
    return PH_ERR_INVALID;
}

static ph_err_t build(machine_t *m, ph_arena_t *arena, ph_header_t *header, ph_vec_opaque_extrinsic_t *body,
                      ph_state_t **state, const ph_relay_block_t *parent, ph_bytes_t pre_digest, uint64_t timestamp_ms,
                      ph_bytes_t parachains)
{
    PH_TRY(initialize(m, arena, parent, pre_digest));
    PH_TRY(make_inherents(m, arena, body, timestamp_ms, parachains));
    for (size_t i = 0; i < body->count; i++)
        PH_TRY(apply(m, arena, body->items[i]));
    PH_TRY(call(m, "BlockBuilder_finalize_block", (ph_bytes_t){0}));
    PH_TRY(ph_header_decode_all(ph_writer_bytes(&m->result), arena, header));
    PH_TRY(ph_overlay_state(m->overlay, state, STATE_VERSION));
    PH_CHECK(memcmp(ph_state_root(*state), header->state_root.bytes, 32) == 0);
    return PH_OK;
}

ph_err_t ph_build_block(ph_arena_t *arena, ph_header_t *header, ph_vec_opaque_extrinsic_t *body, ph_state_t **state,
                        const ph_relay_block_t *parent, ph_bytes_t pre_digest, uint64_t timestamp_ms,
                        ph_bytes_t parachains_inherent, char *why, size_t why_len)
{
    machine_t m;
    machine_begin(&m, parent, why, why_len);
    ph_err_t err = build(&m, arena, header, body, state, parent, pre_digest, timestamp_ms, parachains_inherent);
    machine_end(&m);
    return err;
}

/* ---- runtime API ---- */

static void *ref_buf(void *buf)
{
    return ph_buf_ref(buf);
}

ph_err_t ph_chain_call_at(ph_env_t *env, ph_buf_t **result, ph_relay_block_t *block, const char *method,
                          ph_bytes_t args)
{
    ph_memo_key_t key;
    char why[200] = "";
    if (env->memo) {
        ph_memo_key(&key, "api",
                    (ph_bytes_t[]){ph_bytes(block->hash.bytes, 32), ph_bytes(method, strlen(method)), args}, 3);
        if ((*result = ph_memo_get(env->memo, &key)))
            return PH_OK;
    }
    machine_t m;
    machine_begin(&m, block, why, sizeof why);
    m.host.log = env->log;
    ph_err_t err = call(&m, method, args);
    if (err == PH_OK) {
        *result = ph_buf_new(ph_writer_bytes(&m.result));
        if (env->memo)
            ph_memo_put(env->memo, &key, *result, ref_buf, ph_buf_unref);
    } else if (err != PH_ERR_UNSUPPORTED) {
        ph_log(env->log, PH_LOG_WARN, "chain", "%s: %s failed at block %u: %s", env->name, method, block->header.number,
               why);
    }
    machine_end(&m);
    return err;
}

ph_err_t ph_chain_call(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *hash, const char *method, ph_bytes_t args)
{
    ph_relay_block_t *block = ph_chain_block(chain, hash);
    return block ? ph_chain_call_at(chain->env, result, block, method, args) : PH_ERR_NOT_FOUND;
}
