/* Tones: see tone.h. Levels: 0 dBm0 is 3.14 dB below the full scale of A-law (ITU-T G.711, table 1a; O.133).
 *
 * A sine is begun from a table and carried on by a resonator, eight samples at a stride so that the compiler can do several at once:
 *
 *   samples 0 .. 15        table, linear interpolation             error < 1.2e-6 of the amplitude
 *   samples 16 .. 159      y[i] = 2 cos(8 w) y[i - 8] - y[i - 16]    an error grows at most with the number of strides, 20
 *
 * The phase itself is counted in whole numbers (2^32 a circle) and every frame begins again from it, so nothing drifts: a tone that
 * has sounded for a year is as pure as a new one, and its frequency is right to 1e-6 Hz.
 */
#include "tone.h"

#include <math.h>
#include <stdlib.h>

enum { STRIDE = 8, BEGIN = 2 * STRIDE, TABLE_BITS = 11, TABLE = 1 << TABLE_BITS, FRACTION_BITS = 32 - TABLE_BITS };

/* One sine: how far its phase goes in a sample, its amplitude, and 2 cos(8 w). */
struct voice {
    uint32_t step;
    float amplitude, coefficient;
};

/* A segment, ready to be rendered. */
struct part {
    int voices;                          /* 0: silence */
    struct voice voice[TONE_COMPONENTS];
    struct voice envelope;               /* step 0: not modulated */
    float envelope_mean;
    uint32_t samples;                    /* 0: for ever */
};

struct tone {
    uint32_t references;
    int count, loop_from;
    struct part parts[];
};

static float sine_table[TABLE + 1];

__attribute__((constructor)) static void make_table(void)
{
    for (int i = 0; i <= TABLE; i++)
        sine_table[i] = (float)sin(2 * M_PI * i / TABLE);
}

static struct voice make_voice(float hz, float amplitude)
{
    double turns = (double)hz / MEDIA_RATE; /* of the circle, a sample */
    return (struct voice){
        .step = (uint32_t)llround(turns * 4294967296.0),
        .amplitude = amplitude,
        .coefficient = (float)(2 * cos(2 * M_PI * STRIDE * turns)),
    };
}

/* Comparisons are so written that NaN fails them. */
static bool within(float value, float low, float high) { return value >= low && value <= high; }

/* False when a value is outside its range. */
static bool make_part(struct part *part, const struct tone_segment *segment)
{
    *part = (struct part){ .samples = segment->samples };
    for (int i = 0; i < TONE_COMPONENTS; i++) {
        if (segment->hz[i] == 0)
            continue;
        if (!within(segment->hz[i], 20, 3900) || !within(segment->dbm0[i], -70, 3))
            return false;
        float amplitude = 32768 * powf(10, (segment->dbm0[i] - 3.14f) / 20);
        part->voice[part->voices++] = make_voice(segment->hz[i], amplitude);
    }
    if (!within(segment->am_depth, 0, 1))
        return false;
    if (segment->am_hz == 0)
        return true;
    if (!within(segment->am_hz, 1, 200))
        return false;
    /* Modulation adds depth^2 / 2 to the power; taken off again, so that dbm0 is what a meter shows. */
    part->envelope_mean = 1 / sqrtf(1 + segment->am_depth * segment->am_depth / 2);
    part->envelope = make_voice(segment->am_hz, part->envelope_mean * segment->am_depth);
    return true;
}

struct tone *tone_new(const struct tone_segment *segments, int count, int loop_from)
{
    if (count < 1 || count > TONE_SEGMENTS_MAX || loop_from < -1 || loop_from >= count)
        return NULL;
    struct tone *tone = malloc(sizeof *tone + (size_t)count * sizeof tone->parts[0]);
    if (!tone)
        return NULL;
    *tone = (struct tone){ .references = 1, .count = count, .loop_from = loop_from };
    for (int i = 0; i < count; i++) {
        /* What sounds for ever is the last, and nothing comes back from it. */
        bool endless = segments[i].samples == 0;
        if (!make_part(&tone->parts[i], &segments[i]) || (endless && (i < count - 1 || loop_from >= 0))) {
            free(tone);
            return NULL;
        }
    }
    return tone;
}

struct tone *tone_hold(struct tone *tone)
{
    __atomic_add_fetch(&tone->references, 1, __ATOMIC_RELAXED);
    return tone;
}

void tone_drop(struct tone *tone)
{
    if (tone && __atomic_sub_fetch(&tone->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(tone);
}

void tone_start(struct tone_cursor *cursor, const struct tone *tone)
{
    *cursor = (struct tone_cursor){ .tone = tone, .left = tone->parts[0].samples };
}

/* Into the next segment. A frequency that was sounding goes on in its phase; another one takes over the phase of the sine in its
 * place, so that neither clicks; after silence all begin at zero. */
static void advance(struct tone_cursor *cursor)
{
    const struct tone *tone = cursor->tone;
    const struct part *old = &tone->parts[cursor->segment];
    cursor->segment++;
    if (cursor->segment == (uint32_t)tone->count) {
        if (tone->loop_from < 0)
            return;
        cursor->segment = (uint32_t)tone->loop_from;
    }
    const struct part *part = &tone->parts[cursor->segment];
    uint32_t phase[TONE_COMPONENTS] = { 0 };
    for (int i = 0; i < part->voices; i++) {
        if (i < old->voices)
            phase[i] = cursor->phase[i];
        for (int k = 0; k < old->voices; k++) {
            if (old->voice[k].step == part->voice[i].step)
                phase[i] = cursor->phase[k];
        }
    }
    for (int i = 0; i < TONE_COMPONENTS; i++)
        cursor->phase[i] = phase[i];
    if (old->envelope.step != part->envelope.step || old->voices == 0)
        cursor->am_phase = 0;
    cursor->left = part->samples;
}

/* n samples (at most MEDIA_FRAME_MAX) of one sine from a phase; returns the phase after them. */
static uint32_t render_voice(const struct voice *voice, uint32_t phase, float *out, int n)
{
    const float fraction = 1.0f / (1 << FRACTION_BITS);
    for (int i = 0; i < n && i < BEGIN; i++) {
        uint32_t at = phase + (uint32_t)i * voice->step;
        const float *entry = &sine_table[at >> FRACTION_BITS];
        float between = (float)(at & ((1 << FRACTION_BITS) - 1)) * fraction;
        out[i] = voice->amplitude * (entry[0] + between * (entry[1] - entry[0]));
    }
    const float coefficient = voice->coefficient;
    for (int i = BEGIN; i < n; i++)
        out[i] = coefficient * out[i - STRIDE] - out[i - 2 * STRIDE];
    return phase + (uint32_t)n * voice->step;
}

static void render_part(const struct part *part, struct tone_cursor *cursor, int16_t *out, int n)
{
    float sum[MEDIA_FRAME_MAX] = { 0 }, one[MEDIA_FRAME_MAX];
    for (int v = 0; v < part->voices; v++) {
        cursor->phase[v] = render_voice(&part->voice[v], cursor->phase[v], one, n);
        for (int i = 0; i < n; i++)
            sum[i] += one[i];
    }
    if (part->envelope.step) {
        cursor->am_phase = render_voice(&part->envelope, cursor->am_phase, one, n);
        for (int i = 0; i < n; i++)
            sum[i] *= part->envelope_mean + one[i];
    }
    for (int i = 0; i < n; i++) {
        float sample = sum[i];
        sample = sample > 32767 ? 32767 : sample;
        sample = sample < -32768 ? -32768 : sample;
        out[i] = (int16_t)((int)(sample + 32768.5f) - 32768); /* to the nearest: the cast alone goes towards zero */
    }
}

int tone_render(struct tone_cursor *cursor, int16_t *out, int n)
{
    int done = 0;
    while (done < n && cursor->segment < (uint32_t)cursor->tone->count) {
        const struct part *part = &cursor->tone->parts[cursor->segment];
        int chunk = n - done < MEDIA_FRAME_MAX ? n - done : MEDIA_FRAME_MAX;
        if (part->samples && (uint32_t)chunk > cursor->left)
            chunk = (int)cursor->left;
        if (part->voices) {
            render_part(part, cursor, out + done, chunk);
        } else {
            for (int i = 0; i < chunk; i++)
                out[done + i] = 0;
        }
        done += chunk;
        if (part->samples) {
            cursor->left -= (uint32_t)chunk;
            if (cursor->left == 0)
                advance(cursor);
        }
    }
    return done;
}

int tone_preview(const struct tone *tone, int16_t *out, int n)
{
    struct tone_cursor cursor;
    tone_start(&cursor, tone);
    return tone_render(&cursor, out, n);
}
