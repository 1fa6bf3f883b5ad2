"""Measures the folder: exact matches on held-out turns, by kind and by direction, and perplexity.

Run: python evaluate.py --folder FOLDER --test FILE [--weights FILE] [--failures] [--json FILE]. An answer counts
when every character of it is right. --weights replaces the stored weights by others of the same shapes, such as
the unrounded ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.folder import Folder

Turns = list[dict[str, str]]


def measure(folder: Folder, turns: Turns) -> tuple[dict[str, dict[str, float]], list[tuple[dict[str, str], str]]]:
    """Exact matches by kind, by direction of what is in the book, and in all; and the turns that failed."""
    answers = folder.answer([turn["prompt"] for turn in turns])
    failures = [(turn, answer) for turn, answer in zip(turns, answers) if turn["answer"] != answer]
    lines, wrong = Counter(), Counter()
    for counter, some in ((lines, turns), (wrong, [turn for turn, _ in failures])):
        for turn in some:
            counter.update((turn["kind"], f"unknown, {turn['way']}" if turn["kind"] == "unknown" else turn["way"], "all"))
    result = {name: {"lines": n, "exact": n - wrong[name], "percent": round(100 * (n - wrong[name]) / n, 2)} for name, n in sorted(lines.items())}
    return result, failures


def read_turns(path: Path) -> Turns:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--failures", action="store_true", help="print every wrong answer")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder, arguments.weights)
    turns = read_turns(arguments.test)
    result, failures = measure(folder, turns)
    if arguments.failures:
        for turn, answer in failures:
            print(f"[{turn['kind']}, {turn['way']}] {turn['prompt']}\n  wanted {turn['answer']}\n  got    {answer}")
    for name, figures in result.items():
        print(f"{name:12} {figures['exact']:5} of {figures['lines']:5}  {figures['percent']:.2f} %")
    perplexity = folder.perplexity([folder.render(t["prompt"], t["answer"]) for t in turns[:: max(1, len(turns) // 300)]])
    print(f"perplexity of whole dialogues: {perplexity:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"exact": result, "perplexity": round(perplexity, 4)}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
