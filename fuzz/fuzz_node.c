/* Input: a list of frames as peers send them, each with a byte for its protocol and direction and two for its length in
 * front. Each is decoded as the node's subsystems do (validation and collation streams, every request and response);
 * what is accepted encodes to something that decodes to the same, and then goes through what a node works out about a
 * message before it believes it: payloads and hashes, chunk proofs, the decompression of a PoV.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "erasure/proof.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "primitives/protocols.h"
#include "primitives/ump.h"
#include "wasm/blob.h"

enum { POV_LIMIT = 1 << 20 };

/* The first frame's chunk and proof are held against every root a peer could mean: here, one it could choose freely. */
static void look_at_chunk(ph_bytes_t chunk, uint32_t index, const ph_erasure_proof_t *proof)
{
    PH_CHECK(proof->v.count > 0 && proof->v.count <= PH_ERASURE_PROOF_NODES_MAX);
    uint8_t root[32], hash[32], ours[32];
    ph_blake2_256(root, proof->v.items[0]);
    ph_blake2_256(ours, chunk);
    ph_err_t vouched = ph_erasure_proof_hash(hash, root, index, proof->v.items, proof->v.count);
    ph_err_t verified = ph_erasure_proof_verify(root, index, chunk, proof->v.items, proof->v.count);
    PH_CHECK((verified == PH_OK) == (vouched == PH_OK && memcmp(hash, ours, 32) == 0));
}

static void look_at_pov(const ph_pov_t *pov)
{
    ph_bytes_t data;
    ph_hash_t hash = ph_hash_of_pov(pov), again = ph_hash_of_value(&ph_type_pov, pov);
    PH_CHECK(memcmp(&hash, &again, sizeof hash) == 0);
    if (ph_blob_decompress(&data, pov->block_data.v, POV_LIMIT) != PH_OK)
        return;
    PH_CHECK(data.len <= POV_LIMIT || data.len == pov->block_data.v.len);
    ph_mem_free(data.data);
}

static void look_at_receipt(const ph_candidate_receipt_t *receipt)
{
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    ph_hash_t again = ph_hash_of_value(&ph_type_candidate_receipt, receipt);
    PH_CHECK(memcmp(&hash, &again, sizeof hash) == 0);
    PH_CHECK(ph_descriptor_check(&receipt->descriptor, false) != PH_DESCRIPTOR_ACCEPTED ||
             ph_descriptor_check(&receipt->descriptor, true) == PH_DESCRIPTOR_ACCEPTED);
}

static void look_at_statement(ph_arena_t *arena, const ph_compact_statement_t *statement)
{
    const ph_signing_context_t context = {.session_index = {7}};
    PH_CHECK(ph_payload_of_statement(arena, statement, &context).len > 36);
}

static void look_at_attested(ph_arena_t *arena, const ph_attested_candidate_response_t *response)
{
    ph_ump_signals_t signals;
    ph_candidate_receipt_t plain;
    ph_hash_to_plain_receipt(&plain, &response->candidate_receipt);
    look_at_receipt(&plain);
    (void)ph_hash_of_validation_data(&response->persisted_validation_data);
    (void)ph_ump_signals_read(&signals, &response->candidate_receipt.commitments);
    for (size_t i = 0; i < response->statements.count; i++)
        look_at_statement(arena, &response->statements.items[i].payload);
}

static void look_at_dispute(ph_arena_t *arena, const ph_unchecked_dispute_message_t *dispute)
{
    look_at_receipt(&dispute->candidate_receipt);
    ph_bytes_t out;
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&dispute->candidate_receipt);
    const ph_dispute_statement_t votes[2] = {
        {.kind = PH_DISPUTE_STATEMENT_VALID, .valid = dispute->valid_vote.kind},
        {.kind = PH_DISPUTE_STATEMENT_INVALID, .invalid = dispute->invalid_vote.kind}};
    for (size_t i = 0; i < 2; i++)
        if (ph_payload_of_dispute(arena, &out, &votes[i], &candidate, dispute->session_index) == PH_OK)
            PH_CHECK(out.len > 0 && ph_payload_dispute_is_for(&votes[i]) == (i == 0));
}

static void look_at_collation(const ph_collation_fetching_response_t *response)
{
    bool with_head = response->kind == PH_COLLATION_FETCHING_RESPONSE_COLLATION_WITH_PARENT_HEAD_DATA;
    look_at_receipt(with_head ? &response->collation_with_parent_head_data.receipt : &response->collation._0);
    look_at_pov(with_head ? &response->collation_with_parent_head_data.pov : &response->collation._1);
}

static void look_at_validation(ph_arena_t *arena, const ph_validation_wire_message_v3_t *message)
{
    if (message->kind != PH_VALIDATION_WIRE_MESSAGE_V3_PROTOCOL_MESSAGE ||
        message->protocol_message.kind != PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION)
        return;
    const ph_statement_distribution_message_v3_t *statement = &message->protocol_message.statement_distribution;
    if (statement->kind == PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT)
        look_at_statement(arena, &statement->statement._1.payload);
}

static void look_at(ph_arena_t *arena, const ph_type_t *type, const void *value)
{
    if (type == &ph_type_chunk_fetching_response_v2) {
        const ph_chunk_fetching_response_v2_t *r = value;
        if (r->kind == PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK)
            look_at_chunk(r->chunk.chunk, r->chunk.index.v, &r->chunk.proof);
    } else if (type == &ph_type_chunk_fetching_response_v1) {
        const ph_chunk_fetching_response_v1_t *r = value;
        if (r->kind == PH_CHUNK_FETCHING_RESPONSE_V1_CHUNK)
            look_at_chunk(r->chunk.chunk, 0, &r->chunk.proof);
    } else if (type == &ph_type_pov_fetching_response) {
        const ph_pov_fetching_response_t *r = value;
        if (r->kind == PH_POV_FETCHING_RESPONSE_POV)
            look_at_pov(&r->pov);
    } else if (type == &ph_type_available_data_fetching_response) {
        const ph_available_data_fetching_response_t *r = value;
        if (r->kind == PH_AVAILABLE_DATA_FETCHING_RESPONSE_AVAILABLE_DATA)
            look_at_pov(&r->available_data.pov);
    } else if (type == &ph_type_collation_fetching_response) {
        look_at_collation(value);
    } else if (type == &ph_type_attested_candidate_response) {
        look_at_attested(arena, value);
    } else if (type == &ph_type_unchecked_dispute_message) {
        look_at_dispute(arena, value);
    } else if (type == &ph_type_validation_wire_message_v3) {
        look_at_validation(arena, value);
    }
}

/* Bit 7 of the first byte: a response or handshake instead of a request or message. */
static const ph_type_t *choose(uint8_t which, uint32_t *max)
{
    const ph_protocol_t *p = &ph_protocols[(which & 127) % PH_PROTOCOL_COUNT];
    bool second = which & 128;
    *max = p->is_request ? (second ? p->max_response : p->max_request) : p->max_message;
    if (p->is_request)
        return second ? p->response : p->request;
    return second ? p->handshake : p->message;
}

static void take_frame(uint8_t which, ph_bytes_t frame)
{
    uint32_t max;
    const ph_type_t *type = choose(which, &max);
    if (type == NULL || frame.len > max)
        return;
    ph_arena_t *arena = ph_arena_new();
    void *value = ph_arena_alloc(arena, type->size + 1), *back = ph_arena_alloc(arena, type->size + 1);
    if (ph_type_decode_all(frame, arena, type, value) == PH_OK) {
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, value);
        PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
        PH_CHECK(ph_type_equal(type, value, back));
        look_at(arena, type, value);
    }
    ph_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    while (size >= 3) {
        size_t len = ph_get_u16(data + 1);
        len = len < size - 3 ? len : size - 3;
        take_frame(data[0], ph_bytes(data + 3, len));
        data += 3 + len;
        size -= 3 + len;
    }
    return 0;
}
