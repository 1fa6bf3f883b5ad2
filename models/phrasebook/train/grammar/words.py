"""The word lists of words/*.txt, with the forms that phrases ask for.

A line is `English | Spanish | Chinese`; `=` parts words that are understood as well, the first is the one
that answers use. English: `*` marks a plural, `~` what is not counted, `sheep, sheep` gives a plural that the
rules do not make. Spanish nouns stand with their article, which tells gender and number; `el agua f` is
feminine in spite of its article. A Chinese noun that is counted stands behind its measure word
(`-`: it counts by itself).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGES = ("en", "es", "zh")
FOLDER = Path(__file__).resolve().parent.parent / "words"

#: Lists that are made of others.
UNIONS = {
    "place": ("venue", "stop", "spot"),
    "goal": ("venue", "stop"),
    "food": ("drink", "dish", "piece", "staple"),
    "order": ("drink", "portion", "dish", "piece", "staple"),
    "countable": ("drink", "portion", "dish", "piece"),
    "seasoning": ("mixin", "topping"),
    "period": ("span", "stay"),
    "thing": ("item", "clothes"),
    "allergy": ("allergen", "medicine"),
}


#: Lists whose Spanish is no noun, or a name: an article in it is a part of it.
NOT_NOUNS = frozenset("when way relation do city country language colour taste size month name".split())


@dataclass(frozen=True)
class Word:
    """One word of one language; `gender` is "m" or "f" and `plural` says how verbs agree."""

    text: str
    plural_text: str = ""
    article: str = ""
    gender: str = "m"
    plural: bool = False
    mass: bool = False
    measure: str = ""


@dataclass(frozen=True)
class Filler:
    """A line of a list: what answers say, and what is understood, in each language."""

    table: str
    words: dict[str, tuple[Word, ...]] = field(hash=False, compare=False)
    name: str = ""

    def said(self, language: str) -> Word:
        return self.words[language][0]


def english_plural(noun: str) -> str:
    if re.search(r"(s|x|ch|sh)$", noun):
        return noun + "es"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + "s"


def spanish_plural(noun: str) -> str:
    """The plural of a noun or of the first word of a noun phrase, and of an adjective that follows it."""
    head, *rest = noun.split(" ")
    if rest and rest[0] not in ("de", "con", "del", "para"):
        return " ".join([_spanish_plural(head), *(_spanish_plural(word) for word in rest)])
    return " ".join([_spanish_plural(head), *rest])


def _spanish_plural(word: str) -> str:
    if word.endswith("ión"):
        return word[:-2] + "ones"
    if re.search(r"[aeiouéáó]$", word):
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    for accented, plain in (("ú", "u"), ("á", "a"), ("ó", "o"), ("é", "e"), ("í", "i")):
        if re.search(accented + "[ns]$", word):
            return word.replace(accented, plain) + "es"
    if word.endswith("s") and len(word) > 4:
        return word
    return word + "es"


def adjective(lemma: str, noun: Word, many: bool = False) -> str:
    """A Spanish adjective, given in the masculine singular, as it agrees with a noun."""
    feminine = noun.gender == "f"
    text = lemma[:-1] + "a" if feminine and lemma.endswith("o") else lemma
    return _spanish_plural(text) if noun.plural or many else text


def _read(language: str, cell: str, noun: bool) -> Word:
    mass = cell.startswith("~")
    text = cell.lstrip("~")
    if language == "en":
        plural = text.startswith("*")
        text, _, many = text.lstrip("*").partition(", ")
        return Word(text, many or (text if mass or plural else english_plural(text)), plural=plural, mass=mass)
    if language == "es":
        match = re.match(r"(el|la|los|las) (.*?)( f)?$", text) if noun else None
        if match is None:
            return Word(text, text, mass=mass)
        article, text, feminine = match.groups()
        text, _, many = text.partition(", ")
        gender = "f" if feminine or article in ("la", "las") else "m"
        plural = article in ("los", "las")
        return Word(text, many or (text if mass or plural else spanish_plural(text)), article, gender, plural, mass)
    measure, _, name = text.rpartition(" ")
    return Word(name, name, measure=measure.replace("-", ""))


def read(path: Path) -> tuple[Filler, ...]:
    """One list."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(LANGUAGES):
            raise ValueError(f"{path.name}: {line!r} has {len(cells)} cells, not {len(LANGUAGES)}")
        words = {
            language: tuple(_read(language, text, path.stem not in NOT_NOUNS) for text in cell.split(" = ")) for language, cell in zip(LANGUAGES, cells)
        }
        rows.append(Filler(path.stem, words, words["en"][0].text))
    return tuple(rows)


def load(folder: Path = FOLDER) -> dict[str, tuple[Filler, ...]]:
    """Every list by its name, the unions and the lists that are chosen from others among them."""
    tables = {path.stem: read(path) for path in sorted(folder.glob("*.txt"))}
    for name, parts in UNIONS.items():
        tables[name] = tuple(filler for part in parts for filler in tables[part])
    tables["relative"] = tuple(filler for filler in tables["person"] if not filler.said("en").plural)
    # What anybody may do: nothing that is said of oneself alone.
    tables["visit"] = tuple(filler for filler in tables["do"] if not re.search(r"\bmy\b", filler.name) and not re.search(r"me\b", filler.said("es").text))
    return tables


def indefinite(word: Word, mass: str = "some ") -> str:
    """a coffee, an orange, some rice, a pair of trousers."""
    if word.mass:
        return mass + word.text
    if word.plural:
        return f"a pair of {word.text}"
    return ("an " if re.match(r"(?!uni|eu)[aeiou]|hour", word.text) else "a ") + word.text


def form(language: str, word: Word, name: str, number: int | None) -> str:
    """The form of a word that `{slot.name}` asks for; number: how many there are, for `n`."""
    if name == "":
        return word.text
    if name == "s":
        return word.plural_text
    if name == "n":
        return word.text if number == 1 else word.plural_text
    if language == "en":
        if name == "the":
            return f"the {word.text}"
        return {"a": indefinite(word), "any": word.text if word.plural else indefinite(word, "")}[name]
    if language == "zh":
        return {"a": f"一{word.measure}{word.text}", "m": word.measure}[name]
    if name == "a":
        if word.mass:
            return word.text
        article = {"m": ("un", "unos"), "f": ("una", "unas")}[word.gender][word.plural]
        return f"{article} {word.text}"
    the = f"{word.article} {word.text}".strip()
    if name == "the":
        return the
    if name == "thes":
        return ("los " if word.gender == "m" else "las ") + word.plural_text
    if name == "al":
        return "al " + word.text if word.article == "el" else "a " + the
    if name == "del":
        return "del " + word.text if word.article == "el" else "de " + the
    if name == "my":
        return "mis" if word.plural else "mi"
    raise ValueError(f"{language} has no form {name!r}")
