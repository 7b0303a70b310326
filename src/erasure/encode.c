#include <string.h>

#include "base/check.h"
#include "erasure/context.h"

typedef struct encoding {
    const ph_erasure_t *erasure;
    ph_bytes_t payload;
    uint8_t *chunks;
    size_t n, k, chunk_len;
    ph_lanes_t coefficients, values;
} encoding_t;

/* Symbols of the rows first … first+rows-1, one lane a column. The last row may end early: the rest of it is zero. */
static void load_strip(encoding_t *e, size_t first, size_t rows)
{
    size_t row_len = 2 * e->k, start = first * row_len;
    size_t left = e->payload.len - start;
    size_t full = left / row_len < rows ? left / row_len : rows;
    memset(e->coefficients.at, 0, e->coefficients.count * e->coefficients.symbols * sizeof(uint16_t));
    const uint8_t *tail = e->payload.data + start + full * row_len;
    size_t tail_len = full < rows ? left - full * row_len : 0;
    for (size_t c = 0; c < e->k; c++) {
        uint8_t column[2 * PH_ERASURE_STRIP_ROWS_MAX];
        const uint8_t *from = e->payload.data + start + 2 * c;
        for (size_t r = 0; r < full; r++, from += row_len)
            memcpy(column + 2 * r, from, 2);
        if (full < rows) {
            column[2 * full] = 2 * c < tail_len ? tail[2 * c] : 0;
            column[2 * full + 1] = 2 * c + 1 < tail_len ? tail[2 * c + 1] : 0;
        }
        memcpy(e->chunks + c * e->chunk_len + 2 * first, column, 2 * rows);
        e->erasure->kernel->load(ph_lane(e->coefficients, c), column, 2, rows);
    }
}

static void encode_strip(encoding_t *e, size_t first, size_t rows)
{
    load_strip(e, first, rows);
    ph_erasure_values_to_coefficients(e->erasure, e->coefficients, 0);
    for (size_t block = e->k; block < e->n; block += e->k) {
        size_t wanted = e->n - block < e->k ? e->n - block : e->k;
        memcpy(e->values.at, e->coefficients.at, e->k * e->values.symbols * sizeof(uint16_t));
        ph_erasure_coefficients_to_values(e->erasure, e->values, block, wanted);
        for (size_t i = 0; i < wanted; i++)
            e->erasure->kernel->store(e->chunks + (block + i) * e->chunk_len + 2 * first, 2, ph_lane(e->values, i),
                                      rows);
    }
}

ph_err_t ph_erasure_encode(const ph_erasure_t *erasure, uint8_t *chunks, size_t chunks_len, size_t validators,
                           ph_bytes_t payload)
{
    encoding_t e = {.erasure = erasure, .payload = payload, .chunks = chunks, .n = validators};
    PH_TRY(ph_erasure_systematic_threshold(&e.k, validators));
    e.chunk_len = ph_erasure_chunk_len(validators, payload.len);
    if (payload.len == 0 || chunks_len / validators != e.chunk_len || chunks_len % validators != 0)
        return PH_ERR_INVALID;
    ph_erasure_need_factors(erasure, ph_erasure_log2(ph_erasure_round_up_power(validators)));

    size_t rows = e.chunk_len / 2, strip = ph_erasure_strip_rows(erasure, e.k, rows);
    size_t lanes_len = e.k * strip * sizeof(uint16_t);
    uint16_t *memory = ph_erasure_mem(2 * lanes_len);
    e.coefficients = (ph_lanes_t){memory, e.k, strip};
    e.values = (ph_lanes_t){memory + e.k * strip, e.k, strip};
    for (size_t first = 0; first < rows; first += strip)
        encode_strip(&e, first, rows - first < strip ? rows - first : strip);
    ph_erasure_mem_free(memory);
    return PH_OK;
}
