/* Hears the voices of a tone plan, see progress.h.
 *
 * Every 10 ms it looks at the last 20 ms (40 ms when two pitches of the plan stand near each other) through Hann's window:
 *
 *   - A pitch's power is the square of the projection on its cosine and sine. From the turn of the projection's phase since the look
 *     before follows how far the tone is beside the pitch (10 ms: up to 50 Hz are certain), hence what the window took from it.
 *   - A voice sounds when its power, so mended, is nearly all that is heard. Speech and music have most of their power elsewhere; noise
 *     20 dB below the tone does not matter.
 *   - What sounds must do so for 40 ms to be an 'on', and must be away for 40 ms to be an 'off': single looks do not count. The flank
 *     itself is where the amplitude crossed the half; that is good to 2 ms, with noise 20 dB below too.
 */
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cadence.h"

enum {
    STEADY_LOOKS = 8,          /* two periods of the slowest modulation, 25 Hz */
    CERTAIN_LOOKS = 4,         /* so many looks make a change certain */
    FLANK_LOOKS = 4,           /* so far from the look that changed the flank may be: the rise of the long window */
    PAST_LOOKS = 24,           /* amplitudes kept to find the flank */
    FORGET_SAMPLES = 8000,     /* so long after an 'on' a much weaker tone counts as its remains */
};

static const float QUIET_DBM0 = -45;        /* below this there is no tone, and nothing is computed */
static const float FULL_SCALE_DBM0 = 3.14F; /* of a sine, see media.h */
static const float FULL_SCALE_POWER = 32768.0F * 32768.0F / 2;
static const float SHARE_GOOD = 0.75F;      /* of all power: 5 dB above noise and speech, and room for a modulation or a pair's leakage */
static const float SHARE_STAY = 0.4F;       /* the same for an 'on' to last: words of our own party come back as echo */
static const float SHARE_CLEAN = 0.9F;      /* a row of DTMF that is 8 dB above its column has 0.86 and is no tone */
static const float TWIST_MOST = 10;         /* power ratio of a pair */
static const float FALL = 0.1F;             /* -10 dB below the 'on' so far: over */
static const float REMAINS = 0.01F;         /* -20 dB below the last 'on': its remains in the gap */
static const float GAP_MOST = 0.25F;        /* a gap louder than 6 dB below the 'on' is none */
static const float STEADY = 1.6F;           /* 2 dB: what a burst changes from its begin to its end at most; notes die away, words swell */
static const float LOOKS_GOOD = 0.6F;       /* of an 'on' must sound right: a tone modulated to nothing (India) does 0.65 of the time */
static const float LOOKS_CLEAN = 0.15F;     /* the same, clean: modulated to nothing, in noise of -20 dB, 0.2 */
static const float HZ_MARGIN = 3;           /* error of the frequency of a short 'on' in noise */

struct phasor {
    float re, im;
};

/* One pitch at the last look. */
struct pitch_ear {
    struct phasor last;        /* projection */
    struct phasor drift;       /* projection times conjugate of the one before, turned back by the pitch's own advance */
    float power;               /* mean square as projected */
};

/* What was heard of a voice over some looks. */
struct tally {
    uint32_t looks, good, clean, counted;
    float heard, sound;        /* power of all that was heard, and of the voice: sums over `counted` */
    float early, late;         /* of the voice: mean over the first and about the last STEADY_LOOKS */
    bool waits;                /* the newest look is counted when the next one has said the same: else it may show the change already */
    float newest_heard, newest_sound;
    float peak;                /* highest power of the voice itself */
    struct phasor drift[2];    /* sum over the good looks */
};

/* One voice: the run that lasts, and what may be about to replace it. */
struct voice_ear {
    bool on;
    uint64_t begin;            /* sample time of the run that lasts */
    struct tally run, doubt;   /* of the run; of the looks since something spoke against it */
    int against;               /* looks that speak against the run, less those since that spoke for it */
    uint32_t since;            /* look that first spoke against it */
    float past[PAST_LOOKS];    /* amplitudes, ring by look */
    float on_peak, on_mean;    /* of the last 'on': highest and mean power of the voice */
    uint64_t on_until;
    uint64_t again;            /* when to review the cadences */
};

struct progress {
    struct tone_plan *plan;
    bool running;
    uint64_t next;             /* sample time that the next frame should have */
    uint32_t look;             /* counts, for the rings */
    struct cadence cadence;
    struct pitch_ear pitch[PLAN_PITCHES];
    struct voice_ear voice[TONE_PLAN_MAX];
    float samples[PLAN_WINDOW_LONG];
};

static float quiet_power;

__attribute__((constructor)) static void work_out_constants(void)
{
    quiet_power = FULL_SCALE_POWER * powf(10, (QUIET_DBM0 - FULL_SCALE_DBM0) / 10);
}

static float to_dbm0(float power) { return 10 * log10f(power / FULL_SCALE_POWER + 1e-12F) + FULL_SCALE_DBM0; }

/* Dot products over whole vectors; n is a multiple of 32. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));

static float sum_of(const lanes *lane)
{
    float sum = 0;
    for (int i = 0; i < 8; i++)
        sum += (*lane)[i];
    return sum;
}

__attribute__((target_clones("fma", "default"))) static float weigh(const float *x, const float *weight, int n)
{
    lanes a = {0}, b = {0};
    for (int i = 0; i < n; i += 16) {
        lanes xa = *(const lanes *)(x + i), xb = *(const lanes *)(x + i + 8);
        a += xa * xa * *(const lanes *)(weight + i);
        b += xb * xb * *(const lanes *)(weight + i + 8);
    }
    a += b;
    return sum_of(&a);
}

__attribute__((target_clones("fma", "default"))) static void project(const float *x, const struct tone_pitch *pitch, int n,
                                                                      struct phasor *out)
{
    lanes re = {0}, im = {0}, re2 = {0}, im2 = {0};
    for (int i = 0; i < n; i += 16) {
        lanes xa = *(const lanes *)(x + i), xb = *(const lanes *)(x + i + 8);
        re += xa * *(const lanes *)(pitch->cosine + i);
        im += xa * *(const lanes *)(pitch->sine + i);
        re2 += xb * *(const lanes *)(pitch->cosine + i + 8);
        im2 += xb * *(const lanes *)(pitch->sine + i + 8);
    }
    re += re2;
    im += im2;
    out->re = sum_of(&re);
    out->im = sum_of(&im);
}

/* a times conjugate of b */
static struct phasor against(struct phasor a, struct phasor b)
{
    return (struct phasor){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

static void listen(struct progress *progress, struct pitch_ear *ear, const struct tone_pitch *pitch)
{
    struct phasor now;
    project(progress->samples, pitch, progress->plan->window, &now);
    struct phasor turn = against(now, ear->last), back = {pitch->turn_re, -pitch->turn_im};
    ear->drift = against(turn, back);
    ear->power = now.re * now.re + now.im * now.im;
    ear->last = now;
}

/* The pitch's power with what the window took given back; 0 when the tone is too far beside the pitch. */
static float mended(const struct tone_plan *plan, const struct tone_voice *voice, const struct pitch_ear *ear)
{
    float size = sqrtf(ear->drift.re * ear->drift.re + ear->drift.im * ear->drift.im);
    if (!(ear->drift.re >= size * voice->drift) || size <= 0)
        return 0;
    float at = (1 - ear->drift.re / size) * 16;
    int i = at < PLAN_GAINS - 2 ? (int)at : PLAN_GAINS - 2;
    return ear->power * (plan->gain[i] + (at - (float)i) * (plan->gain[i + 1] - plan->gain[i]));
}

/* What share of all that is heard this voice is; 0 when it is not the voice. */
static float share(const struct progress *progress, const struct tone_voice *voice, float power, float heard)
{
    if (power < 0.1F * heard || heard <= 0)
        return 0;
    float mine = mended(progress->plan, voice, &progress->pitch[voice->pitch[0]]);
    if (voice->pitch[1] < 0)
        return mine / heard;
    float other = mended(progress->plan, voice, &progress->pitch[voice->pitch[1]]);
    return mine <= TWIST_MOST * other && other <= TWIST_MOST * mine ? (mine + other) / heard : 0;
}

/* Frequency of a pitch from the drift of its phase. */
static float frequency(const struct tone_pitch *pitch, struct phasor drift)
{
    return pitch->hz + atan2f(drift.im, drift.re) / (2 * (float)M_PI) * MEDIA_RATE / PLAN_HOP;
}

static float mean_sound(const struct tally *tally) { return tally->counted > 0 ? tally->sound / (float)tally->counted : 0; }

/* The run of a voice up to `until`, as the cadence machine wants it. */
static struct run run_of(const struct progress *progress, int i, uint64_t until)
{
    const struct tone_plan *plan = progress->plan;
    const struct tone_voice *voice = &plan->voice[i];
    const struct voice_ear *ear = &progress->voice[i];
    const struct tally *tally = &ear->run;
    struct run run = {.on = ear->on, .begin = ear->begin};
    run.length = until > ear->begin ? (uint32_t)(until - ear->begin) : 0;
    if (!ear->on) {
        run.right = ear->on_mean > 0 && tally->heard <= GAP_MOST * ear->on_mean * (float)tally->counted;
        return run;
    }
    run.dbm0 = to_dbm0(mean_sound(tally));
    run.hz = frequency(&plan->pitch[voice->pitch[0]], tally->drift[0]);
    run.steady = tally->late <= STEADY * tally->early && tally->early <= STEADY * tally->late;
    run.right = (float)tally->good >= LOOKS_GOOD * (float)tally->looks && (float)tally->clean >= LOOKS_CLEAN * (float)tally->looks;
    for (int k = 0; k < 2 && voice->pitch[k] >= 0; k++) {
        const struct tone_pitch *pitch = &plan->pitch[voice->pitch[k]];
        run.right = run.right && fabsf(frequency(pitch, tally->drift[k]) - pitch->hz) <= voice->tolerance + HZ_MARGIN;
    }
    return run;
}

static void tell_end(const struct progress *progress, int k, uint64_t time, const struct event_sink *sink)
{
    sink->emit(sink->plane, sink->port, time, EVENT_TONE_END, progress->plan->cadence[k].number,
               (int32_t)(time - progress->cadence.begin[k]), 0, 0, NULL, 0);
}

static void review(struct progress *progress, int i, uint64_t known, const struct event_sink *sink)
{
    struct cadence *cadence = &progress->cadence;
    struct run open = run_of(progress, i, known);
    struct verdict verdict = cadence_review(cadence, i, &open);
    progress->voice[i].again = verdict.again;
    const struct run *on = open.on ? &open : &cadence->last_on[i];
    for (int k = 0; verdict.ended >> k != 0; k++)
        if (verdict.ended >> k & 1)
            tell_end(progress, k, cadence->end[k], sink);
    for (int k = 0; verdict.begun >> k != 0; k++)
        if (verdict.begun >> k & 1)
            sink->emit(sink->plane, sink->port, cadence->begin[k], EVENT_TONE_BEGIN, progress->plan->cadence[k].number,
                       (int32_t)lrintf(on->hz * 10), (int32_t)lrintf(on->dbm0 * 100), 0, NULL, 0);
}

/* When the flank was that made the voice change at look `since`: the amplitude crossed the half of what it is when on, about then.
 * Rising, the first crossing counts, falling the last, so that the troughs of a modulated tone do not. Without a crossing (something
 * else sounded there) it is that look itself. A look sees what is in the middle of its window. */
static uint64_t flank(const struct progress *progress, const struct voice_ear *ear, uint64_t now)
{
    float half = sqrtf(ear->on ? ear->run.peak : ear->doubt.peak) / 2;
    uint32_t doubted = progress->look - ear->since; /* looks */
    float looks_ago = (float)doubted;
    for (int k = -FLANK_LOOKS; k <= FLANK_LOOKS && doubted < PAST_LOOKS - FLANK_LOOKS - 1; k++) {
        uint32_t look = ear->since + (uint32_t)(ear->on ? -k : k);
        if ((int32_t)(progress->look - look) < 0)
            continue;
        float sooner = ear->past[(look - 1) % PAST_LOOKS], later = ear->past[look % PAST_LOOKS];
        if ((sooner < half) == !ear->on && (later < half) == ear->on) {
            looks_ago = (float)(progress->look - look) + (later - half) / (later - sooner);
            break;
        }
    }
    uint64_t ago = (uint64_t)(looks_ago * PLAN_HOP) + (uint64_t)progress->plan->window / 2;
    return now > ear->begin + ago ? now - ago : ear->begin;
}

static void add(struct phasor *sum, struct phasor more)
{
    sum->re += more.re;
    sum->im += more.im;
}

/* Puts one look into a tally. */
static void count(struct tally *tally, const struct progress *progress, const struct tone_voice *voice, float part, float power, float heard)
{
    bool good = part >= SHARE_GOOD, clean = part >= SHARE_CLEAN;
    bool whole = (int)tally->looks * PLAN_HOP >= progress->plan->window; /* else the window reaches back beyond the change */
    tally->looks++;
    tally->good += good;
    tally->clean += clean;
    tally->peak = good ? fmaxf(tally->peak, power) : tally->peak;
    if (!whole)
        return;
    for (int k = 0; k < 2 && good && voice->pitch[k] >= 0; k++)
        add(&tally->drift[k], progress->pitch[voice->pitch[k]].drift);
    if (tally->waits) {
        tally->counted++;
        tally->heard += tally->newest_heard;
        tally->sound += tally->newest_sound;
        if (tally->counted <= STEADY_LOOKS)
            tally->early = tally->late = tally->sound / (float)tally->counted;
        else
            tally->late += (tally->newest_sound - tally->late) / STEADY_LOOKS;
    }
    tally->waits = true;
    tally->newest_heard = heard;
    tally->newest_sound = part * heard;
}

/* What was in doubt belongs to the run after all. */
static void forgive(struct voice_ear *ear)
{
    struct tally *run = &ear->run;
    const struct tally *doubt = &ear->doubt;
    run->looks += doubt->looks;
    run->good += doubt->good;
    run->clean += doubt->clean;
    run->counted += doubt->counted;
    run->heard += doubt->heard;
    run->sound += doubt->sound;
    run->peak = fmaxf(run->peak, doubt->peak);
    for (int k = 0; k < 2; k++)
        add(&run->drift[k], doubt->drift[k]);
    ear->doubt = (struct tally){0};
}

/* The run is over: what was in doubt is the next one. */
static void turn_over(struct progress *progress, int i, uint64_t now)
{
    struct voice_ear *ear = &progress->voice[i];
    uint64_t edge = flank(progress, ear, now);
    struct run run = run_of(progress, i, edge);
    if (ear->on) {
        ear->on_peak = ear->run.peak;
        ear->on_mean = mean_sound(&ear->run);
        ear->on_until = edge;
    }
    cadence_run(&progress->cadence, i, &run);
    ear->on = !ear->on;
    ear->begin = edge;
    ear->run = ear->doubt;
    ear->doubt = (struct tally){0};
    ear->against = 0;
}

/* Until when the run that lasts is known to have lasted; a change may show one look late. */
static uint64_t known_until(const struct progress *progress, const struct voice_ear *ear, uint64_t now)
{
    uint64_t doubted = ear->against > 0 ? progress->look - ear->since + 1 : 0;
    uint64_t ago = (doubted + 1) * PLAN_HOP + (uint64_t)progress->plan->window / 2;
    return now > ear->begin + ago ? now - ago : ear->begin;
}

static void follow(struct progress *progress, int i, float heard, uint64_t now, const struct event_sink *sink)
{
    const struct tone_voice *voice = &progress->plan->voice[i];
    struct voice_ear *ear = &progress->voice[i];
    float power = 0;
    for (int k = 0; k < 2 && voice->pitch[k] >= 0; k++)
        power += progress->pitch[voice->pitch[k]].power;
    ear->past[progress->look % PAST_LOOKS] = sqrtf(power);
    float part = share(progress, voice, power, heard);
    bool sounds = part >= SHARE_GOOD;
    if (ear->on)
        sounds = part >= SHARE_STAY && power >= FALL * ear->run.peak;
    else if (now < ear->on_until + FORGET_SAMPLES)
        sounds = sounds && power >= REMAINS * ear->on_peak;

    if (sounds != ear->on) {
        if (ear->against++ == 0)
            ear->since = progress->look;
    } else if (ear->against > 0 && --ear->against == 0) {
        forgive(ear);
    }
    struct tally *tally = ear->against > 0 ? &ear->doubt : &ear->run;
    count(tally, progress, voice, part, power, heard);
    bool turned = ear->against >= CERTAIN_LOOKS;
    if (turned)
        turn_over(progress, i, now);
    uint64_t known = known_until(progress, ear, now);
    if (turned || known >= ear->again)
        review(progress, i, known, sink);
}

/* The window is full of what came in up to `now`. */
static void look(struct progress *progress, uint64_t now, const struct event_sink *sink)
{
    const struct tone_plan *plan = progress->plan;
    float heard = weigh(progress->samples, plan->weight, plan->window);
    progress->look++;
    for (int i = 0; i < plan->pitches; i++) {
        if (heard >= quiet_power)
            listen(progress, &progress->pitch[i], &plan->pitch[i]);
        else
            progress->pitch[i] = (struct pitch_ear){0};
    }
    for (int i = 0; i < plan->voices; i++)
        follow(progress, i, heard, now, sink);
}

static void begin_anew(struct progress *progress, uint64_t time, const struct event_sink *sink)
{
    struct cadence *cadence = &progress->cadence;
    for (int k = 0; k < progress->plan->cadences; k++)
        if (cadence->told >> k & 1)
            tell_end(progress, k, progress->next, sink);
    cadence_start(cadence, progress->plan);
    memset(progress->pitch, 0, sizeof progress->pitch);
    memset(progress->voice, 0, sizeof progress->voice);
    memset(progress->samples, 0, sizeof progress->samples);
    for (int i = 0; i < progress->plan->voices; i++) {
        progress->voice[i].begin = time;
        progress->voice[i].again = UINT64_MAX;
    }
    progress->next = time;
    progress->running = true;
}

struct progress *progress_new(struct tone_plan *plan)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL)
        return NULL;
    progress->plan = tone_plan_hold(plan);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (progress == NULL)
        return;
    tone_plan_drop(progress->plan);
    free(progress);
}

void progress_run(struct progress *progress, const int16_t *rx, int n, uint64_t time, const struct event_sink *sink)
{
    if (!progress->running || time != progress->next)
        begin_anew(progress, time, sink);
    int kept = progress->plan->window - PLAN_HOP;
    for (; n >= PLAN_HOP; n -= PLAN_HOP, rx += PLAN_HOP) {
        memmove(progress->samples, progress->samples + PLAN_HOP, (size_t)kept * sizeof(float));
        for (int i = 0; i < PLAN_HOP; i++)
            progress->samples[kept + i] = rx[i];
        progress->next += PLAN_HOP;
        look(progress, progress->next, sink);
    }
}
