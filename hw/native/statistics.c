#include <time.h>

#include "plane.h"

enum { BOARD_NEW = 4 };

static const double LATE_S = 1e-3, BUCKET_S = 25e-6;

/* ---- media side ---- */

static double thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

void plane_count_cpu(struct plane *plane) { plane->cpu_base = thread_cpu_s() - plane->statistics.cpu_s; }

void plane_reset_statistics(struct plane *plane)
{
    const struct plane_statistics *before = &plane->statistics;
    plane->statistics = (struct plane_statistics){
        .ports = before->ports,
        .active_ports = before->active_ports,
        .bridges = before->bridges,
        .joined_pairs = before->joined_pairs,
        .playing = before->playing,
        .detecting = before->detecting,
        .recording = before->recording,
    };
    plane_count_cpu(plane);
}

void plane_note_tick(struct plane *plane, double late_s, double busy_s)
{
    struct plane_statistics *statistics = &plane->statistics;
    int bucket = (int)(late_s / BUCKET_S);
    statistics->lateness[bucket < 0 ? 0 : bucket >= LATENESS_BUCKETS ? LATENESS_BUCKETS - 1 : bucket]++;
    if (late_s * 1e3 > statistics->lateness_max_ms)
        statistics->lateness_max_ms = late_s * 1e3;
    if (late_s > LATE_S)
        statistics->late_ticks++;
    statistics->busy_s += busy_s;
    if (busy_s * 1e6 > statistics->tick_max_us)
        statistics->tick_max_us = busy_s * 1e6;
}

void plane_publish_statistics(struct plane *plane)
{
    plane->statistics.cpu_s = thread_cpu_s() - plane->cpu_base;
    plane->statistics.active_ports = (uint32_t)plane->active_count;
    struct board *board = &plane->board;
    board->sheets[board->writing] = plane->statistics;
    uint32_t given = board->writing | BOARD_NEW;
    board->writing = atomic_exchange_explicit(&board->middle, given, memory_order_acq_rel) & ~(uint32_t)BOARD_NEW;
}

/* ---- control side ---- */

void plane_statistics(struct plane *plane, struct plane_statistics *out)
{
    struct board *board = &plane->board;
    if (atomic_load_explicit(&board->middle, memory_order_relaxed) & BOARD_NEW) {
        uint32_t taken = atomic_exchange_explicit(&board->middle, board->reading, memory_order_acq_rel);
        board->reading = taken & ~(uint32_t)BOARD_NEW;
    }
    *out = board->sheets[board->reading];
}

int plane_statistics_reset(struct plane *plane)
{
    return plane_put(plane, ORDER_RESET_STATISTICS, -1) ? PLANE_OK : PLANE_FULL;
}
