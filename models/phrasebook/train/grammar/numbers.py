"""Numbers, prices, clock times and dates, composed by rule in three languages.

Every function gives what an answer says; `typed` gives how people may type the same with digits.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_EN = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_ES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve "
    "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_ES_TENS = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_ES_HUNDREDS = "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split()
_ZH = "零一二三四五六七八九"


def english(n: int) -> str:
    """0 to 999: three hundred and forty-seven."""
    if n < 20:
        return _EN[n]
    if n < 100:
        return _EN_TENS[n // 10] + (f"-{_EN[n % 10]}" if n % 10 else "")
    return f"{_EN[n // 100]} hundred" + (f" and {english(n % 100)}" if n % 100 else "")


def spanish(n: int, gender: str | None = None) -> str:
    """0 to 999; with the gender of a noun that follows: veintiún euros, doscientas libras."""
    if n >= 100:
        hundreds = "cien" if n == 100 else _ES_HUNDREDS[n // 100]
        if gender == "f" and n >= 200:
            hundreds = hundreds[:-2] + "as"
        return hundreds + (f" {spanish(n % 100, gender)}" if n % 100 else "")
    if n >= 30:
        return _ES_TENS[n // 10] + (f" y {spanish(n % 10, gender)}" if n % 10 else "")
    text = _ES[n]
    if gender is not None and text.endswith("uno"):
        return text[:-1] + "a" if gender == "f" else "veintiún" if n == 21 else text[:-1]
    return text


def chinese(n: int, counting: bool = False) -> str:
    """0 to 999; counting: in front of a measure word two is 两."""
    if n == 2 and counting:
        return "两"
    if n < 10:
        return _ZH[n]
    if n < 20:
        return "十" + (_ZH[n % 10] if n % 10 else "")
    if n < 100:
        return f"{_ZH[n // 10]}十" + (_ZH[n % 10] if n % 10 else "")
    rest = n % 100
    hundreds = f"{'两' if counting and n // 100 == 2 else _ZH[n // 100]}百"
    if rest == 0:
        return hundreds
    if rest < 10:
        return f"{hundreds}零{_ZH[rest]}"
    return hundreds + ("一" if rest < 20 else "") + chinese(rest)


@dataclass(frozen=True)
class Price:
    """A sum of money; cents only where the currency is spoken with them."""

    amount: int
    cents: int
    currency: object

    def said(self, language: str) -> str:
        word = self.currency.said(language)
        if language == "en":
            money = f"{english(self.amount)} {word.text if self.amount == 1 else word.plural_text}"
            return money + (f" {english(self.cents)}" if self.cents else "")
        if language == "es":
            money = f"{spanish(self.amount, word.gender)} {word.text if self.amount == 1 else word.plural_text}"
            return money + (f" con {spanish(self.cents)}" if self.cents else "")
        return f"{chinese(self.amount, True)}{word.text}" + (f"{chinese(self.cents)}分" if self.cents else "")

    def typed(self, language: str, rng: random.Random) -> str:
        word = self.currency.said(language)
        if language == "zh":
            return f"{self.amount}{word.text}" + (f"{self.cents}分" if self.cents else "")
        point = "," if language == "es" else "."
        figure = f"{self.amount}{point}{self.cents}" if self.cents else str(self.amount)
        return f"{figure} {word.text if self.amount == 1 and not self.cents else word.plural_text}"


#: Part of the day: hours that it is said with, and how.
DAY_PARTS = {
    "morning": (range(5, 12), "in the morning", "de la mañana", "早上"),
    "afternoon": (range(1, 7), "in the afternoon", "de la tarde", "下午"),
    "evening": (range(8, 12), "in the evening", "de la noche", "晚上"),
}
MINUTES = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55)


@dataclass(frozen=True)
class Clock:
    """hour: 1 to 12; minute: a multiple of five; part: a key of DAY_PARTS or empty."""

    hour: int
    minute: int
    part: str = ""

    def said(self, language: str, form: str = "") -> str:
        _, *names = DAY_PARTS.get(self.part, ((), "", "", ""))
        part = names[("en", "es", "zh").index(language)]
        if language == "zh":
            minute = "" if self.minute == 0 else "半" if self.minute == 30 else "一刻" if self.minute == 15 else f"零{chinese(self.minute)}分" if self.minute < 10 else f"{chinese(self.minute)}分"
            return f"{part}{chinese(self.hour, True)}点{minute}"
        past = self.minute <= 30
        hour = self.hour if past else self.hour % 12 + 1
        minutes = self.minute if past else 60 - self.minute
        if language == "en":
            if minutes == 0:
                text = english(hour) + ("" if part else " o'clock")
            else:
                text = f"{ {15: 'a quarter', 30: 'half'}.get(minutes, english(minutes)) } {'past' if past else 'to'} {english(hour)}"
        else:
            text = "una" if hour == 1 else spanish(hour)
            if minutes:
                text += f" {'y' if past else 'menos'} { {15: 'cuarto', 30: 'media'}.get(minutes, spanish(minutes)) }"
            text = f"{'la' if hour == 1 else 'las'} {text}"
            if form == "is":
                text = f"{'es' if hour == 1 else 'son'} {text}"
        return f"{text} {part}".strip()

    def typed(self, language: str, form: str, rng: random.Random) -> str:
        _, *names = DAY_PARTS.get(self.part, ((), "", "", ""))
        part = names[("en", "es", "zh").index(language)]
        figures = f"{self.hour}:{self.minute:02}"
        if language == "zh":
            return part + (figures if rng.random() < 0.4 else f"{self.hour}点" + ("" if self.minute == 0 else f"{self.minute}分"))
        if language == "en":
            if part and rng.random() < 0.5:
                return f"{figures if self.minute else self.hour} {'am' if self.part == 'morning' else 'pm'}"
            return f"{figures} {part}".strip()
        be = ("es " if self.hour == 1 else "son ") if form == "is" else ""
        return f"{be}{'la' if self.hour == 1 else 'las'} {figures} {part}".strip()


@dataclass(frozen=True)
class Date:
    """A day of a month, said with its figure: May 3, el 3 de mayo, 5月3号."""

    day: int
    month: object

    def said(self, language: str, form: str = "") -> str:
        month = self.month.said(language).text
        if language == "en":
            return f"{month} {self.day}"
        if language == "es":
            return f"{'' if form == 'bare' else 'el '}{self.day} de {month}"
        return f"{month}{self.day}号"

    def typed(self, language: str, form: str, rng: random.Random) -> str:
        month = self.month.said(language).text
        if language == "en":
            ending = "th" if 10 < self.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(self.day % 10, "th")
            return rng.choice((f"{month} {self.day}{ending}", f"the {self.day}{ending} of {month}", f"{self.day} {month}"))
        if language == "es":
            return self.said(language, form)
        if rng.random() < 0.5:
            return f"{month}{self.day}日"
        return f"{chinese(int(month[:-1]))}月{chinese(self.day)}{rng.choice('号日')}"
