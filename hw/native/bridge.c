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

/* A voice at a gain, as 32 bit so that sums of thousands cannot overflow. */
static inline int32_t loud(const struct member *member, int i)
{
    return (int32_t)(((int64_t)member->port->voice[i] * member->talk_gain) >> 12);
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
                bridge->sum[i] += loud(member, i);
        }
    }
}

void bridge_hear(const struct member *member, int32_t *out, int n)
{
    if (member->flags & MEMBER_LISTEN)
        memcpy(out, member->bridge->sum, (size_t)n * sizeof *out);
    else
        memset(out, 0, (size_t)n * sizeof *out);
    if ((member->flags & MEMBER_LISTEN) && speaks(member))
        for (int i = 0; i < n; i++)
            out[i] -= loud(member, i);
    for (int w = 0; w < member->whisperers; w++) {
        const struct member *from = member->whisperer[w];
        /* Who talks to all is in the sum already. */
        if (!from->port->voice_ready || ((from->flags & MEMBER_TALK) && (member->flags & MEMBER_LISTEN)))
            continue;
        for (int i = 0; i < n; i++)
            out[i] += loud(from, i);
    }
    if (member->listen_gain != GAIN_UNITY)
        for (int i = 0; i < n; i++)
            out[i] = (int32_t)(((int64_t)out[i] * member->listen_gain) >> 12);
}
