# Who was validator in which session, as roots of tries: keys of earlier sessions can be proven to have been theirs.

pallet Historical = 34 version 1 path "pallet_session::historical::pallet" {
  storage {
    ## Mapping from historical session indices to session-data root hash and validator count.
    map   HistoricalSessions(twox64 SessionIndex): (Hash, u32)?
    ## The range of historical sessions we store. [first, last)
    value StoredRange: (SessionIndex, SessionIndex)?
  }
  ## The merkle root of the validators of the said session were stored.
  event 0 RootStored { index: SessionIndex }
  ## The merkle roots of up to this session index were pruned.
  event 1 RootsPruned { up_to: SessionIndex }
}
