#include "overseer/coding.h"

typedef struct coding {
    size_t validators;
    ph_buf_t *payload;
    ph_coded_t *coded;
    ph_memo_key_t key;
    void *flow;
    void (*then)(ph_job_t *job, void *flow, ph_coded_t *coded);
} coding_t;

static void *ref_coded(void *coded)
{
    return ph_coded_ref(coded);
}

static void run(void *ctx)
{
    coding_t *coding = ctx;
    if (!coding->coded && ph_coded_new(&coding->coded, coding->validators, ph_buf_bytes(coding->payload)) != PH_OK)
        coding->coded = NULL;
}

static void done(ph_job_t *job, void *ctx)
{
    coding_t *coding = ctx;
    ph_memo_t *memo = ph_env_of(ph_job_self(job))->memo;
    if (coding->coded)
        ph_memo_put(memo, &coding->key, coding->coded, ref_coded, ph_coded_unref);
    coding->then(job, coding->flow, coding->coded);
}

static void dispose(void *ctx)
{
    coding_t *coding = ctx;
    ph_coded_unref(coding->coded);
    ph_buf_unref(coding->payload);
    ph_mem_free(coding);
}

void ph_job_erasure_code(ph_job_t *job, size_t validators, ph_bytes_t payload, void *flow,
                         void (*then)(ph_job_t *job, void *flow, ph_coded_t *coded))
{
    coding_t *coding = ph_mem_alloc(NULL, sizeof *coding);
    uint8_t count[8];
    ph_put_u64(count, validators);
    *coding = (coding_t){.validators = validators, .payload = ph_buf_new(payload), .flow = flow, .then = then};
    ph_memo_key(&coding->key, "coded", (ph_bytes_t[]){ph_bytes(count, 8), payload}, 2);
    coding->coded = ph_memo_get(ph_env_of(ph_job_self(job))->memo, &coding->key);
    /* All chunks together are some three times the payload, at about 300 bytes a microsecond. */
    ph_job_work(job, 100 + payload.len * 3 / 300 + validators / 4, run, done, dispose, coding);
}
