"""Byte-level BPE of a corpus, and the tokenizer files of a folder.

Digits stand alone, so that a number is copied digit by digit; all 256 bytes are in the vocabulary, so that any
text encodes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

BEGIN, USER, END = "<|begin|>", "<|user|>", "<|end|>"


def texts(corpus: Path, lines: int) -> Iterator[str]:
    """Prompts and answers of the first lines, one after the other."""
    with corpus.open(encoding="utf-8") as file:
        for line in itertools.islice(file, lines):
            turn = json.loads(line)
            yield turn["prompt"]
            yield turn["answer"]


def train(corpus: Path, lines: int, vocabulary: int, answers: str, splits: Sequence[pre_tokenizers.PreTokenizer] = ()) -> Tokenizer:
    """answers: the special token in front of an answer; splits: what cuts a text before the rules of bytes do.

    Ids 0 to 3 are <|begin|>, <|user|>, that token and <|end|>.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=[BEGIN, USER, answers, END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts(corpus, lines), trainer)
    return tokenizer


def write(tokenizer: Tokenizer, folder: Path, name: str, answers: str, positions: int) -> None:
    """tokenizer.json, tokenizer_config.json with the chat template, special_tokens_map.json."""
    template = (
        "{{ bos_token }}{% for message in messages %}"
        "{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] | trim }}"
        f"{{% elif message['role'] == 'assistant' %}}{{{{ '{answers}' + message['content'] | trim + '<|end|>' }}}}"
        f"{{% else %}}{{{{ raise_exception('{name} knows the roles user and assistant only') }}}}"
        f"{{% endif %}}{{% endfor %}}{{% if add_generation_prompt %}}{{{{ '{answers}' }}}}{{% endif %}}"
    )
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": END,
        "model_max_length": positions,
        "clean_up_tokenization_spaces": False,
        "chat_template": template,
    }
    special = {"bos_token": BEGIN, "eos_token": END, "pad_token": END, "additional_special_tokens": [USER, answers]}
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    for file, content in (("tokenizer_config.json", config), ("special_tokens_map.json", special)):
        (folder / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
