"""Writes what other engines are checked against: expected.json and samples.txt.

Run: python references.py --folder FOLDER. expected.json holds, for a few prompts, the ids, the float32
logits after the prompt and at the last step, and the greedy continuation; samples.txt holds held-out
dialogues as the chat template renders them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from evaluate import Folder, read_turns

PROMPTS = (
    "could you dim the lamp in the study a bit",
    "Set the heater in the living room to 21 degrees, please.",
    "is the garage door locked?",
    "turn off all the lights in 15 minutes",
    "hi, how are you?",
    "what is the capital of Norway?",
)
SAMPLES = 300
SEPARATOR = "<|story|>"
#: Decimals of a logit: finer than float32 arithmetic in another order can agree on.
DECIMALS = 5


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
        if len(greedy) > 64:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder)
    expected = {
        "source": "transformers LlamaForCausalLM in float32 over the stored BF16 weights; "
        "next_logits follow the prompt, last_logits are those that chose the last greedy id",
        "cases": [case(folder, prompt) for prompt in PROMPTS],
    }
    # One case a line: the logits are for machines, the rest should still be found by eye.
    lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in expected["cases"])
    (arguments.folder / "expected.json").write_text(f'{{"source": {json.dumps(expected["source"])},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")
    turns = read_turns(arguments.folder / "heldout.jsonl")
    chosen = [turns[i * len(turns) // SAMPLES] for i in range(SAMPLES)]
    dialogues = [folder.render(t["prompt"], t["answer"]) for t in chosen]
    (arguments.folder / "samples.txt").write_text(f"\n{SEPARATOR}\n".join(dialogues) + "\n", encoding="utf-8")
    for c in expected["cases"]:
        print(f"{c['user']} -> {c['answer']}")


if __name__ == "__main__":
    main()
