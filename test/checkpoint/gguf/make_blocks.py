#!/usr/bin/env python3
"""Makes blocks of every type of ggml and the numbers that ggml's own C reads from them (`blocks.json`).

Each type has blocks that ggml quantized from numbers like those of weights, and blocks of arbitrary bits with scales that are
finite, so that every code, scale and sign occurs. Where the Python package `gguf` reads the type, too, its numbers must be the
same bits.

    pip install numpy gguf
    GGML=/path/to/libggml-base.so python3 make_blocks.py
"""

import base64
import ctypes
import hashlib
import json
import os
import pathlib

import gguf
import numpy

ORDINARY = 4
"""Blocks of quantized numbers."""

ARBITRARY = 12
"""Blocks of arbitrary bits."""

HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2],
    "Q5_K": [0, 2], "Q6_K": [208], "Q8_K": [], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ3_XXS": [0], "IQ1_S": [0], "IQ4_NL": [0],
    "IQ3_S": [0], "IQ2_S": [0], "IQ4_XS": [0], "IQ1_M": [], "TQ1_0": [52], "TQ2_0": [64], "MXFP4": [],
}
"""Where in a block scales of 16 bits lie."""

NO_QUANTIZER = {"Q8_K", "IQ1_M"}
"""Types that are not quantized here: an intermediate one, and one that is slow."""

ggml = ctypes.CDLL(os.environ["GGML"])
random = numpy.random.default_rng(41)


def quantized(name, elements):
    """Blocks of numbers like those of weights."""
    kind = getattr(gguf.GGMLQuantizationType, name)
    numbers = (random.standard_normal(elements) * random.choice([0.02, 0.5, 3.0], elements)).astype(numpy.float32)
    numbers[: elements // 8] = 0
    _, size = gguf.GGML_QUANT_SIZES[kind]
    block = gguf.GGML_QUANT_SIZES[kind][0]
    out = ctypes.create_string_buffer(elements // block * size)
    weights = numpy.ones(elements, dtype=numpy.float32)
    pointer = lambda array: array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk(int(kind), pointer(numbers), out, ctypes.c_int64(0), ctypes.c_int64(1),
                             ctypes.c_int64(elements), pointer(weights))
    return out.raw


def arbitrary(name, size):
    blocks = random.integers(0, 256, (ARBITRARY, size), dtype=numpy.uint8)
    # Scales from the smallest to large ones, of both signs, and one that is none.
    scales = numpy.concatenate([
        numpy.float16([6e-8, -3e-5, 0.0, 65504.0, 1.0]),
        (random.standard_normal(ARBITRARY - 5) * 0.1).astype(numpy.float16)])
    for at in HALVES[name]:
        blocks[:, at:at + 2] = random.permutation(scales).astype(numpy.float16).view(numpy.uint8).reshape(ARBITRARY, 2)
    if name == "Q8_K":
        blocks[:, 0:4] = scales.astype(numpy.float32).view(numpy.uint8).reshape(ARBITRARY, 4)
    if name == "IQ1_M":
        # The scale lies in the upper four bits of four words.
        bits = scales.view(numpy.uint16)
        for word in range(4):
            high = blocks[:, 48 + 2 * word + 1]
            high &= 0x0F
            high |= (((bits >> (4 * word)) & 0xF) << 4).astype(numpy.uint8)
    if name == "MXFP4":
        blocks[:, 0] = random.permutation([0, 1, 2, 100, 120, 126, 127, 128, 130, 140, 200, 250])
    return blocks.tobytes()


def read_by_c(name, data, elements):
    function = ggml[f"dequantize_row_{name if name.endswith('_K') else name.lower()}".replace("Q", "q")]
    function.restype = None
    numbers = numpy.zeros(elements, dtype=numpy.float32)
    function(ctypes.c_char_p(data), numbers.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(elements))
    return numbers


def main():
    cases = {}
    for name in HALVES:
        kind = getattr(gguf.GGMLQuantizationType, name)
        block, size = gguf.GGML_QUANT_SIZES[kind]
        data = b"" if name in NO_QUANTIZER else quantized(name, ORDINARY * block)
        data += arbitrary(name, size)
        elements = len(data) // size * block
        numbers = read_by_c(name, data, elements)
        if name != "Q8_K":
            by_python = gguf.quants.dequantize(numpy.frombuffer(data, numpy.uint8).reshape(1, -1), kind).reshape(-1)
            differing = int((by_python.view(numpy.uint32) != numbers.view(numpy.uint32)).sum())
            print(name, elements, "differ from the Python package:", differing)
        cases[name] = {
            "blocks": base64.b64encode(data).decode(),
            "first": [float(value) for value in numbers[:2] if numpy.isfinite(value)],
            "sha256": hashlib.sha256(numbers.tobytes()).hexdigest(),
        }
    target = pathlib.Path(__file__).with_name("blocks.json")
    target.write_text(json.dumps(cases, indent=1) + "\n")


main()
