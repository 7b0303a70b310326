"""Substrate's formats in plain Python, as far as a checker of relay-chain blocks needs them: SCALE, storage keys, tries,
ChaCha20 sampling, BABE's arithmetic. Shares nothing with parahost's own code."""

import hashlib
from fractions import Fraction

MASK = 2**64 - 1


def blake2_256(data):
    return hashlib.blake2b(data, digest_size=32).digest()


# ---- xxHash64, storage keys ----

_P1, _P2, _P3, _P4, _P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def _rotl(x, n):
    return (x << n | x >> (64 - n)) & MASK


def _xx_round(acc, lane):
    return _rotl((acc + lane * _P2) & MASK, 31) * _P1 & MASK


def xxhash64(data, seed):
    at, n = 0, len(data)
    if n >= 32:
        acc = [(seed + _P1 + _P2) & MASK, (seed + _P2) & MASK, seed, (seed - _P1) & MASK]
        while at + 32 <= n:
            for i in range(4):
                acc[i] = _xx_round(acc[i], int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little"))
            at += 32
        h = sum(_rotl(a, r) for a, r in zip(acc, (1, 7, 12, 18))) & MASK
        for a in acc:
            h = ((h ^ _xx_round(0, a)) * _P1 + _P4) & MASK
    else:
        h = (seed + _P5) & MASK
    h = (h + n) & MASK
    while at + 8 <= n:
        h = (_rotl(h ^ _xx_round(0, int.from_bytes(data[at:at + 8], "little")), 27) * _P1 + _P4) & MASK
        at += 8
    if at + 4 <= n:
        h = (_rotl(h ^ int.from_bytes(data[at:at + 4], "little") * _P1 & MASK, 23) * _P2 + _P3) & MASK
        at += 4
    for byte in data[at:]:
        h = _rotl(h ^ byte * _P5 & MASK, 11) * _P1 & MASK
    h = (h ^ h >> 33) * _P2 & MASK
    h = (h ^ h >> 29) * _P3 & MASK
    return h ^ h >> 32


def twox(data, bits):
    return b"".join(xxhash64(data, seed).to_bytes(8, "little") for seed in range(bits // 64))


def storage_key(pallet, item):
    return twox(pallet.encode(), 128) + twox(item.encode(), 128)


# ---- SCALE ----


class Malformed(Exception):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = bytes(data), 0

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Malformed("ends too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "little")

    def u8(self):
        return self.number(1)

    def u16(self):
        return self.number(2)

    def u32(self):
        return self.number(4)

    def u64(self):
        return self.number(8)

    def boolean(self):
        value = self.u8()
        if value > 1:
            raise Malformed("a boolean that is neither")
        return value == 1

    def compact(self):
        first = self.u8()
        mode = first & 3
        if mode < 3:
            self.at -= 1
            value = self.number((1, 2, 4)[mode]) >> 2
            if mode and value < (1 << 6, 1 << 14)[mode - 1]:
                raise Malformed("a compact that is not minimal")
            return value
        value = self.number((first >> 2) + 4)
        if value < 1 << 30 or (first >> 2 and value >> 8 * ((first >> 2) + 3) == 0):
            raise Malformed("a compact that is not minimal")
        return value

    def bytes(self):
        return self.take(self.compact())

    def vector(self, read):
        count = self.compact()
        if count > len(self.data) - self.at:
            raise Malformed("a vector longer than the input")
        return [read() for _ in range(count)]

    def option(self, read):
        return read() if self.boolean() else None

    def bits(self):
        count = self.compact()
        data = self.take((count + 7) // 8)
        return [data[i // 8] >> i % 8 & 1 for i in range(count)]

    def end(self):
        if self.at != len(self.data):
            raise Malformed("%d bytes are left over" % (len(self.data) - self.at))

    def since(self, start):
        return self.data[start:self.at]


def compact(value):
    if value < 1 << 6:
        return bytes([value << 2])
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 2).to_bytes(4, "little")
    length = max(4, (value.bit_length() + 7) // 8)
    return bytes([(length - 4) << 2 | 3]) + value.to_bytes(length, "little")


def u32(value):
    return value.to_bytes(4, "little")


# ---- tries ----


def _header(kind, bits, nibbles):
    """The kind in the topmost bits, the number of nibbles in the others and in bytes after them."""
    most = (1 << bits) - 1
    n = len(nibbles)
    if n < most:
        out = [kind | n]
    else:
        out, n = [kind | most], n - most
        while n >= 255:
            out.append(255)
            n -= 255
        out.append(n)
    odd = len(nibbles) % 2
    packed = ([nibbles[0]] if odd else []) + [nibbles[i] << 4 | nibbles[i + 1] for i in range(odd, len(nibbles), 2)]
    return bytes(out) + bytes(packed)


def _node(items, depth, version):
    """Encodes the subtrie of the sorted [(nibbles, value)], which agree up to depth."""
    if not items:
        return b"\0"
    first, last = items[0][0], items[-1][0]
    common = depth
    while common < min(len(first), len(last)) and first[common] == last[common]:
        common += 1
    partial = first[depth:common]
    value = items[0][1] if len(first) == common else None
    hashed = version == 1 and value is not None and len(value) >= 33
    stored = b"" if value is None else blake2_256(value) if hashed else compact(len(value)) + value
    if len(items) == 1:
        return _header(0x20 if hashed else 0x40, 5 if hashed else 6, partial) + stored
    kind, bits = (0x80, 6) if value is None else (0x10, 4) if hashed else (0xC0, 6)
    children, bitmap, at = b"", 0, 1 if value is not None else 0
    while at < len(items):
        nibble, end = items[at][0][common], at
        while end < len(items) and items[end][0][common] == nibble:
            end += 1
        child = _node(items[at:end], common + 1, version)
        children += compact(len(child)) + child if len(child) < 32 else compact(32) + blake2_256(child)
        bitmap |= 1 << nibble
        at = end
    return _header(kind, bits, partial) + bitmap.to_bytes(2, "little") + stored + children


def trie_root(pairs, version):
    items = sorted((tuple(n for b in key for n in (b >> 4, b & 15)), bytes(value)) for key, value in pairs.items())
    return blake2_256(_node(items, 0, version))


def ordered_root(values, version=0):
    return trie_root({compact(i): v for i, v in enumerate(values)}, version)


# ---- ChaCha20 as rand_chacha's generator, rand 0.8's shuffle ----


def _quarter(s, a, b, c, d):
    for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        v = s[z] ^ s[x]
        s[z] = (v << r | v >> (32 - r)) & 0xFFFFFFFF


def chacha20(seed):
    """Endless u32 numbers."""
    key = [int.from_bytes(seed[i:i + 4], "little") for i in range(0, 32, 4)]
    counter = 0
    while True:
        start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574] + key + [counter & 0xFFFFFFFF, counter >> 32, 0, 0]
        s = list(start)
        for _ in range(10):
            for i in range(4):
                _quarter(s, i, 4 + i, 8 + i, 12 + i)
            for i in range(4):
                _quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
        yield from ((x + y) & 0xFFFFFFFF for x, y in zip(s, start))
        counter += 1


def shuffle(items, seed):
    numbers, items = chacha20(seed), list(items)
    for i in range(len(items) - 1, 0, -1):
        bound = i + 1
        zone = (bound << (32 - bound.bit_length())) - 1
        while True:
            wide = next(numbers) * bound
            if wide & 0xFFFFFFFF <= zone:
                break
        j = wide >> 32
        items[i], items[j] = items[j], items[i]
    return items


# ---- BABE's arithmetic ----


def primary_threshold(c, weights, index):
    numerator, denominator = c
    if numerator == denominator:
        return 2**128 - 1
    theta = weights[index] / sum(weights)
    p = Fraction(1.0 - (1.0 - numerator / denominator)**theta)
    return 2**128 * p.numerator // p.denominator


def secondary_author(randomness, slot, count):
    return int.from_bytes(blake2_256(randomness + slot.to_bytes(8, "little")), "big") % count


def next_randomness(last, epoch_index, outputs):
    return blake2_256(last + epoch_index.to_bytes(8, "little") + b"".join(outputs))
