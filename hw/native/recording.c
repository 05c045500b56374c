/* The ring of a recording: one thread puts (media), one takes (the recorder's). Bytes are ITU-T G.711 all the way: two directions are only
 * interleaved; one channel is their sum.
 *
 *   ring        |.....tail ======================= head .........|      positions count bytes since the start and never wrap
 *                      └ taken, written to the file └ put every frame
 *
 * A gap: when the ring is full the newest bytes are only counted. When there is room again the media thread notes "so many bytes are
 * missing before this position", and the recorder's thread writes that much silence there; so a long gap costs the media thread nothing.
 * One note is enough: the ring must have been emptied, and the note with it, before it can overflow once more. Should a note still lie
 * there, the gap just lasts longer.
 */
#include "recording.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "g711.h"

enum { MASK_PERIOD = 16 };  /* samples: 500 Hz */

/* 500 Hz stands in none of the tone plans, so nobody takes a masked stretch for a dial or busy tone; -30 dBm0 is some 10 dB under
 * speech: it is heard as left out on purpose, and does not hurt. Full scale is +3.14 dBm0. */
static const double MASK_DBM0 = -30.0, FULL_SCALE_DBM0 = 3.14;
static uint8_t mask_tone[2][MASK_PERIOD + MEDIA_FRAME_MAX];

static void make_mask_tone(void)
{
    double peak = INT16_MAX * pow(10.0, (MASK_DBM0 - FULL_SCALE_DBM0) / 20.0);
    int16_t wave[MASK_PERIOD + MEDIA_FRAME_MAX];
    for (int i = 0; i < MASK_PERIOD + MEDIA_FRAME_MAX; i++)
        wave[i] = (int16_t)lrint(peak * sin(2.0 * M_PI * i / MASK_PERIOD));
    for (int law = LAW_A; law <= LAW_MU; law++)
        g711_encode((enum media_law)law, wave, mask_tone[law], MASK_PERIOD + MEDIA_FRAME_MAX);
}

struct recording *recording_new(const char *path, enum recording_layout layout, enum media_law law)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_mask_tone);
    struct recording *r = aligned_alloc(CACHE_LINE, sizeof *r);
    if (!r)
        return NULL;
    memset(r, 0, sizeof *r);
    r->channels = (uint32_t)layout;
    r->law = law;
    r->wave = (struct wave){.fd = -1, .law = law, .channels = r->channels};
    r->ring_bytes = RING_FRAMES * r->channels;
    r->ring = aligned_alloc(CACHE_LINE, r->ring_bytes);
    r->path = strdup(path);
    if (!r->ring || !r->path) {
        recording_free(r);
        return NULL;
    }
    memset(r->ring, 0, r->ring_bytes);  /* touched here, so that the media thread meets no page fault */
    return r;
}

void recording_free(struct recording *r)
{
    free(r->ring);
    free(r->path);
    free(r);
}

static void interleave(uint8_t *restrict out, const uint8_t *restrict left, const uint8_t *restrict right, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        out[2 * i] = left[i];
        out[2 * i + 1] = right[i];
    }
}

/* A-law has no zero: its idle byte stands for +8. Taken off the sum, so that speech next to an idle side comes through unchanged. */
static void mix(enum media_law law, uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, uint32_t frames)
{
    const int16_t *linear = g711_linear[law];
    int idle = linear[g711_silence(law)];
    int16_t sum[MEDIA_FRAME_MAX];
    for (uint32_t i = 0; i < frames; i++) {
        int both = linear[a[i]] + linear[b[i]] - idle;
        sum[i] = (int16_t)(both > INT16_MAX ? INT16_MAX : both < INT16_MIN ? INT16_MIN : both);
    }
    g711_encode(law, sum, out, (int)frames);
}

/* frames that do not wrap. */
static void put(const struct recording *r, uint8_t *out, const uint8_t *said, const uint8_t *told, uint32_t frames)
{
    if (r->channels == RECORDING_STEREO)
        interleave(out, said, told, frames);
    else if (r->state == RECORDING_MASKED)
        memcpy(out, said, frames);
    else
        mix(r->law, out, said, told, frames);
}

/* Is there room for so many bytes, and for the note of what is missing before them? */
static bool admit(struct recording *r, uint64_t head, uint32_t bytes)
{
    if (r->ring_bytes - (head - r->tail_seen) < bytes) {
        r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
        if (r->ring_bytes - (head - r->tail_seen) < bytes)
            return false;
    }
    if (r->owed > 0) {
        if (atomic_load_explicit(&r->gap, memory_order_acquire) > 0)
            return false;
        r->gap_at = head;
        atomic_store_explicit(&r->gap, r->owed, memory_order_release);
        r->owed = 0;
    }
    return true;
}

static void owe(struct recording *r, uint64_t bytes)
{
    r->owed += bytes;
    atomic_store_explicit(&r->lost, atomic_load_explicit(&r->lost, memory_order_relaxed) + bytes, memory_order_relaxed);
}

int recording_write(struct recording *r, const uint8_t *said, const uint8_t *told, int n)
{
    int error = atomic_load_explicit(&r->error, memory_order_relaxed);
    if (error != 0 || n <= 0 || r->state == RECORDING_PAUSED)
        return error;
    uint32_t frames = n < MEDIA_FRAME_MAX ? (uint32_t)n : MEDIA_FRAME_MAX, bytes = frames * r->channels;
    r->samples += frames;
    if (r->state == RECORDING_MASKED) {
        said = told = mask_tone[r->law] + r->mask_phase;
        r->mask_phase = (r->mask_phase + frames) % MASK_PERIOD;
    }
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    if (!admit(r, head, bytes)) {
        owe(r, bytes);
        return 0;
    }
    uint32_t at = (uint32_t)(head & (r->ring_bytes - 1)), before_wrap = (r->ring_bytes - at) / r->channels;
    if (frames <= before_wrap) {
        put(r, r->ring + at, said, told, frames);
    } else {
        put(r, r->ring + at, said, told, before_wrap);
        put(r, r->ring, said + before_wrap, told + before_wrap, frames - before_wrap);
    }
    atomic_store_explicit(&r->head, head + bytes, memory_order_release);
    return 0;
}

void recording_miss(struct recording *r, uint32_t n)
{
    if (r->state == RECORDING_PAUSED)
        return;
    r->samples += n;
    owe(r, (uint64_t)n * r->channels);
}

void recording_set_state(struct recording *r, enum recording_state state)
{
    r->state = state;
}

void recording_end(struct recording *r)
{
    atomic_store_explicit(&r->ended, true, memory_order_release);
}

uint32_t recording_ms(const struct recording *r)
{
    return (uint32_t)(r->samples / (MEDIA_RATE / 1000));
}

static int append_ring(struct recording *r, uint64_t from, uint64_t to)
{
    uint32_t at = (uint32_t)(from & (r->ring_bytes - 1)), length = (uint32_t)(to - from), before_wrap = r->ring_bytes - at;
    if (length == 0)
        return 0;
    struct iovec part[2] = {{r->ring + at, length < before_wrap ? length : before_wrap}, {r->ring, 0}};
    part[1].iov_len = length - part[0].iov_len;
    return wave_append(&r->wave, part, part[1].iov_len > 0 ? 2 : 1);
}

int recording_take(struct recording *r, bool last)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
    uint64_t gap = atomic_load_explicit(&r->gap, memory_order_acquire);
    int error = 0;
    if (gap > 0 && r->gap_at <= head) {
        error = append_ring(r, tail, r->gap_at);
        if (error == 0)
            error = wave_append_silence(&r->wave, gap);
        tail = r->gap_at;
        atomic_store_explicit(&r->gap, 0, memory_order_release);
    }
    if (error == 0)
        error = append_ring(r, tail, head);
    if (error == 0 && last)
        error = wave_append_silence(&r->wave, r->owed);
    atomic_store_explicit(&r->tail, head, memory_order_release);
    return error;
}

int recording_test_write(struct recording *r, const uint8_t *said, const uint8_t *told, int n)
{
    int error = 0;
    for (int at = 0; at < n && error == 0; at += MEDIA_FRAME_MAX)
        error = recording_write(r, said + at, told + at, n - at < MEDIA_FRAME_MAX ? n - at : MEDIA_FRAME_MAX);
    return error;
}

void recording_test_state(struct recording *r, enum recording_state state)
{
    recording_set_state(r, state);
}

void recording_test_end(struct recording *r)
{
    recording_end(r);
}
