#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "plane.h"

/* ---- clocks of the machine: for pace and figures only ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double plane_thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* ---- pace ---- */

/* Tiny numbers in the filters must not cost a hundred times as much as others. */
static unsigned flush_tiny(void)
{
#ifdef __x86_64__
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);
    return before;
#else
    return 0;
#endif
}

static void restore_tiny(unsigned before)
{
#ifdef __x86_64__
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

int plane_step(struct plane *plane, int frames)
{
    if (plane->running)
        return PLANE_RUNNING;
    if (frames < 0)
        return PLANE_BAD_VALUE;
    unsigned before = flush_tiny();
    plane->cpu_base = plane_thread_cpu_s() - plane->statistics.cpu_s;
    int done = 0;
    while (done < frames) {
        plane_tick(plane);
        done++;
        if (!plane->threaded_recorder && plane->now >= plane->next_drain) {
            recorder_drain(plane->recorder);
            plane->next_drain = plane->now + MEDIA_RATE;
        }
        if (plane->told)
            break;
    }
    plane->statistics.cpu_s = plane_thread_cpu_s() - plane->cpu_base;
    restore_tiny(before);
    return done;
}

static void note_lateness(struct plane_statistics *statistics, double late_ms)
{
    int bucket = (int)(late_ms * 40);
    statistics->lateness[bucket < 0 ? 0 : bucket >= LATENESS_BUCKETS ? LATENESS_BUCKETS - 1 : bucket]++;
    if (late_ms > statistics->lateness_max_ms)
        statistics->lateness_max_ms = late_ms;
    if (late_ms > 1.0)
        statistics->late_ticks++;
}

static struct card *pacemaker(struct plane *plane)
{
    int cards = atomic_load_explicit(&plane->card_count, memory_order_acquire);
    for (int c = 0; c < cards; c++)
        if (plane->cards[c]->ops->wait)
            return plane->cards[c];
    return NULL;
}

static void *media_thread(void *argument)
{
    struct plane *plane = argument;
    struct plane_statistics *statistics = &plane->statistics;
    int64_t period = (int64_t)plane->frame * (1000000000 / MEDIA_RATE);
    int64_t due = monotonic_ns() + period;
    plane->cpu_base = plane_thread_cpu_s() - statistics->cpu_s;
    flush_tiny();
    while (!atomic_load_explicit(&plane->stop, memory_order_acquire)) {
        struct card *card = pacemaker(plane);
        if (!card || card->ops->wait(card, plane->frame) != 0) {
            struct timespec until = { due / 1000000000, due % 1000000000 };
            while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
                ;
            card = NULL;
        }
        int64_t begin = monotonic_ns();
        note_lateness(statistics, (double)(begin - due) * 1e-6);
        if (begin - due > CATCH_UP_FRAMES * period) {
            statistics->skipped_ticks += (uint64_t)((begin - due) / period);
            due = begin;
        }
        /* A card's crystal is not ours: follow it slowly, so that one late wake-up shows as late. */
        due += period + (card ? (begin - due) / 64 : 0);
        plane_tick(plane);
        double took = (double)(monotonic_ns() - begin) * 1e-3;
        if (took > statistics->tick_max_us)
            statistics->tick_max_us = took;
        statistics->tick_avg_us += (took - statistics->tick_avg_us) / (double)(statistics->ticks < 500 ? statistics->ticks : 500);
        statistics->cpu_s = plane_thread_cpu_s() - plane->cpu_base;
    }
    return NULL;
}

int plane_start(struct plane *plane, int priority, bool lock_memory)
{
    if (plane->running)
        return PLANE_RUNNING;
    if (priority < 0 || priority > 99)
        return PLANE_BAD_VALUE;
    int refused = 0;
    if (lock_memory && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
        refused |= 2;
    atomic_store(&plane->stop, false);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int error = EPERM;
    if (priority > 0) {
        struct sched_param parameter = { .sched_priority = priority };
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
        pthread_attr_setschedparam(&attributes, &parameter);
        error = pthread_create(&plane->thread, &attributes, media_thread, plane);
    }
    if (error != 0) {
        if (priority > 0)
            refused |= 1;
        error = pthread_create(&plane->thread, NULL, media_thread, plane);
    }
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        plane->last_errno = error;
        return PLANE_SYSTEM;
    }
    pthread_setname_np(plane->thread, "strowger-media");
    plane->running = true;
    return refused;
}

int plane_stop_thread(struct plane *plane)
{
    if (!plane->running)
        return PLANE_OK;
    atomic_store_explicit(&plane->stop, true, memory_order_release);
    pthread_join(plane->thread, NULL);
    plane->running = false;
    return PLANE_OK;
}
