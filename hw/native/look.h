/* A look at the last 20 ms of a port: how much of some frequencies there is in it, and how much of everything.
 *
 *   samples  ...|--80--|--80--|--80--|--80--|...      a block, 10 ms: what the detectors hear at once
 *   looks        \_____w_____/                        two blocks under a Hann window
 *                       \_____w_____/
 *                              \_____w_____/
 *
 * A projection on cosine and sine of a frequency is a dot product with tables of 16-bit integers: what vector units do fastest, and it has
 * phase. Hann: a tone 50 Hz off is seen 6 dB weaker, 100 Hz off not at all, 250 Hz off more than 45 dB weaker. Windows at half their length
 * add up to one, so the amplitudes seen by all looks at a tone, as shares of a whole look's, add up to its length in blocks.
 *
 * Plain C; a version for each width of vector unit is chosen when the program is loaded, so that the rest of the build stays what every
 * 64-bit PC can do.
 */
#ifndef STROWGER_LOOK_H
#define STROWGER_LOOK_H

#include "media.h"

#ifndef CFFI
enum {
    LOOK_BLOCK = 80,
    LOOK_WINDOW = 160,
};

/* Mean square of a sine from the square of its projection: sine of amplitude a gives |X| = a/2 * area of the window * scale of the table. */
#define LOOK_TONE_POWER (2.0f / (80.0f * 1024.0f) / (80.0f * 1024.0f))

/* Makes the two rows of a frequency, 300 to 3700 Hz. Phase counts from the first sample of the window. */
void look_rows(int16_t cosine[LOOK_WINDOW], int16_t sine[LOOK_WINDOW], double hz);

/* out[r] = sum of rows[r][i] * window[i]. Rows of look_rows() never leave 32 bits, whatever the samples. */
void look_project(const int16_t (*rows)[LOOK_WINDOW], int count, const int16_t *window, int32_t *out);

/* Mean square of all that is heard under the window: of a tone that fills it, what LOOK_TONE_POWER gives from its projection. */
float look_power(const int16_t *window);

/* What the window leaves of the power of a tone so far off its row, -99 to +99 Hz. */
float look_lobe(float off_hz);

/* Mean square of a block. */
float block_power(const int16_t *block);
#endif

#endif
