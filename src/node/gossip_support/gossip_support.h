/* Gossip Support: who is connected to whom, and the grid of each session. node.md section 3, "Gossip support".
 *
 * When a leaf begins a session not seen before, it asks for the session's authorities and the epoch's randomness,
 * shuffles them into the gossip grid (every node gets the same one), tells the bridge the grid, and asks it to connect:
 * to every authority in small networks; in large ones to our row, our column and our backing group, which is who the
 * grid and the cluster talk to. A node that is no authority of the session gets the grid and connects to nobody.
 */
#ifndef PH_NODE_GOSSIP_SUPPORT_H
#define PH_NODE_GOSSIP_SUPPORT_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_gossip_support_config {
    const ph_keystore_t *keystore; /* NULL: no authority */
    uint32_t full_mesh_up_to;      /* authorities; larger networks connect along the grid */
} ph_gossip_support_config_t;

extern const ph_subsystem_ops_t ph_gossip_support_ops;

#endif
