# Orders for on-demand blocks and their price.

struct EnqueuedOrder path "polkadot_runtime_parachains::on_demand::EnqueuedOrder" {
  para_id: ParaId
  ordered_at: BlockNumber
}
struct OnDemandOrderStatus path "polkadot_runtime_parachains::on_demand::OrderStatus" {
  ## The spot price is this many times the base fee.
  traffic: FixedU128
  queue: vec<EnqueuedOrder>
}

pallet OnDemandAssignmentProvider = 66 version 2 path "polkadot_runtime_parachains::on_demand::pallet" {
  storage {
    ## Priority queue for all orders which don't yet (or not any more) have any core affinity.
    value OrderStatus: OnDemandOrderStatus = default
    ## Income of the recent blocks, the newest first.
    value Revenue: vec<Balance> = default
    ## Credits of accounts that the broker chain bought.
    map Credits(blake2_128 AccountId): Balance = default
  }
  call 0 place_order_allow_death(max_amount: Balance, para_id: ParaId) signed
  call 1 place_order_keep_alive(max_amount: Balance, para_id: ParaId) signed
  call 2 place_order_with_credits(max_amount: Balance, para_id: ParaId) signed
  event 0 OnDemandOrderPlaced { para_id: ParaId, spot_price: Balance, ordered_by: AccountId }
  event 1 SpotPriceSet { spot_price: Balance }
  event 2 AccountCredited { who: AccountId, amount: Balance }
  event 3 UnexpectedQueueFull { dropped: u32 }
  event 4 BatchQueued { batch: vec<(ParaId, BlockNumber)> }
  ## The order queue is full, `place_order` will not continue.
  error 0 QueueFull
  ## The current spot price is higher than the max amount specified in the call.
  error 1 SpotPriceHigherThanMaxAmount
  ## The account doesn't have enough credits to purchase on-demand coretime.
  error 2 InsufficientCredits
}

pallet Coretime = 74 version 0 path "polkadot_runtime_parachains::coretime::pallet" {
  call 1 request_core_count(count: u16) root|parachain
  call 2 request_revenue_at(when: BlockNumber) root|parachain
  call 3 credit_account(who: AccountId, amount: Balance) root|parachain
  call 4 assign_core(core: u16, begin: BlockNumber, assignment: vec<(CoreAssignment, PartsOf57600)>, end_hint: option<BlockNumber>) root|parachain
  call 5 queue_on_demand_batch(batch: vec<(ParaId, BlockNumber)>) root|parachain
  event 0 RevenueInfoRequested { when: BlockNumber }
  event 1 CoreAssigned { core: CoreIndex }
  ## The paraid making the call is not the coretime brokerage system parachain.
  error 0 NotBroker
  ## Requested revenue information `when` parameter was in the future from the current block height.
  error 1 RequestedFutureRevenue
  ## Failed to transfer assets to the coretime chain
  error 2 AssetTransferFailed
}
