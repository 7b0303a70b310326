#include "cli/live_view.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

enum { WIDTH = 80, HEIGHT = 24, EVENTS = HEIGHT, PARA_ROWS_MAX = 8 };

#define PLAIN  ""
#define STRONG "\033[1m"
#define FAINT  "\033[2m"
#define GREEN  "\033[32m"
#define RESET  "\033[0m"

struct ph_live_view {
    int fd;
    char events[EVENTS][WIDTH + 1];
    size_t event_count;
    ph_writer_t screen, text;
    size_t row;
};

static void send(const ph_live_view_t *view, const void *data, size_t len)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(view->fd, p, len);
        if (n < 0 && errno != EINTR)
            return; /* a terminal that is gone: the run goes on without */
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
}

ph_live_view_t *ph_live_view_new(int fd)
{
    static const char begin[] = "\033[?1049h\033[?25l\033[2J";
    ph_live_view_t *view = ph_mem_alloc(NULL, sizeof *view);
    view->fd = fd;
    send(view, begin, sizeof begin - 1);
    return view;
}

void ph_live_view_free(ph_live_view_t *view)
{
    static const char end[] = "\033[0m\033[?25h\033[?1049l";
    if (!view)
        return;
    send(view, end, sizeof end - 1);
    ph_writer_free(&view->screen);
    ph_writer_free(&view->text);
    ph_mem_free(view);
}

void ph_live_view_tell(ph_live_view_t *view, uint64_t now_us, const char *text)
{
    struct tm local;
    time_t seconds = (time_t)(now_us / 1000000);
    localtime_r(&seconds, &local);
    if (view->event_count == EVENTS)
        memmove(view->events[0], view->events[1], (EVENTS - 1) * sizeof view->events[0]);
    else
        view->event_count++;
    char *out = view->events[view->event_count - 1];
    snprintf(out, sizeof view->events[0], " %02d:%02d:%02d  %s", local.tm_hour, local.tm_min, local.tm_sec, text);
}

/* ---- rows ---- */

static void put(ph_writer_t *w, const char *text)
{
    ph_write(w, text, strlen(text));
}

/* A row of text in one style, cut to the width; what does not fit below is left out. */
static void PH_PRINTF(3, 4) row(ph_live_view_t *view, const char *style, const char *format, ...)
{
    char text[WIDTH + 1];
    va_list args;
    if (view->row == HEIGHT)
        return;
    view->row++;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    put(&view->screen, "\033[2K");
    put(&view->screen, style);
    put(&view->screen, text);
    put(&view->screen, RESET);
    put(&view->screen, view->row < HEIGHT ? "\r\n" : "");
    put(&view->text, text);
    put(&view->text, "\n");
}

static void draw_relay_chain(ph_live_view_t *view, const ph_live_facts_t *f)
{
    uint64_t slot_us = f->slot_ms * 1000, into = f->now_us % slot_us, run = (f->now_us - f->started_us) / 1000000;
    char what[WIDTH];
    snprintf(what, sizeof what, "%zu validators, %zu parachains, up %02u:%02u:%02u", f->validators, f->para_count,
             (unsigned)(run / 3600), (unsigned)(run / 60 % 60), (unsigned)(run % 60));
    row(view, STRONG, " parahost dev   %-48s%15s", what, "Ctrl-C ends it");
    row(view, FAINT, "--------------------------------------------------------------------------------");
    row(view, PLAIN, " Relay chain   best #%-7u %s   depth-final #%u", f->best_number, ph_short_hash(f->best_hash).text,
        f->final_number);
    char session[24] = "";
    if (f->has_session)
        snprintf(session, sizeof session, "session %u   ", f->session);
    row(view, PLAIN, "               %sslot %llu (%.1f of %.1f s)", session, (unsigned long long)(f->now_us / slot_us),
        (double)into / 1e6, (double)slot_us / 1e6);
    if (f->author)
        row(view, PLAIN, "               last block by %s (%s slot)", f->author, f->primary ? "primary" : "secondary");
    else
        row(view, PLAIN, "               %s",
            f->best_number ? "last block from an earlier run" : "no block yet: the first slot is coming");
    row(view, PLAIN, "%s", "");
}

static void draw_para(ph_live_view_t *view, const ph_story_para_t *p, uint64_t now_us)
{
    char head[40] = "genesis", bar[PH_STAGE_COUNT], took[16] = "", since[16] = "";
    if (p->has_head && p->has_number)
        snprintf(head, sizeof head, "#%llu %s", (unsigned long long)p->head_number, ph_short_hash(p->head_hash).text);
    else if (p->has_head)
        snprintf(head, sizeof head, "%s", ph_short_hash(p->head_hash).text);
    for (size_t i = 0; i + 1 < PH_STAGE_COUNT; i++)
        bar[i] = i < (size_t)p->stage ? '#' : '.';
    bar[PH_STAGE_COUNT - 1] = 0;
    if (p->stage != PH_STAGE_NONE)
        snprintf(since, sizeof since, "%.0f s ago", (double)(now_us - p->stage_us) / 1e6);
    if (p->last_took_us)
        snprintf(took, sizeof took, "%.1f s", (double)p->last_took_us / 1e6);
    row(view, p->stage == PH_STAGE_INCLUDED ? GREEN : PLAIN, " %-7u %-20s %8u  [%s] %-10s %9s %8s", p->id, head,
        p->included, bar, ph_stage_name(p->stage), since, took);
}

static void draw_paras(ph_live_view_t *view, const ph_live_facts_t *f)
{
    size_t shown = f->para_count < PARA_ROWS_MAX ? f->para_count : PARA_ROWS_MAX;
    row(view, STRONG, " %-7s %-20s %8s  %-29s %8s", "Para", "head", "included", "its next block", "took");
    for (size_t i = 0; i < shown; i++)
        draw_para(view, &f->paras[i], f->now_us);
    if (shown < f->para_count)
        row(view, PLAIN, " and %zu more", f->para_count - shown);
    row(view, FAINT, " [......] collated > advertised > seconded > backable > backed > included");
    if (f->until_included)
        row(view, PLAIN, " Runs until every para has %u included blocks.", f->until_included);
    row(view, PLAIN, "%s", "");
}

static void draw_events(ph_live_view_t *view)
{
    row(view, STRONG, " Events");
    size_t room = HEIGHT - view->row, from = view->event_count > room ? view->event_count - room : 0;
    for (size_t i = from; i < view->event_count; i++)
        row(view, PLAIN, "%s", view->events[i]);
    while (view->row < HEIGHT)
        row(view, PLAIN, "%s", "");
}

void ph_live_view_draw(ph_live_view_t *view, const ph_live_facts_t *facts)
{
    ph_writer_reset(&view->screen);
    ph_writer_reset(&view->text);
    view->row = 0;
    put(&view->screen, "\033[H");
    draw_relay_chain(view, facts);
    draw_paras(view, facts);
    draw_events(view);
    ph_write_u8(&view->text, 0);
    send(view, view->screen.data, view->screen.len);
}

const char *ph_live_view_text(const ph_live_view_t *view)
{
    return view->text.len ? (const char *)view->text.data : "";
}
