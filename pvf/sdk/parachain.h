/* A small kit for parachain validation functions in C.
 *
 * A validation function is one C function, pvf_validate_block, over decoded parameters; sdk/parachain.c around it makes
 * the module that the relay chain runs: it exports `memory`, `__heap_base` and `validate_block(i32, i32) -> i64`. There
 * is no C library; what a validation function needs of one is here. Memory is never freed: an instance lives for one
 * block.
 *
 * Build: clang --target=wasm32 -mcpu=mvp -Os -ffreestanding -nostdlib -I<repository>/pvf -Wl,--no-entry
 *        -Wl,--export=validate_block -Wl,--export=__heap_base mine.c sdk/parachain.c -o mine.wasm
 */
#ifndef PVF_SDK_PARACHAIN_H
#define PVF_SDK_PARACHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pvf_bytes {
    const uint8_t *data;
    size_t len;
} pvf_bytes_t;

typedef struct pvf_params {
    pvf_bytes_t parent_head;
    pvf_bytes_t block_data;
    uint32_t relay_parent_number;
    const uint8_t *relay_parent_storage_root; /* 32 bytes */
    pvf_bytes_t extension;                    /* what newer relay chains append, undecoded */
} pvf_params_t;

typedef struct pvf_hrmp {
    uint32_t recipient;
    pvf_bytes_t data;
} pvf_hrmp_t;

/* All zero is a result that sends nothing; hrmp_watermark is set to the relay parent's number beforehand. */
typedef struct pvf_result {
    pvf_bytes_t head_data;
    pvf_bytes_t new_validation_code; /* data NULL: none */
    const pvf_bytes_t *upward_messages;
    size_t upward_message_count;
    const pvf_hrmp_t *horizontal_messages;
    size_t horizontal_message_count;
    uint32_t processed_downward_messages;
    uint32_t hrmp_watermark;
} pvf_result_t;

/* The validation function. Returns only if the block is valid; otherwise calls pvf_reject. */
void pvf_validate_block(const pvf_params_t *params, pvf_result_t *result);

/* ---- for its use ---- */

/* Logs the reason as an error and traps: the block is invalid. */
_Noreturn void pvf_reject(const char *reason);
/* Levels: 0 error, 1 warning, 2 info, 3 debug, 4 trace. */
void pvf_log(uint32_t level, const char *target, const char *message);

/* Zeroed memory, aligned to 16; traps when the memory limit is reached. */
void *pvf_alloc(size_t len);

/* Reading: each takes from the front of `in` and rejects the block with "unexpected end" if there is not enough. */
uint8_t pvf_take_u8(pvf_bytes_t *in);
uint32_t pvf_take_u32(pvf_bytes_t *in);
uint64_t pvf_take_u64(pvf_bytes_t *in);
const uint8_t *pvf_take(pvf_bytes_t *in, size_t len);
uint32_t pvf_take_compact(pvf_bytes_t *in);
pvf_bytes_t pvf_take_bytes(pvf_bytes_t *in); /* compact length, then so many bytes */

/* Writing little-endian. */
void pvf_put_u32(uint8_t *out, uint32_t v);
void pvf_put_u64(uint8_t *out, uint64_t v);

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif
