# Cores: which para may use which core when, and which validator group backs on it.

enum CoreAssignment path "pallet_broker::coretime_interface::CoreAssignment" {
  0 Idle
  1 Pool
  2 Task(u32)
}
## A share of a core, out of 57600.
newtype PartsOf57600 path "polkadot_runtime_parachains::scheduler::assigner_coretime::PartsOf57600" = u16
struct Schedule path "polkadot_runtime_parachains::scheduler::assigner_coretime::Schedule" {
  assignments: vec<(CoreAssignment, PartsOf57600)>
  ## The block from which this schedule no longer holds.
  end_hint: option<BlockNumber>
  ## Key of the schedule that follows this one.
  next_schedule: option<BlockNumber>
}
struct QueueDescriptor path "polkadot_runtime_parachains::scheduler::assigner_coretime::QueueDescriptor" {
  first: BlockNumber
  last: BlockNumber
}
struct AssignmentState path "polkadot_runtime_parachains::scheduler::assigner_coretime::AssignmentState" {
  ratio: PartsOf57600
  remaining: PartsOf57600
}
struct WorkState path "polkadot_runtime_parachains::scheduler::assigner_coretime::WorkState" {
  assignments: vec<(CoreAssignment, AssignmentState)>
  end_hint: option<BlockNumber>
  pos: u16
  step: PartsOf57600
}
struct CoreDescriptor path "polkadot_runtime_parachains::scheduler::assigner_coretime::CoreDescriptor" {
  queue: option<QueueDescriptor>
  current_work: option<WorkState>
}

pallet ParaScheduler = 55 version 4 path "polkadot_runtime_parachains::scheduler::pallet" {
  storage {
    ## All the validator groups, one for each core. Indices are into the active validators.
    value ValidatorGroups: vec<vec<ValidatorIndex>> = default
    ## The block number where the session start occurred.
    value SessionStartBlock: BlockNumber = default
    ## Scheduled assignment sets, by the block at which they begin.
    map CoreSchedules(twox64 (BlockNumber, CoreIndex)): Schedule?
    ## Latest schedule and current work of each core.
    value CoreDescriptors: map<CoreIndex, CoreDescriptor> = default
  }
  ## assign_core was called with no assignments.
  error 0 AssignmentsEmpty
  ## assign_core with non allowed insertion.
  error 1 DisallowedInsert
}
