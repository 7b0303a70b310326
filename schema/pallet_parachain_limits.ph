# parahost's own: limits of parachains modules that are constants in a runtime's code and differ between chains.

struct ParachainLimits {
  ## Weight of everything in the parachains inherent: picoseconds, and bytes.
  inherent_ref_time: u64
  inherent_len: u64
  ## Blocks of on-demand revenue that are kept apart.
  max_historical_revenue: u32
  existential_deposit: Balance
  ## What it costs to have an upgrade's cooldown removed, a block of it that is left.
  cooldown_removal_multiplier: Balance
  ## Upward messages are not dispatched as calls but taken for executed well, as by the executor of recorded chains.
  messages_always_succeed: bool
}

pallet ParachainLimits = 201 version 0 {
  storage {
    ## Absent: Rococo's constants.
    value Limits: ParachainLimits?
  }
}
