/* Instructions one by one: WebAssembly 1.0, sign extension, and bulk memory if allowed. */
#ifndef PH_WASM_INSTRUCTION_H
#define PH_WASM_INSTRUCTION_H

#include "wasm/binary.h"

enum {
    PH_WASM_OP_UNREACHABLE = 0x00,
    PH_WASM_OP_NOP = 0x01,
    PH_WASM_OP_BLOCK = 0x02,
    PH_WASM_OP_LOOP = 0x03,
    PH_WASM_OP_IF = 0x04,
    PH_WASM_OP_ELSE = 0x05,
    PH_WASM_OP_END = 0x0b,
    PH_WASM_OP_BR = 0x0c,
    PH_WASM_OP_BR_IF = 0x0d,
    PH_WASM_OP_BR_TABLE = 0x0e,
    PH_WASM_OP_RETURN = 0x0f,
    PH_WASM_OP_CALL = 0x10,
    PH_WASM_OP_CALL_INDIRECT = 0x11,
    PH_WASM_OP_DROP = 0x1a,
    PH_WASM_OP_SELECT = 0x1b,
    PH_WASM_OP_LOCAL_GET = 0x20,
    PH_WASM_OP_LOCAL_SET = 0x21,
    PH_WASM_OP_LOCAL_TEE = 0x22,
    PH_WASM_OP_GLOBAL_GET = 0x23,
    PH_WASM_OP_GLOBAL_SET = 0x24,
    PH_WASM_OP_MEMORY_SIZE = 0x3f,
    PH_WASM_OP_MEMORY_GROW = 0x40,
    PH_WASM_OP_I32_CONST = 0x41,
    PH_WASM_OP_I64_CONST = 0x42,
    PH_WASM_OP_F32_CONST = 0x43,
    PH_WASM_OP_F64_CONST = 0x44,
    PH_WASM_OP_I32_GT_U = 0x4b,
    PH_WASM_OP_I32_ADD = 0x6a,
    PH_WASM_OP_I32_SUB = 0x6b,
    PH_WASM_OP_BULK = 0xfc
};
#define PH_WASM_BLOCK_EMPTY 0x40

typedef struct ph_wasm_instruction {
    uint8_t op;
    uint8_t block_type; /* of block, loop, if: PH_WASM_BLOCK_EMPTY or a value type */
    uint32_t index;     /* function, type, label (br_table: the default), local, global; after 0xfc: which */
    ph_bytes_t targets; /* br_table: the labels but the default, LEB128 */
    uint32_t target_count;
} ph_wasm_instruction_t;

/* Fails the cursor for anything else. */
void ph_wasm_take_instruction(ph_wasm_cursor_t *c, ph_wasm_instruction_t *out, bool bulk_memory);
/* How many values it takes from the stack and puts there; false for those that are about control or calls. */
bool ph_wasm_instruction_effect(const ph_wasm_instruction_t *instruction, uint32_t *pops, uint32_t *pushes);
/* The declarations of locals before a function's instructions; *count (may be NULL) gets how many, at most 2^32-1 or
 * failed. */
void ph_wasm_skip_locals(ph_wasm_cursor_t *c, uint32_t *count);

#endif
