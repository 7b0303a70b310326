# Balances. The accounts' data lie in System.Account.

## What holds part of a balance.
enum SessionHoldReason path "pallet_session::pallet::HoldReason" {
  ## Funds are held when setting keys.
  0 Keys
}
enum RuntimeHoldReason path "parahost_runtime::RuntimeHoldReason" {
  8 Session(SessionHoldReason)
}
enum BalanceLockReasons path "pallet_balances::types::Reasons" {
  0 Fee
  1 Misc
  2 All
}
struct BalanceLock path "pallet_balances::types::BalanceLock" {
  id: [u8; 8]
  amount: Balance
  reasons: BalanceLockReasons
}
struct BalanceReserve path "pallet_balances::types::ReserveData" {
  id: [u8; 8]
  amount: Balance
}
struct BalanceHold path "frame_support::traits::tokens::misc::IdAmount" {
  id: RuntimeHoldReason
  amount: Balance
}
## This runtime freezes for no reason: the identifier is `()`.
struct BalanceFreeze path "frame_support::traits::tokens::misc::IdAmount" {
  amount: Balance
}
enum BalanceStatus path "frame_support::traits::tokens::misc::BalanceStatus" {
  0 Free
  1 Reserved
}
enum AdjustmentDirection path "pallet_balances::types::AdjustmentDirection" {
  0 Increase
  1 Decrease
}
enum UnexpectedKind path "pallet_balances::pallet::UnexpectedKind" {
  0 BalanceUpdated
  1 FailedToMutateAccount
}

pallet Balances = 4 version 1 path "pallet_balances::pallet" {
  storage {
    ## The total units issued in the system.
    value TotalIssuance: Balance = default
    ## The total units of outstanding deactivated balance.
    value InactiveIssuance: Balance = default
    ## Unused here: balances are kept in System.
    map   Account(blake2_128 AccountId): AccountData = bytes 0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080
    ## Any liquidity locks on some account balances.
    map   Locks(blake2_128 AccountId): vec<BalanceLock> = default
    ## Named reserves on some account balances.
    map   Reserves(blake2_128 AccountId): vec<BalanceReserve, 50> = default
    ## Holds on account balances.
    map   Holds(blake2_128 AccountId): vec<BalanceHold, 1> = default
    ## Freeze locks on account balances.
    map   Freezes(blake2_128 AccountId): vec<BalanceFreeze, 1> = default
  }
  ## Transfer some liquid free balance to another account. The sender's account may go.
  call 0 transfer_allow_death(dest: MultiAddress, value: compact<Balance>) signed
  ## Exactly as `transfer_allow_death`, except the origin must be root and the source account may be specified.
  call 2 force_transfer(source: MultiAddress, dest: MultiAddress, value: compact<Balance>) root
  ## Same as the `transfer_allow_death` call, but the sender's account is kept alive.
  call 3 transfer_keep_alive(dest: MultiAddress, value: compact<Balance>) signed
  ## Transfer the entire transferable balance from the caller account.
  call 4 transfer_all(dest: MultiAddress, keep_alive: bool) signed
  ## Unreserve some balance from a user by force.
  call 5 force_unreserve(who: MultiAddress, amount: Balance) root
  ## Upgrade a specified account. Free of charge if nine tenths of the accounts needed it.
  call 6 upgrade_accounts(who: vec<AccountId>) signed
  ## Set the regular balance of a given account.
  call 8 force_set_balance(who: MultiAddress, new_free: compact<Balance>) root
  ## Adjust the total issuance in a saturating way.
  call 9 force_adjust_total_issuance(direction: AdjustmentDirection, delta: compact<Balance>) root
  ## Burn the specified liquid free balance from the origin account.
  call 10 burn(value: compact<Balance>, keep_alive: bool) signed
  ## An account was created with some free balance.
  event 0 Endowed { account: AccountId, free_balance: Balance }
  ## An account was removed whose balance was non-zero but below ExistentialDeposit, resulting in an outright loss.
  event 1 DustLost { account: AccountId, amount: Balance }
  ## Transfer succeeded.
  event 2 Transfer { from: AccountId, to: AccountId, amount: Balance }
  ## A balance was set by root.
  event 3 BalanceSet { who: AccountId, free: Balance }
  ## Some balance was reserved (moved from free to reserved).
  event 4 Reserved { who: AccountId, amount: Balance }
  ## Some balance was unreserved (moved from reserved to free).
  event 5 Unreserved { who: AccountId, amount: Balance }
  ## Some balance was moved from the reserve of the first account to the second account.
  event 6 ReserveRepatriated { from: AccountId, to: AccountId, amount: Balance, destination_status: BalanceStatus }
  ## Some amount was deposited (e.g. for transaction fees).
  event 7 Deposit { who: AccountId, amount: Balance }
  ## Some amount was withdrawn from the account (e.g. for transaction fees).
  event 8 Withdraw { who: AccountId, amount: Balance }
  ## Some amount was removed from the account (e.g. for misbehavior).
  event 9 Slashed { who: AccountId, amount: Balance }
  ## Some amount was minted into an account.
  event 10 Minted { who: AccountId, amount: Balance }
  ## Some credit was balanced and added to the total issuance.
  event 11 MintedCredit { amount: Balance }
  ## Some amount was burned from an account.
  event 12 Burned { who: AccountId, amount: Balance }
  ## Some debt has been dropped from the total issuance.
  event 13 BurnedDebt { amount: Balance }
  ## Some amount was suspended from an account (it can be restored later).
  event 14 Suspended { who: AccountId, amount: Balance }
  ## Some amount was restored into an account.
  event 15 Restored { who: AccountId, amount: Balance }
  ## An account was upgraded.
  event 16 Upgraded { who: AccountId }
  ## Total issuance was increased by `amount`, creating a credit to be balanced.
  event 17 Issued { amount: Balance }
  ## Total issuance was decreased by `amount`, creating a debt to be balanced.
  event 18 Rescinded { amount: Balance }
  ## Some balance was locked.
  event 19 Locked { who: AccountId, amount: Balance }
  ## Some balance was unlocked.
  event 20 Unlocked { who: AccountId, amount: Balance }
  ## Some balance was frozen.
  event 21 Frozen { who: AccountId, amount: Balance }
  ## Some balance was thawed.
  event 22 Thawed { who: AccountId, amount: Balance }
  ## The `TotalIssuance` was forcefully changed.
  event 23 TotalIssuanceForced { old: Balance, new: Balance }
  ## Some balance was placed on hold.
  event 24 Held { reason: RuntimeHoldReason, who: AccountId, amount: Balance }
  ## Held balance was burned from an account.
  event 25 BurnedHeld { reason: RuntimeHoldReason, who: AccountId, amount: Balance }
  ## A transfer of `amount` on hold from `source` to `dest` was initiated.
  event 26 TransferOnHold { reason: RuntimeHoldReason, source: AccountId, dest: AccountId, amount: Balance }
  ## The `transferred` balance is placed on hold at the `dest` account.
  event 27 TransferAndHold { reason: RuntimeHoldReason, source: AccountId, dest: AccountId, transferred: Balance }
  ## Some balance was released from hold.
  event 28 Released { reason: RuntimeHoldReason, who: AccountId, amount: Balance }
  ## An unexpected/defensive event was triggered.
  event 29 Unexpected(UnexpectedKind)
  ## Vesting balance too high to send value.
  error 0 VestingBalance
  ## Account liquidity restrictions prevent withdrawal.
  error 1 LiquidityRestrictions
  ## Balance too low to send value.
  error 2 InsufficientBalance
  ## Value too low to create account due to existential deposit.
  error 3 ExistentialDeposit
  ## Transfer/payment would kill account.
  error 4 Expendability
  ## A vesting schedule already exists for this account.
  error 5 ExistingVestingSchedule
  ## Beneficiary account must pre-exist.
  error 6 DeadAccount
  ## Number of named reserves exceed `MaxReserves`.
  error 7 TooManyReserves
  ## Number of holds exceed `VariantCountOf<T::RuntimeHoldReason>`.
  error 8 TooManyHolds
  ## Number of freezes exceed `MaxFreezes`.
  error 9 TooManyFreezes
  ## The issuance cannot be modified since it is already deactivated.
  error 10 IssuanceDeactivated
  ## The delta cannot be zero.
  error 11 DeltaZero
}
