#include <string.h>
#include <unistd.h>

#include "g711.h"
#include "level.h"
#include "plane.h"

/* Nobody else is heard by either: the bytes of one go to the other as they are. */
static bool plain(const struct port *port)
{
    const struct port *peer = port->peer;
    return peer->place >= 0 && port->place >= 0 && !port->player && !peer->player && !port->muted && !peer->muted &&
           !port->meter.interval && !peer->meter.interval &&
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
    if (!is_plain || !port->card || port->card != peer->card || !port->card->ops->join || port->join_refused ||
        port->handle > peer->handle)
        return;
    if (port->card->ops->join(port->card, &port->slot, &peer->slot) != 0) {
        port->join_refused = true;
        return;
    }
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
            samples[i] = saturate(gained(samples[i], gain));
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
            bridge_hear(port->member, out, n);
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

static double mean_square(enum media_law law, const uint8_t *bytes, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double sample = g711_linear[law][bytes[i]];
        sum += sample * sample;
    }
    return sum / n;
}

static void measure(struct plane *plane, struct port *port, int n)
{
    struct meter *meter = &port->meter;
    const uint8_t *ways[2] = {port->slot.rx, port->slot.tx};
    bool whole = ++meter->count >= meter->interval;
    for (int way = 0; way < 2; way++) {
        double power = mean_square(port->slot.law, ways[way], n);
        meter->sum[way] += power;
        if (power > meter->peak[way])
            meter->peak[way] = power;
        if (!whole)
            continue;
        plane_emit(plane, port->handle, plane->now + (uint64_t)n, EVENT_METER, (uint16_t)way,
                   level_dbm0(meter->sum[way] / meter->count), level_dbm0(meter->peak[way]), 0, NULL, 0);
        meter->sum[way] = meter->peak[way] = 0;
    }
    if (whole)
        meter->count = 0;
}

static void finish(struct plane *plane, struct port *port, int n)
{
    if (port->meter.interval)
        measure(plane, port, n);
    if (port->recording) {
        int error = recording_write(port->recording, port->slot.rx, port->slot.tx, n);
        if (error)
            plane_end_recording(plane, port, error);
    }
    if (port->player && port->player->at >= port->player->count)
        plane_end_player(plane, port, PLAY_FINISHED);
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
    ring_publish(&plane->spent);
    if (plane->told) {
        ring_publish(&plane->events);
        uint64_t one = 1;
        if (write(plane->eventfd, &one, sizeof one) < 0)
            plane->told = true; /* the counter is full: Python has enough to wake for */
    }
}
