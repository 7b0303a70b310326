/* Files that a command writes: complete or not at all. Content goes to a file beside the one that was asked for and
 * takes its name when everything is on disk. A command that was killed leaves that file (NAME.part- and six letters);
 * the next one that writes to the same name removes it. What is no regular file (a pipe, /dev/null) is written
 * directly.
 */
#ifndef PH_CLI_OUT_FILE_H
#define PH_CLI_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"

typedef struct ph_out_file {
    FILE *file;       /* NULL: not open */
    const char *what; /* how errors begin: "parahost sim: --blocks" */
    char *path;       /* private: where it goes in the end */
    char *temporary;  /* private: NULL if written directly */
    int failed;       /* errno of the first write that failed; 0: none has */
} ph_out_file_t;

/* False after one line on standard error. `what` must outlive the file. */
bool ph_out_open(ph_out_file_t *out, const char *what, const char *path);
/* `out` is a ph_out_file_t; fits ph_text_fn. What failed is in out->failed, and said at the end. */
void ph_out_text(void *out, const char *text, size_t len);
/* Closes and renames; false after one line on standard error, then nothing is left behind. Not open: true. */
bool ph_out_commit(ph_out_file_t *out);
/* Removes what is half written, leaving the rest to the end of the process; for ph_interrupt_begin. Not open: nothing.
 */
void ph_out_discard(const ph_out_file_t *out);
/* Closes and removes. Not open: nothing. */
void ph_out_abandon(ph_out_file_t *out);

/* All of the above. */
bool ph_out_write(const char *what, const char *path, ph_bytes_t content);

#endif
