/* A list of sources being played to one port. Made and freed on the control side, driven by the media thread. C only. */
#ifndef STROWGER_PLAYER_H
#define STROWGER_PLAYER_H

#include "engine.h"

struct player {
    uint32_t flags, token;
    int count, at;       /* source being heard */
    uint32_t in_source;  /* samples of it heard so far */
    uint64_t played;     /* samples heard in all */
    struct tone_cursor cursor;
    int32_t gains[SOURCES_MAX];
    struct source sources[];
};

/* Holds its own references to clips and tones. NULL when memory is out. Values are checked by the caller. */
struct player *player_new(const struct source *sources, int count, uint32_t flags, uint32_t token);
void player_free(struct player *player);

/* Fills out[0..n). Returns how many samples were made; less than n: the list has ended (the rest is silence). */
int player_render(struct player *player, int16_t *out, int n);
/* On to the next source. */
void player_skip(struct player *player);

#endif
