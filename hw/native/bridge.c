#include "bridge.h"

#include <string.h>

#include "plane.h"

void bridge_add(struct bridge *bridge, struct member *member)
{
    member->bridge = bridge;
    member->next = bridge->members;
    bridge->members = member;
    member->port->member = member;
}

static void forget_whisperer(struct member *listener, const struct member *from)
{
    for (int i = 0; i < listener->whisperers; i++)
        if (listener->whisperer[i] == from)
            listener->whisperer[i--] = listener->whisperer[--listener->whisperers];
}

void bridge_remove(struct member *member)
{
    struct member **link = &member->bridge->members;
    while (*link) {
        if (*link == member) {
            *link = member->next;
        } else {
            forget_whisperer(*link, member);
            link = &(*link)->next;
        }
    }
    member->port->member = NULL;
    member->port = NULL;
}

void bridge_whisper(struct member *from, struct member *to, bool on)
{
    forget_whisperer(to, from);
    if (on && to->whisperers < WHISPERERS_MAX)
        to->whisperer[to->whisperers++] = from;
}

static bool speaks(const struct member *member)
{
    return (member->flags & MEMBER_TALK) && member->port->voice_ready;
}

void bridge_mix(struct bridge *bridge, int n)
{
    memset(bridge->sum, 0, (size_t)n * sizeof *bridge->sum);
    for (const struct member *member = bridge->members; member; member = member->next) {
        if (!speaks(member))
            continue;
        const int16_t *voice = member->port->voice;
        if (member->talk_gain == GAIN_UNITY) {
            for (int i = 0; i < n; i++)
                bridge->sum[i] += voice[i];
        } else {
            for (int i = 0; i < n; i++)
                bridge->sum[i] += gained(voice[i], member->talk_gain);
        }
    }
}

static void hear_whisperers(const struct member *member, int32_t *sum, int n)
{
    for (int w = 0; w < member->whisperers; w++) {
        const struct member *from = member->whisperer[w];
        /* Who talks to all is in the sum already. */
        if (!from->port->voice_ready || ((from->flags & MEMBER_TALK) && (member->flags & MEMBER_LISTEN)))
            continue;
        for (int i = 0; i < n; i++)
            sum[i] += gained(from->port->voice[i], from->talk_gain);
    }
}

void bridge_hear(const struct member *member, int16_t *out, int n)
{
    int32_t sum[MEDIA_FRAME_MAX];
    if (member->flags & MEMBER_LISTEN)
        memcpy(sum, member->bridge->sum, (size_t)n * sizeof *sum);
    else
        memset(sum, 0, (size_t)n * sizeof *sum);
    if ((member->flags & MEMBER_LISTEN) && speaks(member))
        for (int i = 0; i < n; i++)
            sum[i] -= gained(member->port->voice[i], member->talk_gain);
    hear_whisperers(member, sum, n);
    for (int i = 0; i < n; i++) {
        int64_t loud = ((int64_t)sum[i] * member->listen_gain + GAIN_UNITY / 2) >> GAIN_BITS;
        out[i] = (int16_t)(loud > INT16_MAX ? INT16_MAX : loud < INT16_MIN ? INT16_MIN : loud);
    }
}
