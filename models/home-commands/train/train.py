"""Trains the model from scratch on the CPU and writes config, BF16 weights and generation config.

Run: python train.py --corpus build/train.jsonl --folder FOLDER, where FOLDER holds tokenizer.json
already. Seeds are fixed; the numbers of threads and of steps are part of the recipe, because both
change the last bits of the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, dropout
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.turns import encode as turns_of

SEED = 7
#: One thread loses little on matrices this small, and does not stall when the machine has other work.
THREADS = 1
STEPS = 7000
#: Steps between two savings of the unrounded weights, which evaluate.py can judge while training goes on.
SAVE_EVERY = 500
WARM_UP = 200
PEAK_RATE = 2.5e-3
FINAL_SHARE = 0.01
WEIGHT_DECAY = 0.1
#: Of what each attention and feed-forward block adds, while training only.
DROPOUT = 0.05
#: Tokens in a batch, padding included.
BATCH_TOKENS = 2048
#: Loss weight of a token that the user says; what the home says weighs 1. Small but not zero: the
#: model must judge prompts sensibly too, or the perplexity of a whole dialogue means nothing.
PROMPT_WEIGHT = 0.2
#: How many turns a training row has, with weights. Turns do not depend on each other: the model
#: learns to answer the last one when a chat keeps the earlier ones in its cache.
ROW_TURNS = ((1, 0.6), (2, 0.2), (3, 0.2))
#: Batches that are sorted by length together, so that little is padded.
POOL_BATCHES = 50
MAX_POSITIONS = 256

CONFIG = {
    "hidden_size": 128,
    "intermediate_size": 288,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "max_position_embeddings": MAX_POSITIONS,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": True,
}
ROPE_THETA = 10000.0

Row = tuple[list[int], list[float]]


def encode(corpus: Path, tokenizer: Tokenizer) -> list[Row]:
    """Every turn as ids (without <|begin|>) and the loss weight of each."""
    with corpus.open(encoding="utf-8") as lines:
        turns = turns_of([json.loads(line) for line in lines], tokenizer, "<|home|>")
    return [(ids, [PROMPT_WEIGHT] * said + [1.0] * (len(ids) - said)) for ids, said in turns]


def batches(turns: list[Row], begin: int, rng: random.Random) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless (ids, weights), both [rows, length]; padding has weight 0."""
    order: list[int] = []

    def row() -> Row:
        ids, weights = [begin], [0.0]
        for _ in range(rng.choices([n for n, _ in ROW_TURNS], [w for _, w in ROW_TURNS])[0]):
            if not order:
                order.extend(rng.sample(range(len(turns)), len(turns)))
            more, theirs = turns[order.pop()]
            if len(ids) + len(more) <= MAX_POSITIONS:
                ids, weights = ids + more, weights + theirs
        return ids, weights

    while True:
        pool: list[Row] = []
        total = 0
        while total < POOL_BATCHES * BATCH_TOKENS:
            pool.append(row())
            total += len(pool[-1][0])
        pool.sort(key=lambda r: len(r[0]))
        groups: list[list[Row]] = [[]]
        for item in pool:
            if groups[-1] and len(item[0]) * (len(groups[-1]) + 1) > BATCH_TOKENS:
                groups.append([])
            groups[-1].append(item)
        rng.shuffle(groups)
        for group in groups:
            length = max(len(ids) for ids, _ in group)
            yield (
                torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in group]),
                torch.tensor([weights + [0.0] * (length - len(weights)) for _, weights in group]),
            )


def rate(step: int) -> float:
    """Learning rate as a share of the peak: linear warm-up, then half a cosine."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, STEPS - WARM_UP)
    return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * done))


def train(turns: list[Row], tokenizer: Tokenizer, unrounded: Path) -> LlamaForCausalLM:
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    begin, end = tokenizer.token_to_id("<|begin|>"), tokenizer.token_to_id("<|end|>")
    config = LlamaConfig(
        **CONFIG,
        vocab_size=tokenizer.get_vocab_size(),
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA},
        bos_token_id=begin,
        eos_token_id=end,
        attn_implementation="sdpa",
    )
    model = LlamaForCausalLM(config)
    for layer in model.model.layers:
        for block in (layer.self_attn.o_proj, layer.mlp.down_proj):
            block.register_forward_hook(lambda module, _, output: dropout(output, DROPOUT, module.training))
    model.train()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], lr=PEAK_RATE, betas=(0.9, 0.98), fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(turns)} turns, {STEPS} steps", flush=True)
    source = batches(turns, begin, random.Random(SEED))
    started, smooth = time.monotonic(), None
    for step in range(STEPS):
        ids, weights = next(source)
        logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
        losses = cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        weight = weights[:, 1:].flatten()
        loss = (losses * weight).sum() / weight.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49 or step == 0:
            answered = ((losses * (weight == 1)).sum() / (weight == 1).sum()).item()
            smooth = answered if smooth is None else 0.7 * smooth + 0.3 * answered
            print(f"step {step + 1}: loss {loss.item():.4f}, answers {smooth:.4f}, {(time.monotonic() - started) / (step + 1):.3f} s/step", flush=True)
        if step % SAVE_EVERY == SAVE_EVERY - 1:
            save_file(weights_of(model), unrounded, metadata={"format": "pt"})
    return model.eval()


def weights_of(model: LlamaForCausalLM) -> dict[str, torch.Tensor]:
    """The F32 weights by name; the head is the embedding and is left out."""
    return {n: t.detach().contiguous() for n, t in model.state_dict().items() if n != "lm_head.weight"}


def export(model: LlamaForCausalLM, folder: Path, unrounded: Path) -> None:
    """Writes config.json, generation_config.json and BF16 model.safetensors.

    unrounded: where the F32 weights go, for measuring what the rounding to BF16 costs.
    """
    tensors = weights_of(model)
    save_file(tensors, unrounded, metadata={"format": "pt"})
    save_file({n: t.to(torch.bfloat16) for n, t in tensors.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": model.config.vocab_size,
        **CONFIG,
        "rope_theta": ROPE_THETA,
        "rope_scaling": None,
        "initializer_range": 0.02,
        "bos_token_id": model.config.bos_token_id,
        "eos_token_id": model.config.eos_token_id,
        "torch_dtype": "bfloat16",
        "use_cache": True,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    generation = {
        "bos_token_id": model.config.bos_token_id,
        "eos_token_id": [model.config.eos_token_id],
        "pad_token_id": model.config.eos_token_id,
        "do_sample": False,
        "max_new_tokens": 64,
    }
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/train.jsonl"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--unrounded", type=Path, default=Path("build/float32.safetensors"))
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.folder / "tokenizer.json"))
    model = train(encode(arguments.corpus, tokenizer), tokenizer, arguments.unrounded)
    export(model, arguments.folder, arguments.unrounded)


if __name__ == "__main__":
    main()
