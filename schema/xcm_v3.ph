# Cross-consensus messages, version 3, and what the later versions share with it. Source: staging-xcm 25, src/v3.

# ---- places ----

enum XcmNetworkIdV3 path "xcm::v3::junction::NetworkId" {
  0 ByGenesis([u8; 32])
  1 ByFork { block_number: u64, block_hash: [u8; 32] }
  2 Polkadot
  3 Kusama
  4 Westend
  5 Rococo
  6 Wococo
  7 Ethereum { chain_id: compact<u64> }
  8 BitcoinCore
  9 BitcoinCash
  10 PolkadotBulletin
}
enum XcmBodyId path "xcm::v3::junction::BodyId" {
  0 Unit
  1 Moniker([u8; 4])
  2 Index(compact<u32>)
  3 Executive
  4 Technical
  5 Legislative
  6 Judicial
  7 Defense
  8 Administration
  9 Treasury
}
enum XcmBodyPart path "xcm::v3::junction::BodyPart" {
  0 Voice
  1 Members { count: compact<u32> }
  2 Fraction { nom: compact<u32>, denom: compact<u32> }
  3 AtLeastProportion { nom: compact<u32>, denom: compact<u32> }
  4 MoreThanProportion { nom: compact<u32>, denom: compact<u32> }
}
enum XcmJunctionV3 path "xcm::v3::junction::Junction" {
  0 Parachain(compact<u32>)
  1 AccountId32 { network: option<XcmNetworkIdV3>, id: [u8; 32] }
  2 AccountIndex64 { network: option<XcmNetworkIdV3>, index: compact<u64> }
  3 AccountKey20 { network: option<XcmNetworkIdV3>, key: [u8; 20] }
  4 PalletInstance(u8)
  5 GeneralIndex(compact<u128>)
  6 GeneralKey { length: u8, data: [u8; 32] }
  7 OnlyChild
  8 Plurality { id: XcmBodyId, part: XcmBodyPart }
  9 GlobalConsensus(XcmNetworkIdV3)
}
enum XcmJunctionsV3 path "xcm::v3::junctions::Junctions" {
  0 Here
  1 X1(XcmJunctionV3)
  2 X2(XcmJunctionV3, XcmJunctionV3)
  3 X3(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
  4 X4(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
  5 X5(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
  6 X6(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
  7 X7(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
  8 X8(XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3, XcmJunctionV3)
}
struct XcmLocationV3 path "staging_xcm::v3::multilocation::MultiLocation" {
  parents: u8
  interior: XcmJunctionsV3
}

# ---- assets ----

enum XcmAssetIdV3 path "xcm::v3::multiasset::AssetId" {
  0 Concrete(XcmLocationV3)
  1 Abstract([u8; 32])
}
enum XcmAssetInstanceV3 path "xcm::v3::multiasset::AssetInstance" {
  0 Undefined
  1 Index(compact<u128>)
  2 Array4([u8; 4])
  3 Array8([u8; 8])
  4 Array16([u8; 16])
  5 Array32([u8; 32])
}
enum XcmFungibilityV3 path "xcm::v3::multiasset::Fungibility" {
  0 Fungible(XcmAmount)
  1 NonFungible(XcmAssetInstanceV3)
}
struct XcmAssetV3 path "xcm::v3::multiasset::MultiAsset" {
  id: XcmAssetIdV3
  fun: XcmFungibilityV3
}
# At most 20; fungible ones before others, each by what it is, none twice.
custom XcmAssetsV3 path "xcm::v3::multiasset::MultiAssets" {
  v: vec<XcmAssetV3>
}
enum XcmWildFungibilityV3 path "xcm::v3::multiasset::WildFungibility" {
  0 Fungible
  1 NonFungible
}
enum XcmWildAssetV3 path "xcm::v3::multiasset::WildMultiAsset" {
  0 All
  1 AllOf { id: XcmAssetIdV3, fun: XcmWildFungibilityV3 }
  2 AllCounted(compact<u32>)
  3 AllOfCounted { id: XcmAssetIdV3, fun: XcmWildFungibilityV3, count: compact<u32> }
}
enum XcmAssetFilterV3 path "xcm::v3::multiasset::MultiAssetFilter" {
  0 Definite(XcmAssetsV3)
  1 Wild(XcmWildAssetV3)
}

# ---- answers ----

enum XcmErrorV3 path "xcm::v3::traits::Error" {
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
  35 UnhandledXcmVersion
  36 WeightLimitReached(Weight)
  37 Barrier
  38 WeightNotComputable
  39 ExceedsStackLimit
}
enum XcmMaybeErrorCode path "xcm::v3::MaybeErrorCode" {
  0 Success
  1 Error(bytes<128>)
  2 TruncatedError(bytes<128>)
}
struct XcmPalletInfoV3 path "xcm::v3::PalletInfo" {
  index: compact<u32>
  name: bytes<48>
  module_name: bytes<48>
  major: compact<u32>
  minor: compact<u32>
  patch: compact<u32>
}
enum XcmResponseV3 path "xcm::v3::Response" {
  0 Null
  1 Assets(XcmAssetsV3)
  2 ExecutionResult(option<(u32, XcmErrorV3)>)
  3 Version(u32)
  4 PalletsInfo(vec<XcmPalletInfoV3, 64>)
  5 DispatchResult(XcmMaybeErrorCode)
}
struct XcmQueryResponseInfoV3 path "xcm::v3::QueryResponseInfo" {
  destination: XcmLocationV3
  query_id: compact<u64>
  max_weight: Weight
}

# ---- instructions ----

enum XcmWeightLimit path "xcm::v3::WeightLimit" {
  0 Unlimited
  1 Limited(Weight)
}
enum XcmOriginKind path "xcm::v3::OriginKind" {
  0 Native
  1 SovereignAccount
  2 Superuser
  3 Xcm
}
enum XcmInstructionV3 path "xcm::v3::Instruction" {
  0 WithdrawAsset(XcmAssetsV3)
  1 ReserveAssetDeposited(XcmAssetsV3)
  2 ReceiveTeleportedAsset(XcmAssetsV3)
  3 QueryResponse { query_id: compact<u64>, response: XcmResponseV3, max_weight: Weight, querier: option<XcmLocationV3> }
  4 TransferAsset { assets: XcmAssetsV3, beneficiary: XcmLocationV3 }
  5 TransferReserveAsset { assets: XcmAssetsV3, dest: XcmLocationV3, xcm: XcmV3 }
  6 Transact { origin_kind: XcmOriginKind, require_weight_at_most: Weight, call: XcmDoubleEncoded }
  7 HrmpNewChannelOpenRequest { sender: compact<u32>, max_message_size: compact<u32>, max_capacity: compact<u32> }
  8 HrmpChannelAccepted { recipient: compact<u32> }
  9 HrmpChannelClosing { initiator: compact<u32>, sender: compact<u32>, recipient: compact<u32> }
  10 ClearOrigin
  11 DescendOrigin(XcmJunctionsV3)
  12 ReportError(XcmQueryResponseInfoV3)
  13 DepositAsset { assets: XcmAssetFilterV3, beneficiary: XcmLocationV3 }
  14 DepositReserveAsset { assets: XcmAssetFilterV3, dest: XcmLocationV3, xcm: XcmV3 }
  15 ExchangeAsset { give: XcmAssetFilterV3, want: XcmAssetsV3, maximal: bool }
  16 InitiateReserveWithdraw { assets: XcmAssetFilterV3, reserve: XcmLocationV3, xcm: XcmV3 }
  17 InitiateTeleport { assets: XcmAssetFilterV3, dest: XcmLocationV3, xcm: XcmV3 }
  18 ReportHolding { response_info: XcmQueryResponseInfoV3, assets: XcmAssetFilterV3 }
  19 BuyExecution { fees: XcmAssetV3, weight_limit: XcmWeightLimit }
  20 RefundSurplus
  21 SetErrorHandler(XcmV3)
  22 SetAppendix(XcmV3)
  23 ClearError
  24 ClaimAsset { assets: XcmAssetsV3, ticket: XcmLocationV3 }
  25 Trap(compact<u64>)
  26 SubscribeVersion { query_id: compact<u64>, max_response_weight: Weight }
  27 UnsubscribeVersion
  28 BurnAsset(XcmAssetsV3)
  29 ExpectAsset(XcmAssetsV3)
  30 ExpectOrigin(option<XcmLocationV3>)
  31 ExpectError(option<(u32, XcmErrorV3)>)
  32 ExpectTransactStatus(XcmMaybeErrorCode)
  33 QueryPallet { module_name: bytes, response_info: XcmQueryResponseInfoV3 }
  34 ExpectPallet { index: compact<u32>, name: bytes, module_name: bytes, crate_major: compact<u32>, min_crate_minor: compact<u32> }
  35 ReportTransactStatus(XcmQueryResponseInfoV3)
  36 ClearTransactStatus
  37 UniversalOrigin(XcmJunctionV3)
  38 ExportMessage { network: XcmNetworkIdV3, destination: XcmJunctionsV3, xcm: XcmV3 }
  39 LockAsset { asset: XcmAssetV3, unlocker: XcmLocationV3 }
  40 UnlockAsset { asset: XcmAssetV3, target: XcmLocationV3 }
  41 NoteUnlockable { asset: XcmAssetV3, owner: XcmLocationV3 }
  42 RequestUnlock { asset: XcmAssetV3, locker: XcmLocationV3 }
  43 SetFeesMode { jit_withdraw: bool }
  44 SetTopic([u8; 32])
  45 ClearTopic
  46 AliasOrigin(XcmLocationV3)
  47 UnpaidExecution { weight_limit: XcmWeightLimit, check_origin: option<XcmLocationV3> }
}
custom XcmV3 path "xcm::v3::Xcm" {
  v: vec<XcmInstructionV3>
}
