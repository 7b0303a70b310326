# Between a PVF host and its worker processes: frames of a u32 length and one of these, in turn. Nothing here leaves the machine.

## How machine code is made and run: part of what an artifact is. (Executor parameters of the candidate's session.)
struct PvfExecutor {
  memory_pages_max: u32
  ## values on the stack, counted by code that goes into the module
  logical_stack_max: u32
  native_stack_max: u32
  bulk_memory: bool
}

## Bounds of one job. CPU and wall-clock time are counted for the process that does it.
struct PvfLimits {
  cpu_ms: u32
  wall_ms: u32
  ## of WebAssembly; all ones for none
  fuel: u64
}

enum PvfJob {
  ## First, once.
  0 Start(PvfExecutor)
  1 Prepare { code: bytes, bomb_limit: u32, limits: PvfLimits }
  ## params: ValidationParams. The artifact is left out when this worker still has it (it keeps the last 8 it was given).
  2 Execute { artifact_id: Hash, artifact: option<bytes>, params: bytes, pov_bomb_limit: u32, limits: PvfLimits }
}

## Polkadot's PrepareError, by its numbers.
enum PvfPrepareError {
  0 Prevalidation
  1 Preparation
  2 RuntimeConstruction
  3 JobError
  4 TimedOut
  5 Io
  6 CreateTmpFile
  7 RenameTmpFile
  8 OutOfMemory
  9 ClearWorkerDir
  10 JobDied
  11 Kernel
  12 CouldNotDecompressCodeBlob
}

struct PvfImport { name: string, offered: bool }

struct PvfPrepared {
  artifact: bytes
  ## length of the code after decompression
  code_len: u32
  imports: vec<PvfImport>
}

enum PvfReason {
  0 Valid
  ## The candidate's fault: trap, out of fuel, limits, no proper result.
  1 ExecutionFailed
  2 OutOfFuel
  3 TimedOut
  4 PovDecompression
  5 BadResult
  6 RuntimeConstruction
  7 CorruptedArtifact
  8 JobDied
  9 WorkerDied
  10 JobError
  ## Ours.
  11 Internal
  12 Preparation
}

struct PvfExecuted {
  reason: PvfReason
  detail: string
  ## ValidationResult, when valid
  result: bytes
  fuel: u64
}

enum PvfAnswer {
  0 Started
  1 Prepared { result: result<PvfPrepared, (PvfPrepareError, string)>, cpu_us: u64 }
  2 Executed { result: PvfExecuted, cpu_us: u64 }
}

## What came of preparing code. Without an error it can be run.
struct PvfPrechecked {
  error: option<PvfPrepareError>
  detail: string
}
