/* Clips: see clip.h. */
#include "clip.h"

#include <stdlib.h>
#include <string.h>

struct clip {
    uint32_t references;
    uint32_t count;
    int16_t samples[];
};

struct clip *clip_new(const int16_t *samples, uint32_t count)
{
    struct clip *clip = malloc(sizeof *clip + (size_t)count * sizeof clip->samples[0]);
    if (!clip)
        return NULL;
    clip->references = 1;
    clip->count = count;
    /* The copy also touches every page, so that the media thread meets no page fault in a clip. */
    if (count)
        memcpy(clip->samples, samples, (size_t)count * sizeof clip->samples[0]);
    return clip;
}

struct clip *clip_hold(struct clip *clip)
{
    __atomic_add_fetch(&clip->references, 1, __ATOMIC_RELAXED);
    return clip;
}

void clip_drop(struct clip *clip)
{
    if (clip && __atomic_sub_fetch(&clip->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(clip);
}

uint32_t clip_references(const struct clip *clip) { return __atomic_load_n(&clip->references, __ATOMIC_RELAXED); }

uint32_t clip_count(const struct clip *clip) { return clip->count; }

const int16_t *clip_samples(const struct clip *clip) { return clip->samples; }
