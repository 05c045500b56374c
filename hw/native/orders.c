#include <errno.h>
#include <string.h>

#include "g711.h"
#include "plane.h"

/* ---- ports ---- */

void plane_end_player(struct plane *plane, struct port *port, enum play_end how)
{
    struct player *player = port->player;
    if (!player)
        return;
    port->player = NULL;
    plane->statistics.playing--;
    int32_t heard = player->played > INT32_MAX ? INT32_MAX : (int32_t)player->played;
    plane_emit(plane, port->handle, plane->now, EVENT_PLAYED, (uint16_t)how, heard, player->at, player->token, NULL, 0);
    plane_give_back(plane, SPENT_PLAYER, player);
}

void plane_end_recording(struct plane *plane, struct port *port, int error)
{
    if (!port->recording)
        return;
    plane_emit(plane, port->handle, plane->now, EVENT_RECORDING_ENDED, (uint16_t)error,
               (int32_t)recording_ms(port->recording), 0, port->recording_token, NULL, 0);
    recording_end(port->recording);
    port->recording = NULL;
    plane->statistics.recording--;
}

static void set_detector(struct plane *plane, struct port *port, struct detector *detector)
{
    plane->statistics.detecting += (detector != NULL) - (port->detector != NULL);
    plane_give_back(plane, SPENT_DETECTOR, port->detector);
    port->detector = detector;
}

void plane_unjoin(struct plane *plane, struct port *port)
{
    struct port *peer = port->peer;
    if (!peer || !port->joined)
        return;
    port->card->ops->part(port->card, &port->slot, &peer->slot);
    port->joined = peer->joined = false;
    port->slot.joined = peer->slot.joined = false;
    plane->statistics.joined_pairs--;
    plane_emit(plane, port->handle, plane->now, EVENT_JOINED, 0, 0, 0, 0, NULL, 0);
    plane_emit(plane, peer->handle, plane->now, EVENT_JOINED, 0, 0, 0, 0, NULL, 0);
}

static void part_pair(struct plane *plane, struct port *port)
{
    if (!port->peer)
        return;
    plane_unjoin(plane, port);
    port->peer->peer = NULL;
    port->peer = NULL;
}

static void rest_port(struct plane *plane, struct port *port)
{
    if (port->place < 0)
        return;
    plane_unjoin(plane, port);
    if (port->card && port->card->ops->deactivate)
        port->card->ops->deactivate(port->card, &port->slot);
    struct port *last = plane->active[--plane->active_count];
    plane->active[port->place] = last;
    last->place = port->place;
    port->place = -1;
    port->slot.active = false;
    port->voice_ready = false;
}

static void wake(struct plane *plane, struct port *port)
{
    if (port->place >= 0)
        return;
    port->place = plane->active_count;
    plane->active[plane->active_count++] = port;
    port->slot.active = true;
    memset(port->slot.rx, g711_silence(port->slot.law), sizeof port->slot.rx);
    memset(port->slot.tx, g711_silence(port->slot.law), sizeof port->slot.tx);
    int error = port->card && port->card->ops->activate ? port->card->ops->activate(port->card, &port->slot, plane->frame) : 0;
    if (error != 0) {
        port->slot.gone = true;
        plane_emit(plane, port->handle, plane->now, EVENT_GONE, (uint16_t)error, 0, 0, 0, NULL, 0);
    }
}

static void open_port(struct plane *plane, struct port *port, int index)
{
    port->slot.sink = plane_sink(plane, port->handle);
    plane->ports[index] = port;
    plane->statistics.ports++;
    if (port->card) {
        int card = port->card_number;
        port->card_place = plane->slot_count[card]++;
        plane->slots[card][port->card_place] = &port->slot;
    }
}

static void leave_bridge(struct plane *plane, struct port *port)
{
    struct member *member = port->member;
    if (!member)
        return;
    bridge_remove(member);
    plane_give_back(plane, SPENT_MEMBER, member);
}

void plane_drop_port(struct plane *plane, struct port *port)
{
    part_pair(plane, port);
    leave_bridge(plane, port);
    plane_end_player(plane, port, PLAY_CLOSED);
    plane_end_recording(plane, port, 0);
    set_detector(plane, port, NULL);
    rest_port(plane, port);
    if (port->card) {
        int card = port->card_number, last = --plane->slot_count[card];
        struct port *moved = (struct port *)plane->slots[card][last];
        plane->slots[card][port->card_place] = &moved->slot;
        moved->card_place = port->card_place;
    }
    plane->statistics.ports--;
}

/* ---- orders ---- */

static void close_bridge(struct plane *plane, struct bridge *bridge)
{
    /* All at once: that one whispers to another does not matter any more. */
    for (struct member *member = bridge->members; member; member = member->next) {
        member->port->member = NULL;
        plane_give_back(plane, SPENT_MEMBER, member);
    }
    for (struct bridge **link = &plane->open_bridges; *link; link = &(*link)->next)
        if (*link == bridge) {
            *link = bridge->next;
            break;
        }
    plane->statistics.bridges--;
    plane_give_back(plane, SPENT_BRIDGE, bridge);
}

static void carry_out(struct plane *plane, const struct order *order)
{
    struct port *port = order->port >= 0 ? plane->ports[order->port] : NULL;
    switch ((enum order_kind)order->kind) {
    case ORDER_OPEN:
        open_port(plane, order->object, order->port);
        break;
    case ORDER_CLOSE:
        plane_drop_port(plane, port);
        plane->ports[order->port] = NULL;
        plane_give_back(plane, SPENT_PORT, port);
        break;
    case ORDER_ACTIVATE:
        if (order->flags)
            wake(plane, port);
        else
            rest_port(plane, port);
        break;
    case ORDER_GAIN:
        port->in_gain = order->gain[0];
        port->out_gain = order->gain[1];
        break;
    case ORDER_MUTE:
        port->muted = order->flags;
        break;
    case ORDER_METER:
        port->meter = (struct meter){.interval = (order->token * (MEDIA_RATE / 1000) + plane->frame - 1) / plane->frame};
        break;
    case ORDER_CONNECT:
        port->peer = plane->ports[order->other];
        port->peer->peer = port;
        port->join_refused = port->peer->join_refused = false;
        break;
    case ORDER_PART:
        part_pair(plane, port);
        leave_bridge(plane, port);
        break;
    case ORDER_BRIDGE_OPEN: {
        struct bridge *bridge = order->object;
        bridge->next = plane->open_bridges;
        plane->open_bridges = plane->bridges[order->other] = bridge;
        plane->statistics.bridges++;
        break;
    }
    case ORDER_BRIDGE_CLOSE:
        close_bridge(plane, plane->bridges[order->other]);
        plane->bridges[order->other] = NULL;
        break;
    case ORDER_JOIN: {
        struct member *member = order->object;
        member->port = port;
        bridge_add(plane->bridges[order->other], member);
        break;
    }
    case ORDER_MEMBER:
        port->member->flags = order->flags;
        port->member->talk_gain = order->gain[0];
        port->member->listen_gain = order->gain[1];
        break;
    case ORDER_WHISPER:
        bridge_whisper(port->member, plane->ports[order->other]->member, order->flags);
        break;
    case ORDER_PLAY:
        plane_end_player(plane, port, PLAY_REPLACED);
        port->player = order->object;
        plane->statistics.playing++;
        break;
    case ORDER_STOP:
        plane_end_player(plane, port, PLAY_STOPPED);
        break;
    case ORDER_SKIP:
        if (port->player)
            player_skip(port->player);
        break;
    case ORDER_DETECT:
        set_detector(plane, port, order->object);
        break;
    case ORDER_RECORD:
        port->recording = order->object;
        port->recording_token = order->token;
        plane->statistics.recording++;
        break;
    case ORDER_RECORD_STATE:
        if (port->recording)
            recording_set_state(port->recording, order->flags);
        break;
    case ORDER_RECORD_STOP:
        plane_end_recording(plane, port, 0);
        break;
    case ORDER_RESET_STATISTICS:
        plane_reset_statistics(plane);
        break;
    }
}

void plane_take_orders(struct plane *plane)
{
    const struct order *order;
    while ((order = ring_peek(&plane->orders))) {
        carry_out(plane, order);
        plane->statistics.orders++;
        ring_release(&plane->orders);
    }
}
