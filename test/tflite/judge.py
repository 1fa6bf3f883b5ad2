"""Runs .tflite files of decoder steps in the interpreters they are for, and prints logits.

Each line of the input is a job: {"kind": "tflm" or "litert", "file": PATH, "ids": [...], "arena": BYTES}. Each line of the output is
the answer: {"logits": [[...], ...], "arena": BYTES used or null}. "tflm" needs the package tflite-micro, "litert" ai-edge-litert; both
need numpy. `judge.py probe KIND` ends with 0 when they are there.
"""

import json
import os
import re
import sys


def arena_used(interpreter):
    """Bytes, which the interpreter says on the error stream only."""
    read, write = os.pipe()
    kept = os.dup(2)
    os.dup2(write, 2)
    interpreter.print_allocations()
    os.dup2(kept, 2)
    os.close(write)
    with os.fdopen(read) as said:
        return int(re.search(r"total (\d+)", said.read()).group(1))


def tflm(data, ids, arena):
    import numpy as np
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(data, arena_size=arena)
    logits = []
    for position, token in enumerate(ids):
        interpreter.set_input(np.array([token], np.int32), 0)
        interpreter.set_input(np.array([position], np.int32), 1)
        interpreter.invoke()
        logits.append(interpreter.get_output(0)[0].tolist())
    return {"logits": logits, "arena": arena_used(interpreter)}


def litert(data, ids, _arena):
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    step = interpreter.get_signature_runner("step")
    given = ("token", "position")
    kept = {
        name: np.zeros(about["shape"], np.float32)
        for name, about in step.get_input_details().items()
        if name not in given
    }
    logits = []
    for position, token in enumerate(ids):
        result = step(token=np.array([token], np.int32), position=np.array([position], np.int32), **kept)
        logits.append(result["logits"][0].tolist())
        kept = {name: result[f"{name}/next"] for name in kept}
    return {"logits": logits, "arena": None}


def main():
    if sys.argv[1:2] == ["probe"]:
        import numpy  # noqa: F401

        if sys.argv[2] == "tflm":
            from tflite_micro.python.tflite_micro import runtime  # noqa: F401
        else:
            from ai_edge_litert.interpreter import Interpreter  # noqa: F401
        return
    for line in sys.stdin:
        job = json.loads(line)
        with open(job["file"], "rb") as file:
            data = file.read()
        print(json.dumps({"tflm": tflm, "litert": litert}[job["kind"]](data, job["ids"], job["arena"])), flush=True)


main()
