"""A model of the vector extensions, written from their documentation and apart from the emulator, that makes
the vectors of tests/vector.rs:

    python3 tests/model/vectors.py > tests/data/vectors.txt

Every instruction is one function on plain integers: registers are 128-bit numbers, lane 0 lowest. A line of
the output is an instruction and the digest of the state after it; the state before it follows from the number
of the line. tests/vector.rs builds the same states.
"""

import re
import sys
from pathlib import Path

from instructions import execute
from state import Random, State, digest

CASES = 24

MEMORY_FREE = re.compile(
    r"srs\.accx|srcmb|movi\.32|xxp|bitrev|vrelu|vprelu|gpio|zero|vzip|vunzip|mov\.|^[rw]ur\."
)


def operands(random, mnemonic, fields):
    """Random operands; results lie in registers of their own, addresses in the registers that hold some."""
    chosen = {}
    used = {"q": set(), "a": set(), "f": set()}
    for field in fields:
        name, rest = field.split("=")
        bits, usage = rest.split("/")
        if usage in ("r", "w", "rw"):
            kind = {"q": "q", "f": "f"}.get(name[0], "a")
            limit = {"q": 8, "f": 16, "a": 16}[kind]
            while True:
                value = random.below(limit)
                if kind == "a" and name == "as" and not MEMORY_FREE.search(mnemonic):
                    value = random.below(8)
                if mnemonic in ("ee.ldxq.32", "ee.stxq.32") and kind == "q":
                    value = 7 if name == "qs" else random.below(7)
                if "w" in usage and value in used[kind]:
                    continue
                break
            if "w" in usage:
                used[kind].add(value)
            chosen[name] = value
            continue
        low, high, step, first = (int(part) for part in re.match(r"(-?\d+)\.\.(-?\d+)\*(-?\d+)\+(-?\d+)", usage).groups())
        chosen[name] = low + step * random.below((high - low) // step + 1)
        if mnemonic == "ee.fft.cmul.s16.st.xp" and name == "upd4":
            chosen[name] = random.below(3)
    # A post-incremented address that is also another result or the increment is not defined.
    return chosen


def text(mnemonic, fields, chosen):
    parts = []
    for field in fields:
        name, rest = field.split("=")
        usage = rest.split("/")[1]
        prefix = ({"q": "q", "f": "f"}.get(name[0], "a")) if usage in ("r", "w", "rw") else ""
        parts.append(f"{prefix}{chosen[name]}")
    return f"{mnemonic} {','.join(parts)}".strip()


def main():
    table = Path(__file__).parents[2] / "src/isa/tables/pie.isa"
    number = 0
    out = sys.stdout
    out.write("# Made by tests/model/vectors.py: an instruction and the digest of the state after it.\n")
    for row in table.read_text().splitlines():
        if row.startswith("#"):
            continue
        columns = [column.strip() for column in row.split("|")]
        mnemonic, fields = columns[0], columns[4].split() if len(columns) > 4 else []
        for _ in range(CASES):
            state = State(number)
            chosen = operands(Random(1 << 32 | number), mnemonic, fields)
            execute(state, mnemonic, chosen)
            out.write(f"{text(mnemonic, fields, chosen)} = {digest(state.words()):08x}\n")
            number += 1


main()
