/* Tones: a programme of segments, each up to four sines with levels, an optional amplitude modulation, and a length.
 *
 *   busy, China      |450 Hz|______|450 Hz|______|        loop_from 0
 *                     350 ms 350 ms
 *   stutter dial     |x|_|x|_|x|_|xxxxxxxxxxxxxxxx ...    the last for ever; what is before a loop_from > 0 is heard once, too
 *
 * DTMF digits, R2 codes, call-progress tones and howlers are all programmes; who makes them is hw/tones.py.
 * A programme is immutable and counted by reference like a clip; a cursor is one listener's place in it.
 */
#ifndef STROWGER_TONE_H
#define STROWGER_TONE_H

#include "media.h"

enum { TONE_COMPONENTS = 4, TONE_SEGMENTS_MAX = 512 };

struct tone_segment {
    float hz[4];      /* 0: no such component; else 20 to 3900 */
    float dbm0[4];    /* level of each component, -70 to +3 */
    float am_hz;      /* amplitude modulation of all components (India: 400*25), 1 to 200; 0: none */
    float am_depth;   /* 0 to 1; the level stays what dbm0 says */
    uint32_t samples; /* 0: for ever (only as the last) */
};

struct tone;

/* Checks and copies. loop_from: index of the segment to go back to after the last, or -1: plays once.
 * NULL when a value is outside its range, count is 0 or over TONE_SEGMENTS_MAX, a segment that lasts for ever is not the last or is
 * to be looped, or memory is out. */
struct tone *tone_new(const struct tone_segment *segments, int count, int loop_from);
struct tone *tone_hold(struct tone *tone);
void tone_drop(struct tone *tone);

#ifndef CFFI
struct tone_cursor {
    const struct tone *tone;
    uint32_t segment, left;
    uint32_t phase[4], am_phase; /* whole circle = 2^32 */
};

void tone_start(struct tone_cursor *cursor, const struct tone *tone);

/* Writes up to n samples of the tone; phase runs on across segments of the same frequency. Returns how many were made: less than n
 * only at the end of a programme that does not loop. Constant work per sample, no allocation. */
int tone_render(struct tone_cursor *cursor, int16_t *out, int n);
#endif

/* The same from Python, for tests and for making clips: renders the first n samples. Returns how many were made. */
int tone_preview(const struct tone *tone, int16_t *out, int n);

#endif
