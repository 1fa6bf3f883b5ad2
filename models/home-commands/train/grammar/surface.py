"""The surface of a phrase: contractions, punctuation, capitals and slips of the finger."""

from __future__ import annotations

import random
import re

_CONTRACTIONS = (
    ("i would", "i'd"), ("i am", "i'm"), ("i will", "i'll"), ("i have", "i've"), ("it is", "it's"),
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
#: Shorter words are left alone: one letter less often makes another word of them.
_SHORTEST_SLIP = 5


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


def capitals(text: str, rng: random.Random) -> str:
    """Lower case as typed in haste, a written sentence, a title, or shouting."""
    draw = rng.random()
    if draw < 0.55:
        return text
    if draw < 0.955:
        text = re.sub(r"\bi\b", "I", text)
        if rng.random() < 0.5:
            text = re.sub(r"\btv\b", "TV", text)
        return text[:1].upper() + text[1:]
    if draw < 0.98:
        return re.sub(r"(^| )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)
    return text.upper()


def surface(text: str, question: bool, rng: random.Random) -> str:
    """The phrase as somebody would type it."""
    text = contract(text, rng)
    if rng.random() < 0.06:
        text = slip(text, rng)
    return capitals(punctuate(text, question, rng), rng)
