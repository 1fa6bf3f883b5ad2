"""Measures the folder: of the stories that it tells, how many close their plot, are told without a slip, and keep to the request.

Run: python evaluate.py --folder FOLDER --test FILE [--temperature 0.7] [--failures] [--json FILE]. Stories are drawn as
generation_config.json says, or at another temperature (0: the likeliest token); the seed is fixed. What "closed" and
"clean" mean is said in grammar/parser.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.folder import Folder

from grammar.cast import World
from grammar.parser import Parser
from grammar.request import Asked

SEED = 1
#: Stories that are told at once.
BATCH = 64


@torch.inference_mode()
def stories(folder: Folder, prompts: list[str], temperature: float, top_p: float, longest: int) -> list[str]:
    """A story for each prompt; the prompts are padded on the left and masked."""
    torch.manual_seed(SEED)
    told = []
    for begin in range(0, len(prompts), BATCH):
        rows = [folder.encode(folder.render(prompt)) for prompt in prompts[begin : begin + BATCH]]
        width = max(map(len, rows))
        ids = torch.tensor([[folder.end] * (width - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
        how = {"do_sample": True, "temperature": temperature, "top_p": top_p, "top_k": 0} if temperature else {"do_sample": False}
        for row in folder.model.generate(ids, attention_mask=mask, max_new_tokens=longest, **how)[:, width:].tolist():
            told.append(folder.tokenizer.decode(row[: row.index(folder.end)] if folder.end in row else row))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--failures", action="store_true", help="print every story that is not closed")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = Folder(arguments.folder, arguments.weights)
    settings = json.loads((arguments.folder / "generation_config.json").read_text(encoding="utf-8"))
    temperature = settings.get("temperature", 0.0) if arguments.temperature is None else arguments.temperature
    turns = [json.loads(line) for line in arguments.test.read_text(encoding="utf-8").splitlines()]
    told = stories(folder, [turn["prompt"] for turn in turns], temperature, settings.get("top_p", 1.0), settings["max_new_tokens"])
    world = World()
    reader, asked = Parser(world), Asked(world)
    counts = {"closed": 0, "clean": 0, "kept": 0}
    for turn, story in zip(turns, told):
        reading = reader.read(story)
        missing = asked.missing(turn["prompt"], reading.facts)
        counts["closed"] += reading.closed
        counts["clean"] += reading.clean
        counts["kept"] += not missing
        if arguments.failures and not (reading.closed and not missing):
            print(f"> {turn['prompt']}\n{story}\n  faults: {reading.faults}, strange: {reading.strange}, missing: {missing}\n")
    result = {name: {"stories": len(turns), "good": n, "percent": round(100 * n / len(turns), 2)} for name, n in counts.items()}
    result["different"] = {"stories": len(turns), "good": len(set(told)), "percent": round(100 * len(set(told)) / len(turns), 2)}
    for name, figures in result.items():
        print(f"{name:10} {figures['good']:5} of {figures['stories']:5}  {figures['percent']:.2f} %")
    if arguments.json:
        arguments.json.write_text(json.dumps({"temperature": temperature, **result}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
