/* The other end of an MFC/R2 circuit, spoken by libopenr2 on a DAHDI channel: what our own signalling is tried against.
 *
 *     openr2_far VARIANT MAX_ANI MAX_DNIS CHANNEL          ITU | CN; the longest numbers that it takes when called
 *
 *     it says, a line each                             it is told, a line each
 *     idle              our end was seen idle          call ANI DNIS     ANI "-": none
 *     offered ANI DNIS CATEGORY                        accept            the called party is free, and rings
 *     accepted          we said so of his call         answer
 *     answered          by us, or by its own order     clear CAUSE       busy | congestion | vacant | normal
 *     cleared CAUSE     we end the call                (end of input)    the program ends
 *     over              the circuit is idle again
 *     trouble TEXT      protocol error, alarm, blocked
 *
 * It is ready when it has said "idle": a channel that nobody has open shows the bits of dahdi.conf, 1101, blocked. Its
 * own log goes to standard error. openr2_chan_delete() deletes the context, too, when it was the last channel.
 *
 * Time flows as the driver's: the library is called whenever the channel or a timer of it is due, at least every 20 ms.
 */
#include <stddef.h> /* openr2.h needs it */

#include <errno.h>
#include <openr2.h>
#include <poll.h>
#include <spandsp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 20, LINE = 128 };

static const struct { const char *name; openr2_call_disconnect_cause_t cause; } CAUSES[] = {
    {"busy", OR2_CAUSE_BUSY_NUMBER},       {"congestion", OR2_CAUSE_NETWORK_CONGESTION},
    {"vacant", OR2_CAUSE_UNALLOCATED_NUMBER}, {"normal", OR2_CAUSE_NORMAL_CLEARING},
    {"order", OR2_CAUSE_OUT_OF_ORDER},     {"released", OR2_CAUSE_FORCED_RELEASE},
};

static void say(const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    vprintf(format, rest);
    va_end(rest);
    putchar('\n');
    fflush(stdout);
}

static void fatal(const char *what)
{
    fprintf(stderr, "openr2_far: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- what the library tells ---- */

static void on_call_init(openr2_chan_t *chan) { (void)chan; }
static void on_call_end(openr2_chan_t *chan) { (void)chan; say("over"); }
static void on_idle(openr2_chan_t *chan) { (void)chan; say("idle"); }
static void on_blocked(openr2_chan_t *chan) { (void)chan; say("trouble blocked"); }
static void on_alarm(openr2_chan_t *chan, int alarm) { (void)chan; say("trouble alarm %d", alarm); }
static void on_os_error(openr2_chan_t *chan, int error) { (void)chan; say("trouble %s", strerror(error)); }
static void on_read(openr2_chan_t *chan, const unsigned char *octets, int count)
{
    (void)chan, (void)octets, (void)count;
}

static void on_protocol_error(openr2_chan_t *chan, openr2_protocol_error_t error)
{
    (void)chan;
    say("trouble %s", openr2_proto_get_error(error));
}

static void on_offered(openr2_chan_t *chan, const char *ani, const char *dnis, openr2_calling_party_category_t category)
{
    (void)chan;
    say("offered %s %s %d", ani && *ani ? ani : "-", dnis, category);
}

static void on_accepted(openr2_chan_t *chan, openr2_call_mode_t mode) { (void)chan, (void)mode; say("accepted"); }

static void on_answered(openr2_chan_t *chan)
{
    openr2_chan_disable_read(chan); /* what is said is nobody's */
    say("answered");
}

/* We end the call: it clears forward, or takes note of our clear-forward. */
static void on_disconnect(openr2_chan_t *chan, openr2_call_disconnect_cause_t cause)
{
    const char *name = openr2_proto_get_disconnect_string(cause);
    for (size_t i = 0; i < sizeof CAUSES / sizeof *CAUSES; i++)
        if (CAUSES[i].cause == cause)
            name = CAUSES[i].name;
    say("cleared %s", name);
    openr2_chan_disconnect_call(chan, OR2_CAUSE_NORMAL_CLEARING);
}

static void on_context_log(openr2_context_t *context, openr2_log_level_t level, const char *format, va_list rest)
{
    (void)context, (void)level;
    vfprintf(stderr, format, rest);
}

static void on_chan_log(openr2_chan_t *chan, openr2_log_level_t level, const char *format, va_list rest)
{
    on_context_log(openr2_chan_get_context(chan), level, format, rest);
}

static openr2_event_interface_t EVENTS = {
    .on_call_init = on_call_init,
    .on_call_offered = on_offered,
    .on_call_accepted = on_accepted,
    .on_call_answered = on_answered,
    .on_call_disconnect = on_disconnect,
    .on_call_end = on_call_end,
    .on_call_read = on_read,
    .on_hardware_alarm = on_alarm,
    .on_os_error = on_os_error,
    .on_protocol_error = on_protocol_error,
    .on_line_blocked = on_blocked,
    .on_line_idle = on_idle,
    .on_context_log = on_context_log,
};

/* ---- what it is told ---- */

static int16_t to_linear(uint8_t alaw) { return alaw_to_linear(alaw); }
static uint8_t to_alaw(int linear) { return linear_to_alaw(linear); }
static openr2_transcoder_interface_t TRANSCODER = {to_linear, to_alaw};

static void obey(openr2_chan_t *chan, char *line)
{
    const char *order = strtok(line, " \n"), *one = strtok(NULL, " \n"), *two = strtok(NULL, " \n");
    if (order && !strcmp(order, "call") && one && two) {
        openr2_chan_enable_read(chan);
        if (openr2_chan_make_call(chan, strcmp(one, "-") ? one : NULL, two,
                                  OR2_CALLING_PARTY_CATEGORY_NATIONAL_SUBSCRIBER))
            say("trouble cannot call");
    } else if (order && !strcmp(order, "accept")) {
        openr2_chan_accept_call(chan, OR2_CALL_WITH_CHARGE);
    } else if (order && !strcmp(order, "answer")) {
        openr2_chan_answer_call(chan);
    } else if (order && !strcmp(order, "clear") && one) {
        for (size_t i = 0; i < sizeof CAUSES / sizeof *CAUSES; i++)
            if (!strcmp(CAUSES[i].name, one))
                openr2_chan_disconnect_call(chan, CAUSES[i].cause);
    } else {
        say("trouble unknown order");
    }
}

/* Whole lines of standard input, as they come. 0: it has ended. */
static int obey_all(openr2_chan_t *chan)
{
    static char line[LINE];
    static size_t filled;
    ssize_t count = read(STDIN_FILENO, line + filled, sizeof line - filled - 1);
    if (count <= 0)
        return 0;
    filled += (size_t)count;
    line[filled] = '\0';
    for (char *end; (end = strchr(line, '\n')); filled -= (size_t)(end + 1 - line), memmove(line, end + 1, filled + 1)) {
        char order[LINE];
        snprintf(order, sizeof order, "%.*s", (int)(end - line), line);
        obey(chan, order);
    }
    return filled < sizeof line - 1;
}

int main(int count, char **given)
{
    if (count != 5) {
        fprintf(stderr, "openr2_far VARIANT MAX_ANI MAX_DNIS CHANNEL\n");
        return 2;
    }
    openr2_variant_t variant = openr2_proto_get_variant(given[1]);
    int max_ani = atoi(given[2]);
    openr2_context_t *context = openr2_context_new(NULL, &EVENTS, &TRANSCODER, variant, max_ani, atoi(given[3]));
    if (!context)
        fatal("no context");
    openr2_context_set_log_level(context, OR2_LOG_ALL);
    openr2_context_set_ani_first(context, 0);
    openr2_chan_t *chan = openr2_chan_new(context, atoi(given[4]), NULL, NULL);
    if (!chan)
        fatal(openr2_context_error_string(openr2_context_get_last_error(context)));
    openr2_chan_set_logging_func(chan, on_chan_log);
    openr2_chan_set_log_level(chan, OR2_LOG_ALL);
    openr2_chan_set_idle(chan);
    openr2_chan_handle_cas(chan); /* what our end shows already would be no event */
    struct pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {openr2_chan_get_fd(chan), POLLPRI, 0}};
    for (int open = 1; open;) {
        if (poll(watched, 2, TICK_MS) < 0 && errno != EINTR)
            fatal("poll");
        if (watched[0].revents)
            open = obey_all(chan);
        openr2_chan_process_event(chan);
    }
    openr2_chan_set_blocked(chan);
    openr2_chan_delete(chan);
    return 0;
}
