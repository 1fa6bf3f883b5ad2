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


def expansions(pattern: str) -> list[str]:
    """All that a pattern can say; slots stay as they are."""
    match = _GROUP.search(pattern)
    if match is None:
        return [pattern]
    return [text for choice in match.group(1).split("|") for text in expansions(pattern[: match.start()] + choice + pattern[match.end() :])]


def hold_out(
    patterns: Sequence[str], share: float, rng: random.Random, also_known: Iterable[str] = (), telling: Iterable[str] | None = None
) -> tuple[list[str], list[str]]:
    """Splits patterns into (trained, held out), about `share` of them held out.

    A pattern may be held out only while every word in it is still said by another trained pattern
    of the same list or is in `also_known`: the test then asks for an unseen *phrasing*, not for the
    meaning of a word that the model never met. With `telling`, all that it can say must contain one
    of these words.
    """
    count = Counter(word for pattern in patterns for word in words(pattern))
    known = set(also_known)
    needed = None if telling is None else set(telling)
    order = list(patterns)
    rng.shuffle(order)
    held: set[str] = set()
    for pattern in order:
        if len(held) >= round(share * len(patterns)):
            break
        if needed is not None and not all(words(text) & needed for text in expansions(pattern)):
            continue
        if all(count[word] >= 2 or word in known for word in words(pattern)):
            held.add(pattern)
            count.subtract(words(pattern))
    return [p for p in patterns if p not in held], [p for p in patterns if p in held]
