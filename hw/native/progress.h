/* Call-progress tones on one port: dial, ring-back, busy, congestion, ... by frequency and cadence (China's figures: GB/T 3380; general
 * rules: ITU-T E.180, Q.35).
 *
 *   samples ──10 ms──> power at each pitch of the plan against the power of all that is heard       progress.c
 *           ─────────> is this voice on? since when (by the half height of its flank), how loud?    progress.c
 *           ─────────> a row of ons and offs: which cadence is it?                                  cadence.c
 *
 * What is not: it does not decide what a tone means (hang-up, answer), and knows no country; the plan does (hw/tone_plan.py).
 */
#ifndef STROWGER_PROGRESS_H
#define STROWGER_PROGRESS_H

#include "detect.h"

struct progress;

/* Holds its own reference of the plan. NULL when memory is out. */
struct progress *progress_new(struct tone_plan *plan);
void progress_free(struct progress *progress);

/* n samples, a multiple of 80, that came in at `time`. A jump of the time ends all tones and begins anew.
 * EVENT_TONE_BEGIN: code number of the pattern, a frequency in 0.1 Hz (of a pair the lower), b level in 0.01 dBm0; its time is when the
 * tone began (its first right on or off). EVENT_TONE_END: its time is when the last right on or off ended, a the samples between both. */
void progress_run(struct progress *progress, const int16_t *rx, int n, uint64_t time, const struct event_sink *sink);

#endif
