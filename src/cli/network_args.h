/* Which network `parahost dev` and `parahost sim` run: the options that both take, and the files these name. */
#ifndef PH_CLI_NETWORK_ARGS_H
#define PH_CLI_NETWORK_ARGS_H

#include "cli/options.h"
#include "service/fleet.h"

#define PH_NETWORK_NO_PARAS ((size_t)-1)

/* Begins as PH_NETWORK_ARGS; options write to it; numbers that stayed at that get their defaults in ph_network_check.
 */
typedef struct ph_network_args {
    size_t validators, paras;
    uint64_t slot_ms;
    uint32_t session_slots, rotation_blocks;
    ph_texts_t pvfs, heads; /* pairs, given to the paras in turn */
    ph_texts_t collates;    /* ids of paras that get a collator although they do not exist yet */
    size_t pov_bytes;
    const char *genesis;        /* file of a chain specification or state dump, which says all of the above */
    const char *genesis_option; /* that names it; NULL: --genesis */
    unsigned runtime;           /* which of ph_network_runtimes: a ph_runtime_body_t */
    /* What the files hold; in the arena and in local. */
    ph_fleet_code_t codes[PH_TEXTS_MAX];
    size_t code_count;
    ph_para_id_t collate[PH_TEXTS_MAX];
    size_t collate_count;
    ph_local_t *local; /* the specification's; NULL: to be built from the numbers */
} ph_network_args_t;
extern const char *const ph_network_runtimes[]; /* for PH_OPTION_CHOICE */
#define PH_NETWORK_ARGS ((ph_network_args_t){.paras = PH_NETWORK_NO_PARAS})

/* Rows of an option table that write to the arguments: what a network is built of (at most many_max validators and
 * paras), and what else dev and sim run one with. Each returns how many rows it has written, which is as said here. */
enum { PH_NETWORK_BUILD_OPTIONS = 7, PH_NETWORK_RUN_OPTIONS = 4 };
size_t ph_network_build_options(ph_option_t *out, ph_network_args_t *network, uint64_t many_max, uint64_t slot_ms_min);
size_t ph_network_run_options(ph_option_t *out, ph_network_args_t *network);

/* PH_OPTIONS_GO, or an exit status after one line on standard error. */
int ph_network_check(const ph_command_t *command, ph_network_args_t *network);
/* Likewise. With a specification, the numbers are then the specification's. */
int ph_network_read(const ph_command_t *command, ph_arena_t *arena, ph_network_args_t *network);
void ph_network_free(ph_network_args_t *network);

#endif
