"""Writes the corpus: train.jsonl for training, heldout.jsonl and wide.jsonl for judging.

Run: python corpus.py --out build [--turns 120000]. The same arguments write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from grammar.cast import World
from grammar.parser import Parser
from grammar.request import request
from grammar.teller import tell

SEED = 20280
#: Lines of the committed test file: requests whose hero, trouble, helper and thing never met in training.
HELDOUT = 300
#: The wide test is the same test, drawn larger; it is not committed.
WIDE_FACTOR = 5


def turn(world: World, held: bool, rng: random.Random) -> dict[str, str]:
    """A request and a story that answers it."""
    while True:
        cast = world.cast(rng)
        if cast.held_out() == held:
            return {"prompt": request(cast, rng), "answer": tell(world, cast, rng)}


def heldout(world: World, rng: random.Random, count: int) -> list[dict[str, str]]:
    """Different requests; an open one ("tell me a story") is among them once."""
    turns: dict[str, dict[str, str]] = {}
    while len(turns) < count:
        drawn = turn(world, True, rng)
        turns.setdefault(drawn["prompt"].lower().rstrip("?."), drawn)
    return list(turns.values())


def write(path: Path, turns: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in turns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--turns", type=int, default=120_000)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    world, rng = World(), random.Random(SEED)
    train = [turn(world, False, rng) for _ in range(arguments.turns)]
    test = heldout(world, random.Random(SEED + 1), HELDOUT)
    wide = heldout(world, random.Random(SEED + 2), WIDE_FACTOR * HELDOUT)
    reader = Parser(world)
    unread = [one["answer"] for one in test if not reader.read(one["answer"]).clean]
    if unread:
        raise SystemExit(f"the parser does not read what the grammar tells:\n{unread[0]}")
    for name, turns in (("train", train), ("heldout", test), ("wide", wide)):
        write(arguments.out / f"{name}.jsonl", turns)
    print(f"{len(train)} training turns, {len(test)} held-out, {len(wide)} wide held-out")


if __name__ == "__main__":
    main()
