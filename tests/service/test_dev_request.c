/* Requests to a running `parahost dev`: what is understood, and that what is wrong is named. */
#include "support/cmocka.h"

#include <stdio.h>

#include "service/dev_request.h"

static ph_dev_request_t request;
static char why[300];

static ph_err_t read_text(ph_arena_t *arena, const char *text)
{
    why[0] = 0;
    return ph_dev_request_read(&request, arena, ph_bytes(text, strlen(text)), why, sizeof why);
}

static void good(ph_arena_t *arena, const char *text, ph_dev_verb_t verb)
{
    if (read_text(arena, text) != PH_OK)
        fail_msg("%s: %s", text, why);
    assert_int_equal(request.verb, verb);
}

static void bad(const char *text, const char *expected)
{
    ph_arena_t *arena = ph_arena_new();
    if (read_text(arena, text) != PH_ERR_MALFORMED)
        fail_msg("taken: %s", text);
    if (!strstr(why, expected))
        fail_msg("%s: %s", text, why);
    ph_arena_free(arena);
}

#define HASH "0x1111111111111111111111111111111111111111111111111111111111111111"

static void every_request_is_understood(void **state)
{
    ph_arena_t *arena = ph_arena_new();
    (void)state;
    good(arena, "{\"submit\":\"0x0c840102\"}", PH_DEV_SUBMIT);
    assert_int_equal(request.bytes.len, 3);
    assert_memory_equal(request.bytes.data, "\x84\x01\x02", 3);
    assert_false(request.has_id);
    good(arena, " {\"call\": \"Core_version\", \"id\": 7} ", PH_DEV_CALL);
    assert_string_equal(request.method, "Core_version");
    assert_int_equal(request.bytes.len, 0);
    assert_int_equal(request.at, PH_DEV_AT_BEST);
    assert_true(request.has_id);
    assert_int_equal(request.id, 7);
    good(arena, "{\"call\":\"A_b\",\"args\":\"0xFF00\",\"at\":\"" HASH "\"}", PH_DEV_CALL);
    assert_int_equal(request.bytes.len, 2);
    assert_int_equal(request.at, PH_DEV_AT_HASH);
    assert_int_equal(request.hash.bytes[31], 0x11);
    good(arena, "{\"storage\":\"0x\",\"at\":\"finalized\"}", PH_DEV_STORAGE);
    assert_int_equal(request.at, PH_DEV_AT_FINALIZED);
    good(arena, "{\"head\":true}", PH_DEV_HEAD);
    good(arena, "{\"act\":\"0x00d10700000c616263\",\"para\":2000}", PH_DEV_ACT);
    assert_int_equal(request.para.v, 2000);
    assert_int_equal(request.action.kind, PH_COURIER_ACTION_SEND);
    assert_int_equal(request.action.send.recipient.v, 2001);
    assert_int_equal(request.action.send.data.len, 3);
    good(arena, "{\"block\":12}", PH_DEV_BLOCK);
    assert_int_equal(request.at, PH_DEV_AT_NUMBER);
    assert_int_equal(request.number, 12);
    good(arena, "{\"block\":\"best\"}", PH_DEV_BLOCK);
    assert_int_equal(request.at, PH_DEV_AT_BEST);
    good(arena, "{\"status\":\"" HASH "\"}", PH_DEV_STATUS);
    good(arena, "{\"state\":7,\"id\":1}", PH_DEV_STATE);
    assert_int_equal(request.at, PH_DEV_AT_NUMBER);
    assert_int_equal(request.number, 7);
    good(arena, "{\"state\":\"finalized\"}", PH_DEV_STATE);
    assert_int_equal(request.at, PH_DEV_AT_FINALIZED);
    ph_arena_free(arena);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    bad("", "no JSON");
    bad("{", "no JSON");
    bad("\xff", "no JSON");
    bad("{\"head\":true} {}", "no JSON");
    bad("{\"head\":true,\"head\":true}", "no JSON");
    bad("[]", "expected an object with \"submit\"");
    bad("{}", "expected an object with \"submit\"");
    bad("{\"shout\":1}", "expected an object with \"submit\"");
    bad("{\"submit\":1}", "\"submit\": expected hexadecimal text");
    bad("{\"submit\":\"0c\"}", "\"submit\": expected hexadecimal text");
    bad("{\"submit\":\"0x0\"}", "\"submit\": expected hexadecimal text");
    bad("{\"submit\":\"0xzz\"}", "\"submit\": expected hexadecimal text");
    bad("{\"submit\":\"0x\"}", "\"submit\": expected an extrinsic");
    bad("{\"submit\":\"0x00\"}", "\"submit\": expected an extrinsic");
    bad("{\"submit\":\"0x0801\"}", "\"submit\": expected an extrinsic");
    bad("{\"submit\":\"0x04010203\"}", "\"submit\": expected an extrinsic");
    bad("{\"call\":\"version\"}", "\"call\": expected the name");
    bad("{\"call\":\"a\\u0000_b\"}", "no JSON");
    bad("{\"call\":\"Core_version\",\"args\":5}", "\"args\": expected");
    bad("{\"call\":\"Core_version\",\"at\":\"worst\"}", "\"at\": expected");
    bad("{\"call\":\"Core_version\",\"at\":-1}", "\"at\": expected");
    bad("{\"call\":\"Core_version\",\"at\":4294967296}", "\"at\": expected");
    bad("{\"block\":null}", "\"block\": expected");
    bad("{\"state\":true}", "\"state\": expected");
    bad("{\"state\":1,\"at\":1}", "\"at\" does not belong into a \"state\"");
    bad("{\"head\":false}", "\"head\": expected true");
    bad("{\"head\":true,\"at\":\"best\"}", "\"at\" does not belong into a \"head\"");
    bad("{\"submit\":\"0x0400\",\"head\":true}", "\"head\" does not belong into a \"submit\"");
    bad("{\"status\":\"0x11\"}", "\"status\": expected a hash");
    bad("{\"head\":true,\"id\":\"x\"}", "\"id\": expected a number");
    bad("{\"head\":true,\"id\":-1}", "\"id\": expected a number");
}

/* So that the answer can have it. */
static void an_id_is_known_even_if_the_rest_is_wrong(void **state)
{
    ph_arena_t *arena = ph_arena_new();
    (void)state;
    assert_int_equal(read_text(arena, "{\"id\":9,\"submit\":1}"), PH_ERR_MALFORMED);
    assert_true(request.has_id);
    assert_int_equal(request.id, 9);
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_understood),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(an_id_is_known_even_if_the_rest_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
