"""The DAHDI driver's facts and refusals (dahdi/user.h of DAHDI-Linux 2.11).

What it does: asks the control device by number, and turns every refusal into a HardwareError that says what to do.
What it does not: open channels (channel.py, dchannel.py), know spans (span.py).

An error number means something else for opening, for an order on a line, and for everything; the tables below are
looked through in this order.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from hw.card import ChannelKind, HardwareError, Unsupported
from hw.native import ffi, lib

KINDS = {
    lib.DAHDI_SIG_FXOKS: ChannelKind.STATION,
    lib.DAHDI_SIG_FXOLS: ChannelKind.STATION,
    lib.DAHDI_SIG_FXSKS: ChannelKind.TRUNK,
    lib.DAHDI_SIG_FXSLS: ChannelKind.TRUNK,
    lib.DAHDI_SIG_CAS: ChannelKind.CAS,
    lib.DAHDI_SIG_CLEAR: ChannelKind.BEARER,
    lib.DAHDI_SIG_HDLCFCS: ChannelKind.DCHANNEL,
    lib.DAHDI_SIG_HARDHDLC: ChannelKind.DCHANNEL,
}
"""What a channel is, by its signalling. An FXS port has FXO signalling and an FXO port FXS signalling."""

LAWS = {lib.DAHDI_LAW_ALAW: "a", lib.DAHDI_LAW_MULAW: "mu"}

_OPENING = {
    errno.EBUSY: ("is in use", "end the program that holds it (Asterisk?), or give it another channel"),
    errno.EINVAL: (
        "does not exist",
        "list the channels with `strowger card`; dahdi_cfg and /etc/dahdi/system.conf make them",
    ),
    errno.ENXIO: ("is not configured", "name it in /etc/dahdi/system.conf and run dahdi_cfg"),
}
_ORDERS = {
    errno.EBUSY: (
        "is in a state that does not allow it",
        "wait until the line has settled (a second), then order again",
    ),
    errno.EBADF: ("is closed", "open the channel again"),
}
_ALWAYS = {
    errno.ENOENT: ("has no driver", "load it: modprobe dahdi and the card's own driver, then dahdi_cfg"),
    errno.EACCES: ("may not be opened by this user", "add the user to the group dahdi and log in again"),
    errno.EPERM: ("may not be opened by this user", "add the user to the group dahdi and log in again"),
    errno.ENODEV: ("is gone", "check that the card sits and has power; it comes back by itself"),
    errno.ENODATA: (
        "has no tone zone",
        "put loadzone=cn and defaultzone=cn into /etc/dahdi/system.conf and run dahdi_cfg",
    ),
    errno.EMFILE: ("cannot be opened: too many open files", "raise LimitNOFILE of the service"),
}
_UNSUPPORTED = (errno.ENOTTY, errno.ENOSYS)


def refusal(
    error: int, doing: str, *, channel: int | None = None, span: int | None = None, opening: bool = False
) -> HardwareError:
    """The error for a refused system call: what was being done, where, why, and the remedy."""
    what = f"channel {channel}" if channel is not None else f"span {span}" if span is not None else "DAHDI"
    if error in _UNSUPPORTED and not opening:
        return Unsupported(f"{doing}: {what}: the hardware cannot do this", span=span, channel=channel)
    special = _OPENING if opening else _ORDERS
    reason, action = special.get(error) or _ALWAYS.get(error) or (os.strerror(error), "see the kernel's log (dmesg)")
    return HardwareError(f"{doing}: {what} {reason}", span=span, channel=channel, action=action)


def version() -> str:
    """The driver's version. HardwareError where there is none."""
    out = ffi.new("char[160]")
    result = lib.dahdi_version(out, len(out))
    if result < 0:
        raise refusal(-result, "ask for the version", opening=True)
    return text(out)


def channel_params(number: int) -> Any:
    """struct dahdi_params of a channel. HardwareError: no driver, no such channel."""
    params = ffi.new("struct dahdi_params *")
    result = lib.dahdi_channel_params(number, params) if 0 < number < lib.DAHDI_CHANNELS else -errno.EINVAL
    if result < 0:
        raise refusal(-result, "look at it", channel=number, opening=True)
    return params


def span_info(number: int) -> Any:
    """struct dahdi_spaninfo of a span. HardwareError: no driver, no such span."""
    info = ffi.new("struct dahdi_spaninfo *")
    result = lib.dahdi_span_info(number, info)
    if result < 0:
        raise refusal(-result, "look at it", span=number, opening=True)
    return info


def text(characters: Any) -> str:
    """A C string of the driver."""
    return str(ffi.string(characters).decode(errors="replace"))
