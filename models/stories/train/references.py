"""Writes what other engines are checked against: expected.json and samples.txt. Run: python references.py --folder FOLDER."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.folder import Folder
from training.references import write_expected, write_samples

PROMPTS = (
    "tell me a story about a fox",
    "a story about a kite in a tree",
    "Mia and a golden key",
    "please tell me a story about being afraid",
)
SAMPLES = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder)
    write_expected(folder, arguments.folder / "expected.json", PROMPTS)
    turns = [json.loads(line) for line in (arguments.folder / "heldout.jsonl").read_text(encoding="utf-8").splitlines()]
    write_samples(folder, arguments.folder / "samples.txt", turns, SAMPLES)


if __name__ == "__main__":
    main()
