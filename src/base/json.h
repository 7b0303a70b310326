/* Writing JSON as a stream. Reading is jansson's job (json_loads …); this writer exists because summaries, traces and
 * state dumps are larger than one wants as a tree.
 */
#ifndef PH_BASE_JSON_H
#define PH_BASE_JSON_H

#include "base/bits.h"
#include "base/bytes.h"

typedef struct ph_json {
    ph_writer_t out;
    bool hex_prefix; /* bytes as "0x…" (the command line's promise) or bare (the test vectors' habit) */
    bool need_comma; /* private */
} ph_json_t;

static inline ph_json_t ph_json_new(ph_arena_t *arena, bool hex_prefix)
{
    return (ph_json_t){.out = {.arena = arena}, .hex_prefix = hex_prefix};
}
void ph_json_object(ph_json_t *j);
void ph_json_end_object(ph_json_t *j);
void ph_json_array(ph_json_t *j);
void ph_json_end_array(ph_json_t *j);
void ph_json_key(ph_json_t *j, const char *key);
void ph_json_string(ph_json_t *j, const char *text); /* escaped */
void ph_json_string_n(ph_json_t *j, const char *text, size_t len);
void ph_json_u64(ph_json_t *j, uint64_t v); /* bare number */
void ph_json_i64(ph_json_t *j, int64_t v);
void ph_json_f64(ph_json_t *j, double v);
void ph_json_big(ph_json_t *j, ph_u128_t v); /* decimal string */
void ph_json_bool(ph_json_t *j, bool v);
void ph_json_null(ph_json_t *j);
void ph_json_bytes(ph_json_t *j, ph_bytes_t v); /* hex string */
void ph_json_bits(ph_json_t *j, ph_bits_t v);   /* "0110", bit 0 first */
const char *ph_json_text(ph_json_t *j);         /* NUL-terminated, owned by j */
void ph_json_free(ph_json_t *j);                /* heap writers only */

#endif
