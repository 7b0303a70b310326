/* Executing in this process: modules by code hash, loaded once. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "pvf/internal.h"
#include "wasm/blob.h"

#define LOCAL_MAX 64

typedef struct local {
    ph_pvf_module_t *module; /* or NULL, and then: */
    ph_arena_t *arena;
    ph_pvf_executed_t failure;
    uint64_t used_at;
} local_t;

static void local_drop(local_t *local)
{
    ph_pvf_module_free(local->module);
    ph_arena_free(local->arena);
    ph_mem_free(local);
}

void ph_pvf_local_free(ph_pvf_t *pvf)
{
    void *value;
    for (size_t i = 0; ph_map_next(&pvf->local, &i, NULL, &value);)
        local_drop(*(local_t **)value);
    ph_map_free(&pvf->local);
}

static local_t *local_prepare(ph_pvf_t *pvf, ph_bytes_t code)
{
    local_t *local = ph_mem_alloc(NULL, sizeof *local);
    local->arena = ph_arena_new();
    ph_arena_t *scratch = ph_arena_new();
    ph_pvf_prepare_result_t prepared;
    ph_pvf_prepare(pvf, scratch, &prepared, code, PH_BLOB_CODE_BOMB_LIMIT);
    if (prepared.kind == PH_RES_OK) {
        ph_pvf_module_load(pvf, &local->module, local->arena, &local->failure, prepared.ok.artifact);
    } else {
        ph_bytes_t detail = prepared.err._1;
        const char *text = ph_arena_printf(local->arena, "%s: %.*s", ph_pvf_prepare_error_text(prepared.err._0),
                                           (int)detail.len, detail.len ? (const char *)detail.data : "");
        local->failure.reason.kind = PH_PVF_REASON_PREPARATION;
        local->failure.detail = ph_bytes(text, strlen(text));
    }
    ph_arena_free(scratch);
    return local;
}

static void make_room(ph_pvf_t *pvf)
{
    const void *key, *oldest_key = NULL;
    void *value;
    local_t *oldest = NULL;
    for (size_t i = 0; ph_map_next(&pvf->local, &i, &key, &value);) {
        local_t *local = *(local_t **)value;
        if (!oldest || local->used_at < oldest->used_at) {
            oldest = local;
            oldest_key = key;
        }
    }
    ph_validation_code_hash_t gone;
    memcpy(&gone, oldest_key, sizeof gone);
    ph_map_remove(&pvf->local, &gone);
    local_drop(oldest);
}

static local_t *local_of(ph_pvf_t *pvf, const ph_validation_code_hash_t *code_hash, ph_bytes_t code)
{
    local_t **known = ph_map_get(&pvf->local, code_hash);
    local_t *local;
    if (known) {
        local = *known;
    } else {
        if (pvf->local.count >= LOCAL_MAX)
            make_room(pvf);
        local = local_prepare(pvf, code);
        *(local_t **)ph_map_put(&pvf->local, code_hash, NULL) = local;
    }
    local->used_at = ++pvf->local_clock;
    return local;
}

void ph_pvf_execute_in_process(ph_pvf_t *pvf, ph_arena_t *arena, ph_pvf_executed_t *out,
                               const ph_validation_code_hash_t *code_hash, ph_bytes_t code,
                               const ph_validation_params_t *params, uint32_t pov_bomb_limit, uint64_t fuel)
{
    local_t *local = local_of(pvf, code_hash, code);
    if (local->module)
        ph_pvf_execute(local->module, arena, out, params, pov_bomb_limit, fuel);
    else
        ph_pvf_executed_clone(arena, out, &local->failure);
}
