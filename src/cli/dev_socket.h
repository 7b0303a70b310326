/* The socket of a running `parahost dev`: answers the requests of service/dev_request.h from the first validator's
 * chain and pool.
 */
#ifndef PH_CLI_DEV_SOCKET_H
#define PH_CLI_DEV_SOCKET_H

#include "env/real/real.h"
#include "service/fleet.h"

typedef struct ph_dev_socket ph_dev_socket_t;

/* The fleet is started. Errors as of ph_listener_open. */
PH_MUST_CHECK ph_err_t ph_dev_socket_open(ph_dev_socket_t **out, ph_real_t *real, ph_fleet_t *fleet, const char *path,
                                          char *why, size_t why_len);
/* While the fleet's nodes are alive still. NULL allowed. */
void ph_dev_socket_close(ph_dev_socket_t *socket);

#endif
