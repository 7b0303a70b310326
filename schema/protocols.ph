# Gossip and request-response protocols. Names on the wire: /{genesis hash}[/{fork}]/{name}/{version}; for the three of
# Substrate's with an underscore here, a hyphen there (ph_protocol_wire_name, primitives/network.h).
# Source: polkadot-node-network-protocol 36 (node.md section 3), sc-network-sync 0.59, sc-network-transactions,
# sc-consensus-grandpa 0.45.

# ---- peer sets; the handshake is the sender's roles (bit 0 full node, bit 2 authority) ----

notification validation 3 main max 102400 {
  message ValidationWireMessageV3
  handshake u8
}
notification collation 4 main max 102400 {
  message CollationWireMessageV4
  handshake u8
}
notification collation 3 max 102400 {
  message CollationWireMessageV3
  handshake u8
}
notification collation 2 max 102400 {
  message CollationWireMessageV2
  handshake u8
}
notification collation 1 legacy "/polkadot/collation/1" max 102400 {
  message CollationWireMessageV1
  handshake u8
}

# ---- requests of the parachains protocols ----

request req_chunk 2 {
  request ChunkFetchingRequest max 1000
  response ChunkFetchingResponseV2 max 16777216
  timeout_ms 1000 queue 100
}
request req_chunk 1 legacy "/polkadot/req_chunk/1" {
  request ChunkFetchingRequest max 1000
  response ChunkFetchingResponseV1 max 16777216
  timeout_ms 1000 queue 100
}
request req_collation 3 {
  request CollationFetchingRequestV3 max 1000
  response CollationFetchingResponseV3 max 16777216
  timeout_ms 2000 queue 10
}
request req_collation 2 {
  request CollationFetchingRequestV2 max 1000
  response CollationFetchingResponse max 16777216
  timeout_ms 2000 queue 10
}
request req_collation 1 legacy "/polkadot/req_collation/1" {
  request CollationFetchingRequestV1 max 1000
  response CollationFetchingResponse max 16777216
  timeout_ms 2000 queue 10
}
request req_pov 1 legacy "/polkadot/req_pov/1" {
  request PoVFetchingRequest max 1000
  response PoVFetchingResponse max 16777216
  timeout_ms 2000 queue 10
}
request req_available_data 1 legacy "/polkadot/req_available_data/1" {
  request AvailableDataFetchingRequest max 1000
  response AvailableDataFetchingResponse max 16777216
  timeout_ms 2000 queue 100
}
request send_dispute 1 legacy "/polkadot/send_dispute/1" {
  request DisputeRequest max 1000
  response DisputeResponse max 100
  timeout_ms 12000 queue 100
}
request req_attested_candidate 2 {
  request AttestedCandidateRequest max 1000
  response AttestedCandidateResponse max 8388608
  timeout_ms 2500 queue 5
}

# ---- blocks, transactions, finality ----

notification block_announces 1 main max 1048576 {
  message BlockAnnounce
  handshake BlockAnnouncesHandshake
}
notification transactions 1 main max 16777216 {
  message Transactions
  handshake u8
}
notification grandpa 1 main max 1048576 {
  message GrandpaGossipMessage
  handshake u8
}
## In-process networks only; the real network asks by sync/2, which is protobuf.
request req_blocks 1 {
  request BlocksRequest max 1000
  response BlocksResponse max 16777216
  timeout_ms 20000 queue 20
}
