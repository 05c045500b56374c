/* Inside the media plane: what the control side and the media thread share, and what each has for itself. C only.
 *
 * control.c   Python's side: checks, makes objects, puts orders, frees what comes back
 * talk.c      the same for bridges, sources, detectors and recordings
 * orders.c    media side: carries orders out; what a port holds
 * tick.c      media side: one tick
 * events.c    media side: what goes up
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
    EVENTS = 16384,
    EVENTS_RESERVED = 4096, /* for ends of plays and recordings: somebody waits for each of them */
    SPENT = 65536, /* more than orders and ports can ever give back between two visits of Python */
    BLOBS = 65536,
    HANDLE_BITS = 13, /* low bits of a handle: index + 1 */
    CATCH_UP_FRAMES = 10,
};

/* Gains are fixed point with 12 bits behind the point. */
enum { GAIN_UNITY = 4096 };

struct port {
    struct slot slot;
    struct card *card; /* NULL: a port without a card */
    int card_number;
    int card_place;    /* index in the card's list of slots */
    int place;         /* index in the list of active ports, -1: at rest */
    uint32_t handle;
    bool muted;
    int32_t in_gain, out_gain;

    struct port *peer; /* of a plain pair */
    bool joined;       /* the card carries this pair */
    struct member *member; /* of a bridge */

    struct player *player;
    struct detector *detector;
    struct recording *recording;
    uint32_t recording_token;

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
    struct port *slot_ports[CARDS_MAX][MEDIA_PORTS_MAX];
    int slot_count[CARDS_MAX];
    struct bridge *open_bridges; /* linked */
    bool told;                   /* this tick raised an event */
    uint64_t next_drain;
    struct plane_statistics statistics;
    double cpu_base;             /* the thread's CPU time that statistics do not count */

    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

/* Control side. */
int plane_port_index(const struct plane *plane, uint32_t handle);   /* -1: no such port */
int plane_bridge_index(const struct plane *plane, uint32_t handle); /* -1: no such bridge */
uint32_t plane_handle(int index, uint32_t generation);
uint32_t plane_next_generation(uint32_t generation);
/* An order in the ring, not yet shown; NULL: the ring is full. */
struct order *plane_put(struct plane *plane, enum order_kind kind, int port);
/* dB to a fixed-point gain; false: outside ±limit, or no number. */
bool plane_gain_of(float db, float limit, int32_t *gain);
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
double plane_thread_cpu_s(void);

static inline int16_t saturate(int32_t value)
{
    return (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

#endif
