"""The console as a process in a terminal, before the box as a process: it shows what is, and finds the box again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from core import texts
from core.texts import _
from tests.core.test_daemon import Service
from tui.bench.console import HEIGHT, Seat

pytestmark = pytest.mark.native

STATE = HEIGHT - 2


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.close()


@pytest.fixture(params=["en", "zh"])
def seat(
    service: Service, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Seat]:
    """Of a person whose console speaks the language, because his own file says so."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "strowger").mkdir(parents=True)
    (tmp_path / "home" / "strowger" / "console.toml").write_text(f'language = "{request.param}"\n', "utf-8")
    texts.use(request.param)
    service.until("READY=1")
    seat = Seat(service.path)
    yield seat
    seat.close()
    texts.use("en")


def rows(seat: Seat) -> list[str]:
    return [seat.screen.line(y) for y in range(HEIGHT)]


def shows(seat: Seat, text: str) -> bool:
    return any(text in row for row in rows(seat))


def test_the_console_goes_through_a_restart_of_the_box_and_says_so(service: Service, seat: Seat) -> None:
    seat.until(lambda: shows(seat, _("Nobody speaks.")))
    seat.press(b"2")
    seat.until(lambda: shows(seat, "8002"))
    board = rows(seat)
    line = next(row for row in board if "8002" in row)
    assert cell_len(board[1].split(_("state"))[0]) == cell_len(line.split(_("idle"))[0])
    service.process.send_signal(signal.SIGTERM)
    seat.until(lambda: shows(seat, _("The box does not answer.")))
    assert service.end()[0] == 0
    gone = _("The box does not answer ({why}); trying again. What is shown is old.").partition("{why}")[0]
    seat.until(lambda: gone in seat.screen.line(STATE))
    assert shows(seat, "8002")  # what was there stays to be read
    service.process = service.start()
    seat.until(lambda: shows(seat, _("The box is back.")))
    seat.until(lambda: gone not in seat.screen.line(STATE))
    seat.press(b"1")
    seat.until(lambda: shows(seat, _("Nobody speaks.")))


def test_whoever_leaves_finds_his_shell_as_it_was(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.until(lambda: shows(seat, _("Nobody speaks.")))
    came: list[bytes] = []
    monkeypatch.setattr(seat.screen, "feed", came.append)
    seat.press(b"\x11")  # Ctrl+Q
    seat.until(lambda: seat.ended)
    seat.rest(0.2)
    left, _order, after = b"".join(came).rpartition(b"\x1b[?1049l")
    assert left
    assert b"H" not in after  # no place, so nothing is painted


def test_noise_on_the_line_stays_until_the_picture_is_painted_anew(service: Service, seat: Seat) -> None:
    """Only what differs is sent: what the console does not know of, it cannot mend without being told."""
    seat.until(lambda: shows(seat, _("Nobody speaks.")))
    seat.rest(0.5)
    seat.screen.feed(b"\x1b[2J\x1b[3;1H#~{{{x{")
    assert not shows(seat, _("Nobody speaks."))
    seat.press(b"\x0c")  # Ctrl+L
    seat.until(lambda: shows(seat, _("Nobody speaks.")))
    seat.until(lambda: not shows(seat, "#~{{{x{"))
    assert shows(seat, _("Board"))


def test_a_slow_serial_line_has_few_colours(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    service.until("READY=1")
    seat = Seat(service.path, (80, 24), baud=9600)
    try:
        seat.until(
            lambda: bool(seat.screen.ground(0, 0)) and "Nobody speaks." in "".join(map(seat.screen.line, range(24)))
        )
        grounds = {seat.screen.ground(y, x) for y in range(24) for x in range(80)}
        assert not any(";" in ground for ground in grounds), grounds
        assert seat.screen.ground(0, 0) == "44"  # white letters can be read on blue
    finally:
        seat.close()


def test_a_console_ends_when_its_terminal_has_gone(service: Service, seat: Seat) -> None:
    """One that heard no SIGHUP read the end of its terminal for ever, with a whole processor."""
    seat.until(lambda: shows(seat, _("Nobody speaks.")))
    seat.hang_up()
    assert seat.wait(30.0) == 1
