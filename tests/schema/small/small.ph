# A schema with a little of everything, for the generator's own tests.

newtype Hash = [u8; 32]
newtype AccountId = [u8; 32]
newtype ParaId = u32
newtype Blob = bytes
newtype Wrapped = Hash
alias Height = u32
alias Heights = vec<Height>
enum DispatchError { 0 Other 2 BadOrigin }
enum RuntimeApiError { 0 NotSupported 1 Execution(string) }

## A para's head
## at some block.
struct Head path "small::Head" {
  parent: Hash
  ## C's word.
  default: compact<Height>
  blob: Blob
}
struct Open { head: Head, more: tail<u16> }
struct Tagged magic "BKNG" { body: vec<(ParaId, bool), 3> }
struct Nothing {}
enum State {
  3 Busy(Head)
  5 Pair(u8, compact<u64>)
  7 Idle
  9 Named { who: ParaId, none: unit, next: option<box<State>> }
}
enum Colour { 2 Red 1 Green }
struct Many {
  table: map<ParaId, Heights>
  things: set<u16>
  flags: bits
  array: [u16; 3]
  outcome: result<unit, Colour>
  kept: shared<Head>
  limited: bytes<4>
  text: string
  pair: (u8, option<Hash>)
}
custom Odd { number: u32 }

pallet Small = 7 version 2 {
  storage {
    value Count: u32 = default
    value Limit: ParaId = 9
    value Colour: Colour
    value Blobby: Tagged = bytes 0x424b4e4700
    value Maybe: AccountId?
    value List: Heights = default
    map Heads(twox64 ParaId): Blob?
    map Flags(blake2_128 AccountId): unit?
    map Plain "OldPlain" (twox256 u32): u64
    double Votes(twox64 ParaId, identity u16): State?
  }
  call 0 set_head(para: ParaId, note: string, head: Head) root
  call 1 nothing() signed|root
  call 4 nested(call: box<Call>) any
  call 5 unborn(x: u8) none later
  event 0 HeadSet(ParaId)
  event 1 Moved { from: Hash, to: Hash, marker: unit }
  event 2 Pair(u8, Blob)
  event 3 Silence
  ## There is nothing.
  error 0 Nothing
  error 3 TooMuch
  ## So many.
  const Most: u16 = 0x1234
  const Home: option<ParaId> = bytes 0x0107000000
}
constants Small {
  const Now: Height = computed
}
extrinsic version 4 {
  address ParaId
  signature bytes
  extension Age path "small::Age": compact<u32> implicit Hash
}
pallet Absent = 9 version 0 later {
  call 0 never(x: u32) signed
}

api Small version 4 {
  2 heads(from: ParaId, state: State) -> vec<Blob>
  plain() -> u32
  3 silent(x: u8)
  4 someday() -> Nothing later
}

notification gossip 2 main max 1000 {
  1 Say(Blob)
  2 Ask { height: Height }
}
notification gossip 1 legacy "/small/gossip/1" max 900 { message Blob handshake u8 }
request fetch 1 legacy "/small/fetch" {
  request Hash max 64
  response option<Blob> max 5000
  timeout_ms 1200 queue 7
}

subsystem asker capacity 16 {
  message poke { colour: Colour }
  sends keeper keep, count, shout, forget
        runtime request_heads, request_plain
}
## Keeps things.
subsystem keeper {
  ## Keep it.
  message keep { thing: shared<Head>, para: ParaId }
  message count { state: State } -> option<u32>
  message shout
  message forget {} -> unit
  sends asker poke unbounded
}
subsystem runtime { requests api Small heads, plain }
