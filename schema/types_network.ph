# What travels between nodes: peer sets, gossip and request-response. Source: polkadot-node-network-protocol 36,
# sc-network-sync and sc-network-common; node.md section 3. Protocols over these types stand in protocols.ph.

struct View {
  ## At most 5, newest first; more are a fault of the sender's.
  heads: vec<Hash>
  finalized_number: BlockNumber
}

# ---- validation/3 ----

struct StatementFilter {
  seconded_in_group: bits
  validated_in_group: bits
}
struct BackedCandidateManifest {
  scheduling_parent: Hash
  candidate_hash: CandidateHash
  group_index: GroupIndex
  para_id: ParaId
  parent_head_data_hash: Hash
  statement_knowledge: StatementFilter
}
struct BackedCandidateAcknowledgement {
  candidate_hash: CandidateHash
  statement_knowledge: StatementFilter
}
enum BitfieldDistributionMessageV3 {
  0 Bitfield(Hash, UncheckedSignedAvailabilityBitfield)
}
enum StatementDistributionMessageV3 {
  0 Statement(Hash, UncheckedSignedStatement)
  1 BackedCandidateManifest(BackedCandidateManifest)
  2 BackedCandidateKnown(BackedCandidateAcknowledgement)
}
enum ApprovalDistributionMessageV3 {
  0 Assignments(vec<(IndirectAssignmentCertV2, CandidateBitfield)>)
  1 Approvals(vec<IndirectSignedApprovalVoteV2>)
}
enum ValidationProtocolV3 {
  1 BitfieldDistribution(BitfieldDistributionMessageV3)
  3 StatementDistribution(StatementDistributionMessageV3)
  4 ApprovalDistribution(ApprovalDistributionMessageV3)
}
enum ValidationWireMessageV3 {
  1 ProtocolMessage(ValidationProtocolV3)
  2 ViewUpdate(View)
}

# ---- collation/1 to /4 ----

enum CollatorProtocolMessageV1 {
  ## The signature is over the peer id's bytes and "COLL".
  0 Declare { collator: CollatorId, para_id: ParaId, signature: CollatorSignature }
  1 AdvertiseCollation(Hash)
  4 CollationSeconded(Hash, UncheckedSignedFullStatement)
}
enum CollatorProtocolMessageV2 {
  0 Declare { collator: CollatorId, para_id: ParaId, signature: CollatorSignature }
  1 AdvertiseCollation { scheduling_parent: Hash, candidate_hash: CandidateHash, parent_head_data_hash: Hash }
  4 CollationSeconded(Hash, UncheckedSignedFullStatement)
}
enum CollatorProtocolMessageV3 {
  0 Declare { collator: CollatorId, para_id: ParaId, signature: CollatorSignature }
  1 AdvertiseCollation {
    scheduling_parent: Hash
    candidate_hash: CandidateHash
    parent_head_data_hash: Hash
    candidate_descriptor_version: CandidateDescriptorVersion
    relay_parent: Hash
  }
  4 CollationSeconded(Hash, UncheckedSignedFullStatement)
}
enum CollationProtocolV1 {
  0 CollatorProtocol(CollatorProtocolMessageV1)
}
enum CollationProtocolV2 {
  0 CollatorProtocol(CollatorProtocolMessageV2)
}
enum CollationProtocolV3 {
  0 CollatorProtocol(CollatorProtocolMessageV3)
}
struct CandidateFingerprint {
  output_head_data_hash: Hash
  parent_head_data_hash: Hash
  claim_queue_offset: u8
}
struct AdvertiseSegment {
  scheduling_parent: Hash
  para_id: ParaId
  candidates_descriptor_version: CandidateDescriptorVersion
  candidates: vec<CandidateFingerprint, 32>
}
alias CollationProtocolV4 = AdvertiseSegment
enum CollationWireMessageV1 {
  1 ProtocolMessage(CollationProtocolV1)
  2 ViewUpdate(View)
}
enum CollationWireMessageV2 {
  1 ProtocolMessage(CollationProtocolV2)
  2 ViewUpdate(View)
}
enum CollationWireMessageV3 {
  1 ProtocolMessage(CollationProtocolV3)
  2 ViewUpdate(View)
}
enum CollationWireMessageV4 {
  1 ProtocolMessage(CollationProtocolV4)
  2 ViewUpdate(View)
}

# ---- requests ----

struct ChunkFetchingRequest {
  candidate_hash: CandidateHash
  index: ValidatorIndex
}
struct ChunkResponse {
  chunk: bytes
  proof: ErasureProof
}
enum ChunkFetchingResponseV1 {
  0 Chunk(ChunkResponse)
  1 NoSuchChunk
}
enum ChunkFetchingResponseV2 {
  0 Chunk(ErasureChunk)
  1 NoSuchChunk
}
struct CollationFetchingRequestV1 {
  scheduling_parent: Hash
  para_id: ParaId
}
struct CollationFetchingRequestV2 {
  scheduling_parent: Hash
  para_id: ParaId
  candidate_hash: CandidateHash
}
struct CollationFetchingRequestV3 {
  scheduling_parent: Hash
  para_id: ParaId
  output_head_data_hash: Hash
}
enum CollationFetchingResponse {
  0 Collation(CandidateReceipt, PoV)
  1 CollationWithParentHeadData { receipt: CandidateReceipt, pov: PoV, parent_head_data: HeadData }
}
enum CollationFetchingResponseV3 {
  0 Collation { receipt: CandidateReceipt, pov: PoV, parent_head_data: HeadData }
}
struct PoVFetchingRequest {
  candidate_hash: CandidateHash
}
enum PoVFetchingResponse {
  0 PoV(PoV)
  1 NoSuchPoV
}
struct AvailableDataFetchingRequest {
  candidate_hash: CandidateHash
}
enum AvailableDataFetchingResponse {
  0 AvailableData(AvailableData)
  1 NoSuchData
}
alias DisputeRequest = UncheckedDisputeMessage
enum DisputeResponse {
  0 Confirmed
}
struct AttestedCandidateRequest {
  candidate_hash: CandidateHash
  ## Statements the asker does not want.
  mask: StatementFilter
}
struct AttestedCandidateResponse {
  candidate_receipt: CommittedCandidateReceipt
  persisted_validation_data: PersistedValidationData
  statements: vec<UncheckedSignedStatement>
}

# ---- blocks and transactions ----

struct BlockAnnouncesHandshake {
  ## Bit 0 full node, bit 2 authority.
  roles: u8
  best_number: BlockNumber
  best_hash: Hash
  genesis_hash: Hash
}
struct BlockAnnounce {
  header: Header
  ## 0: on a side branch, 1: the sender's best block.
  state: u8
  data: bytes
}
alias Transactions = vec<OpaqueExtrinsic>
## Blocks from this one towards genesis. In-process networks only: the real network asks by sync/2, which is protobuf.
struct BlocksRequest {
  from: Hash
  ## At most this many blocks, and never more than 128.
  max: u32
}
struct BlockWithJustification {
  header: Header
  body: vec<OpaqueExtrinsic>
  justification: option<bytes>
}
struct BlocksResponse {
  blocks: vec<BlockWithJustification, 128>
}
