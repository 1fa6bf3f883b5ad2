"""Tells a story: one line of each beat, in paragraphs, with the cast put in."""

from __future__ import annotations

import random
import re

from .cast import Cast, World

#: The beats of a story in order; each list is a paragraph. `try` comes once or twice, each time another one.
PARAGRAPHS = (("opening", "habit"), ("day", "want", "problem", "feeling", "try"), ("meet", "tell", "solve", "after"), ("thanks", "end"))
PRONOUNS = {"he": {"he": "he", "his": "his", "him": "him", "himself": "himself"}, "she": {"he": "she", "his": "her", "him": "her", "himself": "herself"}}

_GROUP = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")


def article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def fill(line: str, cast: Cast, rng: random.Random) -> str:
    """One way to say a line: an alternative of each bracket, the cast in each slot; {a_slot} with its article."""
    while match := _GROUP.search(line):
        line = line[: match.start()] + rng.choice(match.group(1).split("|")) + line[match.end() :]

    words = {
        "hero": cast.hero, "kind": cast.kind, "trait": cast.trait, "spot": cast.spot, "thing": cast.thing, "colour": cast.colour,
        "friend": cast.friend, "fkind": cast.friend_kind, "ftrait": cast.friend_trait,
    }  # fmt: skip

    def said(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot.lower() in PRONOUNS["he"]:
            word = PRONOUNS[cast.gender][slot.lower()]
        elif slot[0] in "fF" and slot[1:] in PRONOUNS["he"]:
            word = PRONOUNS[cast.friend_gender][slot[1:]]
        else:
            name = slot[0].lower() + slot[1:]
            word = words[name.removeprefix("a_")]
            word = article(word) if name.startswith("a_") else word
        return word[0].upper() + word[1:] if slot[0].isupper() else word

    return _SLOT.sub(said, line)


def lines_of(world: World, cast: Cast, beat: str) -> tuple[str, ...]:
    name = f"solve {cast.ability}" if beat == "solve" else beat
    return cast.plot.beats[name] if name in cast.plot.beats else world.common[name]


def tell(world: World, cast: Cast, rng: random.Random) -> str:
    paragraphs = []
    for beats in PARAGRAPHS:
        said = []
        for beat in beats:
            lines = lines_of(world, cast, beat)
            count = rng.choice((1, 2)) if beat == "try" else 1
            said.extend(fill(line, cast, rng) for line in rng.sample(lines, count))
        paragraphs.append(" ".join(said))
    return "\n".join(paragraphs)
