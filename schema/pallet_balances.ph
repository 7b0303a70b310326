# Balances. The accounts' data lie in System.Account.

pallet Balances = 4 version 1 {
  storage {
    ## The total units issued in the system.
    value TotalIssuance: Balance = default
    ## The total units of outstanding deactivated balance.
    value InactiveIssuance: Balance = default
  }
  event 0 Endowed { account: AccountId, free_balance: Balance }
  event 1 DustLost { account: AccountId, amount: Balance }
  event 4 Reserved { who: AccountId, amount: Balance }
  event 5 Unreserved { who: AccountId, amount: Balance }
  event 7 Deposit { who: AccountId, amount: Balance }
  event 8 Withdraw { who: AccountId, amount: Balance }
  event 12 Burned { who: AccountId, amount: Balance }
  event 13 BurnedDebt { amount: Balance }
  event 18 Rescinded { amount: Balance }
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
