"""Digit analysis: all patterns of the plan as one tree, gone down digit by digit.

    entries                   the tree (an edge is a set of symbols)         digits 8 0 1
    8001  station             root ─8─ o ─0─ o ─0─ o ─1─ (8001)
    8[01]XX  route a               └9─ o ─[01]─ ...                          8: {8}  80: {0, [01]}  801: {X}
    9!  route b                    └9─ (9!) ─open─ (9!) ↺

A *state* is the set of places in the tree that the digits so far can have led to, best first. At each digit a place
goes on by the edges that hold it; the edge with fewer symbols is the better one, an open end (`.`, `!`) the worst. The
first difference decides: this is "the longest prefix wins", said for patterns. Two patterns of one rank that fit the
same number are a tie; the check reports it, here the earlier entry wins.

What more may come decides how long is waited. Once an entry fits, an open end that has already taken digits which the
entry names more exactly keeps nobody waiting: with 9[2-8]X{7} and 9!, nine digits are a whole number. So a route for
all the rest costs the exact ones no time.

States are made when they are first needed and kept, so that an analysis costs one look-up a digit. A state does not
know who dials: an entry may have a *condition*, and is then asked for with the facts of the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.config.model.pattern import DIGITS, OPEN, SYMBOLS, Pattern
from core.numbering.target import Facts, Target, TargetKind

MOST_STATES = 50_000  # kept; a box of 10 000 numbers has some 15 000

Path = tuple[str | int, ...]


class Condition(Protocol):
    """For whom and when an entry holds. Hashable; the same object is asked once for all entries that share it.

    missing: what does not fit, in a word; "" when it holds. changes: when it may hold, or no longer, by its hours.
    """

    def holds(self, facts: Facts) -> bool: ...

    def missing(self, facts: Facts) -> str: ...

    def changes(self, facts: Facts) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern of the plan and where it leads. path: into the configuration's model.

    wait_s: how long to wait for more while this entry may still come; 0: as the plan says. prompt: complete with its
    last digit, though a route might go on; only numbers of our own house make it wait. strip: digits before the number
    itself (outside prefix of an emergency number). short: stands for another number, and is none that such a one may
    lead to. secret: the service's code, if a PIN follows it.
    """

    pattern: Pattern
    target: Target
    path: Path
    condition: Condition | None = None
    wait_s: float = 0.0
    prompt: bool = False
    strip: int = 0
    short: bool = False
    secret: str = ""

    @property
    def in_house(self) -> bool:
        return self.target.kind is not TargetKind.TRUNK


@dataclass(slots=True)
class Ahead:
    """What can still come after a place, for one condition: own waits of entries, and whether any has none."""

    longest_s: float = 0.0
    default: bool = False

    def add(self, other: Ahead) -> None:
        self.longest_s = max(self.longest_s, other.longest_s)
        self.default |= other.default

    def wait_s(self, default_s: float) -> float:
        return max(self.longest_s, default_s if self.default else 0.0)


@dataclass(slots=True, eq=False)
class Node:
    """A place in the tree."""

    single: dict[str, Node] = field(default_factory=dict)
    several: dict[str, Node] = field(default_factory=dict)  # symbols -> place
    open: Node | None = None
    loops: bool = False
    ends: list[tuple[int, Entry]] = field(default_factory=list)  # with their place among all entries
    ahead: dict[Condition | None, Ahead] = field(default_factory=dict)
    in_house_ahead: bool = False

    def edge(self, symbols: str) -> Node:
        side = self.single if len(symbols) == 1 else self.several
        if symbols not in side:
            side[symbols] = Node()
        return side[symbols]

    def open_edge(self) -> Node:
        if self.loops:
            return self
        if self.open is None:
            self.open = Node(loops=True)
        return self.open

    def below(self) -> Iterator[Node]:
        yield from self.single.values()
        yield from self.several.values()
        if self.open is not None:
            yield self.open

    def after(self, symbol: str) -> Iterator[tuple[int, Node]]:
        """Rank and place for each edge that holds the symbol."""
        if symbol in self.single:
            yield 1, self.single[symbol]
        for symbols, node in self.several.items():
            if symbol in symbols:
                yield len(symbols), node
        if symbol in DIGITS:
            if self.open is not None:
                yield OPEN, self.open
            if self.loops:
                yield OPEN, self

    def look_ahead(self) -> None:
        """Fills `ahead` here and below; once, when all entries are in."""
        for node in self.below():
            node.look_ahead()
            self._see(node.ends)
            self.in_house_ahead |= node.in_house_ahead
            for condition, ahead in node.ahead.items():
                self.ahead.setdefault(condition, Ahead()).add(ahead)
        if self.loops:
            self._see(self.ends)

    def _see(self, ends: Iterable[tuple[int, Entry]]) -> None:
        for _, entry in ends:
            self.ahead.setdefault(entry.condition, Ahead()).add(Ahead(entry.wait_s, not entry.wait_s))
            self.in_house_ahead |= entry.in_house


Rank = tuple[tuple[Node, ...], ...]  # places of one rank stand together, the best first


Aheads = tuple[tuple[Condition | None, Ahead], ...]


@dataclass(slots=True, eq=False)
class State:
    """Where the digits so far have led.

    matches: entries that fit exactly, best first, each with its rank. ahead: what may still come once an entry of that
    rank is taken; the last: when none is.
    """

    ranks: Rank
    matches: tuple[tuple[Entry, int], ...]
    ahead: tuple[Aheads, ...]
    prompt: Entry | None  # nothing more is waited for
    after: dict[str, State | None] = field(default_factory=dict)


class Tree:
    """All entries. `start` is the state before the first digit; `next(state, symbol)` the one after a further digit,
    None when no entry begins like this.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.root = Node()
        for place, entry in enumerate(entries):
            self._insert(place, entry)
        self.root.look_ahead()
        self.start = state_of(((self.root,),))
        self._states: dict[Rank, State] = {}

    def _insert(self, number: int, entry: Entry) -> None:
        places = [self.root]
        for element in entry.pattern.elements:
            reached = list(places) if not element.least else []
            if element.open:
                reached += [place.open_edge() for place in places]
            else:
                for count in range(1, element.most + 1):
                    places = [place.edge(element.symbols) for place in places]
                    if count >= element.least:
                        reached += places
            places = reached
        for place in places:
            place.ends.append((number, entry))

    def next(self, state: State, symbol: str) -> State | None:
        try:
            return state.after[symbol]
        except KeyError:
            if symbol not in SYMBOLS:
                return None
        ranks = step(state.ranks, symbol)
        found = self._states.get(ranks)
        if found is None and ranks:
            if len(self._states) >= MOST_STATES:
                # Calls in mid-number keep the states that they hold.
                self._states.clear()
                self.start.after.clear()
            found = self._states[ranks] = state_of(ranks)
        state.after[symbol] = found
        return found


def step(ranks: Rank, symbol: str) -> Rank:
    """The places after one more symbol."""
    found: list[tuple[Node, ...]] = []
    for places in ranks:
        by_rank: dict[int, list[Node]] = {}
        for place in places:
            for rank, node in place.after(symbol):
                by_rank.setdefault(rank, []).append(node)
        found += [tuple(by_rank[rank]) for rank in sorted(by_rank)]
    return tuple(found)


def state_of(ranks: Rank) -> State:
    matches: list[tuple[Entry, int]] = []
    for rank, places in enumerate(ranks):
        ends = sorted((end for place in places for end in place.ends), key=lambda end: end[0])
        matches += [(entry, rank) for _, entry in ends]
    in_house = any(place.in_house_ahead for places in ranks for place in places)
    first = matches[0][0] if matches else None
    prompt = first if first and first.prompt and not in_house else None
    return State(ranks, tuple(matches), tuple(aheads(ranks, rank) for rank in range(len(ranks) + 1)), prompt)


def aheads(ranks: Rank, taken: int) -> Aheads:
    """What may still come. taken: rank of the entry that fits; len(ranks): none does."""
    found: dict[Condition | None, Ahead] = {}
    for rank, places in enumerate(ranks):
        for place in places:
            if not (place.loops and taken < rank):
                for condition, one in place.ahead.items():
                    found.setdefault(condition, Ahead()).add(one)
    return tuple(found.items())
