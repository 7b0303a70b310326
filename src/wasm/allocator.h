/* The heap that the host keeps inside a module's memory: Substrate's freeing bump allocator.
 *
 * Sizes are rounded up to powers of two from 8 bytes to 32 MiB; each block has an 8-byte header in the module's memory,
 * which the module can overwrite and which is therefore checked whenever it is read. Freed blocks wait in one list per
 * size. The memory grows by doubling. After any error all further requests fail. (Source: Polkadot host specification,
 * "Memory"; polkadot-sdk, sc-allocator: freeing_bump.)
 */
#ifndef PH_WASM_ALLOCATOR_H
#define PH_WASM_ALLOCATOR_H

#include "wasm/wasm.h"

#define PH_WASM_ALLOCATOR_ORDERS 23

typedef struct ph_wasm_allocator {
    uint32_t bumper;
    uint32_t free_heads[PH_WASM_ALLOCATOR_ORDERS]; /* header addresses; UINT32_MAX: none */
    uint64_t allocated;                            /* bytes in use, headers included */
    uint64_t memory_seen;
    bool poisoned;
} ph_wasm_allocator_t;

void ph_wasm_allocator_init(ph_wasm_allocator_t *allocator, uint32_t heap_base);
/* INVALID: too large, corrupted headers, or poisoned before; FULL: the memory's limit is reached. */
PH_MUST_CHECK ph_err_t ph_wasm_allocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t *out,
                                        uint32_t len);
/* INVALID: not an allocated block. */
PH_MUST_CHECK ph_err_t ph_wasm_deallocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t at);

#endif
