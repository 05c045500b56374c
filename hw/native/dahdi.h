/* DAHDI as a card: speech of its channels for the media plane, line orders for Python. Driver interface: dahdi/user.h (DAHDI-Linux 2.11).
 *
 *   driver's clock    |<------ frame ------>|<------ frame ------>|          /dev/dahdi/timer
 *   timer             !                     !                     !          expires on a frame boundary
 *   started here      F                     .                     .          flush and 2 frames of silence to send
 *   driver receives   [======= 1 ==========][======= 2 ==========][          blocks of one frame, whole on the boundary
 *   tick               .                     r1 w1                 r2 w2     settles 2 ms behind the boundary, for other cards' interrupts
 *   driver sends      [ silence ][ silence ][======= 1 ==========][          so what came in leaves 2 frames later: 40 ms of 20 ms frames
 *
 * Where boundaries are told unevenly (no card in the machine, the core timer works in bursts), one frame more waits on either side.
 *
 * What is written equals what was read, frame by frame, so the delay stays what the start made it. Frames are read without waiting; a
 * missing one is silence, and nothing is written for it. An event in the driver's queue stops read and write (errno 500, ELAST): the
 * events are told, then the call is repeated. Channels without speech are watched by one epoll set, so that they cost nothing in a tick.
 *
 * What it does not: know what an event means (hw/dahdi does), configure channels (dahdi_cfg does), HDLC (Python reads and writes it).
 *
 * Threads. The media thread runs the card's operations. All functions below belong to the trio thread; they may be called while the media
 * thread runs, never wait for it longer than for one system call, and answer -errno. DAHDI need not be there for anything but opening.
 */
#ifndef STROWGER_DAHDI_H
#define STROWGER_DAHDI_H

#include "card.h"

#ifndef CFFI
#include <dahdi/user.h>
#include <dahdi/wctdm_user.h>
#else
/* What Python reads of dahdi/user.h; the compiler knows the values. */
enum {
    DAHDI_SIG_NONE, DAHDI_SIG_FXSLS, DAHDI_SIG_FXSGS, DAHDI_SIG_FXSKS, DAHDI_SIG_FXOLS, DAHDI_SIG_FXOGS, DAHDI_SIG_FXOKS, DAHDI_SIG_CLEAR,
    DAHDI_SIG_HDLCFCS, DAHDI_SIG_HARDHDLC, DAHDI_SIG_CAS,
    DAHDI_LAW_MULAW, DAHDI_LAW_ALAW,
    DAHDI_ONHOOK, DAHDI_OFFHOOK, DAHDI_FLASH, DAHDI_RING, DAHDI_RINGOFF,
    DAHDI_ALARM_RECOVER, DAHDI_ALARM_LOOPBACK, DAHDI_ALARM_YELLOW, DAHDI_ALARM_RED, DAHDI_ALARM_BLUE, DAHDI_ALARM_NOTOPEN,
    DAHDI_ALARM_LOS, DAHDI_ALARM_LFA, DAHDI_ALARM_LMFA,
    DAHDI_MAINT_NONE, DAHDI_MAINT_LOCALLOOP, DAHDI_MAINT_NETWORKLINELOOP, DAHDI_MAINT_NETWORKPAYLOADLOOP,
    DAHDI_EVENT_NONE, DAHDI_EVENT_ONHOOK, DAHDI_EVENT_RINGOFFHOOK, DAHDI_EVENT_WINKFLASH, DAHDI_EVENT_ALARM, DAHDI_EVENT_NOALARM,
    DAHDI_EVENT_ABORT, DAHDI_EVENT_OVERRUN, DAHDI_EVENT_BADFCS, DAHDI_EVENT_DIALCOMPLETE, DAHDI_EVENT_RINGERON, DAHDI_EVENT_RINGEROFF,
    DAHDI_EVENT_HOOKCOMPLETE, DAHDI_EVENT_BITSCHANGED, DAHDI_EVENT_PULSE_START, DAHDI_EVENT_POLARITY, DAHDI_EVENT_RINGBEGIN,
    DAHDI_EVENT_REMOVED, DAHDI_EVENT_READ_OVERRUN, DAHDI_EVENT_WRITE_UNDERRUN,
    ...
};
struct dahdi_params {
    int channo, spanno, chanpos, sigtype, rxisoffhook, rxbits, txbits, txhooksig, rxhooksig, curlaw;
    char name[40];
    uint32_t chan_alarms;
    ...;
};
struct dahdi_spaninfo {
    int spanno;
    char name[20], desc[40];
    int alarms, crc4count, ebitcount, bpvcount;
    uint32_t fecount, cvcount, errsec;
    int syncsrc, totalchans;
    char location[40], manufacturer[40], devicetype[40], spantype[6];
    ...;
};
#endif

enum {
    DAHDI_CHANNELS = 1024, /* channel numbers are below: DAHDI_MAX_CHANNELS of user.h */
    /* EVENT_LINE of this card: the number of dahdi/user.h, and `a`: for BITSCHANGED the bits ABCD as they are now, else 0.
     * DAHDI_EVENT_PULSEDIGIT does not fit into 16 bits; it comes as this code, `a` the digit as ASCII. */
    DAHDI_LINE_PULSE_DIGIT = 256,
};

/* Counted by the media thread since dahdi_card_new(). */
struct dahdi_statistics {
    uint64_t read_frames, written_frames;
    uint64_t idle_frames; /* nothing had come */
    uint64_t underruns;   /* the driver ran out of speech to send: a frame of silence was put in */
    uint64_t overruns;    /* we came too late and the driver threw speech away: the channel started anew */
    uint64_t full;        /* the driver had no room: a frame was dropped */
    uint64_t starts;      /* channels that began */
    uint64_t events;      /* driver events told */
};

/* NULL: out of memory or descriptors; errno tells. */
struct card *dahdi_card_new(void);
/* Closes the channels that are still open. The plane must be gone. */
void dahdi_card_free(struct card *card);
void dahdi_card_statistics(struct card *card, struct dahdi_statistics *out);

/* Facts, by number. version: at least 160 bytes. */
int dahdi_version(char *out, size_t size);
int dahdi_channel_params(int number, struct dahdi_params *out);
int dahdi_span_info(int number, struct dahdi_spaninfo *out);
/* command: DAHDI_MAINT_*. ENOSYS or ENOTTY: the driver cannot. */
int dahdi_span_maintain(int number, int command);

/* A channel for speech and signalling; *channel is what plane_port_open() wants and stays valid as long as the card.
 * ENOENT: no driver; EINVAL: no such channel; ENXIO: not configured; EBUSY: open already, here or elsewhere. */
int dahdi_channel_open(struct card *card, int number, void **channel);
/* On-hook or idle bits, as the driver does at close. Twice is nothing. */
int dahdi_channel_close(void *channel);
int dahdi_channel_info(void *channel, struct dahdi_params *out);

/* op: DAHDI_ONHOOK, _OFFHOOK, _FLASH, _RING, _RINGOFF. Ends a dialling. EBUSY: the line is in a state that does not allow it. */
int dahdi_hook(void *channel, int op);
/* 2 to 16 times in ms, on and off in turn, for the next DAHDI_RING. */
int dahdi_ring_cadence(void *channel, const int *ms, int count);
/* The digits of "0123456789" as pulses; DAHDI_EVENT_DIALCOMPLETE when they are out. No speech is sent meanwhile: a write would end it. */
int dahdi_dial_pulses(void *channel, const char *digits);
int dahdi_set_bits(void *channel, int bits);
/* 0..15, or -errno. */
int dahdi_bits(void *channel);
int dahdi_set_polarity(void *channel, bool reversed);
/* Between the wires of an FXO port, in millivolts with the sign of the polarity (drivers of the wctdm family). ENOTTY: it cannot measure. */
int dahdi_line_millivolts(void *channel, int *out);
/* Impedance and the eight taps of an FXO port's hybrid: the registers 30 and 45 to 52 of the Si3050. ENOTTY: it has none. */
int dahdi_set_balance(void *channel, const uint8_t *registers);
/* Times in ms: the flash we send; the longest break of a telephone that is a flash; how long a line settles after we close its loop; the
 * pulses we dial. */
int dahdi_set_times(void *channel, int flash, int longest_flash, int settle, int pulse_break, int pulse_make);

/* A D channel as a descriptor (non-blocking; frames with their two FCS bytes): >= 0, or -errno as dahdi_channel_open(). */
int dahdi_dchannel_open(int number);
/* The next event in its queue: a DAHDI_EVENT_*, 0: none, or -errno. */
int dahdi_dchannel_event(int descriptor);

#endif
