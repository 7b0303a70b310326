# Cross-consensus messages, version 4. Source: staging-xcm 25, src/v4.

# ---- places ----

enum XcmNetworkIdV4 path "staging_xcm::v4::junction::NetworkId" {
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
enum XcmJunctionV4 path "staging_xcm::v4::junction::Junction" {
  0 Parachain(compact<u32>)
  1 AccountId32 { network: option<XcmNetworkIdV4>, id: [u8; 32] }
  2 AccountIndex64 { network: option<XcmNetworkIdV4>, index: compact<u64> }
  3 AccountKey20 { network: option<XcmNetworkIdV4>, key: [u8; 20] }
  4 PalletInstance(u8)
  5 GeneralIndex(compact<u128>)
  6 GeneralKey { length: u8, data: [u8; 32] }
  7 OnlyChild
  8 Plurality { id: XcmBodyId, part: XcmBodyPart }
  9 GlobalConsensus(XcmNetworkIdV4)
}
enum XcmJunctionsV4 path "staging_xcm::v4::junctions::Junctions" {
  0 Here
  1 X1(box<[XcmJunctionV4; 1]>)
  2 X2(box<[XcmJunctionV4; 2]>)
  3 X3(box<[XcmJunctionV4; 3]>)
  4 X4(box<[XcmJunctionV4; 4]>)
  5 X5(box<[XcmJunctionV4; 5]>)
  6 X6(box<[XcmJunctionV4; 6]>)
  7 X7(box<[XcmJunctionV4; 7]>)
  8 X8(box<[XcmJunctionV4; 8]>)
}
struct XcmLocationV4 path "staging_xcm::v4::location::Location" {
  parents: u8
  interior: XcmJunctionsV4
}

# ---- assets ----

struct XcmAssetIdV4 path "staging_xcm::v4::asset::AssetId" (XcmLocationV4)
enum XcmAssetInstanceV4 path "staging_xcm::v4::asset::AssetInstance" {
  0 Undefined
  1 Index(compact<u128>)
  2 Array4([u8; 4])
  3 Array8([u8; 8])
  4 Array16([u8; 16])
  5 Array32([u8; 32])
}
enum XcmFungibilityV4 path "staging_xcm::v4::asset::Fungibility" {
  0 Fungible(XcmAmount)
  1 NonFungible(XcmAssetInstanceV4)
}
struct XcmAssetV4 path "staging_xcm::v4::asset::Asset" {
  id: XcmAssetIdV4
  fun: XcmFungibilityV4
}
# At most 20; fungible ones before others, each by what it is, none twice.
custom XcmAssetsV4 path "staging_xcm::v4::asset::Assets" {
  v: vec<XcmAssetV4>
}
enum XcmWildFungibilityV4 path "staging_xcm::v4::asset::WildFungibility" {
  0 Fungible
  1 NonFungible
}
enum XcmWildAssetV4 path "staging_xcm::v4::asset::WildAsset" {
  0 All
  1 AllOf { id: XcmAssetIdV4, fun: XcmWildFungibilityV4 }
  2 AllCounted(compact<u32>)
  3 AllOfCounted { id: XcmAssetIdV4, fun: XcmWildFungibilityV4, count: compact<u32> }
}
enum XcmAssetFilterV4 path "staging_xcm::v4::asset::AssetFilter" {
  0 Definite(XcmAssetsV4)
  1 Wild(XcmWildAssetV4)
}

# ---- answers ----

struct XcmPalletInfoV4 path "staging_xcm::v4::PalletInfo" {
  index: compact<u32>
  name: bytes<48>
  module_name: bytes<48>
  major: compact<u32>
  minor: compact<u32>
  patch: compact<u32>
}
enum XcmResponseV4 path "staging_xcm::v4::Response" {
  0 Null
  1 Assets(XcmAssetsV4)
  2 ExecutionResult(option<(u32, XcmErrorV3)>)
  3 Version(u32)
  4 PalletsInfo(vec<XcmPalletInfoV4, 64>)
  5 DispatchResult(XcmMaybeErrorCode)
}
struct XcmQueryResponseInfoV4 path "staging_xcm::v4::QueryResponseInfo" {
  destination: XcmLocationV4
  query_id: compact<u64>
  max_weight: Weight
}

# ---- instructions ----

enum XcmInstructionV4 path "staging_xcm::v4::Instruction" {
  0 WithdrawAsset(XcmAssetsV4)
  1 ReserveAssetDeposited(XcmAssetsV4)
  2 ReceiveTeleportedAsset(XcmAssetsV4)
  3 QueryResponse { query_id: compact<u64>, response: XcmResponseV4, max_weight: Weight, querier: option<XcmLocationV4> }
  4 TransferAsset { assets: XcmAssetsV4, beneficiary: XcmLocationV4 }
  5 TransferReserveAsset { assets: XcmAssetsV4, dest: XcmLocationV4, xcm: XcmV4 }
  6 Transact { origin_kind: XcmOriginKind, require_weight_at_most: Weight, call: XcmDoubleEncoded }
  7 HrmpNewChannelOpenRequest { sender: compact<u32>, max_message_size: compact<u32>, max_capacity: compact<u32> }
  8 HrmpChannelAccepted { recipient: compact<u32> }
  9 HrmpChannelClosing { initiator: compact<u32>, sender: compact<u32>, recipient: compact<u32> }
  10 ClearOrigin
  11 DescendOrigin(XcmJunctionsV4)
  12 ReportError(XcmQueryResponseInfoV4)
  13 DepositAsset { assets: XcmAssetFilterV4, beneficiary: XcmLocationV4 }
  14 DepositReserveAsset { assets: XcmAssetFilterV4, dest: XcmLocationV4, xcm: XcmV4 }
  15 ExchangeAsset { give: XcmAssetFilterV4, want: XcmAssetsV4, maximal: bool }
  16 InitiateReserveWithdraw { assets: XcmAssetFilterV4, reserve: XcmLocationV4, xcm: XcmV4 }
  17 InitiateTeleport { assets: XcmAssetFilterV4, dest: XcmLocationV4, xcm: XcmV4 }
  18 ReportHolding { response_info: XcmQueryResponseInfoV4, assets: XcmAssetFilterV4 }
  19 BuyExecution { fees: XcmAssetV4, weight_limit: XcmWeightLimit }
  20 RefundSurplus
  21 SetErrorHandler(XcmV4)
  22 SetAppendix(XcmV4)
  23 ClearError
  24 ClaimAsset { assets: XcmAssetsV4, ticket: XcmLocationV4 }
  25 Trap(compact<u64>)
  26 SubscribeVersion { query_id: compact<u64>, max_response_weight: Weight }
  27 UnsubscribeVersion
  28 BurnAsset(XcmAssetsV4)
  29 ExpectAsset(XcmAssetsV4)
  30 ExpectOrigin(option<XcmLocationV4>)
  31 ExpectError(option<(u32, XcmErrorV3)>)
  32 ExpectTransactStatus(XcmMaybeErrorCode)
  33 QueryPallet { module_name: bytes, response_info: XcmQueryResponseInfoV4 }
  34 ExpectPallet { index: compact<u32>, name: bytes, module_name: bytes, crate_major: compact<u32>, min_crate_minor: compact<u32> }
  35 ReportTransactStatus(XcmQueryResponseInfoV4)
  36 ClearTransactStatus
  37 UniversalOrigin(XcmJunctionV4)
  38 ExportMessage { network: XcmNetworkIdV4, destination: XcmJunctionsV4, xcm: XcmV4 }
  39 LockAsset { asset: XcmAssetV4, unlocker: XcmLocationV4 }
  40 UnlockAsset { asset: XcmAssetV4, target: XcmLocationV4 }
  41 NoteUnlockable { asset: XcmAssetV4, owner: XcmLocationV4 }
  42 RequestUnlock { asset: XcmAssetV4, locker: XcmLocationV4 }
  43 SetFeesMode { jit_withdraw: bool }
  44 SetTopic([u8; 32])
  45 ClearTopic
  46 AliasOrigin(XcmLocationV4)
  47 UnpaidExecution { weight_limit: XcmWeightLimit, check_origin: option<XcmLocationV4> }
}
custom XcmV4 path "staging_xcm::v4::Xcm" {
  v: vec<XcmInstructionV4>
}
