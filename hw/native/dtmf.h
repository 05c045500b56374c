/* DTMF receiver: ITU-T Q.23 (the tones), Q.24 (what a receiver must take and leave). See dtmf.c. */
#ifndef STROWGER_DTMF_H
#define STROWGER_DTMF_H

#include "look.h"

#ifndef CFFI
enum { DTMF_LOOKS = 6 };

/* What one window showed. */
struct dtmf_look {
    int32_t re[8], im[8];  /* spectrum at the eight frequencies, low group first */
    int8_t low, high;      /* index of the strongest of each group; low -1: cannot be a digit, and the rest is not set */
    uint8_t agreed;        /* how well this look and the one before show the same digit: enum in dtmf.c */
    float power;           /* of all that is heard */
    int32_t below_re[6], below_im[6]; /* spectrum where dial tones are */
};

struct dtmf {
    struct dtmf_look looks[DTMF_LOOKS];
    uint8_t now;           /* index of the newest look */
    uint8_t blanks;        /* looks in a row that had nothing to see */
    bool quiet;            /* so was the last block */
    /* the digit that is down, if any */
    bool down;
    int8_t low, high;
    float reference[2];    /* amplitude of its two tones */
    float length, gap;     /* in blocks: of tone since its begin; missing since it was last whole */
    uint64_t begin;
};

void dtmf_start(struct dtmf *dtmf);

/* The window whose newer half is the block that begins at `time`; power: mean square of that block. Raises EVENT_DTMF_DOWN, EVENT_DTMF_UP. */
void dtmf_hear(struct dtmf *dtmf, const int16_t *window, float power, uint64_t time, const struct event_sink *sink);

/* The port rests or its time jumps: a digit that is down comes up where it was last heard. */
void dtmf_end(struct dtmf *dtmf, const struct event_sink *sink);
#endif

#endif
