/* A checked simulation, for the tests of this folder. */
#ifndef PH_TESTS_SIM_RUN_H
#define PH_TESTS_SIM_RUN_H

#include "support/cmocka.h"

#include <stdio.h>

#include "sim/check.h"

static inline void print_violation(void *ctx, ph_check_kind_t kind, const char *text)
{
    size_t *printed = ctx;
    if ((*printed)++ < 12)
        print_error("  %s: %s\n", ph_check_kind_name(kind), text);
}

#endif
