#include "overseer/private.h"

void ph_queue_push(ph_queue_t *queue, ph_item_t *item)
{
    item->next = NULL;
    if (queue->tail)
        queue->tail->next = item;
    else
        queue->head = item;
    queue->tail = item;
    queue->count++;
}

ph_item_t *ph_queue_pop(ph_queue_t *queue)
{
    ph_item_t *item = queue->head;
    if (!item)
        return NULL;
    queue->head = item->next;
    if (!queue->head)
        queue->tail = NULL;
    queue->count--;
    return item;
}

ph_item_t *ph_item_new(item_kind_t kind, ph_job_t *job)
{
    ph_item_t *item = ph_mem_alloc(NULL, sizeof *item);
    item->kind = kind;
    item->job = job ? ph_job_ref(job) : NULL;
    return item;
}

void ph_item_free(ph_item_t *item)
{
    switch (item->kind) {
    case ITEM_SIGNAL:
        ph_mem_free(item->signal.deactivated);
        break;
    case ITEM_REPLY:
        ph_rc_unref(item->reply.value);
        break;
    case ITEM_CALL:
        break;
    case ITEM_WORK:
        item->work->dispose(item->work->ctx);
        ph_mem_free(item->work);
        break;
    case ITEM_MESSAGE:
        ph_msg_unref(item->msg);
        break;
    }
    if (item->job)
        ph_job_unref(item->job);
    ph_mem_free(item);
}

void ph_queue_clear(ph_queue_t *queue)
{
    for (ph_item_t *item; (item = ph_queue_pop(queue));)
        ph_item_free(item);
}

/* ---- messages ---- */

uint8_t ph_msg_kind(const ph_msg_t *msg)
{
    return msg->kind;
}
uint8_t ph_msg_to(const ph_msg_t *msg)
{
    return msg->to;
}

const void *ph_msg_payload(const ph_msg_t *msg)
{
    return ph_rc_value(msg->payload);
}

ph_msg_t *ph_msg_ref(ph_msg_t *msg)
{
    msg->refs++;
    return msg;
}

static void deliver_reply(ph_msg_t *msg, ph_err_t err, ph_rc_t *value)
{
    ph_job_t *job = msg->asker;
    msg->replied = true;
    if (!job->alive) {
        job->self->stats.replies_dropped++;
        ph_rc_unref(value);
        return;
    }
    ph_item_t *item = ph_item_new(ITEM_REPLY, job);
    item->reply.fn = msg->fn;
    item->reply.thunk = msg->thunk;
    item->reply.flow = msg->flow;
    item->reply.err = err;
    item->reply.value = value;
    ph_queue_push(&job->self->ready, item);
    ph_subsystem_wake(job->self);
}

void ph_msg_unref(ph_msg_t *msg)
{
    if (--msg->refs)
        return;
    /* Dropped unanswered: the one that asked must not wait for ever. */
    if (msg->wants_reply && !msg->replied)
        deliver_reply(msg, PH_ERR_CANCELLED, NULL);
    if (msg->asker)
        ph_job_unref(msg->asker);
    ph_rc_unref(msg->payload);
    ph_mem_free(msg);
}

static const ph_route_t *find_route(const ph_subsystem_info_t *info, uint8_t to, uint8_t kind)
{
    for (uint32_t i = 0; i < info->route_count; i++)
        if (info->routes[i].to == to && info->routes[i].kind == kind)
            return &info->routes[i];
    return NULL;
}

static ph_msg_t *new_message(ph_subsystem_t *self, uint8_t to, uint8_t kind, const void *payload)
{
    ph_overseer_t *overseer = self->overseer;
    PH_CHECK(to < overseer->config.subsystem_count);
    const ph_route_t *route = find_route(self->info, to, kind);
    PH_CHECK(route && "message along an undeclared route");
    ph_msg_t *msg = ph_mem_alloc(NULL, sizeof *msg);
    msg->refs = 1;
    msg->to = to;
    msg->from = self->id;
    msg->kind = kind;
    msg->unbounded = route->unbounded;
    msg->overseer = overseer;
    msg->payload = ph_rc_new(overseer->subsystems[to].info->messages[kind].payload, payload);
    return msg;
}

static void enqueue(ph_subsystem_t *receiver, ph_item_t *item)
{
    ph_queue_push(&receiver->messages, item);
    if (receiver->messages.count > receiver->stats.queue_most)
        receiver->stats.queue_most = receiver->messages.count;
    ph_subsystem_wake(receiver);
}

static void post(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_subsystem_t *receiver = &self->overseer->subsystems[msg->to];
    if (!receiver->ops || receiver->concluded) {
        if (msg->wants_reply && !receiver->ops)
            deliver_reply(msg, PH_ERR_UNSUPPORTED, NULL);
        ph_msg_unref(msg);
        return;
    }
    ph_item_t *item = ph_item_new(ITEM_MESSAGE, NULL);
    item->msg = msg;
    /* What waits keeps its order: nothing overtakes an undelivered send to the same receiver, save unbounded routes. */
    bool room = receiver->messages.count < receiver->info->capacity && !self->undelivered.count;
    if (room || msg->unbounded) {
        enqueue(receiver, item);
    } else {
        self->stats.blocked_sends++;
        ph_queue_push(&self->undelivered, item);
    }
}

void ph_overseer_send(ph_subsystem_t *self, uint8_t to, uint8_t kind, const void *payload)
{
    post(self, new_message(self, to, kind, payload));
}

void ph_overseer_ask(ph_job_t *job, uint8_t to, uint8_t kind, const void *payload, void *flow, void (*fn)(void),
                     ph_reply_thunk_t thunk)
{
    PH_CHECK(job->alive);
    ph_msg_t *msg = new_message(job->self, to, kind, payload);
    msg->wants_reply = true;
    msg->asker = ph_job_ref(job);
    msg->fn = fn;
    msg->thunk = thunk;
    msg->flow = flow;
    post(job->self, msg);
}

void ph_overseer_reply(ph_subsystem_t *self, ph_msg_t *msg, const void *reply)
{
    PH_CHECK(msg->to == self->id && msg->wants_reply && !msg->replied);
    const ph_type_t *type = self->info->messages[msg->kind].reply;
    deliver_reply(msg, PH_OK, msg->asker->alive ? ph_rc_new(type, reply) : NULL);
}

void ph_overseer_reply_shared(ph_subsystem_t *self, ph_msg_t *msg, ph_rc_t *reply)
{
    PH_CHECK(msg->to == self->id && msg->wants_reply && !msg->replied);
    PH_CHECK(ph_rc_type(reply) == self->info->messages[msg->kind].reply);
    deliver_reply(msg, PH_OK, ph_rc_ref(reply));
}
