"""Trains the model from scratch on the CPU and writes config, BF16 weights and generation config.

Run: python train.py --corpus build/train.jsonl --folder FOLDER, where FOLDER holds tokenizer.json already.
Stopped, it goes on from --checkpoint when it is run again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.llama import Shape
from training.trainer import Recipe, Training, export
from training.turns import encode

RECIPE = Recipe(steps=12_000, batch_tokens=2048, decay_share=0.95)
SHAPE = {"width": 128, "feed_forward": 384, "layers": 5, "heads": 4, "kv_heads": 2, "positions": 256}
NEW_TOKENS = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/train.jsonl"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/checkpoint.pt"))
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.folder / "tokenizer.json"))
    begin, end = tokenizer.token_to_id("<|begin|>"), tokenizer.token_to_id("<|end|>")
    shape = Shape(tokenizer.get_vocab_size(), **SHAPE)
    training = Training(shape, RECIPE, arguments.checkpoint)
    pairs = [json.loads(line) for line in arguments.corpus.open(encoding="utf-8")]
    training.run(encode(pairs, tokenizer, "<|book|>"), begin)
    export(training.model.weights(), shape, begin, end, NEW_TOKENS, arguments.folder)


if __name__ == "__main__":
    main()
