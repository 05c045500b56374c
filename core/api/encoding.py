"""JSON as it goes over the wire."""

from __future__ import annotations

from typing import Any

import msgspec

encoder = msgspec.json.Encoder(decimal_format="string")


def encode(what: object) -> bytes:
    """Without the end of line. A name from outside may hold what is no text (half a character of a foreign code): it
    becomes "?", and costs nobody his answer.
    """
    try:
        return encoder.encode(what)
    except UnicodeEncodeError:
        return encoder.encode(_scrubbed(msgspec.to_builtins(what, enc_hook=_raw)))


def _raw(what: object) -> Any:
    """Of what is JSON already."""
    if isinstance(what, msgspec.Raw):
        return msgspec.json.decode(what)
    raise NotImplementedError


def _scrubbed(what: Any) -> Any:
    match what:
        case str():
            return what.encode(errors="replace").decode()
        case dict():
            return {_scrubbed(key): _scrubbed(value) for key, value in what.items()}
        case list() | tuple():
            return [_scrubbed(value) for value in what]
    return what
