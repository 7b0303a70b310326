#include "wasm/allocator.h"

#define HEADER_LEN 8u
#define LEN_MIN    8u
#define LEN_MAX    (32u << 20)
#define NIL        UINT32_MAX
#define OCCUPIED   ((uint64_t)1 << 32)
#define PAGES_MAX  65536u

void ph_wasm_allocator_init(ph_wasm_allocator_t *allocator, uint32_t heap_base)
{
    *allocator = (ph_wasm_allocator_t){.bumper = heap_base / 8 * 8 + (heap_base % 8 ? 8 : 0)};
    for (size_t i = 0; i < PH_WASM_ALLOCATOR_ORDERS; i++)
        allocator->free_heads[i] = NIL;
}

static ph_err_t read_header(ph_wasm_instance_t *instance, uint64_t *out, uint32_t at)
{
    ph_bytes_t window;
    PH_TRY(ph_wasm_memory_at(instance, &window, at, HEADER_LEN));
    *out = ph_get_u64(window.data);
    return PH_OK;
}

static ph_err_t write_header(ph_wasm_instance_t *instance, uint32_t at, uint64_t header)
{
    uint8_t bytes[HEADER_LEN];
    ph_put_u64(bytes, header);
    return ph_wasm_memory_write(instance, at, ph_bytes(bytes, sizeof bytes));
}

/* Memory never shrinks; if it seems to, nothing that we know holds. */
static ph_err_t observe(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance)
{
    uint64_t len = ph_wasm_memory_len(instance);
    if (len < allocator->memory_seen)
        return PH_ERR_INVALID;
    allocator->memory_seen = len;
    return PH_OK;
}

static ph_err_t grow_to(ph_wasm_instance_t *instance, uint64_t len)
{
    uint64_t now = ph_wasm_memory_len(instance) / PH_WASM_PAGE_LEN;
    uint64_t needed = (len + PH_WASM_PAGE_LEN - 1) / PH_WASM_PAGE_LEN;
    uint64_t max = ph_wasm_memory_max(instance) / PH_WASM_PAGE_LEN;
    if (max > PAGES_MAX)
        max = PAGES_MAX;
    if (needed > max)
        return PH_ERR_FULL;
    uint64_t target = 2 * now < max ? 2 * now : max;
    if (target < needed)
        target = needed;
    return ph_wasm_memory_grow(instance, (uint32_t)(target - now));
}

static ph_err_t bump(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t *out, uint32_t len)
{
    uint64_t end = (uint64_t)allocator->bumper + len;
    if (end > ph_wasm_memory_len(instance))
        PH_TRY(grow_to(instance, end));
    *out = allocator->bumper;
    allocator->bumper = (uint32_t)end;
    return PH_OK;
}

static ph_err_t pop_free(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t *out, unsigned order)
{
    uint32_t at = allocator->free_heads[order];
    uint64_t header;
    if ((uint64_t)at + (LEN_MIN << order) + HEADER_LEN > ph_wasm_memory_len(instance))
        return PH_ERR_INVALID;
    PH_TRY(read_header(instance, &header, at));
    if (header & OCCUPIED)
        return PH_ERR_INVALID;
    allocator->free_heads[order] = (uint32_t)header;
    *out = at;
    return PH_OK;
}

static ph_err_t allocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t *out, uint32_t len)
{
    PH_TRY(observe(allocator, instance));
    if (len > LEN_MAX)
        return PH_ERR_INVALID;
    unsigned order = 0;
    while (LEN_MIN << order < len)
        order++;
    uint32_t block = (LEN_MIN << order) + HEADER_LEN, at;
    if (allocator->free_heads[order] != NIL)
        PH_TRY(pop_free(allocator, instance, &at, order));
    else
        PH_TRY(bump(allocator, instance, &at, block));
    PH_TRY(write_header(instance, at, order | OCCUPIED));
    allocator->allocated += block;
    *out = at + HEADER_LEN;
    return PH_OK;
}

static ph_err_t deallocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t at)
{
    PH_TRY(observe(allocator, instance));
    if (at < HEADER_LEN)
        return PH_ERR_INVALID;
    uint64_t header;
    PH_TRY(read_header(instance, &header, at - HEADER_LEN));
    uint32_t order = (uint32_t)header;
    if (!(header & OCCUPIED) || order >= PH_WASM_ALLOCATOR_ORDERS)
        return PH_ERR_INVALID;
    PH_TRY(write_header(instance, at - HEADER_LEN, allocator->free_heads[order]));
    allocator->free_heads[order] = at - HEADER_LEN;
    uint64_t block = (LEN_MIN << order) + HEADER_LEN;
    if (block > allocator->allocated)
        return PH_ERR_INVALID;
    allocator->allocated -= block;
    return PH_OK;
}

ph_err_t ph_wasm_allocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t *out, uint32_t len)
{
    ph_err_t err = allocator->poisoned ? PH_ERR_INVALID : allocate(allocator, instance, out, len);
    if (err != PH_OK)
        allocator->poisoned = true;
    return err;
}

ph_err_t ph_wasm_deallocate(ph_wasm_allocator_t *allocator, ph_wasm_instance_t *instance, uint32_t at)
{
    ph_err_t err = allocator->poisoned ? PH_ERR_INVALID : deallocate(allocator, instance, at);
    if (err != PH_OK)
        allocator->poisoned = true;
    return err;
}
