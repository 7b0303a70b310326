# Types of Substrate itself that runtime APIs, extrinsics and base pallets use. Source: sp-runtime 49, sp-version, sp-weights,
# sp-inherents, sp-core; runtime.md sections 15 and 16.

# ---- weights and dispatch ----

struct Weight path "sp_weights::weight_v2::Weight" {
  ## Picoseconds.
  ref_time: compact<u64>
  ## Bytes.
  proof_size: compact<u64>
}
enum DispatchClass path "frame_support::dispatch::DispatchClass" {
  0 Normal
  1 Operational
  2 Mandatory
}
enum Pays path "frame_support::dispatch::Pays" {
  0 Yes
  1 No
}
## What an event of a finished extrinsic tells of its dispatch.
struct DispatchEventInfo path "frame_system::DispatchEventInfo" {
  weight: Weight
  class: DispatchClass
  pays_fee: Pays
}
struct PerDispatchClassWeight path "frame_support::dispatch::PerDispatchClass" {
  normal: Weight
  operational: Weight
  mandatory: Weight
}
struct ModuleError path "sp_runtime::ModuleError" {
  ## Index of the pallet.
  index: u8
  ## Index of the error within the pallet, then zeros.
  error: [u8; 4]
}
enum TokenError path "sp_runtime::TokenError" {
  0 FundsUnavailable
  1 OnlyProvider
  2 BelowMinimum
  3 CannotCreate
  4 UnknownAsset
  5 Frozen
  6 Unsupported
  7 CannotCreateHold
  8 NotExpendable
  9 Blocked
}
enum ArithmeticError path "sp_arithmetic::ArithmeticError" {
  0 Underflow
  1 Overflow
  2 DivisionByZero
}
enum TransactionalError path "sp_runtime::TransactionalError" {
  0 LimitReached
  1 NoLayer
}
enum TrieError path "sp_runtime::proving_trie::TrieError" {
  0 InvalidStateRoot
  1 IncompleteDatabase
  2 ValueAtIncompleteKey
  3 DecoderError
  4 InvalidHash
  5 DuplicateKey
  6 ExtraneousNode
  7 ExtraneousValue
  8 ExtraneousHashReference
  9 InvalidChildReference
  10 ValueMismatch
  11 IncompleteProof
  12 RootMismatch
  13 DecodeError
}
enum DispatchError path "sp_runtime::DispatchError" {
  0 Other
  1 CannotLookup
  2 BadOrigin
  3 Module(ModuleError)
  4 ConsumerRemaining
  5 NoProviders
  6 TooManyConsumers
  7 Token(TokenError)
  8 Arithmetic(ArithmeticError)
  9 Transactional(TransactionalError)
  10 Exhausted
  11 Corruption
  12 Unavailable
  13 RootNotAllowed
  14 Trie(TrieError)
}
alias DispatchResult = result<unit, DispatchError>
enum InvalidTransaction path "sp_runtime::transaction_validity::InvalidTransaction" {
  0 Call
  1 Payment
  2 Future
  3 Stale
  4 BadProof
  5 AncientBirthBlock
  6 ExhaustsResources
  7 Custom(u8)
  8 BadMandatory
  9 MandatoryValidation
  10 BadSigner
  11 IndeterminateImplicit
  12 UnknownOrigin
}
enum UnknownTransaction path "sp_runtime::transaction_validity::UnknownTransaction" {
  0 CannotLookup
  1 NoUnsignedValidator
  2 Custom(u8)
}
enum TransactionValidityError path "sp_runtime::transaction_validity::TransactionValidityError" {
  0 Invalid(InvalidTransaction)
  1 Unknown(UnknownTransaction)
}
## The inner result is the call's, the outer one says whether the extrinsic belongs in a block at all.
alias ApplyExtrinsicResult = result<DispatchResult, TransactionValidityError>
enum TransactionSource path "sp_runtime::transaction_validity::TransactionSource" {
  0 InBlock
  1 Local
  2 External
}
struct ValidTransaction path "sp_runtime::transaction_validity::ValidTransaction" {
  priority: u64
  requires: vec<bytes>
  provides: vec<bytes>
  ## Blocks.
  longevity: u64
  propagate: bool
}
alias TransactionValidity = result<ValidTransaction, TransactionValidityError>

# ---- extrinsics ----

enum MultiAddress path "sp_runtime::multiaddress::MultiAddress" {
  0 Id(AccountId)
  ## Rococo has no account indices: nothing follows.
  1 Index
  2 Raw(bytes)
  3 Address32([u8; 32])
  4 Address20([u8; 20])
}
enum MultiSignature path "sp_runtime::MultiSignature" {
  0 Ed25519(Ed25519Signature)
  1 Sr25519(Sr25519Signature)
  2 Ecdsa(EcdsaSignature)
  3 Eth(EcdsaSignature)
}

## How long a transaction may be included: for ever, or for `period` blocks (a power of two, 4 to 65536) from a block whose
## number is `phase` more than a multiple of the period. Period 0: for ever.
custom Era path "sp_runtime::generic::era::Era" {
  period: u64
  phase: u64
}
## What the signer adds to a call and that is written in the extrinsic. The extensions, in order: CheckNonZeroSender,
## CheckSpecVersion, CheckTxVersion, CheckGenesis, CheckMortality (era), CheckNonce (nonce), CheckWeight,
## ChargeTransactionPayment (tip).
struct SignedExtra {
  era: Era
  nonce: compact<Nonce>
  tip: compact<Balance>
}
## What is signed behind call and SignedExtra, and known to both sides. Longer than 256 bytes, the BLAKE2b-256 of all three
## is signed instead.
struct SignedImplicit {
  spec_version: u32
  transaction_version: u32
  genesis_hash: Hash
  ## Hash of the block with which the era begins; of genesis if it is for ever.
  era_hash: Hash
}

# ---- runtime ----

enum ExtrinsicInclusionMode path "sp_runtime::ExtrinsicInclusionMode" {
  0 AllExtrinsics
  1 OnlyInherents
}
struct RuntimeVersion path "sp_version::RuntimeVersion" {
  spec_name: string
  impl_name: string
  authoring_version: u32
  spec_version: u32
  impl_version: u32
  ## First 8 bytes of the BLAKE2b-64 of each API's name, and its version.
  apis: vec<([u8; 8], u32)>
  transaction_version: u32
  system_version: u8
}
newtype OpaqueMetadata path "sp_core::OpaqueMetadata" = bytes
newtype InherentIdentifier = [u8; 8]
struct InherentData path "sp_inherents::InherentData" {
  data: map<InherentIdentifier, bytes>
}
struct CheckInherentsResult path "sp_inherents::CheckInherentsResult" {
  okay: bool
  fatal_error: bool
  errors: InherentData
}
