/* Speech and silence; see speech.h. */
#include "speech.h"

#include "level.h"

void speech_start(struct speech *speech, const struct detect_settings *settings)
{
    const uint32_t ms = MEDIA_RATE / 1000;
    *speech = (struct speech){
        .threshold = level_power(settings->speech_dbm0),
        .least = settings->speech_min_ms * ms,
        .hangover = settings->speech_hangover_ms * ms,
        .timeout = settings->silence_timeout_ms * ms,
        .told = settings->silence_timeout_ms == 0,
    };
}

static void tell(const struct event_sink *sink, uint64_t time, enum event_kind kind, int32_t value)
{
    sink->emit(sink->plane, sink->port, time, (uint16_t)kind, 0, value, 0, 0, NULL, 0);
}

/* Not speaking: has it been loud for long enough? Short holes between syllables only take off what they last. */
static void wait_for_speech(struct speech *speech, bool loud, float power, uint64_t time, const struct event_sink *sink)
{
    if (!loud) {
        speech->loud -= speech->loud < LOOK_BLOCK ? speech->loud : LOOK_BLOCK;
        return;
    }
    if (speech->loud == 0) {
        speech->loud_begin = time;
        speech->loud_sum = 0;
        speech->loud_blocks = 0;
    }
    speech->loud += LOOK_BLOCK;
    speech->loud_sum += (double)power;
    speech->loud_blocks++;
    if (speech->loud < speech->least)
        return;
    speech->speaking = true;
    speech->speech_begin = speech->loud_begin;
    tell(sink, speech->speech_begin, EVENT_SPEECH_BEGIN, level_dbm0(speech->loud_sum / speech->loud_blocks));
    speech->loud = 0;
}

static void finish(struct speech *speech, const struct event_sink *sink)
{
    speech->speaking = false;
    speech->told = speech->timeout == 0;
    tell(sink, speech->silence_begin, EVENT_SPEECH_END, (int32_t)(speech->silence_begin - speech->speech_begin));
}

void speech_end(struct speech *speech, const struct event_sink *sink)
{
    if (speech->speaking)
        finish(speech, sink);
    speech->told = speech->timeout == 0;
    speech->timed = false;
    speech->loud = 0;
}

void speech_hear(struct speech *speech, float power, uint64_t time, const struct event_sink *sink)
{
    uint64_t end = time + LOOK_BLOCK;
    if (!speech->timed) {
        speech->timed = true;
        speech->silence_begin = time;
    }
    bool loud = power > speech->threshold;
    if (!speech->speaking)
        wait_for_speech(speech, loud, power, time, sink);
    if (speech->speaking && loud) {
        speech->silence_begin = end;
    } else if (speech->speaking && end - speech->silence_begin >= speech->hangover) {
        finish(speech, sink);
    }
    if (!speech->speaking && !speech->told && end - speech->silence_begin >= speech->timeout) {
        speech->told = true;
        tell(sink, end, EVENT_SILENCE, (int32_t)(end - speech->silence_begin));
    }
}
