/* Caller ID by FSK on one port: Bell 202 (Telcordia GR-30; China too) and V.23 (ETSI EN 300 659), 1200 bit/s, by spandsp's fsk_rx.
 *
 *            seizure          mark       type  length  body           checksum
 *   ________ 0101010101...01  111111111  ....  ....    ............   ....  ________
 *            300 bits         180 bits   each byte: start bit 0, 8 bits from the lowest, stop bit 1
 *                                                                         | EVENT_CALLER_ID
 *
 * The bytes from type to checksum are the event's blob: SDMF (type 0x04), MDMF (0x80) or whatever else has this form; hw/callerid.py reads
 * them. The sum of all bytes is 0 modulo 256 when the checksum is right. A message that breaks off, or has a stop bit wrong, is told with
 * what came of it and a wrong checksum, if it had begun as one (seizure, mark, known type, length). Without seizure (a call that waits) only
 * a message of a known type with a right checksum is told: speech must not raise events. The modem only runs from something that looks like
 * seizure or mark to the end of the message; at speech and silence a look at five frequencies is all the cost.
 *
 * Does not: know what the bytes mean, send (hw/callerid.py), hear the alerting tones before.
 */
#ifndef STROWGER_FSK_H
#define STROWGER_FSK_H

#include "look.h"

#ifndef CFFI
struct fsk;

/* NULL when memory is out. Control side. */
struct fsk *fsk_new(void);
void fsk_free(struct fsk *fsk);

/* The window whose newer half is the block that begins at `time`; power: mean square of that block. Raises EVENT_CALLER_ID, with the end of
 * the block in which the message ended. */
void fsk_hear(struct fsk *fsk, const int16_t *window, float power, uint64_t time, const struct event_sink *sink);

/* The port rests or its time jumps: a message that has begun is broken off. */
void fsk_end(struct fsk *fsk, uint64_t time, const struct event_sink *sink);
#endif

#endif
