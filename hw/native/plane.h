/* Inside the media plane: what the control side and the media thread share, and what each has for itself. C only.
 *
 * control.c   Python's side: checks, makes objects, puts orders, frees what comes back
 * talk.c      the same for bridges, sources, detectors and recordings
 * orders.c    media side: carries orders out; what a port holds
 * tick.c      media side: one tick
 * events.c    media side: what goes up
 * statistics.c  both: how the newest figures come across
 * engine.c    the pace: thread in real time, steps in virtual time
 * player.c    a list of sources being played to one port
 * bridge.c    conferences
 */
#ifndef STROWGER_PLANE_H
#define STROWGER_PLANE_H

#include <pthread.h>

#include "bridge.h"
#include "engine.h"
#include "player.h"
#include "ring.h"

enum {
    CARDS_MAX = 16,
    BRIDGES_MAX = 2048,
    ORDERS = 16384,
    /* Places in the ring of events. */
    EVENTS = 32768,
    EVENTS_AWAITED = 16384, /* kept for the ends of plays and recordings; no more than these may be ordered at a time */
    EVENTS_LINES = 4096,    /* kept for hooks, bits and lost devices */
    EVENTS_HEARD = 4096,    /* kept for digits, tones and whatever else is not told again */
    SPENT = 65536, /* more than orders and ports can ever give back between two visits of Python */
    BLOBS = 65536,
    HANDLE_BITS = 13, /* low bits of a handle: 1 + index of a port; or of a bridge, counted on behind the ports */
};
_Static_assert(MEDIA_PORTS_MAX + BRIDGES_MAX < 1 << HANDLE_BITS, "a handle must hold every port and bridge");

/* Gains are fixed point. */
enum { GAIN_BITS = 12, GAIN_UNITY = 1 << GAIN_BITS, GAIN_LIMIT_DB = 24 };

/* Of both directions: what came in, what went out. */
struct meter {
    uint32_t interval; /* frames, 0: nobody looks */
    uint32_t count;    /* of them heard in this interval */
    double sum[2];     /* of their mean squares */
    double peak[2];    /* that of the loudest */
};

struct port {
    struct slot slot; /* first: the card's list of slots is one of ports too */
    struct card *card; /* NULL: a port without a card */
    int card_number;
    int card_place;    /* index in the card's list of slots */
    int place;         /* index in the list of active ports, -1: at rest */
    uint32_t handle;
    bool muted;
    int32_t in_gain, out_gain;

    struct port *peer; /* of a plain pair */
    bool joined;       /* the card carries this pair */
    bool join_refused; /* it would not: not to be asked again for this pair */
    struct member *member; /* of a bridge */

    struct player *player;
    struct detector *detector;
    struct recording *recording;
    uint32_t recording_token;
    struct meter meter;

    bool voice_ready;                /* voice[] holds this tick's speech */
    int16_t heard[MEDIA_FRAME_MAX];  /* what came in, linear */
    int16_t voice[MEDIA_FRAME_MAX];  /* what others hear of it: gain, mute and PLAY_SPEAK applied */
    int16_t played[MEDIA_FRAME_MAX]; /* what the player gave in this tick */
};

enum order_kind {
    ORDER_OPEN = 1,
    ORDER_CLOSE,
    ORDER_ACTIVATE,
    ORDER_GAIN,
    ORDER_MUTE,
    ORDER_CONNECT,
    ORDER_PART,
    ORDER_BRIDGE_OPEN,
    ORDER_BRIDGE_CLOSE,
    ORDER_JOIN,
    ORDER_MEMBER,
    ORDER_WHISPER,
    ORDER_PLAY,
    ORDER_STOP,
    ORDER_SKIP,
    ORDER_DETECT,
    ORDER_RECORD,
    ORDER_RECORD_STATE,
    ORDER_RECORD_STOP,
    ORDER_RESET_STATISTICS,
    ORDER_METER,
};

struct order {
    uint16_t kind;
    uint16_t flags;
    int32_t port;   /* index */
    int32_t other;  /* index of a port or bridge */
    uint32_t token;
    int32_t gain[2];
    void *object;   /* port, player, detector, bridge, member, recording: the media thread's from here */
};

enum spent_kind { SPENT_PORT = 1, SPENT_PLAYER, SPENT_DETECTOR, SPENT_BRIDGE, SPENT_MEMBER };

struct spent {
    uint32_t kind;
    void *object;
};

/* The control side's own picture of a port and a bridge: what is true once all orders so far are carried out. */
struct port_view {
    bool open, recording;
    uint32_t recording_token;
    uint32_t generation;
    int peer;   /* index or -1 */
    int bridge; /* index or -1 */
    int16_t whisperer[WHISPERERS_MAX]; /* who whispers to this port */
    uint8_t whisperers;
    uint8_t listeners; /* to how many this port whispers */
};

struct bridge_view {
    bool open;
    uint32_t generation;
    uint32_t members;
};

/* The newest figures on their way from one writer to one reader; neither waits. Of the three sheets one is being written, one read, and
 * the middle one is exchanged for either. */
struct board {
    struct plane_statistics sheets[3];
    _Atomic uint32_t middle; /* number of the sheet; BOARD_NEW: the reader has not had it */
    uint32_t writing, reading;
};

struct plane {
    int frame;
    bool threaded_recorder;
    struct recorder *recorder;
    struct card *cards[CARDS_MAX];
    _Atomic int card_count;
    int last_errno;

    /* control side */
    struct port_view port_views[MEDIA_PORTS_MAX];
    struct bridge_view bridge_views[BRIDGES_MAX];
    int port_hint, bridge_hint;
    uint32_t awaited;   /* plays and recordings that were ordered and have not been told as ended */
    uint32_t blob_head; /* blobs before this were given back */

    struct ring orders, events, spent;
    unsigned char *blobs;
    _Atomic uint32_t blob_read, blob_written;
    int eventfd;

    /* media side */
    _Atomic uint64_t time;
    uint64_t now; /* of the running tick */
    struct port *ports[MEDIA_PORTS_MAX];
    struct bridge *bridges[BRIDGES_MAX];
    struct port *active[MEDIA_PORTS_MAX];
    int active_count;
    struct slot *slots[CARDS_MAX][MEDIA_PORTS_MAX];
    int slot_count[CARDS_MAX];
    struct bridge *open_bridges; /* linked */
    bool told;                   /* this tick raised an event */
    uint64_t next_drain;
    struct plane_statistics statistics; /* as they grow */
    double cpu_base;             /* the thread's CPU time that statistics do not count */
    struct board board;          /* as the control side sees them */

    pthread_t thread;
    bool running, locked;
    _Atomic bool stop;
};

/* Control side. */
int plane_port_index(const struct plane *plane, uint32_t handle);   /* -1: no such port */
int plane_bridge_index(const struct plane *plane, uint32_t handle); /* -1: no such bridge */
uint32_t plane_bridge_handle(const struct plane *plane, int index);
uint32_t plane_next_generation(uint32_t generation);
/* An order in the ring, not yet shown; NULL: the ring is full. */
struct order *plane_put(struct plane *plane, enum order_kind kind, int port);
/* Room for one more event that somebody will wait for. */
bool plane_may_await(const struct plane *plane);
/* dB, -60 to +24, to a fixed-point gain. */
int32_t plane_gain(float db);
/* The port leaves its pair or bridge in the control side's picture. */
void plane_part_view(struct plane *plane, int index);
bool plane_in_something(const struct plane *plane, int index);
/* `to` does not hear `from` whisper any more; was not so: nothing. Indices. */
void plane_forget_whisper(struct plane *plane, int from, int to);

/* Media side. */
void plane_emit(struct plane *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                uint32_t token, const void *blob, uint32_t blob_len);
struct event_sink plane_sink(struct plane *plane, uint32_t handle);
void plane_give_back(struct plane *plane, enum spent_kind kind, void *object);
void plane_take_orders(struct plane *plane);
void plane_tick(struct plane *plane);
/* Everything a port holds goes: partners, player, recording, detector, slot. */
void plane_drop_port(struct plane *plane, struct port *port);
void plane_unjoin(struct plane *plane, struct port *port);
void plane_end_player(struct plane *plane, struct port *port, enum play_end how);
void plane_end_recording(struct plane *plane, struct port *port, int error);

/* Statistics. The calling thread is the media thread from here: its CPU time counts. */
void plane_count_cpu(struct plane *plane);
/* Counters begin anew, by order. */
void plane_reset_statistics(struct plane *plane);
/* Real time: a tick is over, which began so late and took so long. */
void plane_note_tick(struct plane *plane, double late_s, double busy_s);
/* Shows the figures to the control side. */
void plane_publish_statistics(struct plane *plane);

static inline int16_t saturate(int32_t value)
{
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* A sample at a gain, to the nearest. The highest there is, +24 dB, makes 20 bits of it: the sum of all ports' is less than 2^31. */
static inline int32_t gained(int16_t sample, int32_t gain)
{
    return (sample * gain + GAIN_UNITY / 2) >> GAIN_BITS;
}

#endif
