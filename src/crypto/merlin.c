#include "crypto/merlin.h"

#include "crypto/keccak.h"

/* STROBE-128: 166 of the 200 bytes of state take input. */
#define RATE 166

enum { FLAG_I = 1, FLAG_A = 2, FLAG_C = 4, FLAG_M = 16 };

static inline void xor_byte(ph_merlin_t *t, unsigned at, uint8_t byte)
{
    t->lanes[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

static void run_f(ph_merlin_t *t)
{
    xor_byte(t, t->at, t->begin);
    xor_byte(t, t->at + 1u, 0x04);
    xor_byte(t, RATE + 1, 0x80);
    ph_keccak_f1600(t->lanes);
    t->at = 0;
    t->begin = 0;
}

static inline void advance(ph_merlin_t *t, unsigned by)
{
    t->at = (uint8_t)(t->at + by);
    if (t->at == RATE)
        run_f(t);
}

static void absorb(ph_merlin_t *t, const uint8_t *data, size_t len)
{
    while (len > 0) {
        if (t->at % 8 == 0 && len >= 8 && t->at + 8 <= RATE) {
            t->lanes[t->at / 8] ^= ph_get_u64(data);
            data += 8;
            len -= 8;
            advance(t, 8);
            continue;
        }
        xor_byte(t, t->at, *data++);
        len--;
        advance(t, 1);
    }
}

static void clear_byte(ph_merlin_t *t)
{
    t->lanes[t->at / 8] &= ~((uint64_t)0xff << (8 * (t->at % 8)));
}

/* KEY: the input replaces the state instead of being added to it. */
static void overwrite(ph_merlin_t *t, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        clear_byte(t);
        xor_byte(t, t->at, data[i]);
        advance(t, 1);
    }
}

/* PRF: the output leaves zeros behind. */
static void squeeze(ph_merlin_t *t, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(t->lanes[t->at / 8] >> (8 * (t->at % 8)));
        clear_byte(t);
        advance(t, 1);
    }
}

static void begin_op(ph_merlin_t *t, uint8_t flags)
{
    uint8_t head[2] = {t->begin, flags};
    t->begin = (uint8_t)(t->at + 1);
    absorb(t, head, sizeof head);
    if ((flags & FLAG_C) && t->at != 0)
        run_f(t);
}

/* meta-AD of a label and a length; a NULL label is left out. */
static void frame(ph_merlin_t *t, const char *label, size_t len)
{
    uint8_t le[4];
    ph_put_u32(le, (uint32_t)len);
    begin_op(t, FLAG_M | FLAG_A);
    if (label)
        absorb(t, (const uint8_t *)label, __builtin_strlen(label));
    absorb(t, le, sizeof le);
}

void ph_merlin_init(ph_merlin_t *t, const char *label)
{
    static const uint8_t head[18] = {1,   RATE + 2, 1,   0,   1,   96,  'S', 'T', 'R',
                                     'O', 'B',      'E', 'v', '1', '.', '0', '.', '2'};
    static const uint8_t merlin[] = {'M', 'e', 'r', 'l', 'i', 'n', ' ', 'v', '1', '.', '0'};
    *t = (ph_merlin_t){0};
    for (unsigned i = 0; i < sizeof head; i++)
        xor_byte(t, i, head[i]);
    ph_keccak_f1600(t->lanes);
    begin_op(t, FLAG_M | FLAG_A);
    absorb(t, merlin, sizeof merlin);
    ph_merlin_append(t, "dom-sep", ph_bytes(label, __builtin_strlen(label)));
}

void ph_merlin_append(ph_merlin_t *t, const char *label, ph_bytes_t message)
{
    frame(t, label, message.len);
    begin_op(t, FLAG_A);
    absorb(t, message.data, message.len);
}

void ph_merlin_append_u64(ph_merlin_t *t, const char *label, uint64_t v)
{
    uint8_t le[8];
    ph_put_u64(le, v);
    ph_merlin_append(t, label, ph_bytes(le, sizeof le));
}

void ph_merlin_challenge(ph_merlin_t *t, uint8_t *out, size_t out_len, const char *label)
{
    frame(t, label, out_len);
    begin_op(t, FLAG_I | FLAG_A | FLAG_C);
    squeeze(t, out, out_len);
}

/* As a store the compiler may not drop: the fork has seen a secret. */
static void wipe(ph_merlin_t *t)
{
    volatile uint64_t *lanes = t->lanes;
    for (unsigned i = 0; i < 25; i++)
        lanes[i] = 0;
}

void ph_merlin_witness(const ph_merlin_t *t, uint8_t *out, size_t out_len, const char *label, ph_bytes_t secret,
                       const uint8_t random[32])
{
    static const uint8_t none[32];
    ph_merlin_t fork = *t;
    frame(&fork, label, secret.len);
    begin_op(&fork, FLAG_A | FLAG_C);
    overwrite(&fork, secret.data, secret.len);
    begin_op(&fork, FLAG_M | FLAG_A);
    absorb(&fork, (const uint8_t *)"rng", 3);
    begin_op(&fork, FLAG_A | FLAG_C);
    overwrite(&fork, random ? random : none, 32);
    frame(&fork, NULL, out_len);
    begin_op(&fork, FLAG_I | FLAG_A | FLAG_C);
    squeeze(&fork, out, out_len);
    wipe(&fork);
}
