#include "cli/dev_socket.h"

#include <stdio.h>
#include <string.h>

#include "env/real/listen.h"
#include "service/dev_request.h"
#include "service/summary.h"
#include "trie/state.h"

enum { CLIENTS_MAX = 32, WAITING_MAX = 256, STATUS_DEPTH = 512 };

/* A submission whose answer is still to come. */
typedef struct waiting {
    uint64_t number, client, id;
    bool has_id;
} waiting_t;

struct ph_dev_socket {
    ph_listener_t *listener;
    ph_fleet_t *fleet;
    uint64_t numbers;
    PH_LIST(waiting_t) waiting;
};

static ph_chain_t *chain_of(const ph_dev_socket_t *socket)
{
    return ph_node_chain(ph_fleet_node(socket->fleet, 0));
}

/* ---- answers ---- */

static ph_json_t begin(bool has_id, uint64_t id)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    if (has_id) {
        ph_json_key(&j, "id");
        ph_json_u64(&j, id);
    }
    return j;
}

static void send_off(ph_dev_socket_t *socket, uint64_t client, ph_json_t *j)
{
    ph_json_end_object(j);
    ph_listener_send(socket->listener, client, ph_writer_bytes(&j->out));
    ph_json_free(j);
}

static void put_text(ph_json_t *j, const char *key, const char *text)
{
    ph_json_key(j, key);
    ph_json_string(j, text);
}

static void put_bytes(ph_json_t *j, const char *key, ph_bytes_t bytes)
{
    ph_json_key(j, key);
    ph_json_bytes(j, bytes);
}

static void put_hash(ph_json_t *j, const char *key, const ph_hash_t *hash)
{
    put_bytes(j, key, ph_bytes(hash->bytes, sizeof hash->bytes));
}

static void put_number(ph_json_t *j, const char *key, uint64_t number)
{
    ph_json_key(j, key);
    ph_json_u64(j, number);
}

static void put_block(ph_json_t *j, const char *key, const ph_relay_block_t *block)
{
    ph_json_key(j, key);
    ph_json_object(j);
    put_number(j, "number", block->header.number);
    put_hash(j, "hash", &block->hash);
    ph_json_end_object(j);
}

/* ---- submit ---- */

static void on_answer(void *ctx, uint64_t tag, const ph_pool_answer_t *answer)
{
    ph_dev_socket_t *socket = ctx;
    size_t at = 0;
    while (at < socket->waiting.count && socket->waiting.items[at].number != tag)
        at++;
    if (at == socket->waiting.count)
        return;
    waiting_t to = socket->waiting.items[at];
    ph_list_remove(&socket->waiting, at);
    ph_json_t j = begin(to.has_id, to.id);
    char text[120];
    ph_pool_explain(text, sizeof text, answer);
    bool in = answer->verdict == PH_POOL_READY || answer->verdict == PH_POOL_FUTURE;
    put_hash(&j, "hash", &answer->hash);
    put_text(&j, in ? "status" : "error", !in ? text : answer->verdict == PH_POOL_READY ? "ready" : "future");
    send_off(socket, to.client, &j);
}

static bool submit(ph_dev_socket_t *socket, uint64_t client, const ph_dev_request_t *request, ph_json_t *j)
{
    if (socket->waiting.count >= WAITING_MAX) {
        put_text(j, "error", "too many submissions without an answer");
        return true;
    }
    uint64_t number = ++socket->numbers;
    ph_list_push(NULL, &socket->waiting, ((waiting_t){number, client, request->id, request->has_id}));
    (void)ph_pool_submit(ph_chain_pool(chain_of(socket)), request->bytes, PH_TRANSACTION_SOURCE_LOCAL, on_answer,
                         socket, number);
    return false;
}

/* ---- looking ---- */

static ph_relay_block_t *find_block(ph_chain_t *chain, const ph_dev_request_t *request)
{
    switch (request->at) {
    case PH_DEV_AT_BEST:
        return ph_chain_best(chain);
    case PH_DEV_AT_FINALIZED:
        return ph_chain_finalized(chain);
    case PH_DEV_AT_HASH:
        return ph_chain_block(chain, &request->hash);
    case PH_DEV_AT_NUMBER:
        return ph_chain_at(chain, request->number);
    }
    return NULL;
}

static void call(ph_dev_socket_t *socket, ph_relay_block_t *block, const ph_dev_request_t *request, ph_json_t *j)
{
    ph_buf_t *result;
    ph_keyring_t keys = ph_keystore_keyring(ph_node_keystore(ph_fleet_node(socket->fleet, 0)));
    ph_err_t err =
        ph_chain_call_with_keys(chain_of(socket), &result, &block->hash, request->method, request->bytes, &keys);
    if (err == PH_OK) {
        put_bytes(j, "result", ph_buf_bytes(result));
        ph_buf_unref(result);
        return;
    }
    put_text(j, "error",
             err == PH_ERR_UNSUPPORTED ? "\"call\": the runtime has no such method"
                                       : "\"call\": the runtime failed: wrong arguments, or they say what cannot be");
}

static void storage(ph_relay_block_t *block, const ph_dev_request_t *request, ph_json_t *j)
{
    ph_bytes_t value;
    ph_err_t err = ph_state_get(block->state, &value, request->bytes);
    if (err != PH_OK && err != PH_ERR_NOT_FOUND) {
        put_text(j, "error", ph_err_text(err));
        return;
    }
    ph_json_key(j, "result");
    if (err == PH_OK)
        ph_json_bytes(j, value);
    else
        ph_json_null(j);
}

static void head(ph_chain_t *chain, ph_json_t *j)
{
    put_block(j, "best", ph_chain_best(chain));
    put_block(j, "finalized", ph_chain_finalized(chain));
    ph_hash_t genesis = ph_chain_genesis_hash(chain);
    put_hash(j, "genesis", &genesis);
}

static void show_block(ph_relay_block_t *block, ph_json_t *j)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_header_encode(&w, &block->header);
    put_number(j, "number", block->header.number);
    put_hash(j, "hash", &block->hash);
    put_hash(j, "parent", &block->header.parent_hash);
    put_bytes(j, "header", ph_writer_bytes(&w));
    ph_json_key(j, "extrinsics");
    if (block->bodiless) {
        ph_json_null(j);
        ph_writer_free(&w);
        return;
    }
    ph_json_array(j);
    for (size_t i = 0; i < block->body.count; i++) {
        ph_writer_reset(&w);
        ph_write_bytes(&w, block->body.items[i]);
        ph_json_bytes(j, ph_writer_bytes(&w));
    }
    ph_json_end_array(j);
    ph_writer_free(&w);
}

static void status(ph_chain_t *chain, const ph_dev_request_t *request, ph_json_t *j)
{
    static const char *const places[] = {[PH_POOL_NOWHERE] = "unknown",
                                         [PH_POOL_IN_CHECK] = "checking",
                                         [PH_POOL_IN_READY] = "ready",
                                         [PH_POOL_IN_FUTURE] = "future",
                                         [PH_POOL_IN_BAN] = "banned"};
    ph_relay_block_t *block = ph_chain_find_extrinsic(chain, &request->hash, STATUS_DEPTH);
    if (!block) {
        put_text(j, "status", places[ph_pool_find(ph_chain_pool(chain), &request->hash)]);
        return;
    }
    put_text(j, "status", "in-block");
    put_block(j, "block", block);
    ph_json_key(j, "finalized");
    ph_json_bool(j, block->header.number <= ph_chain_finalized(chain)->header.number);
}

static void act(ph_fleet_t *fleet, const ph_dev_request_t *request, ph_json_t *j)
{
    ph_err_t err = ph_fleet_act(fleet, request->para, &request->action);
    if (err == PH_OK)
        put_text(j, "status", "waiting");
    else
        put_text(j, "error", err == PH_ERR_FULL ? "\"act\": too many actions wait" : "\"para\": no collator");
}

/* false: the answer comes later. */
static bool answer(ph_dev_socket_t *socket, uint64_t client, const ph_dev_request_t *request, ph_json_t *j)
{
    ph_chain_t *chain = chain_of(socket);
    ph_relay_block_t *block = find_block(chain, request);
    switch (request->verb) {
    case PH_DEV_SUBMIT:
        return submit(socket, client, request, j);
    case PH_DEV_HEAD:
        head(chain, j);
        return true;
    case PH_DEV_STATUS:
        status(chain, request, j);
        return true;
    case PH_DEV_ACT:
        act(socket->fleet, request, j);
        return true;
    case PH_DEV_CALL:
    case PH_DEV_STORAGE:
    case PH_DEV_BLOCK:
    case PH_DEV_STATE:
        break;
    }
    if (!block)
        put_text(j, "error",
                 request->verb == PH_DEV_BLOCK   ? "\"block\": unknown block"
                 : request->verb == PH_DEV_STATE ? "\"state\": unknown block"
                                                 : "\"at\": unknown block");
    else if (request->verb == PH_DEV_CALL)
        call(socket, block, request, j);
    else if (request->verb == PH_DEV_STORAGE)
        storage(block, request, j);
    else if (request->verb == PH_DEV_STATE)
        ph_summary_dump(j, block);
    else
        show_block(block, j);
    return true;
}

/* ---- lines ---- */

static void on_line(void *ctx, uint64_t client, ph_bytes_t line)
{
    ph_dev_socket_t *socket = ctx;
    ph_dev_request_t request;
    char why[300];
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = ph_dev_request_read(&request, arena, line, why, sizeof why);
    ph_json_t j = begin(request.has_id, request.id);
    bool now = true;
    if (err == PH_OK)
        now = answer(socket, client, &request, &j);
    else
        put_text(&j, "error", why);
    if (now)
        send_off(socket, client, &j);
    else
        ph_json_free(&j);
    ph_arena_free(arena);
}

static void on_too_long(void *ctx, uint64_t client)
{
    ph_json_t j = begin(false, 0);
    put_text(&j, "error", "the line is too long: expected at most 11 MiB");
    send_off(ctx, client, &j);
}

static void on_gone(void *ctx, uint64_t client)
{
    ph_dev_socket_t *socket = ctx;
    for (size_t i = 0; i < socket->waiting.count;)
        if (socket->waiting.items[i].client == client)
            ph_list_remove(&socket->waiting, i);
        else
            i++;
}

ph_err_t ph_dev_socket_open(ph_dev_socket_t **out, ph_real_t *real, ph_fleet_t *fleet, const char *path, char *why,
                            size_t why_len)
{
    ph_dev_socket_t *socket = ph_mem_alloc(NULL, sizeof *socket);
    ph_listener_config_t config = {.path = path,
                                   .line_max = PH_DEV_REQUEST_MAX,
                                   .clients_max = CLIENTS_MAX,
                                   .ctx = socket,
                                   .line = on_line,
                                   .too_long = on_too_long,
                                   .gone = on_gone};
    socket->fleet = fleet;
    ph_err_t err = ph_listener_open(&socket->listener, real, &config, why, why_len);
    if (err != PH_OK) {
        ph_mem_free(socket);
        return err;
    }
    *out = socket;
    return PH_OK;
}

void ph_dev_socket_close(ph_dev_socket_t *socket)
{
    if (!socket)
        return;
    ph_pool_forget(ph_chain_pool(chain_of(socket)), socket);
    ph_listener_close(socket->listener);
    ph_list_free(&socket->waiting);
    ph_mem_free(socket);
}
