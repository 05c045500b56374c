/* One ISDN D channel: Q.921 and Q.931 by libpri, without file descriptor and without clock of its own.
 *
 *   frames from the wire ──> queue ──┐                       ┌──> indications, one by one (dchannel_next)
 *   time                 ────────────┼─ libpri ──────────────┤
 *   orders               ────────────┘                       ├──> queue ──> frames to the wire
 *                                                            └──> trace: what libpri had to say
 *
 * What this file adds to libpri: it owns the call pointers (Python holds numbers that never come again), copies events out of libpri's
 * buffer, answers what must be answered once, finds the calls that libpri drops without a word, and keeps its clock. What it does not:
 * decide anything, select channels, know whether an order suits the state of the call (hw/signalling/pri does).
 *
 * How time flows: every function that can start a timer takes `now`, microseconds on a clock that never goes back; libpri's
 * gettimeofday() is ours (-Wl,--wrap=gettimeofday) and answers that, for each D channel its own. All D channels of a process are driven by one thread.
 *
 * The header is read twice, as hw/native/media.h says.
 */
#ifndef STROWGER_DCHANNEL_H
#define STROWGER_DCHANNEL_H

#include <stdbool.h>
#include <stdint.h>

struct dchannel;

enum dchannel_size {
    DCHANNEL_FRAME_MAX = 512,     /* octets without FCS; Q.921's N201 allows 260 of layer 3 */
    DCHANNEL_CALLS_MAX = 256,     /* at once; the next SETUP is refused with cause 42 */
    DCHANNEL_NUMBER_MAX = 31,     /* characters of a number that libpri carries */
    DCHANNEL_NAME_MAX = 50,       /* octets of a name */
    DCHANNEL_TEXT_MAX = 63,       /* room for either below */
};

enum dchannel_channel {           /* B channel numbers are 1 to 31; beside them */
    DCHANNEL_NONE = 0,            /* no B channel, or: leave it as it is */
    DCHANNEL_ANY = -1,
};

enum dchannel_error {
    DCHANNEL_REFUSED = -1,        /* libpri said no */
    DCHANNEL_NO_CALL = -2,        /* no such call (any more) */
    DCHANNEL_FULL = -3,           /* DCHANNEL_CALLS_MAX calls are up */
};

/* What the far end or a timer did. The names are Q.931's messages; `call` is set from SETUP on. */
enum dchannel_kind {
    DCHANNEL_QUIET = 0,
    DCHANNEL_UP,                  /* data link established */
    DCHANNEL_DOWN,
    DCHANNEL_MISTAKE,             /* both ends think that they are network, or both user; text */
    DCHANNEL_SETUP,               /* digits: called number; calling, redirecting, capability, complete, channel, exclusive, interworking */
    DCHANNEL_SETUP_ACK,           /* channel, in_band */
    DCHANNEL_INFORMATION,         /* digits, keypad, complete */
    DCHANNEL_PROCEEDING,          /* channel, in_band, interworking */
    DCHANNEL_PROGRESS,            /* in_band, interworking, cause or -1 */
    DCHANNEL_ALERTING,            /* channel, in_band, interworking */
    DCHANNEL_CONNECT,             /* channel, calling: the connected party, interworking; it is acknowledged already */
    DCHANNEL_CONNECT_ACK,
    DCHANNEL_DISCONNECT,          /* cause, in_band; the call waits for dchannel_hangup() */
    DCHANNEL_RELEASE,             /* cause or -1, charge or -1, expired; the call is gone */
    DCHANNEL_RESTART,             /* channel; it is acknowledged already, the calls on it are ours to destroy */
    DCHANNEL_RESTART_ACK,         /* channel */
    DCHANNEL_NOTIFY,              /* notification */
    DCHANNEL_FACILITY,            /* calling: the party as it is now */
};

struct dchannel_party {
    bool has_number, has_name;
    uint8_t plan;                 /* type of number << 4 | numbering plan, Q.931 4.5.8 */
    uint8_t presentation;         /* presentation << 5 | screening, Q.931 4.5.10 */
    uint8_t name_presentation;
    uint8_t reason;               /* redirecting only: Q.952 reason */
    char number[64];
    char name[64];                /* octets as they came in the display element */
};

struct dchannel_indication {
    int32_t kind;                 /* enum dchannel_kind */
    int32_t call;
    int32_t channel;              /* 1 to 31, DCHANNEL_NONE or DCHANNEL_ANY (RESTART: all) */
    int32_t cause;                /* Q.850, -1: none given */
    int32_t notification;         /* Q.931 4.5.22 */
    int32_t charge;               /* advice of charge, units; -1: none */
    uint8_t capability;           /* information transfer capability, Q.931 4.5.5 */
    bool exclusive, complete, keypad;
    bool in_band;                 /* progress description 8, Q.931 4.5.23: listen to the B channel */
    bool interworking;            /* progress description 1 or 2: the far party is not in an ISDN */
    bool expired;                 /* a timer said so, not the far end */
    struct dchannel_party calling, redirecting;
    uint8_t called_plan;
    char digits[64];              /* SETUP: called number so far; INFORMATION: the new digits; MISTAKE: text */
};

struct dchannel_request {         /* of an outgoing call */
    int32_t channel;
    bool exclusive, complete;
    uint8_t capability, called_plan;
    char called[64];
    struct dchannel_party calling, redirecting;
};

struct dchannel_statistics {
    uint64_t frames_in, frames_out;
    uint64_t lost_in, lost_out;   /* queue was full, or no frame has that length: layer 2 repeats what mattered */
    uint64_t errors;              /* protocol errors that libpri wrote down */
    uint64_t dropped;             /* calls that libpri ended without an event */
    uint64_t lost_text;           /* octets of trace that nobody fetched in time */
    uint32_t calls;               /* now */
};

/* Creates the D channel and starts its data link; network: our side of it. NULL: out of memory. libpri cannot destroy what it makes: a D
 * channel is made once for a span and lives as long as the process. */
struct dchannel *dchannel_new(int64_t now, bool network);
/* value in ms, or a count; name as in Q.921/Q.931 ("T303", "N200"). 0, or DCHANNEL_REFUSED: unknown, or negative. */
int dchannel_set_timer(struct dchannel *d, const char *name, int value);
/* Names in the display element. libpri's default: sent by the network only. */
void dchannel_send_names(struct dchannel *d, bool send);
/* What libpri writes into the trace beside errors. 0: nothing; 1: every Q.931 message; 2: Q.921 frames, states and elements as well. */
void dchannel_trace_level(struct dchannel *d, int level);

/* A frame from the wire, without FCS, 1 to DCHANNEL_FRAME_MAX octets. It is worked off in dchannel_next(). */
void dchannel_receive(struct dchannel *d, const uint8_t *frame, int length);
/* Runs what is due until something happened: 1, and *out says what. 0: nothing is left to do until the next frame or timer. */
int dchannel_next(struct dchannel *d, int64_t now, struct dchannel_indication *out);
/* When dchannel_next() must be called again, microseconds; -1: not before a frame comes. */
int64_t dchannel_timer(struct dchannel *d);
/* Takes frames for the wire, without FCS: each is two octets of length (low first) and the frame. Returns the octets written. */
int dchannel_frames(struct dchannel *d, uint8_t *out, int max);
/* Takes text that libpri wrote. Returns the octets written. */
int dchannel_trace(struct dchannel *d, char *out, int max);
void dchannel_statistics(const struct dchannel *d, struct dchannel_statistics *out);

/* Orders. 0, or an error. channel DCHANNEL_NONE: as it is. */
/* Returns the number of the call, from 1. */
int dchannel_setup(struct dchannel *d, int64_t now, const struct dchannel_request *request);
int dchannel_setup_ack(struct dchannel *d, int64_t now, int call, int channel, bool in_band);
/* One INFORMATION for each digit. */
int dchannel_information(struct dchannel *d, int64_t now, int call, const char *digits);
int dchannel_proceeding(struct dchannel *d, int64_t now, int call, int channel, bool in_band);
/* In-band information (description 8); cause -1: none. */
int dchannel_progress(struct dchannel *d, int64_t now, int call, int cause);
int dchannel_alerting(struct dchannel *d, int64_t now, int call, bool in_band);
/* connected: NULL or who answered. */
int dchannel_connect(struct dchannel *d, int64_t now, int call, const struct dchannel_party *connected);
/* DISCONNECT, RELEASE or RELEASE COMPLETE, as the state of the call wants it. A call that was not answered to yet gets a CALL PROCEEDING
 * first where libpri would lose the cause. When RELEASE COMPLETE went out the call is gone and no indication follows: returns 1 then. */
int dchannel_hangup(struct dchannel *d, int64_t now, int call, int cause);
/* Ends the call here without a message (restart, data link failure). */
int dchannel_destroy(struct dchannel *d, int call);
int dchannel_notify(struct dchannel *d, int64_t now, int call, int notification);
/* RESTART of one B channel. One at a time; RESTART_ACK or nothing follows. */
int dchannel_restart(struct dchannel *d, int64_t now, int channel);

#endif
