/* `parahost bench list | NAME`: choosing, timing, printing. */
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/options.h"

#define SAMPLE_NS   UINT64_C(50000)
#define SAMPLES_MIN 5
#define SAMPLES_MAX 20000

static const struct {
    const char *name, *help;
    int (*run)(ph_bench_t *b);
    bool sized; /* takes --validators and --size */
} benches[] = {
    {"erasure", "the availability code (--validators N, --size BYTES)", ph_bench_erasure, true},
    {"sr25519", "signatures and VRF", ph_bench_sr25519, false},
    {"trie", "roots and states of 10000 keys", ph_bench_trie, false},
    {"scale", "encoding and decoding", ph_bench_scale, false},
    {"pvf", "preparing and executing the built-in validation function", ph_bench_pvf, false},
    {"runtime", "a block, by the runtime's native body and by its blob", ph_bench_runtime, false},
    {"overseer", "messages and questions between two subsystems", ph_bench_overseer, false},
    {"sim", "a simulated network of 6 validators and 2 paras, 10 slots", ph_bench_sim, false},
};
#define BENCH_COUNT (sizeof benches / sizeof *benches)

/* ---- timing ---- */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t time_calls(void (*fn)(void *ctx), void *ctx, uint64_t calls)
{
    uint64_t start = now_ns();
    for (uint64_t i = 0; i < calls; i++)
        fn(ctx);
    return now_ns() - start;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ph_bench_run(ph_bench_t *b, const char *name, size_t size, const char *unit, size_t items, void (*fn)(void *ctx),
                  void *ctx)
{
    double *samples = ph_mem_alloc(NULL, SAMPLES_MAX * sizeof *samples);
    uint64_t calls = 1, end;
    size_t count = 0;
    fn(ctx);
    while (calls < UINT64_C(1) << 30 && time_calls(fn, ctx, calls) < SAMPLE_NS)
        calls *= 2;
    end = now_ns() + (uint64_t)b->case_ms * 1000000u;
    while (count < SAMPLES_MAX && (count < SAMPLES_MIN || now_ns() < end))
        samples[count++] = (double)time_calls(fn, ctx, calls) / 1e3 / (double)calls / (double)items;
    qsort(samples, count, sizeof *samples, by_value);
    double median = count % 2 ? samples[count / 2] : (samples[count / 2 - 1] + samples[count / 2]) / 2;
    ph_list_push(NULL, &b->cases,
                 ((ph_bench_case_t){name, b->kernel, size, unit, calls * count * items, samples[0], median}));
    ph_mem_free(samples);
}

/* ---- printing ---- */

static const char *const features[] = {
#if defined(__x86_64__)
    "sse4.1",  "sse4.2",   "avx",      "avx2",       "bmi",        "bmi2",
    "avx512f", "avx512bw", "avx512vl", "avx512ifma", "avx512vbmi", "gfni",
#endif
    NULL};

static bool has_feature(size_t i)
{
#if defined(__x86_64__)
    switch (i) {
    case 0:
        return __builtin_cpu_supports("sse4.1");
    case 1:
        return __builtin_cpu_supports("sse4.2");
    case 2:
        return __builtin_cpu_supports("avx");
    case 3:
        return __builtin_cpu_supports("avx2");
    case 4:
        return __builtin_cpu_supports("bmi");
    case 5:
        return __builtin_cpu_supports("bmi2");
    case 6:
        return __builtin_cpu_supports("avx512f");
    case 7:
        return __builtin_cpu_supports("avx512bw");
    case 8:
        return __builtin_cpu_supports("avx512vl");
    case 9:
        return __builtin_cpu_supports("avx512ifma");
    case 10:
        return __builtin_cpu_supports("avx512vbmi");
    case 11:
        return __builtin_cpu_supports("gfni");
    }
#endif
    (void)i;
    return false;
}

static void print_case_json(ph_json_t *j, const ph_bench_case_t *c)
{
    ph_json_object(j);
    ph_json_key(j, "name");
    ph_json_string(j, c->name);
    ph_json_key(j, "size");
    ph_json_u64(j, c->size);
    ph_json_key(j, "unit");
    ph_json_string(j, c->unit);
    ph_json_key(j, "kernel");
    ph_json_string(j, c->kernel);
    ph_json_key(j, "repetitions");
    ph_json_u64(j, c->repetitions);
    ph_json_key(j, "min_us");
    ph_json_f64(j, c->min_us);
    ph_json_key(j, "median_us");
    ph_json_f64(j, c->median_us);
    ph_json_end_object(j);
}

static void print_json(const char *name, const ph_bench_t *b)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "bench");
    ph_json_string(&j, name);
    ph_json_key(&j, "cpu_features");
    ph_json_array(&j);
    for (size_t i = 0; features[i]; i++)
        if (has_feature(i))
            ph_json_string(&j, features[i]);
    ph_json_end_array(&j);
    ph_json_key(&j, "cases");
    ph_json_array(&j);
    for (size_t i = 0; i < b->cases.count; i++)
        print_case_json(&j, &b->cases.items[i]);
    ph_json_end_array(&j);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
    ph_json_free(&j);
}

static void print_case(const ph_bench_case_t *c)
{
    char rate[40];
    double per_second = 1e6 / c->median_us;
    if (strcmp(c->unit, "bytes") == 0)
        snprintf(rate, sizeof rate, "%.1f MB/s", per_second * (double)c->size / 1e6);
    else
        snprintf(rate, sizeof rate, "%.0f /s", per_second);
    printf("%-22s %10zu %-10s %10llu %12.3f %12.3f %14s  %s\n", c->name, c->size, c->unit,
           (unsigned long long)c->repetitions, c->min_us, c->median_us, rate, c->kernel);
}

static void print_text(const ph_bench_t *b)
{
    printf("%-22s %10s %-10s %10s %12s %12s %14s  %s\n", "case", "size", "of", "times", "min us", "median us",
           "throughput", "kernel");
    for (size_t i = 0; i < b->cases.count; i++)
        print_case(&b->cases.items[i]);
}

static int print_list(bool json)
{
    if (json)
        printf("{\"benches\":[");
    for (size_t i = 0; i < BENCH_COUNT; i++)
        printf(json ? "%s\"%s\"" : "%s%-10s", json && i ? "," : "", benches[i].name),
            json ? 0 : printf(" %s\n", benches[i].help);
    if (json)
        printf("]}\n");
    return 0;
}

/* ---- the command ---- */

static const char *const levels[] = {"portable", "avx2", "avx512", NULL};

int ph_cli_bench(int argc, char **argv)
{
    const char *plain[1];
    size_t count;
    unsigned level = 0;
    bool json = false;
    ph_bench_t b = {.case_ms = 1000, .kernel = "portable"};
    const ph_option_t options[] = {
        {"validators", PH_OPTION_SIZE, &b.validators, "N", "erasure: how many chunks (default 1000)", 2, 65536, NULL},
        {"size", PH_OPTION_SIZE, &b.size, "BYTES", "erasure: the payload (default 1048576)", 1, (uint64_t)64 << 20,
         NULL},
        {"case-ms", PH_OPTION_U32, &b.case_ms, "MS", "how long to measure each case (default 1000)", 1, 600000, NULL},
        {"cpu", PH_OPTION_CHOICE, &level, "LEVEL",
         "forces a kernel: portable, avx2 or avx512 (default: the best there is)", 0, 0, levels},
        {"json", PH_OPTION_FLAG, &json, NULL, "prints the results as JSON", 0, 0, NULL},
    };
    const ph_command_t command = {"parahost bench",
                                  "list | NAME",
                                  "Measures a part of the program on this machine; `list` says which there are.",
                                  1,
                                  1,
                                  options,
                                  sizeof options / sizeof *options};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    if (strcmp(plain[0], "list") == 0)
        return print_list(json);
    size_t at = 0;
    while (at < BENCH_COUNT && strcmp(benches[at].name, plain[0]) != 0)
        at++;
    if (at == BENCH_COUNT)
        return ph_options_wrong(&command, "no bench \"%s\"; `parahost bench list` says which there are", plain[0]);
    if (!benches[at].sized && (b.validators || b.size))
        return ph_options_wrong(&command, "--%s: %s does not take it", b.validators ? "validators" : "size", plain[0]);
    if (level != 0)
        return ph_options_wrong(&command, "--cpu: %s: this build has the portable kernel only", levels[level]);
    status = benches[at].run(&b);
    if (status == 0)
        json ? print_json(plain[0], &b) : print_text(&b);
    ph_list_free(&b.cases);
    return status;
}
