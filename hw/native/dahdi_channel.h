/* Inside the DAHDI card: what its two threads share. C only.
 *
 * dahdi.c        the media thread: struct card_ops
 * dahdi_line.c   the trio thread: opening, orders, facts
 */
#ifndef STROWGER_DAHDI_CHANNEL_H
#define STROWGER_DAHDI_CHANNEL_H

#include <stdatomic.h>

#include "dahdi.h"

/* What the media thread does with a channel's speech. */
enum phase {
    RESTING,
    STARTING, /* to be flushed on the next boundary */
    FILLING,  /* flushed; the first block is not whole yet */
    RUNNING,
};

struct channel {
    struct dahdi_card *card;
    _Atomic int descriptor; /* -1: closed */
    atomic_bool in_use;     /* the media thread is at the descriptor */
    atomic_bool dialling;   /* pulses go out: nothing may be written */
    atomic_bool gone;       /* the device vanished: every call to it would sleep 5 ms in the driver, so none is made */
    int number;
    int span;
    bool clear; /* carries bytes of any kind, unless told that they are speech */

    /* the media thread's */
    struct slot *slot; /* valid in the tick `seen` */
    uint64_t seen;
    enum phase phase;
    bool queued; /* in the list of those to be started */
    int hold;    /* ticks for which it is not read, so that a frame is in hand later */
    bool empty;  /* nothing was sent for a while by intent: a cushion of silence goes ahead of the next frame */
    int bits;
};

struct dahdi_card {
    struct card card; /* first: they share the address */
    int quiet;        /* epoll set of the channels without speech */
    _Atomic int timer;
    int timer_frame;
    int64_t boundary; /* ns, CLOCK_MONOTONIC: of the frame that began last */
    int64_t beat;     /* the same, of the earliest moment at which boundaries are told */
    int64_t jitter;   /* ns from there to the latest */
    int beats;        /* boundaries told since they were last lost */
    int start_waits;  /* ticks that were not on time, since channels were started */
    bool asked;       /* this tick, for the pace */
    bool paces;       /* this tick was waited for here */
    uint64_t tick;
    int starting_count;
    struct channel *starting[DAHDI_CHANNELS];
    struct dahdi_statistics statistics;
    struct channel channels[DAHDI_CHANNELS];
};

extern const struct card_ops dahdi_operations;

/* Has the channel's line events told as long as no speech runs on it. 0 or errno. Either thread. */
int dahdi_watch_quietly(struct dahdi_card *card, struct channel *channel, int descriptor);

#endif
