"""Trains the byte-level BPE tokenizer on the corpus and writes the folder's tokenizer files.

Run: python make_tokenizer.py --corpus build/train.jsonl --out FOLDER.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.tokenizer import train, write

VOCABULARY = 1024
#: Turns that the merges are learned from; more change nothing that matters.
LINES = 100_000
HOME = "<|home|>"
POSITIONS = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/train.jsonl"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = train(arguments.corpus, LINES, VOCABULARY, HOME)
    write(tokenizer, arguments.out, "home-commands", HOME, POSITIONS)
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
