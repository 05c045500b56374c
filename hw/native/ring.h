/* A ring between one producer and one consumer, C11 atomics, no lock, no wait. C only.
 *
 *     producer                              consumer
 *     slot = ring_reserve()   NULL: full    item = ring_peek()   NULL: empty
 *     fill it                               use it
 *     ring_commit()           not shown     ring_release()
 *     ring_publish()          shown now
 *
 * head and tail count for ever; size is a power of two.
 */
#ifndef STROWGER_RING_H
#define STROWGER_RING_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

struct ring {
    unsigned char *items;
    uint32_t size, item;
    _Alignas(64) _Atomic uint32_t head; /* the consumer's */
    _Alignas(64) _Atomic uint32_t tail; /* the producer's, as the consumer sees it */
    uint32_t pending;                   /* the producer's, not yet shown */
};

static inline int ring_make(struct ring *ring, uint32_t size, uint32_t item)
{
    ring->items = calloc(size, item);
    ring->size = size;
    ring->item = item;
    ring->pending = 0;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    return ring->items != NULL;
}

static inline void *ring_at(const struct ring *ring, uint32_t place)
{
    return ring->items + (size_t)(place & (ring->size - 1)) * ring->item;
}

static inline uint32_t ring_room(struct ring *ring)
{
    return ring->size - (ring->pending - atomic_load_explicit(&ring->head, memory_order_acquire));
}

static inline void *ring_reserve(struct ring *ring)
{
    return ring_room(ring) ? ring_at(ring, ring->pending) : NULL;
}

static inline void ring_commit(struct ring *ring) { ring->pending++; }

static inline void ring_publish(struct ring *ring)
{
    atomic_store_explicit(&ring->tail, ring->pending, memory_order_release);
}

static inline uint32_t ring_waiting(struct ring *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_acquire) -
           atomic_load_explicit(&ring->head, memory_order_relaxed);
}

static inline void *ring_peek(struct ring *ring)
{
    return ring_waiting(ring) ? ring_at(ring, atomic_load_explicit(&ring->head, memory_order_relaxed)) : NULL;
}

static inline void ring_release(struct ring *ring)
{
    atomic_store_explicit(&ring->head, atomic_load_explicit(&ring->head, memory_order_relaxed) + 1, memory_order_release);
}

#endif
