#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"

int ph_options_wrong(const ph_command_t *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", command->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return 2;
}

/* ---- values ---- */

static bool take_number(uint64_t *out, const char *text, size_t len, uint64_t min, uint64_t max)
{
    uint64_t v = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9 || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return len > 0 && v >= min && v <= max;
}

bool ph_options_number(uint64_t *out, const char *text, uint64_t min, uint64_t max)
{
    return take_number(out, text, strlen(text), min, max);
}

static bool take_range(ph_range_t *out, const char *text, uint64_t min, uint64_t max)
{
    const char *dots = strstr(text, "..");
    size_t first = dots ? (size_t)(dots - text) : strlen(text);
    const char *second = dots ? dots + 2 : text;
    out->given = true;
    return take_number(&out->from, text, first, min, max) && ph_options_number(&out->to, second, min, max) &&
           out->from <= out->to;
}

/* Digits with at most one point among them: strtod alone would take "nan", "0x1p3" and blanks too. */
static bool take_percent(double *out, const char *text)
{
    size_t digits = strspn(text, "0123456789.");
    if (digits == 0 || text[digits] != '\0' || strcmp(text, ".") == 0)
        return false;
    char *end;
    *out = strtod(text, &end);
    return *end == '\0' && *out <= 100.0;
}

static uint64_t upper_bound(const ph_option_t *option)
{
    if (option->max)
        return option->max;
    return option->kind == PH_OPTION_U32 ? UINT32_MAX : UINT64_MAX;
}

static int wrong_value(const ph_command_t *command, const ph_option_t *option, const char *text)
{
    unsigned long long min = option->min, max = upper_bound(option);
    if (option->kind == PH_OPTION_PERCENT)
        return ph_options_wrong(command, "--%s: \"%s\"; expected a percentage from 0 to 100", option->name, text);
    if (option->kind == PH_OPTION_RANGE)
        return ph_options_wrong(command, "--%s: \"%s\"; expected A..B, numbers from %llu to %llu with A not above B",
                                option->name, text, min, max);
    return ph_options_wrong(command, "--%s: \"%s\"; expected a number from %llu to %llu", option->name, text, min, max);
}

static int take_choice(const ph_command_t *command, const ph_option_t *option, const char *text)
{
    char list[200];
    size_t used = 0;
    for (unsigned i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *(unsigned *)option->to = i;
            return PH_OPTIONS_GO;
        }
        int wrote = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", option->choices[i]);
        used += (size_t)wrote;
        PH_CHECK(used < sizeof list);
    }
    return ph_options_wrong(command, "--%s: \"%s\"; expected one of %s", option->name, text, list);
}

static int take_text(const ph_command_t *command, const ph_option_t *option, const char *text)
{
    ph_texts_t *texts = option->to;
    if (texts->count == PH_TEXTS_MAX)
        return ph_options_wrong(command, "--%s is given too often; expected at most %d times", option->name,
                                PH_TEXTS_MAX);
    texts->items[texts->count++] = text;
    return PH_OPTIONS_GO;
}

static int take_value(const ph_command_t *command, const ph_option_t *option, const char *text)
{
    uint64_t v = 0, max = upper_bound(option);
    bool ok = true;
    switch (option->kind) {
    case PH_OPTION_FLAG:
        *(bool *)option->to = true;
        break;
    case PH_OPTION_TEXT:
        *(const char **)option->to = text;
        break;
    case PH_OPTION_TEXTS:
        return take_text(command, option, text);
    case PH_OPTION_U32:
        if ((ok = ph_options_number(&v, text, option->min, max)))
            *(uint32_t *)option->to = (uint32_t)v;
        break;
    case PH_OPTION_U64:
        ok = ph_options_number(option->to, text, option->min, max);
        break;
    case PH_OPTION_SIZE:
        if ((ok = ph_options_number(&v, text, option->min, max < SIZE_MAX ? max : SIZE_MAX)))
            *(size_t *)option->to = (size_t)v;
        break;
    case PH_OPTION_PERCENT:
        ok = take_percent(option->to, text);
        break;
    case PH_OPTION_RANGE:
        ok = take_range(option->to, text, option->min, max);
        break;
    case PH_OPTION_CHOICE:
        return take_choice(command, option, text);
    }
    return ok ? PH_OPTIONS_GO : wrong_value(command, option, text);
}

/* ---- help ---- */

static void print_help(const ph_command_t *command)
{
    printf("Usage: %s%s%s%s\n\n%s\n\nOptions:\n", command->name, command->option_count ? " [OPTION…]" : "",
           command->plain ? " " : "", command->plain ? command->plain : "", command->about);
    for (size_t i = 0; i < command->option_count; i++) {
        const ph_option_t *option = &command->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        printf("  %-24s %s\n", left, option->help);
    }
    printf("  %-24s %s\n", "--help", "print this");
}

/* ---- reading ---- */

static const ph_option_t *find(const ph_command_t *command, const char *name, size_t len)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (strlen(command->options[i].name) == len && memcmp(command->options[i].name, name, len) == 0)
            return &command->options[i];
    return NULL;
}

/* *at is the option's place among the arguments, and is moved past its value. */
static int take_option(const ph_command_t *command, bool *seen, int *at, int argc, char **argv)
{
    const char *arg = argv[*at], *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
    const ph_option_t *option = len > 2 && arg[1] == '-' ? find(command, arg + 2, len - 2) : NULL;
    if (!option)
        return ph_options_wrong(command, "unknown option %.*s; `%s --help` lists the options", (int)len, arg,
                                command->name);
    bool *once = &seen[option - command->options];
    if (*once && option->kind != PH_OPTION_TEXTS)
        return ph_options_wrong(command, "--%s is given twice; expected once", option->name);
    *once = true;
    if (option->kind == PH_OPTION_FLAG)
        return equals ? ph_options_wrong(command, "--%s takes no value", option->name)
                      : take_value(command, option, NULL);
    if (equals)
        return take_value(command, option, equals + 1);
    if (*at + 1 >= argc)
        return ph_options_wrong(command, "--%s: its value is missing; expected %s", option->name, option->value);
    return take_value(command, option, argv[++*at]);
}

static int read_all(const ph_command_t *command, bool *seen, const char **plain, size_t *plain_count, int argc,
                    char **argv)
{
    bool plain_only = false;
    *plain_count = 0;
    for (int i = 1; i < argc; i++) {
        if (!plain_only && strcmp(argv[i], "--") == 0) {
            plain_only = true;
        } else if (!plain_only && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(command);
            return 0;
        } else if (!plain_only && argv[i][0] == '-' && argv[i][1] != '\0') {
            int status = take_option(command, seen, &i, argc, argv);
            if (status != PH_OPTIONS_GO)
                return status;
        } else if (*plain_count == command->plain_max) {
            return ph_options_wrong(command, "unexpected argument \"%s\"; expected %s", argv[i],
                                    command->plain ? command->plain : "options only");
        } else {
            plain[(*plain_count)++] = argv[i];
        }
    }
    if (*plain_count < command->plain_min)
        return ph_options_wrong(command, "an argument is missing; expected %s", command->plain);
    return PH_OPTIONS_GO;
}

int ph_options_read(const ph_command_t *command, const char **plain, size_t *plain_count, int argc, char **argv)
{
    bool *seen = ph_mem_alloc(NULL, command->option_count * sizeof *seen + 1);
    int status = read_all(command, seen, plain, plain_count, argc, argv);
    ph_mem_free(seen);
    return status;
}
