/* What generated protocol headers need of the overseer, so that the generator is tested without it. */
#ifndef PH_OVERSEER_OVERSEER_H
#define PH_OVERSEER_OVERSEER_H

#include "overseer/routes.h"

typedef struct ph_subsystem ph_subsystem_t;
typedef struct ph_job ph_job_t;
typedef struct ph_msg ph_msg_t;

uint8_t ph_msg_kind(const ph_msg_t *msg);
const void *ph_msg_payload(const ph_msg_t *msg);
void ph_overseer_send(ph_subsystem_t *self, uint8_t to, uint8_t kind, const void *payload);
typedef void (*ph_reply_thunk_t)(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply);
void ph_overseer_ask(ph_job_t *job, uint8_t to, uint8_t kind, const void *payload, void *flow, void (*fn)(void),
                     ph_reply_thunk_t thunk);
void ph_overseer_reply(ph_subsystem_t *self, ph_msg_t *msg, const void *reply);

#endif
