/* Vector files as such: loading them and finding out what they are. For the command line and for tests. */
#ifndef PH_CLI_VECTORS_FILES_H
#define PH_CLI_VECTORS_FILES_H

#include "cli/vectors.h"

/* argv[0] is the command's name; the rest are files. Returns the exit status. */
int ph_cli_vectors(int argc, char **argv);

/* Reads JSON, gzipped or not; the caller's reference. NULL: `error` says why. */
json_t *ph_vectors_load(const char *path, char *error, size_t error_len);
/* False if the file is of no kind we know. */
bool ph_vectors_check(ph_vectors_t *v, const json_t *file);

#endif
