#include "cli/extrinsics_file.h"

#include <string.h>

#include "base/vec.h"
#include "cli/bytes_arg.h"
#include "scale/scale.h"

#define FILE_MAX ((size_t)256 << 20)

typedef struct reading {
    const ph_command_t *command;
    const char *option, *form; /* "extrinsics", "SLOT HEX [NODE]" */
    ph_arena_t *arena;
    const char *path;
    size_t line;
} reading_t;

static int wrong(const reading_t *r, const char *what, const char *expected)
{
    return ph_options_wrong(r->command, "--%s: %s: line %zu: %s; expected %s", r->option, r->path, r->line, what,
                            expected);
}

/* The next word of a line, NUL-terminated in the arena; NULL at its end. */
static const char *next_word(const reading_t *r, ph_bytes_t *line)
{
    while (line->len && strchr(" \t\r", line->data[0])) {
        line->data++;
        line->len--;
    }
    size_t len = 0;
    while (len < line->len && !strchr(" \t\r", line->data[len]))
        len++;
    if (!len)
        return NULL;
    char *word = ph_arena_alloc(r->arena, len + 1);
    memcpy(word, line->data, len);
    line->data += len;
    line->len -= len;
    return word;
}

static int read_extrinsic(const reading_t *r, ph_bytes_t *out, const char *word)
{
    ph_bytes_t all;
    uint32_t len;
    if (!word || ph_unhex(r->arena, word, strlen(word), &all) != PH_OK)
        return wrong(r, "no hexadecimal bytes", r->form);
    ph_reader_t in = ph_reader(all);
    if (ph_read_compact_u32(&in, &len) != PH_OK || len != ph_reader_left(&in) || !len)
        return wrong(r, "no extrinsic", "one with its length in front, as `parahost tool extrinsic` prints it");
    *out = ph_bytes(in.at, len);
    return PH_OPTIONS_GO;
}

static int read_line(const reading_t *r, ph_sim_extrinsic_t *out, const char *first, ph_bytes_t rest)
{
    uint64_t slot, node = 0;
    if (!ph_options_number(&slot, first, 0, UINT32_MAX))
        return wrong(r, "no slot", r->form);
    int status = read_extrinsic(r, &out->xt, next_word(r, &rest));
    if (status != PH_OPTIONS_GO)
        return status;
    const char *word = next_word(r, &rest);
    if ((word && !ph_options_number(&node, word, 0, UINT32_MAX)) || next_word(r, &rest))
        return wrong(r, "no node", r->form);
    out->slot = (uint32_t)slot;
    out->node = (uint32_t)node;
    return PH_OPTIONS_GO;
}

static int read_act(const reading_t *r, ph_sim_act_t *out, const char *first, ph_bytes_t rest)
{
    uint64_t slot, para;
    ph_bytes_t bytes;
    const char *second = next_word(r, &rest), *third = next_word(r, &rest);
    if (!ph_options_number(&slot, first, 0, UINT32_MAX))
        return wrong(r, "no slot", r->form);
    if (!second || !ph_options_number(&para, second, 0, UINT32_MAX))
        return wrong(r, "no para", r->form);
    if (!third || next_word(r, &rest) || ph_unhex(r->arena, third, strlen(third), &bytes) != PH_OK)
        return wrong(r, "no hexadecimal bytes", r->form);
    if (ph_courier_action_decode_all(bytes, r->arena, &out->action) != PH_OK)
        return wrong(r, "no action", "a CourierAction, as `parahost tool scale encode` makes it");
    out->slot = (uint32_t)slot;
    out->para.v = (uint32_t)para;
    return PH_OPTIONS_GO;
}

/* The next line without its comment; false at the end of the text. */
static bool next_line(reading_t *r, ph_bytes_t *text, ph_bytes_t *line)
{
    if (!text->len)
        return false;
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end ? (size_t)(end - text->data) : text->len, step = end ? len + 1 : len;
    *line = ph_bytes(text->data, len);
    const uint8_t *comment = len ? memchr(line->data, '#', len) : NULL;
    if (comment)
        line->len = (size_t)(comment - line->data);
    *text = ph_bytes(text->data + step, text->len - step);
    r->line++;
    return true;
}

static int read_text(const reading_t *r, ph_bytes_t *out)
{
    ph_err_t err = ph_cli_read_file(r->arena, out, r->path, FILE_MAX);
    if (err == PH_OK)
        return PH_OPTIONS_GO;
    return ph_options_wrong(r->command, "--%s: %s cannot be read (%s); expected a file of lines %s", r->option, r->path,
                            ph_cli_read_why(err), r->form);
}

int ph_extrinsics_read(const ph_command_t *command, ph_arena_t *arena, const ph_sim_extrinsic_t **out, size_t *count,
                       const char *path)
{
    PH_LIST(ph_sim_extrinsic_t) list = {0};
    reading_t r = {command, "extrinsics", "SLOT HEX [NODE]", arena, path, 0};
    ph_bytes_t text, line;
    int status = read_text(&r, &text);
    while (status == PH_OPTIONS_GO && next_line(&r, &text, &line)) {
        const char *first = next_word(&r, &line);
        if (first)
            status = read_line(&r, ph_list_add(arena, &list), first, line);
    }
    *out = list.items;
    *count = list.count;
    return status;
}

int ph_acts_read(const ph_command_t *command, ph_arena_t *arena, const ph_sim_act_t **out, size_t *count,
                 const char *path)
{
    PH_LIST(ph_sim_act_t) list = {0};
    reading_t r = {command, "acts", "SLOT PARA HEX", arena, path, 0};
    ph_bytes_t text, line;
    int status = read_text(&r, &text);
    while (status == PH_OPTIONS_GO && next_line(&r, &text, &line)) {
        const char *first = next_word(&r, &line);
        if (first)
            status = read_act(&r, ph_list_add(arena, &list), first, line);
    }
    *out = list.items;
    *count = list.count;
    return status;
}
