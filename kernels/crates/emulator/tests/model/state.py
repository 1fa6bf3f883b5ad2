"""What an instruction of the model reads and writes, made from a seed: registers, memory, and their digest."""

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
