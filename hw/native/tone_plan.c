/* Makes a struct tone_plan out of patterns: checks them, gathers what they have in common, and fills the tables.
 *
 * The window is Hann's: its side lobes keep hum, speech and the other tone of a pair out, and its edges are so soft that the middle of
 * a rising or falling power is the edge of the tone. Formula of what it takes from a tone u bins beside the pitch:
 * sin(pi u) / (pi u) / (1 - u^2)  (F. J. Harris, On the use of windows, Proc. IEEE 66-1, 1978, section V.B).
 */
#include "tone_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLES_PER_MS = MEDIA_RATE / 1000,
    STEP_LEAST_MS = 70,        /* less, and a tolerance of 15 %, is too near to a drop-out of 40 ms */
    CONTINUOUS_LEAST_MS = 50,
    STEP_MOST_MS = 60000,
    CYCLES_MOST = 8,
    JITTER_MS = 5,             /* what noise does to the measured ends of an on or off, added to the cadence's tolerance */
    SETTLE_LONE_MS = 800,      /* least silence round a tone that is to be known by one 'on' */
    SETTLE_LEAST_MS = 200,     /* the same, by several */
};

static const float HZ_LEAST = 150, HZ_MOST = 3700;
static const float TOLERANCE_MOST = 40;        /* Hz; at 50 the phase drift in a hop is no longer certain */
static const float PAIR_LEAST_HZ = 35;         /* nearer ones cannot be told from one modulated tone */
static const float PAIR_TOLERANCE = 0.3F;      /* of the distance of a pair: what its tolerance is narrowed to */
static const float DRIFT_MARGIN_HZ = 8;        /* a single look is less exact than a whole 'on' */
static const float CADENCE_TOLERANCE_MOST = 0.35F;
static const float SETTLE_MARGIN = 1.1F;

static bool continuous(const struct tone_pattern *pattern)
{
    return pattern->steps == 1 || (pattern->steps == 2 && pattern->cadence_ms[1] == 0);
}

static bool good_frequency(float hz) { return hz >= HZ_LEAST && hz <= HZ_MOST; }

static bool good_pattern(const struct tone_pattern *pattern)
{
    if (!good_frequency(pattern->hz[0]) || !(pattern->hz_tolerance >= 1 && pattern->hz_tolerance <= TOLERANCE_MOST))
        return false;
    if (pattern->hz[1] != 0
        && !(good_frequency(pattern->hz[1]) && fabsf(pattern->hz[1] - pattern->hz[0]) >= PAIR_LEAST_HZ))
        return false;
    if (continuous(pattern))
        return pattern->min_ms >= CONTINUOUS_LEAST_MS && pattern->min_ms <= 10 * STEP_MOST_MS;
    if (pattern->steps < 2 || pattern->steps > TONE_PATTERN_STEPS || pattern->steps % 2 != 0)
        return false;
    for (int i = 0; i < pattern->steps; i++)
        if (pattern->cadence_ms[i] < STEP_LEAST_MS || pattern->cadence_ms[i] > STEP_MOST_MS)
            return false;
    return pattern->cycles >= 1 && pattern->cycles <= CYCLES_MOST && pattern->cadence_tolerance >= 0
           && pattern->cadence_tolerance <= CADENCE_TOLERANCE_MOST;
}

static int pitch_of(struct tone_plan *plan, float hz)
{
    for (int i = 0; i < plan->pitches; i++)
        if (plan->pitch[i].hz == hz)
            return i;
    plan->pitch[plan->pitches].hz = hz;
    return plan->pitches++;
}

static int voice_of(struct tone_plan *plan, const struct tone_pattern *pattern)
{
    float low = pattern->hz[0], high = pattern->hz[1];
    if (high != 0 && high < low) {
        low = pattern->hz[1];
        high = pattern->hz[0];
    }
    int first = pitch_of(plan, low);
    int second = high != 0 ? pitch_of(plan, high) : -1;
    for (int i = 0; i < plan->voices; i++) {
        struct tone_voice *voice = &plan->voice[i];
        if (voice->pitch[0] == first && voice->pitch[1] == second) {
            voice->tolerance = fmaxf(voice->tolerance, pattern->hz_tolerance);
            return i;
        }
    }
    plan->voice[plan->voices] = (struct tone_voice){.pitch = {first, second}, .tolerance = pattern->hz_tolerance};
    return plan->voices++;
}

/* Two single tones near each other share what lies between them; the two of a pair must stay apart. */
static void narrow(struct tone_plan *plan)
{
    for (int i = 0; i < plan->voices; i++) {
        struct tone_voice *voice = &plan->voice[i];
        float hz = plan->pitch[voice->pitch[0]].hz;
        if (voice->pitch[1] >= 0)
            voice->tolerance = fminf(voice->tolerance, PAIR_TOLERANCE * (plan->pitch[voice->pitch[1]].hz - hz));
        for (int k = 0; k < plan->voices && voice->pitch[1] < 0; k++) {
            const struct tone_voice *other = &plan->voice[k];
            if (k != i && other->pitch[1] < 0)
                voice->tolerance = fminf(voice->tolerance, 0.5F * fabsf(plan->pitch[other->pitch[0]].hz - hz));
        }
        float hop = (float)PLAN_HOP / MEDIA_RATE;
        voice->drift = cosf(2 * (float)M_PI * fminf(voice->tolerance + DRIFT_MARGIN_HZ, 0.49F / hop) * hop);
    }
}

static struct tone_step step_of(const struct tone_pattern *pattern, int i)
{
    float nominal = (float)(pattern->cadence_ms[i] * SAMPLES_PER_MS);
    float slack = nominal * pattern->cadence_tolerance + JITTER_MS * SAMPLES_PER_MS;
    return (struct tone_step){(uint32_t)(nominal - slack), (uint32_t)nominal, (uint32_t)(nominal + slack)};
}

static void add_cadence(struct tone_plan *plan, const struct tone_pattern *pattern)
{
    struct tone_cadence *cadence = &plan->cadence[plan->cadences++];
    *cadence = (struct tone_cadence){.number = pattern->number, .voice = (uint16_t)voice_of(plan, pattern)};
    if (continuous(pattern)) {
        cadence->min_samples = pattern->min_ms * SAMPLES_PER_MS;
        return;
    }
    cadence->steps = pattern->steps;
    cadence->runs = (uint16_t)(pattern->steps * pattern->cycles - 1);
    struct tone_voice *voice = &plan->voice[cadence->voice];
    for (int i = 0; i < pattern->steps; i++) {
        cadence->step[i] = step_of(pattern, i);
        if (i % 2 == 0 && cadence->step[i].most > voice->outlast)
            voice->outlast = cadence->step[i].most;
    }
}

/* How long the silence after the last 'on' of a cycle must be to be nobody else's: longer than every other off of the voice that is
 * shorter than its own. */
static void settle(struct tone_plan *plan, struct tone_cadence *cadence)
{
    uint32_t own = cadence->step[cadence->steps - 1].least;
    uint32_t longest = (cadence->runs == 1 ? SETTLE_LONE_MS : SETTLE_LEAST_MS) * SAMPLES_PER_MS;
    for (int i = 0; i < plan->cadences; i++) {
        const struct tone_cadence *other = &plan->cadence[i];
        if (other == cadence || other->voice != cadence->voice)
            continue;
        for (int k = 1; k < other->steps; k += 2) {
            uint32_t off = (uint32_t)((float)other->step[k].most * SETTLE_MARGIN);
            if (off < own && off > longest)
                longest = off;
        }
    }
    cadence->settle = longest < own ? longest : own;
}

static bool make_tables(struct tone_plan *plan)
{
    plan->window = PLAN_WINDOW_SHORT;
    for (int i = 0; i < plan->pitches; i++)
        for (int k = 0; k < i; k++)
            if (fabsf(plan->pitch[i].hz - plan->pitch[k].hz) < PLAN_NEAR_HZ)
                plan->window = PLAN_WINDOW_LONG;
    int n = plan->window;
    plan->tables = aligned_alloc(64, (size_t)(2 * plan->pitches + 1) * (size_t)n * sizeof(float));
    if (plan->tables == NULL)
        return false;
    plan->weight = plan->tables;
    double sum = n / 2.0, sum_of_squares = n * 3 / 8.0; /* of Hann's window */
    for (int k = 0; k < n; k++) {
        double window = 0.5 - 0.5 * cos(2 * M_PI * (k + 0.5) / n);
        plan->weight[k] = (float)(window * window / sum_of_squares);
        for (int i = 0; i < plan->pitches; i++) {
            struct tone_pitch *pitch = &plan->pitch[i];
            pitch->cosine = plan->tables + (size_t)(2 * i + 1) * (size_t)n;
            pitch->sine = pitch->cosine + n;
            double angle = 2 * M_PI * (double)pitch->hz * k / MEDIA_RATE;
            pitch->cosine[k] = (float)(M_SQRT2 * window / sum * cos(angle));
            pitch->sine[k] = (float)(-M_SQRT2 * window / sum * sin(angle));
        }
    }
    for (int i = 0; i < plan->pitches; i++) {
        double angle = 2 * M_PI * (double)plan->pitch[i].hz * PLAN_HOP / MEDIA_RATE;
        plan->pitch[i].turn_re = (float)cos(angle);
        plan->pitch[i].turn_im = (float)-sin(angle);
    }
    for (int k = 0; k < PLAN_GAINS; k++) {
        double beside = acos(1 - k / 16.0) / (2 * M_PI) * n / PLAN_HOP; /* in bins of 1 / window */
        double loss = beside < 1e-3 ? 1 : fabs(beside - 1) < 1e-3 ? 0.5 : sin(M_PI * beside) / (M_PI * beside) / (1 - beside * beside);
        plan->gain[k] = (float)fmin(1 / (loss * loss), 10);
    }
    return true;
}

struct tone_plan *tone_plan_new(const struct tone_pattern *patterns, int count)
{
    if (patterns == NULL || count < 1 || count > TONE_PLAN_MAX)
        return NULL;
    for (int i = 0; i < count; i++) {
        if (!good_pattern(&patterns[i]))
            return NULL;
        for (int k = 0; k < i; k++)
            if (patterns[k].number == patterns[i].number)
                return NULL;
    }
    struct tone_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return NULL;
    atomic_init(&plan->references, 1);
    for (int i = 0; i < count; i++)
        add_cadence(plan, &patterns[i]);
    narrow(plan);
    for (int i = 0; i < count; i++)
        if (plan->cadence[i].steps > 0)
            settle(plan, &plan->cadence[i]);
    if (!make_tables(plan)) {
        free(plan);
        return NULL;
    }
    return plan;
}

struct tone_plan *tone_plan_hold(struct tone_plan *plan)
{
    atomic_fetch_add_explicit(&plan->references, 1, memory_order_relaxed);
    return plan;
}

void tone_plan_drop(struct tone_plan *plan)
{
    if (plan == NULL || atomic_fetch_sub_explicit(&plan->references, 1, memory_order_acq_rel) != 1)
        return;
    free(plan->tables);
    free(plan);
}
