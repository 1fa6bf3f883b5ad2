"""Moves scales between a Llama's matrices and what they are multiplied with, without changing its function, so that
bench:quantize can say what that is worth (docs/decisions/0034).

  python equalize.py FOLDER OUT --text FILE [--norms ALPHA] [--values] [--ups ALPHA]

--norms ALPHA  SmoothQuant (Xiao et al. 2023): gains of norms over s, columns of the matrices behind them times s, where
               s = max|x| ** ALPHA / max|w| ** (1 - ALPHA) for each channel
--values       rows of the value projection over s, columns of the output projection times s: each takes half of the
               difference between their largest magnitudes, shared by the query heads of a value head
--ups ALPHA    the same as --norms between the rows of up and the columns of down

Needs numpy, safetensors and tokenizers. Weights are written in F32.
"""

import argparse
import glob
import json
import os
import shutil

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

# Tokens that are read to find the largest magnitudes.
TOKENS = 1024
# Tokens of one sequence.
CONTEXT = 256


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--text", required=True)
    parser.add_argument("--norms", type=float)
    parser.add_argument("--values", action="store_true")
    parser.add_argument("--ups", type=float)
    return parser.parse_args()


def read_tensors(path):
    """All tensors of a safetensors file in F32; NumPy itself knows no BF16."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data[begin:end], np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(data[begin:end], {"F16": np.float16, "F32": np.float32}[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).astype(np.float32)
    return tensors


class Llama:
    def __init__(self, folder):
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        self.w = {}
        for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
            self.w.update(read_tensors(path))
        c = self.config
        self.heads = c["num_attention_heads"]
        self.kv_heads = c.get("num_key_value_heads", self.heads)
        self.dim = c.get("head_dim") or c["hidden_size"] // self.heads
        self.most = {}

    def layer(self, index, name):
        return self.w[f"model.layers.{index}.{name}.weight"]

    def see(self, site, x):
        """Keeps the largest magnitude of each channel."""
        most = np.abs(x).max(axis=0)
        self.most[site] = np.maximum(self.most.get(site, 0), most)

    def norm(self, x, name):
        scale = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.config["rms_norm_eps"])
        return x * scale * self.w[name]

    def rotate(self, x):
        length, half = x.shape[0], self.dim // 2
        theta = self.config.get("rope_theta") or 10000.0
        angles = np.arange(length)[:, None] * theta ** (-np.arange(half) / half)
        cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
        a, b = x[..., :half], x[..., half:]
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1).astype(np.float32)

    def read(self, ids):
        x = self.w["model.embed_tokens.weight"][ids]
        length = len(ids)
        mask = np.triu(np.full((length, length), -np.inf, np.float32), 1)
        for i in range(self.config["num_hidden_layers"]):
            h = self.norm(x, f"model.layers.{i}.input_layernorm.weight")
            self.see((i, "attention"), h)
            q, k, v = (h @ self.layer(i, f"self_attn.{n}_proj").T for n in "qkv")
            q = self.rotate(q.reshape(length, self.heads, self.dim))
            k = self.rotate(k.reshape(length, self.kv_heads, self.dim))
            v = v.reshape(length, self.kv_heads, self.dim)
            shared = self.heads // self.kv_heads
            k, v = np.repeat(k, shared, 1), np.repeat(v, shared, 1)
            scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(self.dim) + mask
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            mixed = np.einsum("hts,shd->thd", scores, v).reshape(length, -1)
            x = x + mixed @ self.layer(i, "self_attn.o_proj").T
            h = self.norm(x, f"model.layers.{i}.post_attention_layernorm.weight")
            self.see((i, "mlp"), h)
            gate = h @ self.layer(i, "mlp.gate_proj").T
            inner = gate / (1 + np.exp(-gate)) * (h @ self.layer(i, "mlp.up_proj").T)
            self.see((i, "down"), inner)
            x = x + inner @ self.layer(i, "mlp.down_proj").T

    def smooth(self, most_x, columns, alpha):
        """s for each channel, 1 on (geometric) average."""
        most_w = np.max([np.abs(w).max(axis=0) for w in columns], axis=0)
        s = np.maximum(most_x, 1e-5) ** alpha / np.maximum(most_w, 1e-5) ** (1 - alpha)
        return (s / np.exp(np.log(s).mean())).astype(np.float32)

    def move_norms(self, alpha):
        for i in range(self.config["num_hidden_layers"]):
            for site, gain, names in (
                ("attention", "input_layernorm", [f"self_attn.{n}_proj" for n in "qkv"]),
                ("mlp", "post_attention_layernorm", ["mlp.gate_proj", "mlp.up_proj"]),
            ):
                columns = [self.layer(i, name) for name in names]
                s = self.smooth(self.most[(i, site)], columns, alpha)
                self.w[f"model.layers.{i}.{gain}.weight"] /= s
                for w in columns:
                    w *= s

    def move_values(self):
        shared = self.heads // self.kv_heads
        for i in range(self.config["num_hidden_layers"]):
            v, o = self.layer(i, "self_attn.v_proj"), self.layer(i, "self_attn.o_proj")
            rows = np.abs(v).max(axis=1)
            columns = np.abs(o).max(axis=0).reshape(self.kv_heads, shared, self.dim).max(axis=1).reshape(-1)
            s = np.sqrt(rows / np.maximum(columns, 1e-8))
            s /= np.exp(np.log(s).mean())
            v /= s[:, None]
            o *= np.repeat(s.reshape(self.kv_heads, 1, self.dim), shared, 1).reshape(-1)

    def move_ups(self, alpha):
        for i in range(self.config["num_hidden_layers"]):
            up, down = self.layer(i, "mlp.up_proj"), self.layer(i, "mlp.down_proj")
            s = self.smooth(self.most[(i, "down")], [down], alpha)
            up /= s[:, None]
            down *= s


def main():
    options = arguments()
    model = Llama(options.folder)
    tokenizer = Tokenizer.from_file(os.path.join(options.folder, "tokenizer.json"))
    with open(options.text, encoding="utf-8") as file:
        ids = tokenizer.encode(file.read().replace("<|story|>\n", "")).ids[:TOKENS]
    for begin in range(0, len(ids), CONTEXT):
        model.read(np.array(ids[begin : begin + CONTEXT]))
    if options.norms is not None:
        model.move_norms(options.norms)
    if options.values:
        model.move_values()
    if options.ups is not None:
        model.move_ups(options.ups)
    os.makedirs(options.out, exist_ok=True)
    for name in os.listdir(options.folder):
        if not name.endswith((".safetensors", ".index.json")):
            source = os.path.join(options.folder, name)
            if os.path.isfile(source):
                shutil.copyfile(source, os.path.join(options.out, name))
    config = {**model.config, "torch_dtype": "float32"}
    with open(os.path.join(options.out, "config.json"), "w") as file:
        json.dump(config, file)
    tensors = {name: np.ascontiguousarray(w) for name, w in model.w.items()}
    save_file(tensors, os.path.join(options.out, "model.safetensors"), metadata={"format": "pt"})


main()
