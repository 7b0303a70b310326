/* What the vectors of types say about a value beside its encoding: hashes, payloads, verdicts. */
#ifndef PH_CLI_VECTORS_VALUES_H
#define PH_CLI_VECTORS_VALUES_H

#include "cli/vectors_entry.h"

typedef enum {
    PH_VEC_VALUE,               /* "value" is the rendering of what "scale" decodes to */
    PH_VEC_VALUE_WITHOUT_NULLS, /* the same, with absent members left out */
    PH_VEC_VALUE_OTHER          /* the check looks at "value" itself */
} ph_vec_value_t;

typedef struct ph_vec_kind {
    const char *name;                                    /* in the file */
    const char *type;                                    /* in schema/ */
    void (*check)(ph_vec_entry_t *e, const void *value); /* NULL: nothing beside the value */
    ph_vec_value_t value;
} ph_vec_kind_t;

/* Types with members of their own, or spelled otherwise than in schema/. NULL: neither. */
const ph_vec_kind_t *ph_vec_kind(const char *name);

#endif
