"""Noun phrases for devices and rooms, with their articles and places."""

from __future__ import annotations

import random
from dataclasses import dataclass

from grammar.home import ALL_ROOMS, DEVICES, ROOMS


@dataclass(frozen=True)
class Stranger:
    """Words that stand in for a device or a room that the home lacks; None: the home's own name."""

    device: str | None = None
    room: str | None = None


HOME = Stranger()


def room_name(room: str | None, rng: random.Random, stranger: Stranger = HOME) -> str:
    """The room after "in": with its article."""
    if room is None:
        return "here"
    if room == ALL_ROOMS:
        return rng.choice(["every room", "all rooms", "the whole house", "the entire house", "all the rooms", "the house"])
    return rng.choices(["the ", "my ", "our ", ""], [85, 6, 3, 6])[0] + (stranger.room or rng.choice(ROOMS[room]))


def located(room: str | None, rng: random.Random, stranger: Stranger = HOME) -> str:
    """" in the room" for a room, nothing (or " here") for none."""
    if room is None:
        return rng.choice([" in here", " here"]) if rng.random() < 0.08 else ""
    if room == ALL_ROOMS and rng.random() < 0.4:
        return rng.choice([" everywhere", " throughout the house"])
    return " in " + room_name(room, rng, stranger)


def device_name(device: str, room: str | None, rng: random.Random, stranger: Stranger = HOME) -> str:
    """A noun phrase for a device in a room, in no room, or everywhere."""
    spec = DEVICES[device]
    name = stranger.device or rng.choice(spec.names)
    if device == "all":
        return name + ("" if room is None else located(room, rng, stranger))
    article = rng.choices(["the ", "my ", "our ", "", "that ", "a "], [72, 7, 3, 13, 2, 3])[0]
    if article == "a " and (name[0] in "aeiou" or name.endswith("s") or name in ("music", "heating", "lighting")):
        article = "the "
    if room is None:
        return article + name
    if room == ALL_ROOMS:
        if spec.plurals and stranger.device is None and rng.random() < 0.6:
            start = rng.choice(["all the ", "all ", "all of the ", "all my "])
            return start + rng.choice(spec.plurals) + rng.choice(["", "", " in the house", " everywhere"])
        return article + name + located(room, rng, stranger)
    if rng.random() < 0.5:
        return article + (stranger.room or rng.choice(ROOMS[room])) + " " + name
    return article + name + located(room, rng, stranger)
