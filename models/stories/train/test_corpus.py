"""Tests of the corpus: every story is read back, the parser sees what is wrong, requests are kept, a seed fixes every byte.

Run: python -m unittest test_corpus (needs nothing but Python).
"""

from __future__ import annotations

import dataclasses
import random
import re
import unittest

from corpus import SEED, heldout, turn
from grammar.cast import World
from grammar.parser import Parser
from grammar.request import Asked, request
from grammar.teller import PARAGRAPHS, lines_of, tell

DRAWS = 1000


class StoriesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.world = World()
        cls.reader = Parser(cls.world)
        rng = random.Random(1)
        cls.casts = [cls.world.cast(rng) for _ in range(DRAWS)]
        cls.told = [tell(cls.world, cast, rng) for cast in cls.casts]

    def test_every_story_is_read_back(self) -> None:
        for cast, story in zip(self.casts, self.told):
            reading = self.reader.read(story)
            self.assertTrue(reading.clean, f"{story}\n{reading.faults} {reading.strange}")
            wanted = {"hero": cast.hero, "kind": cast.kind, "friend": cast.friend, "fkind": cast.friend_kind, "plot": cast.plot.name, "ability": cast.ability}
            self.assertEqual(wanted, {slot: reading.facts[slot] for slot in wanted})
            if cast.thing:
                self.assertEqual((cast.thing, cast.colour), (reading.facts["thing"], reading.facts["colour"]))

    def test_no_slot_or_bracket_is_left(self) -> None:
        for story in self.told:
            self.assertNotRegex(story, r"[{}()|]|  |\ba [aeiou](?!ne)|\ban [^aeiou]|\",")

    def test_a_plot_that_does_not_close_is_seen(self) -> None:
        seen = dict.fromkeys(("no solve", "no end", "goes on", "other thing", "other hero", "wrong helper"), 0)
        for cast, story in zip(self.casts, self.told):
            opening, trouble, help_, thanks = story.split("\n")
            others = [name for name in self.world.names[cast.gender] if name not in (cast.hero, cast.friend)]
            wrong = next(kind for kind, (abilities, _) in self.world.helpers.items() if cast.ability not in abilities)
            broken = {
                "no solve": "\n".join((opening, trouble, thanks)),
                "no end": story.removesuffix(" The end."),
                "goes on": f"{story} {thanks}",
                "other hero": "\n".join((opening, trouble.replace(cast.hero, others[0]), help_, thanks)),
                "wrong helper": tell(self.world, dataclasses.replace(cast, friend_kind=wrong), random.Random(2)),
            }
            if cast.thing:
                other = next(thing for thing in self.world.things if thing != cast.thing)
                broken["other thing"] = "\n".join((opening, trouble, help_.replace(cast.thing, other), thanks))
            for name, text in broken.items():
                self.assertFalse(self.reader.read(text).closed, f"{name}:\n{text}")
                seen[name] += 1
        self.assertTrue(all(seen.values()), seen)

    def test_a_strange_sentence_is_seen_and_closes_the_plot_all_the_same(self) -> None:
        story = self.told[0]
        opening, *rest = story.split("\n")
        reading = self.reader.read("\n".join((f"{opening} He ate the moon.", *rest)))
        self.assertEqual((True, False), (reading.closed, reading.clean))

    def test_a_request_is_kept_by_its_story_and_not_by_others(self) -> None:
        rng, asked, missed = random.Random(3), Asked(self.world), 0
        for index, cast in enumerate(self.casts):
            text = request(cast, rng)
            self.assertFalse(asked.missing(text, self.reader.read(self.told[index]).facts), text)
            missed += bool(asked.missing(text, self.reader.read(self.told[index - 1]).facts))
        self.assertGreater(missed, DRAWS // 2)

    def test_lists_are_whole(self) -> None:
        for name, plot in self.world.plots.items():
            for need in plot.needs:
                able = [kind for kind, (abilities, _) in self.world.helpers.items() if need in abilities]
                self.assertGreater(len(able), 1, need)
                self.assertTrue(plot.beats[f"solve {need}"], name)
            self.assertEqual(bool(plot.happens), any("{thing}" in line for line in plot.beats["problem"]), name)
            if plot.happens:
                self.assertGreater(sum(plot.happens in happens for _, happens in self.world.things.values()), 3)
        self.assertFalse(set(self.world.names["he"]) & set(self.world.names["she"]))
        for cast in self.casts:
            for paragraph in PARAGRAPHS:
                self.assertTrue(all(lines_of(self.world, cast, beat) for beat in paragraph))

    def test_held_out_casts_are_never_trained(self) -> None:
        share = sum(cast.held_out() for cast in self.casts) / DRAWS
        self.assertTrue(0.06 < share < 0.14, share)
        rng = random.Random(4)
        trained = {turn(self.world, False, rng)["answer"] for _ in range(500)}
        for one in heldout(self.world, random.Random(5), 100):
            self.assertNotIn(one["answer"], trained)

    def test_a_seed_fixes_the_corpus(self) -> None:
        first, second = (heldout(World(), random.Random(SEED), 50) for _ in range(2))
        self.assertEqual(first, second)
        self.assertEqual(50, len({re.sub("[?.]$", "", one["prompt"].lower()) for one in first}))


if __name__ == "__main__":
    unittest.main()
