"""Transactions from outside: `tool extrinsic`, `tool submit`, `tool ask`, `dev --socket` and `sim --extrinsics`, by the
program that PARAHOST_BIN names.

What is signed is looked at byte by byte here, without the program's own codec.
"""
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("PARAHOST_BIN")
ALICE = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
BOB = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
GENESIS = "11" * 32
UNIT = 10**12


def run(*args, timeout=120):
    done = subprocess.run([BIN, *map(str, args)], capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def transfer(to=BOB, value=UNIT):
    return json.dumps({"Balances": {"transfer_keep_alive": {"dest": {"Id": "0x" + to}, "value": str(value)}}})


def compact(n):
    if n < 1 << 6:
        return bytes([n << 2])
    if n < 1 << 14:
        return (n << 2 | 1).to_bytes(2, "little")
    if n < 1 << 30:
        return (n << 2 | 2).to_bytes(4, "little")
    data = n.to_bytes((n.bit_length() + 7) // 8, "little")
    return bytes([(len(data) - 4) << 2 | 3]) + data


def call_bytes(to=BOB, value=UNIT):
    return bytes([4, 3, 0]) + bytes.fromhex(to) + compact(value)


def blake2(data):
    return "0x" + hashlib.blake2b(data, digest_size=32).hexdigest()


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Tool(unittest.TestCase):
    OFFLINE = ["--genesis-hash", GENESIS, "--spec-version", 7, "--tx-version", 8]

    def make(self, *args, uri="//Alice", call=None, nonce=("--nonce", 3)):
        status, out, err = run("tool", "extrinsic", "--uri", uri, "--call", call or transfer(), *nonce, *self.OFFLINE, *args)
        self.assertEqual(status, 0, err)
        return out.strip()

    def wrong(self, expected, *args):
        status, out, err = run("tool", *args)
        self.assertEqual((status, out), (2, ""), args)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("parahost tool "), err)
        self.assertIn(expected, err)

    def test_bytes_are_those_of_format_4(self):
        data = bytes.fromhex(self.make("--tip", 100)[2:])
        body = bytes([0x84, 0]) + bytes.fromhex(ALICE) + bytes([1])
        rest = bytes([0]) + compact(3) + compact(100) + call_bytes()
        self.assertEqual(data[:2], compact(len(body) + 64 + len(rest)))
        self.assertEqual(data[2:2 + len(body)], body)
        self.assertEqual(data[2 + len(body) + 64:], rest)
        signature = data[2 + len(body):2 + len(body) + 64]
        payload = call_bytes() + bytes([0]) + compact(3) + compact(100) + (7).to_bytes(4, "little") + (8).to_bytes(4, "little") + bytes.fromhex(GENESIS) * 2
        status, out, _ = run("tool", "key", "verify", "0x" + ALICE, "0x" + payload.hex(), "0x" + signature.hex())
        self.assertEqual((status, out), (0, "valid\n"))

    def test_json_has_the_parts(self):
        parts = json.loads(self.make("--json"))
        self.assertEqual(parts["hash"], blake2(bytes.fromhex(parts["extrinsic"][2:])))
        self.assertEqual(parts["extrinsic"], self.make())
        self.assertEqual(parts["signer"], "0x" + ALICE)
        self.assertEqual(parts["call"], "0x" + call_bytes().hex())
        self.assertEqual((parts["nonce"], parts["tip"], parts["era"], parts["scheme"]), (3, "0", "immortal", "sr25519"))
        self.assertEqual((parts["spec_version"], parts["transaction_version"], parts["genesis_hash"]), (7, 8, "0x" + GENESIS))

    def test_a_mortal_era(self):
        other = "22" * 32
        parts = json.loads(self.make("--era", 64, "--era-block", 1000, "--era-hash", other, "--json"))
        self.assertEqual(parts["era"], {"period": 64, "phase": 1000 % 64, "hash": "0x" + other})
        era = (5 | (1000 % 64) << 4).to_bytes(2, "little")
        self.assertEqual(parts["payload"], "0x" + (call_bytes() + era + compact(3) + compact(0) + (7).to_bytes(4, "little") + (8).to_bytes(4, "little")
                                                   + bytes.fromhex(GENESIS) + bytes.fromhex(other)).hex())
        self.assertIn(era.hex() + "0c00" + call_bytes().hex(), parts["extrinsic"])

    def test_a_long_payload_is_hashed(self):
        remark = json.dumps({"System": {"remark": {"remark": "0x" + "ab" * 500}}})
        parts = json.loads(self.make("--json", call=remark))
        call = bytes([0, 0]) + compact(500) + b"\xab" * 500
        payload = call + bytes([0]) + compact(3) + compact(0) + (7).to_bytes(4, "little") + (8).to_bytes(4, "little") + bytes.fromhex(GENESIS) * 2
        self.assertEqual(parts["payload"], blake2(payload))

    def test_other_schemes(self):
        for scheme, tag, length in (("ed25519", 0, 64), ("ecdsa", 2, 65), ("eth", 3, 65)):
            parts = json.loads(self.make("--scheme", scheme, "--json"))
            data = bytes.fromhex(parts["extrinsic"][2:])[2:]
            self.assertEqual(data[2:34].hex(), parts["signer"][2:])
            self.assertEqual(data[34], tag)
            self.assertEqual(data[35 + length:], bytes([0]) + compact(3) + compact(0) + call_bytes())

    def test_calls_in_each_form(self):
        with tempfile.TemporaryDirectory() as folder:
            raw, text = pathlib.Path(folder, "call.scale"), pathlib.Path(folder, "call.json")
            raw.write_bytes(call_bytes())
            text.write_text(transfer())
            forms = {self.make(call=form) for form in (transfer(), "0x" + call_bytes().hex(), f"@{raw}", f"@{text}")}
            self.assertEqual(len(forms), 1)

    def test_what_is_wrong_is_named(self):
        good = ["extrinsic", "--uri", "//Alice", "--call", transfer(), "--nonce", "0", *map(str, self.OFFLINE)]
        without = lambda name: [a for i, a in enumerate(good) if a != name and (i == 0 or good[i - 1] != name)]
        for name in ("uri", "call", "nonce", "genesis-hash", "spec-version", "tx-version"):
            self.wrong(f"--{name} is missing", *without("--" + name))
        changed = lambda name, value: [value if i and good[i - 1] == name else a for i, a in enumerate(good)]
        self.wrong("--call: ", *changed("--call", "0x0403"))
        self.wrong("--call: ", *changed("--call", "0x" + call_bytes().hex() + "00"))
        self.wrong("--call: ", *changed("--call", "{"))
        self.wrong("--call: ", *changed("--call", '{"Balances":{"steal":{}}}'))
        self.wrong("--call", *changed("--call", "@/nowhere/at/all"))
        self.wrong("--uri: not a secret URI", *changed("--uri", "no words of any list"))
        self.wrong("--nonce", *changed("--nonce", "-1"))
        self.wrong("--genesis-hash: \"0x11\"", *changed("--genesis-hash", "0x11"))
        self.wrong("--era: \"63\"; expected immortal, or a power of two", *good, "--era", "63")
        self.wrong("--era-block is missing", *good, "--era", "64")
        self.wrong("--era-hash is missing", *good, "--era", "64", "--era-block", "1")
        self.wrong("cannot begin with 17; expected 16", *good, "--era", "65536", "--era-block", "17", "--era-hash", GENESIS)
        self.wrong("--at: /nowhere/socket", "extrinsic", "--uri", "//Alice", "--call", transfer(), "--at", "/nowhere/socket")
        self.wrong("SOCKET: /nowhere/socket", "submit", "/nowhere/socket", "0x00")
        self.wrong("SOCKET: /nowhere/socket", "ask", "/nowhere/socket", "{}")

    def test_they_explain_themselves(self):
        for tool in ("extrinsic", "submit", "ask"):
            status, out, _ = run("tool", tool, "--help")
            self.assertEqual(status, 0)
            self.assertIn(f"Usage: parahost tool {tool}", out)


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Socket(unittest.TestCase):
    """One network for all: they ask, and move what they need only."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = str(pathlib.Path(cls.folder.name, "socket"))
        cls.process = subprocess.Popen([BIN, "dev", "--slot-ms", "1000", "--validators", "3", "--paras", "1", "--socket", cls.path, "--json"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            status, out, _ = run("tool", "ask", cls.path, '{"head": true}')
            if status == 0 and json.loads(out)["best"]["number"] >= 1:
                return
            time.sleep(0.1)
        raise AssertionError("the network makes no blocks")

    @classmethod
    def tearDownClass(cls):
        cls.process.send_signal(signal.SIGINT)
        out, _ = cls.process.communicate(timeout=60)
        there = os.path.exists(cls.path)
        cls.folder.cleanup()
        assert cls.process.returncode == 0 and not there, "the socket's file is left over"
        assert json.loads(out)["penalties"] == 0, "honest nodes were penalised"

    def ask(self, request):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(self.path)
            client.sendall(request.encode() + b"\n" if isinstance(request, str) else json.dumps(request).encode() + b"\n")
            return json.loads(client.makefile().readline())

    def sign(self, uri, *args, call=None):
        status, out, err = run("tool", "extrinsic", "--uri", uri, "--call", call or transfer(), "--at", self.path, *args)
        self.assertEqual(status, 0, err)
        return out.strip()

    def free_balance(self, account):
        _, key, _ = run("tool", "storage-key", "System", "Account", "0x" + account)
        value = self.ask({"storage": key.strip()})["result"]
        return int.from_bytes(bytes.fromhex(value[2:])[16:32], "little") if value else 0

    def test_a_transfer_from_beginning_to_end(self):
        before = self.free_balance(BOB)
        xt = self.sign("//Alice", "--era", 64)
        status, out, err = run("tool", "submit", self.path, xt, "--wait", 60)
        self.assertEqual(status, 0, err)
        hash_line, block_line = out.splitlines()
        self.assertEqual(hash_line, blake2(bytes.fromhex(xt[2:])))
        words = block_line.split()
        self.assertEqual(words[:2], ["in", "block"])
        self.assertEqual(self.free_balance(BOB), before + UNIT)
        block = self.ask({"block": words[3]})
        self.assertIn(xt, block["extrinsics"])
        self.assertEqual((block["number"], block["hash"]), (int(words[2]), words[3]))
        self.assertEqual(self.ask({"block": int(words[2])})["hash"], words[3])
        self.assertEqual(self.ask({"status": hash_line})["status"], "in-block")
        status, out, err = run("tool", "submit", self.path, xt)
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"^parahost tool submit: 0x[0-9a-f]{64}: temporarily banned.*\n$")

    def test_nonces_wait(self):
        parts = json.loads(self.sign("//Charlie", "--json"))
        later = self.sign("//Charlie", "--nonce", parts["nonce"] + 1)
        answer = self.ask({"submit": later, "id": 5})
        self.assertEqual((answer["status"], answer["id"]), ("future", 5))
        self.assertEqual(self.ask({"status": answer["hash"]}), {"status": "future"})
        self.assertEqual(self.ask({"submit": later})["error"], "already in the pool")
        self.assertEqual(self.ask({"submit": parts["extrinsic"]})["status"], "ready")
        give_up = time.monotonic() + 60
        while self.ask({"status": answer["hash"]})["status"] != "in-block":
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.1)

    def test_what_the_pool_refuses(self):
        spoilt = bytearray.fromhex(self.sign("//Dave")[2:])
        spoilt[60] ^= 1
        self.assertEqual(self.ask({"submit": "0x" + spoilt.hex()})["error"], "invalid: BadProof")
        self.assertEqual(self.ask({"submit": self.sign("//Nobody")})["error"], "invalid: Payment")
        status, out, _ = run("tool", "submit", self.path, "0x" + (compact(2) + b"\x84\x00").hex(), "--json")
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(out)["error"], "no extrinsic that the runtime can read")
        self.assertEqual(self.ask({"status": "0x" + "00" * 32}), {"status": "unknown"})

    def test_calls_and_storage(self):
        version = bytes.fromhex(self.ask({"call": "Core_version"})["result"][2:])
        self.assertEqual(version[1:1 + (version[0] >> 2)].decode(), version[1:1 + (version[0] >> 2)].decode())
        head = self.ask({"head": True})
        self.assertEqual(self.ask({"block": 0})["hash"], head["genesis"])
        self.assertEqual(self.ask({"call": "AccountNonceApi_account_nonce", "args": "0x" + "00" * 32, "at": head["genesis"]}), {"result": "0x00000000"})
        self.assertIsNone(self.ask({"storage": "0x1234"})["result"])
        self.assertEqual(self.ask({"storage": "0x3a636f6465", "at": "finalized"})["result"][:2], "0x")
        self.assertIn("no such method", self.ask({"call": "Core_dance"})["error"])
        self.assertIn("the runtime failed", self.ask({"call": "AccountNonceApi_account_nonce", "args": "0x00"})["error"])
        self.assertEqual(self.ask({"block": "0x" + "00" * 32}), {"error": '"block": unknown block'})

    def test_an_ethereum_key_sends_money(self):
        status, out, err = run("tool", "key", "inspect", "//Eth", "--scheme", "eth", "--json")
        self.assertEqual(status, 0, err)
        account = json.loads(out)["account"][2:]
        self.assertEqual(account[40:], "ee" * 12)
        status, _, err = run("tool", "submit", self.path, self.sign("//Eve", call=transfer(account, 5 * UNIT)), "--wait", 60)
        self.assertEqual((status, self.free_balance(account)), (0, 5 * UNIT), err)
        xt = self.sign("//Eth", "--scheme", "eth", call=transfer(BOB, UNIT))
        spoilt = bytearray.fromhex(xt[2:])
        spoilt[60] ^= 1
        self.assertEqual(self.ask({"submit": "0x" + spoilt.hex()})["error"], "invalid: BadProof")
        status, _, err = run("tool", "submit", self.path, xt, "--wait", 60)
        self.assertEqual(status, 0, err)
        self.assertLess(self.free_balance(account), 4 * UNIT)

    def test_session_keys_are_made_and_taken(self):
        """The keys are new each time, of the kinds that the chain wants, and the node can sign with them."""
        call, account = "SessionKeys_generate_session_keys", self.account("//Ferdie")
        owner = compact(32) + bytes.fromhex(account)
        made = []
        for seed in (b"\0", b"\0", b"\1" + compact(7) + b"//Alice"):
            answer = self.ask({"call": call, "args": "0x" + (owner + seed).hex()})
            self.assertIn("result", answer)
            data = bytes.fromhex(answer["result"][2:])
            self.assertEqual((data[:2], data[195:197], len(data)), (compact(193), compact(385), 2 + 193 + 2 + 385))
            made.append((data[2:195], data[197:]))
        self.assertEqual(made[2][0][32:64].hex(), ALICE)
        self.assertEqual(len({keys for keys, _ in made}), 3)
        decoded = self.ask({"call": "SessionKeys_decode_session_keys", "args": "0x" + (compact(193) + made[0][0]).hex()})["result"]
        self.assertEqual([bytes.fromhex(decoded[2:]).count(kind) for kind in (b"gran", b"babe", b"para", b"asgn", b"audi", b"beef")], [1] * 6)
        _, map_key, _ = run("tool", "storage-key", "Session", "NextKeys", "0x" + account)
        for keys, proof in made[:2]:
            set_keys = "0x" + (bytes([8, 0]) + keys + compact(385) + proof).hex()
            status, out, err = run("tool", "submit", self.path, self.sign("//Ferdie", call=set_keys), "--wait", 60)
            self.assertEqual(status, 0, err)
            self.assertEqual(self.ask({"storage": map_key.strip()})["result"], "0x" + keys.hex())
        failed = self.ask({"call": call, "args": "0x" + (owner + b"\1" + compact(8) + b"not one.").hex()})
        self.assertIn("the runtime failed", failed["error"])

    def account(self, uri):
        _, out, _ = run("tool", "key", "inspect", uri, "--json")
        return json.loads(out)["account"][2:]

    def test_bad_requests_are_answered(self):
        for request, expected in (("nonsense", "no JSON"), ("{}", "expected an object"), ('{"submit":"0xzz"}', '"submit": expected'),
                                  ('{"head":true,"tail":1}', '"tail" does not belong'), ("\x00", "no JSON")):
            self.assertIn(expected, self.ask(request)["error"])
        self.assertEqual(self.ask('{"id": 3, "shout": 1}')["id"], 3)
        status, out, _ = run("tool", "ask", self.path, "{}")
        self.assertEqual(status, 1)
        self.assertIn("error", json.loads(out))

    def test_a_line_without_end(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(self.path)
            try:
                for _ in range(12 * 16):
                    client.sendall(b"x" * 65536)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                self.assertIn("too long", client.makefile().readline())
            except ConnectionResetError:
                pass
        self.assertIn("best", self.ask({"head": True}))

    def test_many_requests_in_one_go(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(self.path)
            client.sendall(b"".join(b'{"head":true,"id":%d}\n' % i for i in range(200)))
            lines = client.makefile()
            self.assertEqual([json.loads(lines.readline())["id"] for _ in range(200)], list(range(200)))

    def test_the_socket_is_taken(self):
        status, out, err = run("dev", "--socket", self.path, "--timeout", 1)
        self.assertEqual((status, out), (2, ""))
        self.assertRegex(err, r"^parahost dev: --socket: .*another process listens there; expected .*\n$")


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Sim(unittest.TestCase):
    SMALL = ["--validators", 4, "--paras", 1]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def genesis(self):
        blocks = self.dir / "genesis.jsonl"
        status, _, err = run("sim", *self.SMALL, "--slots", 1, "--blocks", blocks)
        self.assertEqual(status, 0, err)
        with blocks.open() as lines:
            return blake2(bytes.fromhex(json.loads(lines.readline())["genesis"]["header"][2:]))

    def versions(self):
        """Those of the program's own runtime, from its recordings of itself: an extrinsic made for another is refused."""
        text = (pathlib.Path(__file__).resolve().parents[2] / "src" / "runtime" / "params.h").read_text()
        number = lambda name: int(text.split(f"#define {name} ")[1].split("u")[0].split()[0])
        return number("PH_SPEC_VERSION"), number("PH_TRANSACTION_VERSION")

    def test_extrinsics_reach_the_chain(self):
        spec, tx = self.versions()
        made = []
        for nonce in range(3):
            status, out, err = run("tool", "extrinsic", "--uri", "//Alice", "--call", transfer(), "--nonce", nonce, "--genesis-hash", self.genesis(),
                                   "--spec-version", spec, "--tx-version", tx)
            self.assertEqual(status, 0, err)
            made.append(out.strip())
        script = self.dir / "script"
        script.write_text(f"# three transfers\n\n3 {made[2]} 2\n4 {made[1]}  # to the first node\n5 {made[0]} 1\n")
        blocks, events = self.dir / "blocks", self.dir / "events"
        args = ["sim", *self.SMALL, "--slots", 14, "--extrinsics", script]
        status, out, err = run(*args, "--blocks", blocks, "--events", events, "--json")
        self.assertEqual(status, 0, err)
        on_chain = [xt for line in blocks.read_text().splitlines()[1:] for xt in json.loads(line)["extrinsics"]]
        bodies = {xt[6:] if xt.startswith(made[0][:6]) else xt for xt in on_chain}
        for xt in made:
            self.assertTrue(xt in on_chain or xt[6:] in bodies or "0x" + xt[6:] in on_chain, "not in a block")
        reasons = [json.loads(line)["reason"] for line in events.read_text().splitlines() if "transaction-submitted" in line]
        self.assertEqual(reasons, ["waits for others", "waits for others", "ready"])
        self.assertEqual(json.loads(run(*args, "--json")[1])["digest"], json.loads(out)["digest"])

    def test_what_is_wrong_with_the_file(self):
        script = self.dir / "script"
        for text, expected in (("x 0x0400\n", "line 1: no slot"), ("\n1 0xzz\n", "line 2: no hexadecimal bytes"), ("1\n", "line 1: no hexadecimal bytes"),
                               ("1 0x0801\n", "line 1: no extrinsic"), ("1 0x0400 x\n", "line 1: no node"), ("1 0x0400 1 1\n", "line 1: no node")):
            script.write_text(text)
            status, out, err = run("sim", *self.SMALL, "--slots", 1, "--extrinsics", script)
            self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(expected, err)
        status, _, err = run("sim", *self.SMALL, "--slots", 1, "--extrinsics", self.dir / "missing")
        self.assertEqual(status, 2)
        self.assertIn("cannot be read", err)


if __name__ == "__main__":
    unittest.main()
