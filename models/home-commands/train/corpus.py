"""Writes the corpus: train.jsonl for training, heldout.jsonl and wide.jsonl for judging.

Run: python corpus.py --out build [--turns 400000]. The same arguments write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from grammar.dialogue import Grammar, Turn, key

SEED = 20260
#: Lines of the committed test file, by kind.
HELDOUT = {"phrasing": 320, "combination": 240, "smalltalk": 140, "unknown": 200}
#: The wide test is the same test, drawn larger; it is not committed.
WIDE_FACTOR = 10
#: Share of the kinds among the training turns.
TRAIN_SHARE = {"request": 0.62, "smalltalk": 0.14, "unknown": 0.24}


def heldout(grammar: Grammar, rng: random.Random, counts: dict[str, int]) -> list[Turn]:
    """Draws different held-out turns of every kind until each count is reached."""
    turns: list[Turn] = []
    seen: set[str] = set()
    for kind, count in counts.items():
        found = 0
        attempts = 0
        while found < count and attempts < 200 * count:
            attempts += 1
            turn = grammar.heldout(kind, rng)
            if key(turn.prompt) not in seen:
                seen.add(key(turn.prompt))
                turns.append(turn)
                found += 1
    return turns


def write(path: Path, turns: list[Turn]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for turn in turns:
            file.write(json.dumps({"prompt": turn.prompt, "answer": turn.answer, "kind": turn.kind}, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--turns", type=int, default=400_000)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    grammar = Grammar(random.Random(SEED))
    test = heldout(grammar, random.Random(SEED + 1), HELDOUT)
    wide = heldout(grammar, random.Random(SEED + 2), {k: WIDE_FACTOR * n for k, n in HELDOUT.items()})
    forbidden = {key(turn.prompt) for turn in test + wide}

    rng = random.Random(SEED + 3)
    kinds, weights = list(TRAIN_SHARE), list(TRAIN_SHARE.values())
    train: list[Turn] = []
    while len(train) < arguments.turns:
        turn = grammar.train(rng.choices(kinds, weights)[0], rng)
        if key(turn.prompt) not in forbidden:
            train.append(turn)
    write(arguments.out / "train.jsonl", train)
    write(arguments.out / "heldout.jsonl", test)
    write(arguments.out / "wide.jsonl", wide)
    (arguments.out / "split.json").write_text(json.dumps(grammar.split(), indent=1) + "\n", encoding="utf-8")
    print(f"{len(train)} training turns, {len(test)} held-out, {len(wide)} wide held-out")


if __name__ == "__main__":
    main()
