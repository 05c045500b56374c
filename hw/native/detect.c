/* All detectors of one port; see detect.h.
 *
 *   frame   |----- 160 -----|      or  |-- 80 --|
 *   blocks  |-- 80 --|-- 80 --|        |-- 80 --|       each detector hears blocks of 10 ms, so that both frames give the same events
 *
 * The power of a block is measured once for all; below what a detector listens for, it rests. Those that look at frequencies share
 * the window of the last two blocks.
 */
#include "detect.h"

#include <stdlib.h>
#include <string.h>

#include "dtmf.h"
#include "fax_tones.h"
#include "fsk.h"
#include "level.h"
#include "look.h"
#include "progress.h"
#include "r2.h"
#include "speech.h"

enum {
    LEVEL_INTERVAL_MIN = 20,
    LEVEL_INTERVAL_MAX = 60000,
    SPEECH_MS_MAX = 60000,       /* least length and hang-over */
    SILENCE_MS_MAX = 24 * 3600 * 1000,
    LOOKING = DETECT_DTMF | DETECT_R2_FORWARD | DETECT_R2_BACKWARD | DETECT_FAX | DETECT_CALLER_ID,
};

struct detector {
    int16_t window[LOOK_WINDOW];
    uint32_t kinds;
    bool begun;
    uint64_t next;               /* sample time at which the next frame is due */
    struct dtmf dtmf;
    struct r2 r2[2];
    struct speech speech;
    struct level level;
    struct fax_tones *fax_tones;
    struct fsk *fsk;
    struct progress *progress;
};

static bool sensible(const struct detect_settings *settings)
{
    uint32_t kinds = settings->kinds;
    if (kinds & ~(uint32_t)DETECT_ALL)
        return false;
    if ((kinds & DETECT_TONES) && !settings->plan)
        return false;
    if ((kinds & DETECT_LEVEL) && (settings->level_interval_ms < LEVEL_INTERVAL_MIN || settings->level_interval_ms > LEVEL_INTERVAL_MAX))
        return false;
    if ((kinds & DETECT_SPEECH) &&
        (!(settings->speech_dbm0 >= -70 && settings->speech_dbm0 <= 3) || settings->speech_min_ms > SPEECH_MS_MAX ||
         settings->speech_hangover_ms > SPEECH_MS_MAX || settings->silence_timeout_ms > SILENCE_MS_MAX))
        return false;
    return true;
}

struct detector *detector_new(const struct detect_settings *settings)
{
    if (!sensible(settings))
        return NULL;
    struct detector *detector = calloc(1, sizeof *detector);
    if (!detector)
        return NULL;
    detector->kinds = settings->kinds;
    dtmf_start(&detector->dtmf);
    r2_start(&detector->r2[0], R2_FORWARD);
    r2_start(&detector->r2[1], R2_BACKWARD);
    speech_start(&detector->speech, settings);
    level_start(&detector->level, settings->level_interval_ms);
    bool whole = true;
    if (settings->kinds & DETECT_FAX)
        whole = (detector->fax_tones = fax_tones_new()) && whole;
    if (settings->kinds & DETECT_CALLER_ID)
        whole = (detector->fsk = fsk_new()) && whole;
    if (settings->kinds & DETECT_TONES)
        whole = (detector->progress = progress_new(settings->plan)) && whole;
    if (!whole) {
        detector_free(detector);
        return NULL;
    }
    return detector;
}

void detector_free(struct detector *detector)
{
    if (!detector)
        return;
    fax_tones_free(detector->fax_tones);
    fsk_free(detector->fsk);
    if (detector->progress)
        progress_free(detector->progress);
    free(detector);
}

/* The port rested, or its time jumped: whatever was on ends where it was last heard. progress_run() sees it by itself. */
static void begin_anew(struct detector *detector, const struct event_sink *sink)
{
    dtmf_end(&detector->dtmf, sink);
    for (int i = 0; i < 2; i++)
        r2_end(&detector->r2[i], detector->next, sink);
    speech_end(&detector->speech, sink);
    if (detector->fax_tones)
        fax_tones_end(detector->fax_tones);
    if (detector->fsk)
        fsk_end(detector->fsk, detector->next, sink);
    memset(detector->window, 0, sizeof detector->window);
}

static void hear(struct detector *detector, const int16_t *block, uint64_t time, const struct event_sink *sink)
{
    uint32_t kinds = detector->kinds;
    int16_t *window = detector->window;
    if (kinds & LOOKING) {
        memcpy(window, window + LOOK_BLOCK, LOOK_BLOCK * sizeof *window);
        memcpy(window + LOOK_BLOCK, block, LOOK_BLOCK * sizeof *window);
    }
    float power = block_power(block);
    if (kinds & DETECT_DTMF)
        dtmf_hear(&detector->dtmf, window, power, time, sink);
    if (kinds & DETECT_R2_FORWARD)
        r2_hear(&detector->r2[0], window, power, time, sink);
    if (kinds & DETECT_R2_BACKWARD)
        r2_hear(&detector->r2[1], window, power, time, sink);
    if (kinds & DETECT_FAX)
        fax_tones_hear(detector->fax_tones, window, power, time, sink);
    if (kinds & DETECT_CALLER_ID)
        fsk_hear(detector->fsk, window, power, time, sink);
    if (kinds & DETECT_SPEECH)
        speech_hear(&detector->speech, power, time, sink);
    if (kinds & DETECT_LEVEL)
        level_hear(&detector->level, power, time, sink);
}

void detector_run(struct detector *detector, const int16_t *rx, int n, uint64_t time, const struct event_sink *sink)
{
    if (detector->begun && time != detector->next)
        begin_anew(detector, sink);
    detector->begun = true;
    detector->next = time + (uint64_t)n;
    if (detector->kinds & ~(uint32_t)DETECT_TONES)
        for (int i = 0; i < n; i += LOOK_BLOCK)
            hear(detector, rx + i, time + (uint64_t)i, sink);
    if (detector->progress)
        progress_run(detector->progress, rx, n, time, sink);
}

/* Where detector_hear() puts what the detectors tell. */
struct basket {
    struct event *events;
    int count, max;
    uint8_t *blobs;
    uint32_t used, blobs_max;
};

static void put(void *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b, uint32_t token,
                const void *blob, uint32_t blob_len)
{
    struct basket *basket = plane;
    if (basket->count >= basket->max || blob_len > basket->blobs_max - basket->used)
        return;
    struct event *event = &basket->events[basket->count++];
    *event = (struct event){
        .time = time, .port = port, .kind = kind, .code = code, .a = a, .b = b, .token = token,
        .blob_len = blob_len, .blob_at = basket->used,
    };
    if (blob_len)
        memcpy(basket->blobs + basket->used, blob, blob_len);
    basket->used += blob_len;
}

int detector_hear(struct detector *detector, const int16_t *samples, uint32_t count, int frame, uint64_t time,
                  struct event *events, int events_max, uint8_t *blobs, uint32_t blobs_max)
{
    if (frame != LOOK_BLOCK && frame != LOOK_WINDOW)
        return -1;
    struct basket basket = {.events = events, .max = events_max, .blobs = blobs, .blobs_max = blobs_max};
    struct event_sink sink = {.emit = put, .plane = &basket};
    for (uint32_t i = 0; count - i >= (uint32_t)frame; i += (uint32_t)frame)
        detector_run(detector, samples + i, frame, time + i, &sink);
    return basket.count;
}
