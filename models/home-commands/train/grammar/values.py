"""Values: how people say a level, a temperature, a time or an invented word, and how JSON writes it.

Each function returns (what is said, what JSON says).
"""

from __future__ import annotations

import random

from grammar.home import COLORS

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPOKEN_SHARE = 0.15


def spoken(number: int, rng: random.Random) -> str:
    """A number from 0 to 100 in words."""
    if number == 100:
        return rng.choice(["one hundred", "a hundred", "hundred"])
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (rng.choice(["-", " "]) + _ONES[ones] if ones else "")


def number_text(number: int, rng: random.Random) -> str:
    """A number in digits or, less often, in words."""
    return spoken(number, rng) if rng.random() < _SPOKEN_SHARE and number <= 100 else str(number)


def _percent_text(number: int, rng: random.Random) -> str:
    if rng.random() < _SPOKEN_SHARE:
        return spoken(number, rng) + rng.choice([" percent", " percent", ""])
    return f"{number}{rng.choice(['%', '%', ' percent', ' percent', ' %', ''])}"


def level(rng: random.Random) -> tuple[str, str]:
    """A level from 0 % to 100 %."""
    if rng.random() < 0.1:
        words, number = rng.choice([("half", 50), ("full", 100), ("maximum", 100), ("max", 100), ("a quarter", 25), ("three quarters", 75), ("the maximum", 100)])
        return words, f"{number}%"
    number = rng.randrange(0, 101, 5) if rng.random() < 0.35 else rng.randint(0, 100)
    return _percent_text(number, rng), f"{number}%"


def temperature(rng: random.Random) -> tuple[str, str]:
    """A room temperature from 5 to 30 degrees Celsius."""
    number = rng.randint(5, 30)
    if rng.random() < _SPOKEN_SHARE:
        return spoken(number, rng) + rng.choice([" degrees", " degrees", " degrees celsius", ""]), f"{number}C"
    unit = rng.choice([" degrees", " degrees", " degrees celsius", "°C", " °C", "°", "c", " c", "", "C"])
    return f"{number}{unit}", f"{number}C"


def color(rng: random.Random) -> tuple[str, str]:
    value = rng.choice(list(COLORS))
    return rng.choice(COLORS[value]), value


def channel(rng: random.Random) -> tuple[str, str]:
    number = rng.randint(1, 99)
    return number_text(number, rng), f"ch{number}"


def duration(rng: random.Random) -> tuple[str, str]:
    """A time from one second to a day, in the largest unit that was said."""
    if rng.random() < 0.1:
        return rng.choice([("half an hour", "30m"), ("an hour", "1h"), ("a minute", "1m"), ("a quarter of an hour", "15m"), ("one hour", "1h"), ("one minute", "1m")])
    unit = rng.choices(["s", "m", "h"], [0.25, 0.55, 0.2])[0]
    if unit == "h":
        number = rng.randint(1, 24)
    else:
        number = rng.randint(1, 90) if rng.random() < 0.6 else rng.randrange(5, 91, 5)
    names = {"s": ["second", "sec"], "m": ["minute", "min"], "h": ["hour", "h"]}[unit]
    name = names[0] if rng.random() < 0.85 else names[1]
    if number > 1 and name == names[0] and rng.random() < 0.9:
        name += "s"
    return f"{number_text(number, rng)} {name}", f"{number}{unit}"


def change(degrees: bool, last: bool, rng: random.Random) -> tuple[str, int]:
    """An exact change, unsigned: percent, or degrees. `last`: it closes the phrase ("by 20 percent")."""
    number = rng.randint(1, 9) if degrees else rng.randint(1, 20) * 5 if rng.random() < 0.5 else rng.randint(1, 99)
    text = number_text(number, rng)
    unit = rng.choice([" degrees", " degrees", "°"]) if degrees else rng.choice([" percent", "%"])
    if last and rng.random() < 0.2:
        unit = ""
    if number == 1 and unit == " degrees":
        unit = " degree"
    if unit in ("%", "°") and not text.isdigit():
        unit = " percent" if unit == "%" else " degrees"
    return ("by " if last else "") + text + unit, number


_ONSETS = "b br c cl d dr f fl g gr h j k l m n p pr qu r s sn st t tr v w x z zw".split()
_NUCLEI = "a e i o u oo ea ou y".split()
_CODAS = ["", "", "", "b", "ck", "d", "ff", "g", "l", "m", "n", "nk", "p", "r", "rt", "s", "sh", "t", "x", "zz"]


def odd_word(rng: random.Random) -> str:
    """A word that no dictionary has, or keyboard noise."""
    if rng.random() < 0.15:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(3, 9)))
    return "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(rng.randint(1, 3)))
