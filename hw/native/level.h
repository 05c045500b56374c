/* Levels in dBm0, and the level meter of a port.
 *
 *   blocks  |10|10|10|10|10|10| ... |10|10|
 *           '------ interval -------'       EVENT_LEVEL: mean power of the interval, and of its loudest block
 *
 * ITU-T G.711: a sine of full scale is +3.14 dBm0 (A-law), so its mean square of 32768² / 2 is that. Flat, not psophometric.
 */
#ifndef STROWGER_LEVEL_H
#define STROWGER_LEVEL_H

#include "look.h"

#ifndef CFFI
enum { LEVEL_FLOOR = -9000 }; /* 0.01 dBm0: nothing is told below it, silence itself has no level */

/* Mean square of samples, from dBm0 and to 0.01 dBm0. */
float level_power(float dbm0);
int32_t level_dbm0(double power);

struct level {
    uint32_t interval;  /* blocks */
    uint32_t count;     /* of them heard in this interval */
    double sum;         /* of their powers */
    float peak;         /* power of the loudest */
};

void level_start(struct level *level, uint32_t interval_ms);

/* The power of the next block, which begins at `time`. Raises EVENT_LEVEL with the sample time at which the interval ended. */
void level_hear(struct level *level, float power, uint64_t time, const struct event_sink *sink);
#endif

#endif
