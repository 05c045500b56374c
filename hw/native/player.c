#include "player.h"

#include <string.h>

#include "plane.h"

struct player *player_new(const struct source *sources, int count, uint32_t flags, uint32_t token)
{
    struct player *player = calloc(1, sizeof *player + (size_t)count * sizeof *sources);
    if (!player)
        return NULL;
    player->flags = flags;
    player->token = token;
    player->count = count;
    memcpy(player->sources, sources, (size_t)count * sizeof *sources);
    for (int i = 0; i < count; i++) {
        player->gains[i] = plane_gain(sources[i].gain_db);
        if (sources[i].clip)
            clip_hold(sources[i].clip);
        else
            tone_hold(sources[i].tone);
    }
    if (sources[0].tone)
        tone_start(&player->cursor, sources[0].tone);
    return player;
}

void player_free(struct player *player)
{
    if (!player)
        return;
    for (int i = 0; i < player->count; i++) {
        if (player->sources[i].clip)
            clip_drop(player->sources[i].clip);
        else
            tone_drop(player->sources[i].tone);
    }
    free(player);
}

static void begin(struct player *player, int at)
{
    player->at = at;
    player->in_source = 0;
    if (at < player->count && player->sources[at].tone)
        tone_start(&player->cursor, player->sources[at].tone);
}

/* Up to n samples of the source that is being heard; 0: it has ended. */
static int render_source(struct player *player, int16_t *out, int n)
{
    const struct source *source = &player->sources[player->at];
    if (source->samples) {
        uint32_t left = source->samples - player->in_source;
        if ((uint32_t)n > left)
            n = (int)left;
    }
    if (n == 0)
        return 0;
    if (source->tone) {
        n = tone_render(&player->cursor, out, n);
    } else {
        uint32_t count = clip_count(source->clip);
        uint64_t at = (uint64_t)source->from + player->in_source;
        if (at >= count)
            return 0;
        if ((uint64_t)n > count - at)
            n = (int)(count - at);
        memcpy(out, clip_samples(source->clip) + at, (size_t)n * sizeof *out);
    }
    int32_t gain = player->gains[player->at];
    if (gain != GAIN_UNITY)
        for (int i = 0; i < n; i++)
            out[i] = saturate(gained(out[i], gain));
    player->in_source += (uint32_t)n;
    return n;
}

int player_render(struct player *player, int16_t *out, int n)
{
    int made = 0;
    bool heard_something = true; /* a loop of empty clips must not turn for ever */
    while (made < n) {
        if (player->at >= player->count) {
            if (!(player->flags & PLAY_LOOP) || !heard_something)
                break;
            heard_something = false;
            begin(player, 0);
        }
        int got = render_source(player, out + made, n - made);
        if (got == 0)
            begin(player, player->at + 1);
        else
            heard_something = true;
        made += got;
    }
    player->played += (uint64_t)made;
    memset(out + made, 0, (size_t)(n - made) * sizeof *out);
    return made;
}

void player_skip(struct player *player)
{
    if (player->at < player->count)
        begin(player, player->at + 1);
}
