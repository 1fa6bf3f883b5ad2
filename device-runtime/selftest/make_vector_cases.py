"""Makes vector_cases.s: instructions of the vector unit, and what they do to random states by the model of their
documentation, which was written apart from the emulator (kernels/crates/emulator/tests/model):

    python3 device-runtime/selftest/make_vector_cases.py > device-runtime/selftest/vector_cases.s

The states follow from the number of instruction and case (vectors.c makes the same), and so do the operands: an address
or a value in a4, values in a5 and a6.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "kernels/crates/emulator"
sys.path.insert(0, str(EMULATOR / "tests/model"))

from instructions import execute  # noqa: E402
from state import MASK32, MEMORY, Random, State, digest  # noqa: E402

CASES = 12
STATES = 64
ADDRESS, FIRST_VALUE = 4, 8
# What has no address among its operands.
MEMORY_FREE = re.compile(
    r"srs\.accx|srcmb|movi\.32|xxp|bitrev|vrelu|vprelu|zero|vzip|vunzip|mov\.|^[rw]ur\."
)
# Pins are nothing to try on a board of somebody else's.
LEFT_OUT = re.compile(r"gpio")


def operands(random, mnemonic, fields):
    """Register numbers of the model and of the code, or an immediate, by the field's name."""
    model, code = {}, {}
    used = {"q": set(), "f": set()}
    address_free = MEMORY_FREE.search(mnemonic) is not None
    values = 0
    for field in fields:
        name, rest = field.split("=")
        usage = rest.split("/")[1]
        if usage not in ("r", "w", "rw"):
            low, high, step, first = (
                int(part) for part in re.match(r"(-?\d+)\.\.(-?\d+)\*(-?\d+)\+(-?\d+)", usage).groups()
            )
            model[name] = low + step * random.below((high - low) // step + 1)
            if mnemonic == "ee.fft.cmul.s16.st.xp" and name == "upd4":
                model[name] = random.below(3)
            code[name] = model[name]
            continue
        kind = name[0] if name[0] in "qf" else "a"
        if kind == "a":
            if name == "as" and not address_free:
                model[name] = ADDRESS
                code[name] = 4
            else:
                assert values < 3, mnemonic
                # a4 holds an address only where one is wanted.
                place = [4, 5, 6][values] if address_free else [5, 6][values]
                model[name] = FIRST_VALUE + place - 4
                code[name] = place
                values += 1
            continue
        while True:
            value = random.below({"q": 8, "f": 16}[kind])
            if mnemonic in ("ee.ldxq.32", "ee.stxq.32") and kind == "q":
                value = 7 if name == "qs" else random.below(7)
            if "w" in usage and value in used[kind]:
                continue
            break
        if "w" in usage:
            used[kind].add(value)
        model[name] = code[name] = value
    return model, code, address_free


def encode(match, fields, code):
    """Bits of a field are named from its highest to its lowest; `isa/row.rs` describes them."""
    word = match
    for field in fields:
        name, rest = field.split("=")
        bits, usage = rest.split("/")
        value = code[name]
        if usage not in ("r", "w", "rw"):
            step, first = (int(part) for part in re.match(r".*\*(-?\d+)\+(-?\d+)", usage).groups())
            value = (value - first) // step
        places = []
        for part in bits.split(","):
            high, _, low = part.partition(":")
            places += range(int(high), int(low or high) - 1, -1)
        for index, place in enumerate(reversed(places)):
            word |= (value >> index & 1) << place
    return word


def words(state, address_free):
    """What is compared, in the order of vectors.c."""
    out = []
    for register in state.q:
        out += [register >> 32 * lane & MASK32 for lane in range(4)]
    for half in state.qacc:
        out += [half >> 32 * lane & MASK32 for lane in range(5)]
    out += [state.accx & MASK32, state.accx >> 32 & 0xFF, state.sar_byte, state.fft_bit_width]
    out += [state.ua_state >> 32 * lane & MASK32 for lane in range(4)]
    first = state.a[FIRST_VALUE] if address_free else (state.a[ADDRESS] - MEMORY) & MASK32
    out += [first, state.a[FIRST_VALUE + 1], state.a[FIRST_VALUE + 2]]
    out += state.f
    out += [int.from_bytes(state.memory[at : at + 4], "little") for at in range(0, len(state.memory), 4)]
    return out


def tame(state):
    """Sums far from their bounds and shifts below 32: all that kernels ever have."""
    def near(sum40):
        value = sum40 & (1 << 30) - 1
        return (value - (1 << 30) if value >> 29 else value) & (1 << 40) - 1

    state.sar &= 31
    state.accx = near(state.accx)
    state.qacc = [sum(near(half >> 40 * piece) << 40 * piece for piece in range(4)) for half in state.qacc]


def used_by_kernels():
    text = (ROOT / "device-runtime/boards/esp32s3/pie/pie.inc").read_text()
    macros = re.findall(r"^\.macro (ee_\w+)", text, re.MULTILINE)
    return {macro.replace("_", "."): macro for macro in macros}


def make_row(number, mnemonic, length, match, fields, is_tame):
    code, digests, address_free = [], [], False
    for case in range(CASES):
        seed = STATES * number + case
        state = State(seed)
        if is_tame:
            tame(state)
        chosen, registers, address_free = operands(Random(1 << 32 | seed), mnemonic, fields)
        execute(state, mnemonic, chosen)
        digests.append(digest(words(state, address_free)))
        code.append(encode(match, fields, registers))
    flags = (1 if address_free else 0) | (2 if is_tame else 0)
    numbers = ",".join(f"{word:#x}" for word in code)
    return f'\tinstruction "{mnemonic}", {digest(digests):#010x}, {flags}, {length}, {numbers}'


def main():
    table = (EMULATOR / "src/isa/tables/pie.isa").read_text()
    used = used_by_kernels()
    lines = []
    for row in table.splitlines():
        if row.startswith("#"):
            continue
        columns = [column.strip() for column in row.split("|")]
        mnemonic, length, match = columns[0], int(columns[1]), int(columns[2], 16)
        fields = columns[4].split() if len(columns) > 4 else []
        if LEFT_OUT.search(mnemonic):
            continue
        if used.pop(mnemonic.replace("_", "."), None) is not None:
            lines.append(make_row(len(lines), mnemonic, length, match, fields, True))
        lines.append(make_row(len(lines), mnemonic, length, match, fields, False))
    assert not used, used
    out = sys.stdout
    out.write(
        "# Made by make_vector_cases.py. A row: mnemonic, digest over its cases, flags (1: no operand is an address, 2: kernels\n"
        "# use it, and the states are such as they have), bytes of the instruction, and the instruction of each case.\n"
    )
    out.write('\t.include "vector_cases.inc"\n\n')
    out.write("\tvector_cases_begin\n")
    out.write("\n".join(lines) + "\n")
    out.write("\tvector_cases_end\n")


main()
