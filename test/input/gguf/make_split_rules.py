#!/usr/bin/env python3
"""What llama.cpp makes of texts by every rule of splitting that it knows (`split-rules.json.gz`): the SHA-256 of all ids, by a
vocabulary whose merges reach across words, so that every cut shows.

Lines of the corpus count whose characters are older than the differences between versions of Unicode: `plain`, and those of
ASCII alone: llama.cpp says the classes of cased letters of some rules in ASCII.

    pip install tokenizers gguf, and llama-cpp-python built from its sources
    python3 make_split_rules.py NAME...
"""

import ctypes
import gzip
import hashlib
import json
import pathlib
import re
import struct
import sys
import tempfile

import gguf
import llama_cpp
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "fixtures" / "tokenizers")]

from corpus import lines  # noqa: E402

PLAIN = re.compile("[\t\n\r -~\u00c0-\u00ff\u0410-\u044f\u4e00-\u9fa5\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3\u3001\u3002\u201c\u201d\u2018\u2019\u2026\u2014\U0001f600]*")
ASCII = re.compile("[\t\n\r -~]*")


def learn(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=1200, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return tokens, [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]


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


def main():
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    texts = [line.decode("utf-8", "replace") for line in lines()[0]]
    plain = [text for text in texts if PLAIN.fullmatch(text)]
    ascii_only = [text for text in plain if ASCII.fullmatch(text)]
    tokens, merges = learn(plain)
    rules = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:]:
            model = vocabulary(name, tokens, merges, folder)
            rules[name] = {kind: digest([encode(model, text) for text in of])
                           for kind, of in (("plain", plain), ("ascii", ascii_only))}
            llama_cpp.llama_model_free(model)
    data = json.dumps({"plain": PLAIN.pattern, "ascii": ASCII.pattern, "lines": [len(plain), len(ascii_only)],
                       "tokens": tokens, "merges": merges, "rules": rules}).encode()
    (HERE / "split-rules.json.gz").write_bytes(gzip.compress(data, mtime=0))
    print(len(plain), len(ascii_only), len(rules), (HERE / "split-rules.json.gz").stat().st_size)


main()
