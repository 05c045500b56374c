"""Acts on recordings: of calls that run, by whoever is in them, and of those that lie on the shelf.

A recording is known by the name that its file had first, `2026/11/26/4711-1.wav`: it stays, whatever form the file
takes later. Every listening is noted in the journal (RecordingHeard), every erasure with what was erased
(RecordingErased). Agents order recordings of their own calls; the shelf is for supervisors, auditors and
administrators. Error `unknown`: there is no such recording.
"""

from __future__ import annotations

from core.api.acts import Done, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OfConnection
from core.api.errors import Code, Refusal
from core.recording.room import Recordings
from core.texts import _


def _room(asking: Asking) -> Recordings:
    if Recordings not in asking.rooms:
        raise Refusal(Code.REFUSED, _("this box keeps no data, and so no recordings"))
    return asking.room(Recordings)


@act("recording.start", roles=DESK, changes=True, own="device")
def start(asking: Asking, params: OfConnection) -> Done:
    """The call is recorded from now on, through every transfer, until it ends or `recording.stop`."""
    asking.note.after = {"call": params.call}
    _room(asking).start(params.device, params.call, asking.peer.name)
    return Done()


@act("recording.stop", roles=DESK, changes=True, own="device")
def stop(asking: Asking, params: OfConnection) -> Done:
    """It is recorded no longer. Refused where a rule wants it recorded."""
    asking.note.after = {"call": params.call}
    _room(asking).stop(params.device, params.call)
    return Done()


@act("recording.pause", roles=DESK, changes=True, own="device")
def pause(asking: Asking, params: OfConnection) -> Done:
    """What is said from now on is left out, and so is its time; `recording.resume` ends that."""
    return _state(asking, params, "paused")


@act("recording.mask", roles=DESK, changes=True, own="device")
def mask(asking: Asking, params: OfConnection) -> Done:
    """A soft tone takes the place of what is said from now on (card numbers); `recording.resume` ends that."""
    return _state(asking, params, "masked")


@act("recording.resume", roles=DESK, changes=True, own="device")
def resume(asking: Asking, params: OfConnection) -> Done:
    """What is said is recorded again."""
    return _state(asking, params, "runs")


def _state(asking: Asking, params: OfConnection, state: str) -> Done:
    asking.note.after = {"call": params.call}
    _room(asking).set_state(params.device, params.call, state, asking.peer.name)
    return Done()
