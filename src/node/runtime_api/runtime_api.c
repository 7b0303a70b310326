#include "node/runtime_api/runtime_api.h"

#include <string.h>

#include "protocol/runtime_api.h"

enum { KEPT = 128, HASH_LEN = 32 };

typedef struct state {
    ph_memo_t *answers; /* ph_rc_t of the reply type */
} state_t;

/* Answers that do not depend on the block, as long as there is one. */
static bool same_everywhere(uint8_t kind)
{
    switch ((ph_runtime_api_msg_kind_t)kind) {
    case PH_MSG_RUNTIME_API_REQUEST_SESSION_INFO:
    case PH_MSG_RUNTIME_API_REQUEST_SESSION_EXECUTOR_PARAMS:
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH:
        return true;
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATORS:
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATOR_GROUPS:
    case PH_MSG_RUNTIME_API_REQUEST_AVAILABILITY_CORES:
    case PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA:
    case PH_MSG_RUNTIME_API_REQUEST_ASSUMED_VALIDATION_DATA:
    case PH_MSG_RUNTIME_API_REQUEST_CHECK_VALIDATION_OUTPUTS:
    case PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD:
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE:
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_HASH:
    case PH_MSG_RUNTIME_API_REQUEST_CANDIDATE_PENDING_AVAILABILITY:
    case PH_MSG_RUNTIME_API_REQUEST_CANDIDATES_PENDING_AVAILABILITY:
    case PH_MSG_RUNTIME_API_REQUEST_CANDIDATE_EVENTS:
    case PH_MSG_RUNTIME_API_REQUEST_MINIMUM_BACKING_VOTES:
    case PH_MSG_RUNTIME_API_REQUEST_ASYNC_BACKING_PARAMS:
    case PH_MSG_RUNTIME_API_REQUEST_DISABLED_VALIDATORS:
    case PH_MSG_RUNTIME_API_REQUEST_NODE_FEATURES:
    case PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE:
    case PH_MSG_RUNTIME_API_REQUEST_ON_CHAIN_VOTES:
    case PH_MSG_RUNTIME_API_REQUEST_BACKING_CONSTRAINTS:
    case PH_MSG_RUNTIME_API_REQUEST_SCHEDULING_LOOKAHEAD:
    case PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BOMB_LIMIT:
    case PH_MSG_RUNTIME_API_REQUEST_PVFS_REQUIRE_PRECHECK:
    case PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT:
    case PH_MSG_RUNTIME_API_REQUEST_CURRENT_EPOCH:
        break;
    }
    return false;
}

/* What is asked for its effect is carried out every time. */
static bool is_submission(uint8_t kind)
{
    return kind == PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT;
}

/* The reply is result<R, RuntimeApiError>: the answer behind a tag. */
static ph_rc_t *make_reply(const ph_api_request_t *request, ph_err_t err, ph_bytes_t answer, bool *is_none)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_runtime_api_error_t error = {.kind = PH_RUNTIME_API_ERROR_EXECUTION,
                                    .execution = PH_BYTES_LIT("the runtime panicked")};
    ph_rc_t *reply = NULL;
    *is_none = answer.len == 1 && answer.data[0] == 0;
    if (err == PH_ERR_UNSUPPORTED)
        error.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED;
    else if (err == PH_ERR_NOT_FOUND)
        error.kind = PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK;
    for (bool failed = err != PH_OK; !reply; failed = true) {
        ph_writer_reset(&w);
        ph_write_u8(&w, failed);
        if (failed)
            ph_runtime_api_error_encode(&w, &error);
        else
            ph_write(&w, answer.data, answer.len);
        ph_buf_t *buf = ph_buf_new(ph_writer_bytes(&w));
        err = ph_rc_decode(&reply, request->reply, buf);
        ph_buf_unref(buf);
        /* An answer of another shape than ours comes from a foreign runtime; say so instead. */
        error.execution = PH_BYTES_LIT("the answer does not decode");
        PH_CHECK(err == PH_OK || !failed);
    }
    ph_writer_free(&w);
    return reply;
}

typedef struct question {
    ph_hash_t relay_parent;
    ph_writer_t encoded; /* relay parent, arguments */
    ph_memo_key_t at_block, anywhere;
} question_t;

static question_t read_question(const ph_api_request_t *request, ph_msg_t *msg)
{
    question_t q = {0};
    ph_type_encode(&q.encoded, request->payload, ph_msg_payload(msg));
    memcpy(q.relay_parent.bytes, q.encoded.data, HASH_LEN);
    ph_bytes_t args = ph_bytes(q.encoded.data + HASH_LEN, q.encoded.len - HASH_LEN);
    ph_memo_key(&q.at_block, request->method, (ph_bytes_t[]){ph_writer_bytes(&q.encoded)}, 1);
    ph_memo_key(&q.anywhere, request->method, (ph_bytes_t[]){args}, 1);
    return q;
}

/* Nodes of one process share decoded answers too: they are functions of the block and the question. */
static ph_rc_t *compute(ph_subsystem_t *self, const ph_api_request_t *request, const question_t *q, bool *is_none)
{
    ph_chain_t *chain = ((const ph_runtime_api_config_t *)ph_config(self))->chain;
    ph_memo_t *memo = ph_env_of(self)->memo;
    ph_buf_t *answer = NULL;
    ph_memo_key_t key;
    ph_note(self, "api-called", PH_FIELDS(.block = &q->relay_parent, .reason = request->method));
    ph_bytes_t args = ph_bytes(q->encoded.data + HASH_LEN, q->encoded.len - HASH_LEN);
    ph_err_t err = ph_chain_call(chain, &answer, &q->relay_parent, request->method, args);
    *is_none = false;
    ph_memo_key(&key, "reply",
                (ph_bytes_t[]){ph_bytes(request->method, strlen(request->method)), ph_writer_bytes(&q->encoded)}, 2);
    ph_rc_t *reply = err == PH_OK ? ph_memo_get(memo, &key) : NULL;
    if (reply) {
        *is_none = ph_buf_bytes(answer).len == 1 && ph_buf_bytes(answer).data[0] == 0;
    } else {
        reply = make_reply(request, err, ph_buf_bytes(answer), is_none);
        if (err == PH_OK)
            ph_memo_put_rc(memo, &key, reply);
    }
    ph_buf_unref(answer);
    return reply;
}

static void submit(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_api_request_t *request = &ph_runtime_api_requests[ph_msg_kind(msg)];
    ph_chain_t *chain = ((const ph_runtime_api_config_t *)ph_config(self))->chain;
    question_t q = read_question(request, msg);
    ph_buf_t *result = NULL;
    bool is_none;
    ph_note(self, "api-called", PH_FIELDS(.block = &q.relay_parent, .reason = request->method));
    ph_err_t err = ph_chain_call_submit(chain, &result, &q.relay_parent, request->method,
                                        ph_bytes(q.encoded.data + HASH_LEN, q.encoded.len - HASH_LEN));
    ph_rc_t *reply = make_reply(request, err, ph_buf_bytes(result), &is_none);
    ph_overseer_reply_shared(self, msg, reply);
    ph_rc_unref(reply);
    ph_buf_unref(result);
    ph_writer_free(&q.encoded);
}

static void answer(ph_subsystem_t *self, ph_msg_t *msg)
{
    state_t *state = ph_state(self);
    const ph_api_request_t *request = &ph_runtime_api_requests[ph_msg_kind(msg)];
    question_t q = read_question(request, msg);
    bool everywhere = same_everywhere(ph_msg_kind(msg)), is_none;
    ph_rc_t *reply = ph_memo_get(state->answers, everywhere ? &q.anywhere : &q.at_block);
    if (!reply && everywhere)
        reply = ph_memo_get(state->answers, &q.at_block);
    if (!reply) {
        reply = compute(self, request, &q, &is_none);
        bool good = *(const uint8_t *)ph_rc_value(reply) == 0;
        if (good)
            ph_memo_put_rc(state->answers, everywhere && !is_none ? &q.anywhere : &q.at_block, reply);
    }
    ph_overseer_reply_shared(self, msg, reply);
    ph_rc_unref(reply);
    ph_writer_free(&q.encoded);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        state->answers = ph_memo_new(KEPT);
        break;
    case PH_IN_MESSAGE:
        (is_submission(ph_msg_kind(in->msg)) ? submit : answer)(self, in->msg);
        break;
    case PH_IN_ACTIVE_LEAVES:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    ph_memo_free(state->answers);
}

const ph_subsystem_ops_t ph_runtime_api_ops = {.state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
