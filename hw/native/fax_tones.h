/* Fax and modem tones on one port: CNG (ITU-T T.30 4.3.3.3: 1100 Hz, half a second every three) and CED, ANS or ANSam (T.30, V.25, V.8:
 * 2100 Hz, with or without phase reversals and modulation), by spandsp's modem_connect_tones_rx.
 *
 *   1100 Hz  ____####________________####____      EVENT_FAX_CNG at each, once 415 ms of it were heard
 *   2100 Hz  ____####################____          EVENT_FAX_CED, once 550 ms of it were heard, or three reversals
 *
 * Events carry the sample time at which they were sure. spandsp is only asked while most of what is heard is such a tone; at speech and
 * silence a look at two frequencies is all the cost. Does not hear a fax that answers without CED, by V.21 flags alone.
 */
#ifndef STROWGER_FAX_TONES_H
#define STROWGER_FAX_TONES_H

#include "look.h"

#ifndef CFFI
struct fax_tones;

/* NULL when memory is out. Control side. */
struct fax_tones *fax_tones_new(void);
void fax_tones_free(struct fax_tones *fax);

/* The window whose newer half is the block that begins at `time`; power: mean square of that block. Raises EVENT_FAX_CNG, EVENT_FAX_CED. */
void fax_tones_hear(struct fax_tones *fax, const int16_t *window, float power, uint64_t time, const struct event_sink *sink);

/* The port rests or its time jumps. */
void fax_tones_end(struct fax_tones *fax);
#endif

#endif
