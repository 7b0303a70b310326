/* What the two ways to a local network (service/local.h) share. */
#ifndef PH_SERVICE_LOCAL_PRIVATE_H
#define PH_SERVICE_LOCAL_PRIVATE_H

#include "runtime/session.h"
#include "service/local.h"

/* Empty, with room. */
ph_local_t *ph_local_alloc(size_t validators, size_t paras);
/* Number `i` of the built-in validators. INTERNAL: its keys cannot be derived. */
PH_MUST_CHECK ph_err_t ph_local_make_validator(ph_local_validator_t *v, ph_genesis_validator_t *genesis, size_t i);

#endif
