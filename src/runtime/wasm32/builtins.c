/* 128-bit arithmetic, which clang leaves to a support library that wasm32 does not have. Names and meanings are
 * compiler-rt's and libgcc's. Nothing here may use a 128-bit operation that would be one of these. */
#include <stdint.h>

__extension__ typedef __int128 i128_t;
__extension__ typedef unsigned __int128 u128_t;

typedef union wide {
    u128_t all;
    struct {
        uint64_t low, high;
    } half;
} wide_t;

i128_t __multi3(i128_t a, i128_t b);
i128_t __ashlti3(i128_t a, int by);
i128_t __lshrti3(i128_t a, int by);
i128_t __ashrti3(i128_t a, int by);
u128_t __udivti3(u128_t a, u128_t b);
u128_t __umodti3(u128_t a, u128_t b);

/* The 128 bits of a product of 64-bit numbers, by 32-bit parts. */
static wide_t product(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32), mid2 = a0 * b1 + (uint32_t)mid;
    wide_t out;
    out.half.low = mid2 << 32 | (uint32_t)low;
    out.half.high = a1 * b1 + (mid >> 32) + (mid2 >> 32);
    return out;
}

i128_t __multi3(i128_t a, i128_t b)
{
    wide_t x = {.all = (u128_t)a}, y = {.all = (u128_t)b};
    wide_t out = product(x.half.low, y.half.low);
    out.half.high += x.half.high * y.half.low + x.half.low * y.half.high;
    return (i128_t)out.all;
}

static wide_t shift_left(wide_t x, unsigned by)
{
    wide_t out = x;
    if (by >= 64) {
        out.half.high = x.half.low << (by - 64);
        out.half.low = 0;
    } else if (by > 0) {
        out.half.high = x.half.high << by | x.half.low >> (64 - by);
        out.half.low = x.half.low << by;
    }
    return out;
}

i128_t __ashlti3(i128_t a, int by)
{
    return (i128_t)shift_left((wide_t){.all = (u128_t)a}, (unsigned)by).all;
}

/* `fill`: what comes in from above, 64 bits. */
static wide_t shift_right(wide_t x, unsigned by, uint64_t fill)
{
    wide_t out = x;
    if (by >= 64) {
        out.half.low = by == 64 ? x.half.high : x.half.high >> (by - 64) | fill << (128 - by);
        out.half.high = fill;
    } else if (by > 0) {
        out.half.low = x.half.low >> by | x.half.high << (64 - by);
        out.half.high = x.half.high >> by | fill << (64 - by);
    }
    return out;
}

i128_t __lshrti3(i128_t a, int by)
{
    return (i128_t)shift_right((wide_t){.all = (u128_t)a}, (unsigned)by, 0).all;
}

i128_t __ashrti3(i128_t a, int by)
{
    wide_t x = {.all = (u128_t)a};
    return (i128_t)shift_right(x, (unsigned)by, x.half.high >> 63 ? UINT64_MAX : 0).all;
}

/* Bit by bit. The divisor is not zero. */
static wide_t divide(wide_t a, wide_t b, wide_t *remainder)
{
    wide_t quotient = {.half = {0, 0}}, rest = {.half = {0, 0}};
    for (unsigned i = 0; i < 128; i++) {
        rest = shift_left(rest, 1);
        rest.half.low |= a.half.high >> 63;
        a = shift_left(a, 1);
        quotient = shift_left(quotient, 1);
        if (rest.half.high > b.half.high || (rest.half.high == b.half.high && rest.half.low >= b.half.low)) {
            rest.half.high -= b.half.high + (rest.half.low < b.half.low);
            rest.half.low -= b.half.low;
            quotient.half.low |= 1;
        }
    }
    *remainder = rest;
    return quotient;
}

/* Most divisions are of numbers that fit into 64 bits. */
static wide_t divide_fast(u128_t a, u128_t b, wide_t *remainder)
{
    wide_t x = {.all = a}, y = {.all = b};
    if (y.half.low == 0 && y.half.high == 0)
        __builtin_trap();
    if (x.half.high != 0 || y.half.high != 0)
        return divide(x, y, remainder);
    *remainder = (wide_t){.half = {x.half.low % y.half.low, 0}};
    return (wide_t){.half = {x.half.low / y.half.low, 0}};
}

u128_t __udivti3(u128_t a, u128_t b)
{
    wide_t rest;
    return divide_fast(a, b, &rest).all;
}

u128_t __umodti3(u128_t a, u128_t b)
{
    wide_t rest;
    (void)divide_fast(a, b, &rest);
    return rest.all;
}
