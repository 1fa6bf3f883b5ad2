"""Writes what other engines are checked against: expected.json and samples.txt. Run: python references.py --folder FOLDER."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.folder import Folder
from training.references import write_expected, write_samples

from evaluate import read_turns

PROMPTS = (
    "where is the nearest pharmacy?",
    "zh: I am allergic to peanuts",
    "¿A qué hora sale el próximo tren?",
    "请给我两杯咖啡",
    "The train to Seville leaves at a quarter past eight.",
    "who is the president of Thailand?",
)
SAMPLES = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder)
    write_expected(folder, arguments.folder / "expected.json", PROMPTS)
    write_samples(folder, arguments.folder / "samples.txt", read_turns(arguments.folder / "heldout.jsonl"), SAMPLES)


if __name__ == "__main__":
    main()
