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

CASES = 24
MEMORY = 0x3FC90000
WORDS = 128
MASK32 = (1 << 32) - 1
MASK128 = (1 << 128) - 1


class Random:
    """splitmix64, as in tests/common/random.rs."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
        value = self.state
        value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & (1 << 64) - 1
        value = ((value ^ value >> 27) * 0x94D049BB133111EB) & (1 << 64) - 1
        return value ^ value >> 31

    def word(self):
        return self.next() >> 32

    def below(self, bound):
        return self.word() * bound >> 32

    def edge(self):
        kind = self.below(4)
        if kind == 0:
            edges = [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x8000, 0x7FFF]
            value = edges[self.below(8)]
            return (value + self.below(3) - 1) & MASK32
        if kind == 1:
            value = self.word()
            return value >> self.below(32)
        if kind == 2:
            value = signed(self.word(), 32)
            return (value >> self.below(32)) & MASK32
        return self.word()


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def clamp(value, low, high):
    return max(low, min(high, value))


def sum40(random):
    """A sum of 40 bits: anything, two small ones of 20 bits, or one near a bound."""
    kind = random.below(3)
    if kind == 0:
        low = random.edge()
        return low | (random.word() & 0xFF) << 32
    if kind == 1:
        low = random.word() & 0x3FFFF
        return low | (random.word() & 0x3FFFF) << 20
    high = [0x00, 0x7F, 0x80, 0xFF][random.below(4)]
    distance = random.word() & 0xFFFF
    return high << 32 | (distance if random.below(2) == 0 else MASK32 - distance)


class State:
    """Everything that an instruction reads or writes, from a seed. The order of draws is part of the format."""

    def __init__(self, seed):
        random = Random(seed)
        self.q = [sum(random.edge() << 32 * lane for lane in range(4)) for _ in range(7)]
        # The register of indices.
        self.q.append(sum(random.below(32) << 16 * lane for lane in range(8)))
        # QACC_L and QACC_H, 160 bits each.
        self.qacc = [0, 0]
        for piece in range(8):
            self.qacc[piece // 4] |= sum40(random) << 40 * (piece % 4)
        self.accx = sum40(random)
        self.sar_byte = random.below(16)
        self.fft_bit_width = 3 + random.below(8)
        self.ua_state = sum(random.edge() << 32 * lane for lane in range(4))
        self.gpio_out = random.word() & 0xFF
        self.gpio_in = random.word() & 0xFF
        self.sar = random.below(40)
        self.a = [MEMORY + 128 + random.below(128) for _ in range(8)] + [random.edge() for _ in range(8)]
        self.f = [random.word() for _ in range(16)]
        self.memory = bytearray()
        for _ in range(WORDS):
            self.memory += random.edge().to_bytes(4, "little")

    def load(self, address, size):
        start = (address & ~(size - 1)) - MEMORY
        assert 0 <= start and start + size <= len(self.memory), hex(address)
        return int.from_bytes(self.memory[start : start + size], "little")

    def store(self, address, size, value):
        start = (address & ~(size - 1)) - MEMORY
        assert 0 <= start and start + size <= len(self.memory), hex(address)
        self.memory[start : start + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")

    def add(self, register, amount):
        self.a[register] = (self.a[register] + amount) & MASK32

    def words(self):
        words = []
        for register in self.q:
            words += [register >> 32 * lane & MASK32 for lane in range(4)]
        for half in self.qacc:
            words += [half >> 32 * lane & MASK32 for lane in range(5)]
        words += [self.accx & MASK32, self.accx >> 32 & 0xFF, self.sar_byte, self.fft_bit_width, self.gpio_out]
        words += [self.ua_state >> 32 * lane & MASK32 for lane in range(4)]
        words += self.a + self.f
        words += [int.from_bytes(self.memory[at : at + 4], "little") for at in range(0, len(self.memory), 4)]
        return words


def digest(words):
    value = 0xCBF29CE484222325
    for word in words:
        value = (value ^ word) * 0x100000001B3 & (1 << 64) - 1
        value ^= value >> 29
    return (value ^ value >> 32) & MASK32


def lane(register, width, index, is_signed=True):
    value = register >> width * index & (1 << width) - 1
    return signed(value, width) if is_signed else value


def with_lane(register, width, index, value):
    mask = (1 << width) - 1
    return register & ~(mask << width * index) | (value & mask) << width * index


def build(width, compute):
    """A register from its lanes."""
    return sum((compute(index) & (1 << width) - 1) << width * index for index in range(128 // width))


# --- computations: each returns what it writes, so that all sources are read first ---


def adds(s, o, width, sign):
    bound = 1 << width - 1
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    return build(width, lambda i: clamp(lane(x, width, i) + sign * lane(y, width, i), -bound, bound - 1))


def pick(s, o, width, choose):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    return build(width, lambda i: choose(lane(x, width, i), lane(y, width, i)))


def compare(s, o, width, test):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    return build(width, lambda i: -1 if test(lane(x, width, i), lane(y, width, i)) else 0)


def vmul(s, o, width, is_signed):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    return build(width, lambda i: lane(x, width, i, is_signed) * lane(y, width, i, is_signed) >> s.sar)


def cmul(s, o):
    x, y, z = s.q[o["qx"]], s.q[o["qy"]], s.q[o["qz"]]
    selector = o["sel4"]
    for re in (0, 2) if selector in (0, 2) else (4, 6):
        a, b = lane(x, 16, re), lane(x, 16, re + 1)
        c, d = lane(y, 16, re), lane(y, 16, re + 1)
        if selector < 2:
            real, imaginary = a * c - b * d, a * d + b * c
        else:
            real, imaginary = a * c + b * d, a * d - b * c
        z = with_lane(z, 16, re, real >> s.sar)
        z = with_lane(z, 16, re + 1, imaginary >> s.sar)
    return z


def accx(s, o, width, is_signed):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    total = sum(lane(x, width, i, is_signed) * lane(y, width, i, is_signed) for i in range(128 // width))
    if is_signed:
        s.accx = clamp(signed(s.accx, 40) + total, -(1 << 39), (1 << 39) - 1) & (1 << 40) - 1
    else:
        s.accx = min(s.accx + total, (1 << 40) - 1)


def qacc(s, width, is_signed, product):
    """Adds a product to every sum: 16 of 20 bits or 8 of 40, the lower half in QACC_L."""
    size = 20 if width == 8 else 40
    per_half = 160 // size
    for half in range(2):
        value = s.qacc[half]
        for index in range(per_half):
            total = lane(value, size, index, is_signed) + product(half * per_half + index)
            if is_signed:
                total = clamp(total, -(1 << size - 1), (1 << size - 1) - 1)
            else:
                total = min(total, (1 << size) - 1)
            value = with_lane(value, size, index, total)
        s.qacc[half] = value


def vmulas_qacc(s, o, width, is_signed):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    qacc(s, width, is_signed, lambda i: lane(x, width, i, is_signed) * lane(y, width, i, is_signed))


def vsmulas(s, o, width, selector):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    factor = lane(y, width, o[selector])
    qacc(s, width, True, lambda i: lane(x, width, i) * factor)


def relu(x, factor, shift):
    return x if x > 0 else x * factor >> shift


def widen(s, value, width, is_signed):
    size = 20 if width == 8 else 40
    per_half = 160 // size
    for half in range(2):
        s.qacc[half] = sum(
            (lane(value, width, half * per_half + i, is_signed) & (1 << size) - 1) << size * i for i in range(per_half)
        )


def srcmb(s, o, width):
    size = 20 if width == 8 else 40
    per_half = 160 // size
    shift = s.a[o["as"]] & (31 if width == 8 else 63)
    bound = 1 << width - 1
    result = 0
    for half in range(2):
        value = s.qacc[half]
        for index in range(per_half):
            shifted = lane(value, size, index) >> shift
            value = with_lane(value, size, index, shifted)
            result = with_lane(result, width, half * per_half + index, clamp(shifted, -bound, bound - 1))
        s.qacc[half] = value
    s.q[o["qu"]] = result


def srs(s, o):
    shifted = signed(s.accx, 40) >> (s.a[o["as"]] & 63)
    s.accx = shifted & (1 << 40) - 1
    s.a[o["au"]] = clamp(shifted, -(1 << 31), (1 << 31) - 1) & MASK32


def pair(s, o):
    return s.q[o["qs1"]] << 128 | s.q[o["qs0"]]


def by_sar_byte(s, o):
    return pair(s, o) >> 8 * s.sar_byte & MASK128


def set_pair(s, o, value):
    s.q[o["qs0"]] = value & MASK128
    s.q[o["qs1"]] = value >> 128 & MASK128


def zip_pair(s, o, width):
    low, high = s.q[o["qs0"]], s.q[o["qs1"]]
    count = 128 // width
    elements = []
    for index in range(count):
        elements += [lane(low, width, index, False), lane(high, width, index, False)]
    set_pair(s, o, sum(element << width * index for index, element in enumerate(elements)))


def unzip_pair(s, o, width):
    count = 128 // width
    low, high = s.q[o["qs0"]], s.q[o["qs1"]]
    elements = [lane(low, width, i, False) for i in range(count)] + [lane(high, width, i, False) for i in range(count)]
    ordered = elements[0::2] + elements[1::2]
    set_pair(s, o, sum(element << width * index for index, element in enumerate(ordered)))


def repeat(value, size):
    return sum(value << 8 * size * index for index in range(16 // size))


# --- Fourier transforms ---


def bitrev(s, o):
    width = s.fft_bit_width
    first = s.a[o["ax"]]
    result = 0
    for index in range(8):
        value = (first + index) & (1 << width) - 1
        turned = int(format(value, f"0{width}b")[::-1], 2)
        result |= max(value, turned) << 16 * index
    if width == 3:
        result &= (1 << 96) - 1
    s.q[o["qa"]] = result
    s.add(o["ax"], 8)


def butterfly_terms(s, o, at):
    x0, x1 = lane(s.q[o["qx"]], 16, at), lane(s.q[o["qx"]], 16, at + 1)
    y0, y1 = lane(s.q[o["qy"]], 16, at), lane(s.q[o["qy"]], 16, at + 1)
    m0, m1 = lane(s.q[o["qm"]], 16, at), lane(s.q[o["qm"]], 16, at + 1)
    t0, t1 = x0 + y0, x1 - y1
    if o["sel2"] == 0:
        t2 = (x0 - y0) * m0 - (x1 + y1) * m1 >> s.sar
        t3 = (x0 - y0) * m1 + (x1 + y1) * m0 >> s.sar
    else:
        t2 = (x1 + y1) * m1 + (x0 - y0) * m0 >> s.sar
        t3 = (x1 + y1) * m0 - (x0 - y0) * m1 >> s.sar
    return t0, t1, t2, t3


def ams_load(s, o, at, shape):
    t0, t1, t2, t3 = butterfly_terms(s, o, at)
    loaded = s.load(s.a[o["as"]], 16)
    z = with_lane(with_lane(s.q[o["qz"]], 16, at, t0 + t2), 16, at + 1, t1 + t3)
    z1 = with_lane(with_lane(s.q[o["qz1"]], 16, at, t0 - t2), 16, at + 1, t3 - t1)
    s.q[o["qz"]], s.q[o["qz1"]] = z, z1
    if shape == "unaligned":
        s.q[o["qu"]] = (loaded << 128 | s.ua_state) >> 8 * s.sar_byte & MASK128
        s.ua_state = loaded
        s.add(o["as"], 16)
    elif shape == "reversed":
        s.q[o["qu"]] = sum(lane(loaded, 32, 3 - i, False) << 32 * i for i in range(4))
        s.add(o["as"], -16)
    else:
        s.q[o["qu"]] = loaded
        s.add(o["as"], 16)


def ams_store(s, o):
    t0, t1, t2, t3 = butterfly_terms(s, o, 6)
    at = s.a[o["as0"]]
    parts = [lane(at, 16, 0), lane(at, 16, 1)] + [lane(s.q[o["qv"]], 16, i) for i in range(6)]
    if o["sel2"] == 0:
        parts = [part >> 1 for part in parts]
    s.store(s.a[o["as"]], 16, build(16, lambda i: parts[i]))
    s.q[o["qz1"]] = with_lane(with_lane(s.q[o["qz1"]], 16, 6, t0 - t2), 16, 7, t3 - t1)
    s.a[o["as0"]] = (t1 + t3 & 0xFFFF) << 16 | t0 + t2 & 0xFFFF
    s.add(o["as"], 16)


def fft_product(s, o):
    at = o["sel8"] // 2 * 2
    x0, x1 = lane(s.q[o["qx"]], 16, at), lane(s.q[o["qx"]], 16, at + 1)
    y0, y1 = lane(s.q[o["qy"]], 16, at), lane(s.q[o["qy"]], 16, at + 1)
    if o["sel8"] % 2 == 0:
        return at, x0 * y0 + x1 * y1 >> s.sar, x1 * y0 - x0 * y1 >> s.sar
    return at, x0 * y0 - x1 * y1 >> s.sar, x1 * y0 + x0 * y1 >> s.sar


def fft_cmul_load(s, o):
    at, real, imaginary = fft_product(s, o)
    loaded = s.load(s.a[o["as"]], 16)
    step = s.a[o["ad"]]
    s.q[o["qz"]] = with_lane(with_lane(s.q[o["qz"]], 16, at, real), 16, at + 1, imaginary)
    s.q[o["qu"]] = loaded
    s.add(o["as"], step)


def fft_cmul_store(s, o):
    _, real, imaginary = fft_product(s, o)
    x, v = s.q[o["qx"]], s.q[o["qv"]]
    shifted = [lane(x, 16, i) >> o["sar4"] for i in range(4)]
    kept = [lane(v, 16, i) for i in range(6)]
    if o["upd4"] == 0:
        parts = kept
    elif o["upd4"] == 1:
        parts = shifted + kept[4:]
    else:
        parts = shifted[:2] + kept[4:] + shifted[2:]
    parts = parts + [real, imaginary]
    s.store(s.a[o["as"]], 16, build(16, lambda i: parts[i]))
    s.add(o["as"], s.a[o["ad"]])


def r2bf(s, o):
    x = [lane(s.q[o["qx"]], 16, i) for i in range(8)]
    y = [lane(s.q[o["qy"]], 16, i) for i in range(8)]
    if o["sel2"] == 0:
        a, b = x[0:4] + y[0:4], x[4:8] + y[4:8]
    else:
        a = x[0:2] + x[4:6] + y[0:2] + y[4:6]
        b = x[2:4] + x[6:8] + y[2:4] + y[6:8]
    first = [a[i] + b[i] for i in range(4)] + [a[i] - b[i] for i in range(4)]
    second = [a[i] + b[i] for i in range(4, 8)] + [a[i] - b[i] for i in range(4, 8)]
    s.q[o["qa0"]] = build(16, lambda i: first[i])
    s.q[o["qa1"]] = build(16, lambda i: second[i])


def r2bf_store(s, o):
    x, y = s.q[o["qx"]], s.q[o["qy"]]
    s.store(s.a[o["as"]], 16, build(16, lambda i: lane(x, 16, i) + lane(y, 16, i) >> o["sar4"]))
    s.q[o["qa0"]] = build(16, lambda i: lane(x, 16, i) - lane(y, 16, i))
    s.add(o["as"], 16)


def vst_reversed(s, o):
    v = s.q[o["qv"]]
    order = [6, 7, 4, 5, 2, 3, 0, 1]
    s.store(s.a[o["as"]], 16, build(16, lambda i: lane(v, 16, order[i]) >> o["sar2"]))
    s.add(o["as"], -16)


# --- what each name does; a computation that can have a memory access beside it returns (register, value) ---

COMPUTE = {}
for _width in (8, 16, 32):
    COMPUTE[f"ee.vadds.s{_width}"] = lambda s, o, w=_width: ("qa", adds(s, o, w, 1))
    COMPUTE[f"ee.vsubs.s{_width}"] = lambda s, o, w=_width: ("qa", adds(s, o, w, -1))
    COMPUTE[f"ee.vmax.s{_width}"] = lambda s, o, w=_width: ("qa", pick(s, o, w, max))
    COMPUTE[f"ee.vmin.s{_width}"] = lambda s, o, w=_width: ("qa", pick(s, o, w, min))
    COMPUTE[f"ee.vcmp.eq.s{_width}"] = lambda s, o, w=_width: ("qa", compare(s, o, w, lambda x, y: x == y))
    COMPUTE[f"ee.vcmp.lt.s{_width}"] = lambda s, o, w=_width: ("qa", compare(s, o, w, lambda x, y: x < y))
    COMPUTE[f"ee.vcmp.gt.s{_width}"] = lambda s, o, w=_width: ("qa", compare(s, o, w, lambda x, y: x > y))
for _width in (8, 16):
    for _letter, _signed in (("s", True), ("u", False)):
        _name = f"{_letter}{_width}"
        COMPUTE[f"ee.vmul.{_name}"] = lambda s, o, w=_width, g=_signed: ("qz", vmul(s, o, w, g))
        COMPUTE[f"ee.vmulas.{_name}.accx"] = lambda s, o, w=_width, g=_signed: accx(s, o, w, g)
        COMPUTE[f"ee.vmulas.{_name}.qacc"] = lambda s, o, w=_width, g=_signed: vmulas_qacc(s, o, w, g)
COMPUTE["ee.vsmulas.s8.qacc"] = lambda s, o: vsmulas(s, o, 8, "sel16")
COMPUTE["ee.vsmulas.s16.qacc"] = lambda s, o: vsmulas(s, o, 16, "sel8")
COMPUTE["ee.cmul.s16"] = lambda s, o: ("qz", cmul(s, o))
COMPUTE["ee.andq"] = lambda s, o: ("qa", s.q[o["qx"]] & s.q[o["qy"]])
COMPUTE["ee.orq"] = lambda s, o: ("qa", s.q[o["qx"]] | s.q[o["qy"]])
COMPUTE["ee.xorq"] = lambda s, o: ("qa", s.q[o["qx"]] ^ s.q[o["qy"]])
COMPUTE["ee.notq"] = lambda s, o: ("qa", ~s.q[o["qx"]] & MASK128)
COMPUTE["ee.vrelu.s8"] = lambda s, o: (
    "qs",
    build(8, lambda i: relu(lane(s.q[o["qs"]], 8, i), signed(s.a[o["ax"]], 8), s.a[o["ay"]] & 31)),
)
COMPUTE["ee.vrelu.s16"] = lambda s, o: (
    "qs",
    build(16, lambda i: relu(lane(s.q[o["qs"]], 16, i), signed(s.a[o["ax"]], 16), s.a[o["ay"]] & 63)),
)
COMPUTE["ee.vprelu.s8"] = lambda s, o: (
    "qz",
    build(8, lambda i: relu(lane(s.q[o["qx"]], 8, i), lane(s.q[o["qy"]], 8, i), s.a[o["ay"]] & 31)),
)
COMPUTE["ee.vprelu.s16"] = lambda s, o: (
    "qz",
    build(16, lambda i: relu(lane(s.q[o["qx"]], 16, i), lane(s.q[o["qy"]], 16, i), s.a[o["ay"]] & 63)),
)
COMPUTE["ee.vsl.32"] = lambda s, o: ("qa", build(32, lambda i: lane(s.q[o["qs"]], 32, i) << s.sar))
COMPUTE["ee.vsr.32"] = lambda s, o: ("qa", build(32, lambda i: lane(s.q[o["qs"]], 32, i) >> s.sar))
COMPUTE["ee.src.q"] = lambda s, o: ("qa", by_sar_byte(s, o))
COMPUTE["ee.zero.q"] = lambda s, o: ("qa", 0)
COMPUTE["mv.qr"] = lambda s, o: ("qu", s.q[o["qs"]])


def fused(s, o, compute, kind, element, shift_pair):
    """A computation with a memory access beside it: sources first, then the result, the load, the pair."""
    address = s.a[o["as"]]
    loaded = None
    if kind == "ldbc":
        loaded = repeat(s.load(address, element), element)
    elif kind != "store":
        loaded = s.load(address, 16)
    shifted = by_sar_byte(s, o) if shift_pair else None
    step = {"ip": lambda: o["imm16"], "xp": lambda: s.a[o["ad"]], "ldbc": lambda: element}.get(kind, lambda: 16)()
    if kind == "store":
        s.store(address, 16, s.q[o["qv"]])
    written = compute(s, o)
    if written:
        s.q[o[written[0]]] = written[1]
    s.add(o["as"], step)
    if loaded is not None:
        s.q[o["qu"]] = loaded
    if shift_pair:
        s.q[o["qs0"]] = shifted


def src_q_qup(s, o):
    result, high = by_sar_byte(s, o), s.q[o["qs1"]]
    s.q[o["qa"]] = result
    s.q[o["qs0"]] = high


def src_q_load(s, o, step):
    result = by_sar_byte(s, o)
    loaded = s.load(s.a[o["as"]], 16)
    amount = step(s, o)
    s.q[o["qs0"]] = result
    s.q[o["qu"]] = loaded
    s.add(o["as"], amount)


def srcq_store(s, o):
    s.store(s.a[o["as"]], 16, by_sar_byte(s, o))
    s.add(o["as"], 16)


def shift_right(s, o, count):
    set_pair(s, o, pair(s, o) >> 8 * count)


def shift_left(s, o, count):
    set_pair(s, o, pair(s, o) << 8 * count)


def xxp(s, o, shift):
    shift(s, o, (s.a[o["as"]] & 15) + 1)
    s.add(o["as"], s.a[o["ad"]])


def vldhbc(s, o):
    loaded = s.load(s.a[o["as"]], 16)
    s.q[o["qu"]] = build(16, lambda i: lane(loaded, 16, i // 2))
    s.q[o["qu1"]] = build(16, lambda i: lane(loaded, 16, 4 + i // 2))
    s.add(o["as"], 16)


def indexed(s, o):
    return (s.a[o["as"]] + 4 * lane(s.q[o["qs"]], 16, o["sel8"], False)) & MASK32


def ldxq(s, o):
    s.q[o["qu"]] = with_lane(s.q[o["qu"]], 32, o["sel4"], s.load(indexed(s, o), 4))


def stxq(s, o):
    s.store(indexed(s, o), 4, lane(s.q[o["qv"]], 32, o["sel4"]))


def set_low(s, half, value):
    s.qacc[half] = s.qacc[half] >> 128 << 128 | value


def set_high(s, half, value):
    s.qacc[half] = s.qacc[half] & MASK128 | value << 128


def load_floats(s, o, count):
    value = s.load(s.a[o["as"]], 4 * count)
    for index in range(count):
        s.f[o[f"fu{index}"]] = value >> 32 * index & MASK32


def store_floats(s, o, count):
    value = sum(s.f[o[f"fv{index}"]] << 32 * index for index in range(count))
    s.store(s.a[o["as"]], 4 * count, value)


def put(s, o, name, value):
    s.q[o[name]] = value


def usar(s, o):
    put(s, o, "qu", s.load(s.a[o["as"]], 16))
    s.sar_byte = s.a[o["as"]] & 15


def set_attribute(s, name, value):
    setattr(s, name, value)


# Accesses with a step of their own: by the name before .ip or .xp.
ACCESS = {
    "ee.vld.128": lambda s, o: put(s, o, "qu", s.load(s.a[o["as"]], 16)),
    "ee.vld.l.64": lambda s, o: put(s, o, "qu", with_lane(s.q[o["qu"]], 64, 0, s.load(s.a[o["as"]], 8))),
    "ee.vld.h.64": lambda s, o: put(s, o, "qu", with_lane(s.q[o["qu"]], 64, 1, s.load(s.a[o["as"]], 8))),
    "ee.vldbc.8": lambda s, o: put(s, o, "qu", repeat(s.load(s.a[o["as"]], 1), 1)),
    "ee.vldbc.16": lambda s, o: put(s, o, "qu", repeat(s.load(s.a[o["as"]], 2), 2)),
    "ee.vldbc.32": lambda s, o: put(s, o, "qu", repeat(s.load(s.a[o["as"]], 4), 4)),
    "ee.ld.128.usar": usar,
    "ee.ld.accx": lambda s, o: set_attribute(s, "accx", s.load(s.a[o["as"]], 8) & (1 << 40) - 1),
    "ee.ld.ua_state": lambda s, o: set_attribute(s, "ua_state", s.load(s.a[o["as"]], 16)),
    "ee.ld.qacc_l.l.128": lambda s, o: set_low(s, 0, s.load(s.a[o["as"]], 16)),
    "ee.ld.qacc_h.l.128": lambda s, o: set_low(s, 1, s.load(s.a[o["as"]], 16)),
    "ee.ld.qacc_l.h.32": lambda s, o: set_high(s, 0, s.load(s.a[o["as"]], 4)),
    "ee.ld.qacc_h.h.32": lambda s, o: set_high(s, 1, s.load(s.a[o["as"]], 4)),
    "ee.ldf.64": lambda s, o: load_floats(s, o, 2),
    "ee.ldf.128": lambda s, o: load_floats(s, o, 4),
    "ee.ldqa.s8.128": lambda s, o: widen(s, s.load(s.a[o["as"]], 16), 8, True),
    "ee.ldqa.u8.128": lambda s, o: widen(s, s.load(s.a[o["as"]], 16), 8, False),
    "ee.ldqa.s16.128": lambda s, o: widen(s, s.load(s.a[o["as"]], 16), 16, True),
    "ee.ldqa.u16.128": lambda s, o: widen(s, s.load(s.a[o["as"]], 16), 16, False),
    "ee.vst.128": lambda s, o: s.store(s.a[o["as"]], 16, s.q[o["qv"]]),
    "ee.vst.l.64": lambda s, o: s.store(s.a[o["as"]], 8, s.q[o["qv"]]),
    "ee.vst.h.64": lambda s, o: s.store(s.a[o["as"]], 8, s.q[o["qv"]] >> 64),
    "ee.st.accx": lambda s, o: s.store(s.a[o["as"]], 8, s.accx),
    "ee.st.ua_state": lambda s, o: s.store(s.a[o["as"]], 16, s.ua_state),
    "ee.st.qacc_l.l.128": lambda s, o: s.store(s.a[o["as"]], 16, s.qacc[0]),
    "ee.st.qacc_h.l.128": lambda s, o: s.store(s.a[o["as"]], 16, s.qacc[1]),
    "ee.st.qacc_l.h.32": lambda s, o: s.store(s.a[o["as"]], 4, s.qacc[0] >> 128),
    "ee.st.qacc_h.h.32": lambda s, o: s.store(s.a[o["as"]], 4, s.qacc[1] >> 128),
    "ee.stf.64": lambda s, o: store_floats(s, o, 2),
    "ee.stf.128": lambda s, o: store_floats(s, o, 4),
}

# Everything else.
WHOLE = {
    "ld.qr": lambda s, o: put(s, o, "qu", s.load(s.a[o["as"]] + o["imm16"], 16)),
    "st.qr": lambda s, o: s.store(s.a[o["as"]] + o["imm16"], 16, s.q[o["qv"]]),
    "ee.vldbc.8": ACCESS["ee.vldbc.8"],
    "ee.vldbc.16": ACCESS["ee.vldbc.16"],
    "ee.vldbc.32": ACCESS["ee.vldbc.32"],
    "ee.vldhbc.16.incp": vldhbc,
    "ee.ldxq.32": ldxq,
    "ee.stxq.32": stxq,
    "ee.mov.s8.qacc": lambda s, o: widen(s, s.q[o["qs"]], 8, True),
    "ee.mov.u8.qacc": lambda s, o: widen(s, s.q[o["qs"]], 8, False),
    "ee.mov.s16.qacc": lambda s, o: widen(s, s.q[o["qs"]], 16, True),
    "ee.mov.u16.qacc": lambda s, o: widen(s, s.q[o["qs"]], 16, False),
    "ee.movi.32.a": lambda s, o: s.a.__setitem__(o["au"], lane(s.q[o["qs"]], 32, o["sel4"], False)),
    "ee.movi.32.q": lambda s, o: put(s, o, "qu", with_lane(s.q[o["qu"]], 32, o["sel4"], s.a[o["as"]])),
    "ee.zero.accx": lambda s, o: set_attribute(s, "accx", 0),
    "ee.zero.qacc": lambda s, o: set_attribute(s, "qacc", [0, 0]),
    "ee.srs.accx": srs,
    "ee.srcmb.s8.qacc": lambda s, o: srcmb(s, o, 8),
    "ee.srcmb.s16.qacc": lambda s, o: srcmb(s, o, 16),
    "ee.src.q.qup": src_q_qup,
    "ee.src.q.ld.ip": lambda s, o: src_q_load(s, o, lambda s, o: o["imm16"]),
    "ee.src.q.ld.xp": lambda s, o: src_q_load(s, o, lambda s, o: s.a[o["ad"]]),
    "ee.srcq.128.st.incp": srcq_store,
    "ee.srci.2q": lambda s, o: shift_right(s, o, o["sar16"] + 1),
    "ee.slci.2q": lambda s, o: shift_left(s, o, o["sar16"] + 1),
    "ee.srcxxp.2q": lambda s, o: xxp(s, o, shift_right),
    "ee.slcxxp.2q": lambda s, o: xxp(s, o, shift_left),
    "ee.vzip.8": lambda s, o: zip_pair(s, o, 8),
    "ee.vzip.16": lambda s, o: zip_pair(s, o, 16),
    "ee.vzip.32": lambda s, o: zip_pair(s, o, 32),
    "ee.vunzip.8": lambda s, o: unzip_pair(s, o, 8),
    "ee.vunzip.16": lambda s, o: unzip_pair(s, o, 16),
    "ee.vunzip.32": lambda s, o: unzip_pair(s, o, 32),
    "ee.wr_mask_gpio_out": lambda s, o: set_attribute(
        s, "gpio_out", (s.gpio_out & ~s.a[o["mask"]] | s.a[o["value"]] & s.a[o["mask"]]) & 0xFF
    ),
    "ee.set_bit_gpio_out": lambda s, o: set_attribute(s, "gpio_out", s.gpio_out | o["mask"]),
    "ee.clr_bit_gpio_out": lambda s, o: set_attribute(s, "gpio_out", s.gpio_out & ~o["clear"]),
    "ee.get_gpio_in": lambda s, o: s.a.__setitem__(o["au"], s.gpio_in),
    "ee.bitrev": bitrev,
    "ee.fft.ams.s16.ld.incp.uaup": lambda s, o: ams_load(s, o, 0, "unaligned"),
    "ee.fft.ams.s16.ld.incp": lambda s, o: ams_load(s, o, 2, "plain"),
    "ee.fft.ams.s16.ld.r32.decp": lambda s, o: ams_load(s, o, 4, "reversed"),
    "ee.fft.ams.s16.st.incp": ams_store,
    "ee.fft.cmul.s16.ld.xp": fft_cmul_load,
    "ee.fft.cmul.s16.st.xp": fft_cmul_store,
    "ee.fft.r2bf.s16": r2bf,
    "ee.fft.r2bf.s16.st.incp": r2bf_store,
    "ee.fft.vst.r32.decp": vst_reversed,
}

BESIDE = {".ld.ip": "ip", ".ld.xp": "xp", ".ld.incp": "next", ".st.incp": "store", ".ldbc.incp": "ldbc"}


def user_word(s, name, value=None):
    """A user register, read or written as 32 bits."""
    def part(whole, width, at, size):
        if value is None:
            return whole, whole >> 32 * at & MASK32
        mask = (1 << size) - 1
        return whole & ~(mask << 32 * at) | (value & mask) << 32 * at, None

    index = int(name[-1]) if name[-1].isdigit() else 0
    if name.startswith("accx_"):
        s.accx, result = part(s.accx, 40, index, 32 if index == 0 else 8)
        return result
    if name.startswith("qacc_"):
        half = 1 if name[5] == "h" else 0
        s.qacc[half], result = part(s.qacc[half], 160, index, 32)
        return result
    if name.startswith("ua_state_"):
        s.ua_state, result = part(s.ua_state, 128, index, 32)
        return result
    size = 8 if name == "gpio_out" else 4
    whole, result = part(getattr(s, name), size, 0, size)
    setattr(s, name, whole)
    return result


def execute(s, mnemonic, o):
    if mnemonic.startswith("rur."):
        s.a[o["arr"]] = user_word(s, mnemonic[4:])
        return
    if mnemonic.startswith("wur."):
        user_word(s, mnemonic[4:], s.a[o["art"]])
        return
    if mnemonic in WHOLE:
        WHOLE[mnemonic](s, o)
        return
    if mnemonic in COMPUTE:
        written = COMPUTE[mnemonic](s, o)
        if written:
            s.q[o[written[0]]] = written[1]
        return
    stem, ending = mnemonic[:-3], mnemonic[-3:]
    if stem in ACCESS:
        step = next((o[name] for name in o if name.startswith("imm")), None) if ending == ".ip" else s.a[o["ad"]]
        ACCESS[stem](s, o)
        s.add(o["as"], step)
        return
    shift_pair = mnemonic.endswith(".qup")
    name = mnemonic[: -len(".qup")] if shift_pair else mnemonic
    for suffix, kind in BESIDE.items():
        if name.endswith(suffix):
            base = name[: -len(suffix)]
            fused(s, o, COMPUTE[base], kind, 2 if "16" in base else 1, shift_pair)
            return
    raise KeyError(mnemonic)


# --- choosing operands ---

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
