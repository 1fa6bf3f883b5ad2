"""The surface of a phrase: contractions, punctuation, capitals and slips of the finger."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

_CONTRACTIONS = (
    ("i would", "i'd"), ("i am", "i'm"), ("i will", "i'll"), ("it is", "it's"),
    ("what is", "what's"), ("who is", "who's"), ("where is", "where's"), ("how is", "how's"),
    ("do not", "don't"), ("is not", "isn't"), ("that is", "that's"), ("you are", "you're"),
    ("we are", "we're"), ("i want to", "i wanna"), ("there is", "there's"), ("should not", "shouldn't"),
)

#: Words that carry the value of a command: a slip there would change what is asked.
_PROTECTED = frozenset(
    "red green blue yellow orange purple violet pink white warm cool quarter quarters three seven "
    "eight twenty thirty forty fifty sixty seventy eighty ninety eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen hundred seconds second minutes minute hours".split()
)
_FILLERS = ("um", "uh", "er", "actually", "just", "really", "hmm")
#: Shorter words are left alone: one letter less often makes another word of them.
_SHORTEST_SLIP = 6


@dataclass(frozen=True)
class Rates:
    """How often a phrase has a small word put in, a slip of the finger, and is shouted."""

    hesitate: float
    slip: float
    shout: float


#: The test is typed as people type; training sees the rare surfaces more often, or it hardly learns them.
TEST = Rates(hesitate=0.03, slip=0.04, shout=0.015)
TRAINING = Rates(hesitate=0.05, slip=0.09, shout=0.035)


def contract(text: str, rng: random.Random) -> str:
    """Contracts what speech contracts, in about half of the phrases; some writers drop apostrophes."""
    if rng.random() < 0.5:
        for full, short in _CONTRACTIONS:
            text = re.sub(rf"\b{full}(?= )", short, text)
    if rng.random() < 0.08:
        text = text.replace("'", "")
    return text


def slip(text: str, rng: random.Random) -> str:
    """Drops, doubles or swaps one inner letter of one longer word."""
    candidates = [m for m in re.finditer(r"[a-z]+", text) if len(m.group()) >= _SHORTEST_SLIP and m.group() not in _PROTECTED]
    if not candidates:
        return text
    match = rng.choice(candidates)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def punctuate(text: str, question: bool, rng: random.Random) -> str:
    """Joins or drops inner commas and closes the sentence, or does not."""
    text = text.replace(" ,", "," if rng.random() < 0.7 else "").replace(" :", ":")
    text = re.sub(r" +", " ", text).strip(" ,")
    if text and not text[-1].isalnum() and text[-1] not in "%°":
        return text
    draw = rng.random()
    if question:
        return text + ("?" if draw < 0.6 else "." if draw < 0.63 else "")
    return text + ("." if draw < 0.25 else "!" if draw < 0.33 else "")


def capitals(text: str, shout: float, rng: random.Random) -> str:
    """Lower case as typed in haste, a written sentence, or shouting."""
    if rng.random() < shout:
        return text.upper()
    if rng.random() < 0.58:
        return text
    text = re.sub(r"\bi\b", "I", text)
    if rng.random() < 0.5:
        text = re.sub(r"\btv\b", "TV", text)
    return text[:1].upper() + text[1:]


def hesitate(text: str, rng: random.Random) -> str:
    """Puts a small word without meaning somewhere between two others."""
    parts = text.split(" ")
    if len(parts) < 3:
        return text
    parts.insert(rng.randrange(1, len(parts)), rng.choice(_FILLERS))
    return " ".join(parts)


def surface(text: str, question: bool, rates: Rates, rng: random.Random) -> str:
    """The phrase as somebody would type it."""
    if rng.random() < rates.hesitate:
        text = hesitate(text, rng)
    text = contract(text, rng)
    if rng.random() < rates.slip:
        text = slip(text, rng)
    return capitals(punctuate(text, question, rng), rates.shout, rng)
