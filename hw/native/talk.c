#include <math.h>

#include "plane.h"

/* ---- bridges ---- */

int64_t plane_bridge_open(struct plane *plane)
{
    int index = plane->bridge_hint;
    for (int tried = 0; plane->bridge_views[index].open; tried++) {
        if (tried == BRIDGES_MAX)
            return PLANE_FULL;
        index = (index + 1) % BRIDGES_MAX;
    }
    struct bridge *bridge = calloc(1, sizeof *bridge);
    if (!bridge)
        return PLANE_NO_MEMORY;
    struct order *order = plane_put(plane, ORDER_BRIDGE_OPEN, -1);
    if (!order) {
        free(bridge);
        return PLANE_FULL;
    }
    order->other = index;
    order->object = bridge;
    plane->bridge_views[index].open = true;
    plane->bridge_views[index].members = 0;
    plane->bridge_hint = (index + 1) % BRIDGES_MAX;
    return plane_bridge_handle(plane, index);
}

int plane_bridge_close(struct plane *plane, uint32_t bridge)
{
    int index = plane_bridge_index(plane, bridge);
    if (index < 0)
        return PLANE_NO_BRIDGE;
    struct order *order = plane_put(plane, ORDER_BRIDGE_CLOSE, -1);
    if (!order)
        return PLANE_FULL;
    order->other = index;
    for (int i = 0; i < MEDIA_PORTS_MAX && plane->bridge_views[index].members; i++)
        if (plane->port_views[i].bridge == index)
            plane_part_view(plane, i);
    plane->bridge_views[index].open = false;
    plane->bridge_views[index].generation = plane_next_generation(plane->bridge_views[index].generation);
    return PLANE_OK;
}

static bool member_values_good(uint32_t flags, float talk_db, float listen_db)
{
    return !(flags & ~(uint32_t)(MEMBER_LISTEN | MEMBER_TALK)) && fabsf(talk_db) <= GAIN_LIMIT_DB && fabsf(listen_db) <= GAIN_LIMIT_DB;
}

int plane_bridge_join(struct plane *plane, uint32_t bridge, uint32_t port, uint32_t flags, float talk_db, float listen_db)
{
    int where = plane_bridge_index(plane, bridge), index = plane_port_index(plane, port);
    if (where < 0)
        return PLANE_NO_BRIDGE;
    if (index < 0)
        return PLANE_NO_PORT;
    if (!member_values_good(flags, talk_db, listen_db))
        return PLANE_BAD_VALUE;
    if (plane_in_something(plane, index))
        return PLANE_BUSY;
    struct member *member = calloc(1, sizeof *member);
    if (!member)
        return PLANE_NO_MEMORY;
    struct order *order = plane_put(plane, ORDER_JOIN, index);
    if (!order) {
        free(member);
        return PLANE_FULL;
    }
    member->flags = flags;
    member->talk_gain = plane_gain(talk_db);
    member->listen_gain = plane_gain(listen_db);
    order->other = where;
    order->object = member;
    plane->port_views[index].bridge = where;
    plane->bridge_views[where].members++;
    return PLANE_OK;
}

/* The bridge and the member that an order names, or why not. */
static int find_member(const struct plane *plane, uint32_t bridge, uint32_t port, int *index)
{
    int where = plane_bridge_index(plane, bridge);
    *index = plane_port_index(plane, port);
    if (where < 0)
        return PLANE_NO_BRIDGE;
    if (*index < 0)
        return PLANE_NO_PORT;
    return plane->port_views[*index].bridge == where ? PLANE_OK : PLANE_NOT_MEMBER;
}

int plane_bridge_member(struct plane *plane, uint32_t bridge, uint32_t port, uint32_t flags, float talk_db, float listen_db)
{
    int index;
    int found = find_member(plane, bridge, port, &index);
    if (found != PLANE_OK)
        return found;
    if (!member_values_good(flags, talk_db, listen_db))
        return PLANE_BAD_VALUE;
    struct order *order = plane_put(plane, ORDER_MEMBER, index);
    if (!order)
        return PLANE_FULL;
    order->flags = (uint16_t)flags;
    order->gain[0] = plane_gain(talk_db);
    order->gain[1] = plane_gain(listen_db);
    return PLANE_OK;
}

int plane_bridge_whisper(struct plane *plane, uint32_t bridge, uint32_t from, uint32_t to, bool on)
{
    int speaker, listener;
    int found = find_member(plane, bridge, from, &speaker);
    if (found == PLANE_OK)
        found = find_member(plane, bridge, to, &listener);
    if (found != PLANE_OK)
        return found;
    if (speaker == listener)
        return PLANE_BAD_VALUE;
    struct port_view *view = &plane->port_views[listener];
    bool known = false;
    for (int i = 0; i < view->whisperers; i++)
        known |= view->whisperer[i] == speaker;
    if (on && !known && view->whisperers == WHISPERERS_MAX)
        return PLANE_FULL;
    struct order *order = plane_put(plane, ORDER_WHISPER, speaker);
    if (!order)
        return PLANE_FULL;
    order->other = listener;
    order->flags = on;
    if (known != on) {
        if (known) {
            plane_forget_whisper(plane, speaker, listener);
        } else {
            view->whisperer[view->whisperers++] = (int16_t)speaker;
            plane->port_views[speaker].listeners++;
        }
    }
    return PLANE_OK;
}

/* ---- sources, detectors, recordings ---- */

int plane_play(struct plane *plane, uint32_t port, const struct source *sources, int count, uint32_t flags, uint32_t token)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!sources || count < 1 || count > SOURCES_MAX || flags & ~(uint32_t)(PLAY_LOOP | PLAY_MIX | PLAY_SPEAK) ||
        (flags & PLAY_MIX && flags & PLAY_SPEAK))
        return PLANE_BAD_VALUE;
    for (int i = 0; i < count; i++)
        if (!sources[i].clip == !sources[i].tone || (sources[i].tone && sources[i].from) ||
            !(sources[i].gain_db >= -60 && sources[i].gain_db <= 20))
            return PLANE_BAD_VALUE;
    if (!plane_may_await(plane) || !ring_room(&plane->orders))
        return PLANE_FULL;
    struct player *player = player_new(sources, count, flags, token);
    if (!player)
        return PLANE_NO_MEMORY;
    plane_put(plane, ORDER_PLAY, index)->object = player;
    plane->awaited++;
    return PLANE_OK;
}

static int put_plain(struct plane *plane, enum order_kind kind, uint32_t port)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    return plane_put(plane, kind, index) ? PLANE_OK : PLANE_FULL;
}

int plane_stop(struct plane *plane, uint32_t port) { return put_plain(plane, ORDER_STOP, port); }
int plane_skip(struct plane *plane, uint32_t port) { return put_plain(plane, ORDER_SKIP, port); }

int plane_detect(struct plane *plane, uint32_t port, const struct detect_settings *settings)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!ring_room(&plane->orders))
        return PLANE_FULL;
    struct detector *detector = NULL;
    if (settings && !(detector = detector_new(settings)))
        return PLANE_BAD_VALUE;
    plane_put(plane, ORDER_DETECT, index)->object = detector;
    return PLANE_OK;
}

int plane_record(struct plane *plane, uint32_t port, struct recording *recording, uint32_t token)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!recording)
        return PLANE_BAD_VALUE;
    if (plane->port_views[index].recording)
        return PLANE_RECORDING;
    struct order *order = plane_may_await(plane) ? plane_put(plane, ORDER_RECORD, index) : NULL;
    if (!order)
        return PLANE_FULL;
    order->object = recording;
    order->token = token;
    plane->awaited++;
    plane->port_views[index].recording = true;
    plane->port_views[index].recording_token = token;
    return PLANE_OK;
}

int plane_record_state(struct plane *plane, uint32_t port, enum recording_state state)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (state != RECORDING_RUNS && state != RECORDING_PAUSED && state != RECORDING_MASKED)
        return PLANE_BAD_VALUE;
    if (!plane->port_views[index].recording)
        return PLANE_NOT_RECORDING;
    struct order *order = plane_put(plane, ORDER_RECORD_STATE, index);
    if (!order)
        return PLANE_FULL;
    order->flags = (uint16_t)state;
    return PLANE_OK;
}

int plane_record_stop(struct plane *plane, uint32_t port)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!plane->port_views[index].recording)
        return PLANE_NOT_RECORDING;
    if (!plane_put(plane, ORDER_RECORD_STOP, index))
        return PLANE_FULL;
    plane->port_views[index].recording = false;
    return PLANE_OK;
}
