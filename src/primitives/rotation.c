#include "primitives/rotation.h"

static uint32_t blocks_since_start(const ph_group_rotation_info_t *info, ph_block_number_t at)
{
    return at > info->session_start_block ? at - info->session_start_block : 0;
}

static uint64_t clamp_cores(size_t core_count)
{
    return core_count < UINT32_MAX ? core_count : UINT32_MAX;
}

ph_group_index_t ph_rotation_group_for_core(const ph_group_rotation_info_t *info, ph_core_index_t core,
                                            size_t core_count)
{
    if (info->group_rotation_frequency == 0)
        return (ph_group_index_t){core.v};
    if (core_count == 0)
        return (ph_group_index_t){0};
    uint64_t rotations = blocks_since_start(info, info->now) / info->group_rotation_frequency;
    return (ph_group_index_t){(uint32_t)((core.v + rotations) % clamp_cores(core_count))};
}

ph_core_index_t ph_rotation_core_for_group(const ph_group_rotation_info_t *info, ph_group_index_t group,
                                           size_t core_count)
{
    if (info->group_rotation_frequency == 0)
        return (ph_core_index_t){group.v};
    if (core_count == 0)
        return (ph_core_index_t){0};
    uint64_t cores = clamp_cores(core_count);
    uint64_t rotations = blocks_since_start(info, info->now) / info->group_rotation_frequency % cores;
    return (ph_core_index_t){(uint32_t)((group.v + cores - rotations) % cores)};
}

ph_block_number_t ph_rotation_last_at(const ph_group_rotation_info_t *info)
{
    if (info->group_rotation_frequency == 0)
        return info->now;
    return info->now - blocks_since_start(info, info->now) % info->group_rotation_frequency;
}

ph_block_number_t ph_rotation_next_at(const ph_group_rotation_info_t *info)
{
    if (info->group_rotation_frequency == 0)
        return info->now;
    ph_block_number_t cycle_once = info->now + info->group_rotation_frequency;
    return cycle_once - blocks_since_start(info, cycle_once) % info->group_rotation_frequency;
}

ph_group_rotation_info_t ph_rotation_bump(const ph_group_rotation_info_t *info)
{
    ph_group_rotation_info_t out = *info;
    out.now = ph_rotation_next_at(info);
    return out;
}

size_t ph_threshold_byzantine(size_t n)
{
    return n == 0 ? 0 : (n - 1) / 3;
}

size_t ph_threshold_supermajority(size_t n)
{
    return n - ph_threshold_byzantine(n);
}

size_t ph_threshold_recovery(size_t n)
{
    return n < 2 ? 0 : (n - 1) / 3 + 1;
}

size_t ph_threshold_systematic(size_t n)
{
    size_t k = ph_threshold_recovery(n), power = k == 0 ? 0 : 1;
    while (power != 0 && power <= k / 2)
        power *= 2;
    return power;
}

size_t ph_threshold_backing(size_t group_len, uint32_t minimum_backing_votes)
{
    return group_len < minimum_backing_votes ? group_len : minimum_backing_votes;
}

ph_chunk_index_t ph_rotation_chunk_index(size_t n, bool mapping, ph_core_index_t core, ph_validator_index_t validator)
{
    if (!mapping)
        return (ph_chunk_index_t){validator.v};
    uint32_t start = core.v * (uint32_t)ph_threshold_systematic(n); /* wraps, as the reference does */
    return (ph_chunk_index_t){(uint32_t)(((uint64_t)start + validator.v) % n)};
}
