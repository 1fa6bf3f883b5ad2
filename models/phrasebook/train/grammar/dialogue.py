"""Draws turns of the phrasebook: what somebody types and what is answered."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from .phrases import Book, Filling, Phrase, sentence
from .surface import MARKS, POLITE, TEST, TRAINING, Rates, bare, mark, without_accents
from .unknown import ANSWERS, Outside

#: From, to.
DIRECTIONS = tuple(MARKS)
#: How often a question begins with "Excuse me", which is answered with it.
POLITELY = 0.12
#: How often a phrase is drawn: with each slot that it has there is more of it to learn.
WEIGHTS = (1.0, 4.0, 6.0, 7.0, 8.0)
#: Phrases made of numbers alone are worth more than their one slot.
NUMERIC = frozenset(("price", "clock", "num", "date", "date2", "phone", "number", "age"))


@dataclass(frozen=True)
class Turn:
    prompt: str
    answer: str
    #: combination, number (a combination whose slots are composed by rule), phrase (nothing to combine) or unknown.
    kind: str
    #: "en-es" and so on; of an unknown text the language that it is in.
    way: str


def key(prompt: str) -> str:
    """The same for prompts that differ in case, accents, spacing and punctuation alone."""
    return re.sub(r"[\W_]+", "", without_accents(prompt).lower())


def kind_of(phrase: Phrase) -> str:
    if not phrase.slots:
        return "phrase"
    return "number" if NUMERIC & set(phrase.slots) else "combination"


class Grammar:
    def __init__(self) -> None:
        self.book = Book()
        self.outside = Outside(self.book)
        self._weights = [WEIGHTS[len(p.slots)] + (3.0 if NUMERIC & set(p.slots) else 0.0) for p in self.book.phrases]

    def train(self, unknown: bool, rng: random.Random) -> Turn:
        if unknown:
            return self.unknown(False, TRAINING, rng)
        while True:
            phrase = rng.choices(self.book.phrases, self._weights)[0]
            filling = self.book.fill(phrase, rng)
            if not phrase.held_out(filling):
                return self.turn(phrase, filling, TRAINING, rng)

    def heldout(self, kind: str, rng: random.Random) -> Turn:
        if kind == "unknown":
            return self.unknown(True, TEST, rng)
        while True:
            phrase = rng.choices(self.book.phrases, self._weights)[0]
            if kind_of(phrase) != kind:
                continue
            filling = self.book.fill(phrase, rng)
            if kind == "phrase" or phrase.held_out(filling):
                return self.turn(phrase, filling, TEST, rng)

    def turn(self, phrase: Phrase, filling: Filling, rates: Rates, rng: random.Random) -> Turn:
        source, target = rng.choice(DIRECTIONS)
        text = self.book.render(source, rng.choice(phrase.wordings[source]), filling, rng)
        answer = sentence(target, self.book.render(target, phrase.canonical[target], filling))
        text = sentence(source, text)
        if phrase.canonical["en"].endswith("?") and rng.random() < POLITELY:
            text = rng.choice(POLITE[source]) + lower(source, text)
            answer = POLITE[target][0] + lower(target, answer)
            if source != "zh":
                text = text[0].upper() + text[1:]
            if target != "zh":
                answer = answer[0].upper() + answer[1:]
        return Turn(mark(source, target, bare(source, text, rates, rng), rng), answer, kind_of(phrase), f"{source}-{target}")

    def unknown(self, held: bool, rates: Rates, rng: random.Random) -> Turn:
        source, target = rng.choice(DIRECTIONS)
        text = bare(source, sentence(source, self.outside.text(source, held, rng)), rates, rng)
        return Turn(mark(source, target, text, rng), ANSWERS[source], "unknown", source)


def lower(language: str, text: str) -> str:
    """A sentence that another one begins in front of: its first letter is small, unless it is "I"."""
    if language == "zh" or re.match(r"I\b", text):
        return text
    at = 1 if text[0] in "¿¡" else 0
    return text[:at] + text[at].lower() + text[at + 1 :]
