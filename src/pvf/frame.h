/* Frames between a PVF host and its workers: a u32 little-endian length, then so many bytes. Nothing that comes in is
 * believed: a length is bounded, and memory grows with what has really arrived.
 */
#ifndef PH_PVF_FRAME_H
#define PH_PVF_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"

#define PH_PVF_FRAME_MAX (256u << 20)

/* A frame on its way in. Zeroed to begin with. */
typedef struct ph_pvf_inbox {
    uint8_t header[4];
    size_t header_len;
    ph_writer_t body; /* heap */
} ph_pvf_inbox_t;

/* Reads what `fd` has; *complete says that inbox->body is a whole frame (then ph_pvf_inbox_next before the next read).
 * A descriptor that blocks is read until a frame is complete. DISCONNECTED: the other side is gone; TOO_LARGE; IO. */
PH_MUST_CHECK ph_err_t ph_pvf_frame_read(ph_pvf_inbox_t *inbox, bool *complete, int fd);
void ph_pvf_inbox_next(ph_pvf_inbox_t *inbox); /* forgets the frame */
void ph_pvf_inbox_free(ph_pvf_inbox_t *inbox);

/* Frames on their way out, one after the other. Zeroed to begin with. */
typedef struct ph_pvf_outbox {
    ph_writer_t bytes; /* heap */
    size_t sent;
} ph_pvf_outbox_t;

/* A frame is started, written into outbox->bytes, and ended. Returns where it starts. */
size_t ph_pvf_frame_begin(ph_pvf_outbox_t *outbox);
/* TOO_LARGE: it is taken back. */
PH_MUST_CHECK ph_err_t ph_pvf_frame_end(ph_pvf_outbox_t *outbox, size_t start);
/* Writes what `fd` takes (all, if it blocks). DISCONNECTED, IO. */
PH_MUST_CHECK ph_err_t ph_pvf_frame_write(ph_pvf_outbox_t *outbox, int fd);
static inline bool ph_pvf_outbox_empty(const ph_pvf_outbox_t *outbox)
{
    return outbox->sent == outbox->bytes.len;
}
void ph_pvf_outbox_free(ph_pvf_outbox_t *outbox);

#endif
