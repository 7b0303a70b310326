/* One entry of a vector file while it is checked: members are taken by name, the first failure is kept, and a member
 * that nobody took fails the entry, so that nothing in a file is passed over in silence.
 */
#ifndef PH_CLI_VECTORS_ENTRY_H
#define PH_CLI_VECTORS_ENTRY_H

#include "base/bytes.h"
#include "cli/vectors.h"
#include "scale/json.h"

#define PH_VEC_MEMBERS_MAX 40

typedef struct ph_vec_entry {
    ph_vectors_t *v;
    const char *list;
    const json_t *json;
    const char *taken[PH_VEC_MEMBERS_MAX];
    size_t taken_count;
    bool failed;
    char why[2400];
} ph_vec_entry_t;

void ph_vec_begin(ph_vec_entry_t *e, ph_vectors_t *v, const char *list, const json_t *json);
/* Fails on members nobody took, then reports. */
void ph_vec_end(ph_vec_entry_t *e);
void ph_vec_fail(ph_vec_entry_t *e, const char *why, ...) PH_PRINTF(2, 3);

/* The member, or NULL if there is none; either way it counts as taken. */
const json_t *ph_vec_take(ph_vec_entry_t *e, const char *key);
/* Members that must be there and of this kind; else the entry fails and the result is a neutral value. */
const json_t *ph_vec_need(ph_vec_entry_t *e, const char *key);
const char *ph_vec_text(ph_vec_entry_t *e, const char *key);
bool ph_vec_bool(ph_vec_entry_t *e, const char *key);
uint64_t ph_vec_u64(ph_vec_entry_t *e, const char *key);
ph_bytes_t ph_vec_bytes(ph_vec_entry_t *e, const char *key); /* in the arena */
void ph_vec_fixed(ph_vec_entry_t *e, const char *key, uint8_t *out, size_t len);

/* Expectations about members that must be there. */
void ph_vec_expect_bytes(ph_vec_entry_t *e, const char *key, ph_bytes_t ours);
void ph_vec_expect_bool(ph_vec_entry_t *e, const char *key, bool ours);
void ph_vec_expect_text(ph_vec_entry_t *e, const char *key, const char *ours);
void ph_vec_expect_u64(ph_vec_entry_t *e, const char *key, uint64_t ours);
/* A number, or null where `some` is false. */
void ph_vec_expect_option(ph_vec_entry_t *e, const char *key, bool some, uint64_t ours);

/* Same value: numbers and decimal strings are compared as numbers, everything else exactly. On a difference, `path`
 * (path_len bytes) says where. */
bool ph_vec_same_json(const json_t *recorded, const json_t *ours, char *path, size_t path_len);
/* Hex without or with prefix into the arena; false if it is not hex. */
bool ph_vec_unhex(ph_arena_t *arena, const json_t *text, ph_bytes_t *out);
/* The rendering of a value as a tree; the caller's reference. */
json_t *ph_vec_render(ph_arena_t *arena, const ph_type_t *type, const void *value);

#endif
