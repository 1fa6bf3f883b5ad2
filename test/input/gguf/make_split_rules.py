#!/usr/bin/env python3
"""What llama.cpp makes of texts by every rule of splitting that it knows (`split-rules.json.gz`): the SHA-256 of all ids, by a
vocabulary whose merges reach across words, so that every cut shows. Three rules (`OWN`) follow the models' own tokenizer.json
instead, which llama.cpp approximates; what the tokenizers library makes of those steps stands under `own`.

Lines of the corpus count whose characters are older than the differences between versions of Unicode: `plain`, and those of
ASCII alone: llama.cpp says the classes of cased letters of some rules in ASCII.

    pip install tokenizers gguf, and llama-cpp-python built from its sources
    python3 make_split_rules.py NAME...   (without names: only `own`, anew)
"""

import ctypes
import gzip
import hashlib
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "fixtures" / "tokenizers")]

from corpus import lines  # noqa: E402

PLAIN = re.compile("[\t\n\r -~\u00c0-\u00ff\u0410-\u044f\u4e00-\u9fa5\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3\u3001\u3002\u201c\u201d\u2018\u2019\u2026\u2014\U0001f600]*")
ASCII = re.compile("[\t\n\r -~]*")
OWN = ("deepseek-llm", "falcon", "youtu")
FILE = HERE / "split-rules.json.gz"


def learn(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=1200, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return tokens, [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]


def own_rules(tokens, merges, texts):
    root = HERE.parent.parent.parent
    steps = json.loads(subprocess.run(
        ["node", "--no-warnings", "--import", "./scripts/lib/ts-register.mjs",
         str(HERE / "print-split-rules.ts"), *OWN], cwd=root, check=True, capture_output=True).stdout)
    rules = {}
    for name, rule in steps.items():
        model = {"type": "BPE", "vocab": {token: id for id, token in enumerate(tokens)}, "merges": merges,
                 "ignore_merges": rule["takesWords"], "fuse_unk": False, "byte_fallback": False, "dropout": None,
                 "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None}
        tokenizer = Tokenizer.from_str(json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": rule["steps"], "post_processor": None, "decoder": None, "model": model}))
        rules[name] = digest([tokenizer.encode(text, add_special_tokens=False).ids for text in texts])
    return rules


def vocabulary(name, tokens, merges, folder):
    path = str(pathlib.Path(folder) / "x.gguf")
    writer = gguf.GGUFWriter(path, "llama")
    for add, value in (("context_length", 64), ("embedding_length", 32), ("block_count", 1), ("feed_forward_length", 32),
                       ("head_count", 2), ("layer_norm_rms_eps", 1e-5), ("tokenizer_model", "gpt2"), ("tokenizer_pre", name),
                       ("token_list", tokens), ("token_types", [1] * len(tokens)), ("token_merges", merges),
                       ("add_bos_token", False)):
        getattr(writer, f"add_{add}")(value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    return llama_cpp.llama_model_load_from_file(path.encode(), parameters)


def encode(model, text):
    data = text.encode()
    ids = (llama_cpp.llama_token * (len(data) + 16))()
    count = llama_cpp.llama_tokenize(llama_cpp.llama_model_get_vocab(model), data, len(data), ids, len(ids), False, False)
    return list(ids[:count])


def digest(all_ids):
    return hashlib.sha256(b"".join(struct.pack(f"<{len(ids) + 1}I", len(ids), *ids) for ids in all_ids)).hexdigest()


def by_llama(names, tokens, merges, plain, ascii_only):
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    rules = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            model = vocabulary(name, tokens, merges, folder)
            rules[name] = {kind: digest([encode(model, text) for text in of])
                           for kind, of in (("plain", plain), ("ascii", ascii_only))}
            llama_cpp.llama_model_free(model)
    return rules


def main():
    texts = [line.decode("utf-8", "replace") for line in lines()[0]]
    plain = [text for text in texts if PLAIN.fullmatch(text)]
    ascii_only = [text for text in plain if ASCII.fullmatch(text)]
    if len(sys.argv) > 1:
        tokens, merges = learn(plain)
        data = {"plain": PLAIN.pattern, "ascii": ASCII.pattern, "lines": [len(plain), len(ascii_only)],
                "tokens": tokens, "merges": merges, "rules": by_llama(sys.argv[1:], tokens, merges, plain, ascii_only)}
    else:
        data = json.loads(gzip.decompress(FILE.read_bytes()))
    data["own"] = own_rules(data["tokens"], data["merges"], plain)
    FILE.write_bytes(gzip.compress(json.dumps(data).encode(), mtime=0))
    print(len(plain), len(ascii_only), len(data["rules"]), len(data["own"]), FILE.stat().st_size)


if len(sys.argv) > 1:
    import gguf
    import llama_cpp
main()
