#include "env/sim/world.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "env/sim/agenda.h"

/* Events live in slots; the agenda holds (time, order, slot). A timer handle is slot and generation, so that a stale
 * one is harmless. */
typedef struct slot {
    void (*fn)(void *);
    void *arg;
    void (*run)(void *);       /* background work: before fn, also when the node is gone */
    uint32_t generation, node; /* node UINT32_MAX: nobody's */
    uint32_t incarnation;
    uint32_t next_free;
    bool used, hub; /* hub: something under way in the network, with memory of its own */
} slot_t;

struct ph_world {
    ph_world_config_t config;
    ph_hub_t *hub;
    ph_memo_t *memo;
    uint64_t now, order, events;
    ph_agenda_t agenda;
    PH_LIST(slot_t) slots;
    uint32_t free_slot;
    uint64_t rng_network[4], rng_director[4];
    uint8_t *side_of;
    size_t side_count;
    ph_blake2b_t digest;
};

#define NOBODY UINT32_MAX

/* ---- random numbers: xoshiro256** seeded by splitmix64 ---- */

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void rng_seed(uint64_t state[4], uint64_t seed, uint64_t stream)
{
    uint64_t s = seed ^ (stream * 0xd1342543de82ef95u + 0x2545f4914f6cdd1du);
    for (int i = 0; i < 4; i++)
        state[i] = splitmix(&s);
}

static uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

static uint64_t rng_next(uint64_t s[4])
{
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static uint64_t rng_below(uint64_t s[4], uint64_t below)
{
    PH_CHECK(below > 0);
    return (uint64_t)(((ph_u128_t)rng_next(s) * below) >> 64);
}

/* ---- the agenda ---- */

static ph_timer_t schedule(ph_world_t *world, uint32_t node, uint64_t at, void (*run)(void *), void (*fn)(void *),
                           void *arg)
{
    uint32_t index;
    if (world->free_slot != NOBODY) {
        index = world->free_slot;
        world->free_slot = world->slots.items[index].next_free;
    } else {
        PH_CHECK(world->slots.count < NOBODY);
        (void)ph_list_add(NULL, &world->slots);
        index = (uint32_t)world->slots.count - 1;
    }
    slot_t *slot = &world->slots.items[index];
    slot->fn = fn;
    slot->arg = arg;
    slot->run = run;
    slot->node = node;
    slot->incarnation = node == NOBODY ? 0 : world->hub->nodes.items[node]->incarnation;
    slot->generation++;
    slot->used = true;
    slot->hub = false;
    ph_agenda_push(&world->agenda, (ph_agenda_entry_t){at, world->order++, index, slot->generation});
    return ((uint64_t)slot->generation << 32 | index) + 1;
}

static void release(ph_world_t *world, uint32_t index)
{
    world->slots.items[index].used = false;
    world->slots.items[index].next_free = world->free_slot;
    world->free_slot = index;
}

static void cancel(ph_world_t *world, ph_timer_t timer)
{
    if (!timer)
        return;
    uint32_t index = (uint32_t)(timer - 1), generation = (uint32_t)((timer - 1) >> 32);
    slot_t *slot = &world->slots.items[index];
    if (slot->used && slot->generation == generation)
        release(world, index);
}

static bool slot_lives(const ph_world_t *world, const slot_t *slot)
{
    if (slot->node == NOBODY)
        return true;
    const ph_hub_node_t *node = world->hub->nodes.items[slot->node];
    return node->alive && node->incarnation == slot->incarnation;
}

void ph_world_run_until(ph_world_t *world, uint64_t until_us)
{
    const ph_agenda_entry_t *first;
    while ((first = ph_agenda_first(&world->agenda)) && first->at <= until_us) {
        ph_agenda_entry_t entry = ph_agenda_pop(&world->agenda);
        slot_t slot = world->slots.items[entry.slot];
        if (!slot.used || slot.generation != entry.generation)
            continue;
        world->now = entry.at;
        release(world, entry.slot);
        if (slot.run)
            slot.run(slot.arg);
        else if (!slot_lives(world, &slot))
            continue;
        world->events++;
        slot.fn(slot.arg);
    }
    if (world->now < until_us)
        world->now = until_us;
}

/* ---- what the hub needs ---- */

static uint64_t driver_now(void *ctx)
{
    return ((ph_world_t *)ctx)->now;
}

static ph_timer_t driver_at(void *ctx, uint64_t delay_us, void (*fn)(void *), void *arg)
{
    ph_world_t *world = ctx;
    ph_timer_t timer = schedule(world, NOBODY, world->now + delay_us, NULL, fn, arg);
    world->slots.items[(uint32_t)(timer - 1)].hub = true;
    return timer;
}

static void driver_cancel(void *ctx, ph_timer_t timer)
{
    cancel(ctx, timer);
}

static unsigned side(const ph_world_t *world, uint32_t node)
{
    return node < world->side_count ? world->side_of[node] : 0;
}

static bool is_cut(void *ctx, uint32_t a, uint32_t b)
{
    ph_world_t *world = ctx;
    return world->side_of && side(world, a) != side(world, b);
}

static bool driver_travel(void *ctx, uint32_t from, uint32_t to, size_t size, bool control, uint64_t *delay_us)
{
    ph_world_t *world = ctx;
    const ph_world_config_t *config = &world->config;
    /* Both numbers are always drawn: what is lost must not shift what comes after it. */
    uint64_t spread = rng_below(world->rng_network, config->latency_max_us - config->latency_min_us + 1);
    uint64_t luck = rng_below(world->rng_network, 1000000);
    *delay_us = config->latency_min_us + spread + (config->bytes_per_us ? size / config->bytes_per_us : 0);
    if (is_cut(world, from, to))
        return false;
    return control || luck >= (uint64_t)(config->loss_percent * 10000.0);
}

static void feed(ph_world_t *world, const void *data, size_t len)
{
    ph_blake2b_update(&world->digest, ph_bytes(data, len));
}

/* Nodes hand buffers on, so that each content is hashed once. 0 stands for "not yet". */
static uint64_t content_hash(ph_buf_t *content)
{
    uint64_t *hash = ph_buf_hash(content);
    if (*hash == 0) {
        uint8_t out[8];
        ph_twox_64(out, ph_buf_bytes(content));
        *hash = ph_get_u64(out) ? ph_get_u64(out) : 1;
    }
    return *hash;
}

static void driver_observe(void *ctx, ph_hub_event_t event, uint32_t from, uint32_t to, ph_protocol_id_t proto,
                           ph_buf_t *content)
{
    ph_world_t *world = ctx;
    uint8_t head[40], folded[8];
    ph_put_u64(head, world->now);
    ph_put_u32(head + 8, (uint32_t)event);
    ph_put_u32(head + 12, from);
    ph_put_u32(head + 16, to);
    ph_put_u32(head + 20, (uint32_t)proto);
    ph_put_u64(head + 24, content ? ph_buf_bytes(content).len : 0);
    ph_put_u64(head + 32, content ? content_hash(content) : 0);
    ph_twox_64(folded, ph_bytes(head, sizeof head));
    feed(world, folded, sizeof folded);
}

/* ---- env operations ---- */

static ph_world_t *world_of(ph_env_t *env)
{
    return ((ph_hub_node_t *)env)->hub->ctx;
}

static uint64_t env_now(ph_env_t *env)
{
    return world_of(env)->now;
}

static ph_timer_t env_timer(ph_env_t *env, uint64_t delay_us, void (*fn)(void *), void *ctx)
{
    ph_world_t *world = world_of(env);
    return schedule(world, env->index, world->now + delay_us, NULL, fn, ctx);
}

static void env_timer_cancel(ph_env_t *env, ph_timer_t timer)
{
    cancel(world_of(env), timer);
}

static void env_random(ph_env_t *env, void *out, size_t len)
{
    ph_hub_node_t *node = (ph_hub_node_t *)env;
    uint8_t *p = out, word[8];
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0)
            ph_put_u64(word, rng_next(node->rng));
        p[i] = word[i % 8];
    }
}

static void env_work(ph_env_t *env, uint64_t cost_us, void (*run)(void *), void (*done)(void *), void *ctx)
{
    ph_world_t *world = world_of(env);
    schedule(world, env->index, world->now + cost_us, run, done, ctx);
}

static ph_err_t env_disk_put(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    ph_memdisk_put(((ph_hub_node_t *)env)->disk, key, value);
    return PH_OK;
}

static ph_buf_t *env_disk_get(ph_env_t *env, ph_bytes_t key)
{
    return ph_memdisk_get(((ph_hub_node_t *)env)->disk, key);
}
static void env_disk_delete(ph_env_t *env, ph_bytes_t key)
{
    ph_memdisk_delete(((ph_hub_node_t *)env)->disk, key);
}

static bool env_disk_next(ph_env_t *env, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor, ph_buf_t **value)
{
    return ph_memdisk_next(((ph_hub_node_t *)env)->disk, arena, prefix, cursor, value);
}

static ph_err_t env_disk_sync(ph_env_t *env)
{
    ph_memdisk_sync(((ph_hub_node_t *)env)->disk);
    return PH_OK;
}

static void feed_text(ph_world_t *world, const char *text)
{
    feed(world, text, strlen(text) + 1);
}

static void env_trace(ph_env_t *env, const char *subsystem, const char *event, const ph_trace_fields_t *fields)
{
    ph_world_t *world = world_of(env);
    uint8_t head[48];
    ph_put_u64(head, world->now);
    ph_put_u32(head + 8, env->index);
    ph_put_u32(head + 12, (uint32_t)(fields->has_para | fields->has_validator << 1 | fields->has_peer << 2 |
                                     fields->has_number << 3));
    ph_put_u32(head + 16, fields->para.v);
    ph_put_u32(head + 20, fields->validator.v);
    ph_put_u64(head + 24, fields->peer.v);
    ph_put_u64(head + 32, fields->number);
    ph_put_u64(head + 40, (uint64_t)((fields->block != NULL) | (fields->candidate != NULL) << 1));
    feed(world, head, sizeof head);
    feed_text(world, subsystem);
    feed_text(world, event);
    if (fields->block)
        feed(world, fields->block->bytes, sizeof fields->block->bytes);
    if (fields->candidate)
        feed(world, fields->candidate->bytes, sizeof fields->candidate->bytes);
    feed_text(world, fields->reason ? fields->reason : "");
    if (world->config.trace)
        world->config.trace(world->config.trace_ctx, world->now, env, subsystem, event, fields);
}

static const ph_env_ops_t sim_ops = {
    .now_us = env_now,
    .timer = env_timer,
    .timer_cancel = env_timer_cancel,
    .random = env_random,
    .work = env_work,
    .net_handle = ph_hub_net_handle,
    .net_open = ph_hub_net_open,
    .net_close = ph_hub_net_close,
    .net_notify = ph_hub_net_notify,
    .net_request = ph_hub_net_request,
    .net_respond = ph_hub_net_respond,
    .net_ban = ph_hub_net_ban,
    .net_resolve = ph_hub_net_resolve,
    .net_authority_of = ph_hub_net_authority_of,
    .net_known = ph_hub_net_known,
    .disk_put = env_disk_put,
    .disk_get = env_disk_get,
    .disk_delete = env_disk_delete,
    .disk_next = env_disk_next,
    .disk_sync = env_disk_sync,
    .trace = env_trace,
};

/* ---- the world ---- */

ph_world_t *ph_world_new(const ph_world_config_t *config)
{
    static const ph_hub_driver_t driver = {driver_now, driver_at, driver_cancel, driver_travel, driver_observe};
    PH_CHECK(config->latency_min_us <= config->latency_max_us);
    ph_world_t *world = ph_mem_alloc(NULL, sizeof *world);
    world->config = *config;
    world->now = config->start_us;
    world->free_slot = NOBODY;
    world->hub = ph_hub_new(&driver, world);
    world->memo = config->memo ? ph_memo_new(config->memo_entries ? config->memo_entries : 1 << 18) : NULL;
    rng_seed(world->rng_network, config->seed, 1);
    rng_seed(world->rng_director, config->seed, 2);
    ph_blake2b_init(&world->digest, 32);
    return world;
}

void ph_world_free(ph_world_t *world)
{
    if (!world)
        return;
    /* Background work under way still owns its context. */
    for (size_t i = 0; i < world->slots.count; i++) {
        slot_t slot = world->slots.items[i];
        if (slot.used && slot.run) {
            world->slots.items[i].used = false;
            slot.fn(slot.arg);
        }
    }
    /* So does what travels: with every node down it lands nowhere, and frees itself. */
    for (uint32_t i = 0; i < world->hub->nodes.count; i++)
        ph_hub_down(world->hub, i);
    for (size_t i = 0; i < world->slots.count; i++) {
        slot_t slot = world->slots.items[i];
        if (slot.used && slot.hub) {
            world->slots.items[i].used = false;
            slot.fn(slot.arg);
        }
    }
    ph_hub_free(world->hub);
    ph_memo_free(world->memo);
    ph_agenda_free(&world->agenda);
    ph_list_free(&world->slots);
    ph_mem_free(world->side_of);
    ph_mem_free(world);
}

ph_hub_t *ph_world_hub(ph_world_t *world)
{
    return world->hub;
}

ph_env_t *ph_world_add_node(ph_world_t *world, const char *name)
{
    ph_hub_node_t *node = ph_hub_add(world->hub, &sim_ops, name);
    node->env.memo = world->memo;
    node->env.log = world->config.log;
    node->disk = ph_memdisk_new();
    rng_seed(node->rng, world->config.seed, 1000 + (uint64_t)node->index);
    return &node->env;
}

uint64_t ph_world_now_us(const ph_world_t *world)
{
    return world->now;
}

void ph_world_at(ph_world_t *world, uint64_t at_us, void (*fn)(void *ctx), void *ctx)
{
    schedule(world, NOBODY, at_us > world->now ? at_us : world->now, NULL, fn, ctx);
}

void ph_world_crash(ph_world_t *world, uint32_t index)
{
    ph_hub_down(world->hub, index);
    ph_memdisk_crash(world->hub->nodes.items[index]->disk);
}

void ph_world_restart(ph_world_t *world, uint32_t index)
{
    ph_hub_up(world->hub, index);
}

void ph_world_partition(ph_world_t *world, const uint8_t *side_of, size_t count)
{
    ph_mem_free(world->side_of);
    world->side_of = NULL;
    world->side_count = side_of ? count : 0;
    if (!side_of)
        return;
    world->side_of = ph_mem_alloc(NULL, count);
    memcpy(world->side_of, side_of, count);
    ph_hub_cut(world->hub, is_cut, world);
}

void ph_world_set_network(ph_world_t *world, uint64_t latency_min_us, uint64_t latency_max_us, double loss_percent)
{
    PH_CHECK(latency_min_us <= latency_max_us);
    world->config.latency_min_us = latency_min_us;
    world->config.latency_max_us = latency_max_us;
    world->config.loss_percent = loss_percent;
}

uint64_t ph_world_random(ph_world_t *world, uint64_t below)
{
    return rng_below(world->rng_director, below);
}

void ph_world_digest(ph_world_t *world, uint8_t out[32])
{
    ph_blake2b_t copy = world->digest;
    ph_blake2b_final(&copy, out, 32);
}

uint64_t ph_world_events(const ph_world_t *world)
{
    return world->events;
}
ph_memo_t *ph_world_memo(ph_world_t *world)
{
    return world->memo;
}
