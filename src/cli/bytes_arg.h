/* Arguments that take bytes: "0x…" hex, @FILE (raw; a file ending in .hex is hex text), or - (standard input, raw).
 * docs: the command line's promise about bytes.
 */
#ifndef PH_CLI_BYTES_ARG_H
#define PH_CLI_BYTES_ARG_H

#include "base/bytes.h"

/* Reads the argument into the arena. On failure prints one line to standard error, beginning with `what` (the command
 * and the argument's name), and returns the error. */
PH_MUST_CHECK ph_err_t ph_cli_bytes_arg(ph_arena_t *arena, ph_bytes_t *out, const char *what, const char *arg);
/* The same for text: the argument itself, @FILE or -. */
PH_MUST_CHECK ph_err_t ph_cli_text_arg(ph_arena_t *arena, ph_bytes_t *out, const char *what, const char *arg);
/* A file's content, or standard input for "-". IO with errno saying why, or TOO_LARGE above `max`. */
PH_MUST_CHECK ph_err_t ph_cli_read_file(ph_arena_t *arena, ph_bytes_t *out, const char *path, size_t max);
/* Why reading failed, right after it did: for IO the reason the system gives ("No such file or directory"). */
const char *ph_cli_read_why(ph_err_t err);

#endif
