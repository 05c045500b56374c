/* What the plane asks of a card: bytes of open timeslots, and the pace.
 *
 *   one tick:   wait() ──> read(all slots) ──> detectors, sources, bridges ──> write(all slots)
 *
 * A card is an object in C with these operations; hw/dahdi and hw/sim make theirs. Everything else about a card (which spans and
 * channels there are, hook, ring, bits, D channels) is Python and does not pass through here, except that line events which the driver
 * delivers in the speech path's file descriptor come up as EVENT_LINE.
 */
#ifndef STROWGER_CARD_H
#define STROWGER_CARD_H

#include "media.h"

struct card;

#ifndef CFFI
/* One open timeslot. The plane owns it; the card reads and fills it in its calls. */
struct slot {
    void *channel;             /* the card's own handle, from Python */
    enum media_law law;        /* of the bytes on the wire */
    bool active;               /* speech runs; else the card only looks for events */
    bool joined;               /* the card carries the speech to a peer by itself: what is written is ignored */
    bool gone;                 /* set by the card, or by the plane after activate() failed: the device vanished; rx stays silence, and it
                                * was told (EVENT_GONE, or in Python) */
    bool idle;                 /* set by the card in read(): nothing came (rx holds silence); counted */
    uint8_t rx[MEDIA_FRAME_MAX];
    uint8_t tx[MEDIA_FRAME_MAX];
    struct event_sink sink;    /* for EVENT_LINE and EVENT_GONE of this port */
};

struct card_ops {
    const char *name;
    /* Blocks until the card has the next frame (SCHED_FIFO thread). Returns 0, or an errno: the plane then paces by the system's clock,
     * and asks again after some seconds; EAGAIN: there is no pace yet, and it asks again with the next tick. NULL: this card gives no
     * pace. */
    int (*wait)(struct card *card, int frame);
    /* Fills rx of every active slot of this card, reports events of all. Silence where nothing came. Never blocks. */
    void (*read)(struct card *card, struct slot **slots, int count, int frame, uint64_t time);
    /* Sends tx of every active slot. Never blocks. */
    void (*write)(struct card *card, struct slot **slots, int count, int frame, uint64_t time);
    /* Speech begins or ends on a slot: flush, prefill. Returns 0, or the errno for which the plane takes the device as gone (EVENT_GONE). */
    int (*activate)(struct card *card, struct slot *slot, int frame);
    void (*deactivate)(struct card *card, struct slot *slot);
    /* Join two slots below the plane, so that their speech needs no tick; part them again. NULL: cannot. 0, or an errno: the plane carries
     * this connection itself and does not ask again. */
    int (*join)(struct card *card, struct slot *a, struct slot *b);
    void (*part)(struct card *card, struct slot *a, struct slot *b);
};

struct card {
    const struct card_ops *ops;
    /* the card's own state follows */
};
#endif

#endif
