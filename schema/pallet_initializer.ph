# Runs the parachains pallets' hooks in their order and applies session changes at the end of a block.

struct BufferedSessionChange path "polkadot_runtime_parachains::initializer::BufferedSessionChange" {
  validators: vec<ValidatorId>
  queued: vec<ValidatorId>
  session_index: SessionIndex
}

pallet Initializer = 57 version 0 path "polkadot_runtime_parachains::initializer::pallet" {
  storage {
    ## Whether the parachains modules have been initialized within this block.
    value HasInitialized: unit?
    ## Session changes to apply at the end of this block; only the last one counts.
    value BufferedSessionChanges: vec<BufferedSessionChange> = default
  }
  ## Tells approval voting to take everything up to this block for approved.
  call 0 force_approve(up_to: BlockNumber) root
}
