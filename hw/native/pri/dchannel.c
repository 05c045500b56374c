#include "inside.h"

#include <stdlib.h>
#include <string.h>

enum { ANY_CHANNEL = 0xff }; /* libpri's word for it */

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

void dchannel_receive(struct dchannel *d, const uint8_t *frame, int length)
{
    if (length >= 1 && length <= DCHANNEL_FRAME_MAX && queue_put(&d->in, frame, length))
        d->statistics.frames_in++;
    else
        d->statistics.lost_in++;
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
        find_lost(d, true);
        if (!event && frames)
            event = pri_check_event(d->pri);
        bool told = event && take_event(d, event, out);
        d->frame = NULL;
        find_lost(d, false);
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
        queue_take(&d->out, length);
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

static int channel_out(const struct call *call, int channel)
{
    return channel > 0 ? channel | call->channel_id : 0;
}

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
    char called[DCHANNEL_TEXT_MAX + 1];
    give_party(&calling, &request->calling);
    copy_text(called, request->called);
    pri_sr_set_channel(sr, request->channel < 0 ? ANY_CHANNEL : request->channel, request->exclusive, 0);
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
    enter(d, d->clock);
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
