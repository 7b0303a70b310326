#include "node/availability_distribution/leaf.h"

#include "base/vec.h"
#include "node/availability_distribution/availability_distribution.h"
#include "node/availability_distribution/fetch.h"
#include "primitives/rotation.h"
#include "protocol/availability_distribution_out.h"

/* Which ancestors are of the leaf's session? who are we in it? which cores were occupied at each of the blocks? */

enum { ANCESTORS = 3 };

typedef struct leaf {
    PH_LIST(ph_hash_t) replaced;         /* leaves to be released when we are through */
    ph_hash_t blocks[1 + ANCESTORS + 1]; /* the leaf, its ancestors, and one more: see count_session */
    size_t block_count, at;
    ph_session_index_t session;
    ph_session_info_t info;
    ph_validator_index_t me;
    bool mapping;
} leaf_t;

/* The leaf said all that it wants, or cannot. */
static void through(ph_job_t *job, leaf_t *leaf)
{
    ph_subsystem_t *self = ph_job_self(job);
    for (size_t i = 0; i < leaf->replaced.count; i++)
        ph_chunk_fetches_release(self, &leaf->replaced.items[i]);
    ph_job_end(job);
}

/* ---- what is pending ---- */

static void look_at_cores(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_core_state_runtime_api_error_t *cores);

static void look_at_next_block(ph_job_t *job, leaf_t *leaf)
{
    if (leaf->at == leaf->block_count)
        through(job, leaf);
    else
        ph_ask_runtime_api_request_availability_cores(job, &leaf->blocks[leaf->at], leaf, look_at_cores);
}

static void look_at_cores(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    leaf_t *leaf = flow;
    ph_chunk_wish_t wish = {
        .block = &leaf->blocks[leaf->at++], .info = &leaf->info, .me = leaf->me, .mapping = leaf->mapping};
    bool well = !err && cores->kind == PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK;
    for (size_t i = 0; well && i < cores->ok.count; i++) {
        wish.core = &cores->ok.items[i].occupied;
        wish.core_index.v = (uint32_t)i;
        if (cores->ok.items[i].kind == PH_CORE_STATE_OCCUPIED)
            ph_chunk_fetches_want(ph_job_self(job), ph_job_key(job), &wish);
    }
    look_at_next_block(job, leaf);
}

/* ---- who we are ---- */

static void note_features(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bits_runtime_api_error_t *features)
{
    leaf_t *leaf = flow;
    if (!err && features->kind == PH_RES_BITS_RUNTIME_API_ERROR_OK)
        leaf->mapping = ph_bits_get(features->ok, PH_FEATURE_AVAILABILITY_CHUNK_MAPPING);
    look_at_next_block(job, leaf);
}

static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_opt_session_info_runtime_api_error_t *info)
{
    const ph_availability_distribution_config_t *config = ph_config(ph_job_self(job));
    leaf_t *leaf = flow;
    bool known = !err && info->kind == PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK && info->ok.some;
    if (!known || info->ok.value.validators.count < 2 ||
        !ph_keystore_find_validator(config->keystore, info->ok.value.validators.items, info->ok.value.validators.count,
                                    &leaf->me)) {
        through(job, leaf);
        return;
    }
    ph_job_keep_reply(job);
    leaf->info = info->ok.value;
    ph_ask_runtime_api_request_node_features(job, ph_job_key(job), leaf, note_features);
}

/* ---- the leaf's session ---- */

/* A block's own session is what its parent names as its child's: so one ancestor more is asked about than is looked
 * at. */
static void count_session(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_session_index_runtime_api_error_t *session)
{
    leaf_t *leaf = flow;
    bool well = !err && session->kind == PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK;
    if (!well && leaf->at == 1) {
        through(job, leaf);
        return;
    }
    if (leaf->at == 1)
        leaf->session = session->ok;
    bool same = well && session->ok.v == leaf->session.v;
    if (same && ++leaf->at < leaf->block_count) {
        ph_ask_runtime_api_request_session_index_for_child(job, &leaf->blocks[leaf->at], leaf, count_session);
        return;
    }
    leaf->block_count = leaf->at - 1; /* as many as agreed: each speaks for its child */
    leaf->at = 0;
    ph_ask_runtime_api_request_session_info(job, ph_job_key(job), leaf->session, leaf, find_ourselves);
}

static void note_ancestors(ph_job_t *job, void *flow, ph_err_t err, const ph_vec_hash_t *ancestors)
{
    leaf_t *leaf = flow;
    if (err || ancestors->count == 0) { /* the chain begins here: nobody has chunks of what is pending */
        through(job, leaf);
        return;
    }
    leaf->blocks[0] = *ph_job_key(job);
    for (leaf->block_count = 1; leaf->block_count <= ancestors->count && leaf->block_count <= ANCESTORS + 1;
         leaf->block_count++)
        leaf->blocks[leaf->block_count] = ancestors->items[leaf->block_count - 1];
    leaf->at = 1;
    ph_ask_runtime_api_request_session_index_for_child(job, &leaf->blocks[1], leaf, count_session);
}

/* ---- beginning and end ---- */

void ph_chunk_leaf_start(ph_subsystem_t *self, const ph_hash_t *leaf)
{
    ph_job_t *job = ph_job_start(self, leaf, sizeof(leaf_t));
    ph_ask_chain_api_ancestors(job, leaf, ANCESTORS + 1, ph_job_state(job), note_ancestors);
}

static void hand_over(ph_subsystem_t *self, ph_job_t *heir, const ph_hash_t *leaf)
{
    if (heir)
        ph_list_push(ph_job_arena(heir), &((leaf_t *)ph_job_state(heir))->replaced, *leaf);
    else
        ph_chunk_fetches_release(self, leaf);
}

void ph_chunk_leaf_stop(ph_subsystem_t *self, const ph_hash_t *leaf, const ph_hash_t *heir)
{
    ph_job_t *to = heir ? ph_job_find(self, heir) : NULL, *looking = ph_job_find(self, leaf);
    hand_over(self, to, leaf);
    if (!looking)
        return;
    leaf_t *unfinished = ph_job_state(looking);
    for (size_t i = 0; i < unfinished->replaced.count; i++)
        hand_over(self, to, &unfinished->replaced.items[i]);
    ph_job_end(looking);
}
