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

static void watch(sigset_t *signals, int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(signals, number);
}

void ph_interrupt_begin(ph_interrupt_t *guard, void (*cleanup)(void *ctx), void *ctx)
{
    *guard = (ph_interrupt_t){.cleanup = cleanup, .ctx = ctx};
    sigemptyset(&guard->signals);
    watch(&guard->signals, SIGINT);
    watch(&guard->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &guard->signals, &guard->before);
    guard->started = pthread_create(&guard->thread, NULL, wait_for_signal, guard) == 0;
    if (!guard->started)
        pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

void ph_interrupt_end(ph_interrupt_t *guard)
{
    if (!guard->started)
        return;
    guard->started = false;
    pthread_cancel(guard->thread);
    pthread_join(guard->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
