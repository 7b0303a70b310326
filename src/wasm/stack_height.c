#include "wasm/stack_height.h"

#include "wasm/instruction.h"

#define FRAME_COST 2u

/* A block that is being walked. */
typedef struct frame {
    bool polymorphic;      /* what follows is not reached */
    uint32_t end_arity;    /* values that it leaves */
    uint32_t branch_arity; /* values that a branch to it takes along: none to a loop's head */
    uint32_t start_height;
} frame_t;

typedef struct walk {
    const ph_wasm_functions_t *module;
    PH_LIST(frame_t) frames;
    uint32_t height, max_height;
    const char *why;
} walk_t;

static void fail(walk_t *w, const char *why)
{
    if (!w->why)
        w->why = why;
}

static frame_t *top(walk_t *w)
{
    return &w->frames.items[w->frames.count - 1];
}

static void push(walk_t *w, uint32_t count)
{
    if (count > UINT32_MAX - w->height)
        fail(w, "stack of values too high");
    else
        w->height += count;
}

/* Below its own start a block has nothing to take, except where code is not reached. */
static void pop(walk_t *w, uint32_t count)
{
    if (count == 0)
        return;
    if (w->height == top(w)->start_height) {
        if (!top(w)->polymorphic)
            fail(w, "more values taken than there are");
        return;
    }
    if (count > w->height)
        fail(w, "more values taken than there are");
    else
        w->height -= count;
}

static uint32_t branch_arity(walk_t *w, uint32_t label)
{
    if (label >= w->frames.count) {
        fail(w, "label out of range");
        return 0;
    }
    return w->frames.items[w->frames.count - 1 - label].branch_arity;
}

static void enter(walk_t *w, const ph_wasm_instruction_t *i)
{
    uint32_t end_arity = i->block_type == PH_WASM_BLOCK_EMPTY ? 0 : 1;
    if (i->op == PH_WASM_OP_IF)
        pop(w, 1);
    frame_t *frame = ph_list_add(NULL, &w->frames);
    *frame = (frame_t){
        .end_arity = end_arity, .branch_arity = i->op == PH_WASM_OP_LOOP ? 0 : end_arity, .start_height = w->height};
}

static void leave(walk_t *w)
{
    frame_t frame = *top(w);
    w->frames.count--;
    w->height = frame.start_height;
    push(w, frame.end_arity);
}

static void branch_table(walk_t *w, const ph_wasm_instruction_t *i)
{
    uint32_t arity = branch_arity(w, i->index);
    ph_wasm_cursor_t targets = ph_wasm_cursor(i->targets);
    for (uint32_t t = 0; t < i->target_count && !w->why; t++)
        if (branch_arity(w, ph_wasm_take_u32(&targets)) != arity)
            fail(w, "branch table over blocks of different types");
    pop(w, arity);
    top(w)->polymorphic = true;
}

static void call(walk_t *w, uint32_t type)
{
    if (type >= w->module->types.count) {
        fail(w, "type index out of range");
        return;
    }
    pop(w, w->module->types.items[type].params);
    push(w, w->module->types.items[type].results);
}

static void control(walk_t *w, const ph_wasm_instruction_t *i)
{
    uint32_t arity;
    switch (i->op) {
    case PH_WASM_OP_BLOCK:
    case PH_WASM_OP_LOOP:
    case PH_WASM_OP_IF:
        enter(w, i);
        break;
    case PH_WASM_OP_ELSE: /* neither height nor reachability start anew: so it is done there */
        break;
    case PH_WASM_OP_END:
        leave(w);
        break;
    case PH_WASM_OP_BR:
        pop(w, branch_arity(w, i->index));
        top(w)->polymorphic = true;
        break;
    case PH_WASM_OP_BR_IF:
        arity = branch_arity(w, i->index);
        pop(w, arity);
        pop(w, 1);
        push(w, arity);
        break;
    case PH_WASM_OP_BR_TABLE:
        branch_table(w, i);
        break;
    case PH_WASM_OP_RETURN:
        pop(w, w->frames.items[0].end_arity);
        top(w)->polymorphic = true;
        break;
    case PH_WASM_OP_CALL:
        if (i->index >= w->module->type_of.count)
            fail(w, "function index out of range");
        else
            call(w, w->module->type_of.items[i->index]);
        break;
    case PH_WASM_OP_CALL_INDIRECT:
        pop(w, 1);
        call(w, i->index);
        break;
    default: /* unreachable */
        top(w)->polymorphic = true;
        break;
    }
}

static void plain(walk_t *w, const ph_wasm_instruction_t *i, uint32_t pops, uint32_t pushes)
{
    if (i->op == PH_WASM_OP_SELECT) { /* in two steps, which matters where nothing is reached */
        pop(w, 2);
        pops = 1;
    }
    pop(w, pops);
    push(w, pushes);
}

static void walk_instructions(walk_t *w, ph_wasm_cursor_t *in, bool bulk_memory)
{
    while (!w->why && w->frames.count > 0) {
        if (w->height > w->max_height && !top(w)->polymorphic)
            w->max_height = w->height;
        ph_wasm_instruction_t instruction;
        uint32_t pops, pushes;
        ph_wasm_take_instruction(in, &instruction, bulk_memory);
        if (in->failed)
            fail(w, "an instruction that is broken or not supported");
        else if (ph_wasm_instruction_effect(&instruction, &pops, &pushes))
            plain(w, &instruction, pops, pushes);
        else
            control(w, &instruction);
    }
    if (in->at != in->end)
        fail(w, "instructions after a function's end");
}

ph_err_t ph_wasm_function_cost(uint32_t *out, const char **why, const ph_wasm_functions_t *module, uint32_t index,
                               ph_bytes_t body, bool bulk_memory)
{
    walk_t w = {.module = module, .height = FRAME_COST};
    ph_wasm_cursor_t in = ph_wasm_cursor(body);
    uint32_t locals = 0, type = module->type_of.items[index];
    ph_wasm_skip_locals(&in, &locals);
    if (in.failed || type >= module->types.count) {
        *why = "a broken function";
        return PH_ERR_MALFORMED;
    }
    uint32_t arity = module->types.items[type].results;
    *ph_list_add(NULL, &w.frames) = (frame_t){.end_arity = arity, .branch_arity = arity};
    walk_instructions(&w, &in, bulk_memory);
    if (locals > UINT32_MAX - w.max_height)
        fail(&w, "too many locals");
    *out = locals + w.max_height;
    *why = w.why;
    ph_list_free(&w.frames);
    return w.why ? PH_ERR_MALFORMED : PH_OK;
}
