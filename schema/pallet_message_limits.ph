# parahost's own: the time for upward messages, a constant in a runtime's code that differs between chains.

pallet MessageLimits = 203 version 0 {
  storage {
    ## Picoseconds a block may spend on upward messages. Absent: three messages' worth.
    value ServiceRefTime: u64?
  }
}
