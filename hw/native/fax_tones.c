/* Fax and modem tones by spandsp; see fax_tones.h. */
#include "fax_tones.h"

#include <math.h>
#include <stdlib.h>

#include <spandsp.h>

#include "level.h"

enum { TONES = 2, OPEN_BLOCKS = 3 }; /* blocks spandsp still gets after the tone: enough to see its end */

static const struct {
    double hz;
    int type;              /* spandsp's */
    enum event_kind event;
} tones[TONES] = {
    {1100, MODEM_CONNECT_TONES_FAX_CNG, EVENT_FAX_CNG},
    {2100, MODEM_CONNECT_TONES_ANS, EVENT_FAX_CED},
};

static const float QUIET_DBM0 = -46; /* spandsp wants about -43 */
static const float SHARE = 0.4f;     /* of all that is heard: spandsp wants more */

static int16_t tables[TONES][2][LOOK_WINDOW] __attribute__((aligned(64)));
static float quiet_power;

struct fax_ear {
    modem_connect_tones_rx_state_t *rx;
    uint8_t open;          /* blocks it will still be asked; 0: it rests */
    bool heard;            /* spandsp has just told of the tone */
};

struct fax_tones {
    struct fax_ear ears[TONES];
};

__attribute__((constructor)) static void make_tables(void)
{
    for (int i = 0; i < TONES; i++)
        look_rows(tables[i][0], tables[i][1], tones[i].hz);
    quiet_power = level_power(QUIET_DBM0);
}

static void told(void *user, int code, int level, int delay)
{
    (void)level, (void)delay;
    struct fax_ear *ear = user;
    ear->heard = ear->heard || code != MODEM_CONNECT_TONES_NONE;
}

struct fax_tones *fax_tones_new(void)
{
    struct fax_tones *fax = calloc(1, sizeof *fax);
    if (!fax)
        return NULL;
    for (int i = 0; i < TONES; i++) {
        fax->ears[i].rx = modem_connect_tones_rx_init(NULL, tones[i].type, told, &fax->ears[i]);
        if (!fax->ears[i].rx) {
            fax_tones_free(fax);
            return NULL;
        }
    }
    return fax;
}

void fax_tones_free(struct fax_tones *fax)
{
    if (!fax)
        return;
    for (int i = 0; i < TONES; i++)
        if (fax->ears[i].rx)
            modem_connect_tones_rx_free(fax->ears[i].rx);
    free(fax);
}

void fax_tones_hear(struct fax_tones *fax, const int16_t *window, float power, uint64_t time, const struct event_sink *sink)
{
    bool quiet = power < quiet_power;
    if (quiet && !fax->ears[0].open && !fax->ears[1].open)
        return;
    int32_t x[TONES][2] = {{0}};
    float all = 0;
    if (!quiet) {
        look_project(tables[0], 2 * TONES, window, x[0]);
        all = look_power(window);
    }
    for (int i = 0; i < TONES; i++) {
        struct fax_ear *ear = &fax->ears[i];
        float tone = ((float)x[i][0] * (float)x[i][0] + (float)x[i][1] * (float)x[i][1]) * LOOK_TONE_POWER;
        int skip = LOOK_BLOCK; /* of the window: spandsp has heard its older half */
        if (!quiet && tone > SHARE * all) {
            if (!ear->open) {
                modem_connect_tones_rx_init(ear->rx, tones[i].type, told, ear);
                skip = 0;
            }
            ear->open = OPEN_BLOCKS;
        } else if (ear->open) {
            ear->open--;
        } else {
            continue;
        }
        ear->heard = false;
        modem_connect_tones_rx(ear->rx, window + skip, LOOK_WINDOW - skip);
        if (ear->heard)
            sink->emit(sink->plane, sink->port, time + LOOK_BLOCK, (uint16_t)tones[i].event, 0, 0, 0, 0, NULL, 0);
    }
}

void fax_tones_end(struct fax_tones *fax)
{
    for (int i = 0; i < TONES; i++)
        fax->ears[i].open = 0;
}
