/* The Unix socket of env/real: lines in, lines out, bounds, and what stays of the file. */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "env/real/listen.h"

enum { LINE_MAX_LEN = 1000, CLIENTS_MAX = 3 };

typedef struct state {
    ph_real_t *real;
    ph_listener_t *listener;
    char folder[64], path[96];
    unsigned lines, too_long, gone;
    uint64_t client;
    char line[200];
} state_t;

static void on_line(void *ctx, uint64_t client, ph_bytes_t line)
{
    state_t *s = ctx;
    s->lines++;
    s->client = client;
    snprintf(s->line, sizeof s->line, "%.*s", (int)line.len, (const char *)line.data);
    if (ph_bytes_equal(line, PH_BYTES_LIT("echo")))
        ph_listener_send(s->listener, client, line);
}
static void on_too_long(void *ctx, uint64_t client)
{
    state_t *s = ctx;
    s->too_long++;
    ph_listener_send(s->listener, client, PH_BYTES_LIT("too long"));
}
static void on_gone(void *ctx, uint64_t client)
{
    state_t *s = ctx;
    (void)client;
    s->gone++;
}

static ph_err_t open_at(state_t *s, ph_listener_t **out, const char *path, char why[200])
{
    ph_listener_config_t config = {.path = path,
                                   .line_max = LINE_MAX_LEN,
                                   .clients_max = CLIENTS_MAX,
                                   .ctx = s,
                                   .line = on_line,
                                   .too_long = on_too_long,
                                   .gone = on_gone};
    why[0] = 0;
    return ph_listener_open(out, s->real, &config, why, 200);
}

static int setup(void **state)
{
    char why[200] = "";
    state_t *s = calloc(1, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/ph-listen-XXXXXX");
    if (!s || !mkdtemp(s->folder))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/socket", s->folder);
    if (ph_real_new(&s->real, &(ph_real_config_t){0}, why, sizeof why) != PH_OK ||
        open_at(s, &s->listener, s->path, why) != PH_OK)
        return -1;
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    state_t *s = *state;
    ph_listener_close(s->listener);
    ph_real_free(s->real);
    int left = rmdir(s->folder); /* nothing may be in it */
    free(s);
    return left;
}

static void stop(void *ctx)
{
    ph_real_stop(ctx);
}

static void turn(state_t *s)
{
    ph_real_timer(s->real, 30000, stop, s->real);
    ph_real_run(s->real);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = 5};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void lines_come_whole(void **state)
{
    state_t *s = *state;
    int fd = connect_to(s->path);
    turn(s);
    say(fd, "hel");
    turn(s);
    assert_int_equal(s->lines, 0);
    say(fd, "lo\nsecond\nthi");
    turn(s);
    assert_int_equal(s->lines, 2);
    assert_string_equal(s->line, "second");
    close(fd);
    turn(s);
    assert_int_equal(s->lines, 2);
    assert_int_equal(s->gone, 1);
    ph_listener_send(s->listener, s->client, PH_BYTES_LIT("nobody")); /* dropped */
}

static void answers_go_to_who_asked(void **state)
{
    state_t *s = *state;
    char in[20];
    int a = connect_to(s->path), b = connect_to(s->path);
    turn(s);
    say(b, "echo\n");
    turn(s);
    assert_int_equal(recv(b, in, sizeof in, 0), 5);
    assert_memory_equal(in, "echo\n", 5);
    assert_int_equal(recv(a, in, sizeof in, MSG_DONTWAIT), -1);
    close(a);
    close(b);
    turn(s);
}

static void a_long_line_is_the_last(void **state)
{
    state_t *s = *state;
    char text[LINE_MAX_LEN + 3], in[20];
    int fd = connect_to(s->path);
    memset(text, 'x', sizeof text);
    text[LINE_MAX_LEN] = '\n';
    text[LINE_MAX_LEN + 1] = 0;
    say(fd, text); /* as long as may be */
    turn(s);
    assert_int_equal(s->lines, 1);
    text[LINE_MAX_LEN] = 'x';
    say(fd, text);
    turn(s);
    assert_int_equal(s->too_long, 1);
    assert_int_equal(s->lines, 1);
    assert_int_equal(recv(fd, in, sizeof in, 0), 9);
    assert_memory_equal(in, "too long\n", 9);
    assert_int_equal(recv(fd, in, sizeof in, 0), 0);
    close(fd);
    assert_int_equal(s->gone, 1);
}

static void clients_are_bounded(void **state)
{
    state_t *s = *state;
    int fds[CLIENTS_MAX + 1];
    char in[4];
    for (size_t i = 0; i <= CLIENTS_MAX; i++) {
        fds[i] = connect_to(s->path);
        turn(s);
    }
    assert_int_equal(recv(fds[CLIENTS_MAX], in, sizeof in, 0), 0); /* turned away */
    close(fds[0]);
    turn(s);
    int again = connect_to(s->path);
    say(again, "hello\n");
    turn(s);
    assert_int_equal(s->lines, 1);
    for (size_t i = 1; i <= CLIENTS_MAX; i++)
        close(fds[i]);
    close(again);
    turn(s);
}

static void a_client_that_does_not_read_is_let_go(void **state)
{
    state_t *s = *state;
    int fd = connect_to(s->path);
    turn(s);
    say(fd, "hello\n");
    turn(s);
    uint8_t *large = calloc(1, 1 << 20);
    for (int i = 0; i < 80 && !s->gone; i++)
        ph_listener_send(s->listener, s->client, ph_bytes(large, 1 << 20));
    free(large);
    assert_int_equal(s->gone, 1);
    close(fd);
}

static void the_file_is_the_owners_and_goes(void **state)
{
    state_t *s = *state;
    struct stat st;
    assert_int_equal(stat(s->path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0077, 0);
    ph_listener_close(s->listener);
    s->listener = NULL;
    assert_int_equal(stat(s->path, &st), -1);
}

static void other_files_stay(void **state)
{
    state_t *s = *state;
    ph_listener_t *other = NULL;
    char why[200], path[100], text[300];
    assert_int_equal(open_at(s, &other, s->path, why), PH_ERR_EXISTS);
    assert_string_equal(why, "another process listens there");
    snprintf(path, sizeof path, "%s/file", s->folder);
    FILE *file = fopen(path, "w");
    fclose(file);
    assert_int_equal(open_at(s, &other, path, why), PH_ERR_EXISTS);
    assert_string_equal(why, "there is a file that is no socket");
    assert_int_equal(unlink(path), 0);
    /* A socket that was left behind is replaced. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    assert_int_equal(open_at(s, &other, path, why), PH_OK);
    ph_listener_close(other);
    snprintf(path, sizeof path, "%s/no/such/folder", s->folder);
    assert_int_equal(open_at(s, &other, path, why), PH_ERR_IO);
    assert_string_equal(why, "No such file or directory");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    assert_int_equal(open_at(s, &other, text, why), PH_ERR_INVALID);
    assert_int_equal(open_at(s, &other, "", why), PH_ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_come_whole),
        TEST(answers_go_to_who_asked),
        TEST(a_long_line_is_the_last),
        TEST(clients_are_bounded),
        TEST(a_client_that_does_not_read_is_let_go),
        TEST(the_file_is_the_owners_and_goes),
        TEST(other_files_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
