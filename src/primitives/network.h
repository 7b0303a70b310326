/* Names of the network protocols on the wire. The protocols themselves are in primitives/protocols.h. */
#ifndef PH_PRIMITIVES_NETWORK_H
#define PH_PRIMITIVES_NETWORK_H

#include "primitives/protocols.h"

#define PH_PROTOCOL_NAME_MAX 256

/* Writes "/{genesis hash}[/{fork}]/{name}/{version}" with NUL; fork may be NULL. block_announces has a hyphen on the
 * wire. TOO_LARGE: it does not fit into PH_PROTOCOL_NAME_MAX. */
PH_MUST_CHECK ph_err_t ph_protocol_wire_name(char out[PH_PROTOCOL_NAME_MAX], const ph_protocol_t *protocol,
                                             const ph_hash_t *genesis, const char *fork);
/* The name it is offered under beside the main version of its peer set: its legacy name where it has one. */
PH_MUST_CHECK ph_err_t ph_protocol_fallback_name(char out[PH_PROTOCOL_NAME_MAX], const ph_protocol_t *protocol,
                                                 const ph_hash_t *genesis, const char *fork);
/* The protocol of that name and version, or NULL. */
const ph_protocol_t *ph_protocol_find(const char *name, uint32_t version);
/* The main version of a notification protocol, then its older ones, newest first. Returns how many, at most `max`. */
size_t ph_protocol_versions(const ph_protocol_t **out, size_t max, const char *name);

#endif
