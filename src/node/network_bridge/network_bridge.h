/* Network Bridge: the one subsystem that touches the network. Guide 4 "NetworkBridge"; node.md section 3.
 *
 * It keeps streams of the two peer sets, knows who is connected and what each peer's view is, turns bytes into messages
 * for the gossip subsystems and their messages into bytes, carries requests both ways, and keeps every peer's
 * reputation.
 *
 * Promises: between PeerConnected and PeerDisconnected of a peer, and only there, come its other events; the first is
 * an empty view. Our own view holds at most five heads, newest first, and is sent when it changed. A peer whose
 * reputation falls below the threshold is disconnected and banned until it has recovered.
 */
#ifndef PH_NODE_NETWORK_BRIDGE_H
#define PH_NODE_NETWORK_BRIDGE_H

#include "overseer/overseer.h"

typedef struct ph_network_bridge_config {
    uint8_t roles;          /* what our handshakes say: 1 full node, 4 authority */
    bool serves_validation; /* a collator opens no validation streams */
    uint64_t slot_ms;       /* reserved peers that are not connected are tried again every third of a slot */
} ph_network_bridge_config_t;

extern const ph_subsystem_ops_t ph_network_bridge_ops;

#endif
