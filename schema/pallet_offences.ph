# Misbehaviour that was reported, so that nobody is punished twice for the same.

pallet Offences = 7 version 1 {
  storage {
    ## By BLAKE2b-256 of kind, time slot and offender: the offender.
    map Reports(twox64 Hash): AccountId?
  }
}
