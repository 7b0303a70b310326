#include "crypto/curve.h"

#include "base/arena.h"
#include "base/check.h"
#include "crypto/base_table.h"
#include "crypto/fe51.h"
#include "crypto/ristretto_impl.h"

/* A point ready to be added: y + x, y − x, 2z, 2dt. */
typedef struct cached {
    fe_t sum, diff, z2, t2d;
} cached_t;

/* What an addition or doubling leaves before its last four multiplications: the point (x/z, y/t). */
typedef struct half {
    fe_t x, y, z, t;
} half_t;

_Static_assert(sizeof(ge_t) == sizeof(ph_point_t), "ph_point_t holds four field elements");
_Static_assert(8 * sizeof(cached_t) == sizeof(ph_point_table_t), "ph_point_table_t holds eight cached points");

static inline const ge_t *ge_of(const ph_point_t *p)
{
    return (const ge_t *)(const void *)p;
}
static inline ge_t *ge_at(ph_point_t *p)
{
    return (ge_t *)(void *)p;
}

/* The hot path writes through pointers: compilers copy structs passed by value through memory. */
static inline void whole_without_t(ge_t *out, const half_t *h)
{
    fe_mul_to(&out->x, &h->x, &h->t);
    fe_mul_to(&out->y, &h->y, &h->z);
    fe_mul_to(&out->z, &h->z, &h->t);
}

static inline void whole(ge_t *out, const half_t *h)
{
    whole_without_t(out, h);
    fe_mul_to(&out->t, &h->x, &h->y);
}

/* Does not read t. */
static inline void twice(half_t *out, const ge_t *p)
{
    fe_t xx, yy, zz, both;
    fe_sq_to(&xx, &p->x);
    fe_sq_to(&yy, &p->y);
    fe_sq_to(&zz, &p->z);
    fe_add_to(&both, &p->x, &p->y);
    fe_sq_to(&both, &both);
    fe_add_to(&zz, &zz, &zz);
    fe_add_to(&out->y, &yy, &xx);
    fe_sub_to(&out->z, &yy, &xx);
    fe_sub_to(&out->x, &both, &out->y);
    fe_sub_to(&out->t, &zz, &out->z);
}

/* z2: twice the product of both points' z. */
static inline void combine(half_t *out, const ge_t *p, const fe_t *z2, const fe_t *sum, const fe_t *diff,
                           const fe_t *t2d, bool minus)
{
    fe_t a, b, c;
    fe_add_to(&a, &p->y, &p->x);
    fe_sub_to(&b, &p->y, &p->x);
    fe_mul_to(&a, &a, minus ? diff : sum);
    fe_mul_to(&b, &b, minus ? sum : diff);
    fe_mul_to(&c, &p->t, t2d);
    fe_sub_to(&out->x, &a, &b);
    fe_add_to(&out->y, &a, &b);
    fe_add_to(minus ? &out->t : &out->z, z2, &c);
    fe_sub_to(minus ? &out->z : &out->t, z2, &c);
}

static inline void plus(half_t *out, const ge_t *p, const cached_t *q, bool minus)
{
    fe_t z2;
    fe_mul_to(&z2, &p->z, &q->z2);
    combine(out, p, &z2, &q->sum, &q->diff, &q->t2d, minus);
}

static inline void plus_base(half_t *out, const ge_t *p, unsigned index, bool minus)
{
    const fe_t *q = (const fe_t *)(const void *)base_table[index];
    fe_t z2;
    fe_add_to(&z2, &p->z, &p->z);
    combine(out, p, &z2, &q[0], &q[1], &q[2], minus);
}

static inline cached_t cache(const ge_t *p)
{
    fe_t d = fe_from_bytes(curve_d);
    return (cached_t){fe_add(p->y, p->x), fe_sub(p->y, p->x), fe_add(p->z, p->z), fe_mul(p->t, fe_add(d, d))};
}

void ph_point_table(ph_point_table_t *out, const ph_point_t *p)
{
    cached_t *odd = (cached_t *)(void *)out;
    ge_t at = *ge_of(p), two;
    half_t h;
    twice(&h, &at);
    whole(&two, &h);
    cached_t step = cache(&two);
    odd[0] = cache(&at);
    for (int i = 1; i < 8; i++) {
        plus(&h, &at, &step, false);
        whole(&at, &h);
        odd[i] = cache(&at);
    }
}

ph_err_t ph_ristretto_decode(ph_point_t *out, const uint8_t in[32])
{
    return ge_ristretto_decode(ge_at(out), in) ? PH_OK : PH_ERR_MALFORMED;
}

void ph_ristretto_encode(uint8_t out[32], const ph_point_t *p)
{
    ge_ristretto_encode(out, *ge_of(p));
}

void ph_ristretto_from_uniform(ph_point_t *out, const uint8_t in[64])
{
    *ge_at(out) = ge_from_uniform(in);
}

bool ph_ristretto_equal(const ph_point_t *a, const ph_point_t *b)
{
    const ge_t *p = ge_of(a), *q = ge_of(b);
    return fe_equal(fe_mul(p->x, q->y), fe_mul(p->y, q->x)) || fe_equal(fe_mul(p->x, q->x), fe_mul(p->y, q->y));
}

ph_err_t ph_edwards_decode_zip215(ph_point_t *out, const uint8_t in[32])
{
    ge_t *p = ge_at(out);
    fe_t one = fe_small(1), yy;
    p->y = fe_from_bytes(in);
    p->z = one;
    yy = fe_sq(p->y);
    if (!fe_sqrt_ratio(&p->x, fe_sub(yy, one), fe_add(fe_mul(fe_from_bytes(curve_d), yy), one)))
        return PH_ERR_MALFORMED;
    if (in[31] >> 7)
        p->x = fe_neg(p->x);
    p->t = fe_mul(p->x, p->y);
    return PH_OK;
}

bool ph_edwards_is_small_order(const ph_point_t *p)
{
    ge_t at = *ge_of(p);
    half_t h;
    for (int i = 0; i < 3; i++) {
        twice(&h, &at);
        whole_without_t(&at, &h);
    }
    return fe_is_zero(at.x) && fe_equal(at.y, at.z);
}

void ph_point_add(ph_point_t *out, const ph_point_t *p, const ph_point_t *q)
{
    cached_t c = cache(ge_of(q));
    half_t h;
    plus(&h, ge_of(p), &c, false);
    whole(ge_at(out), &h);
}

void ph_point_neg(ph_point_t *out, const ph_point_t *p)
{
    *out = *p;
    ge_at(out)->x = fe_neg(ge_of(p)->x);
    ge_at(out)->t = fe_neg(ge_of(p)->t);
}

void ph_point_base(ph_point_t *out)
{
    ge_t none = ge_identity();
    half_t h;
    plus_base(&h, &none, 0, false);
    whole(ge_at(out), &h);
}

/* The scalar as Σ naf[i]·2^i with digits zero or odd below 2^(width−1) in magnitude, no two of them closer than width.
 */
static void to_naf(int8_t naf[256], const uint8_t scalar[32], unsigned width)
{
    uint64_t words[5] = {ph_get_u64(scalar), ph_get_u64(scalar + 8), ph_get_u64(scalar + 16), ph_get_u64(scalar + 24),
                         0};
    uint64_t full = (uint64_t)1 << width, carry = 0;
    __builtin_memset(naf, 0, 256);
    for (unsigned at = 0; at < 256;) {
        unsigned word = at / 64, bit = at % 64;
        uint64_t bits = words[word] >> bit;
        if (bit > 64 - width)
            bits |= words[word + 1] << (64 - bit);
        uint64_t digit = carry + (bits & (full - 1));
        if (!(digit & 1)) {
            at++;
            continue;
        }
        carry = digit >= full / 2;
        naf[at] = (int8_t)((int)digit - (carry ? (int)full : 0));
        at += width;
    }
}

static inline unsigned index_of(int8_t digit)
{
    return (unsigned)(digit < 0 ? -digit : digit) / 2;
}

void ph_point_sum(ph_point_t *out, const uint8_t *base_scalar, const uint8_t (*scalars)[32],
                  const ph_point_table_t *tables, size_t count)
{
    int8_t base_naf[256] = {0}, naf[PH_POINT_SUM_MAX][256];
    PH_CHECK(count <= PH_POINT_SUM_MAX);
    if (base_scalar)
        to_naf(base_naf, base_scalar, 8);
    for (size_t k = 0; k < count; k++)
        to_naf(naf[k], scalars[k], 5);

    ge_t at = ge_identity();
    half_t sum;
    for (int i = 255; i >= 0; i--) {
        twice(&sum, &at);
        for (size_t k = 0; k < count; k++)
            if (naf[k][i]) {
                whole(&at, &sum);
                plus(&sum, &at, (const cached_t *)(const void *)&tables[k] + index_of(naf[k][i]), naf[k][i] < 0);
            }
        if (base_naf[i]) {
            whole(&at, &sum);
            plus_base(&sum, &at, index_of(base_naf[i]), base_naf[i] < 0);
        }
        whole_without_t(&at, &sum);
    }
    whole(ge_at(out), &sum);
}

/* The digits lie by position, so that one position's are read in a row. */
static int8_t *nafs_by_position(const uint8_t (*scalars)[32], size_t count)
{
    int8_t *nafs = ph_mem_alloc(NULL, 256 * count + 1), naf[256];
    for (size_t k = 0; k < count; k++) {
        to_naf(naf, scalars[k], 5);
        for (size_t i = 0; i < 256; i++)
            nafs[i * count + k] = naf[i];
    }
    return nafs;
}

void ph_point_sum_many(ph_point_t *out, const uint8_t *base_scalar, const uint8_t (*scalars)[32],
                       const ph_point_table_t *tables, size_t count)
{
    int8_t base_naf[256] = {0}, *nafs = nafs_by_position(scalars, count);
    if (base_scalar)
        to_naf(base_naf, base_scalar, 8);
    ge_t at = ge_identity();
    half_t sum;
    for (size_t i = 256; i-- > 0;) {
        const int8_t *digits = nafs + i * count;
        twice(&sum, &at);
        for (size_t k = 0; k < count; k++)
            if (digits[k]) {
                whole(&at, &sum);
                plus(&sum, &at, (const cached_t *)(const void *)&tables[k] + index_of(digits[k]), digits[k] < 0);
            }
        if (base_naf[i]) {
            whole(&at, &sum);
            plus_base(&sum, &at, index_of(base_naf[i]), base_naf[i] < 0);
        }
        whole_without_t(&at, &sum);
    }
    whole(ge_at(out), &sum);
    ph_mem_free(nafs);
}

void ph_point_neutral(ph_point_t *out)
{
    *ge_at(out) = ge_identity();
}

/* Subtracts the order and looks at the borrow: also secret keys are checked with this. */
bool ph_scalar_is_canonical(const uint8_t in[32])
{
    static const uint64_t order[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        ph_u128_t diff = (ph_u128_t)ph_get_u64(in + 8 * i) - order[i] - borrow;
        borrow = (uint64_t)(diff >> 64) & 1;
    }
    return borrow;
}
