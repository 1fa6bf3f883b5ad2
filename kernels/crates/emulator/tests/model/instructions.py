"""Every instruction of the model by its name: accesses to memory, computations beside them, user registers."""

from computations import (
    COMPUTE,
    by_sar_byte,
    pair,
    repeat,
    set_pair,
    srcmb,
    srs,
    unzip_pair,
    widen,
    zip_pair,
)
from fourier import (
    ams_load,
    ams_store,
    bitrev,
    fft_cmul_load,
    fft_cmul_store,
    r2bf,
    r2bf_store,
    vst_reversed,
)
from state import MASK128, MASK32, build, lane, with_lane


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
