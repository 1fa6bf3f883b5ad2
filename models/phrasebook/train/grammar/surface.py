"""The surface of what people type: capitals, punctuation, contractions, accents, slips, and the mark of a language."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass

_CONTRACTIONS = (
    ("i would", "i'd"), ("i am", "i'm"), ("i will", "i'll"), ("it is", "it's"), ("we are", "we're"), ("what is", "what's"),
    ("where is", "where's"), ("how is", "how's"), ("when is", "when's"), ("do not", "don't"), ("does not", "doesn't"),
    ("cannot", "can't"), ("that is", "that's"), ("there is", "there's"), ("i have", "i've"), ("is not", "isn't"), ("did not", "didn't"),
)
#: A slip in a shorter word often makes another word of it.
_SHORTEST_SLIP = 6
_PROTECTED = frozenset(
    "thirteen thirty fourteen fourty fifteen sixteen seventeen eighteen nineteen twenty fifty sixty seventy eighty ninety hundred cuatro "
    "catorce cuarenta cincuenta sesenta setenta ochenta noventa cuatrocientos seiscientos setecientos novecientos sesenta quince seventy january february".split()
)
#: Characters that an input method offers for each other.
_HOMOPHONES = (("的", "得"), ("在", "再"), ("吗", "嘛"), ("哪", "那"), ("坐", "座"), ("请", "清"), ("您", "你"))


@dataclass(frozen=True)
class Rates:
    """How often a text has a slip of the finger and is shouted."""

    slip: float
    shout: float


#: The test is typed as people type; training sees the rare surfaces more often, or it hardly learns them.
TEST = Rates(slip=0.04, shout=0.01)
TRAINING = Rates(slip=0.07, shout=0.02)

#: What stands before (or around) a text to say what language is wanted; the first is the one to teach.
MARKS = {
    ("en", "es"): ("es: {}", "es {}", "spanish: {}", "in Spanish: {}", "into Spanish: {}", "how do you say {} in Spanish?", "{} in Spanish", "say in Spanish: {}"),
    ("en", "zh"): ("zh: {}", "zh {}", "chinese: {}", "in Chinese: {}", "into Chinese: {}", "how do you say {} in Chinese?", "{} in Chinese", "say in Chinese: {}"),
    ("es", "en"): ("en: {}", "inglés: {}", "en inglés: {}", "¿cómo se dice {} en inglés?"),
    ("zh", "en"): ("en: {}", "英语：{}", "用英语说：{}", "{}用英语怎么说？"),
}
#: How often a mark is typed, and how often it is the first one. Without a mark English becomes Spanish.
MARKED = {("en", "es"): 0.45, ("en", "zh"): 1.0, ("es", "en"): 0.12, ("zh", "en"): 0.12}
FIRST_MARK = 0.6

POLITE = {"en": ("excuse me, ", "pardon me, "), "es": ("disculpe, ", "perdone, ", "disculpa, "), "zh": ("请问，", "请问", "不好意思，")}


def contract(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        for full, short in _CONTRACTIONS:
            text = re.sub(rf"\b{full}(?= )", lambda m: short[:1].upper() + short[1:] if m.group()[0].isupper() else short, text, flags=re.IGNORECASE)
    return text.replace("'", "") if rng.random() < 0.08 else text


def slip(language: str, text: str, rng: random.Random) -> str:
    """Drops, doubles or swaps one inner letter of one longer word; one character of its sound in Chinese."""
    if language == "zh":
        pairs = [pair for pair in _HOMOPHONES if pair[0] in text]
        return text.replace(*rng.choice(pairs), 1) if pairs else text
    words = [m for m in re.finditer(r"[^\W\d_]+", text) if len(m.group()) >= _SHORTEST_SLIP and m.group().lower() not in _PROTECTED]
    if not words:
        return text
    match = rng.choice(words)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def bare(language: str, text: str, rates: Rates, rng: random.Random) -> str:
    """The text as somebody types it, without a mark."""
    if language == "en":
        text = contract(text, rng)
    if rng.random() < rates.slip:
        text = slip(language, text, rng)
    if language == "zh":
        draw = rng.random()
        if draw < 0.3:
            text = re.sub(r"[。？！]$", "", text)
        elif draw < 0.5:
            text = text.replace("？", "?").replace("。", ".").replace("，", ",").replace("！", "!")
        if rng.random() < 0.15:
            text = text.replace("，", "")
        return text
    if language == "es":
        if rng.random() < 0.45:
            text = re.sub("[¿¡]", "", text)
        if rng.random() < 0.22:
            text = without_accents(text)
    draw = rng.random()
    if draw < 0.35:
        text = re.sub(r"[.?!]$", "", text)
    elif draw < 0.4:
        text = re.sub(r"[.]$", "!", text)
    if rng.random() < 0.15:
        text = text.replace(",", "")
    if rng.random() < rates.shout:
        return text.upper()
    return text.lower() if rng.random() < 0.5 else text


def mark(source: str, target: str, text: str, rng: random.Random) -> str:
    """The text with the mark of the language that is wanted, or without one where that is said by itself."""
    if rng.random() >= MARKED[source, target]:
        return text
    first, *others = MARKS[source, target]
    pattern = first if rng.random() < FIRST_MARK else rng.choice(others)
    if pattern.endswith("{}"):
        return pattern.format(text)
    # A text inside a question loses its own stops.
    text = pattern.format(re.sub(r" ?[.?!。？！]$", "", re.sub("^[¿¡]", "", text)))
    return re.sub(r"[?？]$", "", text) if rng.random() < 0.3 else text
