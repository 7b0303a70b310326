# The authorities of finality and how they change.

enum GrandpaStoredState path "pallet_grandpa::StoredState" {
  ## The set is live and GRANDPA is enabled.
  0 Live
  ## A pause is to be applied at `scheduled_at` plus `delay`.
  1 PendingPause { scheduled_at: BlockNumber, delay: BlockNumber }
  2 Paused
  3 PendingResume { scheduled_at: BlockNumber, delay: BlockNumber }
}
struct GrandpaStoredPendingChange path "pallet_grandpa::StoredPendingChange" {
  scheduled_at: BlockNumber
  delay: BlockNumber
  next_authorities: GrandpaAuthorityList
  ## The median last finalised block of a forced change.
  forced: option<BlockNumber>
}

pallet Grandpa = 10 version 5 {
  storage {
    ## State of the current authority set.
    value State: GrandpaStoredState = default
    ## Pending change: (signaled at, scheduled change).
    value PendingChange: GrandpaStoredPendingChange?
    ## Next block number where we can force a change.
    value NextForced: BlockNumber?
    ## Set while finality is said to be stalled: the delay of the forced change, and the last finalised block.
    value Stalled: (BlockNumber, BlockNumber)?
    ## The number of changes in terms of keys and underlying economic responsibilities of the set.
    value CurrentSetId: GrandpaSetId = default
    ## The last session of each set. Old entries are dropped.
    map   SetIdSession(twox64 GrandpaSetId): SessionIndex?
    ## The current list of authorities.
    value Authorities: GrandpaAuthorityList = default
  }
  ## Report voter equivocation/misbehavior.
  call 0 report_equivocation(equivocation_proof: GrandpaEquivocationProof, key_owner_proof: MembershipProof) signed
  ## As report_equivocation; for block authors.
  call 1 report_equivocation_unsigned(equivocation_proof: GrandpaEquivocationProof, key_owner_proof: MembershipProof) none
  ## Note that the current authority set of the GRANDPA finality gadget has stalled.
  call 2 note_stalled(delay: BlockNumber, best_finalized_block_number: BlockNumber) root
  ## New authority set has been applied.
  event 0 NewAuthorities { authority_set: GrandpaAuthorityList }
  ## Current authority set has been paused.
  event 1 Paused
  ## Current authority set has been resumed.
  event 2 Resumed
  ## Attempt to signal GRANDPA pause when the authority set isn't live (either paused or already pending pause).
  error 0 PauseFailed
  ## Attempt to signal GRANDPA resume when the authority set isn't paused (either live or already pending resume).
  error 1 ResumeFailed
  ## Attempt to signal GRANDPA change with one already pending.
  error 2 ChangePending
  ## Cannot signal forced change so soon after last.
  error 3 TooSoon
  ## A key ownership proof provided as part of an equivocation report is invalid.
  error 4 InvalidKeyOwnershipProof
  ## An equivocation proof provided as part of an equivocation report is invalid.
  error 5 InvalidEquivocationProof
  ## A given equivocation report is valid but already previously reported.
  error 6 DuplicateOffenceReport
}
