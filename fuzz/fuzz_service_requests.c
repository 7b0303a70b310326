/* What comes from outside to a running node: requests through its socket, lists of transactions from peers. */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "chain/pool.h"
#include "service/dev_request.h"

static void look_at_request(ph_bytes_t in)
{
    ph_dev_request_t request;
    char why[300] = "";
    ph_arena_t *arena = ph_arena_new();
    if (ph_dev_request_read(&request, arena, in, why, sizeof why) == PH_OK) {
        PH_CHECK(request.verb <= PH_DEV_ACT && request.at <= PH_DEV_AT_NUMBER);
        PH_CHECK(request.bytes.len <= in.len / 2);
        PH_CHECK((request.verb == PH_DEV_CALL) == (request.method != NULL));
        PH_CHECK(request.verb != PH_DEV_SUBMIT || request.bytes.len > 0);
    } else {
        PH_CHECK(why[0] != 0 && strlen(why) < sizeof why && !strchr(why, '\n'));
    }
    ph_arena_free(arena);
}

static void look_at_transactions(ph_bytes_t in)
{
    ph_transactions_t all;
    ph_arena_t *arena = ph_arena_new();
    if (ph_transactions_decode_all(in, arena, &all) == PH_OK)
        for (size_t i = 0; i < all.count; i++)
            (void)ph_pool_hash(all.items[i]);
    ph_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ph_bytes_t in = ph_bytes(data + 1, size - 1);
    if (data[0] % 8)
        look_at_request(in);
    else
        look_at_transactions(in);
    return 0;
}
