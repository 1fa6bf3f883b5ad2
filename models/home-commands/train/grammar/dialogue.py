"""Draws turns: a prompt as somebody would type it and the one right answer."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, replace

from grammar import values
from grammar.home import ALL_ROOMS, DEVICES, HOUSE_WIDE, ROOMS
from grammar.naming import HOME, Stranger, device_name, located, room_name
from grammar.pattern import expand, hold_out, words
from grammar.refusals import ASKING, Refusals
from grammar.requests import AMOUNTS, CALLS, PHRASES, POLITE, PROPERTIES
from grammar.smalltalk import SMALL_TALK
from grammar.surface import TEST, TRAINING, surface

UNKNOWN = '{"do":"unknown"}'

#: Words that are learned everywhere, so that a held-out phrasing may be the last of its list to say them.
FUNCTION_WORDS = frozenset(
    "a an the i we you it is are be to of in at for me my us and or do does did can could would should want "
    "need like please that this have has been so very there what how who where when some if will now "
    "get make go let with from your am was".split()
)
_SMALL_WORDS = sorted(FUNCTION_WORDS)
_PHRASING_SHARE = 0.15
_COMBINATION_SHARE = 0.12
#: Orders that may be put off ("in ten minutes"); a change or a question never is.
_DELAYABLE = ("on", "off", "open", "close", "lock", "unlock", "level", "temp", "color")
_ACTION_WEIGHT = {"level": 2.0, "temp": 1.6, "up": 1.5, "down": 1.5, "count": 1.4, "on": 1.8, "off": 1.8, "get": 1.6, "channel": 0.7, "next": 0.4}


@dataclass(frozen=True)
class Turn:
    """prompt: the user's text. answer: the home's. kind: request, smalltalk, unknown, or for held-out turns phrasing, combination."""

    prompt: str
    answer: str
    kind: str


@dataclass(frozen=True)
class Core:
    """One phrasing of one action for one device, with its mood (order, say, ask)."""

    action: str
    device: str
    mood: str
    pattern: str

    @property
    def takes_room(self) -> bool:
        return DEVICES[self.device].rooms and bool(re.search(r"\{(x|p|in|r)\}", self.pattern))

    @property
    def needs_room(self) -> bool:
        return "{r}" in self.pattern

    def of(self, device: str) -> Core:
        return replace(self, device=device)


def key(prompt: str) -> str:
    """What two prompts share when only case, spacing or punctuation parts them."""
    return "".join(c for c in prompt.lower() if c.isalnum())


def action_json(do: str, device: str, room: str | None, value: str | None, delay: str | None) -> str:
    """The compact JSON of an action; the keys always stand in this order."""
    fields = {"do": do, "dev": device, "room": room, "val": value, "in": delay}
    return json.dumps({k: v for k, v in fields.items() if v is not None}, separators=(",", ":"), ensure_ascii=False)


def loosen(text: str, telling: frozenset[str], rng: random.Random) -> str:
    """Drops and adds small words around the telling ones, so that training does not hang on whole sentences.

    Text without a telling word comes back unchanged.
    """
    said = text.split()
    if not telling.intersection(said):
        return text
    loose: list[str] = []
    for word in said:
        if rng.random() < 0.2:
            loose.append(rng.choice(_SMALL_WORDS))
        if word in telling or rng.random() < 0.65:
            loose.append(word)
    return " ".join(loose)


class Grammar:
    """All phrasings and combinations, split once into trained and held out by the generator's seed."""

    def __init__(self, rng: random.Random) -> None:
        groups: dict[bool, dict[tuple[str, str], list[Core]]] = {False: {}, True: {}}
        for phrases in PHRASES:
            moods = {"order": phrases.order, "say": phrases.say, "ask": phrases.ask}
            listed = [(mood, pattern) for mood, patterns in moods.items() for pattern in patterns]
            trained, _ = hold_out([p for _, p in listed], _PHRASING_SHARE, rng, FUNCTION_WORDS)
            for device in phrases.devices:
                for mood, pattern in listed:
                    core = Core(phrases.action, device, mood, pattern)
                    groups[pattern not in trained].setdefault((core.action, device), []).append(core)
        self._groups = groups
        self._known = {(c.device, c.pattern) for half in groups.values() for cores in half.values() for c in cores}
        polite = hold_out(["|".join(p) for p in POLITE], 0.12, rng)
        self.polite = {False: polite[0], True: polite[1]}
        said = Counter(word for patterns in SMALL_TALK.values() for word in set().union(*map(words, patterns)))
        #: answer -> the words that tell its meaning from all the others.
        self.telling = {
            answer: frozenset(w for p in patterns for w in words(p) if said[w] == 1) - FUNCTION_WORDS for answer, patterns in SMALL_TALK.items()
        }
        self.small = self._split_small_talk(rng)
        self.refusals = Refusals(self, FUNCTION_WORDS, _PHRASING_SHARE, rng)
        triples = sorted({(c.device, room, c.action) for cores in groups[False].values() for c in cores if c.takes_room for room in ROOMS})
        self.held_triples = rng.sample(triples, round(_COMBINATION_SHARE * len(triples)))
        self._held_set = frozenset(self.held_triples)

    def _split_small_talk(self, rng: random.Random) -> dict[bool, list[tuple[str, str]]]:
        """Held-out small talk must say a telling word."""
        small: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
        for answer, patterns in SMALL_TALK.items():
            for held, part in zip((False, True), hold_out(patterns, _PHRASING_SHARE, rng, FUNCTION_WORDS, self.telling[answer])):
                small[held] += [(answer, pattern) for pattern in part]
        return small

    def split(self) -> dict[str, list[str]]:
        """What is held out, for the reader of the test."""
        return {
            "phrasings": sorted({f"{c.action}: {c.pattern}" for cores in self._groups[True].values() for c in cores}),
            "politeness": sorted(self.polite[True]),
            "combinations": sorted(" ".join(t) for t in self.held_triples),
            "smalltalk": sorted(pattern for _, pattern in self.small[True]),
            "unknown": self.refusals.held_out(),
        }

    def knows(self, device: str, pattern: str) -> bool:
        """Whether the phrasing means something for the device."""
        return (device, pattern) in self._known

    def train(self, kind: str, rng: random.Random) -> Turn:
        """A training turn of the kind request, smalltalk or unknown."""
        if kind == "smalltalk":
            return self._smalltalk(False, rng)
        if kind == "unknown":
            return self._unknown(False, rng)
        core = self.core(False, rng)
        return self._finish(core, self.room(core, rng), False, "request", rng)

    def heldout(self, kind: str, rng: random.Random) -> Turn:
        """A turn whose phrasing, combination or filler was never trained on."""
        if kind == "smalltalk":
            return self._smalltalk(True, rng)
        if kind == "unknown":
            return self._unknown(True, rng)
        if kind == "phrasing":
            core = self.core(True, rng)
            return self._finish(core, self.room(core, rng), rng.random() < 0.5, kind, rng)
        device, room, action = rng.choice(self.held_triples)
        cores = [c for c in self._groups[False][action, device] if c.takes_room]
        return self._finish(rng.choice(cores), room, False, kind, rng)

    def core(self, held: bool, rng: random.Random) -> Core:
        """A phrasing, the actions with many values more often."""
        groups = self._groups[held]
        pairs = list(groups)
        action, device = rng.choices(pairs, [_ACTION_WEIGHT.get(action, 1.0) for action, _ in pairs])[0]
        return rng.choice(groups[action, device])

    def room(self, core: Core, rng: random.Random) -> str | None:
        """A room that the phrasing can name and whose combination is not held out."""
        if not core.takes_room:
            return None
        while True:
            draw = rng.random()
            if draw < 0.22 and not core.needs_room:
                return None
            if draw < 0.30 and core.device in HOUSE_WIDE and core.action not in ("next", "get", "channel"):
                return ALL_ROOMS
            room = rng.choice(list(ROOMS))
            if (core.device, room, core.action) not in self._held_set:
                return room

    def _finish(self, core: Core, room: str | None, held_polite: bool, kind: str, rng: random.Random) -> Turn:
        text, do, value = self.say(core, room, rng)
        delay = None
        question = core.mood == "ask"
        if core.mood == "order":
            if core.action in _DELAYABLE and rng.random() < 0.08:
                said, delay = values.duration(rng)
                phrase = rng.choice([f"in {said}", f"in {said}", f"after {said}", f"{said} from now"])
                text = f"{text} {phrase}" if rng.random() < 0.75 else f"{phrase} {text}"
            before, after = rng.choice(self.polite[held_polite]).split("|")
            if not held_polite and rng.random() < 0.35:
                before, after = "", ""
            text = f"{before} {text} {after}"
            question = before.startswith(("could", "can", "would", "will", "please c")) or "you" in after
        if rng.random() < 0.15:
            text = f"{rng.choice(CALLS)} {text}"
        rates = TRAINING if kind == "request" else TEST
        return Turn(surface(text, question, rates, rng), action_json(do, core.device, room, value, delay), kind)

    def say(self, core: Core, room: str | None, rng: random.Random, stranger: Stranger = HOME) -> tuple[str, str, str | None]:
        """The bare phrase, the JSON verb and the JSON value."""
        text = core.pattern
        do, value = core.action, None
        if core.action in ("level", "temp", "color", "channel", "count"):
            draw = {"level": values.level, "temp": values.temperature, "color": values.color, "channel": values.channel, "count": values.duration}
            said, value = draw[core.action](rng)
            text, do = text.replace("{v}", said), "set"
        elif core.action in ("up", "down"):
            text, value = self._change(text, core.action == "up", core.device == "heater", rng)
            do = "set"
        elif core.action == "sense":
            do = "get"
        text = expand(text, rng)
        if "{p}" in text:
            options = [p for p in PROPERTIES[core.device] if "{x}" in p or stranger.device is None]
            text = text.replace("{p}", rng.choice(options))
        if "{in}" not in text and "{r}" not in text and room is not None and room != ALL_ROOMS and core.device != "all" and rng.random() < 0.25:
            # The place apart from the device, at either end of the phrase.
            text = text.replace("{x}", device_name(core.device, None, rng, stranger))
            place = located(room, rng, stranger).strip()
            text = f"{text} {place}" if rng.random() < 0.6 else f"{place} {text}"
        text = text.replace("{x}", device_name(core.device, room, rng, stranger))
        text = text.replace("{d}", stranger.device or rng.choice(DEVICES[core.device].names))
        text = text.replace("{in}", located(room, rng, stranger))
        return text.replace("{r}", room_name(room, rng, stranger)), do, value

    @staticmethod
    def _change(text: str, up: bool, degrees: bool, rng: random.Random) -> tuple[str, str]:
        steps, said = 2, ""
        size = steps if degrees else steps * 10
        if "{a}" in text:
            last = text.endswith("{a}")
            if rng.random() < 0.3:
                said, size = values.change(degrees, last, rng)
            else:
                said, steps = rng.choice([a for a in AMOUNTS if not (last and a[0] == "much")])
                size = steps if degrees else steps * 10
            text = text.replace("{a}", f" {said}" if said else "")
        return text, f"{'+' if up else '-'}{size}{'C' if degrees else '%'}"

    def _smalltalk(self, held: bool, rng: random.Random) -> Turn:
        answer, pattern = rng.choice(self.small[held])
        text = expand(pattern, rng)
        question = text.split()[0] in ASKING
        if not held and rng.random() < 0.3:
            text = loosen(text, self.telling[answer], rng)
        if rng.random() < 0.15:
            text = f"{rng.choice(CALLS)} {text}"
        if rng.random() < 0.08:
            text += rng.choice([" home", " my friend", " my home", " then", " dear"])
        return Turn(surface(text, question, TEST if held else TRAINING, rng), answer, "smalltalk")

    def _unknown(self, held: bool, rng: random.Random) -> Turn:
        text, question = self.refusals.draw(held, rng)
        if any(c.isalnum() for c in text):
            text = surface(text, question, TEST if held else TRAINING, rng)
        return Turn(text, UNKNOWN, "unknown")
