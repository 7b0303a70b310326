/* Ctrl-C and a polite kill while files are being written: what is half written goes, then the signal does what it always does.
 *
 *   ph_interrupt_begin(&guard, cleanup, ctx); … ph_interrupt_end(&guard);
 *
 * In between a thread waits for SIGINT and SIGTERM (those that are not ignored anyway), calls cleanup(ctx) once, on that thread,
 * and ends the process by the same signal. After ph_interrupt_end nothing is called any more.
 */
#ifndef PH_CLI_INTERRUPT_H
#define PH_CLI_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

typedef struct ph_interrupt {
    void (*cleanup)(void *ctx);
    void *ctx;
    sigset_t signals, before;
    pthread_t thread;
    bool started;
} ph_interrupt_t;

/* Processes started in between inherit that the signals are blocked. */
void ph_interrupt_begin(ph_interrupt_t *guard, void (*cleanup)(void *ctx), void *ctx);
void ph_interrupt_end(ph_interrupt_t *guard);

#endif
