/* `parahost tool submit` and `parahost tool ask`: a running `parahost dev` through its socket. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/socket_client.h"

#define POLL_MS 100

static void print_answer(const json_t *answer)
{
    json_dumpf(answer, stdout, JSON_COMPACT);
    printf("\n");
}

/* What is wrong, as the node says it; NULL: nothing. */
static const char *error_of(const json_t *answer)
{
    return json_string_value(json_object_get(answer, "error"));
}

/* ---- ask ---- */

int ph_cli_tool_ask(int argc, char **argv)
{
    const char *plain[2];
    size_t count;
    const ph_command_t command = {"parahost tool ask",
                                  "SOCKET REQUEST",
                                  "Sends a request, a JSON object such as {\"head\": true}, to a running `parahost dev "
                                  "--socket SOCKET` and prints the\n"
                                  "answer; exit status 1 if that is an error. docs/transactions.md lists the requests.",
                                  2,
                                  2,
                                  NULL,
                                  0};
    ph_socket_client_t client;
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    if (strchr(plain[1], '\n'))
        return ph_options_wrong(&command, "REQUEST: several lines; expected a JSON object on one line");
    json_t *answer = NULL;
    if (ph_client_open(&client, "parahost tool ask: SOCKET", plain[0]))
        answer = ph_client_ask(&client, plain[1]);
    ph_client_close(&client);
    if (!answer)
        return 2;
    print_answer(answer);
    status = error_of(answer) ? 1 : 0;
    json_decref(answer);
    return status;
}

/* ---- submit ---- */

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* Asks until the extrinsic is in a block or the time is over: the last answer, NULL if there was none. */
static json_t *wait_for_block(ph_socket_client_t *client, const char *hash, uint32_t seconds)
{
    char line[160];
    uint64_t end = now_ms() + (uint64_t)seconds * 1000;
    snprintf(line, sizeof line, "{\"status\":\"%.66s\"}", hash);
    for (;;) {
        json_t *answer = ph_client_ask(client, line);
        const char *status = json_string_value(json_object_get(answer, "status"));
        if (!status || strcmp(status, "in-block") == 0 || now_ms() >= end)
            return answer;
        json_decref(answer);
        pause_ms(POLL_MS);
    }
}

static int report(json_t *answer, const char *hash, bool json, bool waited)
{
    const json_t *block = json_object_get(answer, "block");
    const char *error = error_of(answer), *block_hash = json_string_value(json_object_get(block, "hash"));
    bool good = !error && (!waited || block);
    if (json) {
        json_object_set_new(answer, "hash", json_string(hash));
        print_answer(answer);
    } else if (good) {
        printf("%s\n", hash);
        if (block_hash)
            printf("in block %lld %s\n", (long long)json_integer_value(json_object_get(block, "number")), block_hash);
    } else {
        fprintf(stderr, "parahost tool submit: %s: %s\n", hash, error ? error : "not in a block in that time");
    }
    return good ? 0 : 1;
}

static int submit(ph_socket_client_t *client, ph_bytes_t xt, uint32_t wait_s, bool json)
{
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "submit");
    ph_json_bytes(&j, xt);
    ph_json_end_object(&j);
    json_t *answer = ph_client_ask(client, ph_json_text(&j));
    ph_json_free(&j);
    char hash[80] = "";
    const char *text = json_string_value(json_object_get(answer, "hash"));
    snprintf(hash, sizeof hash, "%s", text ? text : "");
    bool wait = wait_s && answer && !error_of(answer);
    if (wait) {
        json_decref(answer);
        answer = wait_for_block(client, hash, wait_s);
    }
    if (!answer)
        return 2;
    int status = report(answer, hash, json, wait);
    json_decref(answer);
    return status;
}

int ph_cli_tool_submit(int argc, char **argv)
{
    const char *plain[2];
    size_t count;
    uint32_t wait_s = 0;
    bool json = false;
    const ph_option_t options[] = {
        {"wait", PH_OPTION_U32, &wait_s, "S", "until it is in a block of the best chain, S seconds at most", 1, 86400,
         NULL},
        {"json", PH_OPTION_FLAG, &json, NULL, "the node's answer", 0, 0, NULL},
    };
    const ph_command_t command = {
        "parahost tool submit",
        "SOCKET BYTES",
        "Hands an extrinsic, its length in front as `parahost tool extrinsic` prints it, to a "
        "running `parahost dev --socket SOCKET`\n"
        "and prints its hash; exit status 1 if its pool does not take it.",
        2,
        2,
        options,
        2};
    ph_socket_client_t client;
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_bytes_t xt;
    ph_arena_t *arena = ph_arena_new();
    status = 2;
    if (ph_cli_bytes_arg(arena, &xt, "parahost tool submit: BYTES", plain[1]) == PH_OK &&
        ph_client_open(&client, "parahost tool submit: SOCKET", plain[0])) {
        status = submit(&client, xt, wait_s, json);
        ph_client_close(&client);
    }
    ph_arena_free(arena);
    return status;
}
