/* Options of the command line: what a command takes is a table, and reading arguments and printing --help both follow
 * it.
 *
 * `--name VALUE` and `--name=VALUE` are the same; options and plain arguments may stand in any order; after `--`
 * everything is a plain argument, and a lone `-` always is one (standard input). An option may be given once, TEXTS as
 * often as one likes. What is wrong is said in one line on standard error: which command, which option, what was found,
 * what was expected.
 */
#ifndef PH_CLI_OPTIONS_H
#define PH_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ph_option_kind {
    PH_OPTION_FLAG,    /* bool *: no value */
    PH_OPTION_TEXT,    /* const char **: stays as it was when absent; the argument itself, not a copy */
    PH_OPTION_TEXTS,   /* ph_texts_t *: each time it is given, in order */
    PH_OPTION_U32,     /* uint32_t * */
    PH_OPTION_U64,     /* uint64_t * */
    PH_OPTION_SIZE,    /* size_t * */
    PH_OPTION_PERCENT, /* double *: 0 to 100, a decimal fraction allowed */
    PH_OPTION_RANGE,   /* ph_range_t *: "A..B", A ≤ B, or one number for both */
    PH_OPTION_CHOICE   /* unsigned *: index of the value among `choices` */
} ph_option_kind_t;

#define PH_TEXTS_MAX 64
typedef struct ph_texts {
    const char *items[PH_TEXTS_MAX];
    size_t count;
} ph_texts_t;

typedef struct ph_range {
    uint64_t from, to;
    bool given;
} ph_range_t;

typedef struct ph_option {
    const char *name; /* "latency-ms" */
    ph_option_kind_t kind;
    void *to;                   /* holds the default until the option is met; see the kinds */
    const char *value;          /* what --help calls the value: "N"; NULL for flags */
    const char *help;           /* one line */
    uint64_t min, max;          /* of numbers and both ends of ranges; max 0: as much as the type holds */
    const char *const *choices; /* NULL-ended */
} ph_option_t;

typedef struct ph_command {
    const char *name;  /* "parahost sim": how errors begin */
    const char *plain; /* plain arguments as --help shows them: "PALLET ITEM [KEY…]"; NULL: none */
    const char *about; /* what the command does: whole lines, for --help */
    size_t plain_min, plain_max;
    const ph_option_t *options;
    size_t option_count;
} ph_command_t;

/* An exit status, or this: carry on. */
#define PH_OPTIONS_GO (-1)

/* Reads argv[1] … argv[argc-1]. Plain arguments are gathered at the front: `plain` gets room for plain_max of them,
 * *plain_count how many. Returns PH_OPTIONS_GO; 0 after printing --help; 2 after printing what is wrong. */
int ph_options_read(const ph_command_t *command, const char **plain, size_t *plain_count, int argc, char **argv);

/* Prints "NAME: …" as one line to standard error and returns 2. */
int ph_options_wrong(const ph_command_t *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A decimal number within bounds, the whole of the text; false if it is none. */
bool ph_options_number(uint64_t *out, const char *text, uint64_t min, uint64_t max);

#endif
