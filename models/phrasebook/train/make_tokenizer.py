"""Trains the byte-level BPE tokenizer on the corpus and writes the folder's tokenizer files.

Run: python make_tokenizer.py --corpus build/train.jsonl --out FOLDER. Digits and Chinese characters stand
alone, so that a number is copied digit by digit and a Chinese word is cut the same way in every sentence; all
256 bytes are in the vocabulary, so that any text encodes.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 1536
BEGIN, USER, BOOK, END = "<|begin|>", "<|user|>", "<|book|>", "<|end|>"
#: In the order of their ids, from 0.
SPECIAL = [BEGIN, USER, BOOK, END]
#: Turns that the merges are learned from; more change nothing that matters.
LINES = 100_000

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] | trim }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|book|>' + message['content'] | trim + '<|end|>' }}"
    "{% else %}{{ raise_exception('phrasebook knows the roles user and assistant only') }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|book|>' }}{% endif %}"
)


def texts(corpus: Path) -> Iterator[str]:
    """Prompts and answers, one after the other."""
    with corpus.open(encoding="utf-8") as file:
        for line in itertools.islice(file, LINES):
            turn = json.loads(line)
            yield turn["prompt"]
            yield turn["answer"]


def train(corpus: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("[\u4e00-\u9fff]"), "isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    tokenizer.train_from_iterator(texts(corpus), trainer)
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/train.jsonl"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer = train(arguments.corpus)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": END,
        "model_max_length": 256,
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }
    (arguments.out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    special = {"bos_token": BEGIN, "eos_token": END, "pad_token": END, "additional_special_tokens": [USER, BOOK]}
    (arguments.out / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n", encoding="utf-8")
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
