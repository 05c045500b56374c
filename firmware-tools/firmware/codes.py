"""The codes of all verdicts: outcome, sentence, next step. One table; docs/card-tests.md shows it to people.

A sentence says what is the case, a next step what a person does about it. Braces name a figure or fill of the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.texts import N_
from firmware.outcome import Outcome

PASS, FAIL, ABORT = Outcome.PASS, Outcome.FAIL, Outcome.ABORT


@dataclass(frozen=True, slots=True)
class Code:
    """`sentence` and `next_step` are marked English; an empty next step: nothing is to be done."""

    code: str
    outcome: Outcome
    sentence: str
    next_step: str = ""


_CARD = (
    Code("CARD-READY", PASS, N_("The card is driven by {driver} and has {spans} spans.")),
    Code(
        "CARD-FOREIGN-DRIVER",
        FAIL,
        N_("The card needs the driver {driver}, which the package dahdi-dkms does not build."),
        N_("Install the driver from the card's maker, then look again; or use a card that dahdi-dkms drives."),
    ),
    Code(
        "CARD-NO-MODULE",
        FAIL,
        N_("The module {driver} is not built for the running kernel."),
        N_("Install the packages dahdi-dkms and linux-headers-amd64; if they are there: dkms autoinstall."),
    ),
    Code(
        "CARD-NO-FIRMWARE",
        FAIL,
        N_("The card needs the file {firmware}, which is not in /lib/firmware."),
        N_(
            "Put {firmware} from the maker's archive into /lib/firmware, then: modprobe -r {driver}; modprobe {driver}."
        ),
    ),
    Code(
        "CARD-BLACKLISTED",
        FAIL,
        N_("The module {driver} is kept from loading by {file}."),
        N_("Take the line for {driver} out of {file}, then: modprobe {driver}."),
    ),
    Code("CARD-NOT-LOADED", FAIL, N_("The module {driver} is not loaded."), N_("modprobe {driver}")),
    Code(
        "CARD-OTHER-DRIVER",
        FAIL,
        N_("The kernel has given the card to {bound}, not to {driver}."),
        N_(
            "Write 'blacklist {bound}' into /etc/modprobe.d/strowger.conf; then modprobe -r {bound}, modprobe {driver}."
        ),
    ),
    Code(
        "CARD-NOT-BOUND",
        FAIL,
        N_("The module {driver} is loaded and has not taken the card."),
        N_("Read why: dmesg | grep {driver}. Often the card sits loose, lacks its power plug, or is defective."),
    ),
    Code(
        "CARD-NO-DEVICE",
        FAIL,
        N_("{driver} has taken the card, and DAHDI has no device of it."),
        N_("Read why: dmesg | grep {driver}. A module of ports may be missing on the card, or its firmware too old."),
    ),
    Code(
        "CARD-NO-SPANS",
        FAIL,
        N_("The spans of the card are not assigned."),
        N_("dahdi_span_assignments add (auto_assign_spans is 0), or let strowger setup pin them."),
    ),
    Code(
        "CARD-NONE",
        FAIL,
        N_("No telephony card is seen."),
        N_(
            "Power off, press the card into its slot, look at the light of its port; lspci and lsusb must show it."
            " Without a card: --simulated."
        ),
    ),
)

# Any test may end with these: it could not be made.
_TEST = (
    Code(
        "TEST-NO-SPAN",
        ABORT,
        N_("The card has no such span."),
        N_("strowger card lists the spans; strowger card detect says what is missing."),
    ),
    Code(
        "TEST-NO-CHANNELS",
        ABORT,
        N_("No channel of the span is configured for speech."),
        N_("Name its channels in /etc/dahdi/system.conf (bchan=, cas=, fxsks=, fxoks=) and run dahdi_cfg."),
    ),
    Code(
        "TEST-OTHER-KIND",
        ABORT,
        N_("The channel is of the kind {kind}; this test is for the kind {wanted}."),
        N_("strowger card list --channels shows what each channel is."),
    ),
    Code("TEST-REFUSED", ABORT, N_("The card says no: {why}."), N_("{remedy}")),
    Code(
        "TEST-NOT-LENT",
        ABORT,
        N_("The running box does not lend the line: {why}."),
        N_("{remedy}"),
    ),
    Code(
        "TEST-UNSUPPORTED",
        ABORT,
        N_("The hardware cannot do this: {why}."),
        N_("Use another test: for a loop, a plug in the socket; for a voltage, a voltmeter."),
    ),
    Code(
        "TEST-LAW",
        ABORT,
        N_("The span is coded by µ-law, which does not carry every octet through the exchange."),
        N_("Set alaw= for the span in /etc/dahdi/system.conf, as an E1 has it, and run dahdi_cfg."),
    ),
    Code(
        "TEST-NOT-SILENT",
        ABORT,
        N_("After the digit {digit} the line still has a tone."),
        N_("Give a digit with which numbers begin: --digit."),
    ),
    Code(
        "TEST-STARVED",
        ABORT,
        N_("This machine lost speech itself while it tested, so nothing is known of the line."),
        N_("End what else runs here, see that the service may use real-time priority, then test again."),
    ),
    Code(
        "TEST-NO-SERVICE",
        ABORT,
        N_("The line takes no calls: {why}."),
        N_("strowger test span and strowger test battery say why; then the signalling of both ends."),
    ),
    Code(
        "TEST-UNANSWERED",
        ABORT,
        N_("The call to {number} was not answered ({why})."),
        N_("Is that the number of the other side, with the digit for outside? Call again, and answer."),
    ),
    Code(
        "TEST-NO-CALL",
        ABORT,
        N_("No call came within {most}."),
        N_("Is --own the number of this line? Call it, and let it ring until it is answered."),
    ),
)

_LINE = (
    Code("BATTERY-OK", PASS, N_("The line has {volts}.")),
    Code(
        "BATTERY-NONE",
        FAIL,
        N_("The line has no battery."),
        N_("Is it plugged in? A telephone in the same socket must have dial tone; else call the carrier."),
    ),
    Code(
        "BATTERY-LOW",
        FAIL,
        N_("The line has only {volts} on hook."),
        N_("Is a telephone on the same pair off its hook? Take it away; else the line leaks: call the carrier."),
    ),
    Code(
        "BATTERY-CROSSED",
        FAIL,
        N_("The two wires of the line are crossed ({volts}, reversed at rest)."),
        N_("Exchange the two wires in the plug; else an answer that reverses polarity may be misread."),
    ),
    Code("TONE-OK", PASS, N_("Dial tone of {hz} with {level}.")),
    Code(
        "TONE-NONE",
        FAIL,
        N_("No dial tone comes ({level} is heard)."),
        N_("Listen with a telephone in the same socket; none there either: call the carrier."),
    ),
    Code(
        "TONE-BROKEN",
        FAIL,
        N_("An interrupted tone comes instead of dial tone: {cadence} ms."),
        N_("The line is barred, has a message waiting, or was not hung up: wait a minute, then ask the carrier."),
    ),
    Code(
        "TONE-OTHER",
        FAIL,
        N_("A tone of {hz} comes, which is no dial tone."),
        N_("Is this a fax or modem line, or a line of another exchange? Ask the carrier."),
    ),
    Code(
        "TONE-LOW",
        FAIL,
        N_("The dial tone is weak: {level}."),
        N_("A long or bad line: opermode of the driver as the country has it, then ask the carrier to measure."),
    ),
    Code(
        "TONE-HIGH",
        FAIL,
        N_("The dial tone is too loud: {level}."),
        N_("Turn the receiving gain of the port down."),
    ),
    Code("NOISE-OK", PASS, N_("The silent line has {level} of noise.")),
    Code(
        "NOISE-HIGH",
        FAIL,
        N_("The silent line has {level} of noise."),
        N_("Wet or loose contacts: try the line at the carrier's box; the same there: call the carrier."),
    ),
    Code(
        "NOISE-HUM",
        FAIL,
        N_("The silent line hums with the mains: {level}."),
        N_("The cable runs beside mains, one wire touches earth, or the box is not earthed."),
    ),
    Code("ECHO-OK", PASS, N_("What we say comes back {echo_return_loss} weaker.")),
    Code(
        "ECHO-LOUD",
        FAIL,
        N_("What we say comes back only {echo_return_loss} weaker."),
        N_("Match the port to its line: opermode of the driver first, then strowger card tune."),
    ),
    Code("TUNE-OK", PASS, N_("The port is matched: what we say came back {before} weaker, now {after}.")),
    Code("TUNE-KEPT", PASS, N_("The port matches its line as it is: what we say comes back {before} weaker.")),
    Code(
        "TUNE-LOUD",
        FAIL,
        N_("The best match gives {after} of echo return loss; before it was {before}."),
        N_("Set opermode of the driver as the country has it and tune again; the rest is the echo canceller's."),
    ),
    Code(
        "TUNE-WORSE",
        FAIL,
        N_("No setting was clearly better than the first one: {before}."),
        N_("The line was not silent or is not steady: tune again; the port is as its driver sets it."),
    ),
    Code("BUSY-OK", PASS, N_("The exchange gives up with {hz}, {cadence} ms.")),
    Code(
        "BUSY-NONE",
        FAIL,
        N_("No tone came within a minute by which the exchange gives up."),
        N_("Ask the carrier for polarity reversal or a loop break at hang-up; without any, silence alone ends calls."),
    ),
)

# With somebody at the other side.
_PAIR = (
    Code("HANGUP-OK", PASS, N_("Each side sees within two seconds that the other has hung up; we after {here}.")),
    Code(
        "HANGUP-LATE",
        FAIL,
        N_("That the other side has hung up is shown only after {here}."),
        N_("Ask the carrier for polarity reversal or a loop break at hang-up; a late tone cannot be hurried."),
    ),
    Code(
        "HANGUP-NONE",
        FAIL,
        N_("Nothing showed within {most} that the other side has hung up."),
        N_("Learn the line (strowger setup): its hang-up tone may be another; else order polarity reversal."),
    ),
    Code(
        "HANGUP-THERE",
        FAIL,
        N_("The other side did not see within two seconds that we have hung up."),
        N_("Try a telephone of the fixed network, mobile ones may be slower; the same there: call the carrier."),
    ),
    Code("CALLER-OK", PASS, N_("The caller's number comes by {standard}: {number}.")),
    Code(
        "CALLER-NONE",
        FAIL,
        N_("The caller's number does not come."),
        N_("Order caller ID from the carrier; on R2 set after how many digits to ask."),
    ),
    Code(
        "CALLER-DAMAGED",
        FAIL,
        N_("Something comes that is no caller's number: {problem}."),
        N_("strowger test noise first; then the gains of the port: caller ID comes at some -14 dBm0."),
    ),
    Code(
        "CALLER-OTHER",
        FAIL,
        N_("The caller's number comes as {number}, and {wanted} has called."),
        N_("Did somebody else call meanwhile? Else the network sends another number: ask the carrier."),
    ),
    Code(
        "CALLER-WITHHELD",
        ABORT,
        N_("The caller does not show his number."),
        N_("Call from a telephone that shows its number."),
    ),
    Code("DIGITS-OK", PASS, N_("The keys {keys} are heard on both sides.")),
    Code(
        "DIGITS-HERE",
        FAIL,
        N_("Of the keys {keys} from the other side, {heard} was heard."),
        N_("Press them one by one, for half a second each; then strowger test level and strowger test noise."),
    ),
    Code(
        "DIGITS-THERE",
        FAIL,
        N_("Of the keys {keys} that we sent, {heard} was heard on the other side."),
        N_("strowger test level says how loud we arrive there; then the sending gain of the port."),
    ),
    Code("LEVEL-OK", PASS, N_("The other side is heard with {level}.")),
    Code(
        "LEVEL-LOW",
        FAIL,
        N_("Hardly anything is heard of the other side: {level}, and {noise} of noise."),
        N_("Speak while it is asked for; if it stays so soft, have the carrier measure the line."),
    ),
    Code(
        "LEVEL-HIGH", FAIL, N_("The other side is too loud: {level}."), N_("Turn the receiving gain of the port down.")
    ),
    Code(
        "LEVEL-THERE",
        FAIL,
        N_("The other side hears hardly anything of us: {there}."),
        N_("Turn the sending gain of the port up; else have the carrier measure the line."),
    ),
)

# At a telephone.
_STATION = (
    Code("HOOK-OK", PASS, N_("Lifting and hanging up are seen.")),
    Code(
        "HOOK-DEAD",
        FAIL,
        N_("It is not seen that the telephone was lifted."),
        N_("Plug, cord and socket; another telephone in the same socket; then another port."),
    ),
    Code(
        "HOOK-STUCK",
        FAIL,
        N_("It is not seen that the telephone was hung up."),
        N_("Does its hook come up? Try another telephone; the same with it: water or a short on the pair."),
    ),
    Code(
        "HOOK-OFF",
        ABORT,
        N_("The telephone is off its hook already."),
        N_("Hang it up. With nothing plugged in: a short on the pair, or a defective port."),
    ),
    Code("RING-OK", PASS, N_("It rings, and the lift ends the ringing.")),
    Code(
        "RING-SILENT",
        FAIL,
        N_("The telephone does not ring."),
        N_("Is its bell switched off? Too many bells on one pair? Does the card have its power plug?"),
    ),
    Code(
        "RING-TRIP",
        FAIL,
        N_("It rings, and the lift is not seen."),
        N_("A long line: raise the ringing voltage (boostringer); then another telephone."),
    ),
    Code("KEYS-OK", PASS, N_("The keys {keys} are heard.")),
    Code(
        "KEYS-LOST",
        FAIL,
        N_("Of the keys {keys}, {heard} was heard."),
        N_("Is the telephone set to tones? Press for half a second each; then another telephone."),
    ),
    Code("LAMP-OK", PASS, N_("The message lamp is lit and put out.")),
    Code(
        "LAMP-DARK",
        FAIL,
        N_("The message lamp is not lit."),
        N_("Does the telephone have a lamp that is lit by FSK? Others say it by the dial tone alone."),
    ),
    Code(
        "LAMP-STAYS",
        FAIL,
        N_("The message lamp is not put out."),
        N_("Test again; lift and hang up. Some telephones put it out only with the next call."),
    ),
)

_SPAN = (
    Code("SPAN-OK", PASS, N_("The span has no alarm.")),
    Code(
        "SPAN-LOS",
        FAIL,
        N_("No signal comes in."),
        N_(
            "Is the cable plugged in at both ends? Then the pair: receive and transmit may be crossed (exchange 1-2 and"
            " 4-5). Then the converter: 75 and 120 ohm. strowger test loop tells card from cable."
        ),
    ),
    Code(
        "SPAN-LFA",
        FAIL,
        N_("A signal comes in, without frames of this kind."),
        N_("Framing: E1 and not T1 here and there (jumper or default_linemode), and no plain 2048 kbit/s line."),
    ),
    Code(
        "SPAN-LMFA",
        FAIL,
        N_("Frames come in, without the multiframe that is expected."),
        N_("CRC4 is on here and off there: leave crc4 out of the span= line. With R2: cas, not ccs, on both sides."),
    ),
    Code(
        "SPAN-RED",
        FAIL,
        N_("Nothing usable comes in; the driver does not say why."),
        N_("Cable and plug, then the crossed pair, then framing: E1 and not T1, CRC4 as the other end has it."),
    ),
    Code(
        "SPAN-BLUE",
        FAIL,
        N_("All ones come in: the carrier has the circuit blocked or looped."),
        N_("Call the carrier and name the circuit."),
    ),
    Code(
        "SPAN-YELLOW",
        FAIL,
        N_("We hear the other end, and it does not hear us."),
        N_("Check the sending pair; ask the other end which alarm it has."),
    ),
    Code(
        "SPAN-LOOPED",
        FAIL,
        N_("The span is looped."),
        N_("Take the loop plug out, or end the loop: strowger card loop SPAN open."),
    ),
    Code("SPAN-NOT-OPEN", FAIL, N_("The span is not started."), N_("Run dahdi_cfg; what it says tells the mistake.")),
    Code(
        "SPAN-RECOVERING",
        FAIL,
        N_("The signal is back, and the driver still waits."),
        N_("Test again in ten seconds; if it stays so, the signal comes and goes: look at plugs and cable."),
    ),
    Code(
        "SPAN-UNSTEADY",
        FAIL,
        N_("The alarm comes and goes."),
        N_("A loose plug, a broken wire or a bad converter: move the cable while strowger test span runs."),
    ),
)

_COUNT = (
    Code("COUNT-OK", PASS, N_("No counter moved in {seconds}.")),
    Code(
        "COUNT-SLIPS",
        FAIL,
        N_("{slips} clock slips in {seconds}: the two ends have different clocks."),
        N_("Take the clock from the network: span=N,1,... for the span that leads to it, 0 for those that do not."),
    ),
    Code(
        "COUNT-FRAMING",
        FAIL,
        N_("{framing_errors} framing errors in {seconds}."),
        N_("Cable, plugs and converter; then the framing of both ends."),
    ),
    Code(
        "COUNT-CODE",
        FAIL,
        N_("{code_violations} code violations in {seconds}."),
        N_("hdb3 on both ends? Then cable, plugs, converter, and the line build-out for its length."),
    ),
    Code(
        "COUNT-CRC4",
        FAIL,
        N_("{crc4_errors} blocks with bit errors in {seconds}."),
        N_("Bits arrive wrong: cable, plugs, converter. strowger test bit-error over a loop tells where."),
    ),
    Code(
        "COUNT-E-BITS",
        FAIL,
        N_("The other end saw {e_bits} blocks with bit errors in {seconds}."),
        N_("What we send arrives wrong: the sending pair, its plugs, the converter."),
    ),
    Code(
        "COUNT-SECONDS",
        FAIL,
        N_("{errored_seconds} seconds with errors in {seconds}."),
        N_("Cable, plugs and converter; then strowger test bit-error over a loop."),
    ),
    Code(
        "COUNT-UNKNOWN",
        ABORT,
        N_("The driver of this span counts nothing."),
        N_("strowger test bit-error measures without the driver's help."),
    ),
)

_LOOP = (
    Code("LOOP-OK", PASS, N_("All {all} timeslots come back as they were sent.")),
    Code(
        "LOOP-CARD",
        FAIL,
        N_("Over the card's own loop nothing comes back."),
        N_("No cable has a part in this: load the driver anew, then change the card."),
    ),
    Code(
        "LOOP-OPEN",
        FAIL,
        N_("Nothing of what is sent comes back."),
        N_("Is the loop there: a plug in the socket, or a loop at the far end? Then the cable on the way to it."),
    ),
    Code(
        "LOOP-SLOTS",
        FAIL,
        N_("Of {all} timeslots these do not come back: {slots}."),
        N_("The circuit carries fewer timeslots than a whole E1, or somebody on the way takes them: ask the carrier."),
    ),
    Code(
        "LOOP-ERRORS",
        FAIL,
        N_("The loop comes back with {errors} wrong bits."),
        N_("strowger test bit-error measures how many and of which kind."),
    ),
)

_BER = (
    Code("BER-OK", PASS, N_("{errors} wrong bits of {bits} in {seconds}.")),
    Code(
        "BER-ERRORS",
        FAIL,
        N_("{errors} wrong bits of {bits}, a ratio of {ratio}: evenly spread."),
        N_("A weak or noisy signal: cable type and length, plugs, converter, line build-out."),
    ),
    Code(
        "BER-BURSTS",
        FAIL,
        N_("{errors} wrong bits of {bits}, most of them in bursts."),
        N_(
            "Something switches near the cable, or a plug is loose: keep away from mains, move the plugs while testing."
        ),
    ),
    Code(
        "BER-SLIPS",
        FAIL,
        N_("The pattern slipped {slips} times in {seconds}: the two ends have different clocks."),
        N_("Take the clock from the network: span=N,1,... for the span that leads to it, 0 for those that do not."),
    ),
    Code(
        "BER-BREAKS",
        FAIL,
        N_("The pattern went away and came back."),
        N_("A loose plug or a broken wire: move the cable while the test runs."),
    ),
    Code(
        "BER-NO-SYNC",
        FAIL,
        N_("Something comes in, and it is not the pattern."),
        N_("No loop is there: the far end sends its own. Put a plug in, or have it looped there."),
    ),
    Code(
        "BER-NOTHING",
        FAIL,
        N_("Nothing but one octet comes in."),
        N_("No loop is there, and the other end is at rest. Put a plug in, or have it looped there."),
    ),
)

_TRACE = (
    Code("TRACE-OK", PASS, N_("The data link is up: {sent} frames went out and {received} came in within {seconds}.")),
    Code(
        "TRACE-SILENT",
        FAIL,
        N_("Nothing comes from the other end on the D channel in {seconds}."),
        N_("Has the carrier opened the circuit, with the D channel in timeslot 16? strowger test span first."),
    ),
    Code(
        "TRACE-DOWN",
        FAIL,
        N_("The other end has sent {received} frames, and the data link does not come up."),
        N_("One end is the network, the other the user: try --side network. Else the carrier has it blocked."),
    ),
)

_ALL = (*_CARD, *_TEST, *_SPAN, *_COUNT, *_LOOP, *_BER, *_LINE, *_PAIR, *_STATION, *_TRACE)
CODES = {code.code: code for code in _ALL}
