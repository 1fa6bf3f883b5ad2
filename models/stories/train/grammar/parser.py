"""Reads a told story back: whether every beat is there in its order, and whether the plot that opens also closes.

`Parser.read` gives the facts of a story or says what is wrong. A plot is closed when the trouble that is told is
ended by a helper who was met before and can do what it needs, when hero, helper and thing keep their names to
the end, and when there is an end. A sentence that the grammar would not say this way breaks `clean`, not `closed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .cast import World
from .teller import PARAGRAPHS, PRONOUNS

_BEATS = tuple(beat for paragraph in PARAGRAPHS for beat in paragraph)
#: Without these a plot is not closed.
_BONES = ("opening", "problem", "meet", "solve", "end")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Reading:
    """faults: why the plot is not closed; strange: beats of which no line was found where it belongs."""

    facts: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        return not self.faults

    @property
    def clean(self) -> bool:
        return self.closed and not self.strange


class Parser:
    def __init__(self, world: World) -> None:
        self._world = world
        words = {
            "hero": {name for names in world.names.values() for name in names},
            "kind": set(world.heroes),
            "fkind": set(world.helpers),
            "trait": {trait for traits, _ in world.heroes.values() for trait in traits},
            "ftrait": {trait for _, traits in world.helpers.values() for trait in traits},
            "spot": {spot for _, spots in world.heroes.values() for spot in spots},
            "thing": set(world.things),
            "colour": {colour for colours, _ in world.things.values() for colour in colours},
        }
        words["friend"] = words["hero"]
        self._words = {slot: "|".join(map(re.escape, sorted(found, key=len, reverse=True))) for slot, found in words.items()}
        self._common = {beat: [self._compile(line) for line in lines] for beat, lines in world.common.items()}
        self._plots = {
            name: {beat: [self._compile(line) for line in lines] for beat, lines in plot.beats.items() if beat != "ask"} for name, plot in world.plots.items()
        }

    def _compile(self, line: str) -> re.Pattern[str]:
        """A line as an expression; what stands in a slot is a group named by the slot and a number."""
        parts = re.split(r"(\{\w+\}|\([^()]*\|[^()]*\))", line)
        count = 0

        def expression(part: str) -> str:
            nonlocal count
            if match := _SLOT.fullmatch(part):
                slot = match.group(1)
                name = slot[0].lower() + slot[1:]
                count += 1
                if name in PRONOUNS["he"] or name[1:] in PRONOUNS["he"] and name[0] == "f":
                    base = name if name in PRONOUNS["he"] else name[1:]
                    male, female = (PRONOUNS[gender][base] for gender in ("he", "she"))
                    return f"(?P<{'f' if name != base else ''}gender_{count}>(?i:{male}|{female}))"
                bare = name.removeprefix("a_")
                return ("(?i:an|a) " if bare != name else "") + f"(?P<{bare}_{count}>{self._words[bare]})"
            if part.startswith("(") and "|" in part:
                choices = [re.split(r"(\{\w+\})", choice) for choice in part[1:-1].split("|")]
                return "(?:" + "|".join("".join(expression(piece) for piece in choice) for choice in choices) + ")"
            return re.escape(part)

        return re.compile("".join(expression(part) for part in parts))

    def read(self, text: str) -> Reading:
        reading = Reading()
        at, plot, ability, tried = 0, "", "", 0
        clean = " ".join(text.split())
        for beat in _BEATS:
            found = self._find(beat, plot, clean, at)
            while found is not None:
                match, plot_found, name = found
                plot = plot or (plot_found if beat != "want" else "")
                ability = name[6:] if beat == "solve" else ability
                if clean[at : match.start()].strip():
                    reading.strange.append(beat)
                self._learn(reading, beat, match)
                at, tried = match.end(), tried + (beat == "try")
                found = self._find(beat, plot, clean, at) if beat == "try" and tried < 2 else None
                if found is not None and clean[at : found[0].start()].strip():
                    found = None
            if beat in _BONES and not reading.facts.get(f"beat {beat}"):
                reading.faults.append(f"no {beat}")
            elif not reading.facts.get(f"beat {beat}"):
                reading.strange.append(beat)
        if clean[at:].strip():
            reading.faults.append("it goes on after its end")
        self._judge(reading, plot, ability)
        return reading

    def _find(self, beat: str, plot: str, text: str, at: int) -> tuple[re.Match[str], str, str] | None:
        """The first line of a beat from `at` on: of the plot once it is known, of any plot before."""
        best: tuple[re.Match[str], str, str] | None = None
        lists = [("", beat, self._common[beat])] if beat in self._common else []
        for name, beats in self._plots.items():
            if plot in ("", name):
                lists.extend((name, found, lines) for found, lines in beats.items() if found == beat or found.startswith(f"{beat} "))
        for name, found, lines in lists:
            for line in lines:
                match = line.search(text, at)
                if match is not None and (best is None or (match.start(), -match.end()) < (best[0].start(), -best[0].end())):
                    best = (match, name, found)
        return best

    def _learn(self, reading: Reading, beat: str, match: re.Match[str]) -> None:
        reading.facts[f"beat {beat}"] = match.group()
        for group, value in match.groupdict().items():
            slot = group.rpartition("_")[0]
            if value is None:
                continue
            if slot.endswith("gender"):
                value = "he" if value.lower() in PRONOUNS["he"].values() else "she"
            known = reading.facts.setdefault(slot, value)
            if known != value:
                reading.faults.append(f"{beat}: {slot} was {known} and is {value}")

    def _judge(self, reading: Reading, plot: str, ability: str) -> None:
        facts = reading.facts
        helper = self._world.helpers.get(facts.get("fkind", ""))
        if helper is not None and ability and ability not in helper[0]:
            reading.faults.append(f"{facts['fkind']} cannot {ability}")
        for who, gender in (("hero", "gender"), ("friend", "fgender")):
            name = facts.get(who, "")
            if name and gender in facts and name not in self._world.names[facts[gender]]:
                reading.faults.append(f"{name} is not {facts[gender]}")
        if facts.get("hero") and facts.get("hero") == facts.get("friend"):
            reading.faults.append("hero and helper have one name")
        facts["plot"], facts["ability"] = plot, ability
