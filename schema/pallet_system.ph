# The base of everything: block numbers and hashes, the digest, events, accounts, code upgrades.

## Balances of an account.
struct AccountData path "pallet_balances::types::AccountData" {
  free: Balance
  reserved: Balance
  frozen: Balance
  ## The highest bit says that the new logic of reserves is in use.
  flags: u128
}
struct AccountInfo path "frame_system::AccountInfo" {
  nonce: Nonce
  ## Modules that need the account to exist.
  consumers: u32
  ## Modules that let it exist.
  providers: u32
  ## Modules that let it exist on their own ground, without an existential deposit.
  sufficients: u32
  data: AccountData
}
enum Phase path "frame_system::Phase" {
  0 ApplyExtrinsic(u32)
  1 Finalization
  2 Initialization
}
struct EventRecord path "frame_system::EventRecord" {
  phase: Phase
  event: Event
  topics: vec<Hash>
}
struct LastRuntimeUpgradeInfo path "frame_system::LastRuntimeUpgradeInfo" {
  spec_version: compact<u32>
  spec_name: string
}
struct CodeUpgradeAuthorization path "frame_system::CodeUpgradeAuthorization" {
  code_hash: Hash
  ## Whether the new code's name and version are to be compared with the old.
  check_version: bool
}

pallet System = 0 version 0 path "frame_system::pallet" {
  storage {
    ## The full account information for a particular account.
    map   Account(blake2_128 AccountId): AccountInfo = bytes 0x0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080
    ## Total extrinsics count for the current block.
    value ExtrinsicCount: u32?
    ## Whether all inherents have been applied.
    value InherentsApplied: bool = default
    ## The current weight for the block.
    value BlockWeight: PerDispatchClassWeight = default
    ## Length of the block so far, header and digest included, in bytes.
    value BlockSize: u32?
    ## Map of block numbers to block hashes.
    map   BlockHash(twox64 BlockNumber): Hash = default
    ## Extrinsics of the current block, encoded, by index.
    map   ExtrinsicData(twox64 u32): bytes = default
    ## The current block number being processed. Set by the start of the block.
    value Number: BlockNumber = default
    ## Hash of the previous block.
    value ParentHash: Hash = default
    ## Digest of the current block, also part of the block header.
    value Digest: Digest = default
    ## Events deposited for the current block.
    value Events: vec<EventRecord> = default
    ## The number of events in the list of events.
    value EventCount: u32 = default
    ## Which events have which topic: block number and index in the list.
    map   EventTopics(blake2_128 Hash): vec<(BlockNumber, u32)> = default
    ## The version of the runtime that last initialised a block.
    value LastRuntimeUpgrade: LastRuntimeUpgradeInfo?
    ## Blocks until a pending code is put in force.
    value BlocksTillUpgrade: u8?
    ## True if reference counts are of type u32.
    value UpgradedToU32RefCount: bool = default
    ## True if accounts have three reference counts.
    value UpgradedToTripleRefCount: bool = default
    ## The execution phase of the block.
    value ExecutionPhase: Phase?
    ## A code upgrade that was authorised.
    value AuthorizedUpgrade: CodeUpgradeAuthorization?
    ## Weight given back so far for the current extrinsic.
    value ExtrinsicWeightReclaimed: Weight = default
  }
  ## Make some on-chain remark.
  call 0 remark(remark: bytes) any
  ## Set the number of pages in the WebAssembly environment's heap.
  call 1 set_heap_pages(pages: u64) root
  ## Set the new runtime code.
  call 2 set_code(code: bytes) root
  ## Set the new runtime code without doing any checks of the given code.
  call 3 set_code_without_checks(code: bytes) root
  ## Set some items of storage.
  call 4 set_storage(items: vec<(bytes, bytes)>) root
  ## Kill some items from storage.
  call 5 kill_storage(keys: vec<bytes>) root
  ## Kill all storage items with a key that starts with the given prefix.
  call 6 kill_prefix(prefix: bytes, subkeys: u32) root
  ## Make some on-chain remark and emit event.
  call 7 remark_with_event(remark: bytes) signed
  ## Authorize an upgrade to a given code hash for the runtime. The code can be supplied later.
  call 9 authorize_upgrade(code_hash: Hash) root
  ## As authorize_upgrade, without comparing the versions later.
  call 10 authorize_upgrade_without_checks(code_hash: Hash) root
  ## Provide the code for an upgrade that has been authorized. Anyone may.
  call 11 apply_authorized_upgrade(code: bytes) any
  ## An extrinsic completed successfully.
  event 0 ExtrinsicSuccess { dispatch_info: DispatchEventInfo }
  ## An extrinsic failed.
  event 1 ExtrinsicFailed { dispatch_error: DispatchError, dispatch_info: DispatchEventInfo }
  ## `:code` was updated.
  event 2 CodeUpdated { hash: Hash }
  ## A new account was created.
  event 3 NewAccount { account: AccountId }
  ## An account was reaped.
  event 4 KilledAccount { account: AccountId }
  ## On on-chain remark happened.
  event 5 Remarked { sender: AccountId, hash: Hash }
  ## An upgrade was authorized.
  event 6 UpgradeAuthorized { code_hash: Hash, check_version: bool }
  ## An invalid authorized upgrade was rejected while trying to apply it.
  event 7 RejectedInvalidAuthorizedUpgrade { code_hash: Hash, error: DispatchError }
  ## The name of specification does not match between the current runtime and the new runtime.
  error 0 InvalidSpecName
  ## The specification version is not allowed to decrease between the current runtime and the new runtime.
  error 1 SpecVersionNeedsToIncrease
  ## Failed to extract the runtime version from the new runtime.
  error 2 FailedToExtractRuntimeVersion
  ## Suicide called when the account has non-default composite data.
  error 3 NonDefaultComposite
  ## There is a non-zero reference count preventing the account from being purged.
  error 4 NonZeroRefCount
  ## The origin filter prevent the call to be dispatched.
  error 5 CallFiltered
  ## A multi-block migration is ongoing and prevents the current code from being replaced.
  error 6 MultiBlockMigrationsOngoing
  ## No upgrade authorized.
  error 7 NothingAuthorized
  ## The submitted code is not authorized.
  error 8 Unauthorized
}
