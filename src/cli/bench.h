/* Measuring: `parahost bench`. A bench is a function that sets something up and times its cases.
 *
 * A case runs once unmeasured, then in samples of at least 50 µs until the time given for a case is over (never fewer
 * than five samples); a sample's time divided by what it did is one observation. Minimum and median of the observations
 * are reported.
 */
#ifndef PH_CLI_BENCH_H
#define PH_CLI_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

typedef struct ph_bench_case {
    const char *name, *kernel;
    size_t size;              /* of the input, in `unit`s */
    const char *unit;         /* "bytes", "signatures", … */
    uint64_t repetitions;     /* units of work that were measured */
    double min_us, median_us; /* of one unit of work: see `items` of ph_bench_run */
} ph_bench_case_t;

typedef struct ph_bench {
    /* arguments; 0 where not given */
    size_t validators, size;
    uint32_t case_ms;
    const char *kernel; /* what the next cases use: "portable" unless a bench says otherwise */
    PH_LIST(ph_bench_case_t) cases;
} ph_bench_t;

/* Times fn(ctx). `items`: one call does so many units of work and the times are of one (1 for "the call itself"). The
 * texts are static. */
void ph_bench_run(ph_bench_t *b, const char *name, size_t size, const char *unit, size_t items, void (*fn)(void *ctx),
                  void *ctx);

/* Each returns 0, or an exit status after one line on standard error. */
int ph_bench_erasure(ph_bench_t *b);
int ph_bench_sr25519(ph_bench_t *b);
int ph_bench_trie(ph_bench_t *b);
int ph_bench_scale(ph_bench_t *b);
int ph_bench_pvf(ph_bench_t *b);
int ph_bench_runtime(ph_bench_t *b);
int ph_bench_overseer(ph_bench_t *b);
int ph_bench_sim(ph_bench_t *b);

#endif
