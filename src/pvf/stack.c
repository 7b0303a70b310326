/* Stacks for executions. They are large, little of them is touched, and mapping one anew costs more than a short
 * execution: the last one is kept. */
#include <sys/mman.h>

#include "pvf/internal.h"

#define GUARD_LEN 65536u

void *ph_pvf_stack_take(ph_pvf_t *pvf)
{
    uint8_t *stack = atomic_exchange(&pvf->spare_stack, NULL);
    if (stack)
        return stack;
    stack = mmap(NULL, GUARD_LEN + pvf->stack_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK,
                 -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    if (mprotect(stack + GUARD_LEN, pvf->stack_len, PROT_READ | PROT_WRITE) != 0) {
        munmap(stack, GUARD_LEN + pvf->stack_len);
        return NULL;
    }
    return stack + GUARD_LEN;
}

void ph_pvf_stack_give(ph_pvf_t *pvf, void *stack)
{
    ph_pvf_stack_unmap(pvf, atomic_exchange(&pvf->spare_stack, stack));
}

void ph_pvf_stack_unmap(ph_pvf_t *pvf, void *stack)
{
    if (stack)
        munmap((uint8_t *)stack - GUARD_LEN, GUARD_LEN + pvf->stack_len);
}
