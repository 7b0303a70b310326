"""XXH64 and the twox hashes of Substrate made of it (xxHash specification, doc/xxhash_spec.md)."""

_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_MASK = (1 << 64) - 1


def _rotl(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & _MASK


def _round(acc, lane):
    return _rotl((acc + lane * _P2) & _MASK, 31) * _P1 & _MASK


def xxh64(data, seed=0):
    at, left = 0, len(data)
    if left >= 32:
        acc = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed, (seed - _P1) & _MASK]
        while left >= 32:
            for i in range(4):
                acc[i] = _round(acc[i], int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little"))
            at, left = at + 32, left - 32
        h = sum(_rotl(a, bits) for a, bits in zip(acc, (1, 7, 12, 18))) & _MASK
        for a in acc:
            h = ((h ^ _round(0, a)) * _P1 + _P4) & _MASK
    else:
        h = (seed + _P5) & _MASK
    h = (h + len(data)) & _MASK
    while left >= 8:
        h ^= _round(0, int.from_bytes(data[at:at + 8], "little"))
        h = (_rotl(h, 27) * _P1 + _P4) & _MASK
        at, left = at + 8, left - 8
    if left >= 4:
        h ^= int.from_bytes(data[at:at + 4], "little") * _P1 & _MASK
        h = (_rotl(h, 23) * _P2 + _P3) & _MASK
        at, left = at + 4, left - 4
    while left:
        h ^= data[at] * _P5 & _MASK
        h = _rotl(h, 11) * _P1 & _MASK
        at, left = at + 1, left - 1
    h = (h ^ h >> 33) * _P2 & _MASK
    h = (h ^ h >> 29) * _P3 & _MASK
    return h ^ h >> 32


def twox(data, bits):
    """twox_64, twox_128, twox_256: XXH64 with seeds 0, 1, …, little-endian."""
    return b"".join(xxh64(data, seed).to_bytes(8, "little") for seed in range(bits // 64))
