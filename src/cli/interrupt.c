#include "cli/interrupt.h"

#include <unistd.h>

static void *wait_for_signal(void *arg)
{
    ph_interrupt_t *guard = arg;
    int number;
    if (sigwait(&guard->signals, &number) != 0)
        return NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    guard->cleanup(guard->ctx);
    kill(getpid(), number);
    pthread_sigmask(SIG_UNBLOCK, &guard->signals, NULL);
    return NULL;
}

static void add_unless_ignored(sigset_t *signals, int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(signals, number);
}

void ph_interrupt_hold(ph_interrupt_t *guard)
{
    *guard = (ph_interrupt_t){0};
    sigemptyset(&guard->signals);
    add_unless_ignored(&guard->signals, SIGINT);
    add_unless_ignored(&guard->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &guard->signals, &guard->before);
}

void ph_interrupt_watch(ph_interrupt_t *guard, void (*cleanup)(void *ctx), void *ctx)
{
    guard->cleanup = cleanup;
    guard->ctx = ctx;
    guard->watched = pthread_create(&guard->thread, NULL, wait_for_signal, guard) == 0;
}

void ph_interrupt_unwatch(ph_interrupt_t *guard)
{
    if (!guard->watched)
        return;
    guard->watched = false;
    pthread_cancel(guard->thread);
    pthread_join(guard->thread, NULL);
}

void ph_interrupt_release(ph_interrupt_t *guard)
{
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
