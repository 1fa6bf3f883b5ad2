"""Makes the whole folder anew: corpus, tokenizer, training, measurement, reference outputs.

Run: python make_model.py [--folder ..] [--build build]. The steps can be run one by one as well; each script says
how in its first lines. A stopped training is taken up again where it stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Of the stories told to held-out requests, how many must close their plot before the files are worth keeping, in percent.
WANTED = 98.0


def step(script: str, *arguments: str | Path) -> None:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    print("#", script, *map(str, arguments), flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE.parent)
    parser.add_argument("--build", type=Path, default=HERE / "build")
    arguments = parser.parse_args()
    folder, build = arguments.folder.resolve(), arguments.build.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    step("corpus.py", "--out", build)
    shutil.copyfile(build / "heldout.jsonl", folder / "heldout.jsonl")
    step("make_tokenizer.py", "--corpus", build / "train.jsonl", "--out", folder)
    step("train.py", "--corpus", build / "train.jsonl", "--folder", folder, "--checkpoint", build / "checkpoint.pt")
    measured: dict[str, object] = {}
    for name, test, more in (
        ("heldout, drawn", folder / "heldout.jsonl", []),
        ("heldout, likeliest tokens", folder / "heldout.jsonl", ["--temperature", "0"]),
        ("wide, drawn", build / "wide.jsonl", []),
    ):
        print("#", name)
        step("evaluate.py", "--folder", folder, "--test", test, "--json", build / "figures.json", *more)
        measured[name] = json.loads((build / "figures.json").read_text(encoding="utf-8"))
    (build / "measured.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    step("references.py", "--folder", folder)
    reached = measured["heldout, drawn"]["closed"]["percent"]  # type: ignore[index]
    if reached < WANTED:
        raise SystemExit(f"{reached} % of the stories close their plot: fewer than the {WANTED} % that this model promises")


if __name__ == "__main__":
    main()
