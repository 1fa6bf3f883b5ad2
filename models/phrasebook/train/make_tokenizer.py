"""Trains the byte-level BPE tokenizer on the corpus and writes the folder's tokenizer files.

Run: python make_tokenizer.py --corpus build/train.jsonl --out FOLDER. Chinese characters stand alone, so that a
word is cut the same way in every sentence.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tokenizers import Regex, pre_tokenizers

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.tokenizer import train, write

VOCABULARY = 1536
#: Turns that the merges are learned from; more change nothing that matters.
LINES = 100_000
BOOK = "<|book|>"
POSITIONS = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/train.jsonl"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    characters = pre_tokenizers.Split(Regex("[\u4e00-\u9fff]"), "isolated")
    tokenizer = train(arguments.corpus, LINES, VOCABULARY, BOOK, [characters])
    write(tokenizer, arguments.out, "phrasebook", BOOK, POSITIONS)
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
