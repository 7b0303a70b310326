/* Which host configurations are consistent. The order of the checks is polkadot-sdk's. */
#include "runtime/configuration.h"

#define MAX_CODE_SIZE              (5u * 1024 * 1024)
#define MAX_HEAD_DATA_SIZE         (1u * 1024 * 1024)
#define MAX_POV_SIZE               (16u * 1024 * 1024)
#define MAX_COALESCE_APPROVALS     16u
#define MAX_UPWARD_MESSAGE_SIZE    (128u * 1024)
#define MAX_MESSAGES_PER_CANDIDATE (16u * 1024)
#define MAX_HRMP_CHANNELS          128u
#define MAX_ON_DEMAND_QUEUE        10000u

#define MEMORY_PAGES_MAX      65536u
#define LOGICAL_STACK_MIN     1024u
#define LOGICAL_STACK_MAX     (2u * 65536)
#define LOGICAL_STACK_DEFAULT 65536u
#define NATIVE_STACK_DEFAULT  (256u * 1024 * 1024)
#define PRECHECK_MEMORY_MIN   (256ull * 1024 * 1024)
#define PRECHECK_MEMORY_MAX   (16ull * 1024 * 1024 * 1024)

/* What the list of executor parameters says, with defaults for what it leaves out. */
typedef struct executor_limits {
    uint64_t memory_pages, logical_stack, native_stack, precheck_memory;
    uint64_t prepare_ms[2]; /* by PvfPrepKind: precheck, prepare */
    uint64_t execute_ms[2]; /* by PvfExecKind: backing, approval */
    uint32_t seen;          /* bit set over the slots below */
} executor_limits_t;

enum {
    SLOT_MEMORY_PAGES,
    SLOT_LOGICAL,
    SLOT_NATIVE,
    SLOT_PRECHECK_MEMORY,
    SLOT_PREPARE,
    SLOT_EXECUTE = SLOT_PREPARE + 2,
    SLOT_BULK_MEMORY = SLOT_EXECUTE + 2,
    SLOT_HOST_FUNCTION
};

static bool within(uint64_t value, uint64_t min, uint64_t max)
{
    return value >= min && value <= max;
}

/* Notes one parameter; false if it was there already or is out of its range. */
static bool note_param(executor_limits_t *l, const ph_executor_param_t *p)
{
    unsigned slot = 0;
    bool in_range = true;
    switch (p->kind) {
    case PH_EXECUTOR_PARAM_MAX_MEMORY_PAGES:
        slot = SLOT_MEMORY_PAGES;
        in_range = within(l->memory_pages = p->max_memory_pages, 1, MEMORY_PAGES_MAX);
        break;
    case PH_EXECUTOR_PARAM_STACK_LOGICAL_MAX:
        slot = SLOT_LOGICAL;
        in_range = within(l->logical_stack = p->stack_logical_max, LOGICAL_STACK_MIN, LOGICAL_STACK_MAX);
        break;
    case PH_EXECUTOR_PARAM_STACK_NATIVE_MAX:
        slot = SLOT_NATIVE;
        l->native_stack = p->stack_native_max;
        break;
    case PH_EXECUTOR_PARAM_PRECHECKING_MAX_MEMORY:
        slot = SLOT_PRECHECK_MEMORY;
        in_range = within(l->precheck_memory = p->prechecking_max_memory, PRECHECK_MEMORY_MIN, PRECHECK_MEMORY_MAX);
        break;
    case PH_EXECUTOR_PARAM_PVF_PREP_TIMEOUT:
        slot = SLOT_PREPARE + (unsigned)p->pvf_prep_timeout._0.kind;
        l->prepare_ms[p->pvf_prep_timeout._0.kind] = p->pvf_prep_timeout._1;
        break;
    case PH_EXECUTOR_PARAM_PVF_EXEC_TIMEOUT:
        slot = SLOT_EXECUTE + (unsigned)p->pvf_exec_timeout._0.kind;
        l->execute_ms[p->pvf_exec_timeout._0.kind] = p->pvf_exec_timeout._1;
        break;
    case PH_EXECUTOR_PARAM_WASM_EXT_BULK_MEMORY:
        slot = SLOT_BULK_MEMORY;
        break;
    case PH_EXECUTOR_PARAM_ENABLED_HOST_FUNCTION:
        slot = SLOT_HOST_FUNCTION;
        break;
    }
    bool duplicate = l->seen >> slot & 1;
    l->seen |= 1u << slot;
    return !duplicate && in_range;
}

static bool executor_params_consistent(const ph_executor_params_t *params)
{
    executor_limits_t l = {.logical_stack = LOGICAL_STACK_DEFAULT,
                           .native_stack = NATIVE_STACK_DEFAULT,
                           .prepare_ms = {60000, 360000},
                           .execute_ms = {2000, 12000}};
    for (size_t i = 0; i < params->count; i++)
        if (!note_param(&l, &params->items[i]))
            return false;
    return l.native_stack >= 128 * l.logical_stack && l.prepare_ms[0] < l.prepare_ms[1] &&
           l.execute_ms[0] < l.execute_ms[1];
}

const char *ph_configuration_inconsistency(const ph_host_configuration_t *c)
{
    const ph_scheduler_params_t *s = &c->scheduler_params;
    if (s->group_rotation_frequency == 0)
        return "ZeroGroupRotationFrequency";
    if (s->paras_availability_period == 0)
        return "ZeroParasAvailabilityPeriod";
    if (c->no_show_slots == 0)
        return "ZeroNoShowSlots";
    if (c->max_code_size > MAX_CODE_SIZE)
        return "MaxCodeSizeExceedHardLimit";
    if (c->max_head_data_size > MAX_HEAD_DATA_SIZE)
        return "MaxHeadDataSizeExceedHardLimit";
    if (c->max_pov_size > MAX_POV_SIZE)
        return "MaxPovSizeExceedHardLimit";
    if (c->approval_voting_params.max_approval_coalesce_count > MAX_COALESCE_APPROVALS)
        return "MaxApprovalCoalesceCountExceedHardLimit";
    if (c->minimum_validation_upgrade_delay <= s->paras_availability_period)
        return "MinimumValidationUpgradeDelayLessThanChainAvailabilityPeriod";
    if (c->validation_upgrade_delay <= 1)
        return "ValidationUpgradeDelayIsTooLow";
    if (c->max_upward_message_size > MAX_UPWARD_MESSAGE_SIZE)
        return "MaxUpwardMessageSizeExceeded";
    if (c->hrmp_max_message_num_per_candidate > MAX_MESSAGES_PER_CANDIDATE)
        return "MaxHorizontalMessageNumExceeded";
    if (c->max_upward_message_num_per_candidate > MAX_MESSAGES_PER_CANDIDATE)
        return "MaxUpwardMessageNumExceeded";
    if (c->hrmp_max_parachain_outbound_channels > MAX_HRMP_CHANNELS)
        return "MaxHrmpOutboundChannelsExceeded";
    if (c->hrmp_max_parachain_inbound_channels > MAX_HRMP_CHANNELS)
        return "MaxHrmpInboundChannelsExceeded";
    if (c->minimum_backing_votes == 0)
        return "ZeroMinimumBackingVotes";
    if (!executor_params_consistent(&c->executor_params))
        return "InconsistentExecutorParams";
    if (s->lookahead == 0)
        return "LookaheadZero";
    if (s->on_demand_queue_max_size > MAX_ON_DEMAND_QUEUE)
        return "OnDemandQueueSizeTooLarge";
    if (c->n_delay_tranches == 0)
        return "ZeroDelayTranches";
    return NULL;
}
