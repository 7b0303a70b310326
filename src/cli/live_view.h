/* One screen of 80 by 24 that says how a local network is doing: the relay chain, each para and its candidate's way,
 * the last events. Plain ANSI sequences.
 */
#ifndef PH_CLI_LIVE_VIEW_H
#define PH_CLI_LIVE_VIEW_H

#include "cli/story.h"

typedef struct ph_live_view ph_live_view_t;

/* Takes the terminal's second screen, hides the cursor. Writes to `fd`. */
ph_live_view_t *ph_live_view_new(int fd);
/* Gives the terminal back as it was. NULL allowed. */
void ph_live_view_free(ph_live_view_t *view);
/* One more event; the oldest goes. Seen at the next draw. */
void ph_live_view_tell(ph_live_view_t *view, uint64_t now_us, const char *text);

typedef struct ph_live_facts {
    uint64_t now_us, started_us;
    size_t validators;
    uint64_t slot_ms;
    uint32_t best_number, final_number;
    const uint8_t *best_hash, *final_hash; /* 32 bytes */
    const char *author;                    /* of the best block; NULL: unknown */
    bool primary;
    bool has_session;
    uint32_t session;
    const ph_story_para_t *paras;
    size_t para_count;
    uint32_t until_included; /* 0: no goal */
} ph_live_facts_t;
void ph_live_view_draw(ph_live_view_t *view, const ph_live_facts_t *facts);
/* The screen as text without control sequences, lines ended by newlines, for tests: as last drawn. */
const char *ph_live_view_text(const ph_live_view_t *view);

#endif
