/* The exports of the wasm body: a function for each API method, taking where its arguments lie and giving where its
 * result does, as Substrate's runtimes do. */
#include <string.h>

#include "base/check.h"
#include "runtime/apis.h"
#include "runtime/wasm32/host.h"

_Noreturn static void panic(const char *why)
{
    ext_panic_handler_abort_on_panic_version_1(ph_fat(ph_bytes(why, strlen(why))));
    __builtin_trap();
}

noreturn void ph_check_failed(const char *what, const char *file, int line)
{
    (void)file, (void)line;
    panic(what);
}

/* The result outlives the arena: the host reads it from its own allocation. */
static ph_fat_t hand_out(ph_bytes_t result)
{
    uint32_t address = ext_allocator_malloc_version_1((uint32_t)result.len);
    if (result.len > 0)
        memcpy((void *)(uintptr_t)address, result.data, result.len);
    return ph_fat(ph_bytes((const void *)(uintptr_t)address, result.len));
}

static ph_fat_t call(const char *method, uint32_t args, uint32_t args_len)
{
    ph_rt_t rt = {.arena = ph_arena_new()};
    ph_writer_t result = ph_writer_in(rt.arena);
    ph_bytes_t name = ph_bytes(method, strlen(method));
    ph_err_t err = ph_api_call(&rt, name, ph_bytes((const void *)(uintptr_t)args, args_len), &result);
    if (err != PH_OK)
        panic(rt.panic != NULL ? rt.panic : ph_err_text(err));
    ph_fat_t out = hand_out(ph_writer_bytes(&result));
    ph_arena_free(rt.arena);
    return out;
}

#define EXPORT(name)                                                                                                   \
    __attribute__((export_name(#name))) ph_fat_t ph_export_##name(uint32_t args, uint32_t args_len);                   \
    ph_fat_t ph_export_##name(uint32_t args, uint32_t args_len)                                                        \
    {                                                                                                                  \
        return call(#name, args, args_len);                                                                            \
    }

PH_API_METHODS(EXPORT)
