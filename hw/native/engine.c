#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "g711.h"
#include "plane.h"

/* ---- clocks of the machine: for pace and figures only ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* ---- what goes up to Python ---- */

static uint32_t put_blob(struct plane *plane, const void *blob, uint32_t len)
{
    uint32_t at = atomic_load_explicit(&plane->blob_written, memory_order_relaxed);
    if (len > BLOBS - (at - atomic_load_explicit(&plane->blob_read, memory_order_acquire)))
        return UINT32_MAX;
    for (uint32_t i = 0; i < len; i++)
        plane->blobs[(at + i) % BLOBS] = ((const unsigned char *)blob)[i];
    atomic_store_explicit(&plane->blob_written, at + len, memory_order_release);
    return at;
}

void plane_emit(struct plane *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                uint32_t token, const void *blob, uint32_t blob_len)
{
    bool awaited = kind == EVENT_PLAYED || kind == EVENT_RECORDING_ENDED;
    struct event *event = ring_room(&plane->events) > (awaited ? 0 : EVENTS_RESERVED) ? ring_reserve(&plane->events) : NULL;
    uint32_t blob_at = event && blob_len ? put_blob(plane, blob, blob_len) : 0;
    if (!event || blob_at == UINT32_MAX) {
        plane->statistics.lost_events++;
        return;
    }
    *event = (struct event){ .time = time, .port = port, .kind = kind, .code = code, .a = a, .b = b,
                             .token = token, .blob_len = blob_len, .blob_at = blob_at };
    ring_commit(&plane->events);
    plane->statistics.events++;
    plane->told = true;
}

static void emit_for_sink(void *plane, uint32_t port, uint64_t time, uint16_t kind, uint16_t code, int32_t a, int32_t b,
                          uint32_t token, const void *blob, uint32_t blob_len)
{
    plane_emit(plane, port, time, kind, code, a, b, token, blob, blob_len);
}

void plane_give_back(struct plane *plane, enum spent_kind kind, void *object)
{
    if (!object)
        return;
    struct spent *spent = ring_reserve(&plane->spent);
    if (!spent)
        return; /* cannot be: the ring is longer than all that is ever out */
    spent->kind = kind;
    spent->object = object;
    ring_commit(&plane->spent);
}

/* ---- ports ---- */

static void end_player(struct plane *plane, struct port *port, enum play_end how)
{
    struct player *player = port->player;
    if (!player)
        return;
    port->player = NULL;
    plane->statistics.playing--;
    int32_t heard = player->played > INT32_MAX ? INT32_MAX : (int32_t)player->played;
    plane_emit(plane, port->handle, plane->now, EVENT_PLAYED, (uint16_t)how, heard, player->at, player->token, NULL, 0);
    plane_give_back(plane, SPENT_PLAYER, player);
}

static void end_recording(struct plane *plane, struct port *port, int error)
{
    if (!port->recording)
        return;
    plane_emit(plane, port->handle, plane->now, EVENT_RECORDING_ENDED, (uint16_t)error,
               (int32_t)recording_ms(port->recording), 0, port->recording_token, NULL, 0);
    recording_end(port->recording);
    port->recording = NULL;
    plane->statistics.recording--;
}

static void set_detector(struct plane *plane, struct port *port, struct detector *detector)
{
    plane->statistics.detecting += (detector != NULL) - (port->detector != NULL);
    plane_give_back(plane, SPENT_DETECTOR, port->detector);
    port->detector = detector;
}

void plane_unjoin(struct plane *plane, struct port *port)
{
    struct port *peer = port->peer;
    if (!peer || !port->joined)
        return;
    port->card->ops->part(port->card, &port->slot, &peer->slot);
    port->joined = peer->joined = false;
    port->slot.joined = peer->slot.joined = false;
    plane->statistics.joined_pairs--;
    plane_emit(plane, port->handle, plane->now, EVENT_JOINED, 0, 0, 0, 0, NULL, 0);
    plane_emit(plane, peer->handle, plane->now, EVENT_JOINED, 0, 0, 0, 0, NULL, 0);
}

void plane_part_pair(struct plane *plane, struct port *port)
{
    if (!port->peer)
        return;
    plane_unjoin(plane, port);
    port->peer->peer = NULL;
    port->peer = NULL;
}

void plane_rest(struct plane *plane, struct port *port)
{
    if (port->place < 0)
        return;
    plane_unjoin(plane, port);
    if (port->card && port->card->ops->deactivate)
        port->card->ops->deactivate(port->card, &port->slot);
    struct port *last = plane->active[--plane->active_count];
    plane->active[port->place] = last;
    last->place = port->place;
    port->place = -1;
    port->slot.active = false;
    port->voice_ready = false;
}

static void wake(struct plane *plane, struct port *port)
{
    if (port->place >= 0)
        return;
    port->place = plane->active_count;
    plane->active[plane->active_count++] = port;
    port->slot.active = true;
    memset(port->slot.rx, g711_silence(port->slot.law), sizeof port->slot.rx);
    memset(port->slot.tx, g711_silence(port->slot.law), sizeof port->slot.tx);
    if (port->card && port->card->ops->activate)
        port->card->ops->activate(port->card, &port->slot, plane->frame);
}

static void open_port(struct plane *plane, struct port *port, int index)
{
    port->slot.sink = (struct event_sink){ emit_for_sink, plane, port->handle };
    plane->ports[index] = port;
    plane->statistics.ports++;
    if (port->card) {
        int card = port->card_number;
        port->card_place = plane->slot_count[card]++;
        plane->slots[card][port->card_place] = &port->slot;
        plane->slot_ports[card][port->card_place] = port;
    }
}

void plane_drop_port(struct plane *plane, struct port *port)
{
    plane_part_pair(plane, port);
    if (port->member) {
        struct member *member = port->member;
        bridge_remove(member);
        plane_give_back(plane, SPENT_MEMBER, member);
    }
    end_player(plane, port, PLAY_CLOSED);
    end_recording(plane, port, 0);
    set_detector(plane, port, NULL);
    plane_rest(plane, port);
    if (port->card) {
        int card = port->card_number, last = --plane->slot_count[card];
        plane->slots[card][port->card_place] = plane->slots[card][last];
        plane->slot_ports[card][port->card_place] = plane->slot_ports[card][last];
        plane->slot_ports[card][port->card_place]->card_place = port->card_place;
    }
    plane->statistics.ports--;
}

/* ---- orders ---- */

static void close_bridge(struct plane *plane, struct bridge *bridge)
{
    while (bridge->members) {
        struct member *member = bridge->members;
        bridge_remove(member);
        plane_give_back(plane, SPENT_MEMBER, member);
    }
    for (struct bridge **link = &plane->open_bridges; *link; link = &(*link)->next)
        if (*link == bridge) {
            *link = bridge->next;
            break;
        }
    plane->statistics.bridges--;
    plane_give_back(plane, SPENT_BRIDGE, bridge);
}

static void carry_out(struct plane *plane, const struct order *order)
{
    struct port *port = order->port >= 0 ? plane->ports[order->port] : NULL;
    switch ((enum order_kind)order->kind) {
    case ORDER_OPEN:
        open_port(plane, order->object, order->port);
        break;
    case ORDER_CLOSE:
        plane_drop_port(plane, port);
        plane->ports[order->port] = NULL;
        plane_give_back(plane, SPENT_PORT, port);
        break;
    case ORDER_ACTIVATE:
        if (order->flags)
            wake(plane, port);
        else
            plane_rest(plane, port);
        break;
    case ORDER_GAIN:
        port->in_gain = order->gain[0];
        port->out_gain = order->gain[1];
        break;
    case ORDER_MUTE:
        port->muted = order->flags;
        break;
    case ORDER_CONNECT:
        port->peer = plane->ports[order->other];
        port->peer->peer = port;
        break;
    case ORDER_PART:
        plane_part_pair(plane, port);
        if (port->member) {
            struct member *member = port->member;
            bridge_remove(member);
            plane_give_back(plane, SPENT_MEMBER, member);
        }
        break;
    case ORDER_BRIDGE_OPEN: {
        struct bridge *bridge = order->object;
        bridge->next = plane->open_bridges;
        plane->open_bridges = plane->bridges[order->other] = bridge;
        plane->statistics.bridges++;
        break;
    }
    case ORDER_BRIDGE_CLOSE:
        close_bridge(plane, plane->bridges[order->other]);
        plane->bridges[order->other] = NULL;
        break;
    case ORDER_JOIN: {
        struct member *member = order->object;
        member->port = port;
        bridge_add(plane->bridges[order->other], member);
        break;
    }
    case ORDER_MEMBER:
        port->member->flags = order->flags;
        port->member->talk_gain = order->gain[0];
        port->member->listen_gain = order->gain[1];
        break;
    case ORDER_WHISPER:
        bridge_whisper(port->member, plane->ports[order->other]->member, order->flags);
        break;
    case ORDER_PLAY:
        end_player(plane, port, PLAY_REPLACED);
        port->player = order->object;
        plane->statistics.playing++;
        break;
    case ORDER_STOP:
        end_player(plane, port, PLAY_STOPPED);
        break;
    case ORDER_SKIP:
        if (port->player)
            player_skip(port->player);
        break;
    case ORDER_DETECT:
        set_detector(plane, port, order->object);
        break;
    case ORDER_RECORD:
        end_recording(plane, port, 0);
        port->recording = order->object;
        port->recording_token = order->token;
        plane->statistics.recording++;
        break;
    case ORDER_RECORD_STATE:
        if (port->recording)
            recording_set_state(port->recording, order->flags);
        break;
    case ORDER_RECORD_STOP:
        end_recording(plane, port, 0);
        break;
    case ORDER_RESET_STATISTICS: {
        struct plane_statistics *s = &plane->statistics;
        s->ticks = s->late_ticks = s->skipped_ticks = s->lost_frames = 0;
        s->events = s->lost_events = s->orders = 0;
        s->tick_avg_us = s->tick_max_us = s->lateness_max_ms = s->cpu_s = 0;
        memset(s->lateness, 0, sizeof s->lateness);
        plane->cpu_base = thread_cpu_s();
        break;
    }
    }
}

void plane_take_orders(struct plane *plane)
{
    const struct order *order;
    while ((order = ring_peek(&plane->orders))) {
        carry_out(plane, order);
        plane->statistics.orders++;
        ring_release(&plane->orders);
    }
}

/* ---- the tick ---- */

/* Nobody else is heard by either: the bytes of one go to the other as they are. */
static bool plain(const struct port *port)
{
    const struct port *peer = port->peer;
    return peer->place >= 0 && port->place >= 0 && !port->player && !peer->player && !port->muted && !peer->muted &&
           port->slot.law == peer->slot.law && port->in_gain == GAIN_UNITY && peer->in_gain == GAIN_UNITY &&
           port->out_gain == GAIN_UNITY && peer->out_gain == GAIN_UNITY;
}

/* The card carries a plain pair where it can; the plane takes it back when somebody else must be heard. */
static void settle_pair(struct plane *plane, struct port *port, bool is_plain)
{
    struct port *peer = port->peer;
    if (port->joined) {
        if (!is_plain)
            plane_unjoin(plane, port);
        return;
    }
    if (!is_plain || !port->card || port->card != peer->card || !port->card->ops->join || port->handle > peer->handle)
        return;
    if (port->card->ops->join(port->card, &port->slot, &peer->slot) != 0)
        return;
    port->joined = peer->joined = true;
    port->slot.joined = peer->slot.joined = true;
    plane->statistics.joined_pairs++;
    plane_emit(plane, port->handle, plane->now, EVENT_JOINED, 1, 0, 0, 0, NULL, 0);
    plane_emit(plane, peer->handle, plane->now, EVENT_JOINED, 1, 0, 0, 0, NULL, 0);
}

static void amplify(int16_t *samples, int32_t gain, int n)
{
    if (gain != GAIN_UNITY)
        for (int i = 0; i < n; i++)
            samples[i] = saturate((int32_t)(((int64_t)samples[i] * gain) >> 12));
}

/* Ears, mouth and player of one port: heard, played and, if somebody wants it, voice. */
static void hear(struct plane *plane, struct port *port, int n)
{
    bool voice_wanted = port->member || (port->peer && !plain(port));
    if (voice_wanted || port->detector) {
        if (port->card)
            g711_decode(port->slot.law, port->slot.rx, port->heard, n);
        else
            memset(port->heard, 0, (size_t)n * sizeof *port->heard);
    }
    if (port->detector)
        detector_run(port->detector, port->heard, n, plane->now, &port->slot.sink);
    if (voice_wanted) {
        if (port->muted)
            memset(port->voice, 0, (size_t)n * sizeof *port->voice);
        else {
            memcpy(port->voice, port->heard, (size_t)n * sizeof *port->voice);
            amplify(port->voice, port->in_gain, n);
        }
    }
    if (port->player) {
        player_render(port->player, port->played, n);
        if (voice_wanted && (port->player->flags & PLAY_SPEAK))
            for (int i = 0; i < n; i++)
                port->voice[i] = saturate(port->voice[i] + port->played[i]);
    }
    port->voice_ready = voice_wanted;
}

/* What the port's party is told, into slot.tx. */
static void speak(struct plane *plane, struct port *port, int n)
{
    if (port->peer) {
        bool is_plain = plain(port);
        settle_pair(plane, port, is_plain);
        if (is_plain) {
            memcpy(port->slot.tx, port->peer->slot.rx, (size_t)n);
            return;
        }
    }
    const struct player *player = port->player;
    bool told_played = player && !(player->flags & PLAY_SPEAK);
    int16_t out[MEDIA_FRAME_MAX];
    if (told_played && !(player->flags & PLAY_MIX)) {
        memcpy(out, port->played, (size_t)n * sizeof *out);
    } else {
        bool silence = false;
        if (port->member) {
            int32_t sum[MEDIA_FRAME_MAX];
            bridge_hear(port->member, sum, n);
            for (int i = 0; i < n; i++)
                out[i] = saturate(sum[i]);
        } else if (port->peer && port->peer->voice_ready) {
            memcpy(out, port->peer->voice, (size_t)n * sizeof *out);
        } else {
            silence = true;
        }
        if (silence && !told_played) {
            memset(port->slot.tx, g711_silence(port->slot.law), (size_t)n);
            return;
        }
        if (told_played) {
            if (silence)
                memset(out, 0, sizeof out);
            for (int i = 0; i < n; i++)
                out[i] = saturate(out[i] + port->played[i]);
        }
    }
    amplify(out, port->out_gain, n);
    g711_encode(port->slot.law, out, port->slot.tx, n);
}

static void finish(struct plane *plane, struct port *port, int n)
{
    if (port->recording) {
        int error = recording_write(port->recording, port->slot.rx, port->slot.tx, n);
        if (error)
            end_recording(plane, port, error);
    }
    if (port->player && port->player->at >= port->player->count)
        end_player(plane, port, PLAY_FINISHED);
}

void plane_tick(struct plane *plane)
{
    int n = plane->frame;
    int cards = atomic_load_explicit(&plane->card_count, memory_order_acquire);
    plane->told = false;
    plane_take_orders(plane);
    for (int c = 0; c < cards; c++) {
        plane->cards[c]->ops->read(plane->cards[c], plane->slots[c], plane->slot_count[c], n, plane->now);
        for (int s = 0; s < plane->slot_count[c]; s++)
            if (plane->slots[c][s]->active && plane->slots[c][s]->idle)
                plane->statistics.lost_frames++;
    }
    for (int i = 0; i < plane->active_count; i++)
        hear(plane, plane->active[i], n);
    for (struct bridge *bridge = plane->open_bridges; bridge; bridge = bridge->next)
        bridge_mix(bridge, n);
    for (int i = 0; i < plane->active_count; i++)
        speak(plane, plane->active[i], n);
    for (int c = 0; c < cards; c++)
        plane->cards[c]->ops->write(plane->cards[c], plane->slots[c], plane->slot_count[c], n, plane->now);
    for (int i = 0; i < plane->active_count; i++)
        finish(plane, plane->active[i], n);

    plane->now += (uint64_t)n;
    atomic_store_explicit(&plane->time, plane->now, memory_order_release);
    plane->statistics.ticks++;
    plane->statistics.active_ports = (uint32_t)plane->active_count;
    ring_publish(&plane->spent);
    if (plane->told) {
        ring_publish(&plane->events);
        uint64_t one = 1;
        if (write(plane->eventfd, &one, sizeof one) < 0)
            plane->told = true; /* the counter is full: Python has enough to wake for */
    }
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
    plane->cpu_base = thread_cpu_s() - plane->statistics.cpu_s;
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
    plane->statistics.cpu_s = thread_cpu_s() - plane->cpu_base;
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
    plane->cpu_base = thread_cpu_s() - statistics->cpu_s;
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
        statistics->cpu_s = thread_cpu_s() - plane->cpu_base;
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
