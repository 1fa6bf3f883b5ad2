"""Times training steps of a Llama in PyTorch on one thread: SHAPE (JSON) and STEPS in, milliseconds a line out."""

import json
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

shape, steps = json.loads(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(1)
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=shape["vocabulary"],
        hidden_size=shape["hidden"],
        intermediate_size=shape["width"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kvHeads"],
        max_position_embeddings=shape["length"],
        tie_word_embeddings=True,
    )
).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
ids = torch.randint(0, shape["vocabulary"], (shape["sequences"], shape["length"]))
for step in range(steps + 1):
    begin = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    # The first makes buffers and moments.
    if step > 0:
        print((time.perf_counter() - begin) * 1000)
