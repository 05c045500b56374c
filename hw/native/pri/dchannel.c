#include "dchannel.h"

#include <libpri.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum {
    QUEUE = 1 << 16,           /* octets of frames that wait, each way */
    TEXT = 1 << 15,            /* octets of trace that wait */
    FCS = 2,                   /* libpri wants room for them on both ways */
    GUARD = 16,                /* octets after a frame, see read_frame() */
    CHANNEL_BITS = 0xff,       /* of libpri's channel; above it: interface identifier and flags */
    CHANNEL_ID_BITS = 0x1ff00, /* interface identifier (DS1) and whether it was given: to be sent back as it came */
    SIGNALLING_ONLY = 1 << 17,
    MAINTENANCE = 0x03,        /* protocol discriminators */
    MAINTENANCE_TOO = 0x43,
    DISCONNECT_MESSAGE = 0x45,
    PROGRESS_ELEMENT = 0x1e,
};

struct frame_queue {
    int length, taken;
    uint8_t octets[QUEUE];
};

struct call {
    q931_call *pri;            /* NULL: free */
    int number;                /* serial * DCHANNEL_CALLS_MAX + index */
    int channel_id;
    bool doubtful;             /* libpri may drop it without an event */
    bool answered_to;          /* we sent something: libpri calls it alive */
    bool lost;                 /* libpri dropped it */
};

struct dchannel {
    struct pri *pri;
    int64_t clock;             /* microseconds, never goes back */
    struct frame_queue in, out;
    const uint8_t *frame;      /* being worked off in libpri */
    int frame_length;
    int calls_high;            /* calls[calls_high] and above were never used */
    int serial;
    int doubtful, lost;        /* how many such calls there are */
    bool checking;             /* libpri's complaint about a dead call is expected */
    int text_at, text_length;
    struct dchannel_statistics statistics;
    struct call calls[DCHANNEL_CALLS_MAX];
    char text[TEXT];
};

static struct dchannel *current; /* whom libpri works for: neither its clock nor all of its messages ask or say */

/* ---- libpri's world: clock, wire, messages ---- */

int __wrap_gettimeofday(struct timeval *time, void *zone);

int __wrap_gettimeofday(struct timeval *time, void *zone)
{
    (void)zone;
    time->tv_sec = current->clock / 1000000;
    time->tv_usec = current->clock % 1000000;
    return 0;
}

static void enter(struct dchannel *d, int64_t now)
{
    current = d;
    if (now > d->clock)
        d->clock = now;
}

static bool queue_put(struct frame_queue *queue, const uint8_t *frame, int length)
{
    if (queue->taken == queue->length)
        queue->taken = queue->length = 0;
    if (queue->length + 2 + length > QUEUE)
        return false;
    queue->octets[queue->length] = length & 0xff;
    queue->octets[queue->length + 1] = length >> 8;
    memcpy(queue->octets + queue->length + 2, frame, length);
    queue->length += 2 + length;
    return true;
}

static int queue_head(const struct frame_queue *queue, const uint8_t **frame)
{
    if (queue->taken == queue->length)
        return 0;
    const uint8_t *head = queue->octets + queue->taken;
    *frame = head + 2;
    return head[0] | head[1] << 8;
}

/* Where the layer 3 message of a frame begins; 0: it carries none. */
static int message_at(const uint8_t *frame, int length)
{
    int header = length > 3 && !(frame[2] & 1) ? 4 : length > 2 && (frame[2] & 0xef) == 0x03 ? 3 : 0; /* I frame, UI frame */
    return header && length >= header + 3 ? header : 0;
}

/* The frame as libpri gets it. Some of its element readers walk to the next octet with the extension bit set, beyond the element and
 * beyond the frame: the octets after the frame all have it set. And it sends North American maintenance messages back to where they came
 * from, which two of it do for ever: they lose their protocol discriminator here. */
static int read_frame(struct pri *pri, void *buffer, int size)
{
    struct dchannel *d = pri_get_userdata(pri);
    const uint8_t *frame;
    int length = queue_head(&d->in, &frame);
    if (!length || length + FCS + GUARD > size)
        return 0;
    memcpy(buffer, frame, length);
    memset((uint8_t *)buffer + length, 0xff, FCS + GUARD);
    int message = message_at(frame, length);
    if (message && (frame[message] == MAINTENANCE || frame[message] == MAINTENANCE_TOO))
        ((uint8_t *)buffer)[message] = 0xff;
    d->frame = frame;
    d->frame_length = length;
    d->in.taken += 2 + length;
    return length + FCS;
}

static int write_frame(struct pri *pri, void *buffer, int length)
{
    struct dchannel *d = pri_get_userdata(pri);
    if (length > FCS && queue_put(&d->out, buffer, length - FCS))
        d->statistics.frames_out++;
    else
        d->statistics.lost_out++;
    return length;
}

static void write_text(struct pri *pri, char *text)
{
    struct dchannel *d = pri ? pri_get_userdata(pri) : current;
    if (!d || d->checking)
        return;
    for (; *text; text++) {
        if (d->text_length == TEXT) {
            d->text_at = (d->text_at + 1) % TEXT;
            d->text_length--;
            d->statistics.lost_text++;
        }
        d->text[(d->text_at + d->text_length++) % TEXT] = *text;
    }
}

static void write_error(struct pri *pri, char *text)
{
    struct dchannel *d = pri ? pri_get_userdata(pri) : current;
    if (d)
        d->statistics.errors++;
    write_text(pri, text);
}

/* ---- calls ---- */

static struct call *call_of(struct dchannel *d, q931_call *pri)
{
    for (int i = 0; pri && i < d->calls_high; i++)
        if (d->calls[i].pri == pri)
            return &d->calls[i];
    return NULL;
}

static struct call *call_number(struct dchannel *d, int number)
{
    if (number <= 0)
        return NULL;
    struct call *call = &d->calls[number % DCHANNEL_CALLS_MAX];
    return call->pri && call->number == number && !call->lost ? call : NULL;
}

static struct call *call_new(struct dchannel *d, q931_call *pri)
{
    for (int i = 0; i < DCHANNEL_CALLS_MAX; i++) {
        struct call *call = &d->calls[i];
        if (call->pri)
            continue;
        d->serial = d->serial % (INT32_MAX / DCHANNEL_CALLS_MAX - 1) + 1;
        *call = (struct call){ .pri = pri, .number = d->serial * DCHANNEL_CALLS_MAX + i };
        d->calls_high = i < d->calls_high ? d->calls_high : i + 1;
        d->statistics.calls++;
        return call;
    }
    return NULL;
}

static void call_doubt(struct dchannel *d, struct call *call, bool doubtful)
{
    d->doubtful += doubtful - call->doubtful;
    call->doubtful = doubtful;
}

static void call_free(struct dchannel *d, struct call *call)
{
    call_doubt(d, call, false);
    d->lost -= call->lost;
    call->lost = false;
    call->pri = NULL;
    d->statistics.calls--;
}

/* pri_get_crv() is the one public function that tells a live call from a dead pointer. Calls are looked at before libpri can make a new
 * one at the same address: after every frame, and timers make none. */
static bool call_lives(struct dchannel *d, const struct call *call)
{
    int mode;
    d->checking = true;
    bool lives = pri_get_crv(d->pri, call->pri, &mode) >= 0;
    d->checking = false;
    return lives;
}

static void find_lost(struct dchannel *d)
{
    for (int i = 0; d->doubtful && i < d->calls_high; i++) {
        struct call *call = &d->calls[i];
        if (!call->doubtful || call_lives(d, call))
            continue;
        call_doubt(d, call, false);
        call->lost = true;
        d->lost++;
    }
}

static bool tell_lost(struct dchannel *d, struct dchannel_indication *out)
{
    for (int i = 0; d->lost && i < d->calls_high; i++) {
        struct call *call = &d->calls[i];
        if (!call->lost)
            continue;
        out->kind = DCHANNEL_RELEASE;
        out->call = call->number;
        d->statistics.dropped++;
        call_free(d, call);
        return true;
    }
    return false;
}

/* ---- events ---- */

static void copy_text(char to[DCHANNEL_DIGITS_MAX + 1], const char *from)
{
    size_t length = strnlen(from, DCHANNEL_DIGITS_MAX);
    memcpy(to, from, length);
    to[length] = '\0';
}

static int channel_in(int channel)
{
    return channel < 0 || (channel & CHANNEL_BITS) == CHANNEL_BITS ? DCHANNEL_ANY : channel & CHANNEL_BITS;
}

static int channel_out(const struct call *call, int channel)
{
    return channel > 0 ? channel | call->channel_id : 0;
}

static void copy_number(struct dchannel_party *to, const struct pri_party_number *from)
{
    to->has_number = from->valid;
    if (!from->valid)
        return;
    to->plan = from->plan;
    to->presentation = from->presentation;
    copy_text(to->number, from->str);
}

static void copy_party(struct dchannel_party *to, const struct pri_party_id *from)
{
    copy_number(to, &from->number);
    to->has_name = from->name.valid;
    if (!from->name.valid)
        return;
    to->name_presentation = from->name.presentation;
    copy_text(to->name, from->name.str);
}

static void take_subcommands(const struct pri_subcommands *commands, struct dchannel_indication *out)
{
    for (int i = 0; commands && i < commands->counter_subcmd; i++) {
        const struct pri_subcommand *command = &commands->subcmd[i];
        if (command->cmd == PRI_SUBCMD_CONNECTED_LINE) {
            copy_party(&out->calling, &command->u.connected_line.id);
        } else if (command->cmd == PRI_SUBCMD_REDIRECTING) {
            copy_party(&out->redirecting, &command->u.redirecting.from);
            out->redirecting.reason = command->u.redirecting.reason;
        }
    }
}

static void take_progress(int mask, struct dchannel_indication *out)
{
    if (mask <= 0)
        return;
    out->in_band = mask & PRI_PROG_INBAND_AVAILABLE;
    out->interworking = mask & (PRI_PROG_CALL_NOT_E2E_ISDN | PRI_PROG_CALLED_NOT_ISDN | PRI_PROG_CALLER_NOT_ISDN);
}

/* libpri's event for DISCONNECT leaves out the progress indicator, so it is read from the frame: whether an announcement is to be heard
 * before the call is released (Q.931 5.3.4.1). */
static bool disconnect_in_band(const uint8_t *frame, int length)
{
    int message = frame ? message_at(frame, length) : 0;
    int at = message + 2 + (message ? frame[message + 1] & 0x0f : 0); /* behind the call reference */
    if (!message || at >= length || frame[at] != DISCONNECT_MESSAGE)
        return false;
    for (at++; at < length; at++) {
        if (frame[at] & 0x80)
            continue; /* element of one octet */
        if (at + 1 >= length)
            return false;
        int content = frame[at + 1];
        if (frame[at] == PROGRESS_ELEMENT && content >= 2 && at + 3 < length && (frame[at + 3] & 0x7f) == 8)
            return true;
        at += 1 + content;
    }
    return false;
}

static bool take_setup(struct dchannel *d, const pri_event_ring *ring, struct dchannel_indication *out)
{
    if (ring->channel > 0 && ring->channel & SIGNALLING_ONLY) {
        pri_hangup(d->pri, ring->call, PRI_CAUSE_FACILITY_NOT_IMPLEMENTED);
        return false;
    }
    struct call *call = call_new(d, ring->call);
    if (!call) {
        pri_proceeding(d->pri, ring->call, 0, 0);
        pri_hangup(d->pri, ring->call, PRI_CAUSE_SWITCH_CONGESTION);
        return false;
    }
    call->channel_id = ring->channel > 0 ? ring->channel & CHANNEL_ID_BITS : 0;
    call_doubt(d, call, true);
    out->kind = DCHANNEL_SETUP;
    out->call = call->number;
    out->channel = channel_in(ring->channel);
    out->exclusive = !ring->flexible;
    out->complete = ring->complete;
    out->capability = ring->ctype;
    out->called_plan = ring->calledplan;
    copy_text(out->digits, ring->callednum);
    copy_party(&out->calling, &ring->calling);
    take_subcommands(ring->subcmds, out);
    take_progress(ring->progressmask, out);
    return true;
}

/* HANGUP, HANGUP_REQ and HANGUP_ACK carry the same facts; they differ in what libpri expects of us. */
static bool take_hangup(struct dchannel *d, const pri_event_hangup *hangup, struct dchannel_indication *out)
{
    struct call *call = call_of(d, hangup->call);
    out->cause = hangup->cause;
    out->charge = hangup->aoc_units;
    out->in_band = hangup->e == PRI_EVENT_HANGUP_REQ && disconnect_in_band(d->frame, d->frame_length);
    if (hangup->e == PRI_EVENT_HANGUP_REQ && call) {
        out->kind = DCHANNEL_DISCONNECT;
        out->call = call->number;
        return true;
    }
    if (hangup->e != PRI_EVENT_HANGUP_ACK)
        pri_hangup(d->pri, hangup->call, -1);
    if (!call)
        return false;
    out->kind = DCHANNEL_RELEASE;
    out->call = call->number;
    call_free(d, call);
    return true;
}

/* Of a call that we know. libpri makes a record for any call reference that it sees: one that is not ours goes away again. */
static bool take_call(struct dchannel *d, q931_call *pri, int kind, int channel, int progress, struct dchannel_indication *out)
{
    const struct call *call = call_of(d, pri);
    if (!call) {
        pri_destroycall(d->pri, pri);
        return false;
    }
    out->kind = kind;
    out->call = call->number;
    out->channel = channel_in(channel);
    take_progress(progress, out);
    return true;
}

static bool take_event(struct dchannel *d, const pri_event *e, struct dchannel_indication *out)
{
    switch (e->e) {
    case PRI_EVENT_DCHAN_UP:
        out->kind = DCHANNEL_UP;
        return true;
    case PRI_EVENT_DCHAN_DOWN:
        out->kind = DCHANNEL_DOWN;
        return true;
    case PRI_EVENT_CONFIG_ERR:
        out->kind = DCHANNEL_MISTAKE;
        copy_text(out->digits, e->err.err);
        return true;
    case PRI_EVENT_RING:
        return take_setup(d, &e->ring, out);
    case PRI_EVENT_INFO_RECEIVED:
        out->complete = e->ring.complete;
        copy_text(out->digits, e->ring.callednum);
        return take_call(d, e->ring.call, DCHANNEL_INFORMATION, e->ring.channel, 0, out);
    case PRI_EVENT_KEYPAD_DIGIT:
        out->keypad = true;
        copy_text(out->digits, e->digit.digits);
        return take_call(d, e->digit.call, DCHANNEL_INFORMATION, e->digit.channel, 0, out);
    case PRI_EVENT_SETUP_ACK:
        return take_call(d, e->setup_ack.call, DCHANNEL_SETUP_ACK, e->setup_ack.channel, e->setup_ack.progressmask, out);
    case PRI_EVENT_PROCEEDING:
        return take_call(d, e->proceeding.call, DCHANNEL_PROCEEDING, e->proceeding.channel, e->proceeding.progressmask, out);
    case PRI_EVENT_PROGRESS:
        out->cause = e->proceeding.cause;
        return take_call(d, e->proceeding.call, DCHANNEL_PROGRESS, e->proceeding.channel, e->proceeding.progressmask, out);
    case PRI_EVENT_RINGING:
        return take_call(d, e->ringing.call, DCHANNEL_ALERTING, e->ringing.channel, e->ringing.progressmask, out);
    case PRI_EVENT_ANSWER:
        take_subcommands(e->answer.subcmds, out);
        if (!take_call(d, e->answer.call, DCHANNEL_CONNECT, e->answer.channel, e->answer.progressmask, out))
            return false;
        pri_connect_ack(d->pri, e->answer.call, 0);
        return true;
    case PRI_EVENT_CONNECT_ACK:
        return take_call(d, e->connect_ack.call, DCHANNEL_CONNECT_ACK, e->connect_ack.channel, 0, out);
    case PRI_EVENT_NOTIFY:
        out->notification = e->notify.info;
        return take_call(d, e->notify.call, DCHANNEL_NOTIFY, e->notify.channel, 0, out);
    case PRI_EVENT_FACILITY:
        take_subcommands(e->facility.subcmds, out);
        return take_call(d, e->facility.call, DCHANNEL_FACILITY, e->facility.channel, 0, out);
    case PRI_EVENT_RESTART:
        out->kind = DCHANNEL_RESTART;
        out->channel = channel_in(e->restart.channel);
        return true;
    case PRI_EVENT_RESTART_ACK:
        out->kind = DCHANNEL_RESTART_ACK;
        out->channel = channel_in(e->restartack.channel);
        return true;
    case PRI_EVENT_HANGUP:
    case PRI_EVENT_HANGUP_REQ:
    case PRI_EVENT_HANGUP_ACK:
        return take_hangup(d, &e->hangup, out);
    default: /* hold, retrieve and service messages: not enabled */
        return false;
    }
}

/* ---- life ---- */

struct dchannel *dchannel_new(int64_t now, bool network)
{
    struct dchannel *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    pri_set_message(write_text);
    pri_set_error(write_error);
    enter(d, now);
    d->pri = pri_new_cb(-1, network ? PRI_NETWORK : PRI_CPE, PRI_SWITCH_EUROISDN_E1, read_frame, write_frame, d);
    if (!d->pri) {
        free(d);
        return NULL;
    }
    pri_hangup_fix_enable(d->pri, 1);  /* causes 1, 34 and 44 after CALL PROCEEDING go as DISCONNECT, Q.931 5.3.2 */
    pri_set_overlapdial(d->pri, 1);    /* sending complete only where we say so */
    pri_connect_ack_enable(d->pri, 1); /* so that CONNECT ACKNOWLEDGE is an event */
    return d;
}

int dchannel_set_timer(struct dchannel *d, const char *name, int value)
{
    return pri_set_timer(d->pri, pri_timer2idx(name), value) ? DCHANNEL_REFUSED : 0;
}

int dchannel_get_timer(const struct dchannel *d, const char *name)
{
    return pri_get_timer(d->pri, pri_timer2idx(name));
}

void dchannel_send_names(struct dchannel *d, bool send)
{
    pri_display_options_send(d->pri, send ? PRI_DISPLAY_OPTION_NAME_INITIAL : PRI_DISPLAY_OPTION_BLOCK);
}

void dchannel_trace_level(struct dchannel *d, int level)
{
    static const int wanted[] = {
        0,
        PRI_DEBUG_Q931_DUMP,
        PRI_DEBUG_Q931_DUMP | PRI_DEBUG_Q931_STATE | PRI_DEBUG_Q931_ANOMALY | PRI_DEBUG_Q921_DUMP | PRI_DEBUG_Q921_STATE,
    };
    pri_set_debug(d->pri, wanted[level < 0 ? 0 : level > 2 ? 2 : level]);
}

/* ---- frames and time ---- */

int dchannel_receive(struct dchannel *d, const uint8_t *frame, int length)
{
    if (length < 1 || length > DCHANNEL_FRAME_MAX)
        return DCHANNEL_TOO_LONG;
    if (queue_put(&d->in, frame, length))
        d->statistics.frames_in++;
    else
        d->statistics.lost_in++;
    return 0;
}

int dchannel_next(struct dchannel *d, int64_t now, struct dchannel_indication *out)
{
    enter(d, now);
    for (;;) {
        memset(out, 0, sizeof *out);
        out->cause = out->charge = -1;
        if (tell_lost(d, out))
            return 1;
        const uint8_t *frame;
        bool frames = queue_head(&d->in, &frame);
        const pri_event *event = pri_schedule_run(d->pri);
        out->expired = event != NULL;
        if (!event && frames)
            event = pri_check_event(d->pri);
        bool told = event && take_event(d, event, out);
        d->frame = NULL;
        find_lost(d);
        if (told)
            return 1;
        if (!event && !frames && !d->lost)
            return 0;
    }
}

int64_t dchannel_timer(struct dchannel *d)
{
    const struct timeval *next = pri_schedule_next(d->pri);
    return next ? (int64_t)next->tv_sec * 1000000 + next->tv_usec : -1;
}

int dchannel_frames(struct dchannel *d, uint8_t *out, int max)
{
    int written = 0;
    const uint8_t *frame;
    int length;
    while ((length = queue_head(&d->out, &frame)) && written + 2 + length <= max) {
        memcpy(out + written, frame - 2, 2 + length);
        written += 2 + length;
        d->out.taken += 2 + length;
    }
    return written;
}

int dchannel_trace(struct dchannel *d, char *out, int max)
{
    int written = 0;
    while (written < max && d->text_length) {
        out[written++] = d->text[d->text_at];
        d->text_at = (d->text_at + 1) % TEXT;
        d->text_length--;
    }
    return written;
}

void dchannel_statistics(const struct dchannel *d, struct dchannel_statistics *out) { *out = d->statistics; }

/* ---- orders ---- */

/* Where libpri keeps a call for dead until we sent a message (a SETUP came in), this was one. */
static int answered(struct dchannel *d, struct call *call, int result)
{
    call->answered_to = true;
    call_doubt(d, call, false);
    return result ? DCHANNEL_REFUSED : 0;
}

static void give_party(struct pri_party_id *to, const struct dchannel_party *from)
{
    to->number.valid = from->has_number;
    to->number.plan = from->plan;
    to->number.presentation = from->presentation;
    copy_text(to->number.str, from->number);
    to->name.valid = from->has_name;
    to->name.presentation = from->name_presentation;
    to->name.char_set = PRI_CHAR_SET_ISO8859_1;
    copy_text(to->name.str, from->name);
}

int dchannel_setup(struct dchannel *d, int64_t now, const struct dchannel_request *request)
{
    enter(d, now);
    struct pri_sr *sr = pri_sr_new();
    q931_call *pri = sr ? pri_new_call(d->pri) : NULL;
    struct call *call = pri ? call_new(d, pri) : NULL;
    if (!call) {
        bool full = pri;
        if (pri)
            pri_destroycall(d->pri, pri);
        if (sr)
            pri_sr_free(sr);
        return full ? DCHANNEL_FULL : DCHANNEL_REFUSED;
    }
    struct pri_party_id calling = { 0 };
    char called[DCHANNEL_DIGITS_MAX + 1];
    give_party(&calling, &request->calling);
    copy_text(called, request->called);
    pri_sr_set_channel(sr, request->channel < 0 ? CHANNEL_BITS : request->channel, request->exclusive, 0);
    pri_sr_set_bearer(sr, request->capability, PRI_LAYER_1_ALAW);
    pri_sr_set_called(sr, called, request->called_plan, request->complete);
    pri_sr_set_caller_party(sr, &calling);
    if (request->redirecting.has_number) {
        struct pri_party_redirecting redirecting = { .count = 1, .reason = request->redirecting.reason };
        give_party(&redirecting.from, &request->redirecting);
        pri_sr_set_redirecting_parties(sr, &redirecting);
    }
    int result = pri_setup(d->pri, pri, sr);
    pri_sr_free(sr);
    call->answered_to = true;
    if (!result)
        return call->number;
    pri_destroycall(d->pri, pri);
    call_free(d, call);
    return DCHANNEL_REFUSED;
}

int dchannel_setup_ack(struct dchannel *d, int64_t now, int number, int channel, bool in_band)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    return answered(d, call, pri_setup_ack(d->pri, call->pri, channel_out(call, channel), 0, in_band));
}

int dchannel_information(struct dchannel *d, int64_t now, int number, const char *digits)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    for (; *digits; digits++)
        if (pri_information(d->pri, call->pri, *digits))
            return DCHANNEL_REFUSED;
    return 0;
}

int dchannel_proceeding(struct dchannel *d, int64_t now, int number, int channel, bool in_band)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    return answered(d, call, pri_proceeding(d->pri, call->pri, channel_out(call, channel), in_band));
}

int dchannel_progress(struct dchannel *d, int64_t now, int number, int cause)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    return answered(d, call,
                    cause < 0 ? pri_progress(d->pri, call->pri, 0, 1) : pri_progress_with_cause(d->pri, call->pri, 0, 1, cause));
}

int dchannel_alerting(struct dchannel *d, int64_t now, int number, bool in_band)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    return answered(d, call, pri_acknowledge(d->pri, call->pri, 0, in_band));
}

int dchannel_connect(struct dchannel *d, int64_t now, int number, const struct dchannel_party *connected)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    if (connected) {
        struct pri_party_connected_line line = { 0 };
        give_party(&line.id, connected);
        pri_connected_line_update(d->pri, call->pri, &line);
    }
    return answered(d, call, pri_answer(d->pri, call->pri, 0, 0));
}

/* What libpri sends as RELEASE COMPLETE in answer to a SETUP. With any other cause it sends nothing at all there, and the caller runs into
 * T303 twice: those get a CALL PROCEEDING first. */
static bool refuses_setup(int cause)
{
    switch (cause) {
    case PRI_CAUSE_UNALLOCATED:
    case PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION:
    case PRI_CAUSE_REQUESTED_CHAN_UNAVAIL:
    case PRI_CAUSE_INVALID_CALL_REFERENCE:
    case PRI_CAUSE_IDENTIFIED_CHANNEL_NOTEXIST:
    case PRI_CAUSE_INCOMPATIBLE_DESTINATION:
        return true;
    default:
        return false;
    }
}

int dchannel_hangup(struct dchannel *d, int64_t now, int number, int cause)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    if (!call->answered_to && !refuses_setup(cause))
        answered(d, call, pri_proceeding(d->pri, call->pri, 0, 0));
    pri_hangup(d->pri, call->pri, cause); /* its -1 says no more than that there was nothing to send */
    if (!call_lives(d, call)) {
        call_free(d, call);
        return 1;
    }
    call_doubt(d, call, true); /* a RELEASE of ours may be completed without an event */
    return 0;
}

int dchannel_destroy(struct dchannel *d, int number)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    current = d;
    pri_destroycall(d->pri, call->pri);
    call_free(d, call);
    return 0;
}

int dchannel_notify(struct dchannel *d, int64_t now, int number, int notification)
{
    struct call *call = call_number(d, number);
    if (!call)
        return DCHANNEL_NO_CALL;
    enter(d, now);
    return pri_notify(d->pri, call->pri, 0, notification) ? DCHANNEL_REFUSED : 0;
}

int dchannel_restart(struct dchannel *d, int64_t now, int channel)
{
    enter(d, now);
    return pri_reset(d->pri, channel) ? DCHANNEL_REFUSED : 0;
}
