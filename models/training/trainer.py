"""Trains on rows of ids with a loss weight each, and can be stopped and taken up again.

A recipe is fixed by its seed and its numbers of threads and steps: all of them change the last bits.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from .llama import Llama, Shape, product
from .optimizer import Muon

#: Ids of a turn, and how many of them come before the answer.
Turn = tuple[list[int], int]


@dataclass(frozen=True)
class Recipe:
    steps: int
    batch_tokens: int
    #: Of Muon, and of AdamW for embedding and norms.
    matrix_rate: float = 0.02
    vector_rate: float = 3e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    #: Of the steps, the last in which the rate falls to nothing in a line. Until then it stays: how long a training
    #: is going to be may be decided late.
    decay_share: float = 0.3
    dropout: float = 0.0
    #: One in this many tokens of the prompts is judged: a model of whole dialogues must know prompts a little.
    prompt_share: int = 8
    prompt_weight: float = 0.2
    #: How many turns a row has, with weights.
    row_turns: tuple[tuple[int, float], ...] = ((1, 0.5), (2, 0.3), (3, 0.2))
    seed: int = 7
    #: One thread loses little on matrices this small, and does not stall when the machine has other work.
    threads: int = 1
    save_every: int = 250

    def rate(self, step: int) -> float:
        """As a share of the peak."""
        decay = self.decay_share * self.steps
        return min(1.0, (step + 1) / self.warm_up, (self.steps - step) / decay)


#: Batches that are sorted by length together, so that little is padded.
POOL_BATCHES = 40


def batches(turns: Sequence[Turn], begin: int, positions: int, recipe: Recipe, rng: random.Random) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless (ids, mask), both [rows, length]; mask: 0 padding, 1 said by the user, 2 answered."""
    order: list[int] = []
    counts, shares = zip(*recipe.row_turns)

    def row() -> tuple[list[int], list[int]]:
        ids, mask = [begin], [0]
        for _ in range(rng.choices(counts, shares)[0]):
            if not order:
                order.extend(rng.sample(range(len(turns)), len(turns)))
            more, said = turns[order.pop()]
            if len(ids) + len(more) <= positions:
                ids, mask = ids + more, mask + [1] * said + [2] * (len(more) - said)
        return ids, mask

    while True:
        pool: list[tuple[list[int], list[int]]] = []
        total = 0
        while total < POOL_BATCHES * recipe.batch_tokens:
            pool.append(row())
            total += len(pool[-1][0])
        pool.sort(key=lambda r: len(r[0]))
        groups: list[list[tuple[list[int], list[int]]]] = [[]]
        for item in pool:
            if groups[-1] and len(item[0]) * (len(groups[-1]) + 1) > recipe.batch_tokens:
                groups.append([])
            groups[-1].append(item)
        rng.shuffle(groups)
        for group in groups:
            length = max(len(ids) for ids, _ in group)
            yield (
                torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in group]),
                torch.tensor([mask + [0] * (length - len(mask)) for _, mask in group]),
            )


def loss_of(model: Llama, ids: Tensor, mask: Tensor, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """The loss to descend, and the mean of the answers' tokens alone."""
    hidden = model(ids[:, :-1], recipe.dropout).flatten(0, 1)
    said, wanted = mask[:, 1:].flatten(), ids[:, 1:].flatten()
    # The head is a fifth of the work: it is spared where nobody asks for its opinion.
    some = torch.rand(said.shape[0]) < 1 / recipe.prompt_share
    at = ((said == 2) | ((said == 1) & some)).nonzero().squeeze(1)
    losses = cross_entropy(product(hidden[at], model.embedding).float(), wanted[at], reduction="none")
    answered = said[at] == 2
    answers = losses[answered].sum()
    prompts = losses[~answered].sum() * (recipe.prompt_weight * recipe.prompt_share)
    weight = answered.sum() + (~answered).sum() * (recipe.prompt_weight * recipe.prompt_share)
    return (answers + prompts) / weight, (answers / answered.sum()).detach()


class Training:
    """model, optimizers and the number of steps done, which `save` writes and the constructor takes up."""

    def __init__(self, shape: Shape, recipe: Recipe, checkpoint: Path) -> None:
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.recipe, self.checkpoint, self.done = recipe, checkpoint, 0
        self.model = Llama(shape)
        matrices = self.model.matrices()
        own = {id(matrix) for matrix in matrices}
        others = [p for p in self.model.parameters() if id(p) not in own]
        self.optimizers = [
            Muon(matrices, recipe.matrix_rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(others, recipe.vector_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]
        if checkpoint.exists():
            state = torch.load(checkpoint)
            self.model.load_state_dict(state["model"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
            self.done = state["done"]

    def save(self) -> None:
        """Beside the checkpoint come the weights as they are, which can be judged while training goes on."""
        state = {"model": self.model.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers], "done": self.done}
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)
        save_file(self.model.weights(), self.checkpoint.with_suffix(".safetensors"), metadata={"format": "pt"})

    def run(self, turns: Sequence[Turn], begin: int) -> None:
        recipe, model = self.recipe, self.model
        source = batches(turns, begin, model.shape.positions, recipe, random.Random(f"{recipe.seed} {self.done}"))
        bases = (recipe.matrix_rate, recipe.vector_rate)
        print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(turns)} turns, {self.done} of {recipe.steps} steps", flush=True)
        started, first, smooth = time.monotonic(), self.done, None
        model.train()
        while self.done < recipe.steps:
            loss, answers = loss_of(model, *next(source), recipe)
            for optimizer, base in zip(self.optimizers, bases):
                optimizer.zero_grad(set_to_none=True)
                for group in optimizer.param_groups:
                    group["lr"] = base * recipe.rate(self.done)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
            self.done += 1
            smooth = answers.item() if smooth is None else 0.9 * smooth + 0.1 * answers.item()
            if self.done % 25 == 0:
                print(f"step {self.done}: loss {loss.item():.4f}, answers {smooth:.4f}, {(time.monotonic() - started) / (self.done - first):.3f} s/step", flush=True)
            if self.done % recipe.save_every == 0 or self.done == recipe.steps:
                self.save()
        model.eval()


def export(weights: dict[str, Tensor], shape: Shape, begin: int, end: int, new_tokens: int, folder: Path, drawn: dict[str, object] | None = None) -> None:
    """Writes config.json, generation_config.json and BF16 model.safetensors; drawn: how tokens are drawn, greedy without it."""
    save_file({name: tensor.to(torch.bfloat16) for name, tensor in weights.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    generation = {"bos_token_id": begin, "eos_token_id": [end], "pad_token_id": end, **(drawn or {"do_sample": False}), "max_new_tokens": new_tokens}
    for name, content in (("config.json", shape.config(begin, end)), ("generation_config.json", generation)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
