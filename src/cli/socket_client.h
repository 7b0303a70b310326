/* The other end of `parahost dev --socket`: one request, one answer (service/dev_request.h). */
#ifndef PH_CLI_SOCKET_CLIENT_H
#define PH_CLI_SOCKET_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"

typedef struct ph_socket_client {
    const char *what; /* how errors begin: the command and the argument */
    const char *path;
    int fd;
    ph_writer_t in; /* private */
} ph_socket_client_t;

/* Says on standard error, in one line, what is wrong; false then. Also in the functions below. */
bool ph_client_open(ph_socket_client_t *client, const char *what, const char *path);
void ph_client_close(ph_socket_client_t *client);
/* Sends a line (without newline) and waits for one. The answer is a JSON object, the caller's; NULL: see above. An
 * "error" in it is the caller's to look at. */
json_t *ph_client_ask(ph_socket_client_t *client, const char *line);

#endif
