"""Draws turns: a prompt as somebody would type it and the one right answer."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass

from grammar import values
from grammar.home import ALL_ROOMS, DEVICES, HOUSE_WIDE, OTHER_DEVICES, OTHER_ROOMS, ROOMS
from grammar.pattern import expand, hold_out
from grammar.requests import AMOUNTS, CALLS, PHRASES, POLITE, PROPERTIES
from grammar.smalltalk import SMALL_TALK
from grammar.surface import surface
from grammar.unknown import FILLERS, LACKING, NOISE, REFUSED, WORLD

UNKNOWN = '{"do":"unknown"}'

#: Words that are learned everywhere, so that a held-out phrasing may be the last of its list to say them.
_FUNCTION_WORDS = frozenset(
    "a an the i you we it is are be to of in on at for me my us and or do does did can could would should want "
    "need like please that this have has been so very there what how who where when all some if will not no now "
    "get make go let with from up down your any am was".split()
)
_PHRASING_SHARE = 0.15
_COMBINATION_SHARE = 0.12
#: Orders that may be put off ("in ten minutes"); a change or a question never is.
_DELAYABLE = ("on", "off", "open", "close", "lock", "unlock", "level", "temp", "color")
_ACTION_WEIGHT = {"level": 2.0, "temp": 1.6, "up": 1.5, "down": 1.5, "count": 1.4, "on": 1.8, "off": 1.8, "get": 1.6, "channel": 0.7, "next": 0.4}
_ASKING = frozenset("who what how where why when which is are am do does did has have can could will would".split())
_REFUSED_DEVICES = ("lamp", "fan", "heater", "blinds", "window", "door", "music", "tv", "plug")
_LACKING_ABILITY = {
    "unlockable": ("lamp", "fan", "heater", "blinds", "window", "tv", "plug", "coffee"),
    "unopenable": ("lamp", "fan", "heater", "music", "tv", "plug"),
    "uncolored": ("fan", "heater", "blinds", "window", "door", "tv", "plug"),
    "unlevelled": ("window", "door", "plug", "coffee", "vacuum"),
    "undimmed": ("fan", "heater", "window", "door", "plug", "coffee"),
    "unheated": ("lamp", "fan", "music", "blinds", "plug"),
}


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


def key(prompt: str) -> str:
    """What two prompts share when only case, spacing or punctuation parts them."""
    return "".join(c for c in prompt.lower() if c.isalnum())


def action_json(do: str, device: str, room: str | None, value: str | None, delay: str | None) -> str:
    """The compact JSON of an action; the keys always stand in this order."""
    fields = {"do": do, "dev": device, "room": room, "val": value, "in": delay}
    return json.dumps({k: v for k, v in fields.items() if v is not None}, separators=(",", ":"), ensure_ascii=False)


def room_name(room: str | None, rng: random.Random) -> str:
    """The room after "in": with its article."""
    if room is None:
        return "here"
    if room == ALL_ROOMS:
        return rng.choice(["every room", "all rooms", "the whole house", "the entire house", "all the rooms", "the house"])
    return rng.choices(["the ", "my ", "our ", ""], [85, 6, 3, 6])[0] + rng.choice(ROOMS[room])


def located(room: str | None, rng: random.Random) -> str:
    """"in the room" for a room, nothing (or "here") for none."""
    if room is None:
        return rng.choice([" in here", " here"]) if rng.random() < 0.08 else ""
    if room == ALL_ROOMS and rng.random() < 0.4:
        return rng.choice([" everywhere", " throughout the house"])
    return " in " + room_name(room, rng)


def device_name(device: str, room: str | None, rng: random.Random) -> str:
    """A noun phrase for a device in a room, in no room, or everywhere."""
    spec = DEVICES[device]
    name = rng.choice(spec.names)
    if device == "all":
        return name + ("" if room is None else located(room, rng))
    article = rng.choices(["the ", "my ", "our ", "", "that "], [75, 7, 3, 13, 2])[0]
    if room is None:
        return article + name
    if room == ALL_ROOMS:
        if spec.plurals and rng.random() < 0.6:
            plural = rng.choice(spec.plurals)
            start = rng.choice(["all the ", "all ", "all of the ", "all my "])
            return start + plural + rng.choice(["", "", " in the house", " everywhere"])
        return article + name + located(room, rng)
    if rng.random() < 0.5:
        return article + rng.choice(ROOMS[room]) + " " + name
    return article + name + located(room, rng)


class Grammar:
    """All phrasings and combinations, split once into trained and held out by the generator's seed."""

    def __init__(self, rng: random.Random) -> None:
        self.cores: dict[bool, list[Core]] = {False: [], True: []}
        for phrases in PHRASES:
            moods = {"order": phrases.order, "say": phrases.say, "ask": phrases.ask}
            listed = [(mood, pattern) for mood, patterns in moods.items() for pattern in patterns]
            trained, _ = hold_out([p for _, p in listed], _PHRASING_SHARE, rng, _FUNCTION_WORDS)
            for device in phrases.devices:
                for mood, pattern in listed:
                    self.cores[pattern not in trained].append(Core(phrases.action, device, mood, pattern))
        self.polite = self._halves(hold_out(["|".join(p) for p in POLITE], 0.12, rng))
        self.small: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
        for answer, patterns in SMALL_TALK.items():
            for held, part in zip((False, True), hold_out(patterns, _PHRASING_SHARE, rng, _FUNCTION_WORDS)):
                self.small[held] += [(answer, pattern) for pattern in part]
        every = frozenset(w for p in WORLD + NOISE for w in re.findall(r"[a-z']+", p))
        self.world = self._halves(hold_out(WORLD, _PHRASING_SHARE, rng, every))
        self.noise = self._halves(hold_out(NOISE, _PHRASING_SHARE, rng, every))
        self.lacking = self._halves(hold_out(LACKING, _PHRASING_SHARE, rng, _FUNCTION_WORDS))
        self.refused = self._halves(hold_out(REFUSED, _PHRASING_SHARE, rng, _FUNCTION_WORDS))
        triples = sorted({(c.device, room, c.action) for c in self.cores[False] if c.takes_room for room in ROOMS})
        self.held_triples = rng.sample(triples, round(_COMBINATION_SHARE * len(triples)))
        self._held_set = frozenset(self.held_triples)
        self._by_action: dict[bool, dict[tuple[str, str], list[Core]]] = {False: {}, True: {}}
        for held, cores in self.cores.items():
            for core in cores:
                self._by_action[held].setdefault((core.action, core.device), []).append(core)

    @staticmethod
    def _halves(split: tuple[list[str], list[str]]) -> dict[bool, list[str]]:
        return {False: split[0], True: split[1]}

    def split(self) -> dict[str, object]:
        """What is held out, for the reader of the test."""
        return {
            "phrasings": sorted({f"{c.action}: {c.pattern}" for c in self.cores[True]}),
            "politeness": sorted(self.polite[True]),
            "combinations": sorted(" ".join(t) for t in self.held_triples),
            "smalltalk": sorted(pattern for _, pattern in self.small[True]),
            "unknown": sorted(self.world[True] + self.noise[True] + self.lacking[True] + self.refused[True]),
        }

    def train(self, kind: str, rng: random.Random) -> Turn:
        """A training turn of the kind request, smalltalk or unknown."""
        if kind == "smalltalk":
            return self._smalltalk(False, rng)
        if kind == "unknown":
            return self._unknown(False, rng)
        core = self._core(False, rng)
        return self._finish(core, self._room(core, rng), False, "request", rng)

    def heldout(self, kind: str, rng: random.Random) -> Turn:
        """A turn whose phrasing, combination or filler was never trained on."""
        if kind == "smalltalk":
            return self._smalltalk(True, rng)
        if kind == "unknown":
            return self._unknown(True, rng)
        if kind == "phrasing":
            core = self._core(True, rng)
            return self._finish(core, self._room(core, rng), rng.random() < 0.5, kind, rng)
        device, room, action = rng.choice(self.held_triples)
        cores = [c for c in self._by_action[False][action, device] if c.takes_room]
        return self._finish(rng.choice(cores), room, False, kind, rng)

    def _core(self, held: bool, rng: random.Random) -> Core:
        groups = self._by_action[held]
        pairs = list(groups)
        action, device = rng.choices(pairs, [_ACTION_WEIGHT.get(action, 1.0) for action, _ in pairs])[0]
        return rng.choice(groups[action, device])

    def _room(self, core: Core, rng: random.Random) -> str | None:
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
        text, do, value = self._say(core, room, rng)
        delay = None
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
        else:
            question = core.mood == "ask"
        if rng.random() < 0.15:
            text = f"{rng.choice(CALLS)} {text}"
        return Turn(surface(text, question, rng), action_json(do, core.device, room, value, delay), kind)

    def _say(self, core: Core, room: str | None, rng: random.Random) -> tuple[str, str, str | None]:
        """The bare phrase, the JSON verb and the JSON value."""
        text = core.pattern
        degrees = core.device == "heater"
        do, value = core.action, None
        if core.action in ("level", "temp", "color", "channel", "count"):
            draw = {"level": values.level, "temp": values.temperature, "color": values.color, "channel": values.channel, "count": values.duration}
            said, value = draw[core.action](rng)
            text, do = text.replace("{v}", said), "set"
        elif core.action in ("up", "down"):
            text, value = self._change(text, core.action == "up", degrees, rng)
            do = "set"
        elif core.action == "sense":
            do = "get"
        text = expand(text, rng)
        if "{p}" in text:
            options = PROPERTIES[core.device]
            text = text.replace("{p}", rng.choice(options))
        if "{in}" not in text and "{r}" not in text and room is not None and room != ALL_ROOMS and core.device != "all" and rng.random() < 0.25:
            text = text.replace("{x}", device_name(core.device, None, rng))
            place = located(room, rng).strip()
            text = f"{text} {place}" if rng.random() < 0.6 else f"{place} {text}"
        return self._fill(text, core.device, room, rng), do, value

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

    @staticmethod
    def _fill(text: str, device: str, room: str | None, rng: random.Random) -> str:
        text = text.replace("{x}", device_name(device, room, rng))
        text = text.replace("{d}", rng.choice(DEVICES[device].names))
        text = text.replace("{in}", located(room, rng))
        return text.replace("{r}", room_name(room, rng))

    def _smalltalk(self, held: bool, rng: random.Random) -> Turn:
        answer, pattern = rng.choice(self.small[held])
        text = expand(pattern, rng)
        if rng.random() < 0.15:
            text = f"{rng.choice(CALLS)} {text}"
        if rng.random() < 0.08:
            text += rng.choice([" home", " my friend", " my home", " then", " dear"])
        question = text.split()[0] in _ASKING
        return Turn(surface(text, question, rng), answer, "smalltalk")

    def _unknown(self, held: bool, rng: random.Random) -> Turn:
        """Held-out ones have an unseen phrasing, or a trained one around words that were never trained on."""
        lists = rng.choices([self.world, self.lacking, self.refused, self.noise], [38, 27, 26, 9])[0]
        held_filler = False
        patterns = lists[held]
        if held and rng.random() < 0.4 and lists is not self.refused:
            held_filler = True
            slots = tuple(f"{{{name}}}" for name in (*FILLERS, "y", "other"))
            patterns = [p for p in lists[False] if any(slot in p for slot in slots)]
        text = expand(rng.choice(patterns), rng)
        text = re.sub(r"\{([a-z]+)\}", lambda match: self._unknown_slot(match.group(1), held_filler, rng), text)
        if not any(c.isalnum() for c in text):
            return Turn(text, UNKNOWN, "unknown")
        if rng.random() < 0.12:
            text = f"{rng.choice(CALLS)} {text}"
        question = text.split()[0] in _ASKING
        if not question and rng.random() < 0.15 and lists is not self.refused and lists is not self.noise:
            text = f"{rng.choice(['please', 'could you', 'can you', 'i want you to', 'can you please'])} {text}"
        return Turn(surface(text, question, rng), UNKNOWN, "unknown")

    def _unknown_slot(self, slot: str, held: bool, rng: random.Random) -> str:
        if slot in FILLERS:
            return rng.choice(FILLERS[slot][held])
        if slot == "n":
            return values.number_text(rng.randint(0, 100), rng)
        if slot == "odd":
            return values.odd_word(rng)
        if slot in ("y", "other"):
            if rng.random() < 0.2 and not held:
                return values.odd_word(rng)
            return rng.choice((OTHER_DEVICES if slot == "y" else OTHER_ROOMS)[held])
        if slot in ("order", "second"):
            core = self._core(False, rng)
            while core.mood != "order" or core.action in ("next", "count"):
                core = self._core(False, rng)
            return self._say(core, self._room(core, rng), rng)[0]
        if slot == "r":
            return room_name(rng.choice(list(ROOMS)), rng)
        device = rng.choice(_LACKING_ABILITY.get(slot, _REFUSED_DEVICES))
        room = rng.choice([None, rng.choice(list(ROOMS))])
        return rng.choice(DEVICES[device].names) if slot == "d" else device_name(device, room, rng)
