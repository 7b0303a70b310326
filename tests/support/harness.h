/* One subsystem alone: an overseer that plays all the others, scripted as "expect this message, answer that", under
 * virtual time. Messages the subsystem sends are caught in order; a test takes them one by one.
 *
 * Ids and kinds are the generated PH_SUBSYSTEM_* and PH_MSG_*. Failures end the cmocka test with what was expected and
 * what came instead.
 */
#ifndef PH_TESTS_SUPPORT_HARNESS_H
#define PH_TESTS_SUPPORT_HARNESS_H

#include "env/sim/world.h"
#include "overseer/overseer.h"

typedef struct ph_harness ph_harness_t;

/* A world of its own (seed 1, no latency) with one node. */
ph_harness_t *ph_harness_new(uint8_t id, const ph_subsystem_ops_t *ops, const void *config);
/* The same, with a table of subsystems of the test's own. */
ph_harness_t *ph_harness_new_with(const ph_subsystem_info_t *table, size_t count, uint8_t id,
                                  const ph_subsystem_ops_t *ops, const void *config);
/* For configurations that need the env: make the parts, then start. */
ph_harness_t *ph_harness_prepare(uint8_t id);
ph_env_t *ph_harness_env(ph_harness_t *h);
void ph_harness_start(ph_harness_t *h, const ph_subsystem_ops_t *ops, const void *config);
/* Fails the test if caught messages were not looked at, then ends everything. */
void ph_harness_free(ph_harness_t *h);
ph_subsystem_t *ph_harness_self(ph_harness_t *h);
ph_world_t *ph_harness_world(ph_harness_t *h);
ph_err_t ph_harness_failure(ph_harness_t *h); /* what the subsystem ended the node with, or PH_OK */

/* Signals. A leaf's hash is made from its number unless given: ph_harness_hash(n). */
ph_hash_t ph_harness_hash(uint32_t n);
void ph_harness_activate(ph_harness_t *h, const ph_hash_t *block, ph_block_number_t number, const ph_hash_t *parent);
void ph_harness_finalize(ph_harness_t *h, const ph_hash_t *block, ph_block_number_t number);
void ph_harness_conclude(ph_harness_t *h);

/* Sends to the subsystem under test, as one that has that route. */
void ph_harness_send(ph_harness_t *h, uint8_t kind, const void *payload);
/* Asks it; the answer, once there, is what ph_harness_answer returns (borrowed), NULL as long as there is none. */
typedef struct ph_harness_question ph_harness_question_t;
ph_harness_question_t *ph_harness_ask(ph_harness_t *h, uint8_t kind, const void *payload);
const void *ph_harness_answer(ph_harness_t *h, ph_harness_question_t *question, ph_err_t *err);

/* The next message caught must be this one; its payload is borrowed until free. */
ph_msg_t *ph_harness_expect(ph_harness_t *h, uint8_t to, uint8_t kind);
/* The next caught message to `to` of that kind, wherever it stands in the order, or NULL. */
ph_msg_t *ph_harness_take(ph_harness_t *h, uint8_t to, uint8_t kind);
void ph_harness_expect_nothing(ph_harness_t *h);
void ph_harness_drop_all(ph_harness_t *h); /* forgets what was caught */
void ph_harness_reply(ph_harness_t *h, ph_msg_t *msg, const void *reply);
/* Lets a question go unanswered: the asker gets PH_ERR_CANCELLED. */
void ph_harness_drop(ph_harness_t *h, ph_msg_t *msg);

/* Runs all that is due now, then virtual time goes on by ms. The functions above run what is due by themselves. */
void ph_harness_advance(ph_harness_t *h, uint64_t ms);

/* Trace events of the subsystem so far with that name. */
size_t ph_harness_events(ph_harness_t *h, const char *event);

#endif
