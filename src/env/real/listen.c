#include "env/real/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/vec.h"

/* What waits to go out to one client; how much is read at once. */
enum { OUT_MAX = 64 << 20, READ_LEN = 65536 };

typedef struct client {
    ph_listener_t *listener;
    uint64_t number;
    int fd;
    ph_real_watch_t *watch;
    ph_writer_t in, out;
    bool closing; /* once everything is out */
} client_t;

struct ph_listener {
    ph_listener_config_t config;
    ph_real_t *real;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int fd;
    ph_real_watch_t *watch;
    uint64_t numbers;
    PH_LIST(client_t *) clients;
};

/* ---- clients ---- */

static client_t *find(const ph_listener_t *listener, uint64_t number)
{
    for (size_t i = 0; i < listener->clients.count; i++)
        if (listener->clients.items[i]->number == number)
            return listener->clients.items[i];
    return NULL;
}

static void drop(client_t *client)
{
    ph_listener_t *listener = client->listener;
    for (size_t i = 0; i < listener->clients.count; i++)
        if (listener->clients.items[i] == client) {
            ph_list_remove(&listener->clients, i);
            break;
        }
    ph_real_unwatch(client->watch);
    close(client->fd);
    ph_writer_free(&client->in);
    ph_writer_free(&client->out);
    ph_mem_free(client);
}

static void lose(client_t *client)
{
    ph_listener_config_t config = client->listener->config;
    uint64_t number = client->number;
    drop(client);
    config.gone(config.ctx, number);
}

static void cut_front(ph_writer_t *w, size_t len)
{
    if (len < w->len)
        memmove(w->data, w->data + len, w->len - len);
    w->len -= len;
}

/* false: the client is gone. */
static bool flush(client_t *client)
{
    size_t sent = 0;
    while (sent < client->out.len) {
        ssize_t n = send(client->fd, client->out.data + sent, client->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            lose(client);
            return false;
        }
    }
    cut_front(&client->out, sent);
    if (client->closing && !client->out.len) {
        lose(client);
        return false;
    }
    ph_real_watch_write(client->watch, client->out.len > 0);
    return true;
}

/* What is in the buffer, line by line. Looked up anew each time: whoever hears a line may send, and sending may end the
 * client. */
static void hand_out_lines(ph_listener_t *listener, uint64_t number)
{
    for (client_t *client; (client = find(listener, number)) && !client->closing;) {
        uint8_t *end = client->in.len ? memchr(client->in.data, '\n', client->in.len) : NULL;
        size_t len = end ? (size_t)(end - client->in.data) : client->in.len;
        if (len > listener->config.line_max) {
            client->closing = true;
            listener->config.too_long(listener->config.ctx, number);
            if ((client = find(listener, number)))
                flush(client);
            return;
        }
        if (!end)
            return;
        ph_bytes_t line = ph_bytes_copy(NULL, ph_bytes(client->in.data, len));
        cut_front(&client->in, len + 1);
        listener->config.line(listener->config.ctx, number, line);
        ph_mem_free(line.data);
    }
}

static void on_client(void *arg)
{
    client_t *client = arg;
    uint8_t buffer[READ_LEN];
    if (!flush(client))
        return;
    ssize_t n = recv(client->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (n <= 0) {
        lose(client);
        return;
    }
    if (client->closing)
        return;
    ph_write(&client->in, buffer, (size_t)n);
    hand_out_lines(client->listener, client->number);
}

void ph_listener_send(ph_listener_t *listener, uint64_t number, ph_bytes_t line)
{
    client_t *client = find(listener, number);
    if (!client)
        return;
    if (client->out.len + line.len >= OUT_MAX) { /* it does not read */
        lose(client);
        return;
    }
    ph_write(&client->out, line.data, line.len);
    ph_write_u8(&client->out, '\n');
    flush(client);
}

static void on_connection(void *arg)
{
    ph_listener_t *listener = arg;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (listener->clients.count >= listener->config.clients_max) {
        close(fd);
        return;
    }
    client_t *client = ph_mem_alloc(NULL, sizeof *client);
    client->listener = listener;
    client->number = ++listener->numbers;
    client->fd = fd;
    client->watch = ph_real_watch_fd(listener->real, fd, false, on_client, client);
    ph_list_push(NULL, &listener->clients, client);
}

/* ---- life ---- */

static bool somebody_listens(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
    close(fd);
    return !refused;
}

static ph_err_t make_way(const struct sockaddr_un *address, char *why, size_t why_len)
{
    struct stat st;
    if (lstat(address->sun_path, &st) != 0)
        return PH_OK; /* nothing there; what else is wrong, bind says */
    if (S_ISSOCK(st.st_mode) && !somebody_listens(address) && unlink(address->sun_path) == 0)
        return PH_OK;
    snprintf(why, why_len, "%s",
             S_ISSOCK(st.st_mode) ? "another process listens there" : "there is a file that is no socket");
    return PH_ERR_EXISTS;
}

static ph_err_t bind_and_listen(int fd, const struct sockaddr_un *address, char *why, size_t why_len)
{
    PH_TRY(make_way(address, why, why_len));
    mode_t mask = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
    umask(mask);
    if (bound == 0 && listen(fd, 16) == 0)
        return PH_OK;
    snprintf(why, why_len, "%s", strerror(errno));
    if (bound == 0)
        unlink(address->sun_path);
    return PH_ERR_IO;
}

ph_err_t ph_listener_open(ph_listener_t **out, ph_real_t *real, const ph_listener_config_t *config, char *why,
                          size_t why_len)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(config->path);
    if (len == 0 || len >= sizeof address.sun_path) {
        snprintf(why, why_len, "%zu characters", len);
        return PH_ERR_INVALID;
    }
    memcpy(address.sun_path, config->path, len);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        snprintf(why, why_len, "%s", strerror(errno));
        return PH_ERR_IO;
    }
    ph_err_t err = bind_and_listen(fd, &address, why, why_len);
    if (err != PH_OK) {
        close(fd);
        return err;
    }
    ph_listener_t *listener = ph_mem_alloc(NULL, sizeof *listener);
    listener->config = *config;
    listener->real = real;
    listener->fd = fd;
    memcpy(listener->path, address.sun_path, sizeof listener->path);
    listener->watch = ph_real_watch_fd(real, fd, false, on_connection, listener);
    *out = listener;
    return PH_OK;
}

void ph_listener_close(ph_listener_t *listener)
{
    if (!listener)
        return;
    while (listener->clients.count)
        drop(listener->clients.items[0]);
    ph_list_free(&listener->clients);
    ph_real_unwatch(listener->watch);
    close(listener->fd);
    unlink(listener->path);
    ph_mem_free(listener);
}
