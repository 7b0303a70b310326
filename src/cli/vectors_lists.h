/* Walking a vector file whose lists are known by name: every list must be known and an array, every entry is checked by
 * its list's function and reported.
 */
#ifndef PH_CLI_VECTORS_LISTS_H
#define PH_CLI_VECTORS_LISTS_H

#include <string.h>

#include "cli/vectors_entry.h"

typedef struct ph_vec_list {
    const char *name;
    void (*check)(ph_vec_entry_t *e, const json_t *file); /* NULL: not a list of entries; somebody else looks at it */
} ph_vec_list_t;

static inline void ph_vec_check_list(ph_vectors_t *v, const json_t *file, const char *name, const ph_vec_list_t *list,
                                     const json_t *entries)
{
    if (!list || (list->check && !json_is_array(entries))) {
        ph_vectors_report(v, name, "", false, "%s", list ? "expected a list" : "unknown list");
        return;
    }
    for (size_t i = 0; list->check && i < json_array_size(entries); i++) {
        ph_vec_entry_t e;
        ph_vec_begin(&e, v, name, json_array_get(entries, i));
        list->check(&e, file);
        ph_vec_end(&e);
    }
}

static inline void ph_vec_check_lists(ph_vectors_t *v, const json_t *file, const ph_vec_list_t *lists, size_t count)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)file, key, value)
    {
        const ph_vec_list_t *found = NULL;
        for (size_t i = 0; i < count; i++)
            if (strcmp(lists[i].name, key) == 0)
                found = &lists[i];
        ph_vec_check_list(v, file, key, found, value);
    }
}

#endif
