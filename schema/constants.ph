# What the pallets are configured with, as metadata shows it. `computed`: a function in src/runtime says it, most in constants.c, from
# runtime/params.h or from what the genesis put into the state.

constants System {
  ## Block and extrinsic weights: base values and limits.
  const BlockWeights: BlockWeights = computed
  ## The maximum length of a block, in bytes.
  const BlockLength: BlockLength = computed
  ## Maximum number of block numbers whose hashes are kept.
  const BlockHashCount: BlockNumber = computed
  ## The weight of the accesses to the state that the runtime may call.
  const DbWeight: RuntimeDbWeight = computed
  ## The version of the runtime, with its APIs.
  const Version: RuntimeVersion = computed
  ## The prefix of addresses of this chain: that of any Substrate chain.
  const SS58Prefix: u16 = 42
}

constants Timestamp {
  ## The time that must lie between blocks, in milliseconds: half a slot.
  const MinimumPeriod: u64 = computed
}

constants Babe {
  ## The length of an epoch, in slots.
  const EpochDuration: u64 = computed
  ## The expected time between blocks, in milliseconds: a slot.
  const ExpectedBlockTime: u64 = computed
  ## Most authorities there may be.
  const MaxAuthorities: u32 = computed
  ## Most nominators an authority may have.
  const MaxNominators: u32 = 0
}

constants Grandpa {
  ## Most authorities there may be.
  const MaxAuthorities: u32 = computed
  ## Most nominators an authority may have.
  const MaxNominators: u32 = 0
  ## Authority sets whose last session is remembered.
  const MaxSetIdSessionEntries: u64 = computed
}

constants Balances {
  ## The minimum amount required to keep an account open.
  const ExistentialDeposit: Balance = computed
  ## Most locks on an account.
  const MaxLocks: u32 = 50
  ## Most named reserves of an account.
  const MaxReserves: u32 = 50
  ## Most individual freezes of an account at a time.
  const MaxFreezes: u32 = 1
}

constants TransactionPayment {
  ## An operational transaction is as urgent as if it gave a tip of this many times its fee.
  const OperationalFeeMultiplier: u8 = computed
}

constants Session {
  ## Held from an account while it has session keys: nothing.
  const KeyDeposit: Balance = 0
}

constants Paras {
  ## Urgency of the votes that come without a signer.
  const UnsignedPriority: u64 = 0xffff_ffff_ffff_ffff
}

constants MessageQueue {
  ## The size of a page, in bytes; no message may be larger.
  const HeapSize: u32 = 32768
  ## Most stale pages (of overweight messages alone) before they may be culled.
  const MaxStale: u32 = 8
}

constants OnDemandAssignmentProvider {
  ## The spot price's multiplier where nothing has been ordered.
  const TrafficDefaultValue: FixedU128 = 1_000_000_000_000_000_000
  ## Most blocks of revenue that are kept apart.
  const MaxHistoricalRevenue: u32 = computed
}

constants Coretime {
  ## The para of the broker chain.
  const BrokerId: u32 = 1005
}
