/* The simulated card: timeslots joined in pairs by wires, as dahdi_dynamic_loc joins spans.
 *
 *     near end (the box)                         far end (the world)
 *     plane_port_open(.., near, ..)              plane_port_open(.., far, ..)        both ports of one plane
 *
 *     tick k    write ──────── frame k ────────┐          write ─── frame k ───┐
 *     tick k+1  read <──────── frame k ────────│──────────────────────────────┘
 *                                              └────────> read
 *
 * What is written at one end in a tick is read at the other in the next, byte for byte, unless a condition is set for that direction:
 * loss, white noise, echo of what the hearing end itself sends, wrong bits, clock slips, or a fault (nothing but silence, all ones, or
 * what the hearing end itself sends). A source end has no other end: it delivers a shared loop of bytes as a card's DMA would, for
 * benches.
 *
 * Wires are made and conditions set on the control side at any time, without a lock: every setting is one atomic word. The same seed,
 * wires made in the same order and the same ticks give the same bytes.
 */
#ifndef STROWGER_WIRE_H
#define STROWGER_WIRE_H

#include "card.h"

struct wire;
struct wire_loop;

enum wire_side { WIRE_NEAR = 0, WIRE_FAR = 1 };
enum wire_fault { WIRE_SOUND = 0, WIRE_SILENT = 1, WIRE_ALL_ONES = 2, WIRE_LOOPED = 3 };

enum { WIRE_ECHO_SAMPLES_MAX = 3200, WIRE_ECHO_TAPS = 8 };

/* What one end hears of the other. */
struct wire_condition {
    float loss_db;                 /* 0 to 60 */
    float noise_dbm0;              /* white, -90 to -10; under -90: none */
    float echo_return_loss_db;     /* the hearing end's own signal comes back weaker by this, 0 to 60; over 60: none */
    uint32_t echo_delay_samples;   /* beyond the frame that any way takes; 0 to WIRE_ECHO_SAMPLES_MAX */
    float echo_shape[WIRE_ECHO_TAPS]; /* its impulse response, a sample each; 1, 0, 0 ... is the signal as it was */
    float bit_errors;              /* share of the bits, 0 to 0.5, at which an error begins */
    uint32_t error_octets;         /* an error spoils so many octets in a row: 0 or 1 is one bit */
    uint32_t slip_samples;         /* after so many an octet comes twice, after as many more one is left out, and so on; 0: never */
};

/* The card, which also gives the pace in real time (frame periods by CLOCK_MONOTONIC). NULL when out of memory. */
struct card *sim_card_new(uint32_t seed);
/* With all its wires, ends and loops. No plane may have it any more. */
void sim_card_free(struct card *card);

/* A wire without faults or conditions; it lives as long as its card. NULL when out of memory. */
struct wire *sim_wire_new(struct card *card, enum media_law law);
/* The end to be opened as a port's channel; always the same one until it is removed. */
void *sim_wire_end(struct wire *wire, enum wire_side side);
/* The device at this end is pulled out: the present end is gone for good and its port silent; sim_wire_end() gives a new one from now
 * on. false: out of memory, nothing changed. */
bool sim_wire_remove(struct wire *wire, enum wire_side side);

/* What comes out at `side` from the next tick on. false: a value is outside its range, nothing changed. */
bool sim_wire_condition(struct wire *wire, enum wire_side side, const struct wire_condition *condition);
void sim_wire_fault(struct wire *wire, enum wire_side side, enum wire_fault fault);

/* A copy of `count` bytes (1 or more) to be shared by source ends. NULL when out of memory or count is 0. */
struct wire_loop *sim_loop_new(struct card *card, const uint8_t *bytes, uint32_t count);
/* A timeslot that delivers the loop for ever, from byte `offset` on at sample time 0, and takes what is written to it. */
void *sim_source_new(struct card *card, struct wire_loop *loop, uint32_t offset);

/* One tick without a plane, for tests: reads a frame at each of `count` ends into `received`, then writes one from `sent`; frames lie
 * one after the other. Returns how many of the ends are gone, -1 when out of memory. */
int sim_test_tick(struct card *card, void *const *ends, const uint8_t *sent, uint8_t *received, int count, int frame, uint64_t time);

#endif
