/* RIFF WAVE: "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft, 1991), chapter 3; format tags 6 (A-law) and 7
 * (mu-law) of RFC 2361, A.5 and A.6, which want an 18-byte fmt chunk and a fact chunk.
 *
 *   0 RIFF size WAVE | 12 fmt_ 18 tag channels rate bytes/s bytes/frame bits 0 | 38 fact 4 frames | 50 data size | 58 speech ... (pad)
 *
 * The sizes are unknown (0xffffffff: players then read to the end of the file; with 0 they would play nothing) until the first
 * wave_refresh(), lag behind after it, and are right after wave_settle(). The header lies in one sector, so a power cut leaves an old or
 * a new one, not half.
 */
#define _GNU_SOURCE
#include "wave.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "g711.h"

enum { HEADER = 58 };
/* 32 bits of size: 74 hours of stereo. */
static const uint64_t BYTES_MAX = UINT32_MAX - HEADER - 1;

static uint8_t *word(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
    return at + bytes;
}

static uint8_t *name(uint8_t *at, const char *four)
{
    memcpy(at, four, 4);
    return at + 4;
}

static int write_header(struct wave *wave, bool sizes_known)
{
    uint64_t bytes = wave->bytes - wave->bytes % wave->channels;
    uint32_t data = sizes_known ? (uint32_t)bytes : UINT32_MAX;
    uint8_t header[HEADER], *at = header;
    at = word(name(at, "RIFF"), sizes_known ? HEADER - 8 + data + (data & 1) : UINT32_MAX, 4);
    at = word(name(name(at, "WAVE"), "fmt "), 18, 4);
    at = word(at, wave->law == LAW_A ? 6 : 7, 2);
    at = word(at, wave->channels, 2);
    at = word(at, MEDIA_RATE, 4);
    at = word(at, MEDIA_RATE * wave->channels, 4);  /* bytes a second */
    at = word(at, wave->channels, 2);               /* bytes a frame */
    at = word(at, 8, 2);                            /* bits a sample */
    at = word(at, 0, 2);                            /* length of an extension: none */
    at = word(word(name(at, "fact"), 4, 4), sizes_known ? data / wave->channels : UINT32_MAX, 4);
    word(name(at, "data"), data, 4);
    ssize_t n = pwrite(wave->fd, header, HEADER, 0);
    if (n != HEADER)
        return n < 0 ? errno : ENOSPC;
    wave->dirty = true;
    if (sizes_known)
        wave->bytes_in_header = bytes;
    return 0;
}

/* A new name is safe only when its folder is synced too. EINVAL: this filesystem has no such thing. */
static int sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof folder)
        return ENAMETOOLONG;
    memcpy(folder, slash ? path : ".", length);
    folder[length] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return error;
}

/* Nothing but the owner and the group may read what people said. */
int wave_create(struct wave *wave, const char *path, bool safe)
{
    wave->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (wave->fd < 0)
        return errno;
    struct stat status = {0};
    int error = fstat(wave->fd, &status) != 0 ? errno : write_header(wave, false);
    if (error == 0 && safe)
        error = fsync(wave->fd) != 0 ? errno : sync_folder(path);
    if (error != 0) {
        wave_close(wave);
        unlink(path);
    }
    wave->device = status.st_dev;
    wave->dirty = false;
    return error;
}

int wave_append(struct wave *wave, struct iovec *part, int parts)
{
    uint64_t all = 0;
    for (int i = 0; i < parts; i++)
        all += part[i].iov_len;
    if (wave->bytes + all > BYTES_MAX)
        return EFBIG;
    while (all > 0) {
        ssize_t n = pwritev(wave->fd, part, parts, (off_t)(HEADER + wave->bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        wave->dirty = true;
        wave->bytes += (uint64_t)n;
        all -= (uint64_t)n;
        for (; parts > 0 && (size_t)n >= part->iov_len; part++, parts--)
            n -= (ssize_t)part->iov_len;
        if (parts > 0) {
            part->iov_base = (uint8_t *)part->iov_base + n;
            part->iov_len -= (size_t)n;
        }
    }
    return 0;
}

int wave_append_silence(struct wave *wave, uint64_t bytes)
{
    uint8_t silence[16384];
    memset(silence, g711_silence(wave->law), bytes < sizeof silence ? bytes : sizeof silence);
    int error = 0;
    while (bytes > 0 && error == 0) {
        struct iovec part = {silence, bytes < sizeof silence ? bytes : sizeof silence};
        bytes -= part.iov_len;
        error = wave_append(wave, &part, 1);
    }
    return error;
}

int wave_refresh(struct wave *wave)
{
    struct stat status;
    if (fstat(wave->fd, &status) != 0)
        return errno;
    return status.st_nlink == 0 ? ENOENT : write_header(wave, true);
}

/* A chunk begins at an even place (RIFF), so an odd number of bytes is padded. */
int wave_settle(struct wave *wave)
{
    wave->settled = true;
    wave->bytes -= wave->bytes % wave->channels;
    if (ftruncate(wave->fd, (off_t)(HEADER + wave->bytes + (wave->bytes & 1))) != 0)
        return errno;
    return wave_refresh(wave);
}

int wave_close(struct wave *wave)
{
    int error = close(wave->fd) != 0 && errno != EINTR ? errno : 0;
    wave->fd = -1;
    return error;
}
