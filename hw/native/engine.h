/* The media plane: ports, what each hears, and the tick that moves it all.
 *
 *            Python (trio thread)                                   media thread (SCHED_FIFO), or step() in virtual time
 *   plane_connect(), plane_play(), ...                                each tick:
 *     check against the control side's own picture                     1  take orders
 *     put an order into the ring ───────── orders (SPSC) ────────────> 2  card->wait, read: rx of every port
 *   plane_flush(): show what was put                                   3  detectors hear rx
 *   plane_events() <────────────────────── events (SPSC) + eventfd ─── 4  bridges and sources make tx
 *   (also frees what came back) <───────── spent objects (SPSC) ────── 5  encode, card->write, recordings
 *
 * The control side checks every order before it is put, so that a wrong one is answered at once, by a negative enum plane_error, and
 * nothing that reaches the media thread can fail. The media thread never allocates, frees, locks or logs.
 * Handles of ports and bridges carry a generation: an old handle is PLANE_NO_PORT, never somebody else's port; and that of a bridge is
 * never that of a port.
 *
 * When nobody reads events their ring fills. Levels give way first, then what else detectors tell, then lines; for the end of every play
 * and recording that was ordered there is always room. What was lost is counted.
 */
#ifndef STROWGER_ENGINE_H
#define STROWGER_ENGINE_H

#include "card.h"
#include "clip.h"
#include "detect.h"
#include "media.h"
#include "recorder.h"
#include "tone.h"

struct plane;

enum plane_error {
    PLANE_OK = 0,
    PLANE_NO_PORT = -1,      /* unknown port, or closed meanwhile */
    PLANE_NO_BRIDGE = -2,    /* unknown bridge */
    PLANE_BUSY = -3,         /* port is in a bridge already */
    PLANE_FULL = -4,         /* no port, bridge, whisperer or place for an order left; or too many plays and recordings whose end nobody reads */
    PLANE_BAD_VALUE = -5,    /* argument outside its range */
    PLANE_NOT_MEMBER = -6,   /* port is not in this bridge */
    PLANE_NO_MEMORY = -7,
    PLANE_NO_CARD = -8,      /* unknown card */
    PLANE_RUNNING = -9,      /* thread runs: no step(); or runs already */
    PLANE_NOT_RECORDING = -10,
    PLANE_RECORDING = -11,   /* port is being recorded already */
    PLANE_SYSTEM = -12,      /* the system refused; plane_errno() tells */
};

enum play_flags {
    PLAY_LOOP = 1,           /* the list again from its beginning, until stopped */
    PLAY_MIX = 2,            /* heard together with the bridge; else instead of it */
    PLAY_SPEAK = 4,          /* not to the port's party but as if the party said it: into the bridge */
};
enum play_end { PLAY_FINISHED = 0, PLAY_STOPPED = 1, PLAY_REPLACED = 2, PLAY_CLOSED = 3 };

enum member_flags { MEMBER_LISTEN = 1, MEMBER_TALK = 2 };

/* One thing to be played: a clip or a tone. */
struct source {
    struct clip *clip;       /* or NULL */
    struct tone *tone;       /* or NULL; a tone for ever ends the list */
    uint32_t from;           /* clip: first sample to be heard; beyond its end: nothing of it is. Tone: 0 */
    uint32_t samples;        /* at most so many; 0: all */
    float gain_db;           /* -60 to +20 */
};
enum { SOURCES_MAX = 256 };

/* frame: 80 or 160. NULL when out of memory or frame is neither. */
struct plane *plane_new(int frame, bool threaded_recorder);
/* Stops the thread, ends recordings, frees all. */
void plane_free(struct plane *plane);
/* Why the last order was answered by PLANE_SYSTEM. */
int plane_errno(const struct plane *plane);
struct recorder *plane_recorder(struct plane *plane);

/* Cards are given for good; the plane does not own them. Returns the card's number or an error. 16 cards at most. */
int plane_add_card(struct plane *plane, struct card *card);

/* A port for a channel of a card; card -1: a port without a card, which hears nothing and speaks what PLAY_SPEAK gives it (announcer of a
 * conference, tap for a mixed recording). Returns a handle > 0 or an error. The port is not active. */
int64_t plane_port_open(struct plane *plane, int card, void *channel, enum media_law law);
int plane_port_close(struct plane *plane, uint32_t port);
/* Speech runs or rests. A port in rest hears silence and its detectors and sources stand still. */
int plane_port_activate(struct plane *plane, uint32_t port, bool active);
/* What comes in is made louder by in_db, what goes out by out_db; -24 to +24. */
int plane_port_gain(struct plane *plane, uint32_t port, float in_db, float out_db);
/* Muted: nobody hears what this port's party says; detectors and recording still do. */
int plane_port_mute(struct plane *plane, uint32_t port, bool muted);

/* Tells EVENT_METER of both directions each interval_ms (20 to 60000); 0: no more. Beside detectors and recording. */
int plane_meter(struct plane *plane, uint32_t port, uint32_t interval_ms);

/* Two ports hear each other. BUSY if one is in a bridge. */
int plane_connect(struct plane *plane, uint32_t a, uint32_t b);
/* The port leaves whatever it is in; the other of a pair is then alone and hears silence. */
int plane_part(struct plane *plane, uint32_t port);

/* Conferences. Returns a handle > 0 or an error. */
int64_t plane_bridge_open(struct plane *plane);
int plane_bridge_close(struct plane *plane, uint32_t bridge);
/* flags: member_flags; LISTEN alone is the silent listener. gains: of what the member says / hears, -24 to +24 dB. */
int plane_bridge_join(struct plane *plane, uint32_t bridge, uint32_t port, uint32_t flags, float talk_db, float listen_db);
/* Change of a member that is in. */
int plane_bridge_member(struct plane *plane, uint32_t bridge, uint32_t port, uint32_t flags, float talk_db, float listen_db);
/* `to` hears `from`, whom the rest do not hear for that (if `from` has no TALK). 8 whisperers for one listener at most. */
int plane_bridge_whisper(struct plane *plane, uint32_t bridge, uint32_t from, uint32_t to, bool on);

/* The list replaces what was being played; its EVENT_PLAYED carries the old token with PLAY_REPLACED. */
int plane_play(struct plane *plane, uint32_t port, const struct source *sources, int count, uint32_t flags, uint32_t token);
/* Stop at once, within the frame. Nothing playing is not an error. */
int plane_stop(struct plane *plane, uint32_t port);
/* On to the next source of the list. */
int plane_skip(struct plane *plane, uint32_t port);

/* Anew with these settings, whatever was being detected; NULL: all off. BAD_VALUE: a setting is wrong, or memory is out. */
int plane_detect(struct plane *plane, uint32_t port, const struct detect_settings *settings);

/* The plane owns the recording from here; EVENT_RECORDING_ENDED tells its end. */
int plane_record(struct plane *plane, uint32_t port, struct recording *recording, uint32_t token);
int plane_record_state(struct plane *plane, uint32_t port, enum recording_state state);
int plane_record_stop(struct plane *plane, uint32_t port);

/* Orders put since the last flush take effect together, in the next tick. */
int plane_flush(struct plane *plane);

/* Copies up to max events; returns how many. Blobs stay readable until the next call of plane_events(). */
int plane_events(struct plane *plane, struct event *out, int max);
/* Copies a blob of an event from the last plane_events(); returns its length. */
int plane_blob(struct plane *plane, const struct event *event, uint8_t *out, int max);
/* Readable when events wait. */
int plane_eventfd(const struct plane *plane);

/* Virtual time: `frames` ticks, at once. Stops early at a tick that raised an event. Returns the ticks done, or an error. */
int plane_step(struct plane *plane, int frames);
/* Real time. priority: SCHED_FIFO 1 to 99, 0: none. Returns 0, or a bit mask of what the system refused: 1 SCHED_FIFO, 2 mlockall. */
int plane_start(struct plane *plane, int priority, bool lock_memory);
int plane_stop_thread(struct plane *plane);
/* Samples since the start; may be read at any time. */
uint64_t plane_time(const struct plane *plane);

/* Since the start or the last reset; from `ports` to `recording`: now.
 * Lateness: how much later than due a tick began. Due is by the system's clock where that paces; where a card paces, a frame after the
 * tick before, counted from the earliest beats of late, so that its crystal may differ from ours.
 * Bucket k of `lateness` counts the ticks that were k*25 us to (k+1)*25 us late; the first one also what was early, the last one the rest. */
enum { LATENESS_BUCKETS = 400 };
struct plane_statistics {
    uint64_t ticks;
    uint64_t late_ticks;       /* began more than 1 ms after they were due */
    uint64_t skipped_ticks;    /* left out after a stall of more than 10 frames: nobody heard anything meanwhile */
    uint64_t clock_ticks;      /* paced by the system's clock because the card that should pace did not */
    uint64_t lost_frames;      /* card gave nothing to an active port (silence was put in) */
    uint64_t events, lost_events;
    uint64_t orders;
    uint32_t ports, active_ports, bridges, joined_pairs, playing, detecting, recording;
    double busy_s;             /* within ticks */
    double tick_max_us;        /* the longest of them */
    double lateness_max_ms;
    double cpu_s;              /* of the media thread: busy, and woken up once a tick; in virtual time of all steps */
    uint32_t lateness[400];
};
/* All of one moment: the end of the last tick. One thread may ask. */
void plane_statistics(struct plane *plane, struct plane_statistics *out);
/* With the next flush. */
int plane_statistics_reset(struct plane *plane);

#endif
