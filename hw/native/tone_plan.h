/* The plan of call-progress tones, worked out for listening: what struct tone_pattern asks for (detect.h), turned into tables that
 * the media thread can use without thinking.
 *
 *   pattern   one tone of the country: 450 Hz, 350/350 ms, three cycles
 *   voice     what several patterns have in common: the frequency or pair they are made of (China: 450, 950 and 1400 Hz)
 *   pitch     one frequency that is listened to; a pair has two
 *
 * C only: Python makes plans by tone_plan_new() of detect.h.
 */
#ifndef STROWGER_TONE_PLAN_H
#define STROWGER_TONE_PLAN_H

#include <stdatomic.h>

#include "detect.h"

enum {
    PLAN_HOP = 80,            /* samples between two looks: 10 ms */
    PLAN_WINDOW_SHORT = 160,  /* samples of one look: Hann, zero at 100 Hz beside the pitch */
    PLAN_WINDOW_LONG = 320,   /* the same when two pitches of the plan stand nearer than PLAN_NEAR_HZ */
    PLAN_NEAR_HZ = 75,
    PLAN_PITCHES = 2 * TONE_PLAN_MAX,
    PLAN_GAINS = 33,
};

struct tone_pitch {
    float hz;
    /* Conjugate of the turn that the phase of exactly `hz` makes in one hop. */
    float turn_re, turn_im;
    /* Window times cosine and sine, scaled so that the square of the projection is the mean square of the tone. */
    float *cosine, *sine;
};

struct tone_voice {
    int pitch[2];         /* second -1: single; else the higher one */
    float tolerance;      /* Hz, narrowed where another voice stands near */
    float drift;          /* cosine of the phase drift in a hop that a tone at the edge of the tolerance makes, with a margin for noise */
    uint32_t outlast;     /* samples: longest 'on' of the cadences of this voice; a continuous tone lasts longer */
};

/* One on or off of a cadence, in samples. */
struct tone_step {
    uint32_t least, nominal, most;
};

struct tone_cadence {
    uint16_t number;
    uint16_t voice;
    uint16_t steps;           /* 0: continuous */
    uint16_t runs;            /* so many right ons and offs in a row make it certain: half an off less than the cycles wanted */
    uint32_t settle;          /* samples: silence so long before and after less than a whole cycle belongs to no other tone of the voice */
    uint32_t min_samples;     /* continuous: reported when it has lasted so long */
    struct tone_step step[TONE_PATTERN_STEPS];
};

struct tone_plan {
    atomic_int references;
    int window;               /* samples of one look */
    int pitches, voices, cadences;
    float *weight;            /* squared window, sum 1: gives the mean square of all that is heard */
    float gain[PLAN_GAINS];   /* what the window takes from a tone beside the pitch, undone: over (1 - cos(phase drift in a hop)) * 16 */
    struct tone_pitch pitch[PLAN_PITCHES];
    struct tone_voice voice[TONE_PLAN_MAX];
    struct tone_cadence cadence[TONE_PLAN_MAX];
    float *tables;            /* memory of the pitches' tables and of `weight` */
};

#endif
