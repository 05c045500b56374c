/* A look at the last 20 ms; see look.h. */
#include "look.h"

#include <math.h>

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

/* |X| <= 32768 * sum of |row| <= 32768 * 1024 * 80 * 2/pi + rounding < 2^31. */
static const double SCALE = 1024;

static float hann[LOOK_WINDOW] __attribute__((aligned(64)));

static double weight(int i)
{
    return 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / LOOK_WINDOW);
}

/* Squares of the weights add up to 3/8 of the window. */
__attribute__((constructor)) static void make_window(void)
{
    for (int i = 0; i < LOOK_WINDOW; i++)
        hann[i] = (float)(weight(i) / sqrt(LOOK_WINDOW * 3 / 8));
}

void look_rows(int16_t cosine[LOOK_WINDOW], int16_t sine[LOOK_WINDOW], double hz)
{
    for (int i = 0; i < LOOK_WINDOW; i++) {
        double angle = 2 * M_PI * hz * i / MEDIA_RATE;
        cosine[i] = (int16_t)lrint(SCALE * weight(i) * cos(angle));
        sine[i] = (int16_t)lrint(-SCALE * weight(i) * sin(angle));
    }
}

WIDE void look_project(const int16_t (*rows)[LOOK_WINDOW], int count, const int16_t *window, int32_t *out)
{
    for (int r = 0; r < count; r++) {
        int32_t sum = 0;
        for (int i = 0; i < LOOK_WINDOW; i++)
            sum += (int32_t)rows[r][i] * window[i];
        out[r] = sum;
    }
}

/* Sixteen sums side by side: floats may not be added in another order than the source says. */
WIDE float look_power(const int16_t *window)
{
    float sums[16] = {0};
    for (int i = 0; i < LOOK_WINDOW; i += 16)
        for (int k = 0; k < 16; k++) {
            float value = hann[i + k] * (float)window[i + k];
            sums[k] += value * value;
        }
    float sum = 0;
    for (int k = 0; k < 16; k++)
        sum += sums[k];
    return sum;
}

/* Main lobe of the Hann window. */
float look_lobe(float off_hz)
{
    float bins = off_hz * ((float)LOOK_WINDOW / MEDIA_RATE);
    if (fabsf(bins) < 0.01f)
        return 1;
    float angle = (float)M_PI * bins;
    float amplitude = sinf(angle) / (angle * (1 - bins * bins));
    return amplitude * amplitude;
}

WIDE float block_power(const int16_t *block)
{
    int64_t sum = 0;
    for (int i = 0; i < LOOK_BLOCK; i++)
        sum += (int32_t)block[i] * block[i];
    return (float)sum / LOOK_BLOCK;
}
