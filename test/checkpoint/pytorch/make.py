"""Files of torch.save in all its forms, a few KB each, and what is in them. Run: python make.py (needs torch)."""

import argparse
import base64
import io
import json
import pathlib
from collections import Counter, OrderedDict

import torch

torch.manual_seed(5)


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return base64.b64encode(stream.getvalue()).decode()


def described(tensors):
    return {
        name: {
            "shape": list(value.shape),
            "dtype": str(value.dtype),
            "values": value.flatten().to(torch.float64).tolist(),
        }
        for name, value in tensors.items()
    }


layer = torch.nn.Sequential(OrderedDict(first=torch.nn.Linear(3, 4), second=torch.nn.Linear(4, 2, bias=False)))
plain = layer.state_dict()
shared = torch.randn(6, 5)
kinds = {
    "f32": torch.randn(2, 3),
    "f16": torch.randn(4).half(),
    "bf16": torch.randn(3, 2).bfloat16(),
    "f64": torch.randn(2).double(),
    "i64": torch.arange(5),
    "u8": torch.arange(4, dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "scalar": torch.tensor(1.5),
    "part": shared[2:4],
    "whole": shared,
    "tied": shared,
    "one row": torch.randn(1, 7).expand(1, 7),
    "parameter": torch.nn.Parameter(torch.randn(2, 2)),
    "names \u00e4\u4e2d": torch.zeros(1),
}
float8 = {"e4m3": torch.randn(4, 4).to(torch.float8_e4m3fn), "e5m2": torch.randn(3).to(torch.float8_e5m2)}
training = {
    "model": plain,
    "optimizer": torch.optim.AdamW(layer.parameters()).state_dict(),
    "model_args": {"n_layer": 2, "dropout": 0.1, "bias": False, "name": None, "big": 2**70},
    "iter_num": 40000,
    "best_val_loss": torch.tensor(1.25),
}
files = {
    "plain": {"file": saved(plain), "tensors": described(plain)},
    "plain, before 1.6": {
        "file": saved(plain, _use_new_zipfile_serialization=False),
        "tensors": described(plain),
    },
    "kinds": {"file": saved(kinds), "tensors": described(kinds)},
    "kinds, before 1.6": {
        "file": saved(kinds, _use_new_zipfile_serialization=False),
        "tensors": described(kinds),
    },
    "float8": {"file": saved(float8), "tensors": described(float8)},
    "training": {"file": saved(training), "tensors": described(plain)},
    "training, protocol 4": {"file": saved(training, pickle_protocol=4), "tensors": described(plain)},
    "training, before 1.6": {
        "file": saved(training, _use_new_zipfile_serialization=False),
        "tensors": described(plain),
    },
}
lightning = {
    "epoch": 3,
    "pytorch-lightning_version": "2.5.0",
    "state_dict": plain,
    "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 1}}}},
    "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.tensor(0.5), "dirpath": pathlib.PurePosixPath("/x")}},
    "optimizer_states": [torch.optim.AdamW(layer.parameters()).state_dict()],
    "hyper_parameters": argparse.Namespace(width=3, inner=argparse.Namespace(depth=[1, 2])),
    "counts": Counter(a=1),
}
files |= {
    "with objects beside": {"file": saved(lightning), "tensors": described(plain)},
    "with objects beside, protocol 4": {"file": saved(lightning, pickle_protocol=4), "tensors": described(plain)},
    "with objects beside, before 1.6": {
        "file": saved(lightning, _use_new_zipfile_serialization=False),
        "tensors": described(plain),
    },
}
optimizer = torch.optim.AdamW(layer.parameters())
layer(torch.randn(1, 3)).sum().backward()
optimizer.step()
other = {"optimizer_state": optimizer.state_dict(), "best": torch.tensor(0.5)}
files |= {
    f"the model under {path}": {"file": saved(value), "tensors": described(plain)}
    for path, value in {
        "model_state": {"model_state": plain, **other},
        "state, model": {"state": {"model": plain}, **other},
        "model, state_dict": {"model": {"state_dict": plain}, **other},
        "app among others": {"app": {"net": plain, "teacher": dict(plain)}, **other},
        "a tuple": (plain, other),
    }.items()
}
refused = {
    "two models": {"file": saved({"student": plain, "teacher": dict(plain)}), "says": "2 sets of tensors: student, teacher"},
    "an optimizer alone": {"file": saved(other), "says": "no tensors by name"},
    "a namespace in the place of the model": {
        "file": saved({"model": argparse.Namespace(width=3), "weights": plain}),
        "says": "argparse.Namespace",
    },
    "a tensor of another kind": {
        "file": saved({"model": {**plain, "q": torch.quantize_per_tensor(torch.randn(4), 0.1, 0, torch.qint8)}}),
        "says": "_rebuild_qtensor",
    },
    "a whole module": {"file": saved(layer), "says": "torch.nn.modules.container.Sequential"},
    "a transposed tensor": {"file": saved({"weight": torch.randn(3, 4).t()}), "says": "order of its rows"},
    "a list": {"file": saved([torch.randn(2)]), "says": "no tensors by name"},
}
with open("files.json", "w") as file:
    json.dump({"torch": torch.__version__, "files": files, "refused": refused}, file)
