"""A Llama for training on a CPU: few operations a layer, weights under the names that transformers gives them.

`Shape` is config.json; `Llama.weights()` is model.safetensors. Products are of BF16 where the processor has
instructions for them (four times as fast as F32 there) and of F32 where it has none; weights, their gradients, norms
and the sum of the blocks are F32.
Nothing here generates: a finished folder is measured through transformers, as anybody would load it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: The type of products.
PRODUCTS = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
EPSILON = 1e-5
ROPE_THETA = 10_000.0


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int = 128
    feed_forward: int = 320
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    positions: int = 256

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def config(self, begin: int, end: int) -> dict[str, object]:
        """config.json, with the ids of the first and of the last token of a turn."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_width,
            "max_position_embeddings": self.positions,
            "rms_norm_eps": EPSILON,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "rope_theta": ROPE_THETA,
            "rope_scaling": None,
            "initializer_range": 0.02,
            "bos_token_id": begin,
            "eos_token_id": end,
            "torch_dtype": "bfloat16",
            "use_cache": True,
        }


def product(x: Tensor, matrix: Tensor) -> Tensor:
    """x times the transposed matrix in the type of products."""
    return F.linear(x.to(PRODUCTS), matrix.to(PRODUCTS))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions by halves, as transformers has them; x is [rows, heads, length, head width]."""
    low, high = x.chunk(2, -1)
    return torch.cat((low * cos - high * sin, high * cos + low * sin), -1).to(PRODUCTS)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, kv = shape.width, shape.kv_heads * shape.head_width
        self.input_norm = nn.Parameter(torch.ones(width))
        self.post_norm = nn.Parameter(torch.ones(width))
        # Matrices that read the same input are one product: query, key, value; gate, up.
        self.qkv = nn.Parameter(torch.empty(width + 2 * kv, width))
        self.out = nn.Parameter(torch.empty(width, width))
        self.gate_up = nn.Parameter(torch.empty(2 * shape.feed_forward, width))
        self.down = nn.Parameter(torch.empty(width, shape.feed_forward))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, ahead: Tensor, drop: float) -> Tensor:
        """x: [rows, length, width]; ahead: [length, length], minus infinity where a query would look ahead."""
        shape, (rows, length, width) = self.shape, x.shape
        heads = product(F.rms_norm(x, (width,), self.input_norm, EPSILON), self.qkv)
        heads = heads.view(rows, length, -1, shape.head_width).transpose(1, 2)
        query, key, value = heads.split((shape.heads, shape.kv_heads, shape.kv_heads), 1)
        shared = shape.heads // shape.kv_heads
        key, value = rotate(key, cos, sin).repeat_interleave(shared, 1), value.repeat_interleave(shared, 1)
        # Written out: on rows this short it takes a third of the time of the fused operation with its gradient.
        scores = (rotate(query, cos, sin) @ key.mT).float() * shape.head_width**-0.5
        mixed = (scores + ahead).softmax(-1).to(PRODUCTS) @ value
        x = x + F.dropout(product(mixed.transpose(1, 2).reshape(rows, length, width), self.out), drop, self.training)
        gate, up = product(F.rms_norm(x, (width,), self.post_norm, EPSILON), self.gate_up).chunk(2, -1)
        return x + F.dropout(product(F.silu(gate) * up, self.down), drop, self.training)


class Llama(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.width))
        angles = torch.outer(torch.arange(shape.positions), ROPE_THETA ** -(torch.arange(0, shape.head_width, 2) / shape.head_width))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        nn.init.normal_(self.embedding, std=0.02)
        for block in self.blocks:
            # What a block adds begins small in proportion to the number of blocks.
            for matrix, gain in ((block.qkv, 1.0), (block.out, (2 * shape.layers) ** -0.5), (block.gate_up, 1.0), (block.down, (2 * shape.layers) ** -0.5)):
                nn.init.normal_(matrix, std=gain * matrix.shape[1] ** -0.5)

    def forward(self, ids: Tensor, drop: float = 0.0) -> Tensor:
        """ids: [rows, length]. The normalised last hidden vectors, [rows, length, width]."""
        length = ids.shape[1]
        x, cos, sin = F.embedding(ids, self.embedding), self.cos[:length], self.sin[:length]
        ahead = torch.full((length, length), float("-inf")).triu(1)
        for block in self.blocks:
            x = block(x, cos, sin, ahead, drop)
        return F.rms_norm(x, (self.shape.width,), self.norm, EPSILON)

    def matrices(self) -> list[nn.Parameter]:
        return [p for block in self.blocks for p in (block.qkv, block.out, block.gate_up, block.down)]

    @torch.no_grad()
    def weights(self) -> dict[str, Tensor]:
        """The F32 weights under transformers' names; the head is the embedding and is left out."""
        kv = self.shape.kv_heads * self.shape.head_width
        found = {"model.embed_tokens.weight": self.embedding, "model.norm.weight": self.norm}
        for index, block in enumerate(self.blocks):
            query, key, value = block.qkv.split((self.shape.width, kv, kv))
            gate, up = block.gate_up.chunk(2)
            named = {
                "input_layernorm": block.input_norm,
                "post_attention_layernorm": block.post_norm,
                "self_attn.q_proj": query,
                "self_attn.k_proj": key,
                "self_attn.v_proj": value,
                "self_attn.o_proj": block.out,
                "mlp.gate_proj": gate,
                "mlp.up_proj": up,
                "mlp.down_proj": block.down,
            }
            found.update({f"model.layers.{index}.{name}.weight": tensor for name, tensor in named.items()})
        return {name: tensor.detach().contiguous().clone() for name, tensor in found.items()}
