"""Trains a small model of each family on the sample model's text, so that weights have the scale of trained ones.

Run: python train.py --out FOLDER [--families gpt2,gpt_neox] [--steps N], with torch, transformers, tokenizers and
safetensors, and a corpus of models/home-commands/train/corpus.py (--corpus build/train.jsonl). bench/families.mjs measures
what INT8 costs each of them. Seeds are fixed. The models are for measuring only: they answer badly.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent.parent / "models" / "home-commands"
SEED = 11
BATCH, LENGTH = 24, 96
WARM_UP, PEAK_RATE, FINAL_SHARE, WEIGHT_DECAY = 60, 2e-3, 0.05, 0.1

WIDTH, LAYERS, HEADS, INNER, POSITIONS = 96, 4, 4, 384, 128
#: Keys that most configs share, under the names of most.
COMMON = dict(
    hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, max_position_embeddings=POSITIONS
)
GATED = dict(COMMON, intermediate_size=256, num_key_value_heads=2, head_dim=24)

FAMILIES = {
    "llama": dict(GATED),
    "qwen2": dict(GATED),
    "qwen3": dict(GATED),
    "gemma2": dict(GATED, query_pre_attn_scalar=24, sliding_window=64),
    "gemma3_text": dict(GATED, query_pre_attn_scalar=24, sliding_window=64),
    "phi3": dict(GATED, pad_token_id=0),
    "olmo2": dict(GATED),
    "stablelm": dict(COMMON, intermediate_size=256, num_key_value_heads=2),
    "cohere": dict(COMMON, intermediate_size=256, num_key_value_heads=2),
    "granite": dict(COMMON, intermediate_size=256, num_key_value_heads=2),
    "gpt2": dict(n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_inner=INNER, n_positions=POSITIONS),
    "gpt_neo": dict(
        hidden_size=WIDTH, num_layers=LAYERS, num_heads=HEADS, intermediate_size=INNER, max_position_embeddings=POSITIONS,
        attention_types=[[["global", "local"], LAYERS // 2]], window_size=64,
    ),
    "gpt_neox": dict(COMMON, intermediate_size=INNER, rotary_pct=0.25),
    "gptj": dict(n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_inner=INNER, n_positions=POSITIONS, rotary_dim=8),
    "opt": dict(COMMON, ffn_dim=INNER, word_embed_proj_dim=WIDTH),
    "bloom": dict(hidden_size=WIDTH, n_layer=LAYERS, n_head=HEADS),
    "phi": dict(COMMON, intermediate_size=INNER, partial_rotary_factor=0.5),
    "starcoder2": dict(COMMON, intermediate_size=INNER, num_key_value_heads=2),
    "falcon": dict(
        hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, multi_query=True, parallel_attn=True, bias=False
    ),
}


def texts(corpus: Path, tokenizer: Tokenizer) -> torch.Tensor:
    """The corpus as one row of ids."""
    names = {name: tokenizer.token_to_id(name) for name in ("<|user|>", "<|home|>", "<|end|>")}
    ids: list[int] = []
    turns = [json.loads(line) for line in corpus.open(encoding="utf-8")]
    for turn in turns:
        said = tokenizer.encode(turn["prompt"], add_special_tokens=False).ids
        answer = tokenizer.encode(turn["answer"], add_special_tokens=False).ids
        ids += [names["<|user|>"], *said, names["<|home|>"], *answer, names["<|end|>"]]
    return torch.tensor(ids)


def rate_at(step: int, steps: int) -> float:
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return PEAK_RATE * (FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * done)))


def train(family: str, ids: torch.Tensor, vocabulary: int, steps: int, out: Path) -> None:
    torch.manual_seed(SEED)
    pick = random.Random(SEED)
    settings = {"vocab_size": vocabulary, "bos_token_id": 0, "eos_token_id": 0, **FAMILIES[family]}
    config = AutoConfig.for_model(family, **settings)
    config.architectures = None
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().train()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.95))
    loss = torch.tensor(0.0)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, steps)
        rows = torch.stack([ids[at : at + LENGTH] for at in (pick.randrange(len(ids) - LENGTH) for _ in range(BATCH))])
        loss = model(rows, labels=rows).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"{family}: {sum(p.numel() for p in model.parameters()):,} parameters, loss {loss.item():.3f}", flush=True)
    folder = out / family
    model.eval().save_pretrained(folder, safe_serialization=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(SAMPLE / name, folder / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--threads", type=int, default=1)
    wanted = parser.parse_args()
    torch.set_num_threads(wanted.threads)
    tokenizer = Tokenizer.from_file(str(SAMPLE / "tokenizer.json"))
    ids = texts(wanted.corpus, tokenizer)
    for family in wanted.families.split(","):
        if not (wanted.out / family / "config.json").exists():
            train(family, ids, tokenizer.get_vocab_size(), wanted.steps, wanted.out)


if __name__ == "__main__":
    main()
