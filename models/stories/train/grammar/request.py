"""What a child asks for, and whether a story keeps to it."""

from __future__ import annotations

import random
import re

from .cast import Cast, World
from .teller import article

#: The first part of a request; {} is what it is about.
ASKING = (
    "tell me a story about {}", "a story about {}", "tell a story about {}", "can you tell me a story about {}?", "I want a story about {}",
    "please tell me a story about {}", "I would like to hear a story about {}", "do you know a story about {}?", "{}",
)  # fmt: skip
OPEN = (
    "tell me a story", "a story, please", "tell me another story", "can you tell me a story?", "please tell me a story", "I cannot sleep",
    "once upon a time", "a bedtime story", "read me a story", "what happens next?", "more", "story",
)  # fmt: skip


def topics(cast: Cast) -> tuple[str, ...]:
    found = [
        article(cast.kind), f"{article(cast.kind)} named {cast.hero}", f"{cast.hero}", f"{article(cast.trait)} {cast.kind}", f"{cast.hero} the {cast.kind}",
        f"{article(cast.kind)} and {article(cast.friend_kind)}", f"{cast.hero} and {cast.friend}", f"{article(cast.kind)} in {article(cast.spot)}",
    ]  # fmt: skip
    if cast.thing:
        found += [article(cast.thing), f"{article(cast.colour)} {cast.thing}", f"{article(cast.kind)} and {article(cast.thing)}", f"{cast.hero} and {article(cast.colour)} {cast.thing}"]
    found += [line.format(thing=cast.thing, a_thing=article(cast.thing)) if cast.thing else line for line in cast.plot.beats["ask"]]
    return tuple(found)


def request(cast: Cast, rng: random.Random) -> str:
    """A request that the story of this cast answers."""
    text = rng.choice(OPEN) if rng.random() < 0.15 else rng.choice(ASKING).format(rng.choice(topics(cast)))
    if rng.random() < 0.3:
        text = re.sub(r"\?$", "", text)
    return text if rng.random() < 0.6 else text[0].upper() + text[1:] + ("" if text[-1] in "?." or rng.random() < 0.5 else ".")


class Asked:
    """All that requests can name: kinds, names and things as words, troubles as the lines of [ask]."""

    def __init__(self, world: World) -> None:
        self._words = {
            ("kind", "fkind"): set(world.heroes) | set(world.helpers),
            ("hero", "friend"): {name for names in world.names.values() for name in names},
            ("thing",): set(world.things),
        }
        lines = [(plot.name, line) for plot in world.plots.values() for line in plot.beats["ask"]]
        self._troubles = [(name, re.compile(re.sub(r"\{\w+\}", ".+", line))) for name, line in lines]

    def missing(self, asked: str, facts: dict[str, str]) -> list[str]:
        """What a request names and a story, by its facts, does not have."""
        found = [
            word
            for slots, words in self._words.items()
            for word in words
            if re.search(rf"\b{re.escape(word)}\b", asked) and word not in {facts.get(slot) for slot in slots}
        ]
        return found + [name for name, line in self._troubles if line.search(asked) and facts.get("plot") != name]
