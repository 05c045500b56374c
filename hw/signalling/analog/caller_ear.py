"""Who calls on an analog trunk: FSK messages and DTMF keys of one call, gathered side by side. Pure.

GR-30-CORE and ETSI EN 300 659 (FSK, between rings); ETSI EN 300 659-3 annex C and what exchanges in China send (DTMF,
before the first ring). The bytes and keys themselves are read by hw.callerid.

    keys     D 0 1 0 6 6 ... C                          whichever says a number first is believed;
    rings                        ####          ####     the other may still mend a message that was damaged
    message                           ==FSK==

What it does not: decide when to listen or how long to wait; the trunk does.
"""

from __future__ import annotations

from hw import callerid
from hw.signalling.analog.caller_number import dialable
from hw.signalling.line import Party, Presentation

_PRESENTATIONS = {
    callerid.Presentation.AVAILABLE: Presentation.ALLOWED,
    callerid.Presentation.PRIVATE: Presentation.RESTRICTED,
    callerid.Presentation.UNAVAILABLE: Presentation.UNAVAILABLE,
}


class CallerEar:
    """kind: "both", "fsk", "dtmf" or "none" (what comes is not believed). Times in samples."""

    def __init__(self, kind: str) -> None:
        self.caller: callerid.CallerId | None = None
        self._fsk = kind in ("both", "fsk")
        self._dtmf = kind in ("both", "dtmf")
        self._gathers = callerid.DtmfCallerId()
        self._keys = ""
        self._by_keys = False
        self._damage = ""
        self._damaged = b""

    @property
    def heard(self) -> bool:
        """Something that may be caller ID was heard."""
        return bool(self.caller or self._keys or self._damage)

    @property
    def timer(self) -> int | None:
        """When expire() is to be called, or None."""
        return self._gathers.timer

    def key(self, key: str, time: int) -> bool:
        """A DTMF key went down. True: now the caller is known."""
        if not self._dtmf:
            return False
        self._keys += key
        return self._found(self._gathers.key(key, time), by_keys=True)

    def expire(self, time: int) -> bool:
        """It is `time`. True: the pause has ended the digits, now the caller is known."""
        return self._found(self._gathers.expire(time), by_keys=True)

    def message(self, octets: bytes) -> bool:
        """An FSK message, whole or damaged. True: now the caller is known."""
        if not self._fsk or self._is_lamp(octets):
            return False
        try:
            return self._found(callerid.parse_fsk(octets))
        except callerid.CallerIdError as error:
            self._damage, self._damaged = f"FSK: {error}", octets
            return False

    @property
    def problem(self) -> str:
        """Why there is no caller; empty if there is one."""
        if self.caller is not None:
            return ""
        if self._damage:
            return self._damage
        if self._keys:
            return f"DTMF: {self._keys} is not a number between framing keys"
        return "nothing was heard"

    @property
    def raw(self) -> str:
        """As it came: keys, or the number that FSK sent; of a damaged message its bytes in hexadecimal."""
        if self.caller is None:
            return self._keys or self._damaged.hex(" ")
        return self.caller.raw.decode() if self._by_keys else self.caller.number

    def party(self, area_code: str = "", local_digits: int = 8) -> Party:
        """The caller, with the number as it can be dialled from here (see caller_number.py)."""
        caller = self.caller
        if caller is None:
            return Party(presentation=Presentation.UNAVAILABLE, raw=self.raw)
        number = dialable(caller.number, area_code, local_digits)
        presentation = _PRESENTATIONS[caller.presentation]
        return Party(number, presentation=presentation, name=caller.name, raw=self.raw, by=self.standard)

    @property
    def standard(self) -> str:
        """By which the caller came: "DTMF", "SDMF", "MDMF"; empty while there is none."""
        if self.caller is None:
            return ""
        return "DTMF" if self._by_keys else callerid.MessageType(self.caller.raw[0]).name

    def _found(self, caller: callerid.CallerId | None, by_keys: bool = False) -> bool:
        if caller is None or self.caller is not None:
            return False
        self.caller, self._by_keys = caller, by_keys
        return True

    def _is_lamp(self, octets: bytes) -> bool:
        """Message waiting of the exchange's own voice mail is not a call."""
        try:
            callerid.parse_message_waiting(octets)
        except callerid.CallerIdError:
            return False
        return True
