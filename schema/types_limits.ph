# Limits and weights of a chain, as its constants (metadata) show them. Source: frame-system 49 (limits), sp-weights.

struct WeightsPerClass path "frame_system::limits::WeightsPerClass" {
  ## Of every extrinsic of the class, besides its call.
  base_extrinsic: Weight
  max_extrinsic: option<Weight>
  max_total: option<Weight>
  ## Open to this class even where the block is full.
  reserved: option<Weight>
}
struct PerDispatchClassLimits path "frame_support::dispatch::PerDispatchClass" {
  normal: WeightsPerClass
  operational: WeightsPerClass
  mandatory: WeightsPerClass
}
struct BlockWeights path "frame_system::limits::BlockWeights" {
  base_block: Weight
  max_block: Weight
  per_class: PerDispatchClassLimits
}
struct PerDispatchClassLength path "frame_support::dispatch::PerDispatchClass" {
  normal: u32
  operational: u32
  mandatory: u32
}
struct BlockLength path "frame_system::limits::BlockLength" {
  ## Bytes.
  max: PerDispatchClassLength
  max_header_size: option<u32>
}
## Picoseconds of an access to the state.
struct RuntimeDbWeight path "sp_weights::RuntimeDbWeight" {
  read: u64
  write: u64
}
