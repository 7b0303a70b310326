#include "wasm/rewrite.h"

#include "wasm/binary.h"

/* What there is to change, as it turns out on the way. */
typedef struct plan {
    ph_writer_t *out;
    bool failed;
    bool import_memory;     /* a memory is imported … */
    uint32_t memory_min;    /* … of at least so many pages … */
    ph_bytes_t memory_name; /* … under this name */
    bool has_memories, has_exports;
} plan_t;

static void end_section(plan_t *plan, uint8_t id, ph_writer_t *body)
{
    ph_wasm_write_section(plan->out, id, ph_writer_bytes(body));
    ph_writer_free(body);
}

/* Copies the imports but a memory; there must not be a second. */
static void rewrite_imports(plan_t *plan, ph_wasm_cursor_t in)
{
    ph_writer_t kept = PH_WRITER_HEAP, section = PH_WRITER_HEAP;
    uint32_t count = ph_wasm_take_u32(&in), left = 0;
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        const uint8_t *start = in.at;
        ph_bytes_t name;
        uint8_t kind;
        uint32_t min;
        ph_wasm_take_import(&in, &name, &kind, &min);
        if (in.failed)
            break;
        if (kind == PH_WASM_KIND_MEMORY) {
            plan->failed |= plan->import_memory;
            plan->import_memory = true;
            plan->memory_min = min;
            plan->memory_name = name;
        } else {
            ph_write(&kept, start, (size_t)(in.at - start));
            left++;
        }
    }
    plan->failed |= in.failed || in.at != in.end;
    ph_wasm_write_u32(&section, left);
    ph_write(&section, kept.data, kept.len);
    ph_writer_free(&kept);
    end_section(plan, PH_WASM_SECTION_IMPORT, &section);
}

/* The module's own memory without its maximum, or the one that was imported. An empty body: it had none. */
static void rewrite_memories(plan_t *plan, ph_bytes_t body)
{
    ph_wasm_cursor_t in = ph_wasm_cursor(body);
    ph_writer_t section = PH_WRITER_HEAP;
    uint32_t own = body.data ? ph_wasm_take_u32(&in) : 0, min = plan->memory_min;
    uint32_t count = own + (plan->import_memory ? 1 : 0);
    if (own == 1)
        min = ph_wasm_take_limits(&in);
    plan->failed |= count > 1 || in.failed || in.at != in.end; /* several memories are not of this dialect */
    ph_wasm_write_u32(&section, count);
    if (count == 1) {
        ph_write_u8(&section, 0);
        ph_wasm_write_u32(&section, min);
    }
    end_section(plan, PH_WASM_SECTION_MEMORY, &section);
    plan->has_memories = true;
}

/* The exports, and the imported memory under its name. */
static void rewrite_exports(plan_t *plan, ph_bytes_t body)
{
    ph_wasm_cursor_t in = ph_wasm_cursor(body);
    ph_writer_t section = PH_WRITER_HEAP;
    uint32_t count = body.data ? ph_wasm_take_u32(&in) : 0;
    plan->failed |= in.failed || count == UINT32_MAX;
    ph_wasm_write_u32(&section, count + (plan->import_memory ? 1u : 0u));
    ph_write(&section, in.at, (size_t)(in.end - in.at));
    if (plan->import_memory) {
        ph_wasm_write_u32(&section, (uint32_t)plan->memory_name.len);
        ph_write(&section, plan->memory_name.data, plan->memory_name.len);
        ph_write_u8(&section, PH_WASM_KIND_MEMORY);
        ph_wasm_write_u32(&section, 0);
    }
    end_section(plan, PH_WASM_SECTION_EXPORT, &section);
    plan->has_exports = true;
}

/* Sections that a memory taken from the imports needs and the module lacks. */
static void add_missing(plan_t *plan, bool past_memories, bool past_exports)
{
    if (plan->import_memory && past_memories && !plan->has_memories)
        rewrite_memories(plan, ph_bytes(NULL, 0));
    if (plan->import_memory && past_exports && !plan->has_exports)
        rewrite_exports(plan, ph_bytes(NULL, 0));
}

ph_err_t ph_wasm_rewrite(ph_writer_t *out, const char **why, ph_bytes_t wasm)
{
    plan_t plan = {.out = out};
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    *why = c.failed ? "no WebAssembly module" : "the module's sections are broken";
    ph_wasm_write_module_header(out);
    uint8_t id;
    ph_bytes_t body;
    while (!plan.failed && ph_wasm_take_section(&c, &id, &body)) {
        add_missing(&plan, ph_wasm_section_after(id, PH_WASM_SECTION_MEMORY),
                    ph_wasm_section_after(id, PH_WASM_SECTION_EXPORT));
        if (id == PH_WASM_SECTION_IMPORT)
            rewrite_imports(&plan, ph_wasm_cursor(body));
        else if (id == PH_WASM_SECTION_MEMORY)
            rewrite_memories(&plan, body);
        else if (id == PH_WASM_SECTION_EXPORT)
            rewrite_exports(&plan, body);
        else
            ph_wasm_write_section(out, id, body);
    }
    add_missing(&plan, true, true);
    return c.failed || plan.failed ? PH_ERR_MALFORMED : PH_OK;
}
