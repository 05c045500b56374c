"""[[card]]: the cards of the box, real or simulated."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from core.config.model.kinds import Effect, Many, Name, Table, mistake, setting
from hw.sim.span import E1, Description, Stations, Trunks


class SimulatedSpan(Table):
    """One span of a simulated card: what is plugged in."""

    kind: Literal["stations", "trunks", "pri", "cas"] = setting(
        '"stations": telephones; "trunks": analog lines of a public exchange; "pri": an E1 with ISDN; "cas": an E1 '
        "with MFC/R2.",
        effect=Effect.BOX_RESTART,
    )
    count: int = setting(
        "Ports, of stations and trunks only; an E1 has its 31 channels.", 8, effect=Effect.BOX_RESTART, ge=1, le=240
    )

    def description(self) -> Description:
        if self.kind == "stations":
            return Stations(self.count)
        if self.kind == "trunks":
            return Trunks(self.count)
        return E1(self.kind)


class Card(Table):
    """A card, or the driver with all its cards."""

    added = Effect.BOX_RESTART
    removed = Effect.BOX_RESTART

    name: Name = setting("By which spans, trunks and stations name it.", effect=Effect.BOX_RESTART)
    kind: Literal["dahdi", "simulated"] = setting(
        '"dahdi": all cards that the DAHDI driver has; "simulated": a card that is not there, for trying and learning.',
        effect=Effect.BOX_RESTART,
    )
    spans: Many[SimulatedSpan] = setting(
        "Simulated card: its spans in order; channels are counted through all of them, from 1.",
        (),
        effect=Effect.BOX_RESTART,
    )
    seed: int = setting("Simulated card: the same seed gives the same run.", 0, effect=Effect.BOX_RESTART, ge=0)

    @model_validator(mode="after")
    def _spans_where_simulated(self) -> Card:
        if (self.kind == "simulated") != bool(self.spans):
            raise mistake('A simulated card needs "spans", and a real one has them by itself.')
        return self

    def channels(self) -> dict[int, str]:
        """Simulated card: each channel number with the kind of its span."""
        kinds = [span.kind for span in self.spans for _ in range(31 if span.kind in ("pri", "cas") else span.count)]
        return dict(enumerate(kinds, 1))
