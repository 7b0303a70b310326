"""sr25519 in plain Python: Keccak, STROBE, Merlin, ristretto255, signatures and the VRF of BABE. Slow, simple, and shared with
nobody: it exists to check what parahost signs. (RFC 9496; merlin.cool; schnorrkel 0.11.)"""

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
MASK = 2**64 - 1

# ---- Keccak-f[1600] and Keccak-256 ----


def _round_constants():
    constants, lfsr = [], 1
    for _ in range(24):
        value = 0
        for j in range(7):
            if lfsr & 1:
                value |= 1 << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(value)
    return constants


def _rho_pi():
    """For each lane of the result: which lane it comes from and how far that is rotated."""
    moves = [(0, 0)] * 25
    x, y = 1, 0
    for t in range(24):
        source = x + 5 * y
        x, y = y, (2 * x + 3 * y) % 5
        moves[x + 5 * y] = (source, (t + 1) * (t + 2) // 2 % 64)
    return moves


_RC = _round_constants()
_MOVES = _rho_pi()


def keccak_f(state):
    """Permutes 200 bytes."""
    a = [int.from_bytes(state[8 * i:8 * i + 8], "little") for i in range(25)]
    for rc in _RC:
        c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
        c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
        c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
        c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
        c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
        d = (c4 ^ (c1 << 1 & MASK | c1 >> 63), c0 ^ (c2 << 1 & MASK | c2 >> 63), c1 ^ (c3 << 1 & MASK | c3 >> 63),
             c2 ^ (c4 << 1 & MASK | c4 >> 63), c3 ^ (c0 << 1 & MASK | c0 >> 63))
        b = []
        for source, turn in _MOVES:
            v = a[source] ^ d[source % 5]
            b.append(v << turn & MASK | v >> (64 - turn))
        for y in (0, 5, 10, 15, 20):
            b0, b1, b2, b3, b4 = b[y:y + 5]
            a[y] = b0 ^ (~b1 & b2)
            a[y + 1] = b1 ^ (~b2 & b3)
            a[y + 2] = b2 ^ (~b3 & b4)
            a[y + 3] = b3 ^ (~b4 & b0)
            a[y + 4] = b4 ^ (~b0 & b1)
        a[0] ^= rc
    return bytearray(b"".join((v & MASK).to_bytes(8, "little") for v in a))


def keccak_256(data):
    rate, state = 136, bytearray(200)
    data = bytes(data) + b"\x01" + b"\0" * ((-len(data) - 2) % rate) + b"\x80" if (len(data) + 1) % rate else bytes(data) + b"\x81"
    for at in range(0, len(data), rate):
        for i in range(rate):
            state[i] ^= data[at + i]
        state = keccak_f(state)
    return bytes(state[:32])


# ---- STROBE-128 as far as Merlin needs it, Merlin ----

_R = 166
_A, _C, _I, _M, _K = 2, 4, 1, 16, 32


class Transcript:
    def __init__(self, label):
        if label is None:
            return
        start = bytearray(200)
        start[:18] = bytes([1, _R + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        self.state, self.pos, self.begin = keccak_f(start), 0, 0
        self._operate(_M | _A, b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def copy(self):
        other = Transcript(None)
        other.state, other.pos, other.begin = bytearray(self.state), self.pos, self.begin
        return other

    def _run(self):
        self.state[self.pos] ^= self.begin
        self.state[self.pos + 1] ^= 4
        self.state[_R + 1] ^= 0x80
        self.state, self.pos, self.begin = keccak_f(self.state), 0, 0

    def _absorb(self, data):
        for byte in data:
            self.state[self.pos] ^= byte
            self.pos += 1
            if self.pos == _R:
                self._run()

    def _begin(self, flags):
        old, self.begin = self.begin, self.pos + 1
        self._absorb(bytes([old, flags]))
        if flags & (_C | _K) and self.pos:
            self._run()

    def _operate(self, flags, data, more=b""):
        self._begin(flags)
        self._absorb(data + more)

    def append(self, label, message):
        self._operate(_M | _A, label, len(message).to_bytes(4, "little"))
        self._operate(_A, bytes(message))

    def challenge(self, label, length):
        self._operate(_M | _A, label, length.to_bytes(4, "little"))
        self._begin(_I | _A | _C)
        out = bytearray()
        for _ in range(length):
            out.append(self.state[self.pos])
            self.state[self.pos] = 0
            self.pos += 1
            if self.pos == _R:
                self._run()
        return bytes(out)

    def scalar(self, label):
        return int.from_bytes(self.challenge(label, 64), "little") % L


# ---- the curve, in extended coordinates (X, Y, Z, T) ----

IDENTITY = (0, 1, 1, 0)
_2D = 2 * D % P


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = p[3] * _2D * q[3] % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double(p):
    a, b, c = p[0] * p[0], p[1] * p[1], 2 * p[2] * p[2]
    h = a + b
    e = h - (p[0] + p[1]) ** 2
    g = a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def negate(p):
    return (-p[0] % P, p[1], p[2], -p[3] % P)


class Comb:
    """A point with its multiples by every digit at every place: 64 additions a multiplication, no doublings."""

    def __init__(self, point):
        self.rows = []
        for _ in range(64):
            row = [IDENTITY]
            for _ in range(15):
                row.append(add(row[-1], point))
            self.rows.append(row)
            point = add(row[-1], point)

    def times(self, scalar, start=IDENTITY):
        for row in self.rows:
            if scalar & 15:
                start = add(start, row[scalar & 15])
            scalar >>= 4
        return start


def two_products(a, p, b, q):
    """a·p + b·q for points that are met once."""
    rows = []
    for point in (p, q):
        row = [IDENTITY]
        for _ in range(15):
            row.append(add(row[-1], point))
        rows.append(row)
    result = IDENTITY
    for place in range(252, -4, -4):
        if result is not IDENTITY:
            result = double(double(double(double(result))))
        for row, scalar in zip(rows, (a, b)):
            digit = scalar >> place & 15
            if digit:
                result = add(result, row[digit])
    return result


# ---- ristretto255 ----


def _odd(x):
    return x % P & 1


def _abs(x):
    x %= P
    return P - x if x & 1 else x


def sqrt_ratio(u, v):
    """(was it a square, the non-negative root of u/v or of i·u/v)"""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    u %= P
    correct, flipped, flipped_i = check == u, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, _abs(r)


_INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]
_SQRT_AD_MINUS_ONE = sqrt_ratio(-D - 1, 1)[1]
if not _odd(_SQRT_AD_MINUS_ONE):  # the constant of the RFC is the odd root
    _SQRT_AD_MINUS_ONE = P - _SQRT_AD_MINUS_ONE


def decode(data):
    """The point, or None."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or s & 1:
        return None
    ss = s * s % P
    u1, u2 = 1 - ss, 1 + ss
    v = (-(D * u1 * u1) - u2 * u2) % P
    square, inverse = sqrt_ratio(1, v * u2 * u2)
    x = inverse * u2 % P
    y = inverse * x * v % P
    x = _abs(2 * s * x)
    y = u1 * y % P
    t = x * y % P
    return None if not square or _odd(t) or y == 0 else (x, y, 1, t)


def encode(p):
    x, y, z, t = p
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    _, inverse = sqrt_ratio(1, u1 * u2 * u2)
    d1, d2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = d1 * d2 * t % P
    if _odd(t * z_inverse):
        x, y = y * SQRT_M1 % P, x * SQRT_M1 % P
        d = d1 * _INVSQRT_A_MINUS_D % P
    else:
        d = d2
    if _odd(x * z_inverse):
        y = -y
    return _abs(d * (z - y)).to_bytes(32, "little")


def _elligator(data):
    t = int.from_bytes(data, "little") % 2**255 % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * (1 - D * D) % P
    v = (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio(u, v)
    c = -1
    if not square:
        s = -_abs(s * t) % P
        c = r
    n = (c * (r - 1) * (D - 1) ** 2 - v) % P
    w0, w1, w2, w3 = 2 * s * v % P, n * _SQRT_AD_MINUS_ONE % P, (1 - s * s) % P, (1 + s * s) % P
    return (w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P)


def from_uniform(data):
    return add(_elligator(data[:32]), _elligator(data[32:]))


_BY = 4 * pow(5, -1, P) % P
_BX = sqrt_ratio(_BY * _BY - 1, D * _BY * _BY + 1)[1]
BASE = (_BX, _BY, 1, _BX * _BY % P)
_BASE_COMB = Comb(BASE)
_KEYS = {}


def _key(public):
    """The comb of a public key, kept: the same few keys sign everything."""
    if public not in _KEYS:
        point = decode(public)
        _KEYS[public] = None if point is None else Comb(point)
    return _KEYS[public]


# ---- signatures ----

_CONTEXT = Transcript(b"SigningContext")
_CONTEXT.append(b"", b"substrate")


def verify(signature, message, public):
    key = _key(bytes(public))
    s = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or not s >> 255:
        return False
    s -= 1 << 255
    if s >= L:
        return False
    t = _CONTEXT.copy()
    t.append(b"sign-bytes", message)
    t.append(b"proto-name", b"Schnorr-sig")
    t.append(b"sign:pk", public)
    t.append(b"sign:R", signature[:32])
    c = t.scalar(b"sign:c")
    # R = s·B - c·A
    return encode(key.times(L - c, _BASE_COMB.times(s))) == signature[:32]


# ---- the VRF ----


def babe_transcript(randomness, slot, epoch):
    t = Transcript(b"BABE")
    t.append(b"slot number", slot.to_bytes(8, "little"))
    t.append(b"current epoch", epoch.to_bytes(8, "little"))
    t.append(b"chain randomness", randomness)
    return t


def vrf_input(transcript, public):
    t = transcript.copy()
    t.append(b"vrf-nm-pk", public)
    return from_uniform(t.challenge(b"VRFHash", 64))


def vrf_verify(transcript, public, signature):
    """signature: pre-output and proof, 96 bytes."""
    key, out = _key(bytes(public)), decode(signature[:32])
    c, s = int.from_bytes(signature[32:64], "little"), int.from_bytes(signature[64:96], "little")
    if key is None or out is None or len(signature) != 96 or c >= L or s >= L:
        return False
    h = vrf_input(transcript, public)
    t = Transcript(b"VRF")
    t.append(b"proto-name", b"DLEQProof")
    t.append(b"vrf:h", encode(h))
    t.append(b"vrf:R=g^r", encode(key.times(c, _BASE_COMB.times(s))))
    t.append(b"vrf:h^r", encode(two_products(s, h, c, out)))
    t.append(b"vrf:pk", public)
    t.append(b"vrf:h^sk", signature[:32])
    return t.scalar(b"prove") == c


def vrf_bytes(transcript, public, pre_output, context, length):
    t = Transcript(b"VRFResult")
    t.append(b"", context)
    t.append(b"vrf-in", encode(vrf_input(transcript, public)))
    t.append(b"vrf-out", pre_output)
    return t.challenge(b"", length)
