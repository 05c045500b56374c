#include "inside.h"

#include <string.h>
#include <sys/time.h>

enum {
    FCS = 2,            /* libpri wants room for them on both ways */
    GUARD = 16,         /* octets after a frame, see read_frame() */
    MAINTENANCE = 0x03, /* protocol discriminators */
    MAINTENANCE_TOO = 0x43,
};

static struct dchannel *current; /* whom libpri works for: neither its clock nor all of its messages ask or say */

int __wrap_gettimeofday(struct timeval *time, void *zone);

int __wrap_gettimeofday(struct timeval *time, void *zone)
{
    (void)zone;
    time->tv_sec = current->clock / 1000000;
    time->tv_usec = current->clock % 1000000;
    return 0;
}

void enter(struct dchannel *d, int64_t now)
{
    current = d;
    if (now > d->clock)
        d->clock = now;
}

bool queue_put(struct frame_queue *queue, const uint8_t *frame, int length)
{
    if (queue->taken == queue->length)
        queue->taken = queue->length = 0;
    if (queue->length + 2 + length > QUEUE)
        return false;
    queue->octets[queue->length] = length & 0xff;
    queue->octets[queue->length + 1] = length >> 8;
    memcpy(queue->octets + queue->length + 2, frame, length);
    queue->length += 2 + length;
    return true;
}

int queue_head(const struct frame_queue *queue, const uint8_t **frame)
{
    if (queue->taken == queue->length)
        return 0;
    const uint8_t *head = queue->octets + queue->taken;
    *frame = head + 2;
    return head[0] | head[1] << 8;
}

void queue_take(struct frame_queue *queue, int length) { queue->taken += 2 + length; }

int message_at(const uint8_t *frame, int length)
{
    int header = length > 3 && !(frame[2] & 1) ? 4 : length > 2 && (frame[2] & 0xef) == 0x03 ? 3 : 0; /* I frame, UI frame */
    return header && length >= header + 3 ? header : 0;
}

/* The frame as libpri gets it. Some of its element readers walk to the next octet with the extension bit set, beyond the element and
 * beyond the frame: the octets after the frame all have it set. And it sends North American maintenance messages back to where they came
 * from, which two of it do for ever: they lose their protocol discriminator here. */
int read_frame(struct pri *pri, void *buffer, int size)
{
    struct dchannel *d = pri_get_userdata(pri);
    const uint8_t *frame;
    int length = queue_head(&d->in, &frame);
    if (!length || length + FCS + GUARD > size)
        return 0;
    memcpy(buffer, frame, length);
    memset((uint8_t *)buffer + length, 0xff, FCS + GUARD);
    int message = message_at(frame, length);
    if (message && (frame[message] == MAINTENANCE || frame[message] == MAINTENANCE_TOO))
        ((uint8_t *)buffer)[message] = 0xff;
    d->frame = frame;
    d->frame_length = length;
    queue_take(&d->in, length);
    return length + FCS;
}

int write_frame(struct pri *pri, void *buffer, int length)
{
    struct dchannel *d = pri_get_userdata(pri);
    if (length > FCS && queue_put(&d->out, buffer, length - FCS))
        d->statistics.frames_out++;
    else
        d->statistics.lost_out++;
    return length;
}

void write_text(struct pri *pri, char *text)
{
    struct dchannel *d = pri ? pri_get_userdata(pri) : current;
    if (!d || d->checking)
        return;
    for (; *text; text++) {
        if (d->text_length == TEXT) {
            d->text_at = (d->text_at + 1) % TEXT;
            d->text_length--;
            d->statistics.lost_text++;
        }
        d->text[(d->text_at + d->text_length++) % TEXT] = *text;
    }
}

void write_error(struct pri *pri, char *text)
{
    struct dchannel *d = pri ? pri_get_userdata(pri) : current;
    if (d)
        d->statistics.errors++;
    write_text(pri, text);
}
