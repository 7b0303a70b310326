#include "wasm/instruction.h"

static bool within(uint8_t op, uint8_t first, uint8_t last)
{
    return op >= first && op <= last;
}

static void take_block_type(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out)
{
    out->block_type = ph_wasm_take_byte(c);
    if (out->block_type != PH_WASM_BLOCK_EMPTY && !within(out->block_type, 0x7c, 0x7f))
        ph_wasm_fail(c);
}

static void take_targets(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out)
{
    out->target_count = ph_wasm_take_u32(c);
    const uint8_t *start = c->at;
    for (uint32_t i = 0; i < out->target_count && !c->failed; i++)
        (void)ph_wasm_take_u32(c);
    out->targets = ph_bytes(start, (size_t)(c->at - start));
    out->index = ph_wasm_take_u32(c);
}

/* memory.init, data.drop, memory.copy, memory.fill */
static void take_bulk(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out, bool bulk_memory)
{
    out->index = ph_wasm_take_u32(c);
    if (!bulk_memory || out->index < 8 || out->index > 11)
        ph_wasm_fail(c);
    else if (out->index == 10)
        (void)ph_wasm_take_run(c, 2);
    else if (out->index == 11)
        (void)ph_wasm_take_byte(c);
    else
        (void)ph_wasm_take_u32(c);
    if (out->index == 8)
        (void)ph_wasm_take_byte(c);
}

static void take_operands(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out, bool bulk_memory)
{
    uint8_t op = out->op;
    if (within(op, PH_WASM_OP_BLOCK, PH_WASM_OP_IF)) {
        take_block_type(c, out);
    } else if (within(op, PH_WASM_OP_BR, PH_WASM_OP_BR_IF) || op == PH_WASM_OP_CALL ||
               within(op, PH_WASM_OP_LOCAL_GET, PH_WASM_OP_GLOBAL_SET)) {
        out->index = ph_wasm_take_u32(c);
    } else if (op == PH_WASM_OP_BR_TABLE) {
        take_targets(c, out);
    } else if (op == PH_WASM_OP_CALL_INDIRECT) {
        out->index = ph_wasm_take_u32(c);
        if (ph_wasm_take_byte(c) != 0)
            ph_wasm_fail(c);
    } else if (within(op, 0x28, 0x3e)) { /* loads and stores */
        (void)ph_wasm_take_u32(c);
        (void)ph_wasm_take_u32(c);
    } else if (within(op, PH_WASM_OP_MEMORY_SIZE, PH_WASM_OP_MEMORY_GROW)) {
        (void)ph_wasm_take_byte(c);
    } else if (within(op, PH_WASM_OP_I32_CONST, PH_WASM_OP_I64_CONST)) {
        ph_wasm_skip_leb(c, op == PH_WASM_OP_I32_CONST ? 5 : 10);
    } else if (within(op, PH_WASM_OP_F32_CONST, PH_WASM_OP_F64_CONST)) {
        (void)ph_wasm_take_run(c, op == PH_WASM_OP_F32_CONST ? 4 : 8);
    } else if (op == PH_WASM_OP_BULK) {
        take_bulk(c, out, bulk_memory);
    } else if (!(within(op, PH_WASM_OP_UNREACHABLE, PH_WASM_OP_NOP) || op == PH_WASM_OP_ELSE || op == PH_WASM_OP_END ||
                 op == PH_WASM_OP_RETURN || within(op, PH_WASM_OP_DROP, PH_WASM_OP_SELECT) || within(op, 0x45, 0xc4))) {
        ph_wasm_fail(c);
    }
}

void ph_wasm_take_instruction(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out, bool bulk_memory)
{
    *out = (ph_wasm_instruction_t){.op = ph_wasm_take_byte(c)};
    if (!c->failed)
        take_operands(c, out, bulk_memory);
}

static bool is_binary(uint8_t op)
{
    return within(op, 0x46, 0x4f) || within(op, 0x51, 0x66) || within(op, 0x6a, 0x78) || within(op, 0x7c, 0x8a) ||
           within(op, 0x92, 0x98) || within(op, 0xa0, 0xa6);
}

bool ph_wasm_instruction_effect(const ph_wasm_instruction_t *instruction, uint32_t *pops, uint32_t *pushes)
{
    uint8_t op = instruction->op;
    *pops = *pushes = 0;
    if (op == PH_WASM_OP_NOP) {
        return true;
    } else if (op == PH_WASM_OP_LOCAL_GET || op == PH_WASM_OP_GLOBAL_GET || op == PH_WASM_OP_MEMORY_SIZE ||
               within(op, PH_WASM_OP_I32_CONST, PH_WASM_OP_F64_CONST)) {
        *pushes = 1;
    } else if (op == PH_WASM_OP_DROP || op == PH_WASM_OP_LOCAL_SET || op == PH_WASM_OP_GLOBAL_SET) {
        *pops = 1;
    } else if (op == PH_WASM_OP_SELECT) {
        *pops = 3;
        *pushes = 1;
    } else if (within(op, 0x36, 0x3e)) { /* stores */
        *pops = 2;
    } else if (is_binary(op)) {
        *pops = 2;
        *pushes = 1;
    } else if (op == PH_WASM_OP_LOCAL_TEE || within(op, 0x28, 0x35) || op == PH_WASM_OP_MEMORY_GROW ||
               within(op, 0x45, 0xc4)) {
        *pops = 1;
        *pushes = 1;
    } else if (op == PH_WASM_OP_BULK) {
        *pops = instruction->index == 9 ? 0 : 3;
    } else {
        return false;
    }
    return true;
}

void ph_wasm_skip_locals(ph_wasm_cursor_t *c, uint32_t *count)
{
    uint32_t groups = ph_wasm_take_u32(c), total = 0;
    for (uint32_t i = 0; i < groups && !c->failed; i++) {
        uint32_t more = ph_wasm_take_u32(c);
        (void)ph_wasm_take_byte(c);
        if (more > UINT32_MAX - total)
            ph_wasm_fail(c);
        else
            total += more;
    }
    if (count)
        *count = total;
}
