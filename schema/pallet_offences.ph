# Misbehaviour that was reported, so that nobody is punished twice for the same.

struct OffenceDetails path "sp_staking::offence::OffenceDetails" {
  ## The offender, with what identifies it besides: nothing.
  offender: (AccountId, unit)
  ## Who reported it; nobody if the chain itself found out.
  reporters: vec<AccountId>
}

pallet Offences = 7 version 1 path "pallet_offences::pallet" {
  storage {
    ## The primary structure that holds all offence records keyed by report identifiers.
    map    Reports(twox64 Hash): OffenceDetails?
    ## A vector of reports of the same kind that happened at the same time slot.
    double ConcurrentReportsIndex(twox64 [u8; 16], twox64 bytes): vec<Hash> = default
  }
  ## There is an offence reported of the given kind happened at the given time slot.
  event 0 Offence { kind: [u8; 16], slot: bytes }
}
