/* A checked simulation, for the tests of this folder. */
#ifndef PH_TESTS_SIM_RUN_H
#define PH_TESTS_SIM_RUN_H

#include "support/cmocka.h"

#include <stdio.h>

#include "base/log.h"
#include "sim/check.h"
#include "support/wasm_signals.h"
#include "wasm/wasm.h"

static inline void print_violation(void *ctx, ph_check_kind_t kind, const char *text)
{
    size_t *printed = ctx;
    if ((*printed)++ < 12)
        print_error("  %s: %s\n", ph_check_kind_name(kind), text);
}

/* A group's set-up: validation code traps, and wasmtime must be the one to hear of it. */
static inline int set_up_wasm(void **state)
{
    (void)state;
    ph_wasm_engine_t *engine = ph_wasm_engine_new(&(ph_wasm_config_t){.native_stack_max = 1 << 20});
    ph_test_save_signals();
    ph_wasm_engine_free(engine);
    return engine ? 0 : -1;
}

/* What nodes warn of is part of their trouble, and the checkers see it; only their errors are shown. */
static inline void print_error_line(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log;
    (void)level;
    print_error("%s: %s\n", target, text);
}

/* A simulation with the checkers' hooks, or its own, in its configuration; nothing has run yet. */
static inline ph_sim_t *start_sim(ph_check_t *check, const ph_sim_config_t *config)
{
    char why[200] = "";
    static ph_log_t quiet = {.write = print_error_line, .max_level = PH_LOG_ERROR};
    ph_sim_config_t with_log = *config;
    ph_sim_t *sim;
    ph_test_restore_signals();
    with_log.log = &quiet;
    if (ph_sim_new(&sim, &with_log, why, sizeof why) != PH_OK)
        fail_msg("seed %llu: %s", (unsigned long long)config->seed, why);
    ph_check_begin(check, sim);
    return sim;
}

#endif
