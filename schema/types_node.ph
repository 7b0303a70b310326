# Types of the node side that travel between subsystems, never over the wire.

## A transport-local handle of a remote node: dense, small, stable for this node's life.
newtype PeerId = u32

## What a peer says it is, in the handshake of its notification streams.
enum ObservedRole {
  1 Full
  2 Light
  4 Authority
}

enum PeerSet {
  0 Validation
  1 Collation
}

## Our own active heads, newest first, at most five, and how far we finalised.
alias OurView = View

struct PeerConnected {
  peer: PeerId
  role: ObservedRole
  ## Negotiated protocol version (3 for validation, 1 to 4 for collation).
  version: u32
  ## The peer's authority discovery key where it is known to be one.
  authority: option<AuthorityDiscoveryId>
}

## One validator of a session in the gossip grid.
struct TopologyPeer {
  validator: ValidatorIndex
  discovery: AuthorityDiscoveryId
  peer: option<PeerId>
}

## The gossip grid of a session: position p of `order` stands at row p / width, column p % width.
struct GossipTopology {
  session: SessionIndex
  ## Our own index in the session, if we are one of its validators.
  local: option<ValidatorIndex>
  ## Validator indices in shuffled order (all authorities of the session, validators first in index).
  order: vec<u32>
  ## By validator index.
  peers: vec<TopologyPeer>
  ## Neighbours of ours: same row (x) and same column (y), by validator index.
  neighbors_x: vec<ValidatorIndex>
  neighbors_y: vec<ValidatorIndex>
}

## What the bridge tells the validation-side gossip subsystems. Between PeerConnected and PeerDisconnected of a peer, and
## only there, come its other events.
enum ValidationEvent {
  0 PeerConnected(PeerConnected)
  1 PeerDisconnected(PeerId)
  2 NewGossipTopology(shared<GossipTopology>)
  3 PeerMessage { peer: PeerId, message: shared<ValidationProtocolV3> }
  4 PeerViewChange { peer: PeerId, view: View }
  5 OurViewChange(View)
}

enum CollationEvent {
  0 PeerConnected(PeerConnected)
  1 PeerDisconnected(PeerId)
  3 PeerMessage { peer: PeerId, message: shared<CollationProtocolV2> }
  4 PeerViewChange { peer: PeerId, view: View }
  5 OurViewChange(View)
}

## Why a request got no usable answer.
enum RequestFailure {
  0 Timeout
  1 Disconnected
  ## The other side has no answer or would not give it.
  2 Refused
  3 TooLarge
  ## Nobody is known at that address.
  4 Unknown
  ## It answered, with bytes that are no answer.
  5 Malformed
}

## Where a request goes.
enum Recipient {
  0 Peer(PeerId)
  1 Authority(AuthorityDiscoveryId)
}

## Reputation changes, in polkadot-sdk's steps (shared by all subsystems that report peers).
enum Reputation {
  0 CostMinor
  1 CostMinorRepeated
  2 CostMajor
  3 CostMajorRepeated
  4 Malicious
  5 BenefitMinor
  6 BenefitMinorFirst
  7 BenefitMajor
  8 BenefitMajorFirst
}

## Candidate validation's answer. Only Valid and Invalid are verdicts.
enum ValidationOutcome {
  0 Valid { commitments: CandidateCommitments, validation_data: PersistedValidationData }
  1 Invalid(InvalidCandidate)
  ## Our own failure: abstain.
  2 Failed(string)
}

## Can code that is new to the chain be used?
enum PreCheckOutcome {
  0 Valid
  1 Invalid
  ## We could not find out.
  2 Failed
}

## Why a candidate is invalid (polkadot-sdk's InvalidCandidate, by name).
enum InvalidCandidate {
  0 ExecutionError(string)
  1 InvalidOutputs
  2 Timeout
  3 ParamsTooLarge(u64)
  4 CodeTooLarge(u64)
  5 PoVDecompressionFailure
  6 BadReturn
  7 BadParent
  8 PoVHashMismatch
  9 BadSignature
  10 ParaHeadHashMismatch
  11 CodeHashMismatch
  12 CommitmentsHashMismatch
  13 PersistedValidationDataMismatch
  14 InvalidSchedulingSession
  15 InvalidRelayParentSession
  16 InvalidUMPSignals(string)
  17 ErasureRootMismatch
}

## A Seconded statement carries the candidate and its validation data.
struct SignedFullStatementWithPVD {
  statement: UncheckedSignedFullStatement
  ## Present for Seconded.
  pvd: option<PersistedValidationData>
}

## Guide 3's MisbehaviorReport; the statements prove it.
enum MisbehaviorReport {
  ## These validators disagree about the candidate's validity (also: our own check disagrees with theirs).
  0 CandidateValidityDisagreement { receipt: CandidateReceipt, statements: vec<UncheckedSignedFullStatement> }
  ## One validator contradicted itself about one candidate: Seconded and Valid, or two signatures of one statement.
  1 SelfContradiction { receipt: CandidateReceipt, first: UncheckedSignedFullStatement, second: UncheckedSignedFullStatement }
  ## One validator seconded two candidates for one core and relay parent.
  2 DoubleVote { receipt: CandidateReceipt, first: UncheckedSignedFullStatement, second: UncheckedSignedFullStatement }
}

enum ProvisionableData {
  0 Bitfield(UncheckedSignedAvailabilityBitfield)
  1 BackedCandidate(CandidateReceipt)
  2 MisbehaviorReport(MisbehaviorReport)
}

struct ProvisionerInherentData {
  bitfields: vec<UncheckedSignedAvailabilityBitfield>
  backed_candidates: vec<BackedCandidate>
  disputes: vec<DisputeStatementSet>
}

struct Collation {
  receipt: CandidateReceipt
  pov: shared<PoV>
  ## Set where the advertisement named a parent head that only the collator knows.
  parent_head_data: option<HeadData>
}

enum RecoveryError {
  0 Invalid
  1 Unavailable
}

enum StoreError {
  0 UnknownCandidate
  1 IndexOutOfRange
  2 InvalidErasureRoot
  3 Disk
}

enum RuntimeApiError {
  ## The runtime at that block does not have the method.
  0 NotSupported
  ## The block or its state is not known here.
  1 UnknownBlock
  2 Execution(string)
}

## Chunks and full data of one candidate, as held.
struct AvailableChunk {
  validator: ValidatorIndex
  chunk: shared<ErasureChunk>
}
