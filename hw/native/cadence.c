/* Streaks of right runs, see cadence.h. Time flows by the runs that are fed in; nothing here allocates, blocks or counts samples. */
#include "cadence.h"

#include <math.h>
#include <string.h>

/* Exchanges make all bursts of a tone with one generator; voices and instruments do not hit the same pitch and loudness each time. */
static const float SAME_HZ = 6, SAME_DB = 3;
/* What is not yet right is looked at again after so long. */
enum { AGAIN_SAMPLES = 800 };
/* So many right runs are two cycles of on and off. */
enum { EARLY_RUNS = 4 };

static bool told(const struct cadence *cadence, int i) { return cadence->told >> i & 1; }

static float mean_deviation(const struct streak *streak) { return streak->deviation / (float)streak->runs; }

void cadence_start(struct cadence *cadence, const struct tone_plan *plan)
{
    memset(cadence, 0, sizeof *cadence);
    cadence->plan = plan;
    for (int voice = 0; voice < plan->voices; voice++)
        cadence->quiet[voice] = UINT32_MAX;
}

/* The longest streak of a cadence, in whatever alignment; among equals the nearest. NULL when there is none. */
static const struct streak *best_streak(const struct cadence *cadence, int i)
{
    const struct streak *best = NULL;
    for (int step = 0; step < cadence->plan->cadence[i].steps; step++) {
        const struct streak *streak = &cadence->streak[i][step];
        if (streak->runs > 0
            && (best == NULL || streak->runs > best->runs
                || (streak->runs == best->runs && streak->deviation < best->deviation)))
            best = streak;
    }
    return best;
}

static void extend(struct cadence *cadence, int i, const struct run *run)
{
    const struct tone_cadence *wanted = &cadence->plan->cadence[i];
    bool lives = false;
    for (int step = run->on ? 0 : 1; step < wanted->steps; step += 2) {
        struct streak *before = &cadence->streak[i][step], *after = &cadence->streak[i][(step + 1) % wanted->steps];
        const struct tone_step *length = &wanted->step[step];
        if (run->right && (run->steady || !run->on) && run->length >= length->least && run->length <= length->most) {
            float off = fabsf((float)run->length - (float)length->nominal) / (float)length->nominal;
            *after = (struct streak){
                .runs = before->runs < UINT16_MAX ? (uint16_t)(before->runs + 1) : UINT16_MAX,
                .ons = before->ons < UINT16_MAX ? (uint16_t)(before->ons + run->on) : UINT16_MAX,
                .deviation = before->deviation + off,
                .quiet = before->runs > 0 ? before->quiet : cadence->quiet[wanted->voice],
                .begin = before->runs > 0 ? before->begin : run->begin,
            };
            lives = lives || before->runs > 0;
        } else {
            *after = (struct streak){0};
        }
        *before = (struct streak){0};
    }
    if (told(cadence, i) && !lives && cadence->end[i] == 0)
        cadence->end[i] = run->begin;
}

void cadence_run(struct cadence *cadence, int voice, const struct run *run)
{
    const struct run *last = &cadence->last_on[voice];
    bool other = run->on && last->length > 0
                 && (fabsf(run->hz - last->hz) > SAME_HZ || fabsf(run->dbm0 - last->dbm0) > SAME_DB);
    for (int i = 0; i < cadence->plan->cadences; i++) {
        if (cadence->plan->cadence[i].voice != voice || cadence->plan->cadence[i].steps == 0)
            continue;
        if (other)
            memset(cadence->streak[i], 0, sizeof cadence->streak[i]);
        extend(cadence, i, run);
    }
    if (run->on)
        cadence->last_on[voice] = *run;
    else if (last->length > 0) /* what was before the first 'on' nobody heard whole */
        cadence->quiet[voice] = run->length;
}

/* Until when the run that lasts may still become right in some alignment; 0: in none. */
static uint64_t lives_until(const struct cadence *cadence, int i, const struct run *open)
{
    const struct tone_cadence *wanted = &cadence->plan->cadence[i];
    uint64_t until = 0;
    for (int step = open->on ? 0 : 1; step < wanted->steps; step += 2)
        if (cadence->streak[i][step].runs > 0 && open->begin + wanted->step[step].most > until)
            until = open->begin + wanted->step[step].most;
    return until;
}

/* Has another cadence of the voice as much evidence, but for the first run, which may be a piece, and nearer? */
static bool outdone(const struct cadence *cadence, int i, const struct streak *streak)
{
    const struct tone_plan *plan = cadence->plan;
    for (int k = 0; k < plan->cadences; k++) {
        if (k == i || plan->cadence[k].voice != plan->cadence[i].voice)
            continue;
        const struct streak *rival = best_streak(cadence, k);
        if (rival != NULL && rival->runs + 1 >= streak->runs && mean_deviation(rival) < mean_deviation(streak))
            return true;
    }
    return false;
}

static void sooner(struct verdict *verdict, uint64_t time)
{
    if (time < verdict->again)
        verdict->again = time;
}

static void review_continuous(struct cadence *cadence, int i, const struct run *open, struct verdict *verdict)
{
    const struct tone_cadence *wanted = &cadence->plan->cadence[i];
    uint32_t outlast = cadence->plan->voice[wanted->voice].outlast;
    uint32_t need = wanted->min_samples > outlast ? wanted->min_samples : outlast;
    if (told(cadence, i)) {
        if (!open->on) {
            cadence->end[i] = open->begin;
            verdict->ended |= 1U << i;
        }
    } else if (open->on && open->length >= need) {
        if (open->right) {
            cadence->begin[i] = open->begin;
            verdict->begun |= 1U << i;
        } else {
            sooner(verdict, open->begin + open->length + AGAIN_SAMPLES);
        }
    } else if (open->on) {
        sooner(verdict, open->begin + need);
    }
}

/* A told cadence ends when no alignment is left. Returns whether it goes on. */
static bool goes_on(struct cadence *cadence, int i, const struct run *open, struct verdict *verdict)
{
    if (cadence->end[i] == 0) {
        uint64_t until = lives_until(cadence, i, open);
        if (open->begin + open->length <= until) {
            sooner(verdict, until + 1);
            return true;
        }
        cadence->end[i] = open->begin;
    }
    verdict->ended |= 1U << i;
    return false;
}

/* Less than a whole cycle is enough only with silence on both sides that no other tone of the voice has. Returns whether it is there;
 * if not yet, says when to ask again. */
static bool settled(const struct tone_cadence *wanted, const struct streak *streak, const struct run *open, struct verdict *verdict)
{
    if (open->on || streak->quiet < wanted->settle)
        return false;
    if (open->length >= wanted->settle && open->right)
        return true;
    sooner(verdict, open->begin + (open->length >= wanted->settle ? open->length + AGAIN_SAMPLES : wanted->settle));
    return false;
}

/* Right runs in a row. After two whole cycles the 'on' that lasts counts as soon as it is long enough: waiting for its end costs time and
 * tells little. */
static int right_runs(const struct cadence *cadence, int i, const struct streak *streak, const struct run *open, struct verdict *verdict)
{
    const struct tone_cadence *wanted = &cadence->plan->cadence[i];
    if (!open->on || streak->runs < EARLY_RUNS)
        return streak->runs;
    uint32_t least = wanted->step[streak - cadence->streak[i]].least;
    if (open->length >= least)
        return streak->runs + (open->right && open->steady);
    sooner(verdict, open->begin + least);
    return streak->runs;
}

static bool certain(const struct cadence *cadence, int i, const struct run *open, struct verdict *verdict)
{
    const struct tone_cadence *wanted = &cadence->plan->cadence[i];
    const struct streak *streak = best_streak(cadence, i);
    return streak != NULL && right_runs(cadence, i, streak, open, verdict) >= wanted->runs && streak->ons > 0
           && open->begin + open->length <= lives_until(cadence, i, open)
           && (streak->runs >= wanted->steps || settled(wanted, streak, open, verdict)) && !outdone(cadence, i, streak);
}

struct verdict cadence_review(struct cadence *cadence, int voice, const struct run *open)
{
    const struct tone_plan *plan = cadence->plan;
    struct verdict verdict = {.again = UINT64_MAX};
    bool busy = false;
    for (int i = 0; i < plan->cadences; i++) {
        if (plan->cadence[i].voice != voice)
            continue;
        if (plan->cadence[i].steps == 0)
            review_continuous(cadence, i, open, &verdict);
        else if (told(cadence, i) && goes_on(cadence, i, open, &verdict))
            busy = true;
    }
    cadence->told &= ~verdict.ended;
    for (int i = 0; i < plan->cadences && !busy; i++) {
        if (plan->cadence[i].voice == voice && plan->cadence[i].steps > 0 && certain(cadence, i, open, &verdict)) {
            cadence->begin[i] = best_streak(cadence, i)->begin;
            verdict.begun |= 1U << i;
            busy = true;
        }
    }
    cadence->told |= verdict.begun;
    for (int i = 0; i < plan->cadences; i++)
        if (verdict.begun >> i & 1)
            cadence->end[i] = 0;
    return verdict;
}
