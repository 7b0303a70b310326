/* Inside of the PVF Checker: which code is under vote at the active leaves, and what we think of it. */
#ifndef PH_NODE_PVF_CHECKER_VIEW_H
#define PH_NODE_PVF_CHECKER_VIEW_H

#include "base/vec.h"
#include "primitives/types.h"

typedef enum ph_code_judgement { PH_CODE_UNJUDGED, PH_CODE_ACCEPTED, PH_CODE_REJECTED } ph_code_judgement_t;

typedef struct ph_view_code {
    ph_validation_code_hash_t hash;
    ph_code_judgement_t judgement;
} ph_view_code_t;

typedef struct ph_view_leaf {
    ph_hash_t hash;
    ph_vec_validation_code_hash_t codes; /* on the heap */
} ph_view_leaf_t;

/* Code is in the view as long as a leaf is that has it. */
typedef struct ph_code_view {
    PH_LIST(ph_view_leaf_t) leaves;
    PH_LIST(ph_view_code_t) codes; /* in the order in which they were seen */
} ph_code_view_t;

/* What had not been in the view is at the end of view->codes from the index returned on. */
size_t ph_code_view_add(ph_code_view_t *view, const ph_hash_t *leaf, const ph_vec_validation_code_hash_t *codes);
void ph_code_view_remove(ph_code_view_t *view, const ph_hash_t *leaf);
/* NULL: not in the view. */
ph_view_code_t *ph_code_view_find(ph_code_view_t *view, const ph_validation_code_hash_t *code);
void ph_code_view_free(ph_code_view_t *view);

#endif
