/* R2 register signals heard on one port: ITU-T Q.441 (codes), Q.455 (receiving).
 *
 *   signal          ########################
 *   looks      \__/  \__/  \__/  ...    \__/  \__/      20 ms under a Hann window, every 10 ms
 *   events              | R2_ON               | R2_OFF  with the sample time at which it began and ended, ±7 ms
 *
 * Compelled: a signal is on until the other direction ends it, so its end matters as much as its begin, and its length not at all.
 * Forward: two of 1380 to 1980 Hz. Backward: two of 1140 to 540 Hz (China's four are among these six).
 * Does not: speak, nor know what a code means (hw/signalling).
 */
#ifndef STROWGER_R2_H
#define STROWGER_R2_H

#include "look.h"

#ifndef CFFI
enum r2_direction { R2_FORWARD = 0, R2_BACKWARD = 1 };

struct r2 {
    uint8_t direction;
    uint8_t code;          /* that is on; 0: none */
    uint8_t tones[2];      /* of it */
    float reference[2];    /* highest power of its tones so far */
};

void r2_start(struct r2 *r2, enum r2_direction direction);

/* The window whose newer half is the block that begins at `time`; power: mean square of that block. Raises EVENT_R2_ON, EVENT_R2_OFF. */
void r2_hear(struct r2 *r2, const int16_t *window, float power, uint64_t time, const struct event_sink *sink);

/* The port rests or its time jumps: what is on ends at `time`. */
void r2_end(struct r2 *r2, uint64_t time, const struct event_sink *sink);
#endif

#endif
