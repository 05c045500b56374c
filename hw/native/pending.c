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
