"""The instructions of the model for Fourier transforms."""

from state import MASK128, build, lane, with_lane


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
