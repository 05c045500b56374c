/* Cadences: which tone of the plan the ons and offs of a voice make. Knows lengths, not samples; progress.c measures them.
 *
 *   voice     ___|####|____|####|____|####|____|####|____
 *   runs         |1   |2   |3   |4   |5   |
 *                                       ^ busy, three cycles: four right runs, and the fifth has become long enough: told
 *
 *   voice     ___|##########|___________________________________|####
 *                 ring-back |settle ^ told: no other tone of the plan has so long a silence
 *
 *   voice     __|#|____|####|____|####|____|#         a tone that began in the middle of an 'on' is found by the runs from the
 *                |1   |2   |3   |4   |5   |           first off: what came before its begin costs nothing
 *
 * A streak counts the right runs in a row for one cadence in one alignment (which of its steps comes next). All alignments of all
 * cadences are followed at once. When several cadences are satisfied, the one whose lengths are nearest is told.
 * A continuous tone is told when it has lasted its time and longer than any 'on' of the cadences of its voice.
 */
#ifndef STROWGER_CADENCE_H
#define STROWGER_CADENCE_H

#include "tone_plan.h"

/* An on or off of one voice: over, or still lasting. */
struct run {
    bool on;
    bool right;        /* on: of the voice's frequency all along; off: much quieter than the 'on' before it */
    bool steady;       /* on: as loud at its end as at its begin */
    uint64_t begin;    /* sample time */
    uint32_t length;   /* samples, so far if it still lasts */
    float hz, dbm0;    /* of an 'on' */
};

struct streak {
    uint16_t runs, ons;
    float deviation;   /* sum of relative deviations of the runs from the plan's lengths */
    uint32_t quiet;    /* samples of the off before the first run */
    uint64_t begin;
};

struct cadence {
    const struct tone_plan *plan;
    uint32_t told;                                          /* bit per cadence of the plan: begun and not ended */
    uint64_t begin[TONE_PLAN_MAX], end[TONE_PLAN_MAX];      /* sample times of those told */
    struct streak streak[TONE_PLAN_MAX][TONE_PATTERN_STEPS]; /* [cadence][step that comes next] */
    struct run last_on[TONE_PLAN_MAX];                      /* [voice] */
    uint32_t quiet[TONE_PLAN_MAX];                          /* [voice] length of the last off */
};

/* What is to be told now, a bit per cadence of the plan; `again`: the next sample time at which asking is worth while. */
struct verdict {
    uint32_t ended, begun;
    uint64_t again;
};

void cadence_start(struct cadence *cadence, const struct tone_plan *plan);
/* A run of a voice is over. */
void cadence_run(struct cadence *cadence, int voice, const struct run *run);
/* Looks at the streaks of a voice and the run that lasts. To be called after each cadence_run() and when `again` has come. */
struct verdict cadence_review(struct cadence *cadence, int voice, const struct run *open);

#endif
