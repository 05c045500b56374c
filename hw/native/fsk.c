/* Caller ID by FSK; see fsk.h. spandsp's own receiver of messages, adsi_rx, keeps quiet about wrong checksums; so only its modem is used. */
#include "fsk.h"

#include <math.h>
#include <stdlib.h>

#include <spandsp.h>

#include "level.h"

enum {
    SEIZURE_BITS = 40,     /* alternations in a row that cannot be speech; GR-30 sends 300, the first may be lost */
    SEIZED_BITS = 400,     /* so long after the last alternation a message may begin */
    SEIZED_MARK_BITS = 16, /* marks between seizure and message; GR-30 sends 180 */
    MARK_BITS = 60,        /* marks without seizure; GR-30 sends 80 to a call that waits */
    STUFF_BITS = 20,       /* marks between two bytes: more end the message; GR-30 allows 10 */
    MESSAGE_MAX = 2 + 255 + 1,
    OPEN_BLOCKS = 5,       /* blocks the modem still hears after the last that looked like its signal */
    LINES = 5,
};

/* At 1200 bit/s between 1200 and 2200 Hz, as between 1300 and 2100, the seizure has its power at 1700 ± 600 Hz; the mark is a tone. */
static const float lines_hz[LINES] = {1100, 1700, 2300, 1200, 1300};
static const float SHARE = 0.4f;     /* of these lines in all that is heard */
static const float QUIET_DBM0 = -48; /* the modem lets go at -46 */

/* Between Bell 202 (1200, 2200 Hz) and V.23 (1300, 2100 Hz), so that both are heard alike. */
static const fsk_spec_t modem = {"caller ID", 2150, 1250, 0, -43, 120000};

/* Where the next bit belongs. */
enum phase {
    PHASE_HUNT,     /* to seizure and mark; after enough of them a start bit begins the message */
    PHASE_BYTE,     /* to the byte that is coming in, or its stop bit */
    PHASE_GAP,      /* after a stop bit */
};

struct fsk {
    fsk_rx_state_t *rx;
    uint8_t open;          /* blocks the modem still hears; 0: it rests */
    enum phase phase;
    uint8_t last_bit;
    uint16_t turns, marks; /* bits in a row that differed from the one before; that were 1 */
    uint16_t seized;       /* bits for which the seizure still counts; 0: none */
    uint8_t bits, byte;    /* of the byte that is coming in */
    uint16_t count;        /* bytes of the message so far */
    uint8_t message[MESSAGE_MAX];
    /* only within fsk_hear() */
    uint64_t now;
    const struct event_sink *sink;
};

static int16_t tables[2 * LINES][LOOK_WINDOW] __attribute__((aligned(64)));
static float quiet_power;

__attribute__((constructor)) static void make_tables(void)
{
    for (int k = 0; k < LINES; k++)
        look_rows(tables[k], tables[LINES + k], (double)lines_hz[k]);
    quiet_power = level_power(QUIET_DBM0);
}

static void begin_anew(struct fsk *fsk)
{
    fsk->phase = PHASE_HUNT;
    fsk->turns = fsk->marks = fsk->seized = 0;
    fsk->count = 0;
}

/* GR-30, EN 300 659-3: SDMF call and message waiting; MDMF call, message waiting, charge, short message. */
static bool known(uint8_t type)
{
    return type == 0x04 || type == 0x06 || type == 0x80 || type == 0x82 || type == 0x86 || type == 0x89;
}

/* The message is whole, or breaks off here. */
static void finish(struct fsk *fsk)
{
    uint8_t sum = 0;
    for (int i = 0; i < fsk->count; i++)
        sum = (uint8_t)(sum + fsk->message[i]);
    bool right = sum == 0 && fsk->count >= 3 && fsk->count == fsk->message[1] + 3;
    if (right || (fsk->seized && fsk->count >= 3 && known(fsk->message[0])))
        fsk->sink->emit(fsk->sink->plane, fsk->sink->port, fsk->now, EVENT_CALLER_ID, right, 0, 0, 0, fsk->message, fsk->count);
    begin_anew(fsk);
}

static void hunt(struct fsk *fsk, int bit)
{
    if (bit == 0 && fsk->marks >= (fsk->seized ? SEIZED_MARK_BITS : MARK_BITS)) {
        fsk->phase = PHASE_BYTE;
        fsk->bits = 0;
        return;
    }
    fsk->turns = bit != fsk->last_bit ? fsk->turns + 1 : 0;
    fsk->marks = bit == 0 ? 0 : fsk->marks < MARK_BITS ? fsk->marks + 1 : MARK_BITS;
    if (fsk->turns >= SEIZURE_BITS) {
        fsk->turns = SEIZURE_BITS;
        fsk->seized = SEIZED_BITS;
    } else if (fsk->seized) {
        fsk->seized--;
    }
}

static void byte_in(struct fsk *fsk)
{
    fsk->message[fsk->count++] = fsk->byte;
    fsk->phase = PHASE_GAP;
    fsk->marks = 0;
    if (!fsk->seized && !known(fsk->message[0]))
        begin_anew(fsk);
    else if (fsk->count >= 3 && fsk->count == fsk->message[1] + 3)
        finish(fsk);
}

/* A bit from the modem; below 0: the carrier came or went. */
static void bit_in(void *user, int bit)
{
    struct fsk *fsk = user;
    if (bit < 0) {
        finish(fsk);
        return;
    }
    switch (fsk->phase) {
    case PHASE_HUNT:
        hunt(fsk, bit);
        break;
    case PHASE_BYTE:
        if (fsk->bits < 8) {
            fsk->byte = (uint8_t)(fsk->byte >> 1 | bit << 7);
            fsk->bits++;
        } else if (bit == 1) {
            byte_in(fsk);
        } else {
            finish(fsk);
        }
        break;
    case PHASE_GAP:
        if (bit == 0) {
            fsk->phase = PHASE_BYTE;
            fsk->bits = 0;
        } else if (++fsk->marks > STUFF_BITS) {
            finish(fsk);
        }
        break;
    }
    fsk->last_bit = (uint8_t)bit;
}

struct fsk *fsk_new(void)
{
    struct fsk *fsk = calloc(1, sizeof *fsk);
    if (!fsk)
        return NULL;
    fsk->rx = fsk_rx_init(NULL, &modem, FSK_FRAME_MODE_ASYNC, bit_in, fsk);
    if (!fsk->rx) {
        free(fsk);
        return NULL;
    }
    return fsk;
}

void fsk_free(struct fsk *fsk)
{
    if (!fsk)
        return;
    fsk_rx_free(fsk->rx);
    free(fsk);
}

/* Does the window look like seizure or mark? */
static bool carrier_in(const int16_t *window)
{
    int32_t x[2 * LINES];
    look_project(tables, 2 * LINES, window, x);
    float sum = 0;
    for (int k = 0; k < 2 * LINES; k++)
        sum += (float)x[k] * (float)x[k];
    return sum * LOOK_TONE_POWER > SHARE * look_power(window);
}

void fsk_hear(struct fsk *fsk, const int16_t *window, float power, uint64_t time, const struct event_sink *sink)
{
    bool busy = fsk->seized || fsk->phase != PHASE_HUNT;
    bool quiet = power < quiet_power;
    if (quiet && !fsk->open)
        return;
    int skip = LOOK_BLOCK; /* of the window: the modem has heard its older half */
    if (!quiet && (busy || carrier_in(window))) {
        if (!fsk->open) {
            fsk_rx_restart(fsk->rx, &modem, FSK_FRAME_MODE_ASYNC);
            begin_anew(fsk);
            skip = 0;
        }
        fsk->open = OPEN_BLOCKS;
    } else if (fsk->open) {
        fsk->open--;
    } else {
        return;
    }
    fsk->now = time + LOOK_BLOCK;
    fsk->sink = sink;
    fsk_rx(fsk->rx, window + skip, LOOK_WINDOW - skip);
    /* What breaks off without the modem's notice, because the line fell quiet, ends here too. */
    if (!fsk->open)
        finish(fsk);
}

void fsk_end(struct fsk *fsk, uint64_t time, const struct event_sink *sink)
{
    fsk->now = time;
    fsk->sink = sink;
    finish(fsk);
    fsk->open = 0;
}
