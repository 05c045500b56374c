/* Recordings: the two directions of a port, kept apart (stereo) or mixed (mono), as G.711 in a WAV file.
 *
 *   media thread ──bytes──> ring of each recording ──> recorder's own thread, once a second: pwrite of all, one syncfs
 *                                                       every fifth second and at the end: sizes in the header
 *
 * At most the last second is missing after a power cut; a header that says 0xFFFFFFFF is mended by hw/recordings.py from the length of
 * the file. A full disk or an I/O error ends that recording, never the call: the media thread sees it at its next write.
 * With a plane in virtual time there is no thread: recorder_drain() does the same work when the plane's step asks for it.
 *
 * A recording is held from two sides: the plane until recording_end(), the control side until recording_drop(). It is freed after both.
 */
#ifndef STROWGER_RECORDER_H
#define STROWGER_RECORDER_H

#include "media.h"

struct recorder;
struct recording;

enum recording_layout { RECORDING_STEREO = 2, RECORDING_MIXED = 1 };
enum recording_state { RECORDING_RUNS = 0, RECORDING_PAUSED = 1, RECORDING_MASKED = 2 };

/* One recorder serves a plane. threaded: false for virtual time. NULL when out of memory or without a thread. */
struct recorder *recorder_new(bool threaded);
/* Drains and closes what is still open. Blocks. */
void recorder_free(struct recorder *recorder);
/* Writes what waits in the rings and closes what was ended, now. Blocks. Virtual time: in the caller, and without syncs (there are no
 * power cuts there). With a thread: the thread does one whole round, with its syncs, and the caller waits for it.
 * Returns the number of recordings still open. */
int recorder_drain(struct recorder *recorder);

/* Creates the file (must not exist) with its header, and makes file and name safe on disk. Blocks: call it from a worker thread, of
 * which there may be several. NULL: *error is the errno. The control side holds it until recording_drop() or recording_abandon(). */
struct recording *recording_open(struct recorder *recorder, const char *path, enum recording_layout layout, enum media_law law, int *error);
/* Gives back a recording that never got to a port: removes the file. `recording` is gone for the caller. */
void recording_abandon(struct recording *recording);

struct recording_result {
    int error;                /* 0, or the errno that ended it */
    uint32_t ms;              /* length of the file */
    uint32_t lost_ms;         /* of these, silence in place of speech, because the ring was full */
};
/* Control side: true once the file is closed and will not change any more; only then may others use it, and only then is it certain
 * that its last second is on disk. That is a second or so after its end. */
bool recording_closed(const struct recording *recording, struct recording_result *out);
/* Control side: the result is not wanted any more. Ends nothing. `recording` is gone for the caller. */
void recording_drop(struct recording *recording);

struct recorder_statistics {
    uint32_t open;            /* now */
    uint64_t bytes;           /* written since the start */
    uint64_t lost_bytes;      /* ring was full: the disk was slower than the ring is long */
    uint64_t syncs;
    double sync_max_ms;
    double cpu_s;             /* of the recorder's thread */
};
void recorder_statistics(struct recorder *recorder, struct recorder_statistics *out);

#ifndef CFFI
/* Media thread. n (at most MEDIA_FRAME_MAX) bytes of what the party said (left channel) and of what it was told (right channel), both in
 * the recording's law. Paused: nothing is kept and the clock stops. Masked: a soft tone (500 Hz, -30 dBm0) is kept instead, so that the
 * time line stays. When a ring is full because the disk stalls, the newest bytes are lost and counted, and the same length of silence is
 * put in as soon as there is room, so that the time line stays true.
 * Returns 0, or the errno that ended it: then call recording_end() once. Never blocks. */
int recording_write(struct recording *recording, const uint8_t *said, const uint8_t *told, int n);
void recording_set_state(struct recording *recording, enum recording_state state);
/* Media thread: n samples never came, because the plane stood still for so long. Unless paused they are lost, as if the ring had been full. */
void recording_miss(struct recording *recording, uint32_t n);
/* Media thread: no more bytes come. The recorder's thread writes the rest, fixes the header and closes. `recording` is gone for the caller. */
void recording_end(struct recording *recording);
/* Length so far in ms, as its file will show. */
uint32_t recording_ms(const struct recording *recording);
#endif

/* A recording without a plane, for tests: like recording_write (any n), recording_set_state, recording_end. */
int recording_test_write(struct recording *recording, const uint8_t *said, const uint8_t *told, int n);
void recording_test_state(struct recording *recording, enum recording_state state);
void recording_test_end(struct recording *recording);

#endif
