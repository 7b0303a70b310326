/* Parachain validation functions: preparing (checking and compiling) and executing them, in this process.
 *
 * The rules are those of Polkadot's executor: the code may be compressed; it exports `memory`, `__heap_base` and
 * `validate_block(i32, i32) -> i64`; its parameters are placed by the host's allocator; it returns length << 32 |
 * address of its result. What is the candidate's fault, what is the code's and what is ours is kept apart in PvfReason
 * and PvfPrepareError (schema/types_pvf.ph).
 *
 * Executing is a pure function of code, parameters and limits, fuel used included, as long as neither machine nor
 * wasmtime changes. Untrusted code belongs in a worker process (pvf/host.h); this interface is what the worker runs,
 * and what the simulator runs directly. (Source: guide 4, "Candidate Validation"; polkadot-sdk, polkadot-node-core-pvf:
 * prepare and execute workers.)
 */
#ifndef PH_PVF_PVF_H
#define PH_PVF_PVF_H

#include "base/log.h"
#include "primitives/types.h"

#define PH_PVF_POV_BOMB_LIMIT (40u << 20)

typedef struct ph_pvf ph_pvf_t;
typedef struct ph_pvf_module ph_pvf_module_t;
typedef ph_res_pvf_prepared_tup_pvf_prepare_error_string_t ph_pvf_prepare_result_t;

/* 32 + 2048 pages of memory, 65536 values on the stack, 256 MiB of machine stack, WebAssembly 1.0. */
ph_pvf_executor_t ph_pvf_executor_default(void);
/* The default with a session's executor parameters laid over it. */
ph_pvf_executor_t ph_pvf_executor_of(const ph_executor_params_t *params);
/* What an artifact depends on besides the code: goes into its name. */
void ph_pvf_executor_hash(ph_hash_t *out, const ph_pvf_executor_t *executor);

/* executor NULL: the default. log (may be NULL) hears what the code logs. NULL if wasmtime does not run here. */
ph_pvf_t *ph_pvf_new(const ph_pvf_executor_t *executor, ph_log_t *log);
void ph_pvf_free(ph_pvf_t *pvf); /* NULL allowed */

/* out->kind is PH_RES_OK or PH_RES_ERR; everything in it lives in the arena. */
void ph_pvf_prepare(ph_pvf_t *pvf, ph_arena_t *arena, ph_pvf_prepare_result_t *out, ph_bytes_t code,
                    uint32_t bomb_limit);

/* Loads an artifact that ph_pvf_prepare made, unchanged, with the same executor. On failure *out is NULL and
 * why->reason is CorruptedArtifact or RuntimeConstruction, with a detail in the arena. */
void ph_pvf_module_load(ph_pvf_t *pvf, ph_pvf_module_t **out, ph_arena_t *arena, ph_pvf_executed_t *why,
                        ph_bytes_t artifact);
void ph_pvf_module_free(ph_pvf_module_t *module); /* NULL allowed */

/* Runs validate_block in a fresh instance on a stack of its own. The block data may be compressed (then it may grow to
 * pov_bomb_limit). out->result is the encoding of a ValidationResult that decodes; bytes after it are cut off.
 * The arena holds what out points to. */
void ph_pvf_execute(ph_pvf_module_t *module, ph_arena_t *arena, ph_pvf_executed_t *out,
                    const ph_validation_params_t *params, uint32_t pov_bomb_limit, uint64_t fuel);

/* Prepares if need be and executes; what was prepared (or why it could not be) is kept by code hash, the 64 last used.
 */
void ph_pvf_execute_in_process(ph_pvf_t *pvf, ph_arena_t *arena, ph_pvf_executed_t *out,
                               const ph_validation_code_hash_t *code_hash, ph_bytes_t code,
                               const ph_validation_params_t *params, uint32_t pov_bomb_limit, uint64_t fuel);

/* Is this a verdict on the candidate (valid or invalid)? Otherwise the fault is ours: abstain. */
bool ph_pvf_is_verdict(ph_pvf_reason_t reason);
/* "valid", "execution-failed", "out-of-fuel", … and "prevalidation", "preparation", … */
const char *ph_pvf_reason_text(ph_pvf_reason_t reason);
const char *ph_pvf_prepare_error_text(ph_pvf_prepare_error_t error);
/* Would the same code fail again anywhere? Only then does a failed preparation speak against the code. */
bool ph_pvf_prepare_error_is_deterministic(ph_pvf_prepare_error_t error);

#endif
