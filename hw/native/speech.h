/* Speech and silence on one port, by level alone: whatever is loud enough for long enough is speech, tones and music too.
 *
 *   level    ____|####|__|####|_____|####|________________________________________
 *   events       |..| SPEECH_BEGIN                 | SPEECH_END          | SILENCE
 *                min                     |hang-over|                     |
 *                                        |<----- silence time-out ------>|
 *
 * Both ends are told late (after the least length, after the hang-over) but with the sample time at which they were.
 */
#ifndef STROWGER_SPEECH_H
#define STROWGER_SPEECH_H

#include "detect.h"
#include "look.h"

#ifndef CFFI
struct speech {
    float threshold;                    /* mean square */
    uint32_t least, hangover, timeout;  /* samples */
    bool speaking;
    bool told;                          /* EVENT_SILENCE of this silence was raised, or is not wanted */
    bool timed;                         /* silence_begin is set: the first block was heard */
    uint32_t loud;                      /* samples above the threshold, less those below, since loud_begin */
    uint32_t loud_blocks;               /* above the threshold since loud_begin, */
    double loud_sum;                    /* and the sum of their powers */
    uint64_t loud_begin, speech_begin;
    uint64_t silence_begin;             /* the end of the last loud block; before all speech, the beginning */
};

void speech_start(struct speech *speech, const struct detect_settings *settings);

/* The power of the next block, which begins at `time`. Raises EVENT_SPEECH_BEGIN, EVENT_SPEECH_END, EVENT_SILENCE. */
void speech_hear(struct speech *speech, float power, uint64_t time, const struct event_sink *sink);

/* The port rests or its time jumps: what is on ends here. */
void speech_end(struct speech *speech, const struct event_sink *sink);
#endif

#endif
