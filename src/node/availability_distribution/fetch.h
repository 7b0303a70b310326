/* One leaf's fetching. */
#ifndef PH_NODE_AVAILABILITY_DISTRIBUTION_FETCH_H
#define PH_NODE_AVAILABILITY_DISTRIBUTION_FETCH_H

#include "overseer/overseer.h"

/* Starts the work of a leaf in its job. */
void ph_chunk_fetching_start(ph_job_t *leaf);
size_t ph_chunk_fetching_state_size(void);

#endif
