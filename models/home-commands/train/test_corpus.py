"""Tests of the corpus: the split is a split, the answers keep to the schema, and a seed fixes every byte.

Run: python -m unittest test_corpus (needs nothing but Python).
"""

from __future__ import annotations

import json
import random
import unittest

from corpus import HELDOUT, SEED, heldout
from grammar.dialogue import Grammar, key
from grammar.home import ALL_ROOMS, COLORS, DEVICES, ROOMS
from grammar.pattern import expand, expansions, hold_out, words
from grammar.smalltalk import SMALL_TALK
from grammar.values import spoken

VERBS = {"on", "off", "set", "get", "open", "close", "lock", "unlock", "next"}
KEYS = ("do", "dev", "room", "val", "in")


class CorpusTest(unittest.TestCase):
    def setUp(self) -> None:
        self.grammar = Grammar(random.Random(SEED))
        rng = random.Random(1)
        self.train = [self.grammar.train(kind, rng) for kind in ("request", "smalltalk", "unknown") for _ in range(3000)]
        self.test = heldout(self.grammar, random.Random(2), HELDOUT)

    def test_every_kind_has_its_count(self) -> None:
        for kind, count in HELDOUT.items():
            self.assertEqual(count, sum(t.kind == kind for t in self.test))
        self.assertEqual(len(self.test), len({key(t.prompt) for t in self.test}))

    def test_answers_keep_to_the_schema(self) -> None:
        for turn in self.train + self.test:
            if not turn.answer.startswith("{"):
                self.assertIn(turn.answer, SMALL_TALK)
                continue
            action = json.loads(turn.answer)
            self.assertEqual(turn.answer, json.dumps(action, separators=(",", ":"), ensure_ascii=False))
            if action["do"] == "unknown":
                self.assertEqual(["do"], list(action))
                continue
            self.assertEqual([k for k in KEYS if k in action], list(action))
            self.assertIn(action["do"], VERBS)
            self.assertIn(action["dev"], DEVICES)
            self.assertIn(action.get("room", ALL_ROOMS), {*ROOMS, ALL_ROOMS})
            self.assertEqual(action["do"] == "set", "val" in action)
            if "val" in action and action["val"] not in COLORS:
                self.assertRegex(action["val"], r"^([+-]?\d{1,3}%|[+-]?\d{1,2}C|ch\d{1,2}|\d{1,2}[smh])$")
            if "in" in action:
                self.assertRegex(action["in"], r"^\d{1,2}[smh]$")

    def test_no_slot_or_bracket_is_left(self) -> None:
        for turn in self.train + self.test:
            self.assertNotRegex(turn.prompt, r"[{}()|]|  |^ | $")

    def test_held_out_combinations_are_never_trained(self) -> None:
        held = set(self.grammar.held_triples)
        self.assertGreater(len(held), 50)
        rng = random.Random(3)
        for _ in range(3000):
            core = self.grammar.core(False, rng)
            self.assertNotIn((core.device, self.grammar.room(core, rng), core.action), held)

    def test_held_out_phrasings_are_never_trained(self) -> None:
        rng = random.Random(8)
        drawn = [{(c.action, c.device, c.pattern) for c in (self.grammar.core(held, rng) for _ in range(4000))} for held in (False, True)]
        self.assertGreater(len(drawn[1]), 100)
        self.assertFalse(drawn[0] & drawn[1])
        self.assertFalse(set(self.grammar.small[False]) & set(self.grammar.small[True]))
        self.assertTrue(all(self.grammar.split().values()))

    def test_held_out_prompts_are_not_in_the_training_text(self) -> None:
        held = {key(t.prompt) for t in self.test}
        shared = [t.prompt for t in self.train if key(t.prompt) in held]
        # The generator drops what is drawn on both sides by chance; there is little of it to drop.
        self.assertLess(len(shared), len(self.train) // 100)

    def test_hold_out_keeps_every_word_known(self) -> None:
        patterns = ["turn on {x}", "turn {x} on", "(switch|turn) on {x}", "ignite {x}"]
        trained, held = hold_out(patterns, 0.5, random.Random(4))
        self.assertEqual(2, len(held))
        self.assertEqual(set().union(*map(words, patterns)), set().union(*map(words, trained)))

    def test_a_seed_fixes_the_corpus(self) -> None:
        again = Grammar(random.Random(SEED))
        self.assertEqual(self.test, heldout(again, random.Random(2), HELDOUT))
        self.assertEqual(self.grammar.split(), again.split())

    def test_expand_and_spoken(self) -> None:
        self.assertEqual(["a c", "b c"], expansions("(a|b) c"))
        for seed in range(20):
            self.assertIn(hold_out(["yes no", "no", "yes"], 1, random.Random(seed), (), ("yes",))[1], (["yes no"], ["yes"]))
        self.assertIn(expand("(a|b) c", random.Random(5)), ("a c", "b c"))
        self.assertIn(spoken(75, random.Random(6)), ("seventy-five", "seventy five"))
        self.assertEqual("twelve", spoken(12, random.Random(7)))


if __name__ == "__main__":
    unittest.main()
