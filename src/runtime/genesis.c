/* The genesis state of a local chain. */
#include "runtime/genesis.h"

#include <string.h>

#include "runtime/babe.h"
#include "runtime/fees.h"
#include "runtime/pallets.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/sudo.h"
#include "runtime/system.h"

/* twox128(":__STORAGE_VERSION__:") */
static const uint8_t storage_version_suffix[16] = {0x4e, 0x7b, 0x90, 0x12, 0x09, 0x6b, 0x41, 0xc4,
                                                   0xeb, 0x3a, 0xaf, 0x94, 0x7f, 0x6e, 0xa4, 0x29};

void ph_genesis_local_configuration(ph_host_configuration_t *out)
{
    static const uint8_t features[1] = {0x0b}; /* assignments v2, elastic scaling, candidate receipt v2 */
    *out = (ph_host_configuration_t){
        .max_code_size = 5u << 20,
        .max_head_data_size = 32768,
        .max_upward_queue_count = 8,
        .max_upward_queue_size = 1u << 20,
        .max_upward_message_size = 51200,
        .max_upward_message_num_per_candidate = 5,
        .hrmp_max_message_num_per_candidate = 5,
        .validation_upgrade_cooldown = 2,
        .validation_upgrade_delay = 2,
        .max_pov_size = 10u << 20,
        .max_downward_message_size = 1u << 20,
        .hrmp_max_parachain_outbound_channels = 4,
        .hrmp_channel_max_capacity = 8,
        .hrmp_channel_max_total_size = 8192,
        .hrmp_max_parachain_inbound_channels = 4,
        .hrmp_channel_max_message_size = 1u << 20,
        .code_retention_period = 1200,
        .dispute_period.v = 6,
        .dispute_post_conclusion_acceptance_period = 100,
        .no_show_slots = 2,
        .n_delay_tranches = 25,
        .needed_approvals = 2,
        .relay_vrf_modulo_samples = 2,
        .pvf_voting_ttl.v = 2,
        .minimum_validation_upgrade_delay = 5,
        .minimum_backing_votes = 2,
        .node_features = {.bytes = (uint8_t *)(uintptr_t)features, .count = 8},
        .approval_voting_params.max_approval_coalesce_count = 1,
        .scheduler_params =
            {
                .group_rotation_frequency = 20,
                .paras_availability_period = 4,
                .lookahead = 5,
                .on_demand_queue_max_size = 10000,
                .on_demand_target_queue_utilization.v = 250000000,
                .on_demand_fee_variability.v = 30000000,
                .on_demand_base_fee = 10000000,
            },
    };
}

static void put_storage_versions(ph_rt_t *rt)
{
    for (size_t i = 0; i < ph_pallet_count; i++) {
        if (ph_pallets[i].later)
            continue;
        uint8_t key[32], version[2];
        ph_host_twox_128(rt, key, ph_bytes(ph_pallets[i].name, strlen(ph_pallets[i].name)));
        memcpy(key + 16, storage_version_suffix, 16);
        ph_put_u16(version, ph_pallets[i].version);
        ph_host_storage_set(rt, ph_bytes(key, sizeof key), ph_bytes(version, sizeof version));
    }
}

static void put_chain_params(ph_rt_t *rt, const ph_chain_params_t *chain)
{
    if (chain->slot_ms != 0 && chain->epoch_slots != 0)
        ph_chain_parameters_params_set(rt, chain);
}

static ph_babe_epoch_configuration_t babe_config(const ph_genesis_t *genesis)
{
    if (genesis->babe.c._1 != 0)
        return genesis->babe;
    return (ph_babe_epoch_configuration_t){.c = {1, 4},
                                           .allowed_slots.kind = PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_VRF_SLOTS};
}

static ph_err_t build(ph_rt_t *rt, const ph_genesis_t *genesis)
{
    if (genesis->validator_count == 0)
        return ph_rt_panic(rt, "a chain needs a validator");
    put_storage_versions(rt);
    if (genesis->code.len > 0)
        ph_host_storage_set(rt, PH_KEY_CODE, genesis->code);
    put_chain_params(rt, &genesis->chain);
    ph_system_genesis_build(rt);
    ph_babe_epoch_configuration_t babe = babe_config(genesis);
    ph_babe_genesis_build(rt, &babe);
    PH_TRY(ph_balances_genesis_build(rt, genesis->balances, genesis->balance_count));
    ph_fees_genesis_build(rt);
    if (genesis->sudo != NULL)
        ph_sudo_key_set(rt, genesis->sudo);
    ph_host_configuration_t config;
    if (genesis->config != NULL)
        config = *genesis->config;
    else
        ph_genesis_local_configuration(&config);
    PH_TRY(ph_configuration_genesis_build(rt, &config));
    PH_TRY(ph_parachains_genesis_build(rt));
    PH_TRY(ph_paras_genesis_build(rt, genesis->paras, genesis->para_count));
    ph_registrar_genesis_build(rt, genesis->paras, genesis->para_count);
    return ph_session_genesis_build(rt, genesis->validators, genesis->validator_count);
}

ph_err_t ph_genesis_build(const ph_host_ops_t *ops, void *host, const ph_genesis_t *genesis, char *panic,
                          size_t panic_len)
{
    ph_rt_t rt = {.arena = ph_arena_new(), .ops = ops, .host = host};
    ph_err_t err = build(&rt, genesis);
    if (err != PH_OK && panic != NULL && panic_len > 0) {
        const char *why = rt.panic != NULL ? rt.panic : ph_err_text(err);
        size_t len = strlen(why) < panic_len ? strlen(why) : panic_len - 1;
        memcpy(panic, why, len);
        panic[len] = 0;
    }
    ph_arena_free(rt.arena);
    return err;
}
