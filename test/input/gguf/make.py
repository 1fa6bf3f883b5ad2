#!/usr/bin/env python3
"""Converts the tiny checkpoints of `test/fixtures` with llama.cpp's convert_hf_to_gguf.py, one of each architecture.

The weights keep the type that they have, so that what is read of the files must be what is read of the folders, to the
bit. There are no tokenizers. Where the converter expects a key that a config leaves to its default, it is said; what GGUF has
no key for is left out of the folder first (`CHANGES`), and `changes.json` tells the test.

    pip install torch transformers safetensors gguf
    python3 make.py /path/to/llama.cpp
"""

import importlib
import json
import logging
import pathlib
import pkgutil
import re
import shutil
import sys
import tempfile

import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures"
CHECKOUT = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(CHECKOUT / "gguf-py"), str(CHECKOUT)]

import conversion  # noqa: E402
import gguf  # noqa: E402

for module in pkgutil.iter_modules(conversion.__path__):
    importlib.import_module(f"conversion.{module.name}")

from conversion.base import ModelBase, ModelType, get_model_architecture  # noqa: E402


def rotary(config, key, default):
    return (config.get("rope_parameters") or config.get("rope_scaling") or {}).get(key, default)


FOR_CONVERTER = {
    "bloom": lambda config: {"seq_length": 2048},
    # The share of what a head would have without a size of its own.
    "cohere2": lambda config: {
        "rotary_pct": 1.001 * config["head_dim"] * config["num_attention_heads"] / config["hidden_size"]},
    "falcon": lambda config: {"num_kv_heads": 1},
    "gpt-neox": lambda config: {"rotary_pct": rotary(config, "partial_rotary_factor", 0.25)},
    "gpt-neox-sequential": lambda config: {"rotary_pct": rotary(config, "partial_rotary_factor", 0.25)},
    "gpt2": lambda config: {"n_ctx": config["n_positions"]},
    "mpt": lambda config: {"architectures": ["MPTForCausalLM"]},
}
"""Keys that the converter expects."""

CHANGES = {
    # GGUF has no names for these norms.
    "phi": ({"qk_layernorm": False}, "_layernorm.norm|q_layernorm|k_layernorm"),
    # Left to who computes: scores are divided by the root of the head size, and every sixth layer sees everything.
    "gemma2": ({"query_pre_attn_scalar": 8}, None),
    "gemma3": ({"query_pre_attn_scalar": 8, "layer_types": ["sliding_attention"] * 4}, None),
    "smollm3": ({"no_rope_layers": None}, None),
    # Not written, or always as in the models that the converter was made for.
    "falcon": ({"max_position_embeddings": 2048}, None),
    "falcon-grouped": ({"max_position_embeddings": 2048}, None),
    "gpt-neox": ({"rotary_emb_base": 10000}, None),
    "starcoder2": ({"sliding_window": None}, None),
    "gemma3-pattern": ({"query_pre_attn_scalar": 8}, None),
}
"""What GGUF cannot say: other values of the config, and tensors that are left out."""

MASKS = r"(?:attn|attention)\.(?:masked_)?bias$"

TYPES = {
    torch.float32: gguf.LlamaFileType.ALL_F32,
    torch.float16: gguf.LlamaFileType.MOSTLY_F16,
    torch.bfloat16: gguf.LlamaFileType.MOSTLY_BF16,
}
"""Each keeps what it gets."""

CASES = {
    **{name: f"families/{name}" for name in [
        "bloom", "cohere", "cohere2", "ernie", "falcon", "falcon-grouped", "gemma", "gemma2", "gemma3", "gpt-bigcode",
        "gpt-neox", "gpt-neox-sequential", "gpt2", "granite", "hunyuan", "mpt", "olmo", "olmo2", "phi", "phi3",
        "phi3-longrope", "qwen2", "qwen3", "smollm3", "stablelm", "stablelm-parallel", "starcoder2"]},
    "gemma3-pattern": "families/gemma3",
    **{name: f"checkpoints/{name}" for name in [
        "llama-biases", "llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn", "llama-head-dim"]},
}


def stack_norms(self, bid, heads, norms, layer_name="q_layernorm"):
    """As written there, the stacked norms are lost."""
    names = [f"model.layers.{bid}.self_attn.{layer_name}.norms.{head}.weight" for head in range(heads)]
    stacked = torch.stack([norms.pop(name) for name in names])
    return [(self.map_tensor_name(f"model.layers.{bid}.self_attn.{layer_name}.weight"), stacked)]


def convert(name, source):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / name
        shutil.copytree(FIXTURES / source, folder)
        config = json.loads((folder / "config.json").read_text())
        changed, dropped = CHANGES.get(name, ({}, None))
        config.update(changed)
        (folder / "config.json").write_text(json.dumps(config))
        tensors = safetensors.torch.load_file(folder / "model.safetensors")
        left_out = [key for key, tensor in tensors.items()
                    if re.search(MASKS, key) and tensor.ndim > 1 or dropped and re.search(dropped, key)]
        kept = {key: tensor for key, tensor in tensors.items() if key not in left_out}
        safetensors.torch.save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
        # What counts the rows of Gemma 3's embedding.
        vocab = {str(token): token for token in range(len(next(iter(
            tensor for key, tensor in tensors.items() if re.search("embed_tokens|wte|word_embeddings|embed_in", key)))))}
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocab}, "added_tokens": []}))
        settings = ModelBase.load_hparams(folder, False)
        settings.update(FOR_CONVERTER.get(name, lambda _: {})(settings))
        original = ModelBase.from_model_architecture(get_model_architecture(settings, ModelType.TEXT))
        made = type(original.__name__, (original,), dict(
            model_arch=original.model_arch,
            set_vocab=lambda self: self._set_vocab_none(),
            **MORE.get(name, lambda _: {})(original)))
        made(folder, TYPES[max(tensors.values(), key=torch.numel).dtype], HERE / f"{name}.gguf", eager=True, hparams=settings).write()


def stablelm_tensors(original):
    """The norms of the heads stacked, as older versions of the converter did."""
    def modify(self, data, name, bid):
        for kind, heads in (("q", self.hparams["num_attention_heads"]), ("k", self.hparams["num_key_value_heads"])):
            if f"{kind}_layernorm.norms" not in name:
                continue
            found = self.__dict__.setdefault(f"found_{kind}", {}).setdefault(bid, {})
            found[name] = data
            return stack_norms(self, bid, heads, found, f"{kind}_layernorm") if len(found) == heads else []
        return original.modify_tensors(self, data, name, bid)
    return modify


def gemma_pattern(original):
    """Which layers have a window, as the converters of other architectures say it."""
    def parameters(self):
        original.set_gguf_parameters(self)
        self.gguf_writer.add_sliding_window_pattern(
            [kind == "sliding_attention" for kind in self.hparams["layer_types"]])
    return parameters


MORE = {
    "stablelm-parallel": lambda original: {"modify_tensors": stablelm_tensors(original)},
    "gemma3-pattern": lambda original: {"set_gguf_parameters": gemma_pattern(original)},
}


def main():
    logging.disable(logging.WARNING)
    for name, source in CASES.items():
        try:
            convert(name, source)
            print(name, (HERE / f"{name}.gguf").stat().st_size)
        except Exception as error:
            print(name, "FAILED", type(error).__name__, error)
    (HERE / "changes.json").write_text(json.dumps({
        "source": CASES,
        "config": {name: changed for name, (changed, _) in CHANGES.items()},
        "dropped": {name: dropped for name, (_, dropped) in CHANGES.items() if dropped},
    }, indent=2) + "\n")


main()
