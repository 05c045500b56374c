#include "plane.h"

static uint32_t put_blob(struct plane *plane, const void *blob, uint32_t len)
{
    uint32_t at = atomic_load_explicit(&plane->blob_written, memory_order_relaxed);
    if (len > BLOBS - (at - atomic_load_explicit(&plane->blob_read, memory_order_acquire)))
        return UINT32_MAX;
    for (uint32_t i = 0; i < len; i++)
        plane->blobs[(at + i) % BLOBS] = ((const unsigned char *)blob)[i];
    atomic_store_explicit(&plane->blob_written, at + len, memory_order_release);
    return at;
}

/* Places that an event leaves to more important ones. */
static uint32_t left_free(enum event_kind kind)
{
    switch (kind) {
    case EVENT_PLAYED:
    case EVENT_RECORDING_ENDED:
        return 0;
    case EVENT_LINE:
    case EVENT_GONE:
        return EVENTS_AWAITED;
    case EVENT_LEVEL:
    case EVENT_METER:
        return EVENTS_AWAITED + EVENTS_LINES + EVENTS_HEARD;
    default:
        return EVENTS_AWAITED + EVENTS_LINES;
    }
}

void plane_emit(struct plane *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                uint32_t token, const void *blob, uint32_t blob_len)
{
    struct event *event = ring_room(&plane->events) > left_free((enum event_kind)kind) ? ring_reserve(&plane->events) : NULL;
    uint32_t blob_at = event && blob_len ? put_blob(plane, blob, blob_len) : 0;
    if (!event || blob_at == UINT32_MAX) {
        plane->statistics.lost_events++;
        return;
    }
    *event = (struct event){ .time = time, .port = port, .kind = kind, .code = code, .a = a, .b = b,
                             .token = token, .blob_len = blob_len, .blob_at = blob_at };
    ring_commit(&plane->events);
    plane->statistics.events++;
    plane->told = true;
}

static void emit_for_sink(void *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                          uint32_t token, const void *blob, uint32_t blob_len)
{
    plane_emit(plane, port, time, kind, code, a, b, token, blob, blob_len);
}

struct event_sink plane_sink(struct plane *plane, uint32_t handle)
{
    return (struct event_sink){ emit_for_sink, plane, handle };
}

void plane_give_back(struct plane *plane, enum spent_kind kind, void *object)
{
    if (!object)
        return;
    struct spent *spent = ring_reserve(&plane->spent);
    if (!spent)
        return; /* cannot be: the ring is longer than all that is ever out */
    spent->kind = kind;
    spent->object = object;
    ring_commit(&plane->spent);
}
