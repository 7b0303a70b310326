/* `parahost sim --extrinsics FILE`: who gets which transaction when. A line is SLOT HEX [NODE]. `--acts FILE`: what the
 * collators of courier paras are told when. A line is SLOT PARA HEX. Empty lines and what follows a # do not count.
 */
#ifndef PH_CLI_EXTRINSICS_FILE_H
#define PH_CLI_EXTRINSICS_FILE_H

#include "cli/options.h"
#include "sim/sim.h"

/* Everything in the arena. PH_OPTIONS_GO, or 2 after saying in one line what is wrong and where. */
int ph_extrinsics_read(const ph_command_t *command, ph_arena_t *arena, const ph_sim_extrinsic_t **out, size_t *count,
                       const char *path);
int ph_acts_read(const ph_command_t *command, ph_arena_t *arena, const ph_sim_act_t **out, size_t *count,
                 const char *path);

#endif
