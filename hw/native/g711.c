#include "g711.h"

int16_t g711_linear[2][256];
uint8_t g711_alaw[8192];
uint8_t g711_mulaw[16384];

/* Even bits are inverted on the wire (0x55); segment e of mantissa m stands for (2m + 33) << (e - 1), segment 0 for 2m + 1, in units of 1/2 step. */
static int16_t alaw_to_linear(uint8_t byte)
{
    int value = byte ^ 0x55;
    int segment = (value >> 4) & 7;
    int magnitude = ((value & 15) << 4) + 8;
    if (segment > 0)
        magnitude = (magnitude + 0x100) << (segment - 1);
    return (int16_t)(value & 0x80 ? magnitude : -magnitude);
}

/* All bits are inverted; the bias of 33 steps makes all segments alike. */
static int16_t mulaw_to_linear(uint8_t byte)
{
    int value = ~byte & 0xff;
    int magnitude = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
    return (int16_t)(value & 0x80 ? -magnitude : magnitude);
}

static int segment_of(int magnitude, int top)
{
    int segment = 0;
    while (segment < 7 && magnitude > top) {
        top = top * 2 + 1;
        segment++;
    }
    return segment;
}

static uint8_t linear_to_alaw(int sample)
{
    int sign = sample >= 0 ? 0xd5 : 0x55;
    int magnitude = sample >= 0 ? sample : -sample - 1;
    if (magnitude > 0x7fff)
        magnitude = 0x7fff;
    int segment = segment_of(magnitude, 0xff);
    int mantissa = (magnitude >> (segment ? segment + 3 : 4)) & 15;
    return (uint8_t)(((segment << 4) | mantissa) ^ sign);
}

static uint8_t linear_to_mulaw(int sample)
{
    int sign = sample < 0 ? 0x7f : 0xff;
    int magnitude = (sample < 0 ? -sample - 1 : sample) + 0x84;
    if (magnitude > 0x7fff)
        magnitude = 0x7fff;
    int segment = segment_of(magnitude, 0xff);
    return (uint8_t)(((segment << 4) | ((magnitude >> (segment + 3)) & 15)) ^ sign);
}

__attribute__((constructor)) static void make_tables(void)
{
    for (int byte = 0; byte < 256; byte++) {
        g711_linear[LAW_A][byte] = alaw_to_linear((uint8_t)byte);
        g711_linear[LAW_MU][byte] = mulaw_to_linear((uint8_t)byte);
    }
    for (int i = 0; i < 8192; i++)
        g711_alaw[i] = linear_to_alaw((int16_t)(uint16_t)(i << 3));
    for (int i = 0; i < 16384; i++)
        g711_mulaw[i] = linear_to_mulaw((int16_t)(uint16_t)(i << 2));
}

void g711_decode(enum media_law law, const uint8_t *in, int16_t *out, int n)
{
    const int16_t *table = g711_linear[law];
    for (int i = 0; i < n; i++)
        out[i] = table[in[i]];
}

void g711_encode(enum media_law law, const int16_t *in, uint8_t *out, int n)
{
    if (law == LAW_A) {
        for (int i = 0; i < n; i++)
            out[i] = g711_alaw[(uint16_t)in[i] >> 3];
    } else {
        for (int i = 0; i < n; i++)
            out[i] = g711_mulaw[(uint16_t)in[i] >> 2];
    }
}
