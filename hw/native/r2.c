/* R2 register signals; see r2.h.
 *
 * spandsp's r2_mf_rx would do this too, but loses signals whose tones differ by 7 dB, which Q.455 wants taken, and takes noise for them:
 * it does not ask whether the two tones are all that is heard.
 */
#include "r2.h"

#include <math.h>

#include "level.h"

enum { TONES = 6 };

static const float hz[2][TONES] = {
    {1380, 1500, 1620, 1740, 1860, 1980},
    {1140, 1020, 900, 780, 660, 540},
};

static const float LEVEL_DBM0 = -37; /* of each tone; Q.455: -35 must pass */
static const float TWIST = 8;        /* 9 dB in power; Q.455: 7 dB must pass */
static const float PEAK = 6.3f;      /* 8 dB from the weaker tone to the strongest other */
static const float PURE = 0.7f;      /* share of the two tones in all that is heard: reached when they fill 14 of the 20 ms */
static const float OVER = 0.05f;     /* power of a tone against its highest: -13 dB; a hole of 7 ms does not go so deep */

/* Samples from begin or end of a signal to the end of the look that shows it, on average. */
enum { SHOWN_ON = 142, SHOWN_OFF = 144 };

static int16_t tables[2][2 * TONES][LOOK_WINDOW] __attribute__((aligned(64)));
static float level_min, quiet_power; /* mean squares: of each tone; of a block that cannot hold a signal */

__attribute__((constructor)) static void make_tables(void)
{
    for (int direction = 0; direction < 2; direction++)
        for (int k = 0; k < TONES; k++)
            look_rows(tables[direction][k], tables[direction][TONES + k], (double)hz[direction][k]);
    level_min = level_power(LEVEL_DBM0);
    quiet_power = level_power(LEVEL_DBM0) / 2;
}

void r2_start(struct r2 *r2, enum r2_direction direction)
{
    *r2 = (struct r2){.direction = (uint8_t)direction};
}

static void change(struct r2 *r2, uint8_t code, uint64_t time, const struct event_sink *sink)
{
    if (r2->code)
        sink->emit(sink->plane, sink->port, time, EVENT_R2_OFF, r2->code, r2->direction, 0, 0, NULL, 0);
    if (code)
        sink->emit(sink->plane, sink->port, time, EVENT_R2_ON, code, r2->direction, 0, 0, NULL, 0);
    r2->code = code;
}

/* Mean square of each tone of a direction. */
static void listen(enum r2_direction direction, const int16_t *window, float power[TONES])
{
    int32_t x[2 * TONES];
    look_project(tables[direction], 2 * TONES, window, x);
    for (int k = 0; k < TONES; k++)
        power[k] = ((float)x[k] * (float)x[k] + (float)x[TONES + k] * (float)x[TONES + k]) * LOOK_TONE_POWER;
}

/* Are the tones of this power all that is heard, but for an echo of what we say ourselves in the other direction's tones? */
static bool pure(float power, enum r2_direction direction, const int16_t *window)
{
    float all = look_power(window);
    if (power >= PURE * all)
        return true;
    float echo[TONES];
    listen(direction == R2_FORWARD ? R2_BACKWARD : R2_FORWARD, window, echo);
    for (int k = 0; k < TONES; k++)
        all -= echo[k];
    return power >= PURE * all;
}

/* The code this look shows, 0: none. tones: the indices of its two. */
static uint8_t code_in(const float power[TONES], enum r2_direction direction, const int16_t *window, uint8_t tones[2])
{
    int first = power[1] > power[0], second = !first, third = -1;
    for (int k = 2; k < TONES; k++) {
        if (power[k] > power[first]) {
            third = second;
            second = first;
            first = k;
        } else if (power[k] > power[second]) {
            third = second;
            second = k;
        } else if (third < 0 || power[k] > power[third]) {
            third = k;
        }
    }
    if (power[second] < level_min || power[first] > power[second] * TWIST || power[third] * PEAK > power[second])
        return 0;
    if (!pure(power[first] + power[second], direction, window))
        return 0;
    int low = first < second ? first : second, high = first < second ? second : first;
    tones[0] = (uint8_t)low;
    tones[1] = (uint8_t)high;
    /* Q.441 table 5: 1 = 0+1, 2 = 0+2, 3 = 1+2, 4 = 0+3, ... 15 = 4+5. */
    return (uint8_t)(high * (high - 1) / 2 + low + 1);
}

static uint64_t before(uint64_t time, uint64_t samples)
{
    return time > samples ? time - samples : 0;
}

void r2_hear(struct r2 *r2, const int16_t *window, float power, uint64_t time, const struct event_sink *sink)
{
    if (!r2->code && power < quiet_power)
        return;
    float powers[TONES];
    listen(r2->direction, window, powers);
    uint8_t tones[2];
    uint8_t code = code_in(powers, r2->direction, window, tones);
    uint64_t end = time + LOOK_BLOCK;
    if (code && code != r2->code) {
        change(r2, code, before(end, SHOWN_ON), sink);
        r2->tones[0] = tones[0];
        r2->tones[1] = tones[1];
        r2->reference[0] = r2->reference[1] = 0;
    }
    if (!r2->code)
        return;
    bool over = false;
    for (int i = 0; i < 2; i++) {
        float now = powers[r2->tones[i]];
        if (now > r2->reference[i])
            r2->reference[i] = now;
        over = over || now < r2->reference[i] * OVER;
    }
    if (over)
        change(r2, 0, before(end, SHOWN_OFF), sink);
}

void r2_end(struct r2 *r2, uint64_t time, const struct event_sink *sink)
{
    change(r2, 0, time, sink);
}
