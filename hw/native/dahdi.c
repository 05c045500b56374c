#include "dahdi_channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "g711.h"

enum {
    EVENTS_AT_ONCE = 80,  /* the driver's queue holds 64 */
    QUIET_AT_ONCE = 256,  /* quiet channels with events, in one tick */
    BUFFERS = 4,          /* of one frame of 20 ms: reading may be 60 ms late */
    CUSHION = 160,        /* samples ahead of the frame that is sent: a tick may be 20 ms late, less the settling */
    CATCH_UP_FRAMES = 10, /* what we are later than that is not made up */
    SETTLE_NS = 2000000,  /* a tick begins so long behind the boundary: interrupts of different cards are 1 ms apart at most */
    WAIT_FRAMES = 5,      /* a timer that is silent for so long is dead */
    ON_TIME_NS = 2000000, /* a boundary that is told no later than this behind the earliest is on time */
    FOLLOW = 64,          /* boundaries may come later for good: the estimate of the earliest follows by this part a tick */
    FORGET = 256,         /* and that of the latest comes down by this part */
    KNOW_BEATS = 5,       /* boundaries that must have been told before those estimates are worth anything */
    HOLD_TICKS = 2,       /* without reading, the one that starts the channel among them: then two frames are there, or nearly */
    START_PATIENCE = 10,  /* ticks: if none is on time, channels are started on one that is not */
};

static struct dahdi_card *of(struct card *card)
{
    return (struct dahdi_card *)card;
}

/* The descriptor for use, or -1. To be given back by leave(). While it is held, nobody closes it and nobody begins to dial. */
static int enter(struct channel *channel)
{
    atomic_store(&channel->in_use, true);
    int descriptor = atomic_load(&channel->descriptor);
    if (descriptor < 0)
        atomic_store(&channel->in_use, false);
    return descriptor;
}

static void leave(struct channel *channel)
{
    atomic_store_explicit(&channel->in_use, false, memory_order_release);
}

/* ---- events ---- */

static void tell(struct channel *channel, struct slot *slot, uint64_t time, int code, int value)
{
    channel->card->statistics.events++;
    slot->sink.emit(slot->sink.plane, slot->sink.port, time, EVENT_LINE, (uint16_t)code, value, 0, 0, NULL, 0);
}

/* The device of this span is gone, and with it all its channels. */
static void lose_span(struct dahdi_card *card, int span)
{
    for (int i = 0; i < DAHDI_CHANNELS; i++) {
        struct channel *channel = &card->channels[i];
        if (channel->span != span || channel->gone)
            continue;
        int descriptor = enter(channel);
        if (descriptor < 0)
            continue;
        channel->gone = true;
        epoll_ctl(card->quiet, EPOLL_CTL_DEL, descriptor, NULL);
        leave(channel);
    }
}

static void start_on_boundary(struct channel *channel)
{
    channel->phase = STARTING;
    if (!channel->queued)
        channel->card->starting[channel->card->starting_count++] = channel;
    channel->queued = true;
}

/* All events in the channel's queue. Returns false if the device is gone. */
static bool take_events(struct channel *channel, struct slot *slot, int descriptor, uint64_t time)
{
    for (int i = 0; i < EVENTS_AT_ONCE; i++) {
        int event = 0;
        if (ioctl(descriptor, DAHDI_GETEVENT, &event) != 0)
            return errno != ENODEV;
        if (event & DAHDI_EVENT_PULSEDIGIT) {
            tell(channel, slot, time, DAHDI_LINE_PULSE_DIGIT, event & 0xff);
            continue;
        }
        switch (event) {
        case DAHDI_EVENT_NONE:
            return true;
        case DAHDI_EVENT_REMOVED:
            return false;
        case DAHDI_EVENT_READ_OVERRUN:
            if (channel->phase == RUNNING) {
                channel->card->statistics.overruns++;
                start_on_boundary(channel);
            }
            break;
        case DAHDI_EVENT_WRITE_UNDERRUN:
            /* While pulses go out or the driver carries the speech, it is right that nothing is there. Else the driver has sent a gap,
             * and what has come in meanwhile makes the cushion thicker by as much. */
            if (channel->phase >= FILLING && !slot->joined && !atomic_load(&channel->dialling))
                channel->card->statistics.underruns++;
            break;
        case DAHDI_EVENT_BITSCHANGED: {
            /* dahdi_dynamic puts the next channel's bits above ours and tells its changes as ours. */
            int bits = 0;
            if (ioctl(descriptor, DAHDI_GETRXBITS, &bits) == 0 && (bits & 0xf) != channel->bits) {
                channel->bits = bits & 0xf;
                tell(channel, slot, time, event, channel->bits);
            }
            break;
        }
        case DAHDI_EVENT_DIALCOMPLETE:
            atomic_store(&channel->dialling, false);
            tell(channel, slot, time, event, 0);
            break;
        default:
            tell(channel, slot, time, event, 0);
        }
    }
    return true;
}

/* Channels without speech that have events. */
static void take_quiet_events(struct dahdi_card *card, uint64_t time)
{
    struct epoll_event ready[QUIET_AT_ONCE];
    int count = epoll_wait(card->quiet, ready, QUIET_AT_ONCE, 0);
    for (int i = 0; i < count; i++) {
        struct channel *channel = ready[i].data.ptr;
        /* Without a port its events wait: the set is level-triggered. */
        if (channel->seen != card->tick || channel->gone)
            continue;
        int descriptor = enter(channel);
        if (descriptor < 0)
            continue;
        bool there = take_events(channel, channel->slot, descriptor, time);
        leave(channel);
        if (!there)
            lose_span(card, channel->span);
    }
}

/* ---- speech ---- */

static void silence(const struct slot *slot, uint8_t *out, int frame)
{
    memset(out, g711_silence(slot->law), (size_t)frame);
}

/* Returns false if an event waits: then the driver takes nothing. */
static bool send_silence(const struct slot *slot, int descriptor, int frame, int samples)
{
    uint8_t quiet[MEDIA_FRAME_MAX];
    silence(slot, quiet, frame);
    bool taken = true;
    for (int given = 0; given < samples && taken; given += frame)
        taken = write(descriptor, quiet, (size_t)frame) >= 0 || errno != ELAST;
    return taken;
}

/* On a boundary: forget what the driver has and give it silence to send, so that receiving and sending begin together. False: not now,
 * because events wait, or because pulses go out. */
static bool start(struct channel *channel, int frame)
{
    int descriptor = enter(channel);
    if (descriptor < 0)
        return true;
    bool taken = false;
    if (!atomic_load(&channel->dialling)) {
        int both = DAHDI_FLUSH_BOTH;
        bool uneven = channel->card->paces && channel->card->jitter > ON_TIME_NS;
        ioctl(descriptor, DAHDI_FLUSH, &both);
        taken = send_silence(channel->slot, descriptor, frame, frame + CUSHION + (uneven ? frame : 0));
        channel->hold = uneven ? HOLD_TICKS : 0;
    }
    leave(channel);
    if (taken) {
        channel->phase = FILLING;
        channel->empty = false;
        channel->card->statistics.starts++;
    }
    return taken;
}

static void start_all(struct dahdi_card *card, int frame)
{
    int left = 0;
    for (int i = 0; i < card->starting_count; i++) {
        struct channel *channel = card->starting[i];
        channel->queued = channel->phase == STARTING && !channel->gone && !start(channel, frame);
        if (channel->queued)
            card->starting[left++] = channel;
    }
    card->starting_count = left;
}

/* One frame into slot->rx. Returns false if the device is gone. */
static bool read_frame(struct channel *channel, struct slot *slot, int descriptor, int frame, uint64_t time, ssize_t *got)
{
    *got = -1;
    if (channel->phase == STARTING || channel->hold > 0) {
        channel->hold -= channel->phase == FILLING;
        return take_events(channel, slot, descriptor, time);
    }
    *got = read(descriptor, slot->rx, (size_t)frame);
    if (*got < 0 && errno == ELAST) {
        if (!take_events(channel, slot, descriptor, time))
            return false;
        *got = read(descriptor, slot->rx, (size_t)frame);
    }
    return *got >= 0 || errno != ENODEV;
}

static void read_slot(struct dahdi_card *card, struct slot *slot, int frame, uint64_t time)
{
    struct channel *channel = slot->channel;
    ssize_t got = -1;
    int descriptor = enter(channel);
    if (descriptor >= 0) {
        bool there = read_frame(channel, slot, descriptor, frame, time, &got);
        leave(channel);
        if (!there)
            lose_span(card, channel->span);
    }
    slot->idle = got != frame && channel->phase == RUNNING;
    if (got == frame) {
        card->statistics.read_frames++;
        if (channel->phase == FILLING)
            channel->phase = RUNNING;
    } else {
        silence(slot, slot->rx, frame);
        card->statistics.idle_frames += slot->idle;
    }
}

static void dahdi_read(struct card *base, struct slot **slots, int count, int frame, uint64_t time)
{
    struct dahdi_card *card = of(base);
    bool will_pace = card->asked && atomic_load(&card->timer) >= 0; /* the first channel was opened meanwhile */
    if (!card->paces && !will_pace)
        start_all(card, frame);
    card->paces = card->asked = false;
    card->tick++;
    for (int i = 0; i < count; i++) {
        struct slot *slot = slots[i];
        struct channel *channel = slot->channel;
        channel->slot = slot;
        channel->seen = card->tick;
        if (slot->gone)
            continue;
        if (slot->active && !channel->gone)
            read_slot(card, slot, frame, time);
        if (channel->gone) {
            slot->gone = true;
            silence(slot, slot->rx, frame);
            slot->sink.emit(slot->sink.plane, slot->sink.port, time, EVENT_GONE, ENODEV, 0, 0, 0, NULL, 0);
        }
    }
    take_quiet_events(card, time);
}

static void write_slot(struct dahdi_card *card, struct slot *slot, int frame, uint64_t time)
{
    struct channel *channel = slot->channel;
    int descriptor = enter(channel);
    if (descriptor < 0)
        return;
    if (atomic_load(&channel->dialling)) {
        channel->empty = true;
        leave(channel);
        return;
    }
    if (channel->empty)
        channel->empty = !send_silence(slot, descriptor, frame, CUSHION);
    ssize_t put = write(descriptor, slot->tx, (size_t)frame);
    bool there = true;
    if (put < 0 && errno == ELAST) {
        there = take_events(channel, slot, descriptor, time);
        if (there)
            put = write(descriptor, slot->tx, (size_t)frame);
    }
    if (put == frame)
        card->statistics.written_frames++;
    else if (errno == EAGAIN)
        card->statistics.full++;
    leave(channel);
    if (!there)
        lose_span(card, channel->span);
}

static void dahdi_write(struct card *base, struct slot **slots, int count, int frame, uint64_t time)
{
    for (int i = 0; i < count; i++) {
        struct slot *slot = slots[i];
        struct channel *channel = slot->channel;
        if (slot->active && !slot->gone && !slot->idle && !slot->joined && channel->phase == RUNNING)
            write_slot(of(base), slot, frame, time);
    }
}

int dahdi_watch_quietly(struct dahdi_card *card, struct channel *channel, int descriptor)
{
    struct epoll_event interest = { .events = EPOLLPRI, .data.ptr = channel };
    return epoll_ctl(card->quiet, EPOLL_CTL_ADD, descriptor, &interest) == 0 ? 0 : errno;
}

static int dahdi_activate(struct card *base, struct slot *slot, int frame)
{
    struct dahdi_card *card = of(base);
    struct channel *channel = slot->channel;
    int descriptor = channel->gone ? -1 : enter(channel);
    if (descriptor < 0)
        return ENODEV;
    struct dahdi_bufferinfo buffers = {
        .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
        .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
        .numbufs = BUFFERS * MEDIA_FRAME_MAX / frame,
        .bufsize = frame,
    };
    int on = 1, error = 0;
    if (ioctl(descriptor, DAHDI_SET_BUFINFO, &buffers) != 0 || ioctl(descriptor, DAHDI_BUFFER_EVENTS, &on) != 0)
        error = errno;
    epoll_ctl(card->quiet, EPOLL_CTL_DEL, descriptor, NULL);
    leave(channel);
    channel->slot = slot;
    start_on_boundary(channel);
    return error;
}

static void dahdi_deactivate(struct card *base, struct slot *slot)
{
    struct channel *channel = slot->channel;
    channel->phase = RESTING;
    int descriptor = channel->gone ? -1 : enter(channel);
    if (descriptor < 0)
        return;
    int off = 0;
    ioctl(descriptor, DAHDI_BUFFER_EVENTS, &off);
    dahdi_watch_quietly(of(base), channel, descriptor);
    leave(channel);
}

/* ---- joining in the driver ---- */

/* What `to` sends is from now on what `from` receives; from NULL: what is written. Only speech can be joined; a clear channel is told that
 * it carries speech no longer than it is joined, because the driver then looks at every sample of it. */
static int monitor(struct channel *to, const struct channel *from)
{
    int descriptor = to->gone ? -1 : enter(to);
    if (descriptor < 0)
        return ENODEV;
    struct dahdi_confinfo conference = {
        .chan = 0,
        .confno = from ? from->number : 0,
        .confmode = from ? DAHDI_CONF_DIGITALMON : DAHDI_CONF_NORMAL,
    };
    int speech = from != NULL, error = 0;
    if (to->clear && from && ioctl(descriptor, DAHDI_AUDIOMODE, &speech) != 0)
        error = errno;
    else if (ioctl(descriptor, DAHDI_SETCONF, &conference) != 0)
        error = errno;
    if (to->clear && !from)
        ioctl(descriptor, DAHDI_AUDIOMODE, &speech);
    leave(to);
    return error;
}

static void dahdi_part(struct card *base, struct slot *a, struct slot *b)
{
    (void)base;
    struct slot *both[] = { a, b };
    for (int i = 0; i < 2; i++) {
        struct channel *channel = both[i]->channel;
        monitor(channel, NULL);
        channel->empty |= both[i]->joined; /* nothing was written meanwhile */
    }
}

static int dahdi_join(struct card *base, struct slot *a, struct slot *b)
{
    struct channel *one = a->channel, *other = b->channel;
    if (a->law != b->law)
        return ENOTSUP;
    int error = monitor(one, other);
    if (error == 0)
        error = monitor(other, one);
    if (error != 0)
        dahdi_part(base, a, b);
    return error;
}

/* ---- the pace ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* How evenly boundaries are told. A card's interrupts do the driver's work millisecond by millisecond; without a card its core timer does 8
 * at once, and a boundary is told up to 8 ms late, or we wake late. A channel that is started then has its frames whole so much behind the
 * boundaries, and finds none when one is told in time. So channels start on time; or, where boundaries are uneven, hold their first frame
 * back for a tick, and have one in hand from then on. Returns whether channels may start on this one. */
static bool count_beat(struct dahdi_card *card, int64_t now, int64_t period)
{
    int64_t expected = card->beat + period, later = now - expected;
    if (card->beat == 0 || later > period || later < -period) {
        card->beats = 0;
        card->jitter = 0;
    }
    card->beat = card->beats == 0 || later < 0 ? now : expected + later / FOLLOW;
    if (card->beats > 0 && later < 0)
        card->jitter -= later; /* it was taken for later than it is: those before were later by as much */
    card->jitter -= card->jitter / FORGET;
    if (now - card->beat > card->jitter)
        card->jitter = now - card->beat;
    card->beats += card->beats < KNOW_BEATS;
    return card->beats >= KNOW_BEATS && (card->jitter > ON_TIME_NS || now - card->beat <= ON_TIME_NS);
}

static int dahdi_wait(struct card *base, int frame)
{
    struct dahdi_card *card = of(base);
    struct pollfd timer = { .fd = atomic_load(&card->timer), .events = POLLPRI };
    card->asked = true;
    if (timer.fd < 0)
        return EAGAIN; /* it is opened with the first channel */
    if (card->timer_frame != frame) {
        if (ioctl(timer.fd, DAHDI_TIMERCONFIG, &frame) != 0)
            return errno;
        card->timer_frame = frame;
    }
    int64_t period = (int64_t)frame * (1000000000 / MEDIA_RATE);
    bool late = poll(&timer, 1, 0) == 1;
    if (!late) {
        int ready;
        do
            ready = poll(&timer, 1, (int)(WAIT_FRAMES * period / 1000000));
        while (ready < 0 && errno == EINTR);
        if (ready <= 0)
            return ready < 0 ? errno : ETIMEDOUT;
    }
    int64_t now = monotonic_ns();
    int boundaries = late && now - card->boundary > CATCH_UP_FRAMES * period ? 0 : 1; /* 0: all that passed */
    if (ioctl(timer.fd, DAHDI_TIMERACK, &boundaries) != 0)
        return errno;
    card->paces = true;
    if (late) {
        /* What is to be started waits for a tick that is on time. */
        card->boundary = boundaries == 1 ? card->boundary + period : now;
        card->beat += period;
        return 0;
    }
    card->boundary = now;
    if (count_beat(card, now, period) || ++card->start_waits > START_PATIENCE) {
        start_all(card, frame);
        card->start_waits = 0;
    }
    int64_t until = now + SETTLE_NS;
    struct timespec settled = { until / 1000000000, until % 1000000000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &settled, NULL) == EINTR)
        ;
    return 0;
}

const struct card_ops dahdi_operations = {
    .name = "dahdi",
    .wait = dahdi_wait,
    .read = dahdi_read,
    .write = dahdi_write,
    .activate = dahdi_activate,
    .deactivate = dahdi_deactivate,
    .join = dahdi_join,
    .part = dahdi_part,
};
