# Cross-consensus messages, version 5. Source: staging-xcm 25, src/v5.

# ---- places ----

enum XcmNetworkIdV5 path "staging_xcm::v5::junction::NetworkId" {
  0 ByGenesis([u8; 32])
  1 ByFork { block_number: u64, block_hash: [u8; 32] }
  2 Polkadot
  3 Kusama
  7 Ethereum { chain_id: compact<u64> }
  8 BitcoinCore
  9 BitcoinCash
  10 PolkadotBulletin
}
enum XcmJunctionV5 path "staging_xcm::v5::junction::Junction" {
  0 Parachain(compact<u32>)
  1 AccountId32 { network: option<XcmNetworkIdV5>, id: [u8; 32] }
  2 AccountIndex64 { network: option<XcmNetworkIdV5>, index: compact<u64> }
  3 AccountKey20 { network: option<XcmNetworkIdV5>, key: [u8; 20] }
  4 PalletInstance(u8)
  5 GeneralIndex(compact<u128>)
  6 GeneralKey { length: u8, data: [u8; 32] }
  7 OnlyChild
  8 Plurality { id: XcmBodyId, part: XcmBodyPart }
  9 GlobalConsensus(XcmNetworkIdV5)
}
enum XcmJunctionsV5 path "staging_xcm::v5::junctions::Junctions" {
  0 Here
  1 X1(box<[XcmJunctionV5; 1]>)
  2 X2(box<[XcmJunctionV5; 2]>)
  3 X3(box<[XcmJunctionV5; 3]>)
  4 X4(box<[XcmJunctionV5; 4]>)
  5 X5(box<[XcmJunctionV5; 5]>)
  6 X6(box<[XcmJunctionV5; 6]>)
  7 X7(box<[XcmJunctionV5; 7]>)
  8 X8(box<[XcmJunctionV5; 8]>)
}
struct XcmLocationV5 path "staging_xcm::v5::location::Location" {
  parents: u8
  interior: XcmJunctionsV5
}

# ---- assets ----

struct XcmAssetIdV5 path "staging_xcm::v5::asset::AssetId" (XcmLocationV5)
enum XcmAssetInstanceV5 path "staging_xcm::v5::asset::AssetInstance" {
  0 Undefined
  1 Index(compact<u128>)
  2 Array4([u8; 4])
  3 Array8([u8; 8])
  4 Array16([u8; 16])
  5 Array32([u8; 32])
}
enum XcmFungibilityV5 path "staging_xcm::v5::asset::Fungibility" {
  0 Fungible(XcmAmount)
  1 NonFungible(XcmAssetInstanceV5)
}
struct XcmAssetV5 path "staging_xcm::v5::asset::Asset" {
  id: XcmAssetIdV5
  fun: XcmFungibilityV5
}
# At most 20; fungible ones before others, each by what it is, none twice.
custom XcmAssetsV5 path "staging_xcm::v5::asset::Assets" {
  v: vec<XcmAssetV5>
}
enum XcmWildFungibilityV5 path "staging_xcm::v5::asset::WildFungibility" {
  0 Fungible
  1 NonFungible
}
enum XcmWildAssetV5 path "staging_xcm::v5::asset::WildAsset" {
  0 All
  1 AllOf { id: XcmAssetIdV5, fun: XcmWildFungibilityV5 }
  2 AllCounted(compact<u32>)
  3 AllOfCounted { id: XcmAssetIdV5, fun: XcmWildFungibilityV5, count: compact<u32> }
}
enum XcmAssetFilterV5 path "staging_xcm::v5::asset::AssetFilter" {
  0 Definite(XcmAssetsV5)
  1 Wild(XcmWildAssetV5)
}
enum XcmAssetTransferFilterV5 path "staging_xcm::v5::asset::AssetTransferFilter" {
  0 Teleport(XcmAssetFilterV5)
  1 ReserveDeposit(XcmAssetFilterV5)
  2 ReserveWithdraw(XcmAssetFilterV5)
}

# ---- answers ----

enum XcmErrorV5 path "xcm::v5::traits::Error" {
  0 Overflow
  1 Unimplemented
  2 UntrustedReserveLocation
  3 UntrustedTeleportLocation
  4 LocationFull
  5 LocationNotInvertible
  6 BadOrigin
  7 InvalidLocation
  8 AssetNotFound
  9 FailedToTransactAsset
  10 NotWithdrawable
  11 LocationCannotHold
  12 ExceedsMaxMessageSize
  13 DestinationUnsupported
  14 Transport
  15 Unroutable
  16 UnknownClaim
  17 FailedToDecode
  18 MaxWeightInvalid
  19 NotHoldingFees
  20 TooExpensive
  21 Trap(u64)
  22 ExpectationFalse
  23 PalletNotFound
  24 NameMismatch
  25 VersionIncompatible
  26 HoldingWouldOverflow
  27 ExportError
  28 ReanchorFailed
  29 NoDeal
  30 FeesNotMet
  31 LockError
  32 NoPermission
  33 Unanchored
  34 NotDepositable
  35 TooManyAssets
  36 UnhandledXcmVersion
  37 WeightLimitReached(Weight)
  38 Barrier
  39 WeightNotComputable
  40 ExceedsStackLimit
}
struct XcmPalletInfoV5 path "staging_xcm::v5::PalletInfo" {
  index: compact<u32>
  name: bytes<48>
  module_name: bytes<48>
  major: compact<u32>
  minor: compact<u32>
  patch: compact<u32>
}
enum XcmResponseV5 path "staging_xcm::v5::Response" {
  0 Null
  1 Assets(XcmAssetsV5)
  2 ExecutionResult(option<(u32, XcmErrorV5)>)
  3 Version(u32)
  4 PalletsInfo(vec<XcmPalletInfoV5, 64>)
  5 DispatchResult(XcmMaybeErrorCode)
}
struct XcmQueryResponseInfoV5 path "staging_xcm::v5::QueryResponseInfo" {
  destination: XcmLocationV5
  query_id: compact<u64>
  max_weight: Weight
}

# ---- instructions ----

enum XcmHintV5 path "staging_xcm::v5::Hint" {
  0 AssetClaimer { location: XcmLocationV5 }
}
enum XcmInstructionV5 path "staging_xcm::v5::Instruction" {
  0 WithdrawAsset(XcmAssetsV5)
  1 ReserveAssetDeposited(XcmAssetsV5)
  2 ReceiveTeleportedAsset(XcmAssetsV5)
  3 QueryResponse { query_id: compact<u64>, response: XcmResponseV5, max_weight: Weight, querier: option<XcmLocationV5> }
  4 TransferAsset { assets: XcmAssetsV5, beneficiary: XcmLocationV5 }
  5 TransferReserveAsset { assets: XcmAssetsV5, dest: XcmLocationV5, xcm: XcmV5 }
  6 Transact { origin_kind: XcmOriginKind, fallback_max_weight: option<Weight>, call: XcmDoubleEncoded }
  7 HrmpNewChannelOpenRequest { sender: compact<u32>, max_message_size: compact<u32>, max_capacity: compact<u32> }
  8 HrmpChannelAccepted { recipient: compact<u32> }
  9 HrmpChannelClosing { initiator: compact<u32>, sender: compact<u32>, recipient: compact<u32> }
  10 ClearOrigin
  11 DescendOrigin(XcmJunctionsV5)
  12 ReportError(XcmQueryResponseInfoV5)
  13 DepositAsset { assets: XcmAssetFilterV5, beneficiary: XcmLocationV5 }
  14 DepositReserveAsset { assets: XcmAssetFilterV5, dest: XcmLocationV5, xcm: XcmV5 }
  15 ExchangeAsset { give: XcmAssetFilterV5, want: XcmAssetsV5, maximal: bool }
  16 InitiateReserveWithdraw { assets: XcmAssetFilterV5, reserve: XcmLocationV5, xcm: XcmV5 }
  17 InitiateTeleport { assets: XcmAssetFilterV5, dest: XcmLocationV5, xcm: XcmV5 }
  18 ReportHolding { response_info: XcmQueryResponseInfoV5, assets: XcmAssetFilterV5 }
  19 BuyExecution { fees: XcmAssetV5, weight_limit: XcmWeightLimit }
  20 RefundSurplus
  21 SetErrorHandler(XcmV5)
  22 SetAppendix(XcmV5)
  23 ClearError
  24 ClaimAsset { assets: XcmAssetsV5, ticket: XcmLocationV5 }
  25 Trap(compact<u64>)
  26 SubscribeVersion { query_id: compact<u64>, max_response_weight: Weight }
  27 UnsubscribeVersion
  28 BurnAsset(XcmAssetsV5)
  29 ExpectAsset(XcmAssetsV5)
  30 ExpectOrigin(option<XcmLocationV5>)
  31 ExpectError(option<(u32, XcmErrorV5)>)
  32 ExpectTransactStatus(XcmMaybeErrorCode)
  33 QueryPallet { module_name: bytes, response_info: XcmQueryResponseInfoV5 }
  34 ExpectPallet { index: compact<u32>, name: bytes, module_name: bytes, crate_major: compact<u32>, min_crate_minor: compact<u32> }
  35 ReportTransactStatus(XcmQueryResponseInfoV5)
  36 ClearTransactStatus
  37 UniversalOrigin(XcmJunctionV5)
  38 ExportMessage { network: XcmNetworkIdV5, destination: XcmJunctionsV5, xcm: XcmV5 }
  39 LockAsset { asset: XcmAssetV5, unlocker: XcmLocationV5 }
  40 UnlockAsset { asset: XcmAssetV5, target: XcmLocationV5 }
  41 NoteUnlockable { asset: XcmAssetV5, owner: XcmLocationV5 }
  42 RequestUnlock { asset: XcmAssetV5, locker: XcmLocationV5 }
  43 SetFeesMode { jit_withdraw: bool }
  44 SetTopic([u8; 32])
  45 ClearTopic
  46 AliasOrigin(XcmLocationV5)
  47 UnpaidExecution { weight_limit: XcmWeightLimit, check_origin: option<XcmLocationV5> }
  48 PayFees { asset: XcmAssetV5 }
  49 InitiateTransfer { destination: XcmLocationV5, remote_fees: option<XcmAssetTransferFilterV5>, preserve_origin: bool, assets: vec<XcmAssetTransferFilterV5, 6>, remote_xcm: XcmV5 }
  50 ExecuteWithOrigin { descendant_origin: option<XcmJunctionsV5>, xcm: XcmV5 }
  51 SetHints { hints: vec<XcmHintV5, 1> }
}
custom XcmV5 path "staging_xcm::v5::Xcm" {
  v: vec<XcmInstructionV5>
}
