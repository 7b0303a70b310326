#include "cli/bytes_arg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ARG_MAX_LEN ((size_t)1 << 30)

static ph_err_t read_stream(ph_writer_t *w, FILE *file, size_t max)
{
    uint8_t block[1 << 16];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        if (got > max - w->len)
            return PH_ERR_TOO_LARGE;
        ph_write(w, block, got);
    }
    return ferror(file) ? PH_ERR_IO : PH_OK;
}

ph_err_t ph_cli_read_file(ph_arena_t *arena, ph_bytes_t *out, const char *path, size_t max)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_err_t err;
    if (strcmp(path, "-") == 0) {
        err = read_stream(&w, stdin, max);
    } else {
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            return PH_ERR_IO;
        err = read_stream(&w, file, max);
        int reason = errno;
        fclose(file);
        errno = reason;
    }
    *out = ph_writer_bytes(&w);
    return err;
}

const char *ph_cli_read_why(ph_err_t err)
{
    return err == PH_ERR_IO ? strerror(errno) : ph_err_text(err);
}

static bool is_hex_file(const char *path)
{
    size_t len = strlen(path);
    return len >= 4 && strcmp(path + len - 4, ".hex") == 0;
}

static ph_err_t unhex(ph_arena_t *arena, ph_bytes_t *out, const char *what, ph_bytes_t text)
{
    while (text.len > 0 &&
           (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r' || text.data[text.len - 1] == ' '))
        text.len--;
    ph_err_t err = ph_unhex(arena, (const char *)text.data, text.len, out);
    if (err != PH_OK)
        fprintf(stderr, "%s: not hex; expected 0x… with two digits a byte, @FILE or -\n", what);
    return err;
}

static ph_err_t read_named(ph_arena_t *arena, ph_bytes_t *out, const char *what, const char *path)
{
    ph_err_t err = ph_cli_read_file(arena, out, path, ARG_MAX_LEN);
    if (err != PH_OK)
        fprintf(stderr, "%s: %s cannot be read (%s)\n", what, path, ph_cli_read_why(err));
    return err;
}

ph_err_t ph_cli_bytes_arg(ph_arena_t *arena, ph_bytes_t *out, const char *what, const char *arg)
{
    if (strcmp(arg, "-") == 0)
        return read_named(arena, out, what, arg);
    if (arg[0] != '@')
        return unhex(arena, out, what, ph_bytes(arg, strlen(arg)));
    PH_TRY(read_named(arena, out, what, arg + 1));
    return is_hex_file(arg + 1) ? unhex(arena, out, what, *out) : PH_OK;
}

ph_err_t ph_cli_text_arg(ph_arena_t *arena, ph_bytes_t *out, const char *what, const char *arg)
{
    if (strcmp(arg, "-") == 0 || arg[0] == '@')
        return read_named(arena, out, what, arg[0] == '@' ? arg + 1 : arg);
    *out = ph_bytes(arg, strlen(arg));
    return PH_OK;
}
