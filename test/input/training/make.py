"""Files that trainings of nanoGPT and llama2.c save, a few KB each, and the logits of their models, which are written here as
they are there (https://github.com/karpathy/nanoGPT, https://github.com/karpathy/llama2.c; both MIT, model.py).

Run: python make.py (needs torch); the same version gives the same numbers.
"""

import base64
import io
import json
import math
import pickle

import torch
from torch import nn
from torch.nn import functional as F


class LayerNorm(nn.Module):
    def __init__(self, size, bias):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size)) if bias else None

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


class Attention(nn.Module):
    def __init__(self, n_embd, n_head, block_size, bias, **_):
        super().__init__()
        self.c_attn = nn.Linear(n_embd, 3 * n_embd, bias=bias)
        self.c_proj = nn.Linear(n_embd, n_embd, bias=bias)
        self.n_head = n_head
        # What is saved where the fast attention of torch is missing.
        self.register_buffer("bias", torch.tril(torch.ones(block_size, block_size)).view(1, 1, block_size, block_size))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.n_head, c // self.n_head).transpose(1, 2) for part in self.c_attn(x).split(c, dim=2))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
        scores = scores.masked_fill(self.bias[:, :, :t, :t] == 0, float("-inf"))
        return self.c_proj((F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(b, t, c))


class MLP(nn.Module):
    def __init__(self, n_embd, bias, **_):
        super().__init__()
        self.c_fc = nn.Linear(n_embd, 4 * n_embd, bias=bias)
        self.c_proj = nn.Linear(4 * n_embd, n_embd, bias=bias)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, n_embd, bias, **sizes):
        super().__init__()
        self.ln_1 = LayerNorm(n_embd, bias)
        self.attn = Attention(n_embd, bias=bias, **sizes)
        self.ln_2 = LayerNorm(n_embd, bias)
        self.mlp = MLP(n_embd, bias)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, n_layer, n_embd, vocab_size, block_size, bias, dropout, **sizes):
        super().__init__()
        self.transformer = nn.ModuleDict(dict(
            wte=nn.Embedding(vocab_size, n_embd),
            wpe=nn.Embedding(block_size, n_embd),
            h=nn.ModuleList([Block(n_embd, bias, block_size=block_size, **sizes) for _ in range(n_layer)]),
            ln_f=LayerNorm(n_embd, bias)))
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight

    def forward(self, ids):
        x = self.transformer.wte(ids) + self.transformer.wpe(torch.arange(ids.size(1)))
        for block in self.transformer.h:
            x = block(x)
        return self.lm_head(self.transformer.ln_f(x))


class RMSNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def turned(x):
    """Neighbours are pairs."""
    dim = x.size(-1)
    angles = torch.outer(torch.arange(x.size(1)).float(), 10000.0 ** (-torch.arange(0, dim, 2).float() / dim))
    cos, sin = angles.cos()[None, :, None], angles.sin()[None, :, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(3)


class LlamaAttention(nn.Module):
    def __init__(self, dim, n_heads, n_kv_heads):
        super().__init__()
        self.heads, self.kv_heads, self.size = n_heads, n_kv_heads, dim // n_heads
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wk = nn.Linear(dim, n_kv_heads * self.size, bias=False)
        self.wv = nn.Linear(dim, n_kv_heads * self.size, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)

    def forward(self, x):
        b, t, _ = x.shape
        q = turned(self.wq(x).view(b, t, self.heads, self.size))
        k = turned(self.wk(x).view(b, t, self.kv_heads, self.size)).repeat_interleave(self.heads // self.kv_heads, dim=2)
        v = self.wv(x).view(b, t, self.kv_heads, self.size).repeat_interleave(self.heads // self.kv_heads, dim=2)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        scores = q @ k.transpose(2, 3) / math.sqrt(self.size) + torch.full((t, t), float("-inf")).triu(1)
        return self.wo((F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(b, t, -1))


class FeedForward(nn.Module):
    def __init__(self, dim, multiple_of):
        super().__init__()
        width = multiple_of * ((int(2 * 4 * dim / 3) + multiple_of - 1) // multiple_of)
        self.w1 = nn.Linear(dim, width, bias=False)
        self.w2 = nn.Linear(width, dim, bias=False)
        self.w3 = nn.Linear(dim, width, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class TransformerBlock(nn.Module):
    def __init__(self, dim, n_heads, n_kv_heads, multiple_of):
        super().__init__()
        self.attention = LlamaAttention(dim, n_heads, n_kv_heads)
        self.feed_forward = FeedForward(dim, multiple_of)
        self.attention_norm = RMSNorm(dim, 1e-5)
        self.ffn_norm = RMSNorm(dim, 1e-5)

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.feed_forward(self.ffn_norm(x))


class Transformer(nn.Module):
    def __init__(self, dim, n_layers, n_heads, n_kv_heads, vocab_size, multiple_of, max_seq_len, dropout):
        super().__init__()
        self.tok_embeddings = nn.Embedding(vocab_size, dim)
        self.layers = nn.ModuleList([TransformerBlock(dim, n_heads, n_kv_heads or n_heads, multiple_of) for _ in range(n_layers)])
        self.norm = RMSNorm(dim, 1e-5)
        self.output = nn.Linear(dim, vocab_size, bias=False)
        self.tok_embeddings.weight = self.output.weight

    def forward(self, ids):
        x = self.tok_embeddings(ids)
        for layer in self.layers:
            x = layer(x)
        return self.output(self.norm(x))


TEXT = "".join(sorted(set("Wie heißt du? My name is Zoë!\n中文")))
NANO = dict(n_layer=2, n_head=2, n_embd=12, block_size=16, dropout=0.0)
MODELS = {
    "nanoGPT with biases": (GPT, {**NANO, "bias": True, "vocab_size": len(TEXT)}, ""),
    "nanoGPT without biases, compiled": (GPT, {**NANO, "bias": False, "vocab_size": 40}, "_orig_mod."),
    "llama2.c": (Transformer, dict(
        dim=16, n_layers=2, n_heads=4, n_kv_heads=2, vocab_size=40, multiple_of=4, max_seq_len=16, dropout=0.0), ""),
    "llama2.c, compiled": (Transformer, dict(
        dim=16, n_layers=2, n_heads=2, n_kv_heads=None, vocab_size=40, multiple_of=4, max_seq_len=16, dropout=0.1), "_orig_mod."),
}


def saved(number, make, sizes, prefix):
    torch.manual_seed(number)
    model = make(**sizes).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(value + torch.randn_like(value) * 0.4)
    ids = torch.randint(0, sizes["vocab_size"], (1, 12), generator=torch.Generator().manual_seed(number))
    with torch.no_grad():
        logits = model(ids)[0].tolist()
    stream = io.BytesIO()
    # The moments of one tensor stand for those of all.
    optimizer = {"state": {0: {"step": torch.tensor(5.0), "exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}
    torch.save({
        "model": {prefix + name: value for name, value in model.state_dict().items()},
        "optimizer": optimizer,
        "model_args": sizes,
        "iter_num": 2000,
        "best_val_loss": torch.tensor(1.5),
        "config": {"out_dir": "out", "dataset": "shakespeare_char", "learning_rate": 1e-3, "compile": bool(prefix)},
    }, stream)
    return {"file": base64.b64encode(stream.getvalue()).decode(), "ids": ids[0].tolist(),
            "logits": [[float(f"{value:.7g}") for value in row] for row in logits]}


meta = {"vocab_size": len(TEXT), "itos": dict(enumerate(TEXT)), "stoi": {text: id for id, text in enumerate(TEXT)}}
with open("files.json", "w") as file:
    json.dump({
        "torch": torch.__version__,
        "models": {name: saved(number, *model) for number, (name, model) in enumerate(MODELS.items())},
        "meta": base64.b64encode(pickle.dumps(meta)).decode(),
        "characters": TEXT,
    }, file)
