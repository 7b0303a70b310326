/* Recovery. k of the chunks are used, a set S of the points 0 … N-1 (N the power of two above n). With L the polynomial
 * that vanishes on all other points, L·f has degree below N and is known everywhere: f's value times L's on S, zero
 * elsewhere. At an unknown point e, f(e) = (L·f)'(e) / L'(e).
 *
 * Points fall into N/k ≤ 8 blocks of k. The values asked for are those of block 0, and there only the first k
 * coefficients of the derivative count. So each block with a chunk in it is transformed alone (size k), and the upper
 * levels shrink to two sums over the blocks: coefficients of block 0, and what the derivative adds to them from the
 * blocks 1, 2 and 4. (Source: arXiv 1404.3458, section 5, with the upper levels contracted.)
 */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "erasure/context.h"

#define BLOCKS_MAX 8

typedef struct recovery {
    const ph_erasure_t *erasure;
    size_t n, k, chunk_len, block_count;
    const uint8_t **chunk_at;    /* n of them: the chunk used at this point, or NULL */
    size_t in_block[BLOCKS_MAX]; /* how many of S */
    ph_gf_factor_t *before;      /* n of them: L(i) for i in S, by position i */
    ph_gf_factor_t *after;       /* k of them: 1/L'(e) for e not in S */
    uint16_t into_low[BLOCKS_MAX], into_derivative[BLOCKS_MAX];
    ph_gf_factor_t low_factor[BLOCKS_MAX], derivative_factor[BLOCKS_MAX];
    ph_lanes_t block, low, high;
} recovery_t;

/* Checks the chunks and notes them in r->chunk_at; the number of chunks in each block goes to r->in_block. */
static ph_err_t take_chunks(recovery_t *r, const ph_erasure_piece_t *chunks, size_t count)
{
    if (count < r->k)
        return PH_ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (chunks[i].index >= r->n)
            return PH_ERR_INVALID;
        if (chunks[i].bytes.len != r->chunk_len || r->chunk_len == 0 || r->chunk_len % 2 != 0)
            return PH_ERR_MALFORMED;
        if (r->chunk_at[chunks[i].index])
            return PH_ERR_EXISTS;
        r->chunk_at[chunks[i].index] = chunks[i].bytes.data;
        r->in_block[chunks[i].index / r->k]++;
    }
    return PH_OK;
}

/* Keeps k chunks, from as few blocks as possible: each block with a chunk costs a transform. */
static void choose_chunks(recovery_t *r)
{
    size_t left = r->k;
    bool done[BLOCKS_MAX] = {false};
    for (size_t round = 0; round < r->block_count; round++) {
        size_t best = BLOCKS_MAX;
        for (size_t b = 0; b < r->block_count; b++)
            if (!done[b] && (best == BLOCKS_MAX || r->in_block[b] > r->in_block[best]))
                best = b;
        done[best] = true;
        r->in_block[best] = 0;
        for (size_t i = best * r->k; i < (best + 1) * r->k && i < r->n; i++) {
            if (!r->chunk_at[i])
                continue;
            if (left > 0) {
                left--;
                r->in_block[best]++;
            } else {
                r->chunk_at[i] = NULL;
            }
        }
    }
    PH_CHECK(left == 0);
}

static void prepare_factors(recovery_t *r)
{
    const ph_gf_t *gf = &r->erasure->gf;
    size_t size = r->block_count * r->k;
    uint16_t *logs = ph_mem_alloc(NULL, 2 * size * sizeof *logs);
    for (size_t i = 0; i < size; i++)
        logs[i] = i >= r->n || !r->chunk_at[i];
    ph_gf_log_products(gf, logs, logs + size, size);
    r->before = ph_erasure_mem(r->n * sizeof *r->before);
    r->after = ph_erasure_mem(r->k * sizeof *r->after);
    for (size_t i = 0; i < r->n; i++)
        if (r->chunk_at[i])
            r->erasure->kernel->factor(&r->before[i], gf, gf->exp[logs[i]]);
    for (size_t i = 0; i < r->k; i++)
        if (!r->chunk_at[i])
            r->erasure->kernel->factor(&r->after[i], gf, gf->exp[PH_GF_ORDER - logs[i]]);
    ph_mem_free(logs);
}

/* How each block's own coefficients enter the low coefficients of the whole, and the derivative's addition to them: the
 * upper levels of the transform are, block for block, a transform of single symbols of size N/k. */
static void prepare_block_sums(recovery_t *r)
{
    const ph_gf_t *gf = &r->erasure->gf;
    for (size_t b = 0; b < r->block_count; b++) {
        uint16_t unit[BLOCKS_MAX] = {0};
        unit[b] = 1;
        for (size_t half = 1, level = 0; half < r->block_count; half *= 2, level++) {
            for (size_t start = 0; start < r->block_count; start += 2 * half) {
                for (size_t i = start; i < start + half; i++) {
                    unit[i + half] = unit[i + half] ^ unit[i];
                    unit[i] = unit[i] ^ ph_gf_mul(gf, unit[i + half], (uint16_t)(start >> level));
                }
            }
        }
        r->into_low[b] = unit[0];
        for (size_t power = 1; power < r->block_count; power *= 2)
            r->into_derivative[b] = r->into_derivative[b] ^ unit[power];
        r->erasure->kernel->factor(&r->low_factor[b], gf, r->into_low[b]);
        r->erasure->kernel->factor(&r->derivative_factor[b], gf, r->into_derivative[b]);
    }
}

static void sum_blocks(recovery_t *r, size_t first, size_t rows)
{
    const ph_erasure_kernel_t *kernel = r->erasure->kernel;
    size_t symbols = r->k * r->block.symbols;
    memset(r->low.at, 0, symbols * sizeof(uint16_t));
    memset(r->high.at, 0, symbols * sizeof(uint16_t));
    for (size_t b = 0; b < r->block_count; b++) {
        if (r->in_block[b] == 0)
            continue;
        memset(r->block.at, 0, symbols * sizeof(uint16_t));
        for (size_t c = 0; c < r->k && b * r->k + c < r->n; c++) {
            size_t i = b * r->k + c;
            if (!r->chunk_at[i])
                continue;
            uint16_t *lane = ph_lane(r->block, c);
            kernel->load(lane, r->chunk_at[i] + 2 * first, 2, rows);
            kernel->mul(lane, lane, &r->before[i], r->block.symbols);
        }
        ph_erasure_values_to_coefficients(r->erasure, r->block, b * r->k);
        kernel->mul_add(r->low.at, r->block.at, &r->low_factor[b], symbols);
        kernel->mul_add(r->high.at, r->block.at, &r->derivative_factor[b], symbols);
    }
}

/* The derivative of the basis polynomial i is the sum of those with one bit of i cleared. Lane m only needs lanes above
 * it, so it may be overwritten on the way up; `high` has what comes from the upper blocks. */
static void derive(recovery_t *r)
{
    const ph_erasure_kernel_t *kernel = r->erasure->kernel;
    for (size_t m = 0; m < r->k; m++) {
        memcpy(ph_lane(r->low, m), ph_lane(r->high, m), r->low.symbols * sizeof(uint16_t));
        for (size_t bit = 1; bit < r->k; bit *= 2)
            if (!(m & bit))
                kernel->add(ph_lane(r->low, m), ph_lane(r->low, m | bit), r->low.symbols);
    }
}

static void recover_strip(recovery_t *r, uint8_t *payload, size_t first, size_t rows)
{
    sum_blocks(r, first, rows);
    derive(r);
    ph_erasure_coefficients_to_values(r->erasure, r->low, 0, r->k);
    size_t row_len = 2 * r->k;
    for (size_t c = 0; c < r->k; c++) {
        uint8_t *to = payload + first * row_len + 2 * c;
        if (r->chunk_at[c]) {
            for (size_t row = 0; row < rows; row++)
                memcpy(to + row * row_len, r->chunk_at[c] + 2 * (first + row), 2);
        } else {
            uint16_t *lane = ph_lane(r->low, c);
            r->erasure->kernel->mul(lane, lane, &r->after[c], r->low.symbols);
            r->erasure->kernel->store(to, row_len, lane, rows);
        }
    }
}

static void recover(recovery_t *r, uint8_t *payload)
{
    prepare_factors(r);
    prepare_block_sums(r);
    ph_erasure_need_factors(r->erasure, ph_erasure_log2(r->block_count * r->k));
    size_t rows = r->chunk_len / 2, strip = ph_erasure_strip_rows(r->erasure, r->k, rows);
    uint16_t *memory = ph_erasure_mem(3 * r->k * strip * sizeof *memory);
    r->block = (ph_lanes_t){memory, r->k, strip};
    r->low = (ph_lanes_t){memory + r->k * strip, r->k, strip};
    r->high = (ph_lanes_t){memory + 2 * r->k * strip, r->k, strip};
    for (size_t first = 0; first < rows; first += strip)
        recover_strip(r, payload, first, rows - first < strip ? rows - first : strip);
    ph_erasure_mem_free(memory);
    ph_erasure_mem_free(r->before);
    ph_erasure_mem_free(r->after);
}

static void transpose(uint8_t *payload, const uint8_t *const *chunk_at, size_t k, size_t chunk_len)
{
    for (size_t row = 0; row < chunk_len / 2; row++)
        for (size_t c = 0; c < k; c++, payload += 2)
            memcpy(payload, chunk_at[c] + 2 * row, 2);
}

ph_err_t ph_erasure_reconstruct(const ph_erasure_t *erasure, uint8_t *payload, size_t payload_len, size_t validators,
                                const ph_erasure_piece_t *chunks, size_t count)
{
    recovery_t r = {.erasure = erasure, .n = validators};
    PH_TRY(ph_erasure_systematic_threshold(&r.k, validators));
    r.block_count = ph_erasure_round_up_power(validators) / r.k;
    PH_CHECK(r.block_count <= BLOCKS_MAX);
    if (count < r.k)
        return PH_ERR_NOT_FOUND;
    r.chunk_len = chunks[0].bytes.len;
    r.chunk_at = ph_mem_alloc(NULL, validators * sizeof *r.chunk_at);
    ph_err_t err = take_chunks(&r, chunks, count);
    if (err == PH_OK && (payload_len / r.k != r.chunk_len || payload_len % r.k != 0))
        err = PH_ERR_INVALID;
    if (err == PH_OK) {
        if (r.in_block[0] == r.k) {
            transpose(payload, r.chunk_at, r.k, r.chunk_len);
        } else {
            choose_chunks(&r);
            recover(&r, payload);
        }
    }
    ph_mem_free(r.chunk_at);
    return err;
}

ph_err_t ph_erasure_reconstruct_systematic(uint8_t *payload, size_t payload_len, size_t validators,
                                           const ph_bytes_t *chunks, size_t count)
{
    size_t k;
    PH_TRY(ph_erasure_systematic_threshold(&k, validators));
    if (count < k)
        return PH_ERR_NOT_FOUND;
    size_t chunk_len = chunks[0].len;
    for (size_t c = 0; c < k; c++)
        if (chunks[c].len != chunk_len || chunk_len == 0 || chunk_len % 2 != 0)
            return PH_ERR_MALFORMED;
    if (payload_len / k != chunk_len || payload_len % k != 0)
        return PH_ERR_INVALID;
    const uint8_t **chunk_at = ph_mem_alloc(NULL, k * sizeof *chunk_at);
    for (size_t c = 0; c < k; c++)
        chunk_at[c] = chunks[c].data;
    transpose(payload, chunk_at, k, chunk_len);
    ph_mem_free(chunk_at);
    return PH_OK;
}
