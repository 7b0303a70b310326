/* The worker process: prepares and executes validation functions for a host (pvf/host.h) that speaks to it over a
 * socket.
 *
 * The worker itself runs no foreign code. For every job it forks a process of its own that lives for that job, under
 * limits: CPU time by timer and RLIMIT_CPU, memory by RLIMIT_DATA, no core files, no more processes. The worker watches
 * the job's wall-clock time and the host, and answers for jobs that die. Modules are loaded before forking, so their
 * machine code is shared.
 */
#ifndef PH_PVF_WORKER_H
#define PH_PVF_WORKER_H

/* The descriptor that a host leaves its worker. */
#define PH_PVF_WORKER_FD 3
/* How many modules a worker keeps; the host counts along. */
#define PH_PVF_WORKER_MODULES 8

/* `parahost pvf-worker`: serves until the host closes its end. Returns the exit status: 0; 3 if the machine failed; 2
 * if descriptor 3 is no socket (somebody typed this). */
int ph_pvf_worker_main(void);

#endif
