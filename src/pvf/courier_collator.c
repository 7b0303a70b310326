#include "pvf/courier_collator.h"

#include <string.h>

#include "base/vec.h"

enum {
    WAITING_MAX = 1024,
    BLOCK_ACTIONS_MAX = 16,
    TRAIL_MAX = 256,
    DEEP = 32, /* blocks below the head: no branch will leave it out */
    UNDER_WAY_MAX = 8,
    STUCK_AFTER = 8,     /* leaves at which the same parent got a block that did not come through */
    FAILURES_MAX = 3,    /* times an action was in such blocks */
    POV_SPARE_LEN = 1024 /* what a PoV may have besides actions */
};

/* Something to be done. */
typedef struct action {
    uint64_t id;
    unsigned failures;
    ph_courier_action_t what; /* on the heap */
} action_t;

/* What a block takes of the relay chain's limits. */
typedef struct usage {
    uint32_t processed, reports, report_bytes, send_count;
    ph_para_id_t recipients[BLOCK_ACTIONS_MAX];
    uint32_t send_bytes[BLOCK_ACTIONS_MAX];
    bool upgrades;
} usage_t;

/* A block that was built. */
typedef struct step {
    uint8_t parent[PH_ADDER_HEAD_LEN], head[PH_ADDER_HEAD_LEN];
    uint64_t add /* besides the usual */, ids[BLOCK_ACTIONS_MAX];
    size_t count;
    usage_t usage;
} step_t;

struct ph_courier {
    PH_LIST(action_t) actions;
    PH_LIST(step_t) trail; /* oldest first */
    uint64_t next_id;
    uint8_t parent[PH_ADDER_HEAD_LEN]; /* of the last block */
    unsigned built;                    /* on it */
};

ph_courier_t *ph_courier_new(void)
{
    return ph_mem_alloc(NULL, sizeof(ph_courier_t));
}

void ph_courier_free(ph_courier_t *courier)
{
    if (!courier)
        return;
    for (size_t i = 0; i < courier->actions.count; i++)
        ph_courier_action_free(&courier->actions.items[i].what);
    ph_list_free(&courier->actions);
    ph_list_free(&courier->trail);
    ph_mem_free(courier);
}

ph_err_t ph_courier_act(ph_courier_t *courier, const ph_courier_action_t *what)
{
    if (courier->actions.count >= WAITING_MAX)
        return PH_ERR_FULL;
    action_t *action = ph_list_add(NULL, &courier->actions);
    action->id = ++courier->next_id;
    ph_courier_action_clone(NULL, &action->what, what);
    return PH_OK;
}

size_t ph_courier_waiting(const ph_courier_t *courier)
{
    return courier->actions.count;
}

/* ---- what was done ---- */

static bool has_id(const step_t *step, uint64_t id)
{
    for (size_t i = 0; i < step->count; i++)
        if (step->ids[i] == id)
            return true;
    return false;
}

static const step_t *step_to(const ph_courier_t *courier, const uint8_t *head)
{
    for (size_t i = 0; i < courier->trail.count; i++)
        if (memcmp(courier->trail.items[i].head, head, PH_ADDER_HEAD_LEN) == 0)
            return &courier->trail.items[i];
    return NULL;
}

/* How many blocks below `head` the action was done, from 0; -1: not on this branch. */
static int depth_of(const ph_courier_t *courier, const uint8_t *head, uint64_t id)
{
    const step_t *step = step_to(courier, head);
    for (int depth = 0; step && depth < TRAIL_MAX; depth++, step = step_to(courier, step->parent))
        if (has_id(step, id))
            return depth;
    return -1;
}

static void drop_action(ph_courier_t *courier, size_t i)
{
    ph_courier_action_free(&courier->actions.items[i].what);
    ph_list_remove(&courier->actions, i);
}

static void forget_done(ph_courier_t *courier, const uint8_t *head)
{
    for (size_t i = courier->actions.count; i-- > 0;)
        if (depth_of(courier, head, courier->actions.items[i].id) >= DEEP)
            drop_action(courier, i);
}

/* ---- limits ---- */

/* Under way are the blocks between the head that the limits speak of and the parent: backed, not included yet. */
typedef struct under_way {
    const step_t *steps[UNDER_WAY_MAX]; /* latest first */
    size_t count;
    bool known;
} under_way_t;

static under_way_t find_under_way(const ph_courier_t *courier, const ph_courier_parent_t *parent)
{
    under_way_t u = {.known = true};
    const uint8_t *head = parent->head.data;
    while (parent->limits && !ph_bytes_equal(parent->limits->required_parent.v, ph_bytes(head, PH_ADDER_HEAD_LEN))) {
        const step_t *step = step_to(courier, head);
        u.known = step && u.count < UNDER_WAY_MAX;
        if (!u.known)
            break;
        u.steps[u.count++] = step;
        head = step->parent;
    }
    return u;
}

/* How many messages from above the next block takes: all that no block under way takes. The relay chain wants at least
 * one taken of those it has, which are all until a block is included: REFUSED if none is left to take. */
static ph_err_t take_downward(uint32_t *out, const under_way_t *u, const ph_constraints_t *limits)
{
    size_t there = limits ? limits->dmp_remaining_messages.count : 0, taken = 0;
    for (size_t i = 0; i < u->count; i++)
        taken += u->steps[i]->usage.processed;
    *out = (uint32_t)(there > taken ? there - taken : 0);
    return there > 0 && *out == 0 ? PH_ERR_REFUSED : PH_OK;
}

/* ---- what to do ---- */

typedef struct choice {
    const ph_constraints_t *limits;
    const under_way_t *under_way;
    action_t *chosen[BLOCK_ACTIONS_MAX];
    size_t count, bytes;
    usage_t usage;
    bool reports_wait;
    ph_para_id_t served[WAITING_MAX]; /* recipients that have their message, or must wait for it */
    size_t served_count;
} choice_t;

static bool has_room(const choice_t *c, const ph_tup_para_id_outbound_hrmp_channel_limitations_t *channel, size_t len)
{
    size_t messages = 1, bytes = len;
    for (size_t i = 0; i < c->under_way->count; i++) {
        const usage_t *used = &c->under_way->steps[i]->usage;
        for (size_t k = 0; k < used->send_count; k++)
            if (used->recipients[k].v == channel->_0.v) {
                messages++;
                bytes += used->send_bytes[k];
            }
    }
    return channel->_1.messages_remaining >= messages && channel->_1.bytes_remaining >= bytes;
}

/* One message a recipient and block, and none before an earlier one. */
static bool may_send(choice_t *c, ph_para_id_t recipient, size_t len)
{
    const ph_vec_tup_para_id_outbound_hrmp_channel_limitations_t *channels = &c->limits->hrmp_channels_out;
    for (size_t i = 0; i < c->served_count; i++)
        if (c->served[i].v == recipient.v)
            return false;
    c->served[c->served_count++] = recipient;
    for (size_t i = 0; i < channels->count; i++)
        if (channels->items[i]._0.v == recipient.v)
            return c->usage.send_count < c->limits->max_hrmp_num_per_candidate && has_room(c, &channels->items[i], len);
    return false;
}

static bool may_report(choice_t *c, size_t len)
{
    size_t messages = c->usage.reports + 1u, bytes = c->usage.report_bytes + len;
    for (size_t i = 0; i < c->under_way->count; i++) {
        messages += c->under_way->steps[i]->usage.reports;
        bytes += c->under_way->steps[i]->usage.report_bytes;
    }
    c->reports_wait |= c->usage.reports >= c->limits->max_ump_num_per_candidate ||
                       messages > c->limits->ump_remaining || bytes > c->limits->ump_remaining_bytes;
    return !c->reports_wait;
}

static bool may_upgrade(const choice_t *c, size_t len)
{
    bool under_way = c->usage.upgrades;
    for (size_t i = 0; i < c->under_way->count; i++)
        under_way |= c->under_way->steps[i]->usage.upgrades;
    return !under_way && !c->limits->upgrade_restriction.some && !c->limits->future_validation_code.some &&
           len <= c->limits->max_code_size;
}

static void consider(choice_t *c, action_t *action)
{
    const ph_courier_action_t *what = &action->what;
    usage_t *usage = &c->usage;
    size_t len = ph_type_encoded_len(&ph_type_courier_action, what);
    if (c->bytes + len + POV_SPARE_LEN > c->limits->max_pov_size)
        return;
    switch ((ph_courier_action_kind_t)what->kind) {
    case PH_COURIER_ACTION_SEND:
        if (!may_send(c, what->send.recipient, what->send.data.len))
            return;
        usage->recipients[usage->send_count] = what->send.recipient;
        usage->send_bytes[usage->send_count++] = (uint32_t)what->send.data.len;
        break;
    case PH_COURIER_ACTION_REPORT:
        if (!may_report(c, what->report.len))
            return;
        usage->reports++;
        usage->report_bytes += (uint32_t)what->report.len;
        break;
    case PH_COURIER_ACTION_UPGRADE:
        if (!may_upgrade(c, what->upgrade.v.len))
            return;
        usage->upgrades = true;
        break;
    }
    c->bytes += len;
    c->chosen[c->count++] = action;
}

/* By kind; messages to others by recipient, as the relay chain wants them; else as they came. */
static bool stands_before(const action_t *a, const action_t *b)
{
    if (a->what.kind != b->what.kind)
        return a->what.kind < b->what.kind;
    return a->what.kind == PH_COURIER_ACTION_SEND && a->what.send.recipient.v < b->what.send.recipient.v;
}

static void sort_choice(choice_t *c)
{
    for (size_t i = 1; i < c->count; i++) {
        action_t *moved = c->chosen[i];
        size_t k = i;
        for (; k > 0 && stands_before(moved, c->chosen[k - 1]); k--)
            c->chosen[k] = c->chosen[k - 1];
        c->chosen[k] = moved;
    }
}

static void choose(choice_t *c, ph_courier_t *courier, const ph_courier_parent_t *parent)
{
    c->limits = parent->limits;
    if (!c->limits || !c->under_way->known)
        return;
    for (size_t i = 0; i < courier->actions.count && c->count < BLOCK_ACTIONS_MAX; i++)
        if (depth_of(courier, parent->head.data, courier->actions.items[i].id) < 0)
            consider(c, &courier->actions.items[i]);
    sort_choice(c);
}

/* ---- the block ---- */

/* What blocks on a parent add besides the usual tells them apart: blocks that do the same add the same. */
static uint64_t extra_of(const ph_courier_t *courier, const uint8_t *parent, const choice_t *c)
{
    uint64_t most = 0;
    for (size_t i = 0; i < courier->trail.count; i++) {
        const step_t *step = &courier->trail.items[i];
        bool same = memcmp(step->parent, parent, PH_ADDER_HEAD_LEN) == 0 && step->count == c->count &&
                    step->usage.processed == c->usage.processed;
        for (size_t k = 0; same && k < c->count; k++)
            same = step->ids[k] == c->chosen[k]->id;
        if (same)
            return step->add;
        if (memcmp(step->parent, parent, PH_ADDER_HEAD_LEN) == 0 && step->add > most)
            most = step->add;
    }
    return c->count || c->usage.processed ? most + 1 : 0;
}

static void remember(ph_courier_t *courier, const uint8_t *parent, const uint8_t *head, const choice_t *c,
                     uint64_t extra)
{
    if (step_to(courier, head))
        return;
    if (courier->trail.count >= TRAIL_MAX)
        ph_list_remove(&courier->trail, 0);
    step_t *step = ph_list_add(NULL, &courier->trail);
    memcpy(step->parent, parent, PH_ADDER_HEAD_LEN);
    memcpy(step->head, head, PH_ADDER_HEAD_LEN);
    step->add = extra;
    step->count = c->count;
    step->usage = c->usage;
    for (size_t i = 0; i < c->count; i++)
        step->ids[i] = c->chosen[i]->id;
}

static void fill_result(ph_validation_result_t *out, ph_arena_t *arena, const choice_t *c)
{
    out->upward_messages.items = ph_arena_alloc(arena, (c->count + 1) * sizeof *out->upward_messages.items);
    out->horizontal_messages.items = ph_arena_alloc(arena, (c->count + 1) * sizeof *out->horizontal_messages.items);
    for (size_t i = 0; i < c->count; i++) {
        const ph_courier_action_t *what = &c->chosen[i]->what;
        switch ((ph_courier_action_kind_t)what->kind) {
        case PH_COURIER_ACTION_SEND:
            out->horizontal_messages.items[out->horizontal_messages.count++] =
                (ph_outbound_hrmp_message_t){what->send.recipient, what->send.data};
            break;
        case PH_COURIER_ACTION_REPORT:
            out->upward_messages.items[out->upward_messages.count++] = what->report;
            break;
        case PH_COURIER_ACTION_UPGRADE:
            out->new_validation_code = (ph_opt_validation_code_t){true, what->upgrade};
            break;
        }
    }
}

static void write_letters(ph_writer_t *block, ph_arena_t *arena, const choice_t *c,
                          const ph_validation_result_t *result)
{
    ph_courier_letters_t letters = {.processed_downward_messages = result->processed_downward_messages,
                                    .hrmp_watermark = result->hrmp_watermark};
    letters.actions.count = c->count;
    letters.actions.items = ph_arena_alloc(arena, (c->count + 1) * sizeof *letters.actions.items);
    for (size_t i = 0; i < c->count; i++)
        letters.actions.items[i] = c->chosen[i]->what;
    ph_courier_letters_encode(block, &letters);
}

/* The relay chain has refused, or not seen, what was built on this parent so often that it may be the actions' fault.
 */
static bool is_stuck(ph_courier_t *courier, const uint8_t *parent)
{
    if (memcmp(courier->parent, parent, PH_ADDER_HEAD_LEN) != 0) {
        memcpy(courier->parent, parent, PH_ADDER_HEAD_LEN);
        courier->built = 0;
    }
    courier->built++;
    return courier->built % (STUCK_AFTER + 1) == 0;
}

static void blame(ph_courier_t *courier, const choice_t *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->chosen[i]->failures++;
    for (size_t i = courier->actions.count; i-- > 0;)
        if (courier->actions.items[i].failures >= FAILURES_MAX)
            drop_action(courier, i);
}

ph_err_t ph_courier_next(ph_courier_t *courier, ph_arena_t *arena, ph_writer_t *block, ph_validation_result_t *result,
                         const ph_courier_parent_t *parent)
{
    uint8_t data[PH_ADDER_BLOCK_LEN];
    uint8_t *head = ph_arena_alloc(arena, PH_ADDER_HEAD_LEN);
    ph_adder_head_t before;
    PH_TRY(ph_adder_head_decode(&before, parent->head));
    under_way_t under_way = find_under_way(courier, parent);
    choice_t c = {.under_way = &under_way};
    PH_TRY(take_downward(&c.usage.processed, &under_way, parent->limits));
    forget_done(courier, parent->head.data);
    choose(&c, courier, parent);
    if (is_stuck(courier, parent->head.data)) {
        blame(courier, &c);
        c.usage = (usage_t){.processed = c.usage.processed};
        c.count = 0;
    }
    uint64_t extra = extra_of(courier, parent->head.data, &c);
    PH_TRY(ph_adder_next_adding(data, head, parent->head, PH_ADDER_ADD + extra));
    remember(courier, parent->head.data, head, &c, extra);
    *result = (ph_validation_result_t){.head_data = {ph_bytes(head, PH_ADDER_HEAD_LEN)},
                                       .processed_downward_messages = c.usage.processed,
                                       .hrmp_watermark = parent->relay_parent_number};
    fill_result(result, arena, &c);
    ph_write(block, data, sizeof data);
    write_letters(block, arena, &c, result);
    return PH_OK;
}
