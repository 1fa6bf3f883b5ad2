"""A model folder as anybody would load it: transformers for the model, tokenizers for tokenizer.json, its own chat
template, float32 arithmetic over the stored weights."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path

import torch
from jinja2.sandbox import ImmutableSandboxedEnvironment
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

#: Prompts of one length that are answered together; equal lengths need no padding, which could change a result.
BATCH = 128


class Folder:
    """`model` in float32, `tokenizer`, and `render` for the chat template.

    weights: other weights of the same shapes in place of the stored ones, such as unrounded ones.
    """

    def __init__(self, folder: Path, weights: Path | None = None) -> None:
        self.model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        if weights is not None:
            missing, unexpected = self.model.load_state_dict(load_file(weights), strict=False)
            if unexpected or set(missing) - {"lm_head.weight"}:
                raise ValueError(f"{weights} does not fit the model: missing {missing}, unexpected {unexpected}")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        self._bos = config["bos_token"]
        self._template = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(config["chat_template"])
        self.end = json.loads((folder / "config.json").read_text(encoding="utf-8"))["eos_token_id"]

    def render(self, prompt: str, answer: str | None = None) -> str:
        """The dialogue's text: up to where the model answers, or with its answer."""
        messages = [{"role": "user", "content": prompt}]
        if answer is not None:
            messages.append({"role": "assistant", "content": answer})
        return self._template.render(messages=messages, bos_token=self._bos, add_generation_prompt=answer is None)

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    @torch.inference_mode()
    def answer(self, prompts: list[str]) -> list[str]:
        """The greedy answer to each prompt, without the end token."""
        groups: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for index, prompt in enumerate(prompts):
            ids = self.encode(self.render(prompt))
            groups[len(ids)].append((index, ids))
        answers = [""] * len(prompts)
        for length, group in sorted(groups.items()):
            for begin in range(0, len(group), BATCH):
                part = group[begin : begin + BATCH]
                ids = torch.tensor([ids for _, ids in part])
                out = self.model.generate(ids, attention_mask=torch.ones_like(ids))[:, length:].tolist()
                for (index, _), row in zip(part, out):
                    said = row[: row.index(self.end)] if self.end in row else row
                    answers[index] = self.tokenizer.decode(said, skip_special_tokens=False)
        return answers

    @torch.inference_mode()
    def perplexity(self, dialogues: list[str]) -> float:
        """exp of the mean negative log-likelihood of every token after the first of each dialogue."""
        total, count = 0.0, 0
        for text in dialogues:
            ids = torch.tensor([self.encode(text)])
            scores = self.model(ids).logits[0, :-1].double().log_softmax(-1)
            total -= scores.gather(1, ids[0, 1:, None]).sum().item()
            count += ids.shape[1] - 1
        return math.exp(total / count)
