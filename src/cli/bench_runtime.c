/* `parahost bench runtime`: the runtime's two bodies on the blocks of a simulated network. */
#include <string.h>

#include "base/check.h"
#include "cli/bench.h"
#include "runtime/blob.h"
#include "sim/sim.h"
#include "wasm/wasm.h"

#define SLOTS 20u

typedef struct runtime_bench {
    ph_executor_t *executor;
    ph_state_t *state; /* before the block */
    const char *method;
    ph_writer_t args;
} runtime_bench_t;

static void call(void *ctx)
{
    runtime_bench_t *r = ctx;
    ph_overlay_t *overlay = ph_overlay_new(r->state);
    ph_native_host_t host = {.overlay = overlay};
    ph_writer_t result = PH_WRITER_HEAP;
    char why[200];
    PH_CHECK(ph_executor_call(r->executor, &host, &result, r->method, ph_writer_bytes(&r->args), why, sizeof why) ==
             PH_OK);
    ph_writer_free(&result);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
}

static void measure(ph_bench_t *b, const char *native_name, const char *wasm_name, size_t size, runtime_bench_t *r)
{
    static const ph_runtime_body_t bodies[] = {PH_RUNTIME_NATIVE, PH_RUNTIME_WASM};
    const char *kernel = b->kernel;
    for (size_t i = 0; i < 2; i++) {
        ph_executor_prefer(r->executor, bodies[i]);
        b->kernel = i ? "wasm" : "native";
        ph_bench_run(b, i ? wasm_name : native_name, size, "bytes", 1, call, r);
    }
    b->kernel = kernel;
}

/* As the node executes it: without its seal. */
static void measure_block(ph_bench_t *b, const char *native_name, const char *wasm_name, ph_chain_t *chain,
                          const ph_relay_block_t *block)
{
    ph_block_t unsealed = {.header = block->header, .extrinsics = block->body};
    const ph_relay_block_t *parent = ph_chain_block(chain, &block->header.parent_hash);
    runtime_bench_t r = {.executor = block->executor, .state = parent->state, .method = "Core_execute_block"};
    unsealed.header.digest.logs.count--;
    ph_block_encode(&r.args, &unsealed);
    measure(b, native_name, wasm_name, r.args.len, &r);
    ph_writer_free(&r.args);
}

static size_t size_of(const ph_relay_block_t *block)
{
    return ph_buf_bytes(block->encoded).len;
}

static void measure_chain(ph_bench_t *b, ph_chain_t *chain)
{
    const ph_relay_block_t *least = ph_chain_at(chain, 1), *most = least, *block;
    for (uint32_t i = 2; (block = ph_chain_at(chain, i)); i++) {
        least = size_of(block) < size_of(least) ? block : least;
        most = size_of(block) > size_of(most) ? block : most;
    }
    runtime_bench_t version = {.executor = least->executor, .state = least->state, .method = "Core_version"};
    measure(b, "version-native", "version-wasm", 0, &version);
    measure_block(b, "least-block-native", "least-block-wasm", chain, least);
    measure_block(b, "most-block-native", "most-block-wasm", chain, most);
}

static void compile(void *ctx)
{
    ph_bytes_t artifact;
    ph_wasm_fault_t fault;
    PH_CHECK(ph_wasm_compile(ctx, &artifact, &fault, ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len)) == PH_OK);
    ph_mem_free(artifact.data);
}

int ph_bench_runtime(ph_bench_t *b)
{
    ph_sim_config_t config = ph_sim_usual(1, 20, 6, SLOTS);
    char why[200];
    ph_sim_t *sim;
    PH_CHECK(ph_sim_new(&sim, &config, why, sizeof why) == PH_OK);
    PH_CHECK(ph_sim_run(sim, why, sizeof why) == PH_OK);
    measure_chain(b, ph_node_chain(ph_fleet_view(ph_sim_fleet(sim))));
    ph_sim_free(sim);
    ph_wasm_engine_t *engine = ph_wasm_engine_new(
        &(ph_wasm_config_t){.native_stack_max = 1 << 20, .parallel_compilation = true, .unmetered = true});
    PH_CHECK(engine != NULL);
    ph_bench_run(b, "compile", ph_runtime_wasm_len, "bytes", 1, compile, engine);
    ph_wasm_engine_free(engine);
    return 0;
}
