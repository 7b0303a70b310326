/* Input: what the other process sends, through a socket, as frames: each that arrives whole is decoded as an answer and
 * as a job, and what decodes must encode to something that decodes to the same. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "primitives/types.h"
#include "pvf/frame.h"

static void decode_twice(ph_arena_t *arena, ph_bytes_t in)
{
    ph_pvf_answer_t answer, answer_again;
    ph_pvf_job_t job, job_again;
    ph_writer_t w = ph_writer_in(arena);
    if (ph_pvf_answer_decode_all(in, arena, &answer) == PH_OK) {
        ph_pvf_answer_encode(&w, &answer);
        PH_CHECK(ph_pvf_answer_decode_all(ph_writer_bytes(&w), arena, &answer_again) == PH_OK);
        PH_CHECK(ph_pvf_answer_equal(&answer, &answer_again));
    }
    ph_writer_reset(&w);
    if (ph_pvf_job_decode_all(in, arena, &job) == PH_OK) {
        ph_pvf_job_encode(&w, &job);
        PH_CHECK(ph_pvf_job_decode_all(ph_writer_bytes(&w), arena, &job_again) == PH_OK);
        PH_CHECK(ph_pvf_job_equal(&job, &job_again));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return 0;
    PH_CHECK(write(pair[0], data, size) == (ssize_t)size);
    PH_CHECK(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
    ph_arena_t *arena = ph_arena_new();
    ph_pvf_inbox_t inbox = {0};
    bool complete = true;
    while (complete && ph_pvf_frame_read(&inbox, &complete, pair[1]) == PH_OK && complete) {
        decode_twice(arena, ph_writer_bytes(&inbox.body));
        ph_pvf_inbox_next(&inbox);
    }
    ph_pvf_inbox_free(&inbox);
    ph_arena_free(arena);
    close(pair[0]);
    close(pair[1]);
    return 0;
}
