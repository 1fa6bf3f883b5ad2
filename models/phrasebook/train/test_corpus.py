"""Tests of the corpus: the lists are whole, an answer is one answer, the split is a split, and a seed fixes every byte.

Run: python -m unittest test_corpus (needs nothing but Python).
"""

from __future__ import annotations

import random
import re
import unittest
from collections import defaultdict

from corpus import HELDOUT, SEED, heldout
from grammar.dialogue import DIRECTIONS, Grammar, key, kind_of
from grammar.numbers import Clock, Date, Price, chinese, english, spanish
from grammar.phrases import Book, sentence
from grammar.surface import MARKS
from grammar.unknown import ANSWERS, LACKING, parted
from grammar.words import LANGUAGES, adjective, english_plural, spanish_plural

DRAWS = 30_000


class WordsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.book = Book()

    def test_a_word_is_in_a_list_once_in_every_language(self) -> None:
        for name, fillers in self.book.tables.items():
            for language in LANGUAGES:
                said = [word.measure + word.text.lower() for filler in fillers for word in filler.words[language]]
                twice = {text for text in said if said.count(text) > 1}
                self.assertFalse(twice, f"{name}, {language}")

    def test_what_is_counted_has_a_measure_word(self) -> None:
        for name in ("drink", "portion", "dish", "piece", "item", "clothes", "helper", "staple", "transport"):
            for filler in self.book.tables[name]:
                for word in filler.words["zh"]:
                    self.assertTrue(word.measure, f"{name}: {filler.name}")

    def test_plurals(self) -> None:
        for one, many in (("bus", "buses"), ("cherry", "cherries"), ("key", "keys"), ("church", "churches")):
            self.assertEqual(many, english_plural(one))
        for one, many in (
            ("estación de tren", "estaciones de tren"), ("autobús", "autobuses"), ("té verde", "tés verdes"), ("luz", "luces"), ("mes", "meses"),
            ("jardín", "jardines"), ("centro comercial", "centros comerciales"), ("tarjeta de crédito", "tarjetas de crédito"), ("azul", "azules"),
        ):
            self.assertEqual(many, spanish_plural(one))

    def test_adjectives_agree(self) -> None:
        said = {filler.name: filler.said("es") for filler in self.book.tables["clothes"]}
        self.assertEqual("roja", adjective("rojo", said["shirt"]))
        self.assertEqual("rojos", adjective("rojo", said["shoes"]))
        self.assertEqual("azules", adjective("azul", said["sandals"]))
        self.assertEqual("marrones", adjective("marrón", said["boots"]))
        self.assertEqual("rojas", adjective("rojo", said["shirt"], many=True))


class NumbersTest(unittest.TestCase):
    def test_numbers(self) -> None:
        for n, en, es, zh in (
            (0, "zero", "cero", "零"), (10, "ten", "diez", "十"), (16, "sixteen", "dieciséis", "十六"), (21, "twenty-one", "veintiuno", "二十一"),
            (47, "forty-seven", "cuarenta y siete", "四十七"), (100, "one hundred", "cien", "一百"), (101, "one hundred and one", "ciento uno", "一百零一"),
            (110, "one hundred and ten", "ciento diez", "一百一十"), (515, "five hundred and fifteen", "quinientos quince", "五百一十五"),
            (999, "nine hundred and ninety-nine", "novecientos noventa y nueve", "九百九十九"),
        ):
            self.assertEqual((en, es, zh), (english(n), spanish(n), chinese(n)))
        self.assertEqual("veintiún", spanish(21, "m"))
        self.assertEqual("doscientas treinta y una", spanish(231, "f"))
        self.assertEqual(("两", "十二", "两百零二"), (chinese(2, True), chinese(12, True), chinese(202, True)))

    def test_every_number_is_said_in_its_own_way(self) -> None:
        for say in (english, spanish, chinese):
            self.assertEqual(1000, len({say(n) for n in range(1000)}))

    def test_clock(self) -> None:
        for clock, en, es, zh in (
            (Clock(3, 0), "three o'clock", "las tres", "三点"), (Clock(1, 15), "a quarter past one", "la una y cuarto", "一点一刻"),
            (Clock(12, 45), "a quarter to one", "la una menos cuarto", "十二点四十五分"), (Clock(2, 5), "five past two", "las dos y cinco", "两点零五分"),
            (Clock(7, 30, "evening"), "half past seven in the evening", "las siete y media de la noche", "晚上七点半"),
        ):
            self.assertEqual((en, es, zh), tuple(clock.said(language) for language in LANGUAGES))
        self.assertEqual("es la una", Clock(1, 0).said("es", "is"))

    def test_prices_and_dates(self) -> None:
        book = Book()
        pound = next(c for c in book.tables["currency"] if c.name == "pound")
        euro = next(c for c in book.tables["currency"] if c.name == "euro")
        self.assertEqual("doscientas una libras", Price(201, 0, pound).said("es"))
        self.assertEqual(["one euro", "un euro", "一欧元"], [Price(1, 0, euro).said(language) for language in LANGUAGES])
        self.assertEqual("three euros fifty", Price(3, 50, euro).said("en"))
        may = book.tables["month"][4]
        self.assertEqual(["May 3", "el 3 de mayo", "5月3号"], [Date(3, may).said(language) for language in LANGUAGES])


class CorpusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.grammar = Grammar()
        rng = random.Random(1)
        cls.train = [cls.grammar.train(rng.random() < 0.2, rng) for _ in range(DRAWS)]
        cls.test = heldout(cls.grammar, random.Random(2), HELDOUT)

    def test_every_kind_has_its_count(self) -> None:
        for kind, count in HELDOUT.items():
            self.assertEqual(count, sum(turn.kind == kind for turn in self.test))
        self.assertEqual(len(self.test), len({key(turn.prompt) for turn in self.test}))

    def test_no_slot_or_bracket_is_left(self) -> None:
        for turn in self.train + self.test:
            self.assertNotRegex(turn.prompt + turn.answer, r"[{}|\[\]]|  |^ | $")

    def test_a_phrase_has_one_answer(self) -> None:
        """The same words never mean two phrases, whatever is filled in."""
        book, rng = self.grammar.book, random.Random(3)
        said: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for _ in range(DRAWS):
            phrase = rng.choice(book.phrases)
            filling = book.fill(phrase, rng)
            for source, target in DIRECTIONS:
                text = re.sub(r"[¿?¡!.。？！\[\]]", "", book.render(source, rng.choice(phrase.wordings[source]), filling, rng)).lower()
                said[source, target][text].add(book.render(target, phrase.canonical[target], filling))
        for direction, texts in said.items():
            self.assertFalse({text: answers for text, answers in texts.items() if len(answers) > 1}, direction)

    def test_held_out_combinations_are_never_trained(self) -> None:
        rng = random.Random(4)
        book = self.grammar.book
        held = 0
        for phrase in book.phrases:
            for _ in range(100):
                held += phrase.held_out(book.fill(phrase, rng))
        share = held / (100 * sum(bool(phrase.slots) for phrase in book.phrases))
        self.assertTrue(0.1 < share < 0.14, share)
        answers = {(turn.way, turn.answer) for turn in self.train if turn.kind in ("combination", "number")}
        for turn in self.test:
            if turn.kind in ("combination", "number"):
                self.assertNotIn((turn.way, turn.answer), answers)

    def test_what_is_not_in_the_book_is_held_out_by_lines(self) -> None:
        outside = self.grammar.outside
        for name in LACKING:
            rows = outside._lists[name]
            trained, held = parted(rows, False), parted(rows, True)
            self.assertEqual(len(rows), len(trained) + len(held))
            known = {filler.said("en").text.lower() for table in self.grammar.book.tables.values() for filler in table}
            self.assertFalse(known & {filler.said("en").text.lower() for filler in rows}, name)

    def test_nothing_that_is_in_the_book_is_called_unknown(self) -> None:
        meant = {key(turn.prompt) for turn in self.train if turn.kind != "unknown"}
        for turn in self.train:
            if turn.kind == "unknown":
                self.assertIn(turn.answer, ANSWERS.values())
                self.assertNotIn(key(turn.prompt), meant)

    def test_english_to_chinese_is_always_marked(self) -> None:
        for turn in self.train:
            if turn.way == "en-zh":
                self.assertTrue(any(re.match(pattern.split("{}")[0], turn.prompt, re.I) and re.search(pattern.split("{}")[1].rstrip("?") + "[?.!]?$", turn.prompt, re.I) for pattern in MARKS["en", "zh"]), turn.prompt)

    def test_answers_are_sentences(self) -> None:
        for turn in self.train:
            self.assertRegex(turn.answer, r"[.?!。？！]$")
            self.assertEqual(turn.answer, turn.answer[0].upper() + turn.answer[1:])

    def test_a_seed_fixes_the_corpus(self) -> None:
        self.assertEqual(self.test, heldout(Grammar(), random.Random(2), HELDOUT))

    def test_kinds(self) -> None:
        kinds = {kind_of(phrase) for phrase in self.grammar.book.phrases}
        self.assertEqual({"combination", "number", "phrase"}, kinds)
        self.assertEqual("Dónde.", sentence("es", "dónde"))
        self.assertGreater(SEED, 0)


if __name__ == "__main__":
    unittest.main()
