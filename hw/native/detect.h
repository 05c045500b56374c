/* Detectors: everything that listens to what comes in from one port, before echo cancellation and mixing.
 *
 * One `struct detector` holds all detectors of one port. Made, configured and freed on the control side; run by the media thread,
 * once a frame, in the order of the ports. Which kinds run is a bit mask; a kind that is off costs nothing.
 */
#ifndef STROWGER_DETECT_H
#define STROWGER_DETECT_H

#include "media.h"

enum detect_kind {
    DETECT_DTMF = 1,
    DETECT_TONES = 2,        /* call-progress tones of the plan: frequency and cadence */
    DETECT_R2_FORWARD = 4,   /* hears forward codes (1380 to 1980 Hz) */
    DETECT_R2_BACKWARD = 8,  /* hears backward codes (1140 to 540 Hz) */
    DETECT_FAX = 16,         /* CNG and CED */
    DETECT_CALLER_ID = 32,   /* FSK, Bell 202 and V.23; DTMF caller ID is DETECT_DTMF and hw/callerid.py */
    DETECT_SPEECH = 64,
    DETECT_LEVEL = 128,
    DETECT_ALL = 255,
};

/* Which call-progress tones there are to be found. Immutable, counted by reference, shared by all ports of a country. */
struct tone_plan;

enum { TONE_PLAN_MAX = 24, TONE_PATTERN_STEPS = 8 };

/* One tone to be found. Frequencies: one or two at once (Hz); an on/off cadence of 1 to 4 pairs; off 0 in the first pair: continuous.
 * A tone is reported when its cadence has been seen `cycles` times, or for a continuous one after `min_ms`. */
struct tone_pattern {
    uint16_t number;          /* what EVENT_TONE_BEGIN's code says; unique in the plan */
    float hz[2];              /* second 0: single */
    float hz_tolerance;       /* ± Hz, e.g. 25 */
    uint16_t steps;           /* on/off values used in cadence_ms: even, or 1 for continuous */
    uint16_t cadence_ms[8];   /* on, off, on, off, ... */
    float cadence_tolerance;  /* ± share, e.g. 0.15 */
    uint16_t cycles;          /* whole repetitions wanted, 1 to 8 */
    uint32_t min_ms;          /* continuous only: how long it must last */
};

/* NULL when a pattern is nonsense (no frequency, steps out of range, number twice). */
struct tone_plan *tone_plan_new(const struct tone_pattern *patterns, int count);
struct tone_plan *tone_plan_hold(struct tone_plan *plan);
void tone_plan_drop(struct tone_plan *plan);

/* What a detector is to do. */
struct detect_settings {
    uint32_t kinds;               /* enum detect_kind, or-ed */
    struct tone_plan *plan;       /* for DETECT_TONES; the detector holds its own reference */
    float speech_dbm0;            /* DETECT_SPEECH: above this is speech, e.g. -38 */
    uint32_t speech_min_ms;       /* that long before EVENT_SPEECH_BEGIN, e.g. 60 */
    uint32_t speech_hangover_ms;  /* that much silence before EVENT_SPEECH_END, e.g. 400 */
    uint32_t silence_timeout_ms;  /* that much silence from now (or the last speech) raises EVENT_SILENCE once; 0: never */
    uint32_t level_interval_ms;   /* DETECT_LEVEL: an EVENT_LEVEL each so often, 20 to 60000 */
};

struct detector;

/* A new set; old one's running states are not carried over. NULL when settings are nonsense (DETECT_TONES without plan, interval
 * out of range, unknown kinds, speech_dbm0 not -70 to +3, least length or hang-over over a minute, time-out over a day) or memory is out. */
struct detector *detector_new(const struct detect_settings *settings);
void detector_free(struct detector *detector);

#ifndef CFFI
/* n samples (80 or 160) that came in at `time`. Events go to the sink with the sample time at which the thing itself began or ended,
 * as well as the method knows it. Never blocks, never allocates. */
void detector_run(struct detector *detector, const int16_t *rx, int n, uint64_t time, const struct event_sink *sink);
#endif

/* The same from Python, for tests and benches without a plane: runs the samples through in frames of `frame`, collects events.
 * Blobs (caller ID) are appended to `blobs`. Returns the number of events (at most `events_max`; later ones are dropped), or -1: frame is
 * neither 80 nor 160. What is left after the last whole frame is not heard. */
int detector_hear(struct detector *detector, const int16_t *samples, uint32_t count, int frame, uint64_t time,
                  struct event *events, int events_max, uint8_t *blobs, uint32_t blobs_max);

#endif
