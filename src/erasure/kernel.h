/* The inner loops of the erasure code, behind one table of functions, so that a machine with wider registers can bring
 * its own. A context chooses its kernel once, when it is made.
 *
 * The transforms work on lanes: a lane holds one column's symbols of a strip of rows, in whatever layout the kernel
 * likes. All lanes of a call have the same number of symbols, a multiple of `group`. Lanes are 64-byte aligned when
 * their length in bytes is a multiple of 64 (group ≥ 32).
 */
#ifndef PH_ERASURE_KERNEL_H
#define PH_ERASURE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "erasure/field.h"

/* A constant, ready to multiply by: 128 bytes that only the kernel reads. */
typedef struct ph_gf_factor {
    _Alignas(64) uint8_t table[128];
} ph_gf_factor_t;

typedef struct ph_erasure_kernel {
    const char *name;
    size_t group;
    void (*factor)(ph_gf_factor_t *out, const ph_gf_t *gf, uint16_t constant);
    /* Between big-endian symbols in memory, `stride` bytes apart, and a lane. */
    void (*load)(uint16_t *lane, const uint8_t *from, size_t stride, size_t count);
    void (*store)(uint8_t *to, size_t stride, const uint16_t *lane, size_t count);
    /* to ^= from */
    void (*add)(uint16_t *to, const uint16_t *from, size_t count);
    /* to ^= from · factor */
    void (*mul_add)(uint16_t *to, const uint16_t *from, const ph_gf_factor_t *factor, size_t count);
    /* to = from · factor; to may be from */
    void (*mul)(uint16_t *to, const uint16_t *from, const ph_gf_factor_t *factor, size_t count);
    /* Inverse butterfly: b ^= a, a ^= b · factor. Forward: a ^= b · factor, b ^= a. factor NULL: zero. */
    void (*butterfly_inverse)(uint16_t *a, uint16_t *b, const ph_gf_factor_t *factor, size_t count);
    void (*butterfly)(uint16_t *a, uint16_t *b, const ph_gf_factor_t *factor, size_t count);
} ph_erasure_kernel_t;

extern const ph_erasure_kernel_t ph_erasure_kernel_portable;

#endif
