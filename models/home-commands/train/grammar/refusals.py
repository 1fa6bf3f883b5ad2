"""Draws the prompts that the home must answer with unknown.

Four sources: questions of the wide world; requests of the home's own grammar to a device or a room that it
lacks; requests that a device cannot carry out, or that come with a negation, a condition or a second
request; and noise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from grammar import values
from grammar.home import DEVICES, OTHER_DEVICES, OTHER_ROOMS, ROOMS
from grammar.naming import Stranger, device_name, room_name
from grammar.pattern import expand, hold_out
from grammar.requests import CALLS
from grammar.unknown import FILLERS, LACKING, NOISE, REFUSED, WORLD

if TYPE_CHECKING:
    from grammar.dialogue import Core, Grammar

#: Devices that {x} may name in a refused request; the others give some of these phrases a meaning.
_NAMED = ("lamp", "fan", "heater", "blinds", "window", "door", "music", "tv", "plug")
#: Actions and the devices that plainly cannot do them.
_CANNOT: dict[str, tuple[str, ...]] = {
    "on": ("window", "door", "blinds"),
    "off": ("window", "door", "blinds"),
    "open": ("lamp", "fan", "heater", "music", "tv", "plug", "coffee", "vacuum"),
    "close": ("lamp", "fan", "heater", "music", "tv", "plug", "coffee", "vacuum"),
    "lock": ("lamp", "fan", "heater", "blinds", "window", "music", "tv", "plug", "coffee"),
    "unlock": ("lamp", "fan", "heater", "blinds", "window", "music", "tv", "plug", "coffee"),
    "color": ("fan", "heater", "blinds", "window", "door", "tv", "plug", "music"),
    "level": ("window", "door", "plug", "coffee", "vacuum"),
    "temp": ("lamp", "fan", "music", "blinds", "plug", "tv", "door"),
    "channel": ("lamp", "fan", "heater", "blinds", "plug", "door"),
    "up": ("plug", "coffee", "vacuum"),
    "down": ("plug", "coffee", "vacuum"),
}
#: Words that would give an impossible request a likely meaning ("shut the tv", "bring the blinds up").
_LIKELY = re.compile(r"\b(up|down|shut|raise|lower|secure|warm|cool)\b")
ASKING = frozenset("who what how where why when which is are am do does did has have can could will would".split())


class Refusals:
    """The unknown side of the grammar; `grammar` lends its phrasings of requests."""

    def __init__(self, grammar: Grammar, function_words: frozenset[str], share: float, rng: random.Random) -> None:
        self._grammar = grammar
        self._small_words = sorted(function_words)

        def split(patterns: Sequence[str], known: frozenset[str]) -> dict[bool, list[str]]:
            trained, held = hold_out(patterns, share, rng, known)
            return {False: trained, True: held}

        # Questions of the world share no words with each other; every one of them means the same.
        anything = frozenset(word for pattern in WORLD + NOISE for word in re.findall(r"[a-z']+", pattern))
        self.world = split(WORLD, anything)
        self.noise = split(NOISE, anything)
        self.lacking = split(LACKING, function_words)
        self.refused = split(REFUSED, function_words)

    def held_out(self) -> list[str]:
        return sorted(self.world[True] + self.noise[True] + self.lacking[True] + self.refused[True])

    def draw(self, held: bool, rng: random.Random) -> tuple[str, bool]:
        """(bare phrase, whether it is a question). Held out: an unseen phrasing, or a trained one around unseen words."""
        source: Callable[[bool, random.Random], str] = rng.choices(
            [self._world, self._from_list, self._strange, self._refused, self._impossible, self._noise], [30, 10, 22, 20, 9, 9]
        )[0]
        text = source(held, rng)
        if not any(c.isalnum() for c in text):
            return text, False
        question = text.split()[0] in ASKING
        wrap = rng.random()
        if wrap < 0.12:
            text = f"{rng.choice(CALLS)} {text}"
        elif wrap < 0.25 and not question and source not in (self._refused, self._noise):
            text = f"{rng.choice(['please', 'could you', 'can you', 'i want you to', 'can you please'])} {text}"
        return text, question

    def _world(self, held: bool, rng: random.Random) -> str:
        return self._phrase(self.world, FILLERS, held, rng)

    def _from_list(self, held: bool, rng: random.Random) -> str:
        return self._phrase(self.lacking, ("y", "other"), held, rng)

    def _noise(self, held: bool, rng: random.Random) -> str:
        if not held and rng.random() < 0.4:
            # A word of the wide world among small words: what is not small talk is unknown.
            text = [rng.choice(FILLERS[rng.choice(list(FILLERS))][0]), *rng.choices(self._small_words, k=rng.randint(2, 5))]
            rng.shuffle(text)
            return " ".join(text)
        return self._phrase(self.noise, FILLERS, held, rng)

    def _refused(self, held: bool, rng: random.Random) -> str:
        return self._phrase(self.refused, (), held, rng)

    def _phrase(self, patterns: dict[bool, list[str]], fillers: Sequence[str] | dict[str, object], held: bool, rng: random.Random) -> str:
        """A pattern with its slots filled; a held-out one has either the pattern or the fillers unseen."""
        choice, strange = patterns[held], False
        if held and fillers and rng.random() < 0.4:
            slots = tuple(f"{{{name}}}" for name in fillers)
            choice, strange = [p for p in patterns[False] if any(slot in p for slot in slots)], True
        return re.sub(r"\{([a-z]+)\}", lambda match: self._slot(match.group(1), strange, rng), expand(rng.choice(choice), rng))

    def _strange(self, held: bool, rng: random.Random) -> str:
        """A request of the home's own grammar, to a device or a room that it lacks."""
        unseen_core = held and rng.random() < 0.5
        unseen_word = held and not unseen_core
        while True:
            core = self._grammar.core(unseen_core, rng)
            room: str | None = rng.choice(list(ROOMS))
            if rng.random() < 0.6:
                if re.search(r"\{[xd]\}|\{p\}", core.pattern) and core.device in _NAMED:
                    stranger = Stranger(device=self._lacked("y", unseen_word, rng))
                    return self._grammar.say(core, room if rng.random() < 0.4 or core.needs_room else None, rng, stranger)[0]
            elif core.takes_room:
                return self._grammar.say(core, room, rng, Stranger(room=self._lacked("other", unseen_word, rng)))[0]

    def _impossible(self, held: bool, rng: random.Random) -> str:
        """A request that the named device cannot carry out."""
        while True:
            core = self._grammar.core(held, rng)
            if core.action not in _CANNOT or not re.fullmatch(r"[^{}]*\{x\}[^{}]*(\{[av]\}[^{}]*)?", core.pattern) or _LIKELY.search(core.pattern):
                continue
            device = rng.choice(_CANNOT[core.action])
            if self._grammar.knows(device, core.pattern):
                continue
            text = self._grammar.say(core.of(device), rng.choice([None, rng.choice(list(ROOMS))]), rng)[0]
            # A bare number is a level to a lamp; only "degrees" makes it impossible.
            if not _LIKELY.search(text) and (core.action != "temp" or "deg" in text or "°" in text):
                return text

    @staticmethod
    def _lacked(slot: str, unseen: bool, rng: random.Random) -> str:
        if rng.random() < 0.2 and not unseen:
            return values.odd_word(rng)
        return rng.choice((OTHER_DEVICES if slot == "y" else OTHER_ROOMS)[unseen])

    def _slot(self, slot: str, unseen: bool, rng: random.Random) -> str:
        if slot in FILLERS:
            return rng.choice(FILLERS[slot][unseen])
        if slot == "n":
            return values.number_text(rng.randint(0, 100), rng)
        if slot == "odd":
            return values.odd_word(rng)
        if slot in ("y", "other"):
            return self._lacked(slot, unseen, rng)
        if slot in ("order", "second"):
            core: Core = self._grammar.core(False, rng)
            while core.mood != "order" or core.action in ("next", "count"):
                core = self._grammar.core(False, rng)
            return self._grammar.say(core, self._grammar.room(core, rng), rng)[0]
        if slot == "r":
            return room_name(rng.choice(list(ROOMS)), rng)
        device = rng.choice(_NAMED)
        if slot == "d":
            return rng.choice(DEVICES[device].names)
        return device_name(device, rng.choice([None, rng.choice(list(ROOMS))]), rng)
