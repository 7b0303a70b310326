#include "service/local.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "chain/native_host.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/sr25519.h"
#include "runtime/genesis.h"
#include "service/local_private.h"

#define STATE_VERSION 1

static const char *const well_known[] = {"Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"};
enum { WELL_KNOWN = sizeof well_known / sizeof *well_known };
/* A million units of twelve decimals. */
#define ENDOWMENT UINT64_C(1000000000000000000)

static void name_validator(char out[32], size_t i)
{
    if (i < WELL_KNOWN)
        snprintf(out, 32, "%s", well_known[i]);
    else
        snprintf(out, 32, "Validator%zu", i);
}

static ph_err_t seed_of(uint8_t out[32], const char *name, const char *path)
{
    char uri[64];
    bool has_mini;
    ph_sr25519_keypair_t pair;
    snprintf(uri, sizeof uri, "//%s%s", name, path);
    PH_TRY(ph_sr25519_from_uri(&pair, out, &has_mini, ph_bytes(uri, strlen(uri)), (ph_bytes_t){0}, NULL));
    return has_mini ? PH_OK : PH_ERR_INTERNAL;
}

ph_err_t ph_local_make_validator(ph_local_validator_t *v, ph_genesis_validator_t *genesis, size_t i)
{
    uint8_t stash[32];
    ph_sr25519_keypair_t keys, account;
    ph_ed25519_keypair_t grandpa;
    name_validator(v->name, i);
    PH_TRY(seed_of(v->seed, v->name, ""));
    PH_TRY(seed_of(stash, v->name, "//stash"));
    ph_sr25519_from_mini_secret(&keys, v->seed);
    ph_sr25519_from_mini_secret(&account, stash);
    ph_ed25519_from_seed(&grandpa, v->seed);
    memcpy(genesis->account.bytes, account.public_key, 32);
    memcpy(genesis->keys.grandpa.bytes, grandpa.public_key, 32);
    memcpy(genesis->keys.babe.bytes, keys.public_key, 32);
    memcpy(genesis->keys.para_validator.bytes, keys.public_key, 32);
    memcpy(genesis->keys.para_assignment.bytes, keys.public_key, 32);
    memcpy(genesis->keys.authority_discovery.bytes, keys.public_key, 32);
    /* No BEEFY here: the key only has to be one's own. */
    genesis->keys.beefy.bytes[0] = 2;
    memcpy(genesis->keys.beefy.bytes + 1, keys.public_key, 32);
    memcpy(v->discovery.bytes, keys.public_key, 32);
    return PH_OK;
}

static ph_account_id_t account_of(const char *name, const char *path)
{
    uint8_t seed[32];
    ph_sr25519_keypair_t pair;
    ph_account_id_t account;
    ph_err_t err = seed_of(seed, name, path);
    PH_CHECK(err == PH_OK);
    ph_sr25519_from_mini_secret(&pair, seed);
    memcpy(account.bytes, pair.public_key, 32);
    return account;
}

/* The accounts that everybody has the keys of; the first may do what root may. */
static void endow(ph_genesis_t *genesis, ph_genesis_balance_t balances[2 * WELL_KNOWN], ph_account_id_t *sudo)
{
    for (size_t i = 0; i < WELL_KNOWN; i++) {
        balances[2 * i] = (ph_genesis_balance_t){account_of(well_known[i], ""), ENDOWMENT};
        balances[2 * i + 1] = (ph_genesis_balance_t){account_of(well_known[i], "//stash"), ENDOWMENT};
    }
    *sudo = balances[0].account;
    genesis->balances = balances;
    genesis->balance_count = 2 * WELL_KNOWN;
    genesis->sudo = sudo;
}

static ph_err_t build_state(ph_local_t *local, const ph_local_config_t *config,
                            const ph_genesis_validator_t *validators, char *why, size_t why_len)
{
    ph_genesis_para_t *paras = ph_arena_alloc(local->arena, config->para_count * sizeof *paras);
    for (size_t i = 0; i < config->para_count; i++)
        paras[i] = (ph_genesis_para_t){.id = config->paras[i].id,
                                       .head = config->paras[i].head,
                                       .code = config->paras[i].code,
                                       .is_parachain = true};
    ph_host_configuration_t host_config;
    ph_genesis_local_configuration(&host_config);
    host_config.scheduler_params.group_rotation_frequency = config->rotation_blocks;
    if (config->max_pov_size)
        host_config.max_pov_size = config->max_pov_size;
    ph_genesis_t genesis = {.validators = validators,
                            .validator_count = config->validators,
                            .paras = paras,
                            .para_count = config->para_count,
                            .config = &host_config,
                            .code = config->runtime_code};
    ph_genesis_balance_t balances[2 * WELL_KNOWN];
    ph_account_id_t sudo;
    endow(&genesis, balances, &sudo);
    genesis.chain.slot_ms = config->slot_ms;
    genesis.chain.epoch_slots = config->session_slots;
    ph_state_t *empty = ph_state_empty(local->store), *state = NULL;
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay};
    ph_err_t err = ph_genesis_build(&ph_native_host_ops, &host, &genesis, why, why_len);
    ph_native_host_end(&host);
    if (err == PH_OK)
        err = ph_overlay_state(overlay, &state, STATE_VERSION);
    if (err == PH_OK)
        local->genesis = ph_relay_block_genesis(state);
    if (local->genesis)
        local->genesis->executor = local->executor;
    ph_state_unref(state);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    return err;
}

ph_local_t *ph_local_alloc(size_t validators, size_t paras)
{
    ph_arena_t *arena = ph_arena_new();
    ph_local_t *local = ph_arena_alloc(arena, sizeof *local);
    local->arena = arena;
    local->store = ph_trie_store_new(NULL);
    local->executor = ph_executor_new(PH_RUNTIME_NATIVE);
    local->validator_count = validators;
    local->validators = ph_arena_alloc(arena, validators * sizeof *local->validators);
    local->para_count = paras;
    local->paras = ph_arena_alloc(arena, paras * sizeof *local->paras);
    return local;
}

ph_err_t ph_local_new(ph_local_t **out, const ph_local_config_t *config, char *why, size_t why_len)
{
    ph_local_t *local = ph_local_alloc(config->validators, config->para_count);
    local->slot_ms = config->slot_ms;
    for (size_t i = 0; i < config->para_count; i++)
        local->paras[i].id = config->paras[i].id;
    ph_genesis_validator_t *validators = ph_arena_alloc(local->arena, config->validators * sizeof *validators);
    ph_err_t err = PH_OK;
    for (size_t i = 0; i < config->validators && err == PH_OK; i++)
        err = ph_local_make_validator(&local->validators[i], &validators[i], i);
    PH_CHECK(err == PH_OK);
    err = build_state(local, config, validators, why, why_len);
    if (err != PH_OK) {
        ph_local_free(local);
        return err;
    }
    *out = local;
    return PH_OK;
}

void ph_local_free(ph_local_t *local)
{
    if (!local)
        return;
    ph_relay_block_unref(local->genesis);
    ph_executor_free(local->executor);
    ph_trie_store_free(local->store);
    ph_arena_free(local->arena);
}
