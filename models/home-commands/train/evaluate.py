"""Measures the folder: exact matches on held-out turns, and perplexity on whole dialogues.

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


def measure(folder: Folder, turns: list[dict[str, str]]) -> tuple[dict[str, dict[str, float]], list[tuple[dict[str, str], str]]]:
    """Exact matches by kind and in all, and the turns that failed with what was answered."""
    answers = folder.answer([turn["prompt"] for turn in turns])
    failures = [(turn, answer) for turn, answer in zip(turns, answers) if turn["answer"] != answer]
    lines = Counter(turn["kind"] for turn in turns)
    wrong = Counter(turn["kind"] for turn, _ in failures)
    lines["all"], wrong["all"] = len(turns), len(failures)
    result = {kind: {"lines": n, "exact": n - wrong[kind], "percent": round(100 * (n - wrong[kind]) / n, 2)} for kind, n in lines.items()}
    return result, failures


def read_turns(path: Path) -> list[dict[str, str]]:
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
            print(f"[{turn['kind']}] {turn['prompt']}\n  wanted {turn['answer']}\n  got    {answer}")
    for kind, figures in result.items():
        print(f"{kind:12} {figures['exact']:5} of {figures['lines']:5}  {figures['percent']:.2f} %")
    perplexity = folder.perplexity([folder.render(t["prompt"], t["answer"]) for t in turns[::3]])
    print(f"perplexity of {len(turns[::3])} whole dialogues: {perplexity:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"exact": result, "perplexity": round(perplexity, 4)}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
