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
    "could you dim the lamp in the study a bit",
    "Set the heater in the living room to 21 degrees, please.",
    "is the garage door locked?",
    "turn off all the lights in 15 minutes",
    "hi, how are you?",
    "what is the capital of Norway?",
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
