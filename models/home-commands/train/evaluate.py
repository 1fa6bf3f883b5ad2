"""Measures the folder: exact matches on held-out turns, and perplexity on whole dialogues.

Run: python evaluate.py --folder FOLDER --test FILE [--weights FILE] [--failures] [--json FILE]. The folder
is loaded as anybody would load it (transformers for the model, tokenizers for tokenizer.json, its own chat
template), the arithmetic is float32 over the stored weights; --weights replaces them by others of the same
shapes, such as the unrounded ones. An answer counts when every character of it is right.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from pathlib import Path

import torch
from jinja2.sandbox import ImmutableSandboxedEnvironment
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

#: Prompts of one length that are answered together; equal lengths need no padding, which could change a result.
BATCH = 128


class Folder:
    """A model folder, loaded: `model` in float32, `tokenizer`, and `render` for its chat template."""

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
        """The dialogue's text: up to where the home answers, or with its answer."""
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


def measure(folder: Folder, turns: list[dict[str, str]]) -> tuple[dict[str, dict[str, float]], list[tuple[dict[str, str], str]]]:
    """Exact matches by kind and in all, and the turns that failed with what was answered."""
    answers = folder.answer([turn["prompt"] for turn in turns])
    failures = [(turn, answer) for turn, answer in zip(turns, answers) if turn["answer"] != answer]
    lines = Counter(turn["kind"] for turn in turns)
    wrong = Counter(turn["kind"] for turn, _ in failures)
    lines["all"], wrong["all"] = len(turns), len(failures)
    result = {kind: {"lines": n, "exact": n - wrong[kind], "percent": round(100 * (n - wrong[kind]) / n, 2)} for kind, n in lines.items()}
    return result, failures


def read_turns(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--failures", action="store_true", help="print every wrong answer")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder, arguments.weights)
    turns = read_turns(arguments.test)
    result, failures = measure(folder, turns)
    if arguments.failures:
        for turn, answer in failures:
            print(f"[{turn['kind']}] {turn['prompt']}\n  wanted {turn['answer']}\n  got    {answer}")
    for kind, figures in result.items():
        print(f"{kind:12} {figures['exact']:5} of {figures['lines']:5}  {figures['percent']:.2f} %")
    perplexity = folder.perplexity([folder.render(t["prompt"], t["answer"]) for t in turns[::3]])
    print(f"perplexity of {len(turns[::3])} whole dialogues: {perplexity:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"exact": result, "perplexity": round(perplexity, 4)}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
