"""Checkpoints of a small random model, written and judged by llama2.c itself. Run with a checkout of
https://github.com/karpathy/llama2.c: python make.py CHECKOUT (needs torch and numpy)."""

import base64
import json
import os
import struct
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
# What only its other inputs need.
for name in ("sentencepiece",):
    sys.modules.setdefault(name, type(sys)(name))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from export import legacy_export, quantize_q80, version1_export, version2_export  # noqa: E402
from model import ModelArgs, Transformer  # noqa: E402

VOCABULARY = 270
IDS = [1, 7, 90, 3, 268, 41, 41, 12, 200, 5, 33, 64]


def model(tied):
    torch.manual_seed(11)
    made = Transformer(
        ModelArgs(dim=16, n_layers=2, n_heads=2, n_kv_heads=1, vocab_size=VOCABULARY, hidden_dim=32, max_seq_len=24)
    )
    if not tied:
        made.output.weight = torch.nn.Parameter(torch.randn(VOCABULARY, 16) * 0.05)
    with torch.no_grad():
        for name, value in made.named_parameters():
            if "norm" in name:
                value.copy_(torch.rand_like(value) + 0.5)
            elif "tok_embeddings" not in name:
                value.mul_(6)
    return made.eval()


def rounded(made, group):
    """The model with the numbers that version 2 stores."""
    with torch.no_grad():
        for name, value in made.named_parameters():
            if "norm" not in name:
                codes, scales, _ = quantize_q80(value, group)
                value.copy_((codes.float() * scales[:, None]).view(value.shape))
    return made


def logits(made):
    with torch.no_grad():
        # Without targets the model gives those after the last token only.
        made(torch.tensor([IDS]), torch.tensor([IDS]))
        return [float(value) for value in made(torch.tensor([IDS]))[0, -1]]


def exported(write, made, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.bin")
        write(made, path, *options)
        with open(path, "rb") as file:
            return base64.b64encode(file.read()).decode()


def tokenizer():
    """tokenizer.bin: three special tokens, 256 bytes, then pieces whose scores fall."""
    pieces = [("<unk>", 0.0), ("\n<s>\n", 0.0), ("\n</s>\n", 0.0)]
    pieces += [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    words = [" t", "he", " the", " ", "t", "h", "e", "a", "\u4e2d", "aa", "ha"]
    pieces += [(word, -float(index)) for index, word in enumerate(words)]
    data = struct.pack("I", max(len(text.encode()) for text, _ in pieces))
    for text, score in pieces:
        data += struct.pack("fI", score, len(text.encode())) + text.encode()
    assert len(pieces) == VOCABULARY
    return base64.b64encode(data).decode()


cases = {}
for name, write, tied, group in (
    ("version 0", legacy_export, True, None),
    ("version 0, head apart", legacy_export, False, None),
    ("version 1", version1_export, True, None),
    ("version 2, head apart", version2_export, False, 16),
):
    options = () if group is None else (group,)
    file = exported(write, model(tied), *options)
    judge = model(tied) if group is None else rounded(model(tied), group)
    cases[name] = {"file": file, "logits": logits(judge)}
with open("files.json", "w") as file:
    json.dump({"ids": IDS, "tokenizer": tokenizer(), "cases": cases}, file)
