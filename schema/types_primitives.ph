# The protocol's own types: everything that is signed, hashed, stored or sent between the relay chain, its validators and
# its parachains. Source: polkadot-primitives 26 (v9), polkadot-parachain-primitives 24, reference sheets runtime.md and
# node.md. Names of fields and variants are Rust's: JSON and metadata show them.

# ---- numbers and identifiers ----

alias BlockNumber = u32
alias Balance = u128
alias Nonce = u32
## Parts of a billion.
newtype Perbill path "sp_arithmetic::per_things::Perbill" = u32
## 18 decimals.
newtype FixedU128 path "sp_arithmetic::fixed_point::FixedU128" = u128
newtype Slot path "sp_consensus_slots::Slot" = u64

newtype Hash path "primitive_types::H256" = [u8; 32]
alias BlockHash = Hash
newtype CandidateHash path "polkadot_core_primitives::CandidateHash" = Hash
newtype ValidationCodeHash path "polkadot_parachain_primitives::primitives::ValidationCodeHash" = Hash
newtype ExecutorParamsHash = Hash
newtype ExecutorParamsPrepHash = Hash
newtype Randomness = [u8; 32]

newtype ParaId path "polkadot_parachain_primitives::primitives::Id" = u32
newtype SessionIndex = u32
newtype ValidatorIndex path "polkadot_primitives::v9::ValidatorIndex" = u32
newtype ChunkIndex path "polkadot_primitives::v9::ChunkIndex" = u32
newtype CoreIndex path "polkadot_primitives::v9::CoreIndex" = u32
newtype GroupIndex path "polkadot_primitives::v9::GroupIndex" = u32
newtype CoreSelector path "polkadot_primitives::v9::CoreSelector" = u8
newtype ClaimQueueOffset path "polkadot_primitives::v9::ClaimQueueOffset" = u8
## Position of a candidate among those a relay block includes.
alias CandidateIndex = u32
alias DelayTranche = u32

# ---- keys and signatures ----

newtype AccountId path "sp_core::crypto::AccountId32" = [u8; 32]
newtype Sr25519Public = [u8; 32]
newtype Sr25519Signature = [u8; 64]
newtype Ed25519Public = [u8; 32]
newtype Ed25519Signature = [u8; 64]
newtype EcdsaPublic path "sp_consensus_beefy::ecdsa_crypto::Public" = [u8; 33]
newtype EcdsaSignature = [u8; 65]
newtype ValidatorId path "polkadot_primitives::v9::validator_app::Public" = [u8; 32]
newtype ValidatorSignature path "polkadot_primitives::v9::validator_app::Signature" = [u8; 64]
newtype AssignmentId path "polkadot_primitives::v9::assignment_app::Public" = [u8; 32]
newtype CollatorId path "polkadot_primitives::v9::collator_app::Public" = [u8; 32]
newtype CollatorSignature path "polkadot_primitives::v9::collator_app::Signature" = [u8; 64]
newtype AuthorityDiscoveryId path "sp_authority_discovery::app::Public" = [u8; 32]
newtype KeyTypeId path "sp_core::crypto::KeyTypeId" = [u8; 4]

## The session keys of a relay-chain validator, 193 bytes.
## Encoded keys, and a signature by each.
struct OpaqueGeneratedSessionKeys path "sp_session::runtime_api::OpaqueGeneratedSessionKeys" {
  keys: bytes
  proof: bytes
}
struct SessionKeys path "rococo_runtime::SessionKeys" {
  grandpa: GrandpaAuthorityId
  babe: BabeAuthorityId
  para_validator: ValidatorId
  para_assignment: AssignmentId
  authority_discovery: AuthorityDiscoveryId
  beefy: EcdsaPublic
}

# ---- blocks ----

newtype ConsensusEngineId = [u8; 4]
enum DigestItem path "sp_runtime::generic::digest::DigestItem" {
  0 Other(bytes)
  4 Consensus(ConsensusEngineId, bytes)
  5 Seal(ConsensusEngineId, bytes)
  6 PreRuntime(ConsensusEngineId, bytes)
  8 RuntimeEnvironmentUpdated
}
struct Digest path "sp_runtime::generic::digest::Digest" {
  logs: vec<DigestItem>
}
struct Header path "sp_runtime::generic::header::Header" {
  parent_hash: Hash
  number: compact<BlockNumber>
  state_root: Hash
  extrinsics_root: Hash
  digest: Digest
}
## An extrinsic as it stands in a block, without the length in front of it.
alias OpaqueExtrinsic = bytes
struct Block path "sp_runtime::generic::block::Block" {
  header: Header
  extrinsics: vec<OpaqueExtrinsic>
}
## Entries of the digest engine "POL1".
enum ConsensusLog path "polkadot_primitives::v9::ConsensusLog" {
  ## The code of the para has changed to that of this hash.
  1 ParaUpgradeCode(ParaId, ValidationCodeHash)
  ## The code of the para will change at about this block.
  2 ParaScheduleUpgradeCode(ParaId, ValidationCodeHash, BlockNumber)
  ## Governance approves every block up to this one.
  3 ForceApprove(BlockNumber)
  ## This block and its descendants are to be given up.
  4 Revert(BlockNumber)
}

# ---- parachain data ----

newtype HeadData path "polkadot_parachain_primitives::primitives::HeadData" = bytes
newtype ValidationCode path "polkadot_parachain_primitives::primitives::ValidationCode" = bytes
newtype BlockData path "polkadot_parachain_primitives::primitives::BlockData" = bytes
alias UpwardMessage = bytes
alias DownwardMessage = bytes
alias UpwardMessages = vec<UpwardMessage, 16384>
alias HorizontalMessages = vec<OutboundHrmpMessage, 16384>

struct InboundDownwardMessage path "polkadot_core_primitives::InboundDownwardMessage" {
  sent_at: BlockNumber
  msg: DownwardMessage
}
struct InboundHrmpMessage path "polkadot_core_primitives::InboundHrmpMessage" {
  sent_at: BlockNumber
  data: bytes
}
struct OutboundHrmpMessage path "polkadot_core_primitives::OutboundHrmpMessage" {
  recipient: ParaId
  data: bytes
}
struct HrmpChannelId path "polkadot_parachain_primitives::primitives::HrmpChannelId" {
  sender: ParaId
  recipient: ParaId
}
struct HrmpChannel path "polkadot_runtime_parachains::hrmp::HrmpChannel" {
  max_capacity: u32
  max_total_size: u32
  max_message_size: u32
  msg_count: u32
  total_size: u32
  ## Head of the message queue chain; none until the first message.
  mqc_head: option<Hash>
  sender_deposit: Balance
  recipient_deposit: Balance
}
## What a parachain reads of a channel from relay-chain state.
struct AbridgedHrmpChannel path "polkadot_primitives::v9::AbridgedHrmpChannel" {
  max_capacity: u32
  max_total_size: u32
  max_message_size: u32
  msg_count: u32
  total_size: u32
  mqc_head: option<Hash>
}
enum UpgradeRestriction path "polkadot_primitives::v9::UpgradeRestriction" {
  0 Present
}
enum UpgradeGoAhead path "polkadot_primitives::v9::UpgradeGoAhead" {
  0 Abort
  1 GoAhead
}
struct PersistedValidationData path "polkadot_primitives::v9::PersistedValidationData" {
  parent_head: HeadData
  relay_parent_number: BlockNumber
  relay_parent_storage_root: Hash
  max_pov_size: u32
}
struct PoV path "polkadot_node_primitives::PoV" {
  block_data: BlockData
}
struct AvailableData path "polkadot_node_primitives::AvailableData" {
  pov: PoV
  validation_data: PersistedValidationData
}
## Merkle proof of a chunk: 1 to 8 nodes of 1 to 612 bytes.
custom ErasureProof {
  v: vec<bytes<612>, 8>
}
struct ErasureChunk path "polkadot_node_primitives::ErasureChunk" {
  chunk: bytes
  index: ChunkIndex
  proof: ErasureProof
}

# ---- the validation function's parameters and result ----

## Appended to the parameters for candidates with a descriptor of version 3.
enum ValidationParamsExtension {
  3 V3 { relay_parent: Hash, scheduling_parent: Hash }
}
struct ValidationParams {
  parent_head: HeadData
  block_data: BlockData
  relay_parent_number: BlockNumber
  relay_parent_storage_root: Hash
  extension: tail<ValidationParamsExtension>
}
struct ValidationResult {
  head_data: HeadData
  new_validation_code: option<ValidationCode>
  upward_messages: UpwardMessages
  horizontal_messages: HorizontalMessages
  processed_downward_messages: u32
  hrmp_watermark: BlockNumber
}

# ---- candidates ----

## Old layout: an identified, signing collator.
struct CandidateDescriptorV1 path "polkadot_primitives::v8::CandidateDescriptor" {
  para_id: ParaId
  relay_parent: Hash
  collator: CollatorId
  persisted_validation_data_hash: Hash
  pov_hash: Hash
  erasure_root: Hash
  signature: CollatorSignature
  para_head: Hash
  validation_code_hash: ValidationCodeHash
}
## The layout of versions 2 and 3. A V1 descriptor has the same 292 bytes and is read as this too; what it is, and what its
## fields then mean, is for ph_descriptor_version and its kin (primitives/candidate.h) to say.
struct CandidateDescriptor path "polkadot_primitives::v9::CandidateDescriptorV2" {
  para_id: ParaId
  relay_parent: Hash
  version: u8
  core_index: u16
  session_index: SessionIndex
  scheduling_session_offset: u8
  reserved1: [u8; 24]
  persisted_validation_data_hash: Hash
  pov_hash: Hash
  erasure_root: Hash
  scheduling_parent: Hash
  reserved2: [u8; 32]
  para_head: Hash
  validation_code_hash: ValidationCodeHash
}
alias CandidateDescriptorV2 = CandidateDescriptor
alias CandidateDescriptorV3 = CandidateDescriptor
enum CandidateDescriptorVersion path "polkadot_primitives::v9::CandidateDescriptorVersion" {
  0 V1
  1 V2
  2 V3
  3 Unknown(u8)
}
struct CandidateCommitments path "polkadot_primitives::v9::CandidateCommitments" {
  upward_messages: UpwardMessages
  horizontal_messages: HorizontalMessages
  new_validation_code: option<ValidationCode>
  head_data: HeadData
  processed_downward_messages: u32
  hrmp_watermark: BlockNumber
}
struct CandidateReceipt path "polkadot_primitives::v9::CandidateReceiptV2" {
  descriptor: CandidateDescriptor
  commitments_hash: Hash
}
struct CommittedCandidateReceipt path "polkadot_primitives::v9::CommittedCandidateReceiptV2" {
  descriptor: CandidateDescriptor
  commitments: CandidateCommitments
}
## Signals stand in the upward messages after an empty message.
enum UMPSignal path "polkadot_primitives::v9::UMPSignal" {
  0 SelectCore(CoreSelector, ClaimQueueOffset)
  1 ApprovedPeer(bytes<64>)
}
enum CandidateEvent path "polkadot_primitives::v9::CandidateEvent" {
  0 CandidateBacked(CandidateReceipt, HeadData, CoreIndex, GroupIndex)
  1 CandidateIncluded(CandidateReceipt, HeadData, CoreIndex, GroupIndex)
  2 CandidateTimedOut(CandidateReceipt, HeadData, CoreIndex)
}

# ---- statements and backing ----

struct SigningContext path "polkadot_primitives::v9::SigningContext" {
  session_index: SessionIndex
  parent_hash: Hash
}
## What validators of a group say to each other about a candidate.
enum Statement path "polkadot_node_primitives::Statement" {
  1 Seconded(CommittedCandidateReceipt)
  2 Valid(CandidateHash)
}
## As Statement, with the verdict that never leaves the node: it leads to a dispute.
enum LocalStatement {
  1 Seconded(CommittedCandidateReceipt)
  2 Valid(CandidateHash)
  3 Invalid(CandidateHash)
}
enum CompactStatement path "polkadot_primitives::v9::CompactStatement" magic "BKNG" {
  1 Seconded(CandidateHash)
  2 Valid(CandidateHash)
}
struct UncheckedSignedStatement {
  payload: CompactStatement
  validator_index: ValidatorIndex
  signature: ValidatorSignature
}
struct UncheckedSignedFullStatement {
  payload: Statement
  validator_index: ValidatorIndex
  signature: ValidatorSignature
}
## A statement whose signature has been checked.
alias SignedStatement = UncheckedSignedStatement
alias SignedFullStatement = UncheckedSignedFullStatement
enum ValidityAttestation path "polkadot_primitives::v9::ValidityAttestation" {
  ## The signature of a Seconded statement.
  1 Implicit(ValidatorSignature)
  ## The signature of a Valid statement.
  2 Explicit(ValidatorSignature)
}
struct BackedCandidate path "polkadot_primitives::v9::BackedCandidate" {
  candidate: CommittedCandidateReceipt
  validity_votes: vec<ValidityAttestation>
  ## The group's members that voted, then the core index in 8 bits.
  validator_indices: bits
}
newtype AvailabilityBitfield path "polkadot_primitives::v9::AvailabilityBitfield" = bits
struct UncheckedSignedAvailabilityBitfield path "polkadot_primitives::v9::signed::UncheckedSigned" {
  payload: AvailabilityBitfield
  validator_index: ValidatorIndex
  signature: ValidatorSignature
}
alias SignedAvailabilityBitfield = UncheckedSignedAvailabilityBitfield
struct ParachainsInherentData path "polkadot_primitives::v9::InherentData" {
  bitfields: vec<UncheckedSignedAvailabilityBitfield>
  backed_candidates: vec<BackedCandidate>
  disputes: vec<DisputeStatementSet>
  parent_header: Header
}
struct ScrapedOnChainVotes path "polkadot_primitives::v9::ScrapedOnChainVotes" {
  session: SessionIndex
  backing_validators_per_candidate: vec<(CandidateReceipt, vec<(ValidatorIndex, ValidityAttestation)>)>
  disputes: vec<DisputeStatementSet>
}

# ---- disputes ----

enum ValidDisputeStatementKind path "polkadot_primitives::v9::ValidDisputeStatementKind" {
  0 Explicit
  1 BackingSeconded(Hash)
  2 BackingValid(Hash)
  3 ApprovalChecking
  4 ApprovalCheckingMultipleCandidates(vec<CandidateHash, 16>)
}
enum InvalidDisputeStatementKind path "polkadot_primitives::v9::InvalidDisputeStatementKind" {
  0 Explicit
}
enum DisputeStatement path "polkadot_primitives::v9::DisputeStatement" {
  0 Valid(ValidDisputeStatementKind)
  1 Invalid(InvalidDisputeStatementKind)
}
struct ExplicitDisputeStatement magic "DISP" {
  valid: bool
  candidate_hash: CandidateHash
  session: SessionIndex
}
alias ExplicitDisputePayload = ExplicitDisputeStatement
struct DisputeStatementSet path "polkadot_primitives::v9::DisputeStatementSet" {
  candidate_hash: CandidateHash
  session: SessionIndex
  statements: vec<(DisputeStatement, ValidatorIndex, ValidatorSignature)>
}
alias MultiDisputeStatementSet = vec<DisputeStatementSet>
struct DisputeState path "polkadot_primitives::v9::DisputeState" {
  validators_for: bits
  validators_against: bits
  start: BlockNumber
  concluded_at: option<BlockNumber>
}
struct InvalidDisputeVote {
  validator_index: ValidatorIndex
  signature: ValidatorSignature
  kind: InvalidDisputeStatementKind
}
struct ValidDisputeVote {
  validator_index: ValidatorIndex
  signature: ValidatorSignature
  kind: ValidDisputeStatementKind
}
struct UncheckedDisputeMessage {
  candidate_receipt: CandidateReceipt
  session_index: SessionIndex
  invalid_vote: InvalidDisputeVote
  valid_vote: ValidDisputeVote
}
alias DisputeMessage = UncheckedDisputeMessage
enum DisputeStatus {
  0 Active
  1 ConcludedFor(u64)
  2 ConcludedAgainst(u64)
  3 Confirmed
}
enum SlashingOffenceKind path "polkadot_primitives::v9::slashing::SlashingOffenceKind" {
  0 ForInvalid
  1 AgainstValid
}
enum DisputeOffenceKind path "polkadot_primitives::v9::DisputeOffenceKind" {
  0 ForInvalidBacked
  1 AgainstValid
  2 ForInvalidApproved
}
struct LegacyPendingSlashes path "polkadot_primitives::v9::slashing::LegacyPendingSlashes" {
  keys: map<ValidatorIndex, ValidatorId>
  kind: SlashingOffenceKind
}
struct PendingSlashes path "polkadot_primitives::v9::slashing::PendingSlashes" {
  keys: map<ValidatorIndex, ValidatorId>
  kind: DisputeOffenceKind
}
struct DisputesTimeSlot path "polkadot_primitives::v9::slashing::DisputesTimeSlot" {
  session_index: SessionIndex
  candidate_hash: CandidateHash
}
struct DisputeProof path "polkadot_primitives::v9::slashing::DisputeProof" {
  time_slot: DisputesTimeSlot
  kind: DisputeOffenceKind
  validator_index: ValidatorIndex
  validator_id: ValidatorId
}
newtype OpaqueKeyOwnershipProof path "polkadot_primitives::v9::slashing::OpaqueKeyOwnershipProof" = bytes

# ---- configuration ----

struct AsyncBackingParams path "polkadot_primitives::v9::async_backing::AsyncBackingParams" {
  max_candidate_depth: u32
  allowed_ancestry_len: u32
}
struct ApprovalVotingParams path "polkadot_primitives::v9::ApprovalVotingParams" {
  max_approval_coalesce_count: u32
}
struct SchedulerParams path "polkadot_primitives::vstaging::SchedulerParams" {
  group_rotation_frequency: BlockNumber
  paras_availability_period: BlockNumber
  max_validators_per_core: option<u32>
  lookahead: u32
  num_cores: u32
  on_demand_queue_max_size: u32
  on_demand_target_queue_utilization: Perbill
  on_demand_fee_variability: Perbill
  on_demand_base_fee: Balance
}
## As in configurations up to storage version 12.
struct SchedulerParamsV9 path "polkadot_primitives::v9::SchedulerParams" {
  group_rotation_frequency: BlockNumber
  paras_availability_period: BlockNumber
  max_validators_per_core: option<u32>
  lookahead: u32
  num_cores: u32
  max_availability_timeouts: u32
  on_demand_queue_max_size: u32
  on_demand_target_queue_utilization: Perbill
  on_demand_fee_variability: Perbill
  on_demand_base_fee: Balance
  ttl: BlockNumber
}
enum PvfPrepKind path "polkadot_primitives::v9::PvfPrepKind" {
  0 Precheck
  1 Prepare
}
enum PvfExecKind path "polkadot_primitives::v9::PvfExecKind" {
  0 Backing
  1 Approval
}
enum ExecutorHostFunction path "polkadot_primitives::v9::executor_params::ExecutorHostFunction" {
  1 EccRfc163
}
enum ExecutorParam path "polkadot_primitives::v9::executor_params::ExecutorParam" {
  1 MaxMemoryPages(u32)
  2 StackLogicalMax(u32)
  3 StackNativeMax(u32)
  4 PrecheckingMaxMemory(u64)
  ## Milliseconds of CPU time.
  5 PvfPrepTimeout(PvfPrepKind, u64)
  6 PvfExecTimeout(PvfExecKind, u64)
  7 WasmExtBulkMemory
  8 EnabledHostFunction(ExecutorHostFunction)
}
alias ExecutorParams = vec<ExecutorParam>
alias NodeFeatures = bits
struct HostConfiguration path "polkadot_runtime_parachains::configuration::HostConfiguration" {
  max_code_size: u32
  max_head_data_size: u32
  max_upward_queue_count: u32
  max_upward_queue_size: u32
  max_upward_message_size: u32
  max_upward_message_num_per_candidate: u32
  hrmp_max_message_num_per_candidate: u32
  validation_upgrade_cooldown: BlockNumber
  validation_upgrade_delay: BlockNumber
  async_backing_params: AsyncBackingParams
  max_pov_size: u32
  max_downward_message_size: u32
  hrmp_max_parachain_outbound_channels: u32
  hrmp_sender_deposit: Balance
  hrmp_recipient_deposit: Balance
  hrmp_channel_max_capacity: u32
  hrmp_channel_max_total_size: u32
  hrmp_max_parachain_inbound_channels: u32
  hrmp_channel_max_message_size: u32
  executor_params: ExecutorParams
  code_retention_period: BlockNumber
  max_validators: option<u32>
  dispute_period: SessionIndex
  dispute_post_conclusion_acceptance_period: BlockNumber
  no_show_slots: u32
  n_delay_tranches: u32
  zeroth_delay_tranche_width: u32
  needed_approvals: u32
  relay_vrf_modulo_samples: u32
  pvf_voting_ttl: SessionIndex
  minimum_validation_upgrade_delay: BlockNumber
  minimum_backing_votes: u32
  node_features: NodeFeatures
  approval_voting_params: ApprovalVotingParams
  scheduler_params: SchedulerParams
  max_relay_parent_session_age: u32
}
## The front of the host configuration, which is what parachains read.
struct AbridgedHostConfiguration path "polkadot_primitives::v9::AbridgedHostConfiguration" {
  max_code_size: u32
  max_head_data_size: u32
  max_upward_queue_count: u32
  max_upward_queue_size: u32
  max_upward_message_size: u32
  max_upward_message_num_per_candidate: u32
  hrmp_max_message_num_per_candidate: u32
  validation_upgrade_cooldown: BlockNumber
  validation_upgrade_delay: BlockNumber
  async_backing_params: AsyncBackingParams
}

# ---- what the runtime tells the node ----

struct SessionInfo path "polkadot_primitives::v9::SessionInfo" {
  active_validator_indices: vec<ValidatorIndex>
  random_seed: [u8; 32]
  dispute_period: SessionIndex
  validators: vec<ValidatorId>
  ## Of the active validators first, in their order, then of the rest.
  discovery_keys: vec<AuthorityDiscoveryId>
  assignment_keys: vec<AssignmentId>
  validator_groups: vec<vec<ValidatorIndex>>
  n_cores: u32
  zeroth_delay_tranche_width: u32
  relay_vrf_modulo_samples: u32
  n_delay_tranches: u32
  no_show_slots: u32
  needed_approvals: u32
}
struct ScheduledCore path "polkadot_primitives::v9::ScheduledCore" {
  para_id: ParaId
  collator: option<CollatorId>
}
struct OccupiedCore path "polkadot_primitives::v9::OccupiedCore" {
  next_up_on_available: option<ScheduledCore>
  occupied_since: BlockNumber
  time_out_at: BlockNumber
  next_up_on_time_out: option<ScheduledCore>
  ## One bit a validator: who holds a chunk.
  availability: bits
  group_responsible: GroupIndex
  candidate_hash: CandidateHash
  candidate_descriptor: CandidateDescriptor
}
enum CoreState path "polkadot_primitives::v9::CoreState" {
  0 Occupied(OccupiedCore)
  1 Scheduled(ScheduledCore)
  2 Free
}
enum OccupiedCoreAssumption path "polkadot_primitives::v9::OccupiedCoreAssumption" {
  0 Included
  1 TimedOut
  2 Free
}
struct GroupRotationInfo path "polkadot_primitives::v9::GroupRotationInfo" {
  session_start_block: BlockNumber
  group_rotation_frequency: BlockNumber
  now: BlockNumber
}
alias ClaimQueue = map<CoreIndex, vec<ParaId>>
## Per para and depth in the claim queue, the cores assigned.
alias TransposedClaimQueue = map<ParaId, map<u8, set<CoreIndex>>>
struct InboundHrmpLimitations path "polkadot_primitives::v9::async_backing::InboundHrmpLimitations" {
  valid_watermarks: vec<BlockNumber>
}
struct OutboundHrmpChannelLimitations path "polkadot_primitives::v9::async_backing::OutboundHrmpChannelLimitations" {
  bytes_remaining: u32
  messages_remaining: u32
}
struct Constraints path "polkadot_primitives::v9::async_backing::Constraints" {
  min_relay_parent_number: BlockNumber
  max_pov_size: u32
  max_code_size: u32
  max_head_data_size: u32
  ump_remaining: u32
  ump_remaining_bytes: u32
  max_ump_num_per_candidate: u32
  dmp_remaining_messages: vec<BlockNumber>
  hrmp_inbound: InboundHrmpLimitations
  hrmp_channels_out: vec<(ParaId, OutboundHrmpChannelLimitations)>
  max_hrmp_num_per_candidate: u32
  required_parent: HeadData
  validation_code_hash: ValidationCodeHash
  upgrade_restriction: option<UpgradeRestriction>
  future_validation_code: option<(BlockNumber, ValidationCodeHash)>
}
struct CandidatePendingAvailability path "polkadot_primitives::v9::async_backing::CandidatePendingAvailability" {
  candidate_hash: CandidateHash
  descriptor: CandidateDescriptor
  commitments: CandidateCommitments
  relay_parent_number: BlockNumber
  max_pov_size: u32
}
struct BackingState path "polkadot_primitives::v9::async_backing::BackingState" {
  constraints: Constraints
  pending_availability: vec<CandidatePendingAvailability>
}
## State root and number of a block that candidates may still build on.
struct RelayParentInfo path "polkadot_primitives::vstaging::RelayParentInfo" {
  number: BlockNumber
  state_root: Hash
}
struct PvfCheckStatement path "polkadot_primitives::v9::PvfCheckStatement" {
  accept: bool
  subject: ValidationCodeHash
  session_index: SessionIndex
  validator_index: ValidatorIndex
}
enum ValidityError {
  0 InvalidEthereumSignature
  1 SignerHasNoClaim
  2 NoPermission
  3 InvalidStatement
}
