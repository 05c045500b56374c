#include "inside.h"

#include <string.h>

enum {
    CHANNEL_BITS = 0xff,       /* of libpri's channel; above it: interface identifier and flags */
    CHANNEL_ID_BITS = 0x1ff00, /* interface identifier (DS1) and whether it was given: to be sent back as it came */
    SIGNALLING_ONLY = 1 << 17,
    DISCONNECT_MESSAGE = 0x45,
    PROGRESS_ELEMENT = 0x1e,
};

void copy_text(char to[DCHANNEL_TEXT_MAX + 1], const char *from)
{
    size_t length = strnlen(from, DCHANNEL_TEXT_MAX);
    memcpy(to, from, length);
    to[length] = '\0';
}

static int channel_in(int channel)
{
    return channel < 0 || (channel & CHANNEL_BITS) == CHANNEL_BITS ? DCHANNEL_ANY : channel & CHANNEL_BITS;
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

bool take_event(struct dchannel *d, const pri_event *e, struct dchannel_indication *out)
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
