#include "crypto/sampling.h"

#include "crypto/hash.h"

size_t ph_byzantine_threshold(size_t validators)
{
    return validators == 0 ? 0 : (validators - 1) / 3;
}

size_t ph_supermajority_threshold(size_t validators)
{
    return validators - ph_byzantine_threshold(validators);
}

ph_err_t ph_recovery_threshold(size_t *out, size_t validators)
{
    if (validators > PH_MAX_VALIDATORS)
        return PH_ERR_TOO_LARGE;
    if (validators <= 1)
        return PH_ERR_INVALID;
    *out = (validators - 1) / 3 + 1;
    return PH_OK;
}

ph_err_t ph_systematic_threshold(size_t *out, size_t validators)
{
    size_t most, power = 1;
    PH_TRY(ph_recovery_threshold(&most, validators));
    while (power * 2 <= most)
        power *= 2;
    *out = power;
    return PH_OK;
}

size_t ph_effective_minimum_backing_votes(size_t group_size, uint32_t configured)
{
    return configured < group_size ? configured : group_size;
}

/* By how many places the chunks of a core are turned. The product wraps as u32, as in the reference. */
static ph_err_t turn_of_core(uint32_t *out, size_t validators, uint32_t core, uint32_t index, bool mapping)
{
    size_t threshold;
    *out = 0;
    if (!mapping)
        return PH_OK;
    PH_TRY(ph_systematic_threshold(&threshold, validators));
    if (index >= validators)
        return PH_ERR_INVALID;
    *out = (uint32_t)(core * (uint32_t)threshold);
    return PH_OK;
}

ph_err_t ph_chunk_of_validator(uint32_t *out, size_t validators, uint32_t core, uint32_t validator, bool mapping)
{
    uint32_t turn;
    PH_TRY(turn_of_core(&turn, validators, core, validator, mapping));
    *out = mapping ? (turn + validator) % (uint32_t)validators : validator;
    return PH_OK;
}

ph_err_t ph_validator_of_chunk(uint32_t *out, size_t validators, uint32_t core, uint32_t chunk, bool mapping)
{
    uint32_t turn, n = (uint32_t)validators;
    PH_TRY(turn_of_core(&turn, validators, core, chunk, mapping));
    *out = mapping ? (chunk + n - turn % n) % n : chunk;
    return PH_OK;
}

/* The partial Fisher–Yates shuffle of 0..cores, remembering only the places it touched: cores may be a large number. */
typedef struct touched {
    uint32_t place, value;
} touched_t;

static uint32_t value_at(const touched_t *list, size_t count, uint32_t place)
{
    for (size_t i = count; i-- > 0;)
        if (list[i].place == place)
            return list[i].value;
    return place;
}

size_t ph_modulo_cores(uint32_t out[PH_MODULO_SAMPLES_MAX], const uint8_t seed[32], uint32_t samples, uint32_t cores)
{
    ph_chacha_t rng;
    touched_t moved[PH_MODULO_SAMPLES_MAX];
    uint32_t amount = samples < cores ? samples : cores;
    if (amount > PH_MODULO_SAMPLES_MAX)
        amount = PH_MODULO_SAMPLES_MAX;
    ph_chacha_init(&rng, seed);
    for (uint32_t i = 0; i < amount; i++) {
        uint32_t last = cores - 1 - i, drawn = ph_chacha_below_u32(&rng, last + 1);
        out[amount - 1 - i] = value_at(moved, i, drawn);
        moved[i] = (touched_t){drawn, value_at(moved, i, last)};
    }
    return amount;
}

void ph_grid_seed(uint8_t out[32], const uint8_t epoch_randomness[32])
{
    ph_blake2b_t h;
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, PH_BYTES_LIT("gossipsu"));
    ph_blake2b_update(&h, ph_bytes(epoch_randomness, 32));
    ph_blake2b_final(&h, out, 32);
}

static uint32_t square_root(uint32_t n)
{
    uint64_t root = 0;
    while ((root + 1) * (root + 1) <= n)
        root++;
    return (uint32_t)root;
}

ph_grid_t ph_grid_new(ph_arena_t *arena, const uint8_t seed[32], uint32_t validators)
{
    ph_chacha_t rng;
    ph_grid_t grid = {.count = validators, .columns = square_root(validators)};
    grid.order = ph_mem_alloc(arena, validators * sizeof *grid.order);
    grid.position = ph_mem_alloc(arena, validators * sizeof *grid.position);
    for (uint32_t i = 0; i < validators; i++)
        grid.order[i] = i;
    ph_chacha_init(&rng, seed);
    ph_shuffle(&rng, grid.order, validators, sizeof *grid.order);
    for (uint32_t i = 0; i < validators; i++)
        grid.position[grid.order[i]] = i;
    return grid;
}

void ph_grid_free(ph_grid_t *grid)
{
    ph_mem_free(grid->order);
    ph_mem_free(grid->position);
    *grid = (ph_grid_t){0};
}

bool ph_grid_next_x(const ph_grid_t *grid, uint32_t validator, uint32_t *at, uint32_t *out)
{
    if (validator >= grid->count)
        return false;
    uint32_t own = grid->position[validator], start = own / grid->columns * grid->columns;
    for (; *at < grid->columns && start + *at < grid->count; ++*at)
        if (start + *at != own) {
            *out = grid->order[start + (*at)++];
            return true;
        }
    return false;
}

bool ph_grid_next_y(const ph_grid_t *grid, uint32_t validator, uint32_t *at, uint32_t *out)
{
    if (validator >= grid->count)
        return false;
    uint32_t own = grid->position[validator], column = own % grid->columns;
    for (;; ++*at) {
        uint64_t place = column + (uint64_t)*at * grid->columns;
        if (place >= grid->count)
            return false;
        if (place != own) {
            ++*at;
            *out = grid->order[place];
            return true;
        }
    }
}

static bool both_known(const ph_grid_t *grid, uint32_t a, uint32_t b)
{
    return a < grid->count && b < grid->count && a != b;
}

bool ph_grid_is_x(const ph_grid_t *grid, uint32_t a, uint32_t b)
{
    return both_known(grid, a, b) && grid->position[a] / grid->columns == grid->position[b] / grid->columns;
}

bool ph_grid_is_y(const ph_grid_t *grid, uint32_t a, uint32_t b)
{
    return both_known(grid, a, b) && grid->position[a] % grid->columns == grid->position[b] % grid->columns;
}

ph_grid_routing_t ph_grid_routing(const ph_grid_t *grid, uint32_t me, uint32_t originator)
{
    if (me == originator)
        return (ph_grid_routing_t){true, true};
    return (ph_grid_routing_t){.x = ph_grid_is_y(grid, me, originator), .y = ph_grid_is_x(grid, me, originator)};
}
