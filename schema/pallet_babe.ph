# Slots, epochs and randomness of block production.

pallet Babe = 1 version 0 {
  storage {
    ## Current epoch index.
    value EpochIndex: u64 = default
    ## Current epoch authorities.
    value Authorities: vec<(BabeAuthorityId, BabeAuthorityWeight)> = default
    ## The slot at which the first epoch actually started. This is 0 until the first block of the chain.
    value GenesisSlot: Slot = default
    ## Current slot number.
    value CurrentSlot: Slot = default
    ## The epoch randomness for the current epoch.
    value Randomness: Randomness = default
    ## Pending epoch configuration change that will be applied when the next epoch is enacted.
    value PendingEpochConfigChange: BabeNextConfigDescriptor?
    ## Next epoch randomness.
    value NextRandomness: Randomness = default
    ## Next epoch authorities.
    value NextAuthorities: vec<(BabeAuthorityId, BabeAuthorityWeight)> = default
    ## Index of the segment of randomness that is being filled.
    value SegmentIndex: u32 = default
    ## Randomness under construction, in segments of at most 256 VRF outputs.
    map   UnderConstruction(twox64 u32): vec<Randomness, 256> = default
    ## Present from the start to the end of a block: the block's pre-digest, if it has one.
    value Initialized: option<BabePreDigest>?
    ## Randomness made from the block author's VRF output; stays until the next block's is known.
    value AuthorVrfRandomness: option<Randomness> = default
    ## The block numbers when the last and current epoch have started, respectively `N-1` and `N`.
    value EpochStart: (BlockNumber, BlockNumber) = default
    ## How late the current block is compared to its parent, in slots.
    value Lateness: BlockNumber = default
    ## The configuration for the current epoch.
    value EpochConfig: BabeEpochConfiguration?
    ## The configuration for the next epoch.
    value NextEpochConfig: BabeEpochConfiguration?
    ## Epochs that were skipped to, with the session that each of them is. At most the last 100.
    value SkippedEpochs: vec<(u64, SessionIndex), 100> = default
  }
  ## Report authority equivocation/misbehavior.
  call 0 report_equivocation(equivocation_proof: BabeEquivocationProof, key_owner_proof: MembershipProof) signed
  ## As report_equivocation; for block authors.
  call 1 report_equivocation_unsigned(equivocation_proof: BabeEquivocationProof, key_owner_proof: MembershipProof) none
  ## Plan an epoch config change, announced at the next epoch change and in force in the epoch after it.
  call 2 plan_config_change(config: BabeNextConfigDescriptor) root
  ## An equivocation proof provided as part of an equivocation report is invalid.
  error 0 InvalidEquivocationProof
  ## A key ownership proof provided as part of an equivocation report is invalid.
  error 1 InvalidKeyOwnershipProof
  ## A given equivocation report is valid but already previously reported.
  error 2 DuplicateOffenceReport
  ## Submitted configuration is invalid.
  error 3 InvalidConfiguration
}
