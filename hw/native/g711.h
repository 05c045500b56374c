/* G.711: A-law and µ-law, by table. Source of the values: ITU-T G.711 (1988), tables 1a to 2b.
 * Linear is 16 bit: 13 bit A-law values shifted up by 3, 14 bit µ-law values by 2. */
#ifndef STROWGER_G711_H
#define STROWGER_G711_H

#include "media.h"

#ifndef CFFI
extern int16_t g711_linear[2][256];      /* [law][byte] */
extern uint8_t g711_alaw[8192];          /* [(uint16_t)sample >> 3] */
extern uint8_t g711_mulaw[16384];        /* [(uint16_t)sample >> 2] */
enum { ALAW_SILENCE = 0xd5, MULAW_SILENCE = 0xff };

static inline uint8_t g711_silence(enum media_law law) { return law == LAW_A ? ALAW_SILENCE : MULAW_SILENCE; }
#endif

/* n bytes to n samples, and back. */
void g711_decode(enum media_law law, const uint8_t *in, int16_t *out, int n);
void g711_encode(enum media_law law, const int16_t *in, uint8_t *out, int n);

#endif
