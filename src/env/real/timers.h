/* Calls waiting for their time: a heap of (due, order of making). Handles of calls that have run or were cancelled are
 * harmless for ever.
 */
#ifndef PH_ENV_REAL_TIMERS_H
#define PH_ENV_REAL_TIMERS_H

#include "base/vec.h"
#include "env/env.h"

#define PH_TIMERS_NOBODY UINT32_MAX

typedef struct ph_timer_call {
    void (*fn)(void *arg);
    void *arg;
    uint32_t node, incarnation; /* whose; NOBODY: of the world itself */
    bool hub;                   /* the network's: runs also while the world is taken down */
} ph_timer_call_t;

struct ph_timer_entry {
    uint64_t due, order;
    uint32_t slot, generation;
};
struct ph_timer_slot {
    ph_timer_call_t call;
    uint32_t generation, next_free;
    bool used;
};
typedef struct ph_timers {
    /* private */
    PH_LIST(struct ph_timer_entry) heap;
    PH_LIST(struct ph_timer_slot) slots;
    uint32_t first_free; /* slot + 1; 0: none */
    uint64_t order;
} ph_timers_t;

void ph_timers_free(ph_timers_t *timers);
ph_timer_t ph_timers_add(ph_timers_t *timers, uint64_t due, ph_timer_call_t call);
void ph_timers_cancel(ph_timers_t *timers, ph_timer_t timer);
/* When the next call is due; false: none waits. */
bool ph_timers_next(ph_timers_t *timers, uint64_t *due);
/* How many calls have ever been made: a bound for ph_timers_take. */
static inline uint64_t ph_timers_order(const ph_timers_t *timers)
{
    return timers->order;
}
/* Takes the next call that is due at `now` and was made before `order`. */
bool ph_timers_take(ph_timers_t *timers, uint64_t now, uint64_t order, ph_timer_call_t *out);

#endif
