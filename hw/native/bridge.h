/* Conferences: each member hears the sum of the talkers without himself, and those who whisper to him.
 *
 *     sum = Σ talker_i · talk_i            for member k:  out = (sum - talker_k · talk_k + Σ whisperers) · listen_k
 *
 * so that n members cost n additions, not n². Members are linked; made on the control side, driven by the media thread. C only.
 */
#ifndef STROWGER_BRIDGE_H
#define STROWGER_BRIDGE_H

#include "engine.h"

enum { WHISPERERS_MAX = 8 };

struct port;

struct member {
    struct member *next;
    struct bridge *bridge;
    struct port *port;
    uint32_t flags; /* enum member_flags */
    int32_t talk_gain, listen_gain;
    int whisperers;
    struct member *whisperer[WHISPERERS_MAX];
};

struct bridge {
    struct bridge *next;
    struct member *members;
    int32_t sum[MEDIA_FRAME_MAX];
};

void bridge_add(struct bridge *bridge, struct member *member);
/* Takes the member out, and out of all ears it whispers to. */
void bridge_remove(struct member *member);
void bridge_whisper(struct member *from, struct member *to, bool on);
/* Once a tick, after the voices of all ports are ready. */
void bridge_mix(struct bridge *bridge, int n);
/* What the member hears now. */
void bridge_hear(const struct member *member, int16_t *out, int n);


#endif
