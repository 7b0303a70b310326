/* What happens in a local network, for people: follows every parablock from its collator to its inclusion, knows what
 * each para has achieved at each relay block, and tells the events that matter in words, each once.
 */
#ifndef PH_CLI_STORY_H
#define PH_CLI_STORY_H

#include "chain/block.h"

typedef enum ph_stage {
    PH_STAGE_NONE,
    PH_STAGE_COLLATED,   /* the collator has built it */
    PH_STAGE_ADVERTISED, /* and offered it to validators */
    PH_STAGE_SECONDED,   /* a validator has checked it and stands for it */
    PH_STAGE_BACKABLE,   /* so do enough of its group */
    PH_STAGE_BACKED,     /* a relay block says so */
    PH_STAGE_INCLUDED,   /* its data is available: it is part of the chain */
    PH_STAGE_COUNT
} ph_stage_t;
const char *ph_stage_name(ph_stage_t stage);

/* Of one para, as of the block given to ph_story_look. */
typedef struct ph_story_para {
    uint32_t id;
    uint32_t included, timed_out;
    bool has_head, has_number;
    uint64_t head_number; /* has_number: the head is one of the built-in chain */
    uint8_t head_hash[32];
    /* the candidate on its way, of whatever fork */
    ph_candidate_hash_t candidate;
    ph_stage_t stage;
    uint64_t stage_us;     /* when it got there */
    uint64_t last_took_us; /* from collation to inclusion, the last one included; 0: none yet */
    uint64_t took_us_sum, took_count;
} ph_story_para_t;

typedef struct ph_story ph_story_t;

typedef struct ph_story_config {
    const ph_para_id_t *ids; /* borrowed by ph_story_new */
    size_t paras;
    size_t awaited; /* the first of them: those that ph_story_all_included speaks of */
    void *ctx;
    /* Something worth telling happened; text is one line without a newline. */
    void (*tell)(void *ctx, uint64_t now_us, const char *text);
    const char *(*name_of)(void *ctx, uint32_t node);
} ph_story_config_t;

ph_story_t *ph_story_new(const ph_story_config_t *config);
void ph_story_free(ph_story_t *story); /* NULL allowed */

/* A trace event of `node`. */
void ph_story_event(ph_story_t *story, uint64_t now_us, const char *node, const char *event,
                    const ph_trace_fields_t *fields);
/* A block that joined somebody's tree; again is harmless. Parents come first. */
void ph_story_block(ph_story_t *story, ph_env_t *env, ph_relay_block_t *block);

/* Looks at the paras as of this block, until the next look. */
const ph_story_para_t *ph_story_look(ph_story_t *story, const ph_hash_t *block);
/* Has every para that is awaited at least `count` included blocks as of this block? */
bool ph_story_all_included(const ph_story_t *story, const ph_hash_t *block, uint32_t count);
/* Who made the block, and in what kind of slot; NULL: not made in this run. */
const char *ph_story_author(const ph_story_t *story, const ph_hash_t *block, bool *primary);

/* The first bytes of a hash: "0x12345678..", as people see it. */
typedef struct ph_short_hash {
    char text[16];
} ph_short_hash_t;
ph_short_hash_t ph_short_hash(const uint8_t hash[32]);

#endif
