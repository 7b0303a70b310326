/* Recordings of the real pallets: the steps of a file are done by our runtime, and after each the storage under the
 * tracked prefixes must have changed exactly as recorded, with the same events and results.
 *
 * Once a step leaves other storage than recorded, what follows is no longer comparable: the rest of the file's writing
 * steps fail unseen.
 */
#include "cli/replay.h"

#include <stdio.h>
#include <string.h>

#include "cli/vectors_entry.h"
#include "runtime/support.h"

typedef struct step_kind {
    const char *op;
    bool writes;
    void (*run)(ph_replay_t *r, ph_vec_entry_t *e);
} step_kind_t;

static const step_kind_t kinds[] = {
    {"set", true, ph_replay_set},
    {"block", true, ph_replay_block},
    {"session", true, ph_replay_session},
    {"inherent", true, ph_replay_inherent},
    {"call", true, ph_replay_call},
    {"fn", true, ph_replay_fn},
    {"end", true, ph_replay_end},
    {"create_inherent", false, ph_replay_create_inherent},
    {"api", false, ph_replay_api},
    {"execute_block", true, ph_replay_execute_block},
    {"bad_block", false, ph_replay_bad_block},
    {"validate", false, ph_replay_validate},
};

static const step_kind_t *kind_of(const char *op)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].op, op) == 0)
            return &kinds[i];
    return NULL;
}

/* Takes what is about a step but not about us. */
static void take_remarks(ph_vec_entry_t *e)
{
    static const char *const remarks[] = {"note", "rewards", "offences", "readable"};
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
        ph_vec_take(e, remarks[i]);
}

/* Members that nobody took fail the step; a step's name is its place and its operation. */
static void end_step(ph_vec_entry_t *e, const char *op)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)e->json, key, member)
    {
        bool taken = false;
        for (size_t i = 0; i < e->taken_count && !taken; i++)
            taken = strcmp(e->taken[i], key) == 0;
        if (!taken)
            ph_vec_fail(e, "unknown member \"%s\"", key);
    }
    ph_vectors_report(e->v, e->list, op, !e->failed, "%s", e->why);
}

static void do_step(ph_replay_t *r, ph_vectors_t *v, const json_t *json, size_t index)
{
    ph_vec_entry_t e;
    char list[60];
    ph_vec_begin(&e, v, "steps", json);
    const char *op = ph_vec_text(&e, "op");
    snprintf(list, sizeof list, "steps/%zu", index);
    e.list = list;
    const step_kind_t *kind = kind_of(op);
    take_remarks(&e);
    if (!kind) {
        ph_vec_fail(&e, "no such step");
    } else if (r->lost && kind->writes) {
        ph_vectors_report(v, list, op, false, "not comparable: an earlier step went wrong");
        return;
    } else {
        ph_replay_begin(r);
        (r->chain && kind->run == ph_replay_api ? ph_replay_chain_api : kind->run)(r, &e);
        snprintf(list, sizeof list, "steps/%zu, block %u", index, ph_now(&r->rt));
        if (kind->writes)
            ph_replay_check_writes(r, &e);
    }
    end_step(&e, op);
}

void ph_vectors_runtime(ph_vectors_t *v, const json_t *file)
{
    ph_replay_t r;
    char why[200];
    if (!ph_replay_open(&r, file, why, sizeof why)) {
        ph_vectors_report(v, "genesis", "", false, "%s", why);
        return;
    }
    ph_vectors_report(v, "genesis", "root", true, " ");
    const json_t *steps = json_object_get(file, "steps");
    for (size_t i = 0; i < json_array_size(steps); i++)
        do_step(&r, v, json_array_get(steps, i), i);
    ph_replay_close(&r);
}
