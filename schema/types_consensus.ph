# Block production and finality: BABE and GRANDPA. Source: sp-consensus-babe 0.50, sp-consensus-grandpa 31,
# finality-grandpa 0.16, sc-consensus-grandpa 0.45.

# ---- BABE ----

newtype BabeAuthorityId path "sp_consensus_babe::app::Public" = [u8; 32]
alias BabeAuthorityWeight = u64
newtype VrfPreOutput = [u8; 32]
## Challenge and response: scalars below the order of the group, else it does not decode.
custom VrfProof {
  v: [u8; 64]
}
struct VrfSignature path "sp_core::sr25519::vrf::VrfSignature" {
  pre_output: VrfPreOutput
  proof: VrfProof
}
struct BabePrimaryPreDigest path "sp_consensus_babe::digests::PrimaryPreDigest" {
  authority_index: u32
  slot: Slot
  vrf_signature: VrfSignature
}
struct BabeSecondaryPlainPreDigest path "sp_consensus_babe::digests::SecondaryPlainPreDigest" {
  authority_index: u32
  slot: Slot
}
struct BabeSecondaryVRFPreDigest path "sp_consensus_babe::digests::SecondaryVRFPreDigest" {
  authority_index: u32
  slot: Slot
  vrf_signature: VrfSignature
}
## In the header as pre-runtime item "BABE".
enum BabePreDigest path "sp_consensus_babe::digests::PreDigest" {
  1 Primary(BabePrimaryPreDigest)
  2 SecondaryPlain(BabeSecondaryPlainPreDigest)
  3 SecondaryVRF(BabeSecondaryVRFPreDigest)
}
enum BabeAllowedSlots path "sp_consensus_babe::AllowedSlots" {
  0 PrimarySlots
  1 PrimaryAndSecondaryPlainSlots
  2 PrimaryAndSecondaryVRFSlots
}
struct BabeEpochConfiguration path "sp_consensus_babe::BabeEpochConfiguration" {
  ## Probability that a slot has a primary author, as a fraction.
  c: (u64, u64)
  allowed_slots: BabeAllowedSlots
}
struct BabeNextEpochDescriptor path "sp_consensus_babe::digests::NextEpochDescriptor" {
  authorities: vec<(BabeAuthorityId, BabeAuthorityWeight)>
  randomness: Randomness
}
enum BabeNextConfigDescriptor path "sp_consensus_babe::digests::NextConfigDescriptor" {
  1 V1 { c: (u64, u64), allowed_slots: BabeAllowedSlots }
}
## In the header as consensus item "BABE".
enum BabeConsensusLog path "sp_consensus_babe::ConsensusLog" {
  1 NextEpochData(BabeNextEpochDescriptor)
  2 OnDisabled(u32)
  3 NextConfigData(BabeNextConfigDescriptor)
}
struct BabeConfiguration path "sp_consensus_babe::BabeConfiguration" {
  ## Milliseconds.
  slot_duration: u64
  ## Slots.
  epoch_length: u64
  c: (u64, u64)
  authorities: vec<(BabeAuthorityId, BabeAuthorityWeight)>
  randomness: Randomness
  allowed_slots: BabeAllowedSlots
}
struct BabeEpoch path "sp_consensus_babe::Epoch" {
  epoch_index: u64
  start_slot: Slot
  duration: u64
  authorities: vec<(BabeAuthorityId, BabeAuthorityWeight)>
  randomness: Randomness
  config: BabeEpochConfiguration
}
struct BabeEquivocationProof path "sp_consensus_slots::EquivocationProof" {
  offender: BabeAuthorityId
  slot: Slot
  first_header: Header
  second_header: Header
}

# ---- GRANDPA ----

newtype GrandpaAuthorityId path "sp_consensus_grandpa::app::Public" = [u8; 32]
newtype GrandpaSignature path "sp_consensus_grandpa::app::Signature" = [u8; 64]
alias GrandpaAuthorityWeight = u64
alias GrandpaAuthorityList = vec<(GrandpaAuthorityId, GrandpaAuthorityWeight)>
alias GrandpaSetId = u64
alias GrandpaRound = u64

struct GrandpaScheduledChange path "sp_consensus_grandpa::ScheduledChange" {
  next_authorities: GrandpaAuthorityList
  delay: BlockNumber
}
## In the header as consensus item "FRNK".
enum GrandpaConsensusLog path "sp_consensus_grandpa::ConsensusLog" {
  1 ScheduledChange(GrandpaScheduledChange)
  2 ForcedChange(BlockNumber, GrandpaScheduledChange)
  3 OnDisabled(u64)
  4 Pause(BlockNumber)
  5 Resume(BlockNumber)
}
struct GrandpaPrevote path "finality_grandpa::Prevote" {
  target_hash: Hash
  target_number: BlockNumber
}
struct GrandpaPrecommit path "finality_grandpa::Precommit" {
  target_hash: Hash
  target_number: BlockNumber
}
struct GrandpaPrimaryPropose path "finality_grandpa::PrimaryPropose" {
  target_hash: Hash
  target_number: BlockNumber
}
## What a voter signs, followed by round and set id.
enum GrandpaMessage path "finality_grandpa::Message" {
  0 Prevote(GrandpaPrevote)
  1 Precommit(GrandpaPrecommit)
  2 PrimaryPropose(GrandpaPrimaryPropose)
}
struct GrandpaSignedPayload {
  message: GrandpaMessage
  round: GrandpaRound
  set_id: GrandpaSetId
}
struct GrandpaSignedMessage path "finality_grandpa::SignedMessage" {
  message: GrandpaMessage
  signature: GrandpaSignature
  id: GrandpaAuthorityId
}
struct GrandpaSignedPrevote path "finality_grandpa::SignedPrevote" {
  prevote: GrandpaPrevote
  signature: GrandpaSignature
  id: GrandpaAuthorityId
}
struct GrandpaSignedPrecommit path "finality_grandpa::SignedPrecommit" {
  precommit: GrandpaPrecommit
  signature: GrandpaSignature
  id: GrandpaAuthorityId
}
struct GrandpaCommit path "finality_grandpa::Commit" {
  target_hash: Hash
  target_number: BlockNumber
  precommits: vec<GrandpaSignedPrecommit>
}
struct GrandpaCompactCommit path "finality_grandpa::CompactCommit" {
  target_hash: Hash
  target_number: BlockNumber
  precommits: vec<GrandpaPrecommit>
  auth_data: vec<(GrandpaSignature, GrandpaAuthorityId)>
}
struct GrandpaJustification path "sp_consensus_grandpa::GrandpaJustification" {
  round: GrandpaRound
  commit: GrandpaCommit
  votes_ancestries: vec<Header>
}
struct GrandpaPrevoteEquivocation path "finality_grandpa::Equivocation" {
  round_number: GrandpaRound
  identity: GrandpaAuthorityId
  first: (GrandpaPrevote, GrandpaSignature)
  second: (GrandpaPrevote, GrandpaSignature)
}
struct GrandpaPrecommitEquivocation path "finality_grandpa::Equivocation" {
  round_number: GrandpaRound
  identity: GrandpaAuthorityId
  first: (GrandpaPrecommit, GrandpaSignature)
  second: (GrandpaPrecommit, GrandpaSignature)
}
enum GrandpaEquivocation path "sp_consensus_grandpa::Equivocation" {
  0 Prevote(GrandpaPrevoteEquivocation)
  1 Precommit(GrandpaPrecommitEquivocation)
}
struct GrandpaEquivocationProof path "sp_consensus_grandpa::EquivocationProof" {
  set_id: GrandpaSetId
  equivocation: GrandpaEquivocation
}

# ---- GRANDPA gossip ----

struct GrandpaVoteMessage {
  round: GrandpaRound
  set_id: GrandpaSetId
  message: GrandpaSignedMessage
}
struct GrandpaFullCommitMessage {
  round: GrandpaRound
  set_id: GrandpaSetId
  message: GrandpaCompactCommit
}
enum GrandpaNeighborPacket {
  1 V1 { round: GrandpaRound, set_id: GrandpaSetId, commit_finalized_height: BlockNumber }
}
struct GrandpaCatchUpRequest {
  round: GrandpaRound
  set_id: GrandpaSetId
}
struct GrandpaCatchUp {
  set_id: GrandpaSetId
  round_number: GrandpaRound
  prevotes: vec<GrandpaSignedPrevote>
  precommits: vec<GrandpaSignedPrecommit>
  base_hash: Hash
  base_number: BlockNumber
}
enum GrandpaGossipMessage {
  0 Vote(GrandpaVoteMessage)
  1 Commit(GrandpaFullCommitMessage)
  2 Neighbor(GrandpaNeighborPacket)
  3 CatchUpRequest(GrandpaCatchUpRequest)
  4 CatchUp(GrandpaCatchUp)
}

# ---- approval voting ----

newtype RelayVRFStory = [u8; 32]
newtype CoreBitfield = bits
newtype CandidateBitfield = bits
enum AssignmentCertKindV2 {
  0 RelayVRFModuloCompact { core_bitfield: CoreBitfield }
  1 RelayVRFDelay { core_index: CoreIndex }
}
struct AssignmentCertV2 {
  kind: AssignmentCertKindV2
  vrf: VrfSignature
}
struct IndirectAssignmentCertV2 {
  block_hash: Hash
  validator: ValidatorIndex
  cert: AssignmentCertV2
}
struct IndirectSignedApprovalVoteV2 {
  block_hash: Hash
  candidate_indices: CandidateBitfield
  validator: ValidatorIndex
  signature: ValidatorSignature
}
## Signed with the session after it: an approval of one candidate.
struct ApprovalVote magic "APPR" {
  candidate_hash: CandidateHash
}
## Signed with the session after it: an approval of several candidates of one block.
struct ApprovalVoteMultipleCandidates magic "APPR" {
  candidate_hashes: vec<CandidateHash>
}
struct BlockApprovalMeta {
  hash: Hash
  number: BlockNumber
  parent_hash: Hash
  candidates: vec<(CandidateHash, CoreIndex, GroupIndex)>
  slot: Slot
  session: SessionIndex
  vrf_story: RelayVRFStory
}
