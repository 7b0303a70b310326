# Candidates that are backed and wait for availability; their enactment.

## A backed candidate pending availability, as stored.
struct PendingCandidate path "polkadot_runtime_parachains::inclusion::CandidatePendingAvailability" {
  core: CoreIndex
  hash: CandidateHash
  descriptor: CandidateDescriptor
  commitments: CandidateCommitments
  ## One bit per validator.
  availability_votes: bits
  ## One bit per validator.
  backers: bits
  relay_parent_number: BlockNumber
  backed_in_number: BlockNumber
  backing_group: GroupIndex
}

pallet ParaInclusion = 53 version 1 path "polkadot_runtime_parachains::inclusion::pallet" {
  storage {
    ## Candidates pending availability: a chain starting from the latest included head of the para.
    map PendingAvailability "V1" (twox64 ParaId): vec<PendingCandidate>?
  }
  event 0 CandidateBacked(CandidateReceipt, HeadData, CoreIndex, GroupIndex)
  event 1 CandidateIncluded(CandidateReceipt, HeadData, CoreIndex, GroupIndex)
  event 2 CandidateTimedOut(CandidateReceipt, HeadData, CoreIndex)
  event 3 UpwardMessagesReceived { from: ParaId, count: u32 }
  ## Validator index out of bounds.
  error 0 ValidatorIndexOutOfBounds
  ## Candidate submitted but para not scheduled.
  error 1 UnscheduledCandidate
  ## Head data exceeds the configured maximum.
  error 2 HeadDataTooLarge
  ## Code upgrade prematurely.
  error 3 PrematureCodeUpgrade
  ## Output code is too large
  error 4 NewCodeTooLarge
  ## The candidate's relay-parent was not allowed.
  error 5 DisallowedRelayParent
  ## The candidate's scheduling-parent was not allowed.
  error 6 DisallowedSchedulingParent
  ## Failed to compute group index for the core.
  error 7 InvalidAssignment
  ## Invalid group index in core assignment.
  error 8 InvalidGroupIndex
  ## Insufficient (non-majority) backing.
  error 9 InsufficientBacking
  ## Invalid (bad signature, unknown validator, etc.) backing.
  error 10 InvalidBacking
  ## The validation data hash does not match expected.
  error 11 ValidationDataHashMismatch
  ## The downward message queue is not processed correctly.
  error 12 IncorrectDownwardMessageHandling
  ## At least one upward message sent does not pass the acceptance criteria.
  error 13 InvalidUpwardMessages
  ## The candidate didn't follow the rules of HRMP watermark advancement.
  error 14 HrmpWatermarkMishandling
  ## The HRMP messages sent by the candidate are not valid.
  error 15 InvalidOutboundHrmp
  ## The validation code hash of the candidate is not valid.
  error 16 InvalidValidationCodeHash
  ## The `para_head` hash in the candidate descriptor doesn't match the hash of the actual para head.
  error 17 ParaHeadMismatch
}
