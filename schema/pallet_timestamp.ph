# The time of the block, in milliseconds since 1970, as its author sees it.

pallet Timestamp = 2 version 0 {
  storage {
    ## The current time for the current block.
    value Now: u64 = default
    ## Whether the timestamp has been updated in this block.
    value DidUpdate: bool = default
  }
  ## Set the current time: once per block, as an inherent.
  call 0 set(now: compact<u64>) none
}
