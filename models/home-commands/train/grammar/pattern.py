"""Phrase patterns: the little language in which the grammar is written.

A pattern is text with alternatives in round brackets, `(turn|switch) on {x}`, and slots in braces.
One pattern is one *phrasing*: when it is held out, all of its alternatives are held out with it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence

_GROUP = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{[a-z]+\}")
_WORD = re.compile(r"[a-z']+")


def expand(pattern: str, rng: random.Random) -> str:
    """Picks one alternative of every bracket, innermost first; slots stay as they are."""
    while True:
        match = _GROUP.search(pattern)
        if match is None:
            return re.sub(r" +", " ", pattern).strip()
        choice = rng.choice(match.group(1).split("|"))
        pattern = pattern[: match.start()] + choice + pattern[match.end() :]


def words(pattern: str) -> set[str]:
    """All the words that a pattern can say, in all of its alternatives, without its slots."""
    return set(_WORD.findall(_SLOT.sub(" ", pattern)))


def hold_out(
    patterns: Sequence[str], share: float, rng: random.Random, also_known: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """Splits patterns into (trained, held out).

    A pattern may be held out only while every word in it is still said by another trained pattern
    of the same list or is in `also_known`: the test then asks for an unseen *phrasing*, not for the
    meaning of a word that the model never met.
    """
    count = Counter(word for pattern in patterns for word in words(pattern))
    known = set(also_known)
    order = list(patterns)
    rng.shuffle(order)
    held: set[str] = set()
    for pattern in order:
        if len(held) >= round(share * len(patterns)):
            break
        if all(count[word] >= 2 or word in known for word in words(pattern)):
            held.add(pattern)
            count.subtract(words(pattern))
    return [p for p in patterns if p not in held], [p for p in patterns if p in held]
