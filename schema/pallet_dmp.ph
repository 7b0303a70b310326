# Downward messages: from the relay chain to a para, a queue of pages with one message each.

## A queue holds the pages first_full … first_free-1.
struct InboundDownwardQueueMeta path "polkadot_core_primitives::InboundDownwardQueueMeta" {
  first_full: u64
  first_free: u64
}

pallet Dmp = 58 version 1 path "polkadot_runtime_parachains::dmp::pallet" {
  storage {
    ## Which pages of a para's queue are in use.
    map DownwardMessageQueueMeta(twox64 ParaId): InboundDownwardQueueMeta?
    ## The messages.
    double DownwardMessageQueuePages(blake2_128 ParaId, twox64 u64): InboundDownwardMessage?
    ## Pages of queues that are gone, still to be deleted: first and one past the last.
    map DownwardMessageQueueLazyDelete(blake2_128 ParaId): (u64, u64)?
    ## The head of each queue's hash chain.
    map DownwardMessageQueueHeads(twox64 ParaId): Hash = default
    ## The factor to multiply the base delivery fee by.
    map DeliveryFeeFactor(twox64 ParaId): FixedU128 = bytes 0x000064a7b3b6e00d0000000000000000
  }
  event 0 DmpQueueV0Cleaned { para: ParaId }
}
