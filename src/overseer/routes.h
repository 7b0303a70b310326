/* How the generated table of subsystems, messages and routes looks to the overseer. schema/subsystems.ph is compiled to
 * `const ph_subsystem_info_t ph_subsystems[PH_SUBSYSTEM_COUNT]` in protocol/routes.c.
 */
#ifndef PH_OVERSEER_ROUTES_H
#define PH_OVERSEER_ROUTES_H

#include "scale/scale.h"

typedef struct ph_message_info {
    const char *name;
    const ph_type_t *payload;
    const ph_type_t *reply; /* NULL: no reply */
} ph_message_info_t;

typedef struct ph_route {
    uint8_t to;     /* subsystem id */
    uint8_t kind;   /* message kind of that subsystem */
    bool unbounded; /* never waits for room in the receiver's mailbox */
} ph_route_t;

typedef struct ph_subsystem_info {
    const char *name;
    uint32_t capacity; /* messages its mailbox holds */
    uint32_t message_count, route_count;
    const ph_message_info_t *messages; /* by kind */
    const ph_route_t *routes;          /* what it may send */
} ph_subsystem_info_t;

#endif
