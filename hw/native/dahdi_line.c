#include "dahdi_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct dahdi_card *of(struct card *card)
{
    return (struct dahdi_card *)card;
}

struct card *dahdi_card_new(void)
{
    struct dahdi_card *card = calloc(1, sizeof *card);
    if (!card)
        return NULL;
    card->card.ops = &dahdi_operations;
    card->timer = -1;
    for (int i = 0; i < DAHDI_CHANNELS; i++) {
        card->channels[i].card = card;
        card->channels[i].number = i;
        card->channels[i].descriptor = -1;
    }
    card->quiet = epoll_create1(EPOLL_CLOEXEC);
    if (card->quiet < 0) {
        free(card);
        return NULL;
    }
    return &card->card;
}

void dahdi_card_free(struct card *base)
{
    struct dahdi_card *card = of(base);
    for (int i = 0; i < DAHDI_CHANNELS; i++)
        dahdi_channel_close(&card->channels[i]);
    if (card->timer >= 0)
        close(card->timer);
    close(card->quiet);
    free(card);
}

void dahdi_card_statistics(struct card *card, struct dahdi_statistics *out)
{
    *out = of(card)->statistics;
}

/* An ioctl of the control device: 0 or -errno. */
static int ask(unsigned long request, void *argument)
{
    int descriptor = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    int result = ioctl(descriptor, request, argument) == 0 ? 0 : -errno;
    close(descriptor);
    return result;
}

int dahdi_version(char *out, size_t size)
{
    struct dahdi_versioninfo info = { 0 };
    int result = ask(DAHDI_GETVERSION, &info);
    if (result == 0 && size > 0) {
        strncpy(out, info.version, size - 1);
        out[size - 1] = '\0';
    }
    return result;
}

int dahdi_channel_params(int number, struct dahdi_params *out)
{
    *out = (struct dahdi_params){ .channo = number };
    return ask(DAHDI_GET_PARAMS, out);
}

int dahdi_span_info(int number, struct dahdi_spaninfo *out)
{
    *out = (struct dahdi_spaninfo){ .spanno = number };
    return ask(DAHDI_SPANSTAT, out);
}

int dahdi_span_maintain(int number, int command)
{
    struct dahdi_maintinfo order = { .spanno = number, .command = command };
    return ask(DAHDI_MAINT, &order);
}

/* A descriptor for the channel, or -errno. */
static int open_channel(int number)
{
    int descriptor = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    int everything = DAHDI_FLUSH_ALL; /* also the events from before our time */
    if (ioctl(descriptor, DAHDI_SPECIFY, &number) == 0 && ioctl(descriptor, DAHDI_FLUSH, &everything) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

static int open_timer(struct dahdi_card *card)
{
    if (card->timer >= 0)
        return 0;
    int timer = open("/dev/dahdi/timer", O_RDWR | O_CLOEXEC);
    if (timer < 0)
        return -errno;
    atomic_store(&card->timer, timer);
    return 0;
}

int dahdi_channel_open(struct card *base, int number, void **out)
{
    struct dahdi_card *card = of(base);
    if (number < 1 || number >= DAHDI_CHANNELS)
        return -EINVAL;
    struct channel *channel = &card->channels[number];
    if (atomic_load(&channel->descriptor) >= 0)
        return -EBUSY;
    int result = open_timer(card);
    if (result != 0)
        return result;
    int descriptor = open_channel(number);
    if (descriptor < 0)
        return descriptor;
    struct dahdi_params params = { 0 };
    if (ioctl(descriptor, DAHDI_GET_PARAMS, &params) != 0)
        result = -errno;
    else
        result = -dahdi_watch_quietly(card, channel, descriptor);
    if (result != 0) {
        close(descriptor);
        return result;
    }
    channel->span = params.spanno;
    channel->clear = params.sigtype == DAHDI_SIG_CLEAR;
    channel->seen = 0;
    channel->empty = false;
    atomic_store(&channel->gone, false);
    channel->phase = RESTING;
    channel->bits = params.rxbits & 0xf;
    atomic_store(&channel->dialling, false);
    atomic_store(&channel->descriptor, descriptor);
    *out = channel;
    return 0;
}

/* Waits until the media thread, if it is at the channel, has left; at most some system calls long. */
static void wait_until_left(struct channel *channel)
{
    while (atomic_load(&channel->in_use))
        sched_yield();
}

int dahdi_channel_close(void *handle)
{
    struct channel *channel = handle;
    int descriptor = atomic_exchange(&channel->descriptor, -1);
    if (descriptor < 0)
        return 0;
    wait_until_left(channel);
    return close(descriptor) == 0 ? 0 : -errno;
}

/* An ioctl of an open channel: 0 or -errno. */
static int order(void *handle, unsigned long request, void *argument)
{
    struct channel *channel = handle;
    int descriptor = atomic_load(&channel->descriptor);
    if (descriptor < 0 || atomic_load(&channel->gone))
        return descriptor < 0 ? -EBADF : -ENODEV;
    return ioctl(descriptor, request, argument) == 0 ? 0 : -errno;
}

int dahdi_channel_info(void *channel, struct dahdi_params *out)
{
    *out = (struct dahdi_params){ 0 };
    return order(channel, DAHDI_GET_PARAMS, out);
}

int dahdi_hook(void *handle, int op)
{
    struct channel *channel = handle;
    int result = order(channel, DAHDI_HOOK, &op);
    atomic_store(&channel->dialling, false);
    /* Ring and flash take their time: the driver says so, and DAHDI_EVENT_HOOKCOMPLETE follows. */
    return result == -EINPROGRESS ? 0 : result;
}

int dahdi_ring_cadence(void *channel, const int *ms, int count)
{
    struct dahdi_ring_cadence cadence = { { 0 } };
    if (count < 2 || count > DAHDI_MAX_CADENCE || count % 2)
        return -EINVAL;
    memcpy(cadence.ringcadence, ms, (size_t)count * sizeof *ms);
    return order(channel, DAHDI_SETCADENCE, &cadence);
}

int dahdi_dial_pulses(void *handle, const char *digits)
{
    struct channel *channel = handle;
    struct dahdi_dialoperation dial = { .op = DAHDI_DIAL_OP_APPEND, .dialstr = "P" };
    if (strlen(digits) > sizeof dial.dialstr - 2)
        return -E2BIG;
    strcpy(dial.dialstr + 1, digits);
    atomic_store(&channel->dialling, true);
    wait_until_left(channel);
    int result = order(channel, DAHDI_DIAL, &dial);
    if (result != 0)
        atomic_store(&channel->dialling, false);
    return result;
}

int dahdi_set_bits(void *channel, int bits)
{
    return order(channel, DAHDI_SETTXBITS, &bits);
}

int dahdi_bits(void *channel)
{
    int bits = 0;
    int result = order(channel, DAHDI_GETRXBITS, &bits);
    return result == 0 ? bits & 0xf : result;
}

int dahdi_set_polarity(void *channel, bool reversed)
{
    int polarity = reversed;
    return order(channel, DAHDI_SETPOLARITY, &polarity);
}

int dahdi_line_millivolts(void *channel, int *out)
{
    struct wctdm_stats stats = { 0 };
    int result = order(channel, WCTDM_GET_STATS, &stats);
    *out = stats.tipvolt;
    return result;
}

int dahdi_set_balance(void *channel, const uint8_t *registers)
{
    struct wctdm_echo_coefs coefficients;
    _Static_assert(sizeof coefficients == 9, "acim, coef1 to coef8");
    memcpy(&coefficients, registers, sizeof coefficients);
    return order(channel, WCTDM_SET_ECHOTUNE, &coefficients);
}

int dahdi_set_times(void *channel, int flash, int longest_flash, int settle, int pulse_break, int pulse_make)
{
    struct dahdi_params params;
    int result = dahdi_channel_info(channel, &params);
    if (result != 0)
        return result;
    params.flashtime = flash;
    params.rxflashtime = longest_flash;
    params.debouncetime = settle;
    params.pulsebreaktime = pulse_break;
    params.pulsemaketime = pulse_make;
    return order(channel, DAHDI_SET_PARAMS, &params);
}

int dahdi_dchannel_open(int number)
{
    int descriptor = open_channel(number);
    if (descriptor < 0)
        return descriptor;
    struct dahdi_bufferinfo buffers = {
        .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
        .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
        .numbufs = 32,
        .bufsize = 1024,
    };
    if (ioctl(descriptor, DAHDI_SET_BUFINFO, &buffers) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int dahdi_dchannel_event(int descriptor)
{
    int event = 0;
    return ioctl(descriptor, DAHDI_GETEVENT, &event) == 0 ? event : -errno;
}
