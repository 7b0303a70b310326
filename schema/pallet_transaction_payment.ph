# Fees of transactions: for their length and weight, with a multiplier that follows how full blocks are.

enum FeeReleases path "pallet_transaction_payment::Releases" {
  0 V1Ancient
  1 V2
}
struct InclusionFee path "pallet_transaction_payment::types::InclusionFee" {
  ## For being an extrinsic at all.
  base_fee: Balance
  len_fee: Balance
  ## For the weight, times the multiplier.
  adjusted_weight_fee: Balance
}
struct FeeDetails path "pallet_transaction_payment::types::FeeDetails" {
  ## Nothing is charged for an extrinsic that does not pay.
  inclusion_fee: option<InclusionFee>
  tip: Balance
}
struct RuntimeDispatchInfo path "pallet_transaction_payment::types::RuntimeDispatchInfo" {
  weight: Weight
  class: DispatchClass
  ## Without the tip.
  partial_fee: Balance
}

pallet TransactionPayment = 33 version 0 path "pallet_transaction_payment::pallet" {
  storage {
    value NextFeeMultiplier: FixedU128 = 1_000_000_000_000_000_000
    value StorageVersion: FeeReleases = default
    ## The fee taken for the transaction being applied, of which some may be given back.
    value TxPaymentCredit: Balance?
  }
  ## A transaction fee `actual_fee`, of which `tip` was added to the minimum inclusion fee, has been paid by `who`.
  event 0 TransactionFeePaid { who: AccountId, actual_fee: Balance, tip: Balance }
}

# parahost's own: what transactions may use and cost, which is constant in Rococo's code and differs between chains.

struct TransactionParams {
  ## Price of a byte.
  length_fee: Balance
  ## Price of a picosecond: a whole number and parts of a billion.
  weight_fee: Balance
  weight_fee_fraction: Perbill
  ## Operational transactions are as urgent as if they gave a tip of this many fees.
  operational_fee_multiplier: u8
  ## Picoseconds of a block, and the part of its time and of its length that is for ordinary transactions.
  max_block_ref_time: u64
  normal_share: Perbill
  ## Picoseconds that every transaction takes, and those that its call takes.
  base_ref_time: u64
  call_ref_time: u64
  ## How fast the multiplier moves, 18 decimals; 0: never.
  multiplier_variability: u128
}

pallet TransactionParameters = 202 version 0 {
  storage {
    ## Absent: Rococo's constants.
    value Params: TransactionParams?
  }
}
