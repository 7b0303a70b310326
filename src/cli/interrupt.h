/* Ctrl-C and a polite kill while files are being written: what is half written goes, then the signal does what it
 * always does.
 *
 *   ph_interrupt_hold, files are opened, ph_interrupt_watch, they are written, ph_interrupt_unwatch, they are closed,
 *   ph_interrupt_release.
 *
 * Held signals (SIGINT and SIGTERM, as far as they are not ignored anyway) wait. While they are watched a thread takes
 * the first one, calls cleanup(ctx), and ends the process by the same signal.
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
    bool watched;
} ph_interrupt_t;

/* Processes started before the release inherit that the signals are blocked. */
void ph_interrupt_hold(ph_interrupt_t *guard);
/* Without a thread to be had, signals go on waiting. */
void ph_interrupt_watch(ph_interrupt_t *guard, void (*cleanup)(void *ctx), void *ctx);
/* After it cleanup is not called any more. Not watched: nothing. */
void ph_interrupt_unwatch(ph_interrupt_t *guard);
void ph_interrupt_release(ph_interrupt_t *guard);

#endif
