/* What the files of this folder share: the D channel with its queues and its table of calls.
 *
 *   dchannel.c     life, time, orders
 *   wire.c         what libpri calls: clock, frames in and out, text
 *   calls.c        numbers for libpri's calls, and which of them it has dropped
 *   indications.c  libpri's events made flat
 */
#ifndef STROWGER_DCHANNEL_INSIDE_H
#define STROWGER_DCHANNEL_INSIDE_H

#include "dchannel.h"

#include <libpri.h>

enum {
    QUEUE = 1 << 14, /* octets of frames that wait, each way */
    TEXT = 1 << 15,  /* octets of trace that wait */
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
    bool lost;                 /* libpri dropped it, */
    bool lost_in_time;         /* when a timer ran out */
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

/* ---- wire.c ---- */

/* From here on libpri works for d, at this time. */
void enter(struct dchannel *d, int64_t now);
bool queue_put(struct frame_queue *queue, const uint8_t *frame, int length);
/* The next frame and its length; 0: none waits. */
int queue_head(const struct frame_queue *queue, const uint8_t **frame);
void queue_take(struct frame_queue *queue, int length);
/* Where the layer 3 message of a frame begins; 0: it carries none. */
int message_at(const uint8_t *frame, int length);
/* libpri's callbacks. */
int read_frame(struct pri *pri, void *buffer, int size);
int write_frame(struct pri *pri, void *buffer, int length);
void write_text(struct pri *pri, char *text);
void write_error(struct pri *pri, char *text);

/* ---- calls.c ---- */

/* NULL: none of ours. */
struct call *call_of(struct dchannel *d, q931_call *pri);
/* NULL: no such call, or libpri has dropped it. */
struct call *call_number(struct dchannel *d, int number);
/* NULL: DCHANNEL_CALLS_MAX are up. */
struct call *call_new(struct dchannel *d, q931_call *pri);
void call_free(struct dchannel *d, struct call *call);
void call_doubt(struct dchannel *d, struct call *call, bool doubtful);
bool call_lives(struct dchannel *d, const struct call *call);
/* Looks at all doubtful calls. in_time: what may have ended them is a timer, not a frame. */
void find_lost(struct dchannel *d, bool in_time);
/* Tells of one that was found, and frees it. */
bool tell_lost(struct dchannel *d, struct dchannel_indication *out);

/* ---- indications.c ---- */

/* false: there is nothing to tell. */
bool take_event(struct dchannel *d, const pri_event *e, struct dchannel_indication *out);
void copy_text(char to[DCHANNEL_TEXT_MAX + 1], const char *from);

#endif
