"""Writes the corpus: train.jsonl for training, heldout.jsonl and wide.jsonl for judging.

Run: python corpus.py --out build [--turns 500000]. The same arguments write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from grammar.dialogue import Grammar, Turn, key

SEED = 20270
#: Lines of the committed test file, by kind.
HELDOUT = {"combination": 480, "number": 200, "phrase": 120, "unknown": 200}
#: The wide test is the same test, drawn larger; it is not committed.
WIDE_FACTOR = 5
#: Share of what is not in the book among the training turns.
UNKNOWN = 0.25


def heldout(grammar: Grammar, rng: random.Random, counts: dict[str, int]) -> list[Turn]:
    """Draws different turns of every kind until each count is reached."""
    turns: list[Turn] = []
    seen: set[str] = set()
    for kind, count in counts.items():
        found = 0
        while found < count:
            turn = grammar.heldout(kind, rng)
            if key(turn.prompt) not in seen:
                seen.add(key(turn.prompt))
                turns.append(turn)
                found += 1
    return turns


def write(path: Path, turns: list[Turn]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for turn in turns:
            file.write(json.dumps({"prompt": turn.prompt, "answer": turn.answer, "kind": turn.kind, "way": turn.way}, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--turns", type=int, default=500_000)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    grammar = Grammar()
    test = heldout(grammar, random.Random(SEED + 1), HELDOUT)
    wide = heldout(grammar, random.Random(SEED + 2), {kind: WIDE_FACTOR * n for kind, n in HELDOUT.items()})
    # Phrases without slots are few: they are told apart by how they are typed, which the test draws anew.
    forbidden = {key(turn.prompt) for turn in test + wide if turn.kind != "phrase"}

    rng = random.Random(SEED + 3)
    train: list[Turn] = []
    while len(train) < arguments.turns:
        turn = grammar.train(rng.random() < UNKNOWN, rng)
        if key(turn.prompt) not in forbidden:
            train.append(turn)
    write(arguments.out / "train.jsonl", train)
    write(arguments.out / "heldout.jsonl", test)
    write(arguments.out / "wide.jsonl", wide)
    print(f"{len(train)} training turns, {len(test)} held-out, {len(wide)} wide held-out")


if __name__ == "__main__":
    main()
