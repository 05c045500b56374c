#define _GNU_SOURCE
#include <link.h>
#include <string.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "plane.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

enum {
    CATCH_UP_FRAMES = 10, /* what we are later than that is not made up */
    WITHOUT_CARD_S = 10,  /* a card whose pace failed is left alone: each try may cost it 5 frames */
};

/* ---- clocks of the machine: for pace and figures only ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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
    plane_count_cpu(plane);
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
    plane_publish_statistics(plane);
    restore_tiny(before);
    return done;
}

/* When ticks are due, in ns of CLOCK_MONOTONIC. */
struct pace {
    int64_t period, due;
    bool by_card;     /* the last tick was */
    int without_card; /* so many ticks more, before one that failed is asked again */
};

static struct card *pacemaker(struct plane *plane)
{
    int cards = atomic_load_explicit(&plane->card_count, memory_order_acquire);
    for (int c = 0; c < cards; c++)
        if (plane->cards[c]->ops->wait)
            return plane->cards[c];
    return NULL;
}

/* Waits for a card's frame. False: there is no card to wait for, or it gives no pace now. */
static bool wait_for_card(struct plane *plane, struct pace *pace)
{
    struct card *card = pacemaker(plane);
    if (!card)
        return false;
    if (pace->without_card > 0) {
        pace->without_card--;
    } else {
        int error = card->ops->wait(card, plane->frame);
        if (error == 0)
            return true;
        if (error != EAGAIN)
            pace->without_card = WITHOUT_CARD_S * MEDIA_RATE / plane->frame;
    }
    plane->statistics.clock_ticks++;
    return false;
}

/* Waits for the next tick. Returns when it begins; pace->due says when it should have. */
static int64_t wait_for_tick(struct plane *plane, struct pace *pace)
{
    bool by_card = wait_for_card(plane, pace);
    if (!by_card) {
        struct timespec until = { pace->due / 1000000000, pace->due % 1000000000 };
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            ;
    }
    int64_t begin = monotonic_ns();
    /* A card's beat is not where ours would be; and what comes early shows that it was taken for later than it is. */
    if (by_card && (!pace->by_card || begin < pace->due))
        pace->due = begin;
    pace->by_card = by_card;
    return begin;
}

/* After a long stall the past is left alone: nobody wants to hear it in a burst. Time goes over it. */
static void skip(struct plane *plane, struct pace *pace, int64_t late)
{
    int64_t ticks = late / pace->period;
    pace->due += ticks * pace->period;
    plane->now += (uint64_t)ticks * (uint64_t)plane->frame;
    plane->statistics.skipped_ticks += (uint64_t)ticks;
    for (int i = 0; i < plane->active_count; i++)
        if (plane->active[i]->recording)
            recording_miss(plane->active[i]->recording, (uint32_t)ticks * (uint32_t)plane->frame);
}

static void *media_thread(void *argument)
{
    struct plane *plane = argument;
    struct pace pace = { .period = (int64_t)plane->frame * (1000000000 / MEDIA_RATE) };
    pace.due = monotonic_ns() + pace.period;
    plane_count_cpu(plane);
    flush_tiny();
    while (!atomic_load_explicit(&plane->stop, memory_order_acquire)) {
        int64_t begin = wait_for_tick(plane, &pace), late = begin - pace.due;
        if (late > CATCH_UP_FRAMES * pace.period)
            skip(plane, &pace, late);
        /* A card's crystal may be slower than ours: due follows, so slowly that a late wake-up shows as late. */
        pace.due += pace.period + (pace.by_card ? (begin - pace.due) / 64 : 0);
        plane_tick(plane);
        plane_note_tick(plane, (double)late * 1e-9, (double)(monotonic_ns() - begin) * 1e-9);
        plane_publish_statistics(plane);
    }
    return NULL;
}

static bool may_lock_without_limit(void)
{
    struct rlimit limit;
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct capabilities[_LINUX_CAPABILITY_U32S_3];
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        return true;
    return syscall(SYS_capget, &header, capabilities) == 0 && (capabilities[0].effective & (1u << CAP_IPC_LOCK));
}

/* What is locked counts as whole mappings: below a limit it would be later ones, of Python or anybody, that fail. */
static bool lock_all_memory(void)
{
    return may_lock_without_limit() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

static int create_thread(struct plane *plane, int priority)
{
    pthread_attr_t attributes;
    sigset_t all;
    struct sched_param parameter = { .sched_priority = priority };
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setsigmask_np(&attributes, &all); /* signals are Python's */
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, priority > 0 ? SCHED_FIFO : SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &parameter);
    int error = pthread_create(&plane->thread, &attributes, media_thread, plane);
    pthread_attr_destroy(&attributes);
    return error;
}

/* The code that the media thread runs comes into memory before its first tick, not by a page fault in the middle of one: a
 * disk, or the lab's shared folder, may take longer than the card waits. Where the kernel cannot (before 5.14) nothing is lost. */
static int populate(struct dl_phdr_info *object, size_t size, void *nothing)
{
    static const char *const run_by_us[] = { "_media", "libspandsp", "libm.so", "libc.so", "ld-linux" };
    (void)size;
    (void)nothing;
    bool ours = false;
    for (size_t i = 0; i < sizeof run_by_us / sizeof *run_by_us; i++)
        ours |= strstr(object->dlpi_name, run_by_us[i]) != NULL;
    for (int i = 0; ours && i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || part->p_flags & PF_W)
            continue;
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        madvise((void *)from, object->dlpi_addr + part->p_vaddr + part->p_memsz - from, MADV_POPULATE_READ);
    }
    return 0;
}

int plane_start(struct plane *plane, int priority, bool lock_memory)
{
    if (plane->running)
        return PLANE_RUNNING;
    if (priority < 0 || priority > 99)
        return PLANE_BAD_VALUE;
    plane->locked = lock_memory && lock_all_memory();
    int refused = lock_memory && !plane->locked ? 2 : 0;
    dl_iterate_phdr(populate, NULL);
    atomic_store(&plane->stop, false);
    int error = create_thread(plane, priority);
    if (error == EPERM) {
        refused |= 1;
        error = create_thread(plane, 0);
    }
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
    if (plane->locked)
        munlockall();
    plane->running = false;
    return PLANE_OK;
}
