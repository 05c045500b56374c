/* The words that all rooms of the media plane share.
 *
 * Speech is linear, signed 16 bit, 8 kHz, one channel; full scale is +3.14 dBm0 for a sine (G.711 A-law).
 * Time is counted in samples since the plane began: 8 are a millisecond. It never stops and never goes back. It jumps only where the
 * media thread was held up for so long that ticks were left out (more than 200 ms with frames of 20 ms): over just these.
 * A frame is what one tick moves: 160 samples (20 ms) or 80 (10 ms).
 *
 * Headers in this folder are read twice: by the C compiler, and by cffi after the preprocessor with CFFI defined
 * (see build.py). So constants are enums, nothing is defined inline, and what Python must not see stands under #ifndef CFFI.
 */
#ifndef STROWGER_MEDIA_H
#define STROWGER_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MEDIA_RATE = 8000,      /* samples a second */
    MEDIA_FRAME_MAX = 160,  /* samples a tick at most */
    MEDIA_PORTS_MAX = 4096, /* 1024 of the exchange, and their simulated far ends */
};

enum media_law { LAW_A = 0, LAW_MU = 1 };

/* What the plane tells. `code`, `a` and `b` as said at each; a blob follows where it says so. */
enum event_kind {
    EVENT_NONE = 0,
    /* detectors */
    EVENT_DTMF_DOWN = 1,       /* code: the digit as ASCII, 0-9 * # A-D */
    EVENT_DTMF_UP = 2,         /* code: the digit; a: its length in samples */
    EVENT_TONE_BEGIN = 3,      /* code: number of the tone in the detector's plan; a: frequency in 0.1 Hz; b: level in 0.01 dBm0 */
    EVENT_TONE_END = 4,        /* code: the same number; a: samples since its begin */
    EVENT_R2_ON = 5,           /* code: 1..15 (forward) or 1..15 (backward; China uses 1..6); a: 0 forward, 1 backward */
    EVENT_R2_OFF = 6,          /* code: the tone that ended; a: as above */
    EVENT_FAX_CNG = 7,         /* calling fax, 1100 Hz */
    EVENT_FAX_CED = 8,         /* answering fax or modem, 2100 Hz */
    EVENT_CALLER_ID = 9,       /* FSK message whole; code: 1 checksum right, 0 wrong; blob: the bytes from message type to checksum */
    EVENT_SPEECH_BEGIN = 10,   /* a: level in 0.01 dBm0 */
    EVENT_SPEECH_END = 11,     /* silence has lasted for the hang-over; a: length of the speech in samples */
    EVENT_SILENCE = 12,        /* silence has lasted for the time-out that was asked for; a: its length in samples */
    EVENT_LEVEL = 13,          /* a: mean level of the interval in 0.01 dBm0; b: that of its loudest 10 ms */
    EVENT_METER = 14,          /* code: 0 what came in, 1 what went out; a, b: as of EVENT_LEVEL, of its loudest frame */
    /* sources */
    EVENT_PLAYED = 20,         /* code: enum play_end; token: the order's; a: samples heard in all; b: index of the source it stopped in */
    /* recordings */
    EVENT_RECORDING_ENDED = 30, /* code: 0 by order, else the errno that stopped it; token: the order's; a: its length in ms (both the same clock) */
    /* lines: cards report these */
    EVENT_LINE = 40,           /* code: the card's own event number (DAHDI_EVENT_*); a: its value */
    EVENT_GONE = 41,           /* the device behind the port vanished; code: errno */
    /* speech path */
    EVENT_JOINED = 50,         /* code: 1 the card carries the speech of this pair by itself, 0 the plane mixes it again */
};

/* One event as Python reads it: 40 bytes, no padding. */
struct event {
    uint64_t time;     /* samples */
    uint32_t port;     /* handle */
    uint16_t kind;     /* enum event_kind */
    uint16_t code;
    int32_t a;
    int32_t b;
    uint32_t token;    /* the order's, for EVENT_PLAYED and EVENT_RECORDING_ENDED */
    uint32_t blob_len;
    uint64_t blob_at;  /* where in the blob ring; use plane_blob() */
};

/* How a room hands an event to the plane: called in the media thread, never blocks, never fails (a full ring counts a loss).
 * C only: Python never sees it. */
#ifndef CFFI
struct event_sink {
    void (*emit)(void *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                 uint32_t token, const void *blob, uint32_t blob_len);
    void *plane;
    uint32_t port;
};
#endif

#endif
