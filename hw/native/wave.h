/* A WAV file of G.711 that grows. C only; all of it blocks. Functions return 0 or an errno. */
#ifndef STROWGER_WAVE_H
#define STROWGER_WAVE_H

#include <sys/types.h>
#include <sys/uio.h>

#include "media.h"

struct wave {
    int fd;                    /* -1: closed */
    dev_t device;              /* the filesystem */
    enum media_law law;
    uint32_t channels;         /* 1 or 2; also the bytes of a frame */
    uint64_t bytes;            /* of speech in the file */
    uint64_t bytes_in_header;  /* that its header tells of */
    bool dirty;                /* written since the caller last cleared it */
    bool settled;              /* wave_settle() was called */
};

/* A new file with a header; law and channels are set by the caller. safe: header and name are on disk when it returns. Leaves no file
 * behind when it fails (EEXIST: somebody's). */
int wave_create(struct wave *wave, const char *path, bool safe);
/* At the end. `part` is used up. What went out before an error counts. EFBIG: RIFF's 4 GiB are full. */
int wave_append(struct wave *wave, struct iovec *part, int parts);
int wave_append_silence(struct wave *wave, uint64_t bytes);
/* Sizes so far into the header. ENOENT: the file has no name any more, somebody removed it. */
int wave_refresh(struct wave *wave);
/* The last word: whole frames, right sizes. */
int wave_settle(struct wave *wave);
int wave_close(struct wave *wave);

#endif
