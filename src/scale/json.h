/* JSON of any described value. Rendering: structs as objects, enums as "Variant" or {"Variant": body} (one unnamed
 * field: the field; several: a list; named: an object), tuples as lists, absent options null, maps as lists of pairs,
 * byte strings as hex, bit vectors as "0110", integers of 64 bits and more as decimal strings (parsing takes numbers
 * too), vectors of units as their length. Parsing refuses unknown members; members that are options may be missing. Not
 * part of the runtime's wasm body.
 */
#ifndef PH_SCALE_JSON_H
#define PH_SCALE_JSON_H

#include <jansson.h>

#include "base/json.h"
#include "scale/scale.h"

void ph_type_print(ph_json_t *j, const ph_type_t *type, const void *value);
/* `error` (may be NULL) gets "descriptor.para_id: expected an unsigned integer …". */
PH_MUST_CHECK ph_err_t ph_type_parse(const json_t *json, ph_arena_t *arena, const ph_type_t *type, void *out,
                                     char *error, size_t error_len);

#endif
