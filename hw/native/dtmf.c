/* DTMF receiver. ITU-T Q.23 (tones), Q.24 annex A (limits), A-law or µ-law behind it.
 *
 *   samples  |--80--|--80--|--80--|--80--|--80--|--80--|--80--|       a block is 10 ms
 *   digit            ##############################                  40 ms and more
 *   looks     \_____w_____/                                          a look: 20 ms under a Hann window, every 10 ms
 *                    \_____w_____/
 *                           \_____w_____/                            two whole looks agree: EVENT_DTMF_DOWN
 *                                  \_____w_____/
 *                                         ...  \_____w_____/
 *                                                     \_____w_____/  2.2 blocks are missing: EVENT_DTMF_UP
 *
 * Each look is the discrete Fourier transform at the eight frequencies, as sixteen dot products with tables of 16-bit integers: that is
 * what vector units do fastest, and it has phase. Nearly all looks at speech end at the first comparison of the eight powers. What
 * passes is judged by two looks in a row, 10 ms apart:
 *
 *   frequency   the turn of the phase between them tells it to 1 Hz; Q.24: ±1.5 % is a digit, ±3.5 % is none
 *   purity      nearly all power under the window is the two tones (corrected for their frequency); dial tone in 300 to 550 Hz excepted,
 *               unless the tones are its harmonics: then it is a voice
 *   steadiness  of level and twist
 *
 * A digit at the edge of these limits must show itself whole in three looks. spandsp's dtmf_rx is as good, at ten times the cost, and was
 * the measure in making this one (hw/bench/digits.py).
 *
 * Length: Hann windows at half their length add up to one, so the amplitudes of all looks at a tone, each divided by that of a whole
 * look, add up to its length in blocks, wherever it began between the blocks. Begin, end and drop-outs are all measured by that sum.
 *
 * Does not: caller ID by DTMF (hw/callerid.py makes it from the digits); remove the digit from the speech path.
 * Time: counted in blocks from the samples that came in; nothing else drives it.
 */
#include "dtmf.h"

#include <math.h>
#include <string.h>

#include "level.h"

/* Dial tones are counted on six neighbours of the window's own grid, 300 to 550 Hz. */
enum { TONES = 8, BELOW = 6, BELOW_HZ = 300, GRID_HZ = MEDIA_RATE / LOOK_WINDOW };

static const float hz[TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
static const char digits[4][4] = {
    {'1', '2', '3', 'A'},
    {'4', '5', '6', 'B'},
    {'7', '8', '9', 'C'},
    {'*', '0', '#', 'D'},
};

/* Limits. Powers as of one tone in a look; dB in power. */
static const float LEVEL_DBM0 = -43.5f;    /* of each tone: -42 dBm0 with the loss by 1.5 % of frequency */
static const float TWIST = 15.8f;          /* 12 dB: ±8 dB must pass, with noise and frequency on top */
static const float PEAK_LOW = 3.2f;        /* 5 dB over the others of its group: 770 Hz - 1.5 % is -9.7 dB at 697 Hz */
static const float PEAK_HIGH = 8.0f;       /* 9 dB; high tones lie farther apart */
static const float FREQUENCY = 0.021f;     /* of either tone: ±1.5 % must pass, ±3.5 % must not */
static const float FREQUENCIES = 0.037f;   /* of both together: speech and music are seldom near both */
static const float IMPURITY = 0.17f;       /* power beside the digit's, as a share of the digit's: 7.7 dB; 12 dB must pass */
static const float FREQUENCIES_SURE = 0.032f; /* the same two, for a digit that two looks are enough for */
static const float IMPURITY_SURE = 0.12f;
static const float HARMONIC = 4;           /* Hz: so near a voice's harmonics are its harmonics */
static const float VOICED = 0.05f;         /* power below, as a share of the digit's, that may be a voice's */
static const float STEADY = 1.75f;         /* 2.4 dB: power of a tone, and the twist, between two whole looks */
static const float LENGTH_MIN = 2.4f;      /* blocks: 40 ms must pass, 20 ms must not */
static const float GAP_MAX = 2.2f;         /* blocks: 10 ms must not part a digit, 40 ms must part two */
static const float HALF = 0.5f;            /* amplitude of a look that begins 10 ms before the digit: the one before cannot have any of it */
static const float WHOLE = 0.8f;           /* amplitude of a look that is all digit, against the reference */

/* Rows: cosine of the frequencies, then sine. */
static int16_t tables[2 * TONES][LOOK_WINDOW] __attribute__((aligned(64)));
static int16_t below_tables[2 * BELOW][LOOK_WINDOW] __attribute__((aligned(64)));
static float advance[TONES];  /* turns of phase in a block, less the whole ones */
static float level_min;       /* square of the projection of a tone at LEVEL_DBM0 */
static float quiet_power;     /* mean square below which a block cannot hold a digit */

__attribute__((constructor)) static void make_tables(void)
{
    for (int k = 0; k < TONES; k++) {
        look_rows(tables[k], tables[TONES + k], (double)hz[k]);
        double turns = (double)hz[k] * LOOK_BLOCK / MEDIA_RATE;
        advance[k] = (float)(turns - floor(turns));
    }
    for (int k = 0; k < BELOW; k++)
        look_rows(below_tables[k], below_tables[BELOW + k], BELOW_HZ + k * GRID_HZ);
    level_min = level_power(LEVEL_DBM0) / LOOK_TONE_POWER;
    quiet_power = level_power(LEVEL_DBM0) / 2;
}

void dtmf_start(struct dtmf *dtmf)
{
    memset(dtmf, 0, sizeof *dtmf);
    for (int i = 0; i < DTMF_LOOKS; i++)
        dtmf->looks[i].low = -1;
    dtmf->quiet = true;
    dtmf->blanks = DTMF_LOOKS;
}

/* Fills in what the window shows, as far as it is worth while. */
static void look_at(struct dtmf_look *look, const int16_t *window)
{
    int32_t x[2 * TONES];
    look_project(tables, 2 * TONES, window, x);
    float power[TONES];
    for (int k = 0; k < TONES; k++) {
        look->re[k] = x[k];
        look->im[k] = x[TONES + k];
        power[k] = (float)x[k] * (float)x[k] + (float)x[TONES + k] * (float)x[TONES + k];
    }
    look->low = -1;
    int low = 0, high = 4;
    for (int k = 1; k < 4; k++) {
        low = power[k] > power[low] ? k : low;
        high = power[4 + k] > power[high] ? 4 + k : high;
    }
    if (power[low] < level_min || power[high] < level_min || power[low] > power[high] * TWIST || power[high] > power[low] * TWIST)
        return;
    for (int k = 0; k < 4; k++)
        if ((k != low && power[k] * PEAK_LOW > power[low]) || (4 + k != high && power[4 + k] * PEAK_HIGH > power[high]))
            return;
    look->power = look_power(window);
    int32_t y[2 * BELOW];
    look_project(below_tables, 2 * BELOW, window, y);
    memcpy(look->below_re, y, sizeof look->below_re);
    memcpy(look->below_im, y + BELOW, sizeof look->below_im);
    look->low = (int8_t)low;
    look->high = (int8_t)(high - 4);
}

enum agreement { DIFFERENT = 0, LIKELY = 1, SURE = 2 };

static float power_of(const struct dtmf_look *look, int k)
{
    return (float)look->re[k] * (float)look->re[k] + (float)look->im[k] * (float)look->im[k];
}

static float amplitude_of(const struct dtmf_look *look, int k)
{
    return sqrtf(power_of(look, k));
}

/* How far a tone is from its row, Hz, -50 to +50, from the turn of its projection between two looks, less `advance`, the row's own. */
static float offset(int32_t re_a, int32_t im_a, int32_t re_b, int32_t im_b, float expected)
{
    float re = (float)re_b * (float)re_a + (float)im_b * (float)im_a;
    float im = (float)im_b * (float)re_a - (float)re_b * (float)im_a;
    float turns = atan2f(im, re) * (float)(0.5 / M_PI) - expected;
    turns -= rintf(turns);
    return turns * ((float)MEDIA_RATE / LOOK_BLOCK);
}

static float tone_offset(const struct dtmf_look *a, const struct dtmf_look *b, int k)
{
    return offset(a->re[k], a->im[k], b->re[k], b->im[k], advance[k]);
}

static float below_power(const struct dtmf_look *look, int k)
{
    return (float)look->below_re[k] * (float)look->below_re[k] + (float)look->below_im[k] * (float)look->below_im[k];
}

/* Mean square of what lies below. On the grid powers add up (Parseval), but each tone counts in its neighbours too: 1 + 1/4 + 1/4. */
static float below(const struct dtmf_look *look)
{
    float sum = 0;
    for (int k = 0; k < BELOW; k++)
        sum += below_power(look, k);
    return sum * (LOOK_TONE_POWER / 1.5f);
}

/* Is the strongest below, or half of it, the fundamental of which both tones are harmonics? Then it is a voice, not a dial tone: no dial tone
 * is in such a place to two tones of a digit, but for tones 0.5 to 1 % off. */
static bool voiced(const struct dtmf_look *a, const struct dtmf_look *b, float low_hz, float high_hz)
{
    int strongest = 0;
    for (int k = 1; k < BELOW; k++)
        if (below_power(b, k) > below_power(b, strongest))
            strongest = k;
    float expected = 0.5f * (float)(strongest & 1);
    float half = 0.5f * (BELOW_HZ + strongest * GRID_HZ +
                         offset(a->below_re[strongest], a->below_im[strongest], b->below_re[strongest], b->below_im[strongest], expected));
    return fabsf(low_hz - half * rintf(low_hz / half)) < HARMONIC && fabsf(high_hz - half * rintf(high_hz / half)) < HARMONIC;
}

static bool steady(float a, float b)
{
    return a < b * STEADY && b < a * STEADY;
}

/* How well two looks in a row show the same digit, whole in both. */
static enum agreement agree(const struct dtmf_look *a, const struct dtmf_look *b)
{
    if (b->low < 0 || a->low != b->low || a->high != b->high)
        return DIFFERENT;
    int low = b->low, high = 4 + b->high;
    float low_off = tone_offset(a, b, low), high_off = tone_offset(a, b, high);
    float low_error = fabsf(low_off) / hz[low], high_error = fabsf(high_off) / hz[high];
    if (low_error > FREQUENCY || high_error > FREQUENCY || low_error + high_error > FREQUENCIES)
        return DIFFERENT;
    float low_power[2] = {power_of(a, low), power_of(b, low)}, high_power[2] = {power_of(a, high), power_of(b, high)};
    if (!steady(low_power[0], low_power[1]) || !steady(high_power[0], high_power[1]) ||
        !steady(low_power[0] * high_power[1], low_power[1] * high_power[0]))
        return DIFFERENT;
    bool sure = low_error + high_error < FREQUENCIES_SURE;
    for (int i = 0; i < 2; i++) {
        const struct dtmf_look *look = i ? b : a;
        float digit = (low_power[i] / look_lobe(low_off) + high_power[i] / look_lobe(high_off)) * LOOK_TONE_POWER;
        float under = below(look), beside = look->power - digit - under;
        if (beside > IMPURITY * digit)
            return DIFFERENT;
        if (under > VOICED * digit && voiced(a, b, hz[low] + low_off, hz[high] + high_off))
            return DIFFERENT;
        sure = sure && beside < IMPURITY_SURE * digit;
    }
    return sure ? SURE : LIKELY;
}

/* Share of a whole look that this one holds of the digit whose tones have these amplitudes. */
static float share(const struct dtmf_look *look, int low, int high, const float reference[2])
{
    float a = amplitude_of(look, low) / reference[0], b = amplitude_of(look, 4 + high) / reference[1];
    float least = a < b ? a : b;
    return least < 1 ? least : 1;
}

static void digit_up(struct dtmf *dtmf, const struct event_sink *sink)
{
    uint64_t length = (uint64_t)lrintf(dtmf->length * LOOK_BLOCK);
    sink->emit(sink->plane, sink->port, dtmf->begin + length, EVENT_DTMF_UP, (uint16_t)digits[dtmf->low][dtmf->high],
               (int32_t)length, 0, 0, NULL, 0);
    dtmf->down = false;
}

/* The look `ago` blocks before the newest. */
static const struct dtmf_look *look_back(const struct dtmf *dtmf, unsigned ago)
{
    return &dtmf->looks[(dtmf->now + DTMF_LOOKS - ago) % DTMF_LOOKS];
}

/* The digit that is down: is it still there? */
static void follow(struct dtmf *dtmf, const struct dtmf_look *look, const struct event_sink *sink)
{
    float part = share(look, dtmf->low, dtmf->high, dtmf->reference);
    bool same = look->agreed && look->low == dtmf->low && look->high == dtmf->high;
    if (same || part >= WHOLE) {
        /* Whole again: a drop-out on the way belongs to the digit. */
        dtmf->length += dtmf->gap + 1;
        dtmf->gap = 0;
        if (same) {
            dtmf->reference[0] += (amplitude_of(look, dtmf->low) - dtmf->reference[0]) / 2;
            dtmf->reference[1] += (amplitude_of(look, 4 + dtmf->high) - dtmf->reference[1]) / 2;
        }
        return;
    }
    dtmf->length += part;
    dtmf->gap += 1 - part;
    if (dtmf->gap >= GAP_MAX)
        digit_up(dtmf, sink);
}

/* A digit that is not down yet shows in the two newest looks, whole: has it lasted long enough? `end`: sample after the newest look. */
static void rise(struct dtmf *dtmf, const struct dtmf_look *look, uint64_t end, const struct event_sink *sink)
{
    int low = look->low, high = look->high;
    const struct dtmf_look *before = look_back(dtmf, 1);
    float reference[2] = {
        (amplitude_of(before, low) + amplitude_of(look, low)) / 2,
        (amplitude_of(before, 4 + high) + amplitude_of(look, 4 + high)) / 2,
    };
    float length = 2, part = 1;
    for (unsigned ago = 2; ago < DTMF_LOOKS && part > HALF; ago++) {
        part = share(look_back(dtmf, ago), low, high, reference);
        length += part;
    }
    if (length < LENGTH_MIN)
        return;
    if (dtmf->down)
        digit_up(dtmf, sink);
    dtmf->down = true;
    dtmf->low = (int8_t)low;
    dtmf->high = (int8_t)high;
    dtmf->reference[0] = reference[0];
    dtmf->reference[1] = reference[1];
    dtmf->length = length;
    dtmf->gap = 0;
    /* The sum of all looks up to a whole one reaches to the middle of its falling half. */
    uint64_t back = (uint64_t)lrintf(length * LOOK_BLOCK + (LOOK_WINDOW - 1.5f * LOOK_BLOCK));
    dtmf->begin = end > back ? end - back : 0;
    sink->emit(sink->plane, sink->port, dtmf->begin, EVENT_DTMF_DOWN, (uint16_t)digits[low][high], 0, 0, 0, NULL, 0);
}

void dtmf_hear(struct dtmf *dtmf, const int16_t *window, float power, uint64_t time, const struct event_sink *sink)
{
    bool quiet = power < quiet_power, blank = quiet && dtmf->quiet;
    dtmf->quiet = quiet;
    if (blank && dtmf->blanks >= DTMF_LOOKS)
        return;
    dtmf->now = (dtmf->now + 1) % DTMF_LOOKS;
    struct dtmf_look *look = &dtmf->looks[dtmf->now];
    if (blank) {
        memset(look, 0, sizeof *look);
        look->low = -1;
        dtmf->blanks++;
    } else {
        look_at(look, window);
        dtmf->blanks = 0;
    }
    const struct dtmf_look *before = look_back(dtmf, 1);
    look->agreed = look->low >= 0 ? agree(before, look) : DIFFERENT;
    if (dtmf->down)
        follow(dtmf, look, sink);
    bool known = dtmf->down && look->low == dtmf->low && look->high == dtmf->high;
    if (!known && (look->agreed == SURE || (look->agreed == LIKELY && before->agreed)))
        rise(dtmf, look, time + LOOK_BLOCK, sink);
}

void dtmf_end(struct dtmf *dtmf, const struct event_sink *sink)
{
    if (dtmf->down)
        digit_up(dtmf, sink);
    dtmf_start(dtmf);
}
