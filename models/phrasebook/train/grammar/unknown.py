"""What the book does not hold: sentences of other worlds, the book's phrases around words that it lacks,
halves of phrases, words in disorder, other languages. Every fifth line of outside/*.txt is never trained on."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from .phrases import Book, Filling, Phrase, slots_of
from .words import LANGUAGES, Filler, Word, read

FOLDER = Path(__file__).resolve().parent.parent / "outside"

ANSWERS = {
    "en": "That is not in my phrasebook.",
    "es": "Eso no está en mi libro de frases.",
    "zh": "我的常用语手册里没有这句话。",
}
#: How often each kind is drawn; the test asks for the first three, which can be held out.
SHARES = {"sentence": 0.28, "lacking": 0.45, "foreign": 0.04, "half": 0.1, "disorder": 0.07, "noise": 0.06}
#: Which list of outside/ takes the place of which list of the book.
LACKING = {
    "noun": ("venue", "place", "goal", "dish", "piece", "food", "order", "countable", "item", "thing", "clothes", "person", "helper", "fixture", "drink", "transport"),
    "do": ("do", "visit"),
    "name": ("city", "country"),
}
#: How often a word that the book lacks is an invented one, so that any word may be one.
INVENTED = 0.4
_ONSETS = ("b", "br", "c", "ch", "cl", "d", "f", "fl", "g", "gr", "h", "j", "l", "m", "n", "p", "pl", "r", "s", "t", "tr", "v", "z", "")
_CODAS = ("", "", "n", "r", "s", "l", "m")
#: Characters of nouns that are in no list of the book.
_CHARACTERS = "狮鹿虎猫狼鹰鸽蜂蚁竹松柳梅荷兰菊石沙泥煤铁铜锡钢玻璃瓷砖瓦钟鼓琴笛弦棋拳剑弓箭盾炮弹帆桨锚轮轴链绳网篮筐桶壶锅炉灯烛镜框柜床椅凳席毯帘枕墨纸砚印章旗牌匾碑塔亭阁庙殿宫寨堡营帐仓库棚窖井渠坝堤岛礁峡谷崖坡岭峰洞泉溪瀑潮浪雾霜雪雹雷虹"

_ALL = {table: outside for outside, tables in LACKING.items() for table in tables}

T = TypeVar("T")


def parted(lines: Sequence[T], held: bool) -> list[T]:
    """The trained lines, or every fifth, which is held out."""
    return [line for at, line in enumerate(lines) if (at % 5 == 4) == held]


def _lines(name: str) -> list[str]:
    return [line for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


class Outside:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._lists = {name: read(FOLDER / f"{name}.txt") for name in LACKING}
        self._sentences = [dict(zip(LANGUAGES, (cell.strip() for cell in line.split(" | ")))) for line in _lines("sentences.txt")]
        self._foreign = _lines("others.txt")
        self._holes = [phrase for phrase in book.phrases if any(slot.rstrip("0123456789") in _ALL for slot in phrase.slots)]
        self._known = {language: self._recogniser(language) for language in LANGUAGES}
        self._numbers = {language: self._number_words(language) for language in LANGUAGES}

    def _recogniser(self, language: str) -> re.Pattern[str]:
        """What the book may know: each wording with anything in its slots; those of slots alone are for _number_words."""
        patterns = {wildcards(wording) for phrase in self._book.phrases for wording in phrase.wordings[language] if not slots_alone(wording)}
        return re.compile("|".join(sorted(patterns)))

    def _number_words(self, language: str) -> frozenset[str]:
        """All words of the phrases that are slots alone: prices, times, figures."""
        rng = random.Random(0)
        found: set[str] = set()
        for phrase in self._book.phrases:
            for wording in phrase.wordings[language]:
                if slots_alone(wording):
                    texts = (self._book.render(language, wording, self._book.fill(phrase, rng), rng) for _ in range(300))
                    found.update(part for text in texts for part in parts_of(language, bare(text)))
        return frozenset(found)

    def text(self, language: str, held: bool, rng: random.Random) -> str:
        kinds = list(SHARES)[:3] if held else list(SHARES)
        kind = rng.choices(kinds, [SHARES[k] for k in kinds])[0]
        if kind == "sentence":
            return self._sentence(language, held, rng)
        if kind == "lacking":
            return self._lacking(language, held, rng)
        if kind == "foreign" and language == "en":
            return rng.choice(parted(self._foreign, held))
        if kind == "half" or kind == "foreign":
            return self._half(language, rng) if not held else self._sentence(language, held, rng)
        return self._disorder(language, rng) if kind == "disorder" else self._noise(language, rng)

    def _filling(self, slots: Sequence[str], held: bool, rng: random.Random) -> Filling:
        return {slot: rng.choice(parted(self._lists[slot], held)) for slot in slots}

    def _sentence(self, language: str, held: bool, rng: random.Random) -> str:
        line = rng.choice(parted(self._sentences, held))[language]
        # A held-out sentence may be about any word: it is the sentence that was never met.
        return self._book.render(language, line, self._filling(slots_of(line, self._lists), held and rng.random() < 0.5, rng))

    def _lacking(self, language: str, held: bool, rng: random.Random) -> str:
        phrase: Phrase = rng.choice(self._holes)
        filling = self._book.fill(phrase, rng)
        slot = rng.choice([s for s in phrase.slots if s.rstrip("0123456789") in _ALL])
        outside = rng.choice(parted(self._lists[_ALL[slot.rstrip("0123456789")]], held))
        filling[slot] = outside if held or rng.random() >= INVENTED else Filler("", {language: (invented(outside.said(language), language, rng),) for language in LANGUAGES})
        return self._book.render(language, rng.choice(phrase.wordings[language]), filling, rng)

    def _half(self, language: str, rng: random.Random) -> str:
        """The beginning or the end of a phrase, no more than half of it, where that is no phrase."""
        while True:
            parts = self._parts(language, rng)
            if len(parts) > 2:
                length = rng.randrange(1, len(parts) // 2 + 1)
                text = joined(language, parts[:length] if rng.random() < 0.7 else parts[-length:])
                if not self.may_know(language, text):
                    return text

    def _disorder(self, language: str, rng: random.Random) -> str:
        while True:
            parts = self._parts(language, rng)
            if rng.random() < 0.5:
                other = self._parts(language, rng)
                parts = parts[: len(parts) // 2 + 1] + other[-(len(other) // 2 + 1) :]
            else:
                rng.shuffle(parts)
            text = joined(language, parts)
            if len(parts) > 3 and not self.may_know(language, text):
                return text

    def _noise(self, language: str, rng: random.Random) -> str:
        if language == "zh":
            return "".join(rng.choices("的一是了我不人在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长", k=rng.randrange(2, 9)))
        words = ["".join(rng.choices(string.ascii_lowercase if rng.random() < 0.5 else "aeioulnrstdmcpb", k=rng.randrange(2, 9))) for _ in range(rng.randrange(1, 5))]
        return joined(language, words)

    def _parts(self, language: str, rng: random.Random) -> list[str]:
        phrase = rng.choice(self._book.phrases)
        text = bare(self._book.render(language, rng.choice(phrase.wordings[language]), self._book.fill(phrase, rng), rng))
        return parts_of(language, text)

    def may_know(self, language: str, text: str) -> bool:
        return self._numbers[language].issuperset(parts_of(language, bare(text))) or self._known[language].fullmatch(bare(text)) is not None


def invented(model: Word, language: str, rng: random.Random) -> Word:
    """A word that there is not, with the grammar of a word that there is."""
    if language == "zh":
        text = "".join(rng.choices(_CHARACTERS, k=rng.choice((1, 2, 2, 3))))
    else:
        text = "".join(rng.choice(_ONSETS) + rng.choice("aeiou") + rng.choice(_CODAS) for _ in range(rng.choice((2, 2, 3))))
    return replace(model, text=text, plural_text=text + "s" if model.plural_text != model.text and language != "zh" else text)


def slots_alone(wording: str) -> bool:
    return len(re.sub(r"\{.*?\}|\W", "", wording)) < (2 if re.search("[\u4e00-\u9fff]", wording) else 4)


def wildcards(wording: str) -> str:
    return ".+".join(re.escape(part) for part in re.split(r"\{.*?\}", bare(wording)))


def parts_of(language: str, text: str) -> list[str]:
    """Words, or characters in Chinese."""
    return list(text) if language == "zh" else text.split(" ")


def bare(text: str) -> str:
    """Without what people leave out: capitals, stops, the optional brackets of a pattern."""
    return re.sub(r"[¿¡?!.。？！\[\]]", "", text).lower().strip(" ,，")


def joined(language: str, parts: list[str]) -> str:
    return ("" if language == "zh" else " ").join(parts)
