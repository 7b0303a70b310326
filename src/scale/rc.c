#include <stdatomic.h>

#include "base/check.h"
#include "scale/internal.h"

struct ph_rc {
    atomic_size_t refs;
    const ph_type_t *type;
    ph_arena_t *arena; /* holds the rc itself and the value */
    ph_buf_t *buf;     /* where byte strings of the value point to, or NULL */
    void *value;
};

static ph_rc_t *rc_alloc(const ph_type_t *type)
{
    ph_arena_t *arena = ph_arena_new();
    ph_rc_t *rc = ph_arena_alloc(arena, sizeof *rc);
    atomic_init(&rc->refs, 1);
    rc->type = type;
    rc->arena = arena;
    rc->value = ph_arena_alloc(arena, type->size);
    return rc;
}

ph_rc_t *ph_rc_new(const ph_type_t *type, const void *value)
{
    ph_rc_t *rc = rc_alloc(type);
    ph_type_clone(rc->arena, type, rc->value, value);
    return rc;
}

ph_err_t ph_rc_decode(ph_rc_t **out, const ph_type_t *type, ph_buf_t *buf)
{
    *out = NULL;
    ph_rc_t *rc = rc_alloc(type);
    rc->buf = ph_buf_ref(buf);
    ph_reader_t r = ph_reader(ph_buf_bytes(buf));
    r.borrow = true;
    ph_err_t err = ph_type_decode(&r, rc->arena, type, rc->value);
    if (!err)
        err = ph_reader_finish(&r);
    if (err) {
        ph_rc_unref(rc);
        return err;
    }
    *out = rc;
    return PH_OK;
}

/* The new value may outlive what the reader reads from, so it borrows nothing. */
ph_err_t ph_rc_read(ph_rc_t **out, const ph_type_t *type, ph_reader_t *r)
{
    ph_rc_t *rc = rc_alloc(type);
    bool borrow = r->borrow;
    r->borrow = false;
    ph_err_t err = ph_type_decode(r, rc->arena, type, rc->value);
    r->borrow = borrow;
    if (err) {
        ph_rc_unref(rc);
        return err;
    }
    *out = rc;
    return PH_OK;
}

ph_rc_t *ph_rc_ref(ph_rc_t *rc)
{
    if (rc)
        atomic_fetch_add_explicit(&rc->refs, 1, memory_order_relaxed);
    return rc;
}

void ph_rc_unref(void *ptr)
{
    ph_rc_t *rc = ptr;
    if (!rc || atomic_fetch_sub_explicit(&rc->refs, 1, memory_order_acq_rel) != 1)
        return;
    ph_buf_t *buf = rc->buf;
    ph_arena_free(rc->arena);
    ph_buf_unref(buf);
}

const void *ph_rc_value(const ph_rc_t *rc)
{
    return rc->value;
}

const ph_type_t *ph_rc_type(const ph_rc_t *rc)
{
    return rc->type;
}
