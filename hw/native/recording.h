/* One recording: the ring between the media thread and the recorder's, and the file behind it. C only; the media thread's functions and
 * those of the control side are in recorder.h. */
#ifndef STROWGER_RECORDING_H
#define STROWGER_RECORDING_H

#include <stdatomic.h>

#include "recorder.h"
#include "wave.h"

enum {
    CACHE_LINE = 64,
    RING_FRAMES = 32768,  /* 4.1 s: a power of two */
};

struct recording {
    /* fixed when opened */
    uint8_t *ring;
    uint32_t ring_bytes;
    uint32_t channels;
    enum media_law law;
    char *path;

    /* the media thread's */
    _Alignas(CACHE_LINE) atomic_uint_fast64_t head;  /* bytes ever put */
    uint64_t tail_seen;
    uint64_t samples;             /* of the time line: put and lost */
    uint64_t owed;                /* bytes lost since the last note */
    uint64_t gap_at;              /* the note: before this byte ... */
    atomic_uint_fast64_t gap;     /* ... so many are missing; 0: no note. The recorder's thread clears it. */
    atomic_uint_fast64_t lost;    /* bytes in all */
    uint32_t mask_phase;
    enum recording_state state;
    atomic_bool ended;

    /* the recorder's thread's */
    _Alignas(CACHE_LINE) atomic_uint_fast64_t tail;  /* bytes ever taken */
    atomic_int error;
    atomic_bool closed;           /* the result is final */
    struct wave wave;
    uint64_t lost_counted;
    uint64_t round;               /* the last that synced its filesystem */
    struct recording *next;

    /* the control side's */
    atomic_bool dropped;
};

/* NULL when out of memory. The file is still to be made. */
struct recording *recording_new(const char *path, enum recording_layout layout, enum media_law law);
void recording_free(struct recording *recording);
/* The recorder's thread: into the file with everything that was put until now; last: and with what is missing at the end.
 * Returns 0 or the errno. */
int recording_take(struct recording *recording, bool last);

#endif
