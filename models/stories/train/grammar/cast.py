"""Who and what a story is about, drawn from words/*.txt so that it fits together: the helper can do what the trouble needs."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
#: Of the combinations of hero, trouble and helper (or thing), in percent, those that are never trained on.
HELD_OUT = 10
_FEMALE, _MALE = frozenset(("girl", "grandmother")), frozenset(("boy",))


@dataclass(frozen=True)
class Plot:
    """A trouble: which abilities end it, what may happen to things in it, and its beats by name."""

    name: str
    needs: tuple[str, ...]
    #: What a thing must be able to suffer; empty: no thing is in this plot.
    happens: str
    beats: dict[str, tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True)
class Cast:
    plot: Plot
    ability: str
    hero: str
    gender: str
    kind: str
    trait: str
    spot: str
    friend: str
    friend_gender: str
    friend_kind: str
    friend_trait: str
    thing: str = ""
    colour: str = ""

    def held_out(self) -> bool:
        text = f"{self.kind}|{self.plot.name}|{self.friend_kind}|{self.thing}"
        return int.from_bytes(hashlib.md5(text.encode()).digest()[:4], "big") % 100 < HELD_OUT


def _rows(name: str) -> list[list[str]]:
    lines = (HERE / "words" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(","))


def read_beats(text: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The lines in front of the first [beat] by their first word, and the beats."""
    head: dict[str, str] = {}
    beats: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if match := re.fullmatch(r"\[(.+)\]", line):
            current = beats.setdefault(match.group(1), [])
        elif current is None:
            word, _, rest = line.partition(" ")
            head[word] = rest
        else:
            current.append(line)
    return head, {name: tuple(lines) for name, lines in beats.items()}


class World:
    def __init__(self) -> None:
        self.heroes = {kind: (_list(traits), _list(spots)) for kind, traits, spots in _rows("heroes")}
        self.helpers = {kind: (_list(abilities), _list(traits)) for kind, abilities, traits in _rows("helpers")}
        self.names = {gender: _list(names) for gender, names in _rows("names")}
        self.things = {thing: (_list(colours), _list(happens)) for thing, colours, happens in _rows("things")}
        self.common: dict[str, tuple[str, ...]] = {}
        self.plots: dict[str, Plot] = {}
        for path in sorted((HERE / "plots").glob("*.txt")):
            head, beats = read_beats(path.read_text(encoding="utf-8"))
            if path.stem == "common":
                self.common = beats
            else:
                self.plots[path.stem] = Plot(path.stem, tuple(head["needs"].split()), head.get("things", ""), beats)

    def gender(self, kind: str, rng: random.Random) -> str:
        return "she" if kind in _FEMALE else "he" if kind in _MALE else rng.choice(("he", "she"))

    def cast(self, rng: random.Random) -> Cast:
        plot = rng.choice(list(self.plots.values()))
        ability = rng.choice(plot.needs)
        kind = rng.choice(list(self.heroes))
        # Nobody is helped by their own kind: it could have helped itself.
        helper = rng.choice([name for name, (abilities, _) in self.helpers.items() if ability in abilities and name != kind])
        gender, friend_gender = self.gender(kind, rng), self.gender(helper, rng)
        hero = rng.choice(self.names[gender])
        friend = rng.choice([name for name in self.names[friend_gender] if name != hero])
        traits, spots = self.heroes[kind]
        thing = rng.choice([name for name, (_, happens) in self.things.items() if plot.happens in happens]) if plot.happens else ""
        colour = rng.choice(self.things[thing][0]) if thing else ""
        return Cast(
            plot, ability, hero, gender, kind, rng.choice(traits), rng.choice(spots),
            friend, friend_gender, helper, rng.choice(self.helpers[helper][1]), thing, colour,
        )  # fmt: skip
