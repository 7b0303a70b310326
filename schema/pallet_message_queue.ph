# Messages from paras that wait to be executed, in pages.

enum UmpQueueId path "polkadot_runtime_parachains::inclusion::UmpQueueId" {
  0 Para(ParaId)
}
enum AggregateMessageOrigin path "polkadot_runtime_parachains::inclusion::AggregateMessageOrigin" {
  0 Ump(UmpQueueId)
}
struct MessageQueuePage path "pallet_message_queue::Page" {
  ## Messages not processed, and their bytes.
  remaining: u32
  remaining_size: u32
  ## Index, and position in the heap, of the first message not processed or skipped.
  first_index: u32
  first: u32
  last: u32
  ## Each message as its length (u32), whether it is processed (bool), its bytes.
  heap: bytes
}
struct MessageQueueNeighbours path "pallet_message_queue::Neighbours" {
  prev: AggregateMessageOrigin
  next: AggregateMessageOrigin
}
struct MessageQueueBook path "pallet_message_queue::BookState" {
  ## First page with something to service; one past the last; pages that exist.
  begin: u32
  end: u32
  count: u32
  ready_neighbours: option<MessageQueueNeighbours>
  message_count: u64
  size: u64
}

pallet MessageQueue = 64 version 0 {
  storage {
    ## The index of the first and last (non-empty) pages.
    map BookStateFor(twox64 AggregateMessageOrigin): MessageQueueBook = default
    ## The origin at which we should begin servicing.
    value ServiceHead: AggregateMessageOrigin?
    ## The map of page indices to pages.
    double Pages(twox64 AggregateMessageOrigin, twox64 u32): MessageQueuePage?
  }
  call 0 reap_page(message_origin: AggregateMessageOrigin, page_index: u32) signed
  call 1 execute_overweight(message_origin: AggregateMessageOrigin, page: u32, index: u32, weight_limit: Weight) signed
  event 0 ProcessingFailed { id: Hash, origin: AggregateMessageOrigin, error: ProcessMessageError }
  event 1 Processed { id: Hash, origin: AggregateMessageOrigin, weight_used: Weight, success: bool }
  event 2 OverweightEnqueued { id: [u8; 32], origin: AggregateMessageOrigin, page_index: u32, message_index: u32 }
  event 3 PageReaped { origin: AggregateMessageOrigin, index: u32 }
  error 0 NotReapable
  error 1 NoPage
  error 2 NoMessage
  error 3 AlreadyProcessed
  error 4 Queued
  error 5 InsufficientWeight
  error 6 TemporarilyUnprocessable
  error 7 QueuePaused
  error 8 RecursiveDisallowed
}
enum ProcessMessageError path "frame_support::traits::messages::ProcessMessageError" {
  0 BadFormat
  1 Corrupt
  2 Unsupported
  3 Overweight(Weight)
  4 Yield
  5 StackLimitReached
}
