/* The summary of a run for people. */
#ifndef PH_CLI_SIM_REPORT_H
#define PH_CLI_SIM_REPORT_H

#include <stdint.h>

/* `json` is what ph_summary_write wrote: one source for both forms (read with numbers as
 * doubles, which a seed may not fit, hence `seed`). Prints to standard output. */
void ph_cli_print_summary(const char *json, uint64_t seed);

#endif
