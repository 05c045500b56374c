/* Clips: speech in memory, immutable once made, shared by all who play it, counted by reference.
 *
 * Made and dropped on the control side (Python); the media thread only reads. A clip that is being played stays
 * alive after Python drops it, until the plane hands back the play order that holds it.
 */
#ifndef STROWGER_CLIP_H
#define STROWGER_CLIP_H

#include "media.h"

struct clip;

/* A copy of `count` samples (0 is allowed: a clip of nothing). NULL when out of memory. Holds one reference. */
struct clip *clip_new(const int16_t *samples, uint32_t count);
struct clip *clip_hold(struct clip *clip);
void clip_drop(struct clip *clip);
/* How many hold it now; 1: nobody but its maker. */
uint32_t clip_references(const struct clip *clip);
uint32_t clip_count(const struct clip *clip);
const int16_t *clip_samples(const struct clip *clip);

#endif
