# parahost's own: what is a constant in Rococo's code and differs between our local chains. It lies in the state so that the
# native and the wasm body of the runtime agree about it.

struct ChainParams {
  ## Milliseconds of a slot; also twice the least time between two blocks.
  slot_ms: u64
  ## Slots of a session, which is a BABE epoch.
  epoch_slots: u64
}

pallet ChainParameters = 200 version 0 {
  storage {
    ## Absent: Rococo's constants, 6000 ms and 600 slots.
    value Params: ChainParams?
  }
}
