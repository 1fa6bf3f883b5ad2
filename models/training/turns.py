"""Pairs of a prompt and an answer as ids."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer

from .trainer import Turn


def encode(pairs: Sequence[dict[str, str]], tokenizer: Tokenizer, answers: str) -> list[Turn]:
    """Every turn as ids (without <|begin|>); answers: the special token in front of an answer."""
    user, model, end = (tokenizer.token_to_id(token) for token in ("<|user|>", answers, "<|end|>"))
    said = tokenizer.encode_batch([pair["prompt"] for pair in pairs], add_special_tokens=False)
    answered = tokenizer.encode_batch([pair["answer"] for pair in pairs], add_special_tokens=False)
    return [([user, *prompt.ids, model, *answer.ids, end], len(prompt.ids) + 2) for prompt, answer in zip(said, answered)]
