/* The recorder's thread: files of all recordings, written and synced together. The ring of each is recording.c, the file format wave.c.
 *
 *   time        0 s           1 s           2 s     ...      5 s              end                    <= 1 s later
 *   media       write write write write write write write write write ... write end
 *   thread      |  (open)     |write,       |write,          |write, sizes        |write, sizes,
 *               |  header     | syncfs      | syncfs         | syncfs             | syncfs, close
 *   sizes say   unknown       unknown       unknown          5 s                  all
 *
 * One syncfs for 120 recordings takes 3 ms where fdatasync takes 17 to 29 ms for each.
 *
 * The control side makes the file in its own thread, pushes the recording onto `arrivals` (many push, the recorder's thread takes all),
 * later asks for the result and drops it. There is a lock, but only between the control side and the recorder's thread, and it is never
 * held during I/O.
 *
 * Errors: a write that fails ends that recording; what is on disk gets a right header if the disk still takes one. After a failed sync
 * the kernel has forgotten which pages are bad and a second sync would succeed, so such a file is lost: it is closed as it is and not
 * trusted again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "recording.h"

enum {
    REFRESH_FRAMES = 5 * MEDIA_RATE,  /* sizes into the header after every 5 s of recording */
    STACK = 256 * 1024,               /* bytes; mlockall() would lock the usual 8 MiB */
};

struct recorder {
    bool threaded;
    pthread_t thread;
    struct recording *recordings;     /* the recorder's thread's, oldest first */
    _Atomic(struct recording *) arrivals;
    uint64_t round;

    pthread_mutex_t lock;             /* for the four below */
    pthread_cond_t wake, done;
    uint64_t asked, answered;         /* rounds that recorder_drain() wants, and has */
    bool quit;

    atomic_uint open;
    atomic_uint_fast64_t bytes, lost_bytes, syncs, sync_max_ns, cpu_ns;
};

static void add(atomic_uint_fast64_t *count, uint64_t more)
{
    atomic_fetch_add_explicit(count, more, memory_order_relaxed);
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The end of it, good or bad. After an error the media thread still holds the recording, and sees the error at its next write. */
static void shut(struct recorder *recorder, struct recording *r, int error)
{
    int closing = wave_close(&r->wave);
    atomic_fetch_sub_explicit(&recorder->open, 1, memory_order_relaxed);
    atomic_store_explicit(&r->error, error != 0 ? error : closing, memory_order_relaxed);
    atomic_store_explicit(&r->closed, true, memory_order_release);
}

static void write_out(struct recorder *recorder, struct recording *r)
{
    struct wave *wave = &r->wave;
    uint64_t bytes = wave->bytes;
    bool last = atomic_load_explicit(&r->ended, memory_order_acquire);
    int error = recording_take(r, last);
    uint64_t lost = atomic_load_explicit(&r->lost, memory_order_relaxed);
    add(&recorder->bytes, wave->bytes - bytes);
    add(&recorder->lost_bytes, lost - r->lost_counted);
    r->lost_counted = lost;
    if (error == 0 && last)
        error = wave_settle(wave);
    else if (error == 0 && wave->bytes - wave->bytes_in_header >= (uint64_t)REFRESH_FRAMES * r->channels)
        error = wave_refresh(wave);
    if (error != 0) {
        wave_settle(wave);
        shut(recorder, r, error);
    }
}

/* One sync for all recordings on the filesystem of `oldest`. It must be the oldest one's descriptor: a descriptor is told only of errors
 * that are later than itself. The error does not say whose it is, so each is asked for its own. */
static void sync_filesystem(struct recorder *recorder, struct recording *oldest)
{
    uint64_t begin = now_ns(CLOCK_MONOTONIC);
    bool good = syncfs(oldest->wave.fd) == 0;
    uint64_t took = now_ns(CLOCK_MONOTONIC) - begin;
    if (took > atomic_load_explicit(&recorder->sync_max_ns, memory_order_relaxed))
        atomic_store_explicit(&recorder->sync_max_ns, took, memory_order_relaxed);
    add(&recorder->syncs, 1);
    dev_t device = oldest->wave.device;
    for (struct recording *r = oldest; r; r = r->next) {
        if (r->wave.fd < 0 || !r->wave.dirty || r->wave.device != device)
            continue;
        r->wave.dirty = false;
        if (!good && fdatasync(r->wave.fd) != 0)
            shut(recorder, r, errno);
    }
}

static void sync_all(struct recorder *recorder)
{
    recorder->round++;
    for (struct recording *oldest = recorder->recordings; oldest; oldest = oldest->next) {
        if (oldest->wave.fd < 0 || oldest->round == recorder->round)
            continue;
        bool dirty = false;
        for (struct recording *r = oldest; r; r = r->next) {
            if (r->wave.fd < 0 || r->wave.device != oldest->wave.device)
                continue;
            r->round = recorder->round;
            dirty |= r->wave.dirty;
        }
        if (dirty)
            sync_filesystem(recorder, oldest);
    }
}

/* `arrivals` is a stack; the list wants the oldest first. */
static void adopt(struct recorder *recorder)
{
    struct recording *stack = atomic_exchange_explicit(&recorder->arrivals, NULL, memory_order_acquire), *oldest_first = NULL;
    while (stack) {
        struct recording *r = stack;
        stack = r->next;
        r->next = oldest_first;
        oldest_first = r;
    }
    struct recording **end = &recorder->recordings;
    while (*end)
        end = &(*end)->next;
    *end = oldest_first;
}

/* Memory goes when nobody wants it: the ring when the file is closed and the media thread has ended it, the rest when the control side has
 * dropped it too. */
static void sweep(struct recorder *recorder)
{
    for (struct recording **link = &recorder->recordings; *link;) {
        struct recording *r = *link;
        if (r->wave.fd >= 0 && r->wave.settled)
            shut(recorder, r, 0);
        bool over = r->wave.fd < 0 && atomic_load_explicit(&r->ended, memory_order_acquire);
        if (over && atomic_load_explicit(&r->dropped, memory_order_acquire)) {
            *link = r->next;
            recording_free(r);
            continue;
        }
        if (over) {
            free(r->ring);
            r->ring = NULL;
        }
        link = &r->next;
    }
}

/* A round: all that there is to do at a time. */
static void work(struct recorder *recorder)
{
    uint64_t begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
    adopt(recorder);
    for (struct recording *r = recorder->recordings; r; r = r->next)
        if (r->wave.fd >= 0)
            write_out(recorder, r);
    if (recorder->threaded)
        sync_all(recorder);
    sweep(recorder);
    add(&recorder->cpu_ns, now_ns(CLOCK_THREAD_CPUTIME_ID) - begin);
}

static void *run(void *argument)
{
    struct recorder *recorder = argument;
    pthread_setname_np(pthread_self(), "strowger-rec");
    pthread_mutex_lock(&recorder->lock);
    while (!recorder->quit) {
        uint64_t asked = recorder->asked;
        struct timespec due;
        clock_gettime(CLOCK_MONOTONIC, &due);
        due.tv_sec++;
        pthread_mutex_unlock(&recorder->lock);
        work(recorder);
        pthread_mutex_lock(&recorder->lock);
        recorder->answered = asked;
        pthread_cond_broadcast(&recorder->done);
        while (!recorder->quit && recorder->asked == recorder->answered)
            if (pthread_cond_timedwait(&recorder->wake, &recorder->lock, &due) == ETIMEDOUT)
                break;
    }
    pthread_mutex_unlock(&recorder->lock);
    return NULL;
}

/* An ordinary thread even when its maker is a real-time one, and deaf to signals: a file-size limit must give EFBIG, not SIGXFSZ. */
static int start_thread(struct recorder *recorder)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    struct sched_param ordinary = {.sched_priority = 0};
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &ordinary);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&recorder->thread, &attributes, run, recorder);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

struct recorder *recorder_new(bool threaded)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return NULL;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&recorder->lock, NULL);
    pthread_cond_init(&recorder->wake, &monotonic);
    pthread_cond_init(&recorder->done, NULL);
    pthread_condattr_destroy(&monotonic);
    recorder->threaded = threaded;
    if (threaded && start_thread(recorder) != 0) {
        recorder->threaded = false;
        recorder_free(recorder);
        return NULL;
    }
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    if (!recorder)
        return;
    if (recorder->threaded) {
        pthread_mutex_lock(&recorder->lock);
        recorder->quit = true;
        pthread_cond_signal(&recorder->wake);
        pthread_mutex_unlock(&recorder->lock);
        pthread_join(recorder->thread, NULL);
    }
    adopt(recorder);
    for (struct recording *r = recorder->recordings; r; r = r->next) {
        recording_end(r);
        recording_drop(r);
    }
    work(recorder);
    pthread_cond_destroy(&recorder->done);
    pthread_cond_destroy(&recorder->wake);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

int recorder_drain(struct recorder *recorder)
{
    if (recorder->threaded) {
        pthread_mutex_lock(&recorder->lock);
        uint64_t mine = ++recorder->asked;
        pthread_cond_signal(&recorder->wake);
        while (recorder->answered < mine)
            pthread_cond_wait(&recorder->done, &recorder->lock);
        pthread_mutex_unlock(&recorder->lock);
    } else {
        work(recorder);
    }
    return (int)atomic_load_explicit(&recorder->open, memory_order_relaxed);
}

void recorder_statistics(struct recorder *recorder, struct recorder_statistics *out)
{
    out->open = atomic_load_explicit(&recorder->open, memory_order_relaxed);
    out->bytes = atomic_load_explicit(&recorder->bytes, memory_order_relaxed);
    out->lost_bytes = atomic_load_explicit(&recorder->lost_bytes, memory_order_relaxed);
    out->syncs = atomic_load_explicit(&recorder->syncs, memory_order_relaxed);
    out->sync_max_ms = (double)atomic_load_explicit(&recorder->sync_max_ns, memory_order_relaxed) / 1e6;
    out->cpu_s = (double)atomic_load_explicit(&recorder->cpu_ns, memory_order_relaxed) / 1e9;
}

struct recording *recording_open(struct recorder *recorder, const char *path, enum recording_layout layout, enum media_law law, int *error)
{
    *error = EINVAL;
    if ((layout != RECORDING_STEREO && layout != RECORDING_MIXED) || (law != LAW_A && law != LAW_MU))
        return NULL;
    *error = ENOMEM;
    struct recording *r = recording_new(path, layout, law);
    if (!r)
        return NULL;
    *error = wave_create(&r->wave, path, recorder->threaded);
    if (*error != 0) {
        recording_free(r);
        return NULL;
    }
    atomic_fetch_add_explicit(&recorder->open, 1, memory_order_relaxed);
    r->next = atomic_load_explicit(&recorder->arrivals, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&recorder->arrivals, &r->next, r, memory_order_release, memory_order_relaxed))
        ;
    return r;
}

void recording_abandon(struct recording *r)
{
    unlink(r->path);
    recording_end(r);
    recording_drop(r);
}

bool recording_closed(const struct recording *r, struct recording_result *out)
{
    if (!atomic_load_explicit(&r->closed, memory_order_acquire))
        return false;
    uint32_t bytes_a_ms = MEDIA_RATE / 1000 * r->channels;
    out->error = atomic_load_explicit(&r->error, memory_order_relaxed);
    out->ms = (uint32_t)(r->wave.bytes / bytes_a_ms);
    out->lost_ms = (uint32_t)(r->lost_counted / bytes_a_ms);
    return true;
}

void recording_drop(struct recording *r)
{
    atomic_store_explicit(&r->dropped, true, memory_order_release);
}
