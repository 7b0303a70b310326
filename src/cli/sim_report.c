#include "cli/sim_report.h"

#include <jansson.h>
#include <stdio.h>

#include "base/check.h"

static long long number(const json_t *object, const char *key)
{
    return (long long)json_number_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "?";
}

static void print_paras(const json_t *paras)
{
    for (size_t i = 0; i < json_array_size(paras); i++) {
        const json_t *para = json_array_get(paras, i);
        printf("para %-8lld %lld backed, %lld included, %lld timed out\n", number(para, "id"), number(para, "backed"),
               number(para, "included"), number(para, "timed_out"));
    }
}

static void print_troubles(const json_t *s)
{
    const json_t *reorgs = json_object_get(s, "reorgs");
    printf("reorgs        %lld, the deepest of %lld\n", number(reorgs, "count"), number(reorgs, "deepest"));
    printf("peers         %lld penalties, %lld bans\n", number(s, "penalties"), number(s, "bans"));
    printf("misbehaviour  %zu\n", json_array_size(json_object_get(s, "misbehaviour")));
    if (number(s, "recovered") > 0)
        printf("recovered     %lld\n", number(s, "recovered"));
}

void ph_cli_print_summary(const char *json, uint64_t seed)
{
    json_error_t error;
    json_t *s = json_loads(json, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    PH_CHECK(s != NULL);
    const json_t *best = json_object_get(s, "best"), *finalized = json_object_get(s, "finalized"),
                 *network = json_object_get(s, "network"), *memo = json_object_get(s, "memo");
    printf("seed          %llu, %lld validators, %lld slots\n", (unsigned long long)seed, number(s, "validators"),
           number(s, "slots"));
    printf("best block    #%lld %s\n", number(best, "number"), text(best, "hash"));
    printf("depth-final   #%lld %s\n", number(finalized, "number"), text(finalized, "hash"));
    printf("blocks        %zu made\n", json_array_size(json_object_get(s, "blocks")));
    print_paras(json_object_get(s, "paras"));
    print_troubles(s);
    printf("network       %lld messages, %lld bytes, %lld dropped\n", number(network, "messages"),
           number(network, "bytes"), number(network, "dropped"));
    printf("memo          %lld hits, %lld misses\n", number(memo, "hits"), number(memo, "misses"));
    printf("digest        %s\n", text(s, "digest"));
    printf("time          %.1f s simulated in %.2f s\n", json_number_value(json_object_get(s, "virtual_seconds")),
           json_number_value(json_object_get(s, "real_seconds")));
    json_decref(s);
}
