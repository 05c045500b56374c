#include "inside.h"

#include <stddef.h>

struct call *call_of(struct dchannel *d, q931_call *pri)
{
    for (int i = 0; pri && i < d->calls_high; i++)
        if (d->calls[i].pri == pri)
            return &d->calls[i];
    return NULL;
}

struct call *call_number(struct dchannel *d, int number)
{
    if (number <= 0)
        return NULL;
    struct call *call = &d->calls[number % DCHANNEL_CALLS_MAX];
    return call->pri && call->number == number && !call->lost ? call : NULL;
}

struct call *call_new(struct dchannel *d, q931_call *pri)
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

void call_doubt(struct dchannel *d, struct call *call, bool doubtful)
{
    d->doubtful += doubtful - call->doubtful;
    call->doubtful = doubtful;
}

void call_free(struct dchannel *d, struct call *call)
{
    call_doubt(d, call, false);
    d->lost -= call->lost;
    call->lost = false;
    call->pri = NULL;
    d->statistics.calls--;
}

/* pri_get_crv() is the one public function that tells a live call from a dead pointer. Calls are looked at before libpri can make a new
 * one at the same address: after every frame, and timers make none. */
bool call_lives(struct dchannel *d, const struct call *call)
{
    int mode;
    d->checking = true;
    bool lives = pri_get_crv(d->pri, call->pri, &mode) >= 0;
    d->checking = false;
    return lives;
}

void find_lost(struct dchannel *d, bool in_time)
{
    for (int i = 0; d->doubtful && i < d->calls_high; i++) {
        struct call *call = &d->calls[i];
        if (!call->doubtful || call_lives(d, call))
            continue;
        call_doubt(d, call, false);
        call->lost = true;
        call->lost_in_time = in_time;
        d->lost++;
    }
}

bool tell_lost(struct dchannel *d, struct dchannel_indication *out)
{
    for (int i = 0; d->lost && i < d->calls_high; i++) {
        struct call *call = &d->calls[i];
        if (!call->lost)
            continue;
        out->kind = DCHANNEL_RELEASE;
        out->call = call->number;
        out->expired = call->lost_in_time;
        d->statistics.dropped++;
        call_free(d, call);
        return true;
    }
    return false;
}
