#include "cli/socket_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Of an answer; how long to wait for it. */
enum { ANSWER_MAX = 64 << 20, WAIT_S = 60 };

static bool fail(const ph_socket_client_t *client, const char *why)
{
    fprintf(stderr, "%s: %s: %s; expected the socket of a running `parahost dev --socket`\n", client->what,
            client->path, why);
    return false;
}

bool ph_client_open(ph_socket_client_t *client, const char *what, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = WAIT_S};
    size_t len = strlen(path);
    *client = (ph_socket_client_t){.what = what, .path = path, .fd = -1};
    if (len == 0 || len >= sizeof address.sun_path)
        return fail(client, "no path for a socket");
    memcpy(address.sun_path, path, len);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0 || connect(client->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return fail(client, strerror(errno));
    (void)setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return true;
}

void ph_client_close(ph_socket_client_t *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    ph_writer_free(&client->in);
}

static bool send_all(const ph_socket_client_t *client, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(client->fd, text, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(client, strerror(errno));
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* The length of the line that is at the front of client->in now, newline included; 0: see above. */
static size_t receive_line(ph_socket_client_t *client)
{
    char buffer[65536];
    for (;;) {
        const uint8_t *end = client->in.len ? memchr(client->in.data, '\n', client->in.len) : NULL;
        if (end)
            return (size_t)(end - client->in.data) + 1;
        ssize_t n = client->in.len < ANSWER_MAX ? recv(client->fd, buffer, sizeof buffer, 0) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return fail(client, "no answer");
        if (n < 0)
            return fail(client, strerror(errno));
        if (n == 0)
            return fail(client, "it was closed without an answer");
        ph_write(&client->in, buffer, (size_t)n);
    }
}

json_t *ph_client_ask(ph_socket_client_t *client, const char *line)
{
    if (!send_all(client, line, strlen(line)) || !send_all(client, "\n", 1))
        return NULL;
    size_t len = receive_line(client);
    if (!len)
        return NULL;
    json_t *answer = json_loadb((const char *)client->in.data, len, 0, NULL);
    memmove(client->in.data, client->in.data + len, client->in.len - len);
    client->in.len -= len;
    if (json_is_object(answer))
        return answer;
    json_decref(answer);
    (void)fail(client, "the answer is no JSON object");
    return NULL;
}
