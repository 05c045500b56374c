#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "g711.h"

enum {
    HISTORY = 4096, /* samples an end remembers of what it sent, for its echo: more than the longest delay and two frames */
    BEHIND_FRAMES_MAX = 10,
};
_Static_assert(HISTORY >= WIRE_ECHO_SAMPLES_MAX + WIRE_ECHO_TAPS + 2 * MEDIA_FRAME_MAX, "an echo must not be overwritten before it is heard");

/* One direction. `frame` and what follows it are the media thread's. */
struct way {
    enum media_law law;
    _Atomic bool worn;             /* an analog condition is set: speech does not pass as it is */
    _Atomic bool spoilt;           /* a digital one: octets do not */
    _Atomic float gain, noise_rms, echo_gain;
    _Atomic float echo_shape[WIRE_ECHO_TAPS];
    _Atomic uint32_t echo_delay;
    _Atomic float octet_errors;    /* share of the octets in which an error begins */
    _Atomic uint32_t error_octets, slip_samples;
    _Atomic int fault;
    int16_t *_Atomic history;      /* what the hearing end sent; made with the first echo, kept from then on */
    const struct way *back;        /* the other direction of the wire */

    uint8_t frame[MEDIA_FRAME_MAX];
    uint64_t written;              /* the tick that wrote `frame` */
    uint64_t dice;
    uint32_t spoiling;             /* octets that the error under way spoils yet */
    uint8_t last;                  /* the octet before those that are delivered now */
};

struct wire_end {
    struct wire_end *next;         /* of its card, to be freed */
    struct way *in, *out;          /* NULL: a source */
    const struct wire_loop *loop;
    uint32_t offset;
    _Atomic bool gone;
    const struct slot *joined;     /* media thread: whose rx goes out instead of tx */
};

struct wire {
    struct wire *next;
    struct sim_card *card;
    struct way ways[2];            /* [side]: what comes out there */
    struct wire_end *ends[2];      /* control side */
};

struct wire_loop {
    struct wire_loop *next;
    uint32_t count;
    uint8_t bytes[];
};

struct sim_card {
    struct card card;
    uint64_t seed;
    uint32_t wires_made;
    struct wire *wires;
    struct wire_end *ends;
    struct wire_loop *loops;
    int64_t due;                   /* media thread: ns of CLOCK_MONOTONIC, 0: not begun */
};

/* ---- chance ---- */

/* Vigna's splitmix64: passes BigCrush, one word of state, any seed is good. */
static uint64_t roll(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Close to a normal distribution, rms 1: the sum of four even ones (variance (2^16)²/12 each). Peaks end at 3.46. */
static float gauss(uint64_t *state)
{
    uint64_t r = roll(state);
    int32_t sum = (int32_t)(r & 0xffff) + (int32_t)(r >> 16 & 0xffff) + (int32_t)(r >> 32 & 0xffff) + (int32_t)(r >> 48);
    return ((float)sum - 131070.0f) / 37837.2f;
}

/* ---- what passes ---- */

/* What a noisy or imperfect pair of wires makes of speech. */
static void pass_analog(struct way *way, const uint8_t *sent, uint8_t *out, int frame, uint64_t time)
{
    float gain = atomic_load_explicit(&way->gain, memory_order_relaxed);
    float noise = atomic_load_explicit(&way->noise_rms, memory_order_relaxed);
    float echo = atomic_load_explicit(&way->echo_gain, memory_order_relaxed);
    float shape[WIRE_ECHO_TAPS];
    for (int tap = 0; tap < WIRE_ECHO_TAPS; tap++)
        shape[tap] = echo * atomic_load_explicit(&way->echo_shape[tap], memory_order_relaxed);
    uint64_t back = (uint64_t)frame + atomic_load_explicit(&way->echo_delay, memory_order_relaxed);
    const int16_t *history = atomic_load_explicit(&way->history, memory_order_acquire);
    int16_t samples[MEDIA_FRAME_MAX];
    for (int i = 0; i < frame; i++) {
        float sum = sent ? gain * (float)g711_linear[way->law][sent[i]] : 0.0f;
        if (noise > 0)
            sum += noise * gauss(&way->dice);
        if (echo > 0 && history)
            for (int tap = 0; tap < WIRE_ECHO_TAPS; tap++)
                sum += shape[tap] * (float)history[(time + (uint64_t)(i - tap) - back) % HISTORY];
        samples[i] = (int16_t)(sum > 32767.0f ? 32767.0f : sum < -32768.0f ? -32768.0f : rintf(sum));
    }
    g711_encode(way->law, samples, out, frame);
}

/* What a bad trunk makes of octets: every other stretch of slip_samples comes one octet late, and errors begin by chance. */
static void pass_digital(struct way *way, uint8_t *out, int frame, uint64_t time)
{
    uint32_t slip = atomic_load_explicit(&way->slip_samples, memory_order_relaxed);
    uint8_t last = out[frame - 1];
    if (slip && time / slip % 2) {
        memmove(out + 1, out, (size_t)frame - 1);
        out[0] = way->last;
    }
    way->last = last;
    double errors = atomic_load_explicit(&way->octet_errors, memory_order_relaxed);
    if (errors <= 0)
        return;
    for (int i = 0; i < frame; i++) {
        uint64_t r = roll(&way->dice);
        if (way->spoiling > 0) {
            way->spoiling--;
            out[i] ^= (uint8_t)(r & 0xff);
        } else if ((double)(r >> 11) * 0x1p-53 < errors) {
            uint32_t octets = atomic_load_explicit(&way->error_octets, memory_order_relaxed);
            way->spoiling = octets > 1 ? octets - 1 : 0;
            out[i] ^= (uint8_t)(1u << (r & 7));
        }
    }
}

static void deliver(struct way *way, uint8_t *out, int frame, uint64_t time)
{
    enum wire_fault fault = (enum wire_fault)atomic_load_explicit(&way->fault, memory_order_relaxed);
    if (fault == WIRE_SILENT || fault == WIRE_ALL_ONES) {
        memset(out, fault == WIRE_ALL_ONES ? 0xff : g711_silence(way->law), (size_t)frame);
        return;
    }
    const struct way *from = fault == WIRE_LOOPED ? way->back : way;
    bool fresh = from->written + (uint64_t)frame == time; /* else the sending end is at rest */
    if (fresh)
        memcpy(out, from->frame, (size_t)frame);
    else
        memset(out, g711_silence(way->law), (size_t)frame);
    if (atomic_load_explicit(&way->worn, memory_order_acquire))
        pass_analog(way, fresh ? from->frame : NULL, out, frame, time);
    if (atomic_load_explicit(&way->spoilt, memory_order_acquire))
        pass_digital(way, out, frame, time);
}

static void remember(struct way *way, const uint8_t *sent, int frame, uint64_t time)
{
    int16_t *history = atomic_load_explicit(&way->history, memory_order_acquire);
    if (history)
        for (int i = 0; i < frame; i++)
            history[(time + (uint64_t)i) % HISTORY] = g711_linear[way->law][sent[i]];
}

static void deliver_loop(const struct wire_end *end, uint8_t *out, int frame, uint64_t time)
{
    const struct wire_loop *loop = end->loop;
    uint32_t at = (uint32_t)((time + end->offset) % loop->count);
    for (int done = 0; done < frame; at = 0) {
        uint32_t run = loop->count - at;
        if (run > (uint32_t)(frame - done))
            run = (uint32_t)(frame - done);
        memcpy(out + done, loop->bytes + at, run);
        done += (int)run;
    }
}

/* ---- the operations of card.h ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Frame periods follow each other exactly; only after a long stall is the beat begun anew, as a real card's buffers would have run over. */
static int sim_wait(struct card *card, int frame)
{
    struct sim_card *sim = (struct sim_card *)card;
    int64_t period = (int64_t)frame * (1000000000 / MEDIA_RATE), now = monotonic_ns();
    if (sim->due == 0 || now - sim->due > BEHIND_FRAMES_MAX * period)
        sim->due = now;
    sim->due += period;
    struct timespec until = { sim->due / 1000000000, sim->due % 1000000000 };
    int error;
    while ((error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)) == EINTR)
        ;
    return error;
}

static void sim_read(struct card *card, struct slot **slots, int count, int frame, uint64_t time)
{
    (void)card;
    for (int i = 0; i < count; i++) {
        struct slot *slot = slots[i];
        const struct wire_end *end = slot->channel;
        slot->gone = atomic_load_explicit(&end->gone, memory_order_relaxed);
        if (!slot->active)
            continue;
        slot->idle = false;
        if (slot->gone)
            memset(slot->rx, g711_silence(slot->law), (size_t)frame);
        else if (end->loop)
            deliver_loop(end, slot->rx, frame, time);
        else
            deliver(end->in, slot->rx, frame, time);
    }
}

static void sim_write(struct card *card, struct slot **slots, int count, int frame, uint64_t time)
{
    (void)card;
    for (int i = 0; i < count; i++) {
        struct slot *slot = slots[i];
        const struct wire_end *end = slot->channel;
        if (!slot->active || slot->gone || end->loop)
            continue;
        const uint8_t *sent = slot->joined && end->joined ? end->joined->rx : slot->tx;
        memcpy(end->out->frame, sent, (size_t)frame);
        end->out->written = time;
        remember(end->in, sent, frame, time);
    }
}

static int sim_activate(struct card *card, struct slot *slot, int frame)
{
    (void)card;
    (void)frame;
    struct wire_end *end = slot->channel;
    int16_t *history = end->in ? atomic_load_explicit(&end->in->history, memory_order_acquire) : NULL;
    if (history)
        memset(history, 0, HISTORY * sizeof *history); /* no echo of an earlier call */
    return 0;
}

static void sim_deactivate(struct card *card, struct slot *slot)
{
    (void)card;
    (void)slot;
}

static int sim_join(struct card *card, struct slot *a, struct slot *b)
{
    (void)card;
    struct wire_end *one = a->channel, *other = b->channel;
    if (a->law != b->law || a->gone || b->gone)
        return EINVAL;
    one->joined = b;
    other->joined = a;
    return 0;
}

static void sim_part(struct card *card, struct slot *a, struct slot *b)
{
    (void)card;
    ((struct wire_end *)a->channel)->joined = NULL;
    ((struct wire_end *)b->channel)->joined = NULL;
}

static const struct card_ops operations = {
    .name = "simulated",
    .wait = sim_wait,
    .read = sim_read,
    .write = sim_write,
    .activate = sim_activate,
    .deactivate = sim_deactivate,
    .join = sim_join,
    .part = sim_part,
};

/* ---- making and changing ---- */

struct card *sim_card_new(uint32_t seed)
{
    struct sim_card *sim = calloc(1, sizeof *sim);
    if (!sim)
        return NULL;
    sim->card.ops = &operations;
    sim->seed = seed;
    return &sim->card;
}

void sim_card_free(struct card *card)
{
    struct sim_card *sim = (struct sim_card *)card;
    if (!sim)
        return;
    for (struct wire *wire = sim->wires, *next; wire; wire = next) {
        next = wire->next;
        free(atomic_load(&wire->ways[WIRE_NEAR].history));
        free(atomic_load(&wire->ways[WIRE_FAR].history));
        free(wire);
    }
    for (struct wire_end *end = sim->ends, *next; end; end = next) {
        next = end->next;
        free(end);
    }
    for (struct wire_loop *loop = sim->loops, *next; loop; loop = next) {
        next = loop->next;
        free(loop);
    }
    free(sim);
}

static struct wire_end *end_new(struct sim_card *sim)
{
    struct wire_end *end = calloc(1, sizeof *end);
    if (end) {
        end->next = sim->ends;
        sim->ends = end;
    }
    return end;
}

static struct wire_end *wire_end_new(struct wire *wire, enum wire_side side)
{
    struct wire_end *end = end_new(wire->card);
    if (end) {
        end->in = &wire->ways[side];
        end->out = &wire->ways[!side];
    }
    return end;
}

struct wire *sim_wire_new(struct card *card, enum media_law law)
{
    struct sim_card *sim = (struct sim_card *)card;
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        return NULL;
    wire->card = sim;
    uint64_t dice = sim->seed << 32 | sim->wires_made;
    for (int side = 0; side < 2; side++) {
        struct way *way = &wire->ways[side];
        way->law = law;
        way->written = UINT64_MAX / 2; /* never: no tick follows it */
        way->dice = roll(&dice);
        way->back = &wire->ways[!side];
        way->last = g711_silence(law);
        atomic_init(&way->gain, 1.0f);
        wire->ends[side] = wire_end_new(wire, (enum wire_side)side);
        if (!wire->ends[side]) {
            free(wire); /* an end that was made is the card's */
            return NULL;
        }
    }
    wire->next = sim->wires;
    sim->wires = wire;
    sim->wires_made++;
    return wire;
}

void *sim_wire_end(struct wire *wire, enum wire_side side) { return wire->ends[side]; }

bool sim_wire_remove(struct wire *wire, enum wire_side side)
{
    struct wire_end *fresh = wire_end_new(wire, side);
    if (!fresh)
        return false;
    atomic_store_explicit(&wire->ends[side]->gone, true, memory_order_relaxed);
    wire->ends[side] = fresh;
    return true;
}

static bool within(float value, float low, float high) { return value >= low && value <= high; }

bool sim_wire_condition(struct wire *wire, enum wire_side side, const struct wire_condition *condition)
{
    struct way *way = &wire->ways[side];
    bool noisy = !(condition->noise_dbm0 < -90.0f), echoes = !(condition->echo_return_loss_db > 60.0f);
    if (!within(condition->loss_db, 0, 60) || (noisy && !within(condition->noise_dbm0, -90, -10)) ||
        (echoes && !within(condition->echo_return_loss_db, 0, 60)) || condition->echo_delay_samples > WIRE_ECHO_SAMPLES_MAX ||
        !within(condition->bit_errors, 0, 0.5f))
        return false;
    if (echoes && !atomic_load(&way->history)) {
        int16_t *history = calloc(HISTORY, sizeof *history);
        if (!history)
            return false;
        atomic_store_explicit(&way->history, history, memory_order_release);
    }
    atomic_store_explicit(&way->gain, powf(10, -condition->loss_db / 20), memory_order_relaxed);
    /* Full scale is a sine of +3.14 dBm0; its rms is 32768/√2 (G.711). */
    atomic_store_explicit(&way->noise_rms, noisy ? 32768 / sqrtf(2) * powf(10, (condition->noise_dbm0 - 3.14f) / 20) : 0,
                          memory_order_relaxed);
    atomic_store_explicit(&way->echo_gain, echoes ? powf(10, -condition->echo_return_loss_db / 20) : 0, memory_order_relaxed);
    atomic_store_explicit(&way->echo_delay, condition->echo_delay_samples, memory_order_relaxed);
    for (int tap = 0; tap < WIRE_ECHO_TAPS; tap++)
        atomic_store_explicit(&way->echo_shape[tap], condition->echo_shape[tap], memory_order_relaxed);
    atomic_store_explicit(&way->octet_errors, condition->bit_errors * 8, memory_order_relaxed);
    atomic_store_explicit(&way->error_octets, condition->error_octets, memory_order_relaxed);
    atomic_store_explicit(&way->slip_samples, condition->slip_samples, memory_order_relaxed);
    atomic_store_explicit(&way->worn, condition->loss_db > 0 || noisy || echoes, memory_order_release);
    atomic_store_explicit(&way->spoilt, condition->bit_errors > 0 || condition->slip_samples > 0, memory_order_release);
    return true;
}

void sim_wire_fault(struct wire *wire, enum wire_side side, enum wire_fault fault)
{
    atomic_store_explicit(&wire->ways[side].fault, fault, memory_order_relaxed);
}

struct wire_loop *sim_loop_new(struct card *card, const uint8_t *bytes, uint32_t count)
{
    struct sim_card *sim = (struct sim_card *)card;
    struct wire_loop *loop = count ? malloc(sizeof *loop + count) : NULL;
    if (!loop)
        return NULL;
    loop->count = count;
    memcpy(loop->bytes, bytes, count);
    loop->next = sim->loops;
    sim->loops = loop;
    return loop;
}

void *sim_source_new(struct card *card, struct wire_loop *loop, uint32_t offset)
{
    struct wire_end *end = end_new((struct sim_card *)card);
    if (end) {
        end->loop = loop;
        end->offset = offset;
    }
    return end;
}

/* ---- for tests ---- */

int sim_test_tick(struct card *card, void *const *ends, const uint8_t *sent, uint8_t *received, int count, int frame, uint64_t time)
{
    struct slot *slots = calloc((size_t)count, sizeof *slots);
    struct slot **list = calloc((size_t)count, sizeof *list);
    int gone = slots && list ? 0 : -1;
    if (gone == 0) {
        for (int i = 0; i < count; i++) {
            const struct wire_end *end = ends[i];
            list[i] = &slots[i];
            slots[i].channel = ends[i];
            slots[i].law = end->in ? end->in->law : LAW_A;
            slots[i].active = true;
            memcpy(slots[i].tx, sent + (size_t)i * (size_t)frame, (size_t)frame);
        }
        sim_read(card, list, count, frame, time);
        sim_write(card, list, count, frame, time);
        for (int i = 0; i < count; i++) {
            memcpy(received + (size_t)i * (size_t)frame, slots[i].rx, (size_t)frame);
            gone += slots[i].gone;
        }
    }
    free(slots);
    free(list);
    return gone;
}
