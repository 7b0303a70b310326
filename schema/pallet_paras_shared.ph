# What several parachains pallets need: the session, the shuffled validators, the allowed parents.

## A block that candidates may be scheduled by, with the claim queue at that block by para and depth.
struct SchedulingParentInfo path "polkadot_runtime_parachains::shared::SchedulingParentInfo" {
  scheduling_parent: Hash
  claim_queue: TransposedClaimQueue
}
## The youngest scheduling parents, oldest first; the last one has `latest_number`.
struct AllowedSchedulingParentsTracker path "polkadot_runtime_parachains::shared::AllowedSchedulingParentsTracker" {
  buffer: vec<SchedulingParentInfo>
  latest_number: BlockNumber
}

pallet ParasShared = 52 version 2 path "polkadot_runtime_parachains::shared::pallet" {
  storage {
    ## The current session index.
    value CurrentSessionIndex: SessionIndex = default
    ## The validators active in parachain consensus, as indices into the full set, in shuffled order.
    value ActiveValidatorIndices: vec<ValidatorIndex> = default
    ## Their parachain keys, in the same order.
    value ActiveValidatorKeys: vec<ValidatorId> = default
    ## Blocks a candidate of the current session may name as its scheduling parent.
    value AllowedSchedulingParents: AllowedSchedulingParentsTracker = default
    ## Relay parents that may still be built on, by the session they belong to.
    double AllowedRelayParents(twox64 SessionIndex, blake2_128 Hash): RelayParentInfo?
    ## The oldest session of which relay parents are kept.
    value OldestRelayParentSession: SessionIndex = default
    ## The least relay parent number of each kept session.
    map MinimumRelayParentNumber(twox64 SessionIndex): BlockNumber?
  }
}
