#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "plane.h"

/* ---- the plane ---- */

struct plane *plane_new(int frame, bool threaded_recorder)
{
    if (frame != 80 && frame != 160)
        return NULL;
    struct plane *plane = calloc(1, sizeof *plane);
    if (!plane)
        return NULL;
    plane->frame = frame;
    plane->threaded_recorder = threaded_recorder;
    plane->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    plane->recorder = recorder_new(threaded_recorder);
    plane->blobs = malloc(BLOBS);
    bool rings = ring_make(&plane->orders, ORDERS, sizeof(struct order)) &
                 ring_make(&plane->events, EVENTS, sizeof(struct event)) &
                 ring_make(&plane->spent, SPENT, sizeof(struct spent));
    for (int i = 0; i < MEDIA_PORTS_MAX; i++)
        plane->port_views[i] = (struct port_view){ .generation = 1, .peer = -1, .bridge = -1 };
    for (int i = 0; i < BRIDGES_MAX; i++)
        plane->bridge_views[i].generation = 1;
    atomic_init(&plane->board.middle, 1);
    plane->board.reading = 2;
    if (!rings || plane->eventfd < 0 || !plane->recorder || !plane->blobs) {
        plane_free(plane);
        return NULL;
    }
    return plane;
}

static void free_spent(struct plane *plane)
{
    const struct spent *spent;
    while ((spent = ring_peek(&plane->spent))) {
        switch ((enum spent_kind)spent->kind) {
        case SPENT_PLAYER:
            player_free(spent->object);
            break;
        case SPENT_DETECTOR:
            detector_free(spent->object);
            break;
        case SPENT_PORT:
        case SPENT_BRIDGE:
        case SPENT_MEMBER:
            free(spent->object);
            break;
        }
        ring_release(&plane->spent);
    }
}

void plane_free(struct plane *plane)
{
    if (!plane)
        return;
    plane_stop_thread(plane);
    if (plane->orders.items && plane->events.items && plane->spent.items) {
        /* From here this thread is the media thread too. Orders that were put but not shown are carried out, so that nothing is lost. */
        ring_publish(&plane->orders);
        plane_take_orders(plane);
        ring_publish(&plane->spent);
        free_spent(plane);
        for (int i = 0; i < MEDIA_PORTS_MAX; i++) {
            if (!plane->ports[i])
                continue;
            plane_drop_port(plane, plane->ports[i]);
            free(plane->ports[i]);
            ring_publish(&plane->spent);
            free_spent(plane);
        }
        while (plane->open_bridges) {
            struct bridge *next = plane->open_bridges->next;
            free(plane->open_bridges);
            plane->open_bridges = next;
        }
    }
    recorder_free(plane->recorder);
    if (plane->eventfd >= 0)
        close(plane->eventfd);
    free(plane->orders.items);
    free(plane->events.items);
    free(plane->spent.items);
    free(plane->blobs);
    free(plane);
}

int plane_errno(const struct plane *plane) { return plane->last_errno; }
int plane_eventfd(const struct plane *plane) { return plane->eventfd; }
struct recorder *plane_recorder(struct plane *plane) { return plane->recorder; }
uint64_t plane_time(const struct plane *plane) { return atomic_load_explicit(&plane->time, memory_order_acquire); }

int plane_add_card(struct plane *plane, struct card *card)
{
    int count = atomic_load_explicit(&plane->card_count, memory_order_relaxed);
    if (!card)
        return PLANE_NO_CARD;
    if (count == CARDS_MAX)
        return PLANE_FULL;
    plane->cards[count] = card;
    atomic_store_explicit(&plane->card_count, count + 1, memory_order_release);
    return count;
}

/* ---- handles, orders ---- */

static uint32_t handle_of(int place, uint32_t generation) { return (generation << HANDLE_BITS) | (uint32_t)(place + 1); }

static int place_of(uint32_t handle) { return (int)(handle & ((1u << HANDLE_BITS) - 1)) - 1; }

static uint32_t port_handle(const struct plane *plane, int index)
{
    return handle_of(index, plane->port_views[index].generation);
}

uint32_t plane_bridge_handle(const struct plane *plane, int index)
{
    return handle_of(MEDIA_PORTS_MAX + index, plane->bridge_views[index].generation);
}

int plane_port_index(const struct plane *plane, uint32_t handle)
{
    int index = place_of(handle);
    bool there = index >= 0 && index < MEDIA_PORTS_MAX && plane->port_views[index].open;
    return there && handle == port_handle(plane, index) ? index : -1;
}

int plane_bridge_index(const struct plane *plane, uint32_t handle)
{
    int index = place_of(handle) - MEDIA_PORTS_MAX;
    bool there = index >= 0 && index < BRIDGES_MAX && plane->bridge_views[index].open;
    return there && handle == plane_bridge_handle(plane, index) ? index : -1;
}

/* A generation fills the rest of a handle and is never 0, so that a handle is never 0. */
uint32_t plane_next_generation(uint32_t generation)
{
    generation = (generation + 1) & ((1u << (32 - HANDLE_BITS)) - 1);
    return generation ? generation : 1;
}

struct order *plane_put(struct plane *plane, enum order_kind kind, int port)
{
    struct order *order = ring_reserve(&plane->orders);
    if (!order)
        return NULL;
    *order = (struct order){ .kind = (uint16_t)kind, .port = port, .other = -1 };
    ring_commit(&plane->orders);
    return order;
}

bool plane_may_await(const struct plane *plane) { return plane->awaited < EVENTS_AWAITED; }

int32_t plane_gain(float db) { return (int32_t)lrintf(GAIN_UNITY * powf(10.0f, db / 20.0f)); }

int plane_flush(struct plane *plane)
{
    ring_publish(&plane->orders);
    free_spent(plane);
    return PLANE_OK;
}

/* ---- ports ---- */

int64_t plane_port_open(struct plane *plane, int card, void *channel, enum media_law law)
{
    if (card < -1 || card >= atomic_load(&plane->card_count) || (card >= 0 && !channel))
        return PLANE_NO_CARD;
    if (law != LAW_A && law != LAW_MU)
        return PLANE_BAD_VALUE;
    int index = plane->port_hint;
    for (int tried = 0; plane->port_views[index].open; tried++) {
        if (tried == MEDIA_PORTS_MAX)
            return PLANE_FULL;
        index = (index + 1) % MEDIA_PORTS_MAX;
    }
    if (!ring_room(&plane->orders))
        return PLANE_FULL;
    struct port *port = aligned_alloc(64, (sizeof *port + 63) / 64 * 64);
    if (!port)
        return PLANE_NO_MEMORY;
    memset(port, 0, sizeof *port);
    struct port_view *view = &plane->port_views[index];
    *view = (struct port_view){ .open = true, .generation = view->generation, .peer = -1, .bridge = -1 };
    port->card = card >= 0 ? plane->cards[card] : NULL;
    port->card_number = card;
    port->handle = port_handle(plane, index);
    port->place = -1;
    port->in_gain = port->out_gain = GAIN_UNITY;
    port->slot.channel = channel;
    port->slot.law = law;
    plane_put(plane, ORDER_OPEN, index)->object = port;
    plane->port_hint = (index + 1) % MEDIA_PORTS_MAX;
    return port->handle;
}

void plane_forget_whisper(struct plane *plane, int from, int to)
{
    struct port_view *listener = &plane->port_views[to];
    for (int i = 0; i < listener->whisperers; i++)
        if (listener->whisperer[i] == from) {
            listener->whisperer[i] = listener->whisperer[--listener->whisperers];
            plane->port_views[from].listeners--;
            return;
        }
}

void plane_part_view(struct plane *plane, int index)
{
    struct port_view *view = &plane->port_views[index];
    while (view->whisperers)
        plane_forget_whisper(plane, view->whisperer[0], index);
    for (int i = 0; i < MEDIA_PORTS_MAX && view->listeners; i++)
        plane_forget_whisper(plane, index, i);
    if (view->peer >= 0)
        plane->port_views[view->peer].peer = -1;
    if (view->bridge >= 0)
        plane->bridge_views[view->bridge].members--;
    view->peer = view->bridge = -1;
}

int plane_port_close(struct plane *plane, uint32_t port)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!plane_put(plane, ORDER_CLOSE, index))
        return PLANE_FULL;
    plane_part_view(plane, index);
    struct port_view *view = &plane->port_views[index];
    view->open = view->recording = false;
    view->generation = plane_next_generation(view->generation);
    return PLANE_OK;
}

int plane_port_activate(struct plane *plane, uint32_t port, bool active)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    struct order *order = plane_put(plane, ORDER_ACTIVATE, index);
    if (!order)
        return PLANE_FULL;
    order->flags = active;
    return PLANE_OK;
}

int plane_port_gain(struct plane *plane, uint32_t port, float in_db, float out_db)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!(fabsf(in_db) <= GAIN_LIMIT_DB && fabsf(out_db) <= GAIN_LIMIT_DB))
        return PLANE_BAD_VALUE;
    struct order *order = plane_put(plane, ORDER_GAIN, index);
    if (!order)
        return PLANE_FULL;
    order->gain[0] = plane_gain(in_db);
    order->gain[1] = plane_gain(out_db);
    return PLANE_OK;
}

int plane_port_mute(struct plane *plane, uint32_t port, bool muted)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    struct order *order = plane_put(plane, ORDER_MUTE, index);
    if (!order)
        return PLANE_FULL;
    order->flags = muted;
    return PLANE_OK;
}

enum { METER_INTERVAL_MIN = 20, METER_INTERVAL_MAX = 60000 };

int plane_meter(struct plane *plane, uint32_t port, uint32_t interval_ms)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (interval_ms && (interval_ms < METER_INTERVAL_MIN || interval_ms > METER_INTERVAL_MAX))
        return PLANE_BAD_VALUE;
    struct order *order = plane_put(plane, ORDER_METER, index);
    if (!order)
        return PLANE_FULL;
    order->token = interval_ms;
    return PLANE_OK;
}

bool plane_in_something(const struct plane *plane, int index)
{
    return plane->port_views[index].peer >= 0 || plane->port_views[index].bridge >= 0;
}

int plane_connect(struct plane *plane, uint32_t a, uint32_t b)
{
    int first = plane_port_index(plane, a), second = plane_port_index(plane, b);
    if (first < 0 || second < 0)
        return PLANE_NO_PORT;
    if (first == second)
        return PLANE_BAD_VALUE;
    if (plane_in_something(plane, first) || plane_in_something(plane, second))
        return PLANE_BUSY;
    struct order *order = plane_put(plane, ORDER_CONNECT, first);
    if (!order)
        return PLANE_FULL;
    order->other = second;
    plane->port_views[first].peer = second;
    plane->port_views[second].peer = first;
    return PLANE_OK;
}

int plane_part(struct plane *plane, uint32_t port)
{
    int index = plane_port_index(plane, port);
    if (index < 0)
        return PLANE_NO_PORT;
    if (!plane_in_something(plane, index))
        return PLANE_OK;
    if (!plane_put(plane, ORDER_PART, index))
        return PLANE_FULL;
    plane_part_view(plane, index);
    return PLANE_OK;
}

/* ---- events ---- */

int plane_events(struct plane *plane, struct event *out, int max)
{
    uint64_t waiting;
    if (read(plane->eventfd, &waiting, sizeof waiting) < 0 && errno != EAGAIN)
        plane->last_errno = errno;
    free_spent(plane);
    atomic_store_explicit(&plane->blob_read, plane->blob_head, memory_order_release);
    int count = 0;
    const struct event *event;
    while (count < max && (event = ring_peek(&plane->events))) {
        out[count] = *event;
        if (event->blob_len)
            plane->blob_head = (uint32_t)event->blob_at + event->blob_len;
        plane->awaited -= event->kind == EVENT_PLAYED || event->kind == EVENT_RECORDING_ENDED;
        /* A recording that ended by itself frees the port for the next one. */
        int index = event->kind == EVENT_RECORDING_ENDED && event->code ? plane_port_index(plane, event->port) : -1;
        if (index >= 0 && plane->port_views[index].recording_token == event->token)
            plane->port_views[index].recording = false;
        count++;
        ring_release(&plane->events);
    }
    if (ring_waiting(&plane->events)) {
        uint64_t one = 1;
        if (write(plane->eventfd, &one, sizeof one) < 0)
            plane->last_errno = errno;
    }
    return count;
}

int plane_blob(struct plane *plane, const struct event *event, uint8_t *out, int max)
{
    uint32_t written = atomic_load_explicit(&plane->blob_written, memory_order_acquire);
    uint32_t from = (uint32_t)event->blob_at, len = event->blob_len;
    /* Only what the last plane_events() gave out is still there. */
    if (max < 0 || len > (uint32_t)max || len > BLOBS || from - plane->blob_read > plane->blob_head - plane->blob_read ||
        written - from < len)
        return PLANE_BAD_VALUE;
    for (uint32_t i = 0; i < len; i++)
        out[i] = plane->blobs[(from + i) % BLOBS];
    return (int)len;
}
