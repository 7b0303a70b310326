/* Remembers results of pure functions by their inputs, for the nodes of one process. A hit must be indistinguishable
 * from computing again: only pure functions of the key's preimage may be kept here.
 */
#ifndef PH_ENV_MEMO_H
#define PH_ENV_MEMO_H

#include "base/bytes.h"
#include "scale/scale.h"

typedef struct ph_memo ph_memo_t;
typedef struct ph_memo_key {
    uint8_t bytes[32];
} ph_memo_key_t;

/* Keeps at most two generations of max_entries each: the older goes when the newer is full. */
ph_memo_t *ph_memo_new(size_t max_entries);
void ph_memo_free(ph_memo_t *memo);

/* Key of function `tag` applied to the concatenation of the parts (each framed by its length). */
void ph_memo_key(ph_memo_key_t *out, const char *tag, const ph_bytes_t *parts, size_t count);

/* The remembered value with a new reference taken by `ref` of its entry, or NULL. memo NULL: always NULL, nothing
 * counted. */
void *ph_memo_get(ph_memo_t *memo, const ph_memo_key_t *key);
/* Keeps a reference of its own: ref(value) is called now, unref(value) when forgotten. */
void ph_memo_put(ph_memo_t *memo, const ph_memo_key_t *key, void *value, void *(*ref)(void *), void (*unref)(void *));
/* The same for values of the two kinds that most results are. */
void ph_memo_put_rc(ph_memo_t *memo, const ph_memo_key_t *key, ph_rc_t *value);
void ph_memo_put_buf(ph_memo_t *memo, const ph_memo_key_t *key, ph_buf_t *value);

/* A copy of the value that is shared with whoever in this process asks for an equal one: `key`, of whatever length,
 * must determine the value. memo NULL: a copy of one's own. One reference. */
ph_rc_t *ph_memo_share(ph_memo_t *memo, const ph_type_t *type, ph_bytes_t key, const void *value);

/* A result that was at hand elsewhere (kept with its input, bytes.h) counts as remembered. memo NULL: nothing. */
void ph_memo_count_hit(ph_memo_t *memo);
uint64_t ph_memo_hits(const ph_memo_t *memo); /* 0 for NULL */
uint64_t ph_memo_misses(const ph_memo_t *memo);

#endif
