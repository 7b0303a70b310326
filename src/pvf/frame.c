#include "pvf/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE 65536u

/* PH_OK with *got 0: nothing there now. */
static ph_err_t read_some(int fd, uint8_t *out, size_t len, size_t *got)
{
    ssize_t n;
    do
        n = read(fd, out, len);
    while (n < 0 && errno == EINTR);
    *got = 0;
    if (n > 0)
        *got = (size_t)n;
    else if (n == 0 || errno == ECONNRESET)
        return PH_ERR_DISCONNECTED;
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        return PH_ERR_IO;
    return PH_OK;
}

ph_err_t ph_pvf_frame_read(ph_pvf_inbox_t *inbox, bool *complete, int fd)
{
    uint8_t piece[PIECE];
    *complete = false;
    for (;;) {
        size_t got;
        if (inbox->header_len < sizeof inbox->header) {
            PH_TRY(read_some(fd, inbox->header + inbox->header_len, sizeof inbox->header - inbox->header_len, &got));
            inbox->header_len += got;
            if (got == 0)
                return PH_OK;
            continue;
        }
        size_t want = ph_get_u32(inbox->header);
        if (want > PH_PVF_FRAME_MAX)
            return PH_ERR_TOO_LARGE;
        size_t left = want - inbox->body.len;
        if (left == 0) {
            *complete = true;
            return PH_OK;
        }
        PH_TRY(read_some(fd, piece, left < PIECE ? left : PIECE, &got));
        if (got == 0)
            return PH_OK;
        ph_write(&inbox->body, piece, got);
    }
}

void ph_pvf_inbox_next(ph_pvf_inbox_t *inbox)
{
    /* a large frame's memory is not kept for the small ones that follow */
    ph_writer_free(&inbox->body);
    *inbox = (ph_pvf_inbox_t){0};
}

void ph_pvf_inbox_free(ph_pvf_inbox_t *inbox)
{
    ph_pvf_inbox_next(inbox);
}

size_t ph_pvf_frame_begin(ph_pvf_outbox_t *outbox)
{
    static const uint8_t room[4] = {0};
    size_t start = outbox->bytes.len;
    ph_write(&outbox->bytes, room, sizeof room);
    return start;
}

ph_err_t ph_pvf_frame_end(ph_pvf_outbox_t *outbox, size_t start)
{
    size_t len = outbox->bytes.len - start - 4;
    if (len > PH_PVF_FRAME_MAX) {
        outbox->bytes.len = start;
        return PH_ERR_TOO_LARGE;
    }
    ph_put_u32(outbox->bytes.data + start, (uint32_t)len);
    return PH_OK;
}

ph_err_t ph_pvf_frame_write(ph_pvf_outbox_t *outbox, int fd)
{
    while (!ph_pvf_outbox_empty(outbox)) {
        /* sockets only: no signal when the other side is gone */
        ssize_t n = send(fd, outbox->bytes.data + outbox->sent, outbox->bytes.len - outbox->sent, MSG_NOSIGNAL);
        if (n > 0)
            outbox->sent += (size_t)n;
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return PH_OK;
        else if (n < 0 && errno != EINTR)
            return errno == EPIPE || errno == ECONNRESET ? PH_ERR_DISCONNECTED : PH_ERR_IO;
    }
    ph_pvf_outbox_free(outbox);
    return PH_OK;
}

void ph_pvf_outbox_free(ph_pvf_outbox_t *outbox)
{
    ph_writer_free(&outbox->bytes);
    *outbox = (ph_pvf_outbox_t){0};
}
