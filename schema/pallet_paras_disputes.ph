# Disputes about candidates, on chain: votes of past and present validators, conclusions, and freezing of the chain.

enum DisputeLocation path "polkadot_runtime_parachains::disputes::DisputeLocation" {
  0 Local
  1 Remote
}
enum DisputeResult path "polkadot_runtime_parachains::disputes::DisputeResult" {
  0 Valid
  1 Invalid
}

pallet ParasDisputes = 62 version 1 path "polkadot_runtime_parachains::disputes::pallet" {
  storage {
    ## The last pruned session, if any.
    value LastPrunedSession: SessionIndex?
    ## All ongoing or concluded disputes for the last several sessions.
    double Disputes(twox64 SessionIndex, blake2_128 CandidateHash): DisputeState?
    ## Backing votes stored for each dispute.
    double BackersOnDisputes(twox64 SessionIndex, blake2_128 CandidateHash): set<ValidatorIndex>?
    ## All included candidates, with the block to revert to if they turn out invalid: the one before their inclusion.
    double Included(twox64 SessionIndex, blake2_128 CandidateHash): BlockNumber?
    ## Set if the chain is frozen: the last good block.
    value Frozen: option<BlockNumber> = default
  }
  call 0 force_unfreeze() root
  ## A dispute has been initiated.
  event 0 DisputeInitiated(CandidateHash, DisputeLocation)
  ## A dispute has concluded for or against a candidate.
  event 1 DisputeConcluded(CandidateHash, DisputeResult)
  ## A dispute has concluded with supermajority against a candidate. Block authors should no longer build on top of this
  ## head and should instead revert the block at the given height.
  event 2 Revert(BlockNumber)
  ## Duplicate dispute statement sets provided.
  error 0 DuplicateDisputeStatementSets
  ## Ancient dispute statement provided.
  error 1 AncientDisputeStatement
  ## Validator index on statement is out of bounds for session.
  error 2 ValidatorIndexOutOfBounds
  ## Invalid signature on statement.
  error 3 InvalidSignature
  ## Validator vote submitted more than once to dispute.
  error 4 DuplicateStatement
  ## A dispute where there are only votes on one side.
  error 5 SingleSidedDispute
  ## A dispute vote from a malicious backer.
  error 6 MaliciousBacker
  ## No backing votes were provides along dispute statements.
  error 7 MissingBackingVotes
  ## Unconfirmed dispute statement sets provided.
  error 8 UnconfirmedDispute
}

pallet ParasSlashing = 63 version 0 path "polkadot_runtime_parachains::disputes::slashing::pallet" {
  storage {
    ## Validators pending dispute slashes.
    double UnappliedSlashes(twox64 SessionIndex, blake2_128 CandidateHash): PendingSlashes?
    ## `ValidatorSetCount` per session.
    map ValidatorSetCounts(twox64 SessionIndex): u32?
  }
  call 0 report_dispute_lost_unsigned(dispute_proof: box<DisputeProof>, key_owner_proof: MembershipProof) none
  ## The key ownership proof is invalid.
  error 0 InvalidKeyOwnershipProof
  ## The session index is too old or invalid.
  error 1 InvalidSessionIndex
  ## The candidate hash is invalid.
  error 2 InvalidCandidateHash
  ## There is no pending slash for the given validator index and time slot.
  error 3 InvalidValidatorIndex
  ## The validator index does not match the validator id.
  error 4 ValidatorIndexIdMismatch
  ## The given slashing report is valid but already previously reported.
  error 5 DuplicateSlashingReport
}
