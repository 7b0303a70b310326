/* cmocka takes SIGSEGV, SIGILL, SIGFPE and SIGBUS for itself before every test, and wasmtime needs them to notice
 * traps. Call ph_test_save_signals once in the group's set-up, after the first wasm engine was made, and
 * ph_test_restore_signals at the start of everything that runs wasm code. */
#ifndef PH_TESTS_SUPPORT_WASM_SIGNALS_H
#define PH_TESTS_SUPPORT_WASM_SIGNALS_H

#include <signal.h>
#include <stddef.h>

static const int ph_test_signals[4] = {SIGSEGV, SIGILL, SIGFPE, SIGBUS};
static struct sigaction ph_test_actions[4];

static inline void ph_test_save_signals(void)
{
    for (size_t i = 0; i < 4; i++)
        sigaction(ph_test_signals[i], NULL, &ph_test_actions[i]);
}

static inline void ph_test_restore_signals(void)
{
    for (size_t i = 0; i < 4; i++)
        sigaction(ph_test_signals[i], &ph_test_actions[i], NULL);
}

#endif
