/* `parahost bench erasure` */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "cli/bench.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"

typedef struct erasure_bench {
    ph_erasure_t *erasure;
    size_t validators, k, threshold, chunk_len;
    ph_bytes_t payload, chunks, recovered;
    ph_erasure_piece_t *last; /* the last `threshold` chunks */
    ph_bytes_t *first;        /* the first k */
    size_t proof_bytes;
} erasure_bench_t;

static void encode(void *ctx)
{
    erasure_bench_t *e = ctx;
    PH_CHECK(ph_erasure_encode(e->erasure, e->chunks.data, e->chunks.len, e->validators, e->payload) == PH_OK);
}

static void encode_and_root(void *ctx)
{
    erasure_bench_t *e = ctx;
    ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX];
    encode(e);
    ph_erasure_tree_t *tree = ph_erasure_tree_of_chunks(e->chunks.data, e->chunk_len, e->validators);
    for (size_t i = 0; i < e->validators; i++)
        for (size_t n = ph_erasure_tree_proof(tree, nodes, i); n > 0; n--)
            e->proof_bytes += nodes[n - 1].len;
    ph_erasure_tree_free(tree);
}

static void recover(void *ctx)
{
    erasure_bench_t *e = ctx;
    PH_CHECK(ph_erasure_reconstruct(e->erasure, e->recovered.data, e->recovered.len, e->validators, e->last,
                                    e->threshold) == PH_OK);
}

static void recover_systematic(void *ctx)
{
    erasure_bench_t *e = ctx;
    PH_CHECK(ph_erasure_reconstruct_systematic(e->recovered.data, e->recovered.len, e->validators, e->first, e->k) ==
             PH_OK);
}

static ph_bytes_t chunk(const erasure_bench_t *e, size_t i)
{
    return ph_bytes(e->chunks.data + i * e->chunk_len, e->chunk_len);
}

static void prepare(erasure_bench_t *e, ph_arena_t *arena)
{
    e->chunk_len = ph_erasure_chunk_len(e->validators, e->payload.len);
    e->chunks = ph_bytes(ph_arena_alloc(arena, e->validators * e->chunk_len), e->validators * e->chunk_len);
    e->recovered = ph_bytes(ph_arena_alloc(arena, e->k * e->chunk_len), e->k * e->chunk_len);
    e->last = ph_arena_alloc(arena, e->threshold * sizeof *e->last);
    e->first = ph_arena_alloc(arena, e->k * sizeof *e->first);
    for (size_t i = 0; i < e->threshold; i++) {
        size_t index = e->validators - e->threshold + i;
        e->last[i] = (ph_erasure_piece_t){(uint32_t)index, chunk(e, index)};
    }
    for (size_t i = 0; i < e->k; i++)
        e->first[i] = chunk(e, i);
    for (size_t i = 0, x = 1; i < e->payload.len; i++, x = x * 6364136223846793005u + 1442695040888963407u)
        e->payload.data[i] = (uint8_t)(x >> 56);
}

static void check_recovered(const erasure_bench_t *e)
{
    PH_CHECK(memcmp(e->recovered.data, e->payload.data, e->payload.len) == 0);
    memset(e->recovered.data, 0, e->recovered.len);
}

int ph_bench_erasure(ph_bench_t *b)
{
    ph_arena_t *arena = ph_arena_new();
    size_t size = b->size ? b->size : 1048576;
    erasure_bench_t e = {.validators = b->validators ? b->validators : 1000,
                         .payload = {ph_arena_alloc(arena, size), size}};
    PH_CHECK(ph_erasure_threshold(&e.threshold, e.validators) == PH_OK &&
             ph_erasure_systematic_threshold(&e.k, e.validators) == PH_OK);
    prepare(&e, arena);
    e.erasure = ph_erasure_new(&ph_erasure_kernel_portable);
    b->kernel = ph_erasure_kernel_name(e.erasure);
    ph_bench_run(b, "encode", size, "bytes", 1, encode, &e);
    ph_bench_run(b, "encode+root", size, "bytes", 1, encode_and_root, &e);
    ph_bench_run(b, "recover", size, "bytes", 1, recover, &e);
    check_recovered(&e);
    ph_bench_run(b, "recover-systematic", size, "bytes", 1, recover_systematic, &e);
    check_recovered(&e);
    ph_erasure_free(e.erasure);
    ph_arena_free(arena);
    return 0;
}
