#include "wasm/stack_limit.h"

#include <string.h>

#include "base/vec.h"
#include "wasm/binary.h"
#include "wasm/instruction.h"
#include "wasm/stack_height.h"

#define NO_THUNK   UINT32_MAX
#define WANT_THUNK (UINT32_MAX - 1)

typedef struct limiter {
    ph_writer_t *out;
    uint32_t limit;
    bool bulk_memory;
    const char *why; /* set: failed */
    ph_wasm_functions_t module;
    PH_LIST(ph_bytes_t) bodies; /* locals and instructions of the module's own functions */
    uint32_t *costs;            /* of all functions; imports cost nothing */
    uint32_t *thunk_of;         /* of all functions: the index of the one that counts for it, or NO_THUNK */
    PH_LIST(uint32_t) thunks;   /* the functions that have one, in order */
    uint32_t global_count;      /* the counter is the global behind the last */
    bool has_globals;
} limiter_t;

static void fail(limiter_t *l, const char *why)
{
    if (!l->why)
        l->why = why;
}

/* ---- taking the module apart ---- */

static void read_types(limiter_t *l, ph_wasm_cursor_t in)
{
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        if (ph_wasm_take_byte(&in) != 0x60)
            ph_wasm_fail(&in);
        uint32_t params = ph_wasm_take_u32(&in);
        (void)ph_wasm_take_run(&in, params);
        uint32_t results = ph_wasm_take_u32(&in);
        (void)ph_wasm_take_run(&in, results);
        *ph_list_add(NULL, &l->module.types) = (ph_wasm_arity_t){params, results};
    }
    if (in.failed)
        fail(l, "broken type section");
}

static void read_imports(limiter_t *l, ph_wasm_cursor_t in)
{
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        ph_bytes_t name;
        uint8_t kind;
        uint32_t index;
        ph_wasm_take_import(&in, &name, &kind, &index);
        if (kind == PH_WASM_KIND_FUNCTION) {
            ph_list_push(NULL, &l->module.type_of, index);
            l->module.import_count++;
        } else if (kind == PH_WASM_KIND_GLOBAL) {
            l->global_count++;
        }
    }
    if (in.failed)
        fail(l, "broken import section");
}

static void read_functions(limiter_t *l, ph_wasm_cursor_t in)
{
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++)
        ph_list_push(NULL, &l->module.type_of, ph_wasm_take_u32(&in));
    if (in.failed)
        fail(l, "broken function section");
}

static void read_bodies(limiter_t *l, ph_wasm_cursor_t in)
{
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++)
        ph_list_push(NULL, &l->bodies, ph_wasm_take_run(&in, ph_wasm_take_u32(&in)));
    if (in.failed || l->bodies.count + l->module.import_count != l->module.type_of.count)
        fail(l, "broken code section");
}

static void note_outside_call(limiter_t *l, uint32_t function)
{
    if (function >= l->module.type_of.count)
        fail(l, "function index out of range");
    else if (l->costs[function] != 0)
        l->thunk_of[function] = WANT_THUNK;
}

static void number_thunks(limiter_t *l)
{
    for (uint32_t i = 0; i < l->module.type_of.count; i++) {
        if (l->thunk_of[i] != WANT_THUNK)
            continue;
        l->thunk_of[i] = (uint32_t)(l->module.type_of.count + l->thunks.count);
        ph_list_push(NULL, &l->thunks, i);
    }
}

/* Walks the exports, elements and the start function. With out: writes them with thunks in place of what they stand
 * for; without: finds out who needs one. */
static uint32_t visit(limiter_t *l, ph_writer_t *out, uint32_t function)
{
    if (!out)
        note_outside_call(l, function);
    else if (l->thunk_of[function] != NO_THUNK)
        return l->thunk_of[function];
    return function;
}

static void copy(ph_writer_t *out, const uint8_t *from, const ph_wasm_cursor_t *to)
{
    if (out)
        ph_write(out, from, (size_t)(to->at - from));
}

static void visit_exports(limiter_t *l, ph_writer_t *out, ph_wasm_cursor_t in)
{
    const uint8_t *start = in.at;
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        (void)ph_wasm_take_run(&in, ph_wasm_take_u32(&in));
        uint8_t kind = ph_wasm_take_byte(&in);
        copy(out, start, &in);
        uint32_t index = ph_wasm_take_u32(&in);
        if (in.failed)
            break;
        if (kind == PH_WASM_KIND_FUNCTION)
            index = visit(l, out, index);
        if (out)
            ph_wasm_write_u32(out, index);
        start = in.at;
    }
    copy(out, start, &in);
    if (in.failed)
        fail(l, "broken export section");
}

static void visit_elements(limiter_t *l, ph_writer_t *out, ph_wasm_cursor_t in)
{
    const uint8_t *start = in.at;
    uint32_t count = ph_wasm_take_u32(&in);
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        if (ph_wasm_take_u32(&in) != 0)
            ph_wasm_fail(&in);
        ph_wasm_instruction_t instruction = {0};
        do
            ph_wasm_take_instruction(&in, &instruction, false);
        while (!in.failed && instruction.op != PH_WASM_OP_END);
        uint32_t members = ph_wasm_take_u32(&in);
        copy(out, start, &in);
        for (uint32_t m = 0; m < members && !in.failed; m++) {
            uint32_t index = ph_wasm_take_u32(&in);
            if (in.failed)
                break;
            index = visit(l, out, index);
            if (out)
                ph_wasm_write_u32(out, index);
        }
        start = in.at;
    }
    copy(out, start, &in);
    if (in.failed)
        fail(l, "broken element section");
}

static void visit_start(limiter_t *l, ph_writer_t *out, ph_wasm_cursor_t in)
{
    uint32_t index = ph_wasm_take_u32(&in);
    if (in.failed) {
        fail(l, "broken start section");
        return;
    }
    index = visit(l, out, index);
    if (out)
        ph_wasm_write_u32(out, index);
}

static void compute_costs(limiter_t *l)
{
    size_t count = l->module.type_of.count, imports = l->module.import_count;
    l->costs = ph_mem_alloc(NULL, count * sizeof *l->costs);
    l->thunk_of = ph_mem_alloc(NULL, count * sizeof *l->thunk_of);
    memset(l->thunk_of, 0xff, count * sizeof *l->thunk_of);
    for (size_t i = imports; i < count && !l->why; i++)
        if (ph_wasm_function_cost(&l->costs[i], &l->why, &l->module, (uint32_t)i, l->bodies.items[i - imports],
                                  l->bulk_memory) != PH_OK)
            return;
}

/* First walk: what there is. */
static void take_apart(limiter_t *l, ph_bytes_t wasm)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    while (!l->why && ph_wasm_take_section(&c, &id, &body)) {
        ph_wasm_cursor_t in = ph_wasm_cursor(body);
        if (id == PH_WASM_SECTION_TYPE)
            read_types(l, in);
        else if (id == PH_WASM_SECTION_IMPORT)
            read_imports(l, in);
        else if (id == PH_WASM_SECTION_FUNCTION)
            read_functions(l, in);
        else if (id == PH_WASM_SECTION_GLOBAL)
            l->global_count += ph_wasm_take_u32(&in);
        else if (id == PH_WASM_SECTION_CODE)
            read_bodies(l, in);
    }
    if (c.failed)
        fail(l, "broken sections");
    if (!l->why && l->bodies.count + l->module.import_count != l->module.type_of.count)
        fail(l, "functions without code");
    if (!l->why)
        compute_costs(l);
}

static void find_thunks(limiter_t *l, ph_bytes_t wasm)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    while (!l->why && ph_wasm_take_section(&c, &id, &body)) {
        if (id == PH_WASM_SECTION_EXPORT)
            visit_exports(l, NULL, ph_wasm_cursor(body));
        else if (id == PH_WASM_SECTION_ELEMENT)
            visit_elements(l, NULL, ph_wasm_cursor(body));
        else if (id == PH_WASM_SECTION_START)
            visit_start(l, NULL, ph_wasm_cursor(body));
    }
    number_thunks(l);
}

/* ---- putting it together again ---- */

static void write_op(ph_writer_t *w, uint8_t op, uint32_t index)
{
    ph_write_u8(w, op);
    ph_wasm_write_u32(w, index);
}

/* counter += or -= cost */
static void write_count(const limiter_t *l, ph_writer_t *w, uint32_t cost, uint8_t op)
{
    write_op(w, PH_WASM_OP_GLOBAL_GET, l->global_count);
    ph_write_u8(w, PH_WASM_OP_I32_CONST);
    ph_wasm_write_i32(w, (int32_t)cost);
    ph_write_u8(w, op);
    write_op(w, PH_WASM_OP_GLOBAL_SET, l->global_count);
}

static void write_counted_call(const limiter_t *l, ph_writer_t *w, uint32_t function)
{
    uint32_t cost = l->costs[function];
    if (cost != 0) {
        write_count(l, w, cost, PH_WASM_OP_I32_ADD);
        write_op(w, PH_WASM_OP_GLOBAL_GET, l->global_count);
        ph_write_u8(w, PH_WASM_OP_I32_CONST);
        ph_wasm_write_i32(w, (int32_t)l->limit);
        static const uint8_t trap_if_above[] = {PH_WASM_OP_I32_GT_U, PH_WASM_OP_IF, PH_WASM_BLOCK_EMPTY,
                                                PH_WASM_OP_UNREACHABLE, PH_WASM_OP_END};
        ph_write(w, trap_if_above, sizeof trap_if_above);
    }
    write_op(w, PH_WASM_OP_CALL, function);
    if (cost != 0)
        write_count(l, w, cost, PH_WASM_OP_I32_SUB);
}

/* The function's code with every call counted. It was walked before, so it is sound. */
static void write_body(limiter_t *l, ph_writer_t *section, ph_bytes_t body)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_wasm_cursor_t in = ph_wasm_cursor(body);
    ph_wasm_skip_locals(&in, NULL);
    const uint8_t *from = body.data;
    while (in.at != in.end && !in.failed) {
        const uint8_t *before = in.at;
        ph_wasm_instruction_t instruction;
        ph_wasm_take_instruction(&in, &instruction, l->bulk_memory);
        if (instruction.op != PH_WASM_OP_CALL || l->costs[instruction.index] == 0)
            continue;
        ph_write(&w, from, (size_t)(before - from));
        write_counted_call(l, &w, instruction.index);
        from = in.at;
    }
    ph_write(&w, from, (size_t)(in.end - from));
    ph_wasm_write_u32(section, (uint32_t)w.len);
    ph_write(section, w.data, w.len);
    ph_writer_free(&w);
}

static void write_thunk(limiter_t *l, ph_writer_t *section, uint32_t function)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_wasm_write_u32(&w, 0); /* no locals */
    uint32_t params = l->module.types.items[l->module.type_of.items[function]].params;
    for (uint32_t i = 0; i < params; i++)
        write_op(&w, PH_WASM_OP_LOCAL_GET, i);
    write_counted_call(l, &w, function);
    ph_write_u8(&w, PH_WASM_OP_END);
    ph_wasm_write_u32(section, (uint32_t)w.len);
    ph_write(section, w.data, w.len);
    ph_writer_free(&w);
}

static void write_code(limiter_t *l, ph_writer_t *section)
{
    ph_wasm_write_u32(section, (uint32_t)(l->bodies.count + l->thunks.count));
    for (size_t i = 0; i < l->bodies.count; i++)
        write_body(l, section, l->bodies.items[i]);
    for (size_t i = 0; i < l->thunks.count; i++)
        write_thunk(l, section, l->thunks.items[i]);
}

static void write_functions(limiter_t *l, ph_writer_t *section)
{
    ph_wasm_write_u32(section, (uint32_t)(l->bodies.count + l->thunks.count));
    for (size_t i = 0; i < l->bodies.count; i++)
        ph_wasm_write_u32(section, l->module.type_of.items[l->module.import_count + i]);
    for (size_t i = 0; i < l->thunks.count; i++)
        ph_wasm_write_u32(section, l->module.type_of.items[l->thunks.items[i]]);
}

/* The globals and the counter: i32, mutable, starting at 0. An empty body: there were none. */
static void write_globals(limiter_t *l, ph_writer_t *section, ph_bytes_t body)
{
    static const uint8_t counter[] = {0x7f, 1, PH_WASM_OP_I32_CONST, 0, PH_WASM_OP_END};
    ph_wasm_cursor_t in = ph_wasm_cursor(body);
    uint32_t count = body.data ? ph_wasm_take_u32(&in) : 0;
    ph_wasm_write_u32(section, count + 1);
    ph_write(section, in.at, (size_t)(in.end - in.at));
    ph_write(section, counter, sizeof counter);
    l->has_globals = true;
}

/* Fills `section` if the section changes; false: it stays as it is. */
static bool rewrite_section(limiter_t *l, ph_writer_t *section, uint8_t id, ph_bytes_t body)
{
    switch (id) {
    case PH_WASM_SECTION_FUNCTION:
        write_functions(l, section);
        return true;
    case PH_WASM_SECTION_GLOBAL:
        write_globals(l, section, body);
        return true;
    case PH_WASM_SECTION_EXPORT:
        visit_exports(l, section, ph_wasm_cursor(body));
        return true;
    case PH_WASM_SECTION_START:
        visit_start(l, section, ph_wasm_cursor(body));
        return true;
    case PH_WASM_SECTION_ELEMENT:
        visit_elements(l, section, ph_wasm_cursor(body));
        return true;
    case PH_WASM_SECTION_CODE:
        write_code(l, section);
        return true;
    default:
        return false;
    }
}

static void add_globals(limiter_t *l)
{
    ph_writer_t section = PH_WRITER_HEAP;
    write_globals(l, &section, ph_bytes(NULL, 0));
    ph_wasm_write_section(l->out, PH_WASM_SECTION_GLOBAL, ph_writer_bytes(&section));
    ph_writer_free(&section);
}

static void put_together(limiter_t *l, ph_bytes_t wasm)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    ph_wasm_write_module_header(l->out);
    while (!l->why && ph_wasm_take_section(&c, &id, &body)) {
        if (!l->has_globals && ph_wasm_section_after(id, PH_WASM_SECTION_GLOBAL))
            add_globals(l);
        ph_writer_t section = PH_WRITER_HEAP;
        bool changed = rewrite_section(l, &section, id, body);
        ph_wasm_write_section(l->out, id, changed ? ph_writer_bytes(&section) : body);
        ph_writer_free(&section);
    }
    if (!l->has_globals)
        add_globals(l);
}

static void drop(limiter_t *l)
{
    ph_list_free(&l->module.types);
    ph_list_free(&l->module.type_of);
    ph_list_free(&l->bodies);
    ph_list_free(&l->thunks);
    ph_mem_free(l->costs);
    ph_mem_free(l->thunk_of);
}

ph_err_t ph_wasm_limit_stack(ph_writer_t *out, const char **why, ph_bytes_t wasm, uint32_t limit, bool bulk_memory)
{
    limiter_t l = {.out = out, .limit = limit, .bulk_memory = bulk_memory};
    take_apart(&l, wasm);
    if (!l.why)
        find_thunks(&l, wasm);
    if (!l.why)
        put_together(&l, wasm);
    drop(&l);
    *why = l.why;
    return l.why ? PH_ERR_MALFORMED : PH_OK;
}

ph_err_t ph_wasm_stack_cost(uint32_t *out, ph_bytes_t wasm, uint32_t own_index)
{
    limiter_t l = {0};
    take_apart(&l, wasm);
    ph_err_t err = l.why ? PH_ERR_MALFORMED : own_index < l.bodies.count ? PH_OK : PH_ERR_NOT_FOUND;
    if (err == PH_OK)
        *out = l.costs[l.module.import_count + own_index];
    drop(&l);
    return err;
}
