"""What the instructions of the model compute: each function returns what it writes, so that all sources are read
first.
"""

from state import MASK128, MASK32, build, clamp, lane, signed, with_lane


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


# What each name does; a computation that can have a memory access beside it returns (register, value).
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
