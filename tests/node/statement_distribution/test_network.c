/* Twenty-five Statement Distributions with a network between them that the test plays, and a Backing that votes for
 * what its group seconds: every node must come to know every group's candidate, on a good network with all votes and
 * without anybody being blamed, on a bad one with as many votes as back it.
 */
#define FIXTURE_LAYOUT
enum { V = 25, GROUPS = 5, SIZE = 5 };
#include <stdint.h>
static const uint32_t group_members[GROUPS][SIZE] = {
    {0, 7, 14, 21, 3}, {5, 12, 19, 1, 8}, {10, 17, 24, 6, 13}, {15, 22, 4, 11, 18}, {20, 2, 9, 16, 23}};
#include "fixture.h"
#include "support/random.h"

enum { TICKETS = 4000 };

typedef struct network {
    fixture_t *nodes[V];
    made_t candidates[GROUPS];
    bool voted[V][GROUPS][V]; /* at node, for group's candidate, by validator */
    bool shared[V], backed[V][GROUPS];
    size_t ticket_count, penalties, messages, statements_twice;
    struct {
        uint32_t asker;
        ph_msg_t *question;
    } tickets[TICKETS];
    ph_test_random_t random;
    size_t loss_percent;
} network_t;

static uint32_t group_of(uint32_t v)
{
    for (uint32_t g = 0; g < GROUPS; g++)
        for (uint32_t i = 0; i < SIZE; i++)
            if (group_members[g][i] == v)
                return g;
    fail();
    return 0;
}

static bool is_lost(network_t *n)
{
    return ph_test_below(&n->random, 100) < n->loss_percent;
}

static void deliver_messages(network_t *n, uint32_t from, bool *progress)
{
    for (ph_msg_t *msg; (msg = ph_harness_take(n->nodes[from]->h, PH_SUBSYSTEM_NETWORK_BRIDGE,
                                               PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE));) {
        const ph_msg_network_bridge_send_validation_message_t *out = ph_msg_payload(msg);
        *progress = true;
        for (size_t i = 0; i < out->peers.count; i++) {
            n->messages++;
            if (!is_lost(n))
                say(n->nodes[out->peers.items[i].v - 100], from, &out->message.statement_distribution);
        }
    }
}

static void deliver_requests(network_t *n, uint32_t from, bool *progress)
{
    fixture_t *f = n->nodes[from];
    for (ph_msg_t *msg;
         (msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST));) {
        const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
        ph_msg_statement_distribution_incoming_attested_candidate_t in = {.peer = peer_of(from),
                                                                          .ticket = n->ticket_count};
        *progress = true;
        if (is_lost(n)) {
            answer_failure(f, msg, PH_REQUEST_FAILURE_TIMEOUT);
            continue;
        }
        assert_true(n->ticket_count < TICKETS);
        n->tickets[n->ticket_count].asker = from;
        n->tickets[n->ticket_count++].question = msg;
        assert_int_equal(ph_attested_candidate_request_decode_all(out->request, f->arena, &in.request), PH_OK);
        ph_harness_send(n->nodes[out->to.peer.v - 100]->h, PH_MSG_STATEMENT_DISTRIBUTION_INCOMING_ATTESTED_CANDIDATE,
                        &in);
    }
}

static void deliver_responses(network_t *n, uint32_t from, bool *progress)
{
    for (ph_msg_t *msg;
         (msg = ph_harness_take(n->nodes[from]->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));) {
        const ph_msg_network_bridge_respond_t *out = ph_msg_payload(msg);
        fixture_t *asker = n->nodes[n->tickets[out->ticket].asker];
        ph_msg_t *question = n->tickets[out->ticket].question;
        *progress = true;
        if (is_lost(n))
            answer_failure(asker, question, PH_REQUEST_FAILURE_TIMEOUT);
        else if (!out->response.some)
            answer_failure(asker, question, PH_REQUEST_FAILURE_REFUSED);
        else
            answer_bytes(asker, question, out->response.value);
    }
}

static size_t votes_at(const network_t *n, uint32_t node, uint32_t group)
{
    size_t count = 0;
    for (uint32_t v = 0; v < V; v++)
        count += n->voted[node][group][v];
    return count;
}

static void vote(network_t *n, uint32_t node, uint8_t kind)
{
    n->shared[node] = true;
    n->voted[node][group_of(node)][node] = true;
    share(n->nodes[node], node, kind, &n->candidates[group_of(node)]);
}

/* Backing: counts, votes for what is its group's, says once when there are two votes. */
static void play_backing(network_t *n, uint32_t node, bool *progress)
{
    fixture_t *f = n->nodes[node];
    for (ph_msg_t *msg;
         (msg = ph_harness_take(f->h, PH_SUBSYSTEM_CANDIDATE_BACKING, PH_MSG_CANDIDATE_BACKING_STATEMENT));) {
        const ph_msg_candidate_backing_statement_t *in = ph_msg_payload(msg);
        uint32_t voter = in->statement.statement.validator_index.v, group = group_of(voter);
        *progress = true;
        n->statements_twice += n->voted[node][group][voter];
        n->voted[node][group][voter] = true;
        if (group == group_of(node) && !n->shared[node])
            vote(n, node, VALID);
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        if (n->backed[node][g] || votes_at(n, node, g) < 2)
            continue;
        n->backed[node][g] = *progress = true;
        back(f, &n->candidates[g]);
    }
}

static void note_reports(network_t *n, uint32_t node)
{
    ph_harness_t *h = n->nodes[node]->h;
    while (ph_harness_take(h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER))
        n->penalties++;
    while (ph_harness_take(h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH))
        ;
}

static void settle_down(network_t *n)
{
    for (bool progress = true; progress;) {
        progress = false;
        for (uint32_t v = 0; v < V; v++) {
            deliver_messages(n, v, &progress);
            deliver_requests(n, v, &progress);
            deliver_responses(n, v, &progress);
            play_backing(n, v, &progress);
            note_reports(n, v);
        }
    }
}

static network_t *run(size_t loss_percent, uint64_t seed)
{
    network_t *n = ph_mem_alloc(NULL, sizeof *n);
    n->loss_percent = loss_percent;
    n->random = ph_test_random(seed);
    for (uint32_t v = 0; v < V; v++) {
        n->nodes[v] = fixture_new(v);
        give_topology(n->nodes[v], v);
        activate(n->nodes[v]);
        for (uint32_t other = 0; other < V; other++)
            if (other != v)
                join(n->nodes[v], other);
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        n->candidates[g] = make(n->nodes[0], g, 1);
        vote(n, group_members[g][0], S);
    }
    for (int tenth = 0; tenth < 60; tenth++) { /* a slot */
        settle_down(n);
        for (uint32_t v = 0; v < V; v++)
            ph_harness_advance(n->nodes[v]->h, 100);
    }
    settle_down(n);
    return n;
}

static void network_free(network_t *n)
{
    for (uint32_t v = V; v-- > 0;)
        fixture_free(n->nodes[v]);
    ph_mem_free(n);
}

static void everybody_learns_everything(void **state)
{
    network_t *n = run(0, 1);
    (void)state;
    for (uint32_t v = 0; v < V; v++)
        for (uint32_t g = 0; g < GROUPS; g++)
            assert_int_equal(votes_at(n, v, g), SIZE);
    assert_int_equal(n->penalties, 0);
    assert_int_equal(n->statements_twice, 0);
    network_free(n);
}

static void loss_holds_nobody_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        network_t *n = run(5, seed);
        for (uint32_t v = 0; v < V; v++)
            for (uint32_t g = 0; g < GROUPS; g++)
                assert_true(votes_at(n, v, g) >= 2);
        assert_int_equal(n->statements_twice, 0);
        network_free(n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_learns_everything),
        cmocka_unit_test(loss_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
