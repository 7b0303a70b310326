/* Runs a fuzz target without libFuzzer: over the files and folders named, then over random inputs and mutations of
 * those files. `fuzz_x_run [-n ITERATIONS] [-s SEED] [-m MAX_LEN] [FILE | FOLDER]…`. When the target dies, its input is
 * written to crash-<seed>-<iteration> in the current folder.
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/random.h"

enum { SEEDS_MAX = 4096 };

typedef struct input {
    uint8_t *data;
    size_t len;
} input_t;

typedef struct run {
    unsigned long long iterations, seed;
    size_t max_len;
    input_t seeds[SEEDS_MAX];
    size_t seed_count;
} run_t;

/* What the target is looking at, for the handlers below. */
static struct {
    const uint8_t *data;
    size_t len;
    unsigned long long seed, iteration;
} now;

static void save_input(void)
{
    char name[64];
    snprintf(name, sizeof name, "crash-%llu-%llu", now.seed, now.iteration);
    FILE *file = fopen(name, "wb");
    if (!file || !now.data)
        return;
    fwrite(now.data, 1, now.len, file);
    fclose(file);
    fprintf(stderr, "the input is in %s (%zu bytes)\n", name, now.len);
}

static void on_signal(int number)
{
    signal(number, SIG_DFL);
    save_input();
    raise(number);
}

/* Offered by the sanitizers' run-time library, where there is one. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* The copy has the exact size on the heap, so that reading past the end is seen. */
static void run_one(const uint8_t *data, size_t len, unsigned long long iteration)
{
    uint8_t *exact = malloc(len ? len : 1);
    if (!exact)
        exit(3);
    if (len)
        memcpy(exact, data, len);
    now.data = exact;
    now.len = len;
    now.iteration = iteration;
    LLVMFuzzerTestOneInput(exact, len);
    now.data = NULL;
    free(exact);
}

static bool add_file(run_t *run, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || run->seed_count == SEEDS_MAX)
        return file && fclose(file) == 0;
    input_t in = {malloc(run->max_len), 0};
    if (!in.data)
        exit(3);
    in.len = fread(in.data, 1, run->max_len, file);
    fclose(file);
    run->seeds[run->seed_count++] = in;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_path(run_t *run, const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return add_file(run, path);
    char *names[SEEDS_MAX];
    size_t count = 0;
    for (struct dirent *e; count < SEEDS_MAX && (e = readdir(dir));) {
        char full[1024];
        snprintf(full, sizeof full, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.')
            names[count++] = strdup(full);
    }
    closedir(dir);
    qsort(names, count, sizeof *names, by_name); /* the order of a folder is nobody's */
    for (size_t i = 0; i < count; i++) {
        add_file(run, names[i]);
        free(names[i]);
    }
    return true;
}

/* Random bytes, half of them small, as lengths and tags are. */
static size_t invent(ph_test_random_t *r, uint8_t *out, size_t max_len)
{
    size_t len = ph_test_below(r, ph_test_below(r, 8) ? 64 : max_len);
    ph_test_fill(r, out, len);
    for (size_t i = 0; i < len; i++)
        if (ph_test_below(r, 2))
            out[i] &= 15;
    return len;
}

static size_t mutate(ph_test_random_t *r, uint8_t *out, size_t max_len, const input_t *from)
{
    size_t len = from->len < max_len ? from->len : max_len;
    if (len)
        memcpy(out, from->data, len);
    for (size_t n = ph_test_below(r, 5); n-- && len;) {
        size_t at = ph_test_below(r, len);
        switch (ph_test_below(r, 5)) {
        case 0:
            out[at] ^= (uint8_t)(1u << ph_test_below(r, 8));
            break;
        case 1:
            out[at] = (uint8_t)ph_test_u64(r);
            break;
        case 2:
            len = at;
            break;
        case 3:
            memmove(out + at, out + at + 1, --len - at);
            break;
        case 4:
            if (len < max_len)
                memmove(out + at + 1, out + at, len++ - at);
            break;
        }
    }
    return len;
}

static void run_random(run_t *run)
{
    ph_test_random_t r = ph_test_random(run->seed);
    uint8_t *data = malloc(run->max_len);
    if (!data)
        exit(3);
    for (unsigned long long i = 1; i <= run->iterations; i++) {
        bool fresh = !run->seed_count || ph_test_below(&r, 4) == 0;
        size_t len = fresh ? invent(&r, data, run->max_len)
                           : mutate(&r, data, run->max_len, &run->seeds[ph_test_below(&r, run->seed_count)]);
        run_one(data, len, i);
    }
    free(data);
}

static bool read_options(run_t *run, int argc, char **argv)
{
    for (int c; (c = getopt(argc, argv, "n:s:m:")) != -1;) {
        if (c == 'n')
            run->iterations = strtoull(optarg, NULL, 10);
        else if (c == 's')
            run->seed = strtoull(optarg, NULL, 10);
        else if (c == 'm')
            run->max_len = (size_t)strtoull(optarg, NULL, 10);
        else
            return false;
    }
    return run->max_len > 0;
}

int main(int argc, char **argv)
{
    static run_t run = {.iterations = 2000, .seed = 1, .max_len = 4096};
    if (!read_options(&run, argc, argv)) {
        fprintf(stderr, "usage: %s [-n ITERATIONS] [-s SEED] [-m MAX_LEN] [FILE | FOLDER]...\n", argv[0]);
        return 2;
    }
    now.seed = run.seed;
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(save_input);
    for (int i = optind; i < argc; i++) {
        if (!add_path(&run, argv[i])) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
    }
    for (size_t i = 0; i < run.seed_count; i++)
        run_one(run.seeds[i].data, run.seeds[i].len, 0);
    run_random(&run);
    printf("%zu files, %llu random inputs (seed %llu): ok\n", run.seed_count, run.iterations, run.seed);
    for (size_t i = 0; i < run.seed_count; i++)
        free(run.seeds[i].data);
    return 0;
}
