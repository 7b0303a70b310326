/* ParaSessionInfo: keys and parameters of the last sessions, for approval voting and disputes. (Guide 2, Session Info.)
 */
#ifndef PH_RUNTIME_PARA_SESSION_INFO_H
#define PH_RUNTIME_PARA_SESSION_INFO_H

#include "runtime/initializer.h"
#include "runtime/storage/para_session_info.h"

/* Stores the session's info and drops what is older than the dispute period. Comes after the scheduler's change. */
void ph_para_session_info_note_session(ph_rt_t *rt, const ph_para_session_change_t *change);

#endif
