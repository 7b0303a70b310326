/* The codec of eras, and what they mean. */
#include "primitives/era.h"

#include "scale/scale.h"

enum { PERIOD_MIN = 4, PERIOD_MAX = 1 << 16 };

static uint64_t quantum(uint64_t period)
{
    return period >> 12 > 1 ? period >> 12 : 1;
}

static unsigned log2_of(uint64_t period)
{
    unsigned log = 0;
    while (period > 1) {
        period >>= 1;
        log++;
    }
    return log;
}

ph_era_t ph_era_mortal(uint64_t period, uint64_t current)
{
    uint64_t rounded = PERIOD_MIN;
    while (rounded < period && rounded < PERIOD_MAX)
        rounded <<= 1;
    uint64_t phase = current % rounded;
    return (ph_era_t){.period = rounded, .phase = phase / quantum(rounded) * quantum(rounded)};
}

uint64_t ph_era_birth(const ph_era_t *era, uint64_t current)
{
    if (era->period == 0)
        return 0;
    uint64_t since = current > era->phase ? current - era->phase : 0;
    return since / era->period * era->period + era->phase;
}

uint64_t ph_era_death(const ph_era_t *era, uint64_t current)
{
    return era->period == 0 ? UINT64_MAX : ph_era_birth(era, current) + era->period;
}

void ph_era_encode_custom(ph_writer_t *w, const ph_era_t *v)
{
    if (v->period == 0) {
        ph_write_u8(w, 0);
        return;
    }
    unsigned log = log2_of(v->period);
    ph_write_u16(w, (uint16_t)((log > 2 ? log - 1 : 1) | v->phase / quantum(v->period) << 4));
}

ph_err_t ph_era_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_era_t *out)
{
    (void)arena;
    uint8_t low, high;
    *out = (ph_era_t){0};
    PH_TRY(ph_read_u8(r, &low));
    if (low == 0)
        return PH_OK;
    PH_TRY(ph_read_u8(r, &high));
    uint64_t encoded = low | (uint64_t)high << 8, period = UINT64_C(2) << (encoded & 15);
    uint64_t phase = (encoded >> 4) * quantum(period);
    if (period < PERIOD_MIN || phase >= period)
        return ph_reader_fail(r, "an era with a period of at least 4 and a phase below it");
    *out = (ph_era_t){.period = period, .phase = phase};
    return PH_OK;
}
