#!/usr/bin/env python3
"""Tokenizers of `test/fixtures/tokenizers` as llama.cpp's converter writes them into GGUF, and the ids that the library of the
original gives (`tokenizers.json`: by the SHA-256 of all ids of the corpus's first lines).

GGUF knows no flags of added tokens, so those of the originals are left out. The converter tells rules of splitting by what a
tokenizer makes of a text of its own; here they are said by name.

    pip install torch transformers==5.24.0 sentencepiece gguf
    python3 make_tokenizers.py /path/to/llama.cpp
"""

import base64
import gzip
import hashlib
import importlib
import json
import logging
import pathlib
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures" / "tokenizers"
CHECKOUT = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(CHECKOUT / "gguf-py"), str(CHECKOUT), str(FIXTURES)]

import gguf  # noqa: E402
from conversion.base import ModelBase  # noqa: E402
from corpus import lines  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

for name in ("llama", "gemma", "gpt2", "qwen", "t5", "bert"):
    importlib.import_module(f"conversion.{name}")

LINES = 900
"""Of the corpus: those without the texts of added tokens."""

SIMPLE = ["<|begin|>", "<|end|>", "<|pad|>"]

SHAPE = dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2,
             rms_norm_eps=1e-5, max_position_embeddings=64, head_dim=16, n_embd=32, n_ctx=64, n_layer=1, n_head=2,
             layer_norm_epsilon=1e-5, layer_norm_eps=1e-5, d_model=32, d_ff=32, d_kv=16, num_layers=1, num_heads=2,
             relative_attention_num_buckets=32, decoder_start_token_id=0)


def byte_level(name, normalizer=None):
    """A tokenizer.json with three plain added tokens, and a vocabulary that is padded behind them."""
    data = json.loads((FIXTURES / f"{name}.json").read_text())
    vocab = data["model"]["vocab"]
    data["added_tokens"] = [
        dict(id=len(vocab) + at, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False,
             special=at < 2) for at, content in enumerate(SIMPLE)]
    data["normalizer"] = normalizer
    begin = data["added_tokens"][0]
    if data["post_processor"] is not None:
        data["post_processor"] = {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": begin["content"], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {begin["content"]: {"id": begin["content"], "ids": [begin["id"]],
                                                  "tokens": [begin["content"]]}}}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": SIMPLE[0], "eos_token": SIMPLE[1]}
    return {"tokenizer.json": json.dumps(data), "tokenizer_config.json": json.dumps(config)}, len(vocab) + 8


def folder(name):
    """A folder with a SentencePiece model."""
    files = json.loads(gzip.decompress((FIXTURES / "files" / f"{name}.json.gz").read_bytes()))
    files = {key: base64.b64decode(value["base64"]) if isinstance(value, dict) else value for key, value in files.items()}
    if name == "gemma":
        # Published folders say these again beside the model, which alone does not tell the converter.
        config = json.loads(files["tokenizer_config.json"])
        config.update(bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>", added_tokens_decoder={
            str(at): dict(content=content, special=special, lstrip=False, rstrip=False, normalized=False, single_word=False)
            for at, content, special in [(0, "<pad>", True), (1, "<eos>", True), (2, "<bos>", True), (3, "<unk>", True),
                                         (4, "<mask>", False), (5, "<start_of_turn>", True), (6, "\t\t", False)]})
        files["tokenizer_config.json"] = json.dumps(config)
    return files, None


def prepending(tokenizer):
    """With the mark put before every text, as SentencePiece, llama.cpp and the published files of Llama 2 have it; the class of
    transformers 5 leaves out the second one of texts that begin with a space."""
    data = json.loads(tokenizer.to_str())
    if (data["pre_tokenizer"] or {}).get("type") != "Metaspace":
        return tokenizer
    data["pre_tokenizer"] = None
    data["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
    return Tokenizer.from_str(json.dumps(data))


IDS = {
    "spm-gemma": {"bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0},
    "unigram": {"unk_token_id": 0, "bos_token_id": 1, "eos_token_id": 2},
    "bert": {"unk_token_id": 0, "bos_token_id": 1, "cls_token_id": 1, "sep_token_id": 2, "pad_token_id": 3},
}
"""Which the converter takes from config.json."""

CASES = {
    "gpt-2": ("GPT2LMHeadModel", "gpt2", lambda: byte_level("gpt2")),
    "llama-bpe": ("LlamaForCausalLM", "llama", lambda: byte_level("llama3")),
    "smollm": ("LlamaForCausalLM", "llama", lambda: byte_level("smollm")),
    "stablelm2": ("Qwen2ForCausalLM", "qwen2", lambda: byte_level("qwen2")),
    "qwen2": ("Qwen2ForCausalLM", "qwen2", lambda: byte_level("qwen2", {"type": "NFC"})),
    "spm-llama": ("LlamaForCausalLM", "llama", lambda: folder("llama-old")),
    "spm-gemma": ("GemmaForCausalLM", "gemma", lambda: folder("gemma")),
    "unigram": ("T5ForConditionalGeneration", "t5", lambda: folder("unigram")),
    "bert": ("BertModel", "bert", lambda: folder("bert")),
}


def convert(name, architecture, model_type, files, vocab_size):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / name
        path.mkdir()
        config = {**SHAPE, "architectures": [architecture], "model_type": model_type}
        for key, content in files.items():
            (path / key).write_bytes(content if isinstance(content, bytes) else content.encode())
        library = Tokenizer.from_str(files["tokenizer.json"]) if "tokenizer.json" in files \
            else prepending(AutoTokenizer.from_pretrained(path).backend_tokenizer)
        config["vocab_size"] = vocab_size or library.get_vocab_size()
        config.update(IDS.get(name, {}))
        (path / "config.json").write_text(json.dumps(config))
        original = ModelBase.from_model_architecture(architecture)
        made = type(original.__name__, (original,), dict(
            model_arch=original.model_arch,
            index_tensors=lambda self, remote_hf_model_id=None: {},
            get_vocab_base_pre=lambda self, tokenizer: name))
        model = made(path, gguf.LlamaFileType.ALL_F32, HERE / f"tokenizer-{name}.gguf", eager=True, hparams=config)
        model.gguf_writer.add_type(gguf.GGUFType.MODEL)
        model.set_vocab()
        model.set_gguf_parameters()
        model.gguf_writer.write_header_to_file(path=model.fname_out)
        model.gguf_writer.write_kv_data_to_file()
        model.gguf_writer.close()
        return library


def main():
    logging.disable(logging.WARNING)
    texts = [line.decode("utf-8", "replace") for line in lines()[0]][:LINES]
    cases = {}
    for name, (architecture, model_type, make) in CASES.items():
        files, vocab_size = make()
        library = convert(name, architecture, model_type, files, vocab_size)
        ids = [library.encode(text).ids for text in texts]
        data = b"".join(struct.pack(f"<{len(line) + 1}I", len(line), *line) for line in ids)
        cases[name] = {"sha256": hashlib.sha256(data).hexdigest(),
                       "first": {text: line for text, line in list(zip(texts, ids))[20:24]}}
        print(name, (HERE / f"tokenizer-{name}.gguf").stat().st_size)
    (HERE / "tokenizers.json").write_text(
        json.dumps({"lines": LINES, "cases": cases}, indent=2, ensure_ascii=False) + "\n")


main()
