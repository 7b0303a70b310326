# Blocks of the parachains whose validation functions come along (pvf/). Heads and blocks of
# the adder chain: src/pvf/adder_collator.h.

struct UndyingState {
  index: u64
  graveyard: bytes
  zombies: u64
  seal: [u8; 32]
}
struct UndyingBlock {
  state: UndyingState
  tombstones: u64
  iterations: u32
}

enum CourierAction {
  ## A message to another parachain.
  0 Send { recipient: ParaId, data: bytes }
  ## A message to the relay chain.
  1 Report(bytes)
  2 Upgrade(ValidationCode)
}
## Behind {state, add} of a block of the adder chain.
struct CourierLetters {
  processed_downward_messages: u32
  hrmp_watermark: BlockNumber
  actions: vec<CourierAction>
}
