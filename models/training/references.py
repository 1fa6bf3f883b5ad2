"""What other engines are checked against: expected.json and samples.txt of a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch

from .folder import Folder

SEPARATOR = "<|story|>"
#: Decimals of a logit: finer than float32 arithmetic in another order can agree on.
DECIMALS = 5
#: No answer of the models here is longer.
LONGEST = 250


@torch.inference_mode()
def case(folder: Folder, prompt: str) -> dict[str, object]:
    """One prompt with its greedy continuation, computed without a key/value cache."""
    text = folder.render(prompt)
    prompt_ids = folder.encode(text)
    ids, greedy, margins = list(prompt_ids), [], []
    first = last = torch.empty(0)
    while not greedy or greedy[-1] != folder.end:
        last = folder.model(torch.tensor([ids]), use_cache=False).logits[0, -1]
        first = first if greedy else last
        best = last.topk(2).values
        margins.append(round((best[0] - best[1]).item(), DECIMALS))
        greedy.append(int(last.argmax()))
        ids.append(greedy[-1])
        if len(greedy) > LONGEST:
            raise RuntimeError(f"no end after {len(greedy)} tokens: {prompt}")
    cached = folder.model.generate(torch.tensor([prompt_ids]), attention_mask=torch.ones(1, len(prompt_ids), dtype=torch.long))
    if cached[0, len(prompt_ids) :].tolist() != greedy:
        raise RuntimeError(f"generate() and the plain forward pass disagree: {prompt}")
    return {
        "user": prompt,
        "prompt": text,
        "prompt_ids": prompt_ids,
        "next_logits": [round(v, DECIMALS) for v in first.tolist()],
        "greedy_ids": greedy,
        "greedy_margins": margins,
        "answer": folder.tokenizer.decode(greedy[:-1], skip_special_tokens=False),
        "last_logits": [round(v, DECIMALS) for v in last.tolist()],
    }


def write_expected(folder: Folder, path: Path, prompts: Sequence[str]) -> None:
    """For each prompt the ids, the float32 logits after it and at the last step, and the greedy continuation."""
    source = (
        "transformers LlamaForCausalLM in float32 over the stored BF16 weights; next_logits follow the prompt, "
        "last_logits are those that chose the last greedy id"
    )
    # One case a line: the logits are for machines, the rest should still be found by eye.
    lines = ",\n".join(json.dumps(case(folder, prompt), ensure_ascii=False) for prompt in prompts)
    path.write_text(f'{{"source": {json.dumps(source)},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")


def write_samples(folder: Folder, path: Path, turns: Sequence[dict[str, str]], count: int) -> None:
    """Dialogues as the chat template renders them, spread over the turns."""
    chosen = [turns[i * len(turns) // count] for i in range(count)]
    path.write_text(f"\n{SEPARATOR}\n".join(folder.render(t["prompt"], t["answer"]) for t in chosen) + "\n", encoding="utf-8")
