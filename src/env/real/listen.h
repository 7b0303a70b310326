/* A Unix socket that this process listens on: clients send lines, and get lines.
 *
 * Everything runs on the loop. A client is known by a number that is never used twice; what is sent to one that is gone
 * is dropped. Lines that come in and what waits to go out are bounded, and so is the number of clients.
 */
#ifndef PH_ENV_REAL_LISTEN_H
#define PH_ENV_REAL_LISTEN_H

#include "env/real/real.h"

typedef struct ph_listener ph_listener_t;

typedef struct ph_listener_config {
    const char *path;
    size_t line_max;    /* bytes of a line, without the newline */
    size_t clients_max; /* at once; who comes then is turned away */
    void *ctx;
    /* A whole line without its newline, borrowed. */
    void (*line)(void *ctx, uint64_t client, ph_bytes_t line);
    /* A line is too long: the last to come from this client, which is closed when what it was sent has gone out. */
    void (*too_long)(void *ctx, uint64_t client);
    void (*gone)(void *ctx, uint64_t client);
} ph_listener_config_t;

/* A socket file that nobody listens on any more is replaced; any other file stays. Only the owner may connect. INVALID:
 * the path is too long for a socket; EXISTS: something is there; IO: why says what the system says. */
PH_MUST_CHECK ph_err_t ph_listener_open(ph_listener_t **out, ph_real_t *real, const ph_listener_config_t *config,
                                        char *why, size_t why_len);
/* Closes all clients (without telling) and removes the file. NULL allowed. */
void ph_listener_close(ph_listener_t *listener);
/* Adds the newline. */
void ph_listener_send(ph_listener_t *listener, uint64_t client, ph_bytes_t line);

#endif
