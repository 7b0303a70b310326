/* Reading and writing the pieces of WebAssembly's binary format. (Source: WebAssembly Core Specification 1.0,
 * section 5.) */
#ifndef PH_WASM_BINARY_H
#define PH_WASM_BINARY_H

#include <stdbool.h>

#include "base/bytes.h"

enum {
    PH_WASM_SECTION_CUSTOM = 0,
    PH_WASM_SECTION_TYPE = 1,
    PH_WASM_SECTION_IMPORT = 2,
    PH_WASM_SECTION_FUNCTION = 3,
    PH_WASM_SECTION_MEMORY = 5,
    PH_WASM_SECTION_GLOBAL = 6,
    PH_WASM_SECTION_EXPORT = 7,
    PH_WASM_SECTION_START = 8,
    PH_WASM_SECTION_ELEMENT = 9,
    PH_WASM_SECTION_CODE = 10
};
enum { PH_WASM_KIND_FUNCTION, PH_WASM_KIND_TABLE, PH_WASM_KIND_MEMORY, PH_WASM_KIND_GLOBAL };

/* After a failed read everything reads as zero and `failed` stays. */
typedef struct ph_wasm_cursor {
    const uint8_t *at, *end;
    bool failed;
    uint8_t last_section; /* the last but custom ones */
} ph_wasm_cursor_t;

static inline ph_wasm_cursor_t ph_wasm_cursor(ph_bytes_t in)
{
    return (ph_wasm_cursor_t){.at = in.data, .end = in.data ? in.data + in.len : in.data};
}
/* Fails and moves to the end, so that loops over a broken body end. */
void ph_wasm_fail(ph_wasm_cursor_t *c);
uint8_t ph_wasm_take_byte(ph_wasm_cursor_t *c);
uint32_t ph_wasm_take_u32(ph_wasm_cursor_t *c);                 /* LEB128 */
void ph_wasm_skip_leb(ph_wasm_cursor_t *c, unsigned bytes_max); /* a number of any value */
ph_bytes_t ph_wasm_take_run(ph_wasm_cursor_t *c, size_t len);
/* One import: its name, kind, and the function's type index or the memory's minimum. */
void ph_wasm_take_import(ph_wasm_cursor_t *c, ph_bytes_t *name, uint8_t *kind, uint32_t *index_or_min);
/* Limits; returns the minimum. */
uint32_t ph_wasm_take_limits(ph_wasm_cursor_t *c);

/* Past the magic and the version, or failed. */
ph_wasm_cursor_t ph_wasm_module_body(ph_bytes_t wasm);
void ph_wasm_write_module_header(ph_writer_t *w);
/* The next section; false at the end or when failed. Sections out of order, or one twice, fail. */
bool ph_wasm_take_section(ph_wasm_cursor_t *c, uint8_t *id, ph_bytes_t *body);
/* The content of the first custom section of that name; false: there is none in front of anything malformed. */
bool ph_wasm_custom_section(ph_bytes_t wasm, ph_bytes_t *content, const char *name);
/* Does a section of this id stand behind those of id `other`? Custom sections stand anywhere: never. */
bool ph_wasm_section_after(uint8_t id, uint8_t other);

void ph_wasm_write_u32(ph_writer_t *w, uint32_t v);
void ph_wasm_write_i32(ph_writer_t *w, int32_t v); /* signed LEB128 */
void ph_wasm_write_section(ph_writer_t *w, uint8_t id, ph_bytes_t body);

#endif
