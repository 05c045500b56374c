/* Level meter; see level.h. */
#include "level.h"

#include <math.h>

static const double FULL_SCALE_DBM0 = 3.14;
static const double FULL_SCALE_POWER = 32768.0 * 32768.0 / 2;

float level_power(float dbm0)
{
    return (float)(FULL_SCALE_POWER * pow(10, ((double)dbm0 - FULL_SCALE_DBM0) / 10));
}

int32_t level_dbm0(double power)
{
    if (power <= 0)
        return LEVEL_FLOOR;
    long level = lrint(100 * (10 * log10(power / FULL_SCALE_POWER) + FULL_SCALE_DBM0));
    return level > LEVEL_FLOOR ? (int32_t)level : LEVEL_FLOOR;
}

void level_start(struct level *level, uint32_t interval_ms)
{
    *level = (struct level){.interval = (interval_ms * (MEDIA_RATE / 1000) + LOOK_BLOCK - 1) / LOOK_BLOCK};
}

void level_hear(struct level *level, float power, uint64_t time, const struct event_sink *sink)
{
    level->sum += (double)power;
    if (power > level->peak)
        level->peak = power;
    if (++level->count < level->interval)
        return;
    sink->emit(sink->plane, sink->port, time + LOOK_BLOCK, EVENT_LEVEL, 0, level_dbm0(level->sum / level->count),
               level_dbm0((double)level->peak), 0, NULL, 0);
    level->sum = 0;
    level->peak = 0;
    level->count = 0;
}
