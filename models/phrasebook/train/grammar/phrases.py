"""The phrases of book/*.txt: three lines each, what is answered first, then what is understood as well.

`{slot}` is filled from the word list of its name (a figure behind it makes another one of the same list),
`{slot.form}` asks for a form, `{slot?one/many}` chooses by number, `{slot!m/f/ms/fs}` by gender and number,
`{word:slot}` is an adjective that agrees with a noun. `[...]` may be left out.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from pathlib import Path

from .numbers import DAY_PARTS, MINUTES, Clock, Date, Price, chinese, english, spanish
from .words import LANGUAGES, Filler, Word, adjective, form, load

FOLDER = Path(__file__).resolve().parent.parent / "book"
#: Of the combinations of a phrase and its fillers, in percent, those that are never trained on.
HELD_OUT = 12
#: How often a word of the list is said in another way that is understood, where the line has one.
SYNONYMS = 0.3

#: Lists of units, which are counted from one on.
UNITS = {"period", "span", "stay"}

_BRACE = re.compile(r"\{([^{}]+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"^([a-z]+)(\d?)$")

Filling = dict[str, object]


@dataclass(frozen=True)
class Phrase:
    """canonical: what is answered; wordings: all that is understood, the canonical one among them."""

    topic: str
    canonical: dict[str, str]
    wordings: dict[str, tuple[str, ...]]
    slots: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.canonical["en"]

    def held_out(self, filling: Filling) -> bool:
        if not self.slots:
            return False
        text = self.name + "".join(f"|{slot}={name_of(filling[slot])}" for slot in self.slots)
        return int.from_bytes(hashlib.md5(text.encode()).digest()[:4], "big") % 100 < HELD_OUT


def name_of(filler: object) -> str:
    return filler.name if isinstance(filler, Filler) else filler.said("en") if isinstance(filler, (Price, Clock, Date)) else str(filler)


def slots_of(pattern: str, tables: dict[str, tuple[Filler, ...]]) -> list[str]:
    """The slots of a pattern in the order in which they stand."""
    found: list[str] = []
    for inside in _BRACE.findall(pattern):
        for part in inside.split(":") if ":" in inside else [inside]:
            slot = re.split(r"[.?!]", part)[0]
            match = _SLOT.match(slot)
            known = match is not None and (match.group(1) in tables or match.group(1) in NUMBERS)
            if not known and ":" not in inside:
                raise ValueError(f"{pattern!r}: there is no list {slot!r}")
            if known and slot not in found:
                found.append(slot)
    return found


def read(folder: Path, tables: dict[str, tuple[Filler, ...]]) -> list[Phrase]:
    phrases: list[Phrase] = []
    for path in sorted(folder.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            lines = block.split("\n")
            if [line[:3] for line in lines] != [f"{language} " for language in LANGUAGES]:
                raise ValueError(f"{path.name}: a phrase has three lines, en, es and zh:\n{block}")
            wordings = {line[:2]: tuple(part.strip() for part in line[3:].split(" | ")) for line in lines}
            slots = {language: sorted(slots_of(wordings[language][0], tables)) for language in LANGUAGES}
            for language in LANGUAGES:
                for pattern in wordings[language]:
                    if sorted(slots_of(pattern, tables)) != slots["en"]:
                        raise ValueError(f"{path.name}: {pattern!r} has other slots than {wordings['en'][0]!r}")
            phrases.append(Phrase(path.stem, {lang: wordings[lang][0] for lang in LANGUAGES}, wordings, tuple(slots["en"])))
    return phrases


def _number(rng: random.Random) -> int:
    return rng.choices((rng.randrange(21), rng.randrange(100), rng.randrange(1000)), (3, 4, 3))[0]


def _price(rng: random.Random, tables: dict[str, tuple[Filler, ...]]) -> Price:
    currency = rng.choice(tables["currency"])
    amount = rng.choices((rng.randrange(1, 21), rng.randrange(1, 100), rng.randrange(100, 1000)), (3, 4, 3))[0]
    cents = rng.randrange(10, 100, 5) if currency.name in ("euro", "dollar") and amount < 100 and rng.random() < 0.4 else 0
    return Price(amount, cents, currency)


def _clock(rng: random.Random) -> Clock:
    part = rng.choice(list(DAY_PARTS)) if rng.random() < 0.35 else ""
    hour = rng.choice(list(DAY_PARTS[part][0])) if part else rng.randrange(1, 13)
    # With a part of the day the hour that is said must be one of it as well: a quarter to twelve is no evening's one.
    minutes = [m for m in MINUTES if not part or m <= 30 or hour + 1 in DAY_PARTS[part][0]]
    return Clock(hour, 0 if rng.random() < 0.3 else rng.choice(minutes), part)


NUMBERS = {
    "count": lambda rng, tables, one: rng.randrange(1 if one else 2, 13),
    "num": lambda rng, tables, one: _number(rng),
    "age": lambda rng, tables, one: rng.randrange(2, 100),
    "price": lambda rng, tables, one: _price(rng, tables),
    "clock": lambda rng, tables, one: _clock(rng),
    "date": lambda rng, tables, one: Date(rng.randrange(1, 31), rng.choice(tables["month"])),
    "platform": lambda rng, tables, one: str(rng.randrange(1, 25)),
    "number": lambda rng, tables, one: str(rng.randrange(100, 2000)),
    "phone": lambda rng, tables, one: "".join(rng.choice("0123456789") for _ in range(rng.randrange(6, 10))),
}


class Book:
    """All phrases and lists. `fill` draws fillers, `render` says a pattern with them."""

    def __init__(self) -> None:
        self.tables = load()
        self.phrases = read(FOLDER, self.tables)

    def fill(self, phrase: Phrase, rng: random.Random) -> Filling:
        filling: Filling = {}
        for slot in phrase.slots:
            table = _SLOT.match(slot).group(1)  # type: ignore[union-attr]
            for _ in range(20):
                filling[slot] = NUMBERS[table](rng, self.tables, bool(UNITS & set(phrase.slots))) if table in NUMBERS else rng.choice(self.tables[table])
                if list(filling.values()).count(filling[slot]) == 1:
                    break
        when, clock = filling.get("when"), filling.get("clock")
        if isinstance(when, Filler) and isinstance(clock, Clock) and re.search("today|tomorrow|night|this", when.name):
            # "tomorrow morning at six" and "tomorrow at six in the morning" are the same words in Chinese.
            filling["clock"] = Clock(clock.hour, clock.minute)
        return filling

    def render(self, language: str, pattern: str, filling: Filling, typed: random.Random | None = None) -> str:
        """typed: says words in other ways and numbers in figures, as people type them; without it, as answers do."""
        chosen: dict[str, Word] = {}
        for slot, filler in filling.items():
            if isinstance(filler, Filler):
                words = filler.words[language]
                chosen[slot] = typed.choice(words[1:]) if typed and len(words) > 1 and typed.random() < SYNONYMS else words[0]
        figures = typed is not None and typed.random() < 0.4
        gender = next((chosen[unit].gender for unit in sorted(UNITS) if unit in chosen), "m")

        def said(match: re.Match[str]) -> str:
            inside = match.group(1)
            if ":" in inside:
                lemma, noun = inside.split(":")
                noun, _, many = noun.partition(".")
                return adjective(chosen[lemma].text if lemma in chosen else lemma, chosen[noun], many == "s")
            if "?" in inside:
                slot, choices = inside.split("?")
                return choices.split("/")[chosen[slot].plural]
            if "!" in inside:
                slot, choices = inside.split("!")
                word = chosen[slot] if language == "es" else filling[slot].said("es")  # type: ignore[union-attr]
                return choices.split("/")[2 * word.plural + (word.gender == "f")]
            slot, _, name = inside.partition(".")
            if slot in chosen:
                return form(language, chosen[slot], name, filling.get("count"))  # type: ignore[arg-type]
            return number(language, filling[slot], slot.rstrip("0123456789"), name, gender, typed if figures else None)

        if typed:
            pattern = _OPTIONAL.sub(lambda match: match.group(1) if typed.random() < 0.5 else "", pattern)
        text = _BRACE.sub(said, pattern)
        if language == "es":
            text = re.sub(r"\ba el (?=\S)", "al ", re.sub(r"\bde el (?=\S)", "del ", text))
        return text.replace("s's ", "s' ")


def number(language: str, value: object, kind: str, name: str, gender: str, typed: random.Random | None) -> str:
    """A filler that is composed by rule, in words, or in figures where it is typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, Price):
        return value.typed(language, typed) if typed else value.said(language)
    if isinstance(value, (Clock, Date)):
        return value.typed(language, name, typed) if typed else value.said(language, name)
    assert isinstance(value, int)
    if typed:
        return str(value)
    if language == "en":
        return english(value)
    if language == "zh":
        return chinese(value, counting=kind in ("count", "age"))
    return spanish(value, {"count": gender, "age": "m"}.get(kind))


def sentence(language: str, text: str) -> str:
    """As answers are written: a capital, and a stop where there is none."""
    if language == "zh":
        return text if text[-1] in "？！。" else text + "。"
    at = 1 if text[0] in "¿¡" else 0
    text = text[:at] + text[at].upper() + text[at + 1 :]
    return text if text[-1] in "?!." else text + "."
