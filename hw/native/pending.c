/* Weak stand-ins for rooms that are not merged yet; this file goes when they are. */
#include <stdlib.h>
#include "recorder.h"
__attribute__((weak)) struct recorder *recorder_new(bool t){(void)t; return malloc(8);}
__attribute__((weak)) void recorder_free(struct recorder *r){free(r);}
__attribute__((weak)) int recorder_drain(struct recorder *r){(void)r;return 0;}
__attribute__((weak)) struct recording *recording_open(struct recorder *r, const char *p, enum recording_layout l, enum media_law w, int *e){(void)r;(void)p;(void)l;(void)w;*e=0;return malloc(8);}
__attribute__((weak)) void recording_abandon(struct recording *r){free(r);}
__attribute__((weak)) void recorder_statistics(struct recorder *r, struct recorder_statistics *o){(void)r;(void)o;}
__attribute__((weak)) int recording_write(struct recording *r, const uint8_t *s, const uint8_t *t, int n){(void)r;(void)s;(void)t;(void)n;return 0;}
__attribute__((weak)) void recording_set_state(struct recording *r, enum recording_state s){(void)r;(void)s;}
__attribute__((weak)) void recording_end(struct recording *r){free(r);}
__attribute__((weak)) uint32_t recording_ms(const struct recording *r){(void)r;return 0;}
__attribute__((weak)) int recording_test_write(struct recording *r, const uint8_t *s, const uint8_t *t, int n){(void)r;(void)s;(void)t;(void)n;return 0;}
__attribute__((weak)) void recording_test_state(struct recording *r, enum recording_state s){(void)r;(void)s;}
__attribute__((weak)) void recording_test_end(struct recording *r){(void)r;}
#include "detect.h"
__attribute__((weak)) struct tone_plan *tone_plan_new(const struct tone_pattern *p, int c){(void)p;(void)c;return 0;}
__attribute__((weak)) struct tone_plan *tone_plan_hold(struct tone_plan *p){return p;}
__attribute__((weak)) void tone_plan_drop(struct tone_plan *p){(void)p;}
__attribute__((weak)) struct detector *detector_new(const struct detect_settings *s){(void)s; return 0;}
__attribute__((weak)) void detector_free(struct detector *d){(void)d;}
__attribute__((weak)) void detector_run(struct detector *d, const int16_t *rx, int n, uint64_t t, const struct event_sink *s){(void)d;(void)rx;(void)n;(void)t;(void)s;}
__attribute__((weak)) int detector_hear(struct detector *d, const int16_t *s, uint32_t c, int f, uint64_t t, struct event *e, int m, uint8_t *b, uint32_t bm){(void)d;(void)s;(void)c;(void)f;(void)t;(void)e;(void)m;(void)b;(void)bm;return 0;}
#include "clip.h"
#include "tone.h"
__attribute__((weak)) struct clip *clip_new(const int16_t *samples, uint32_t count){(void)samples;(void)count;return NULL;}
__attribute__((weak)) struct clip *clip_hold(struct clip *c){return c;}
__attribute__((weak)) void clip_drop(struct clip *c){(void)c;}
__attribute__((weak)) uint32_t clip_count(const struct clip *c){(void)c;return 0;}
__attribute__((weak)) const int16_t *clip_samples(const struct clip *c){(void)c;return NULL;}
__attribute__((weak)) struct tone *tone_new(const struct tone_segment *s, int c, int l){(void)s;(void)c;(void)l;return NULL;}
__attribute__((weak)) struct tone *tone_hold(struct tone *t){return t;}
__attribute__((weak)) void tone_drop(struct tone *t){(void)t;}
__attribute__((weak)) void tone_start(struct tone_cursor *c, const struct tone *t){(void)c;(void)t;}
__attribute__((weak)) int tone_render(struct tone_cursor *c, int16_t *o, int n){(void)c;(void)o;(void)n;return 0;}
__attribute__((weak)) int tone_preview(const struct tone *t, int16_t *o, int n){(void)t;(void)o;(void)n;return 0;}
