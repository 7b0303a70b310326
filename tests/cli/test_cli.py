"""The command line from outside: runs the program that PARAHOST_BIN names over good and bad input.

Looks at exit statuses, at what is printed where, and that nothing half written stays behind. Needs no network; inputs that
are not in the repository (PH_SHARED_DATA, default ../shared/data) are optional.
"""
import gzip
import hashlib
import json
import os
import pathlib
import signal
import stat
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("PARAHOST_BIN")
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("PH_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
ALICE = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
ADDER_BLOCK = "0x00000000000000000200000000000000"


def run(*args, stdin=b"", cwd=None, timeout=120):
    done = subprocess.run([BIN, *map(str, args)], input=stdin, capture_output=True, cwd=cwd, timeout=timeout)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def good(self, *args, **kwargs):
        status, out, err = run(*args, **kwargs)
        self.assertEqual(status, 0, f"{args}: {err}")
        return out.strip()

    def good_json(self, *args, **kwargs):
        return json.loads(self.good(*args, **kwargs))

    def says(self, expected, status, *args, **kwargs):
        """Fails with this status, with one line on standard error that contains the text, and nothing on standard output."""
        got, out, err = run(*args, **kwargs)
        self.assertEqual(got, status, f"{args}: {out}{err}")
        self.assertEqual(out, "", args)
        self.assertEqual(err.count("\n"), 1, f"{args}: one line expected: {err}")
        self.assertTrue(err.startswith("parahost"), err)
        self.assertIn(expected, err)

    def wrong(self, expected, *args, **kwargs):
        self.says(expected, 2, *args, **kwargs)

    def files(self):
        return sorted(str(p.relative_to(self.dir)) for p in self.dir.rglob("*"))

    def data(self, *names):
        path = DATA.joinpath(*names)
        if not path.exists():
            self.skipTest(f"{path} is not there")
        return path

    def write(self, name, content):
        path = self.dir / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


class Program(Cli):
    def test_version_is_that_of_the_build(self):
        cmake = (REPOSITORY / "CMakeLists.txt").read_text()
        version = cmake.split("project(parahost VERSION ")[1].split()[0]
        self.assertEqual(self.good("--version"), f"parahost {version}")

    def test_every_command_explains_itself(self):
        for command in ([], ["dev"], ["sim"], ["bench"], ["tool"], ["tool", "hash"], ["tool", "key"], ["tool", "key", "inspect"],
                        ["tool", "key", "sign"], ["tool", "key", "verify"], ["tool", "erasure"], ["tool", "erasure", "encode"],
                        ["tool", "erasure", "root"], ["tool", "erasure", "recover"], ["tool", "trie"], ["tool", "trie", "root"],
                        ["tool", "genesis"], ["tool", "spec"], ["tool", "scale"], ["tool", "storage-key"], ["tool", "metadata"], ["tool", "pvf"],
                        ["tool", "pvf", "exec"], ["tool", "pvf", "prepare"], ["tool", "vectors"]):
            with self.subTest(command=command):
                text = self.good(*command, "--help")
                self.assertIn("Usage: parahost" + "".join(" " + c for c in command), text)
                self.assertNotIn("—", text)

    def test_what_is_no_command(self):
        self.wrong("no command")
        self.wrong('"brew"', "brew")
        self.wrong("no tool", "tool")
        self.wrong('"saw"', "tool", "saw")
        for tool in ("key", "erasure", "pvf"):
            self.wrong("expected", "tool", tool, "melt")
            self.wrong("expected", "tool", tool)

    def test_worker_is_not_for_people(self):
        status, _, _ = run("pvf-worker")
        self.assertEqual(status, 2)

    def test_full_output_is_noticed(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BIN, "tool", "hash", "twox-64", "0x"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output cannot be written (No space left on device)", done.stderr)


class Options(Cli):
    def test_numbers(self):
        for value in ("", "x", "-1", "1x", " 1", "0x10", "1.0", "18446744073709551616", "99999999999999999999999"):
            self.wrong("--slots", "sim", f"--slots={value}")
        self.wrong("from 1 to", "sim", "--validators", "0")
        self.wrong("--slots: its value is missing", "sim", "--slots")

    def test_ranges(self):
        for value in ("", "5", "..", "1..", "..2", "2..1", "1...2", "a..b", "1..2..3"):
            if value != "5":
                self.wrong("--latency-ms", "sim", f"--latency-ms={value}")
        self.wrong("ends where it begins", "sim", "--partition", "3..3")
        self.wrong("begins after the run", "sim", "--partition", "50..60")

    def test_percentages(self):
        for value in ("", "-1", "101", "nan", "inf", "1e1", "0x1", ".", "1.2.3", "5%"):
            self.wrong("--loss", "sim", f"--loss={value}")

    def test_names(self):
        self.wrong("unknown option --slot;", "sim", "--slot", "3")
        self.wrong("unknown option -s;", "sim", "-s")
        self.wrong("given twice", "sim", "--seed", "1", "--seed", "1")
        self.wrong("takes no value", "sim", "--json=yes")
        self.wrong("unexpected argument", "sim", "now")

    def test_plain_arguments_after_two_dashes(self):
        self.wrong("not hex", "tool", "hash", "twox-64", "--", "--json")


class Hash(Cli):
    def test_against_python(self):
        message = bytes(range(200))
        hexed = "0x" + message.hex()
        self.assertEqual(self.good("tool", "hash", "sha2-256", hexed), "0x" + hashlib.sha256(message).hexdigest())
        for bits in (128, 256, 512):
            expected = "0x" + hashlib.blake2b(message, digest_size=bits // 8).hexdigest()
            self.assertEqual(self.good("tool", "hash", f"blake2b-{bits}", hexed), expected)
            self.assertEqual(self.good_json("tool", "hash", f"blake2b-{bits}", hexed, "--json"),
                             {"algorithm": f"blake2b-{bits}", "digest": expected})

    def test_known_digests(self):
        self.assertEqual(self.good("tool", "hash", "keccak-256", "0x"),
                         "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        self.assertEqual(self.good("tool", "hash", "twox-64", "0x"), "0x99e9d85137db46ef")
        self.assertEqual(self.good("tool", "hash", "twox-128", "0x" + b"System".hex()), "0x26aa394eea5630e07c48ae0c9558cef7")
        self.assertEqual(len(self.good("tool", "hash", "twox-256", "0x")), 66)
        self.assertEqual(len(self.good("tool", "hash", "keccak-512", "0x")), 130)

    def test_where_bytes_come_from(self):
        expected = self.good("tool", "hash", "blake2b-256", "0x616263")
        self.assertEqual(self.good("tool", "hash", "blake2b-256", "-", stdin=b"abc"), expected)
        self.assertEqual(self.good("tool", "hash", "blake2b-256", f"@{self.write('raw', b'abc')}"), expected)
        self.assertEqual(self.good("tool", "hash", "blake2b-256", f"@{self.write('text.hex', '0x616263' + chr(10))}"), expected)

    def test_bad_bytes(self):
        self.wrong("not hex", "tool", "hash", "blake2b-256", "0x123")
        self.wrong("not hex", "tool", "hash", "blake2b-256", "0xzz")
        self.wrong("cannot be read (No such file or directory)", "tool", "hash", "blake2b-256", f"@{self.dir}/nothing")
        self.wrong("cannot be read (Is a directory)", "tool", "hash", "blake2b-256", f"@{self.dir}")
        self.wrong("ALGO", "tool", "hash", "md5", "0x")
        self.wrong("missing", "tool", "hash", "twox-64")


class Key(Cli):
    def test_inspect(self):
        alice = self.good_json("tool", "key", "inspect", "//Alice", "--json")
        self.assertEqual(alice, {"scheme": "sr25519", "seed": "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
                                 "public_key": ALICE, "account": ALICE, "ss58": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"})
        self.assertIn(ALICE, self.good("tool", "key", "inspect", "//Alice"))
        ed = self.good_json("tool", "key", "inspect", "//Alice", "--scheme", "ed25519", "--json")
        self.assertEqual(ed["public_key"], "0x88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee")
        ec = self.good_json("tool", "key", "inspect", "//Alice", "--scheme", "ecdsa", "--json")
        self.assertEqual(ec["public_key"], "0x020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1")
        self.assertNotEqual(ec["account"], ec["public_key"])
        eth = self.good_json("tool", "key", "inspect", "0x" + "42" * 32, "--scheme", "eth", "--json")
        self.assertEqual(eth["account"], "0x2714c48edc39bc2714729e6530760d62344d6698" + "ee" * 12)
        self.assertTrue(self.good_json("tool", "key", "inspect", "//Alice", "--ss58", "0", "--json")["ss58"].startswith("1"))
        self.assertIsNone(self.good_json("tool", "key", "inspect", "//Alice/soft", "--json")["seed"])
        self.assertEqual(self.good_json("tool", "key", "inspect", "-", "--json", stdin=b"//Alice\n"), alice)

    def test_sign_and_verify(self):
        for scheme in ("sr25519", "ed25519", "ecdsa", "eth"):
            public = self.good_json("tool", "key", "inspect", "--scheme", scheme, "//Bob", "--json")["public_key"]
            signature = self.good("tool", "key", "sign", "--scheme", scheme, "//Bob", "0x0102")
            self.assertEqual(self.good("tool", "key", "verify", "--scheme", scheme, public, "0x0102", signature), "valid")
            status, out, _ = run("tool", "key", "verify", "--scheme", scheme, public, "0x0103", signature)
            self.assertEqual((status, out), (1, "invalid\n"))
            status, out, _ = run("tool", "key", "verify", "--scheme", scheme, public, "0x0103", signature, "--json")
            self.assertEqual((status, json.loads(out)), (1, {"valid": False}))

    def test_bad_keys(self):
        self.wrong("URI", "tool", "key", "inspect", "not a phrase")
        self.wrong("soft", "tool", "key", "inspect", "//Alice/soft", "--scheme", "ed25519")
        self.wrong("reserved", "tool", "key", "inspect", "//Alice", "--ss58", "46")
        self.wrong("--ss58", "tool", "key", "inspect", "//Alice", "--ss58", "16384")
        self.wrong("expected one of", "tool", "key", "inspect", "//Alice", "--scheme", "rsa")
        self.wrong("PUBLIC: 2 bytes", "tool", "key", "verify", "0x0102", "0x", "0x" + "00" * 64)
        self.wrong("SIGNATURE: 1 bytes", "tool", "key", "verify", ALICE, "0x", "0x00")


def xorshift(x, length):
    """The payloads of the erasure vectors: xorshift64*."""
    mask, out = (1 << 64) - 1, bytearray()
    while len(out) < length:
        x ^= x >> 12
        x ^= x << 25 & mask
        x ^= x >> 27
        out += (x * 0x2545F4914F6CDD1D & mask).to_bytes(8, "little")
    return bytes(out[:length])


class Erasure(Cli):
    PAYLOAD = bytes(i * i % 251 for i in range(5000))

    def test_there_and_back(self):
        payload, out = self.write("payload", self.PAYLOAD), self.dir / "chunks"
        made = self.good_json("tool", "erasure", "encode", "--validators", "10", payload, "--out", out, "--json")
        self.assertEqual(made["root"], self.good("tool", "erasure", "root", "--validators", "10", payload))
        self.assertEqual((made["validators"], made["threshold"], made["chunk_len"]), (10, 4, 1250))
        self.assertEqual(sorted(p.name for p in out.iterdir()), sorted([str(i) for i in range(10)] + [f"{i}.proof" for i in range(10)]))
        self.assertEqual(stat.S_IMODE(out.stat().st_mode) & 0o500, 0o500)
        for i in range(6):
            (out / str(i)).unlink()
        back = self.dir / "back"
        self.good("tool", "erasure", "recover", "--validators", "10", out, "--len", "5000", "--out", back)
        self.assertEqual(back.read_bytes(), self.PAYLOAD)
        self.good("tool", "erasure", "recover", "--validators", "10", out, "--len", "5000", "--out", back, "--root", made["root"])
        self.assertEqual(self.files(), sorted(["payload", "back", "chunks"] + [f"chunks/{p.name}" for p in out.iterdir()]))

    def test_too_few_chunks_or_wrong_ones(self):
        payload, out = self.write("payload", self.PAYLOAD), self.dir / "chunks"
        root = self.good_json("tool", "erasure", "encode", "--validators", "10", payload, "--out", out, "--json")["root"]
        args = ["tool", "erasure", "recover", "--validators", "10", out, "--len", "5000", "--out", self.dir / "back"]
        for i in range(5):
            (out / str(i)).unlink()
        spoilt = bytearray((out / "9").read_bytes())
        spoilt[7] ^= 1
        (out / "9").write_bytes(spoilt)
        self.good(*args, "--root", root)
        self.assertEqual((self.dir / "back").read_bytes(), self.PAYLOAD)
        (self.dir / "back").unlink()
        (out / "8").unlink()
        status, _, err = run(*args, "--root", root)
        self.assertEqual(status, 1)
        self.assertIn("9 is left out", err)
        (out / "7").unlink()
        self.says("expected at least 4", 1, *args)
        self.assertFalse((self.dir / "back").exists())

    def test_nothing_half_written(self):
        payload, out = self.write("payload", self.PAYLOAD), self.dir / "chunks"
        out.mkdir()
        (out / "mine").write_text("kept")
        self.wrong("chunks", "tool", "erasure", "encode", "--validators", "10", payload, "--out", out)
        self.assertEqual(self.files(), ["chunks", "chunks/mine", "payload"])
        (out / "mine").unlink()
        self.good("tool", "erasure", "encode", "--validators", "10", payload, "--out", out)
        self.wrong("--out", "tool", "erasure", "recover", "--validators", "10", out, "--len", "5000", "--out", self.dir / "no" / "file")
        self.assertNotIn("no", self.files())

    def test_bad_arguments(self):
        payload, empty = self.write("payload", self.PAYLOAD), self.write("empty", b"")
        self.wrong("--validators is missing", "tool", "erasure", "root", payload)
        self.wrong("from 2 to 65536", "tool", "erasure", "root", "--validators", "1", payload)
        self.wrong("is empty", "tool", "erasure", "root", "--validators", "6", empty)
        self.wrong("cannot be read", "tool", "erasure", "root", "--validators", "6", self.dir / "nothing")
        self.wrong("--out is missing", "tool", "erasure", "encode", "--validators", "6", payload)
        self.wrong("folder of chunks", "tool", "erasure", "recover", "--validators", "6", self.dir / "no", "--len", "1", "--out", self.dir / "x")
        out = self.dir / "chunks"
        self.good("tool", "erasure", "encode", "--validators", "6", payload, "--out", out)
        self.wrong("--len", "tool", "erasure", "recover", "--validators", "6", out, "--len", "900000", "--out", self.dir / "x")
        (out / "0").write_bytes(b"odd")
        self.wrong("do not fit", "tool", "erasure", "recover", "--validators", "6", out, "--len", "1", "--out", self.dir / "x")
        self.assertFalse((self.dir / "x").exists())

    def test_roots_of_others(self):
        for entry in json.loads(self.data("erasure-vectors.json").read_text())["vectors"]:
            payload = xorshift(entry["seed"], entry["payload_len"])
            path = self.write("payload", payload)
            self.assertEqual(hashlib.blake2b(payload, digest_size=32).hexdigest(), entry["payload_blake2b256"])
            self.assertEqual(self.good("tool", "erasure", "root", "--validators", entry["validators"], path), "0x" + entry["erasure_root"])


class Trie(Cli):
    EMPTY = "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"

    def test_roots(self):
        self.assertEqual(self.good("tool", "trie", "root", "--version", "0", "-", stdin=b"{}"), self.EMPTY)
        pairs = self.write("pairs.json", json.dumps({"0x01": "0x" + "aa" * 40, "0x02": "0x", "0x": "0x00"}))
        zero, one = (self.good("tool", "trie", "root", "--version", v, pairs) for v in "01")
        self.assertNotEqual(zero, one)
        packed = self.write("pairs.json.gz", gzip.compress(pairs.read_bytes()))
        self.assertEqual(self.good_json("tool", "trie", "root", "--version", "1", packed, "--json"),
                         {"root": one, "state_version": 1, "count": 3})

    def test_bad_files(self):
        for text in ("", "[]", "{", '{"0x0": "0x"}', '{"0x00": 1}', '{"0x00": "zz"}', '{"0x00": null}'):
            self.wrong("parahost tool trie root", "tool", "trie", "root", "--version", "1", self.write("bad.json", text))
        self.wrong("too long", "tool", "trie", "root", "--version", "1", self.write("long.json", json.dumps({"0x" + "00" * 3000: "0x"})))
        self.wrong("--version is missing", "tool", "trie", "root", self.write("good.json", "{}"))
        self.wrong("expected one of 0, 1", "tool", "trie", "root", "--version", "2", self.write("good.json", "{}"))
        self.wrong("expected root", "tool", "trie", "leaf")


def leb(v):
    out = bytearray()
    while True:
        out.append(v & 0x7F | (0x80 if v > 0x7F else 0))
        v >>= 7
        if not v:
            return bytes(out)


def custom(name, body):
    content = leb(len(name)) + name.encode() + body
    return b"\0" + leb(len(content)) + content


def blob(core, state_version, section=True):
    """A WebAssembly module that holds nothing but what says which version it is."""
    core_id = hashlib.blake2b(b"Core", digest_size=8).digest()
    version = b"\x10test" * 2 + (1).to_bytes(4, "little") * 3 + b"\0"
    version += (2).to_bytes(4, "little") if core >= 3 else b""
    version += bytes([state_version]) if core >= 4 else b""
    out = b"\0asm\1\0\0\0"
    if section:
        out += custom("runtime_version", version) + custom("runtime_apis", core_id + core.to_bytes(4, "little"))
    return out


class Genesis(Cli):
    def spec(self, top, children=None, **more):
        raw = {"top": top}
        if children is not None:
            raw["childrenDefault"] = children
        return self.write("spec.json", json.dumps({"name": "A", "id": "a", "genesis": {"raw": raw}, **more}))

    def top(self, code=None):
        top = {"0x01": "0x" + "aa" * 40}
        if code is not None:
            top["0x3a636f6465"] = "0x" + code.hex()
        return top

    def test_networks_of_others(self):
        known = {"rococo-local-raw.json.gz": ("0x5cadbd0e", "cafdcc0"), "rococo-local-bulk.json.gz": ("0x7d29038a", "0043b")}
        for name, (start, end) in known.items():
            path = self.data("chain-specs", name)
            got = self.good_json("tool", "genesis", path, "--json")
            self.assertTrue(got["block_hash"].startswith(start) and got["block_hash"].endswith(end), got)
            self.assertEqual(got["state_version"], 1)
            code = bytes.fromhex(json.loads(gzip.decompress(path.read_bytes()))["genesis"]["raw"]["top"]["0x3a636f6465"][2:])
            self.assertEqual(got["code_hash"], "0x" + hashlib.blake2b(code, digest_size=32).hexdigest())
            self.assertIn(got["state_root"], self.good("tool", "genesis", path))

    def test_version_out_of_the_code(self):
        for core, said, expected in ((4, 1, 1), (4, 0, 0), (5, 1, 1), (4, 7, 1), (3, 1, 0), (2, 1, 0)):
            got = self.good_json("tool", "genesis", self.spec(self.top(blob(core, said))), "--json")
            self.assertEqual(got["state_version"], expected, (core, said))
            pairs = self.write("top.json", json.dumps(self.top(blob(core, said))))
            self.assertEqual(got["state_root"], self.good("tool", "trie", "root", "--version", expected, pairs))
        old = self.good_json("tool", "genesis", self.spec(self.top(blob(4, 1, section=False))), "--json")
        self.assertEqual(old["state_version"], 0)
        self.assertIn("older", old["state_version_from"])

    def test_block_hash_is_that_of_the_header(self):
        got = self.good_json("tool", "genesis", self.spec(self.top(blob(4, 1))), "--json")
        header = bytes(32) + b"\0" + bytes.fromhex(got["state_root"][2:]) + bytes.fromhex(Trie.EMPTY[2:]) + b"\0"
        self.assertEqual(got["block_hash"], "0x" + hashlib.blake2b(header, digest_size=32).hexdigest())
        alone = self.write("light.json", json.dumps({"genesis": {"stateRootHash": got["state_root"]}}))
        light = self.good_json("tool", "genesis", alone, "--json")
        self.assertEqual((light["block_hash"], light["state_version"], light["code_hash"]), (got["block_hash"], None, None))

    def test_child_tries(self):
        top = self.top(blob(4, 1))
        child = {"0x0a": "0x0b"}
        got = self.good_json("tool", "genesis", self.spec(top, {"0xc0": child, "0xc1": {}}), "--json")
        root = self.good("tool", "trie", "root", "--version", "1", self.write("child.json", json.dumps(child)))
        top["0x" + b":child_storage:default:".hex() + "c0"] = root
        self.assertEqual(got["state_root"], self.good("tool", "trie", "root", "--version", "1", self.write("top.json", json.dumps(top))))

    def test_version_given(self):
        spec = self.spec(self.top())
        self.wrong("has to be given", "tool", "genesis", spec)
        roots = [self.good_json("tool", "genesis", spec, "--state-version", v, "--json")["state_root"] for v in "01"]
        self.assertNotEqual(*roots)

    def test_bad_files(self):
        self.wrong("cannot be read", "tool", "genesis", self.dir / "nothing")
        self.wrong("cannot be read", "tool", "genesis", self.write("cut.gz", gzip.compress(b"{}" * 50)[:-9]))
        self.wrong("not JSON", "tool", "genesis", self.write("bad.json", "{]"))
        self.wrong('no "genesis"', "tool", "genesis", self.write("bad.json", "{}"))
        self.wrong('no "genesis"', "tool", "genesis", self.write("bad.json", "[1]"))
        self.wrong("not raw", "tool", "genesis", self.write("bad.json", '{"genesis": {"runtimeGenesis": {}}}'))
        self.wrong("genesis.raw.top", "tool", "genesis", self.write("bad.json", '{"genesis": {"raw": {}}}'))
        self.wrong("32 bytes", "tool", "genesis", self.write("bad.json", '{"genesis": {"stateRootHash": "0x00"}}'))
        self.wrong("not hexadecimal", "tool", "genesis", self.spec({"0x0": "0x"}), "--state-version", "1")
        self.wrong("not hexadecimal", "tool", "genesis", self.spec({"0x00": 5}), "--state-version", "1")
        self.wrong("childrenDefault", "tool", "genesis", self.spec(self.top(), []), "--state-version", "1")
        self.wrong("childrenDefault", "tool", "genesis", self.spec(self.top(), {"0x01": 1}), "--state-version", "1")

    def test_bad_code(self):
        good = blob(4, 1)
        for code in (b"", b"no module", good[:4], good.replace(b"\x10test", b"\xfctest", 1), blob(4, 1)[:-1],
                     bytes.fromhex("52bc537646db8e05") + b"no zstd"):
            self.wrong("has to be given", "tool", "genesis", self.spec(self.top(code)))


class StorageKey(Cli):
    HEADS = "0xcd710b30bd2eab0352ddcc26417aa1941b3c252fcb29d88eff4f3de5de4476c3"

    def test_known_keys(self):
        self.assertEqual(self.good("tool", "storage-key", "System", "Account"),
                         "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9")
        self.assertEqual(self.good("tool", "storage-key", "Paras", "Heads", "2000"), self.HEADS + "63f5a4efb16ffa83d0070000")
        self.assertEqual(self.good("tool", "storage-key", "Paras", "Heads", "0xd0070000"), self.HEADS + "63f5a4efb16ffa83d0070000")
        self.assertEqual(self.good("tool", "storage-key", "Paras", "Heads", "twox_64_concat:0xd0070000"), self.HEADS + "63f5a4efb16ffa83d0070000")
        self.assertEqual(self.good_json("tool", "storage-key", "System", "Account", ALICE, "--json")["key"],
                         "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9de1e86a9a8c739864cf3cc5ec2bea59f" + ALICE[2:])

    def test_items_of_other_runtimes(self):
        prefix = self.good("tool", "storage-key", "Other", "Thing")
        self.assertEqual(self.good("tool", "storage-key", "Other", "Thing", "identity:0x0102"), prefix + "0102")
        self.assertEqual(self.good("tool", "storage-key", "Other", "Thing", "blake2_256:0x"),
                         prefix + hashlib.blake2b(b"", digest_size=32).hexdigest())
        self.wrong("HASHER:BYTES", "tool", "storage-key", "Other", "Thing", "5")

    def test_bad_keys(self):
        self.wrong("at most 0", "tool", "storage-key", "System", "Number", "1")
        self.wrong("ParaId", "tool", "storage-key", "Paras", "Heads", "many")
        self.wrong("ParaId", "tool", "storage-key", "Paras", "Heads", "0x00")
        self.wrong("missing", "tool", "storage-key", "System")


class Scale(Cli):
    def test_there_and_back(self):
        header = {"parent_hash": "0x" + "11" * 32, "number": 7, "state_root": "0x" + "22" * 32, "extrinsics_root": "0x" + "33" * 32,
                  "digest": {"logs": []}}
        encoded = self.good("tool", "scale", "encode", "Header", json.dumps(header))
        self.assertEqual(encoded, "0x" + "11" * 32 + "1c" + "22" * 32 + "33" * 32 + "00")
        self.assertEqual(self.good_json("tool", "scale", "decode", "Header", encoded), header)
        self.assertIn("CandidateReceipt", self.good("tool", "scale", "types").split("\n"))

    def test_bad_values(self):
        self.wrong("no type", "tool", "scale", "decode", "Nonsense", "0x")
        self.wrong("not a Header", "tool", "scale", "decode", "Header", "0x00")
        self.wrong("not JSON", "tool", "scale", "encode", "Header", "{")


class Pvf(Cli):
    def setUp(self):
        super().setUp()
        self.adder = self.data("pvf", "adder.wasm")
        self.head = "@" + str(self.data("pvf", "adder.genesis-head.hex"))

    def execute(self, expected, *args):
        status, out, err = run("tool", "pvf", "exec", *args)
        self.assertEqual(status, expected, err)
        return json.loads(out)

    def test_valid(self):
        got = self.execute(0, self.adder, "--head", self.head, "--block-data", ADDER_BLOCK)
        self.assertEqual(got["result"], "valid")
        self.assertEqual(got["head_data"][2:18], "0100000000000000")
        self.assertEqual((got["new_validation_code"], got["upward_messages"], got["horizontal_messages"]), (None, [], []))
        self.assertEqual((got["processed_downward_messages"], got["hrmp_watermark"]), (0, 0))
        self.assertGreater(got["fuel"], 0)
        packed = self.execute(0, self.data("pvf", "adder.compressed.wasm"), "--head", self.head, "--block-data", ADDER_BLOCK,
                              "--relay-number", "9", "--relay-root", "0x" + "00" * 32)
        self.assertEqual((packed["head_data"], packed["hrmp_watermark"]), (got["head_data"], 9))

    def test_invalid(self):
        got = self.execute(1, self.adder, "--head", self.head, "--block-data", "0x05" + "00" * 15)
        self.assertEqual((got["result"], got["reason"]), ("invalid", "execution-failed"))
        self.assertTrue(got["detail"])

    def test_no_verdict_on_rubbish(self):
        got = self.execute(2, self.write("rubbish", b"rubbish"), "--head", self.head, "--block-data", ADDER_BLOCK)
        self.assertEqual((got["result"], got["reason"]), ("error", "preparation"))

    def test_prepare(self):
        got = self.good_json("tool", "pvf", "prepare", self.adder, "--out", self.dir / "artifact", "--json")
        self.assertEqual(got["code_len"], self.adder.stat().st_size)
        self.assertEqual(got["artifact_len"], (self.dir / "artifact").stat().st_size)
        self.assertEqual([i["name"] for i in got["imports"]], ["env.ext_logging_log_version_1"])
        self.assertEqual(self.files(), ["artifact"])
        self.says("prevalidation", 1, "tool", "pvf", "prepare", self.write("rubbish", b"rubbish"), "--out", self.dir / "other")
        self.assertEqual(self.files(), ["artifact", "rubbish"])

    def test_bad_arguments(self):
        self.wrong("--head is missing", "tool", "pvf", "exec", self.adder)
        self.wrong("--block-data is missing", "tool", "pvf", "exec", self.adder, "--head", "0x")
        self.wrong("expected 32", "tool", "pvf", "exec", self.adder, "--head", "0x", "--block-data", "0x", "--relay-root", "0x00")
        self.wrong("cannot be read", "tool", "pvf", "exec", self.dir / "no", "--head", "0x", "--block-data", "0x")
        self.wrong("--timeout-ms", "tool", "pvf", "exec", self.adder, "--timeout-ms", "0")


class Sim(Cli):
    SMALL = ["sim", "--slots", "12", "--validators", "4", "--paras", "1"]

    def test_summary(self):
        s = self.good_json(*self.SMALL, "--json")
        self.assertEqual((s["seed"], s["validators"], s["slots"]), (1, 4, 12))
        self.assertEqual(len(s["digest"]), 66)
        self.assertEqual(s["virtual_seconds"], 72)
        self.assertEqual([p["id"] for p in s["paras"]], [2000])
        for key in ("best", "finalized", "blocks", "reorgs", "recovered", "penalties", "bans", "misbehaviour", "memo", "network", "real_seconds"):
            self.assertIn(key, s)
        for block in s["blocks"]:
            self.assertEqual(set(block), {"number", "hash", "parent", "slot", "author", "primary", "on_best_chain"})
            self.assertIn(block["author"], range(4))
        best = [b for b in s["blocks"] if b["on_best_chain"]]
        self.assertEqual([b["number"] for b in best], list(range(1, s["best"]["number"] + 1)))
        self.assertIn(s["digest"], self.good(*self.SMALL))

    def test_same_arguments_same_run(self):
        first, again, other, alone = (self.good_json(*self.SMALL, "--json", *more) for more in ([], [], ["--seed", "2"], ["--no-memo"]))
        self.assertEqual(first["digest"], again["digest"])
        self.assertEqual(first["digest"], alone["digest"])
        self.assertNotEqual(first["digest"], other["digest"])
        self.assertEqual(alone["memo"], {"hits": 0, "misses": 0})

    def test_largest_seed(self):
        self.assertIn("18446744073709551615", self.good(*self.SMALL, "--seed", "18446744073709551615"))

    def test_files(self):
        state, blocks, events = (self.dir / n for n in ("state", "blocks", "events"))
        s = self.good_json(*self.SMALL, "--json", "--dump-state", state, "--blocks", blocks, "--events", events)
        self.assertEqual(self.files(), ["blocks", "events", "state"])
        dumped = json.loads(state.read_text())
        self.assertEqual(dumped["state_root"], s["best"]["state_root"])
        top = self.write("top", json.dumps(dumped["top"]))
        self.assertEqual(self.good("tool", "trie", "root", "--version", dumped["state_version"], top), s["best"]["state_root"])
        lines = [json.loads(line) for line in blocks.read_text().splitlines()]
        self.assertIn("genesis", lines[0])
        self.assertEqual([b["hash"] for b in lines[1:]], [b["hash"] for b in s["blocks"]])
        for block in lines[1:]:
            self.assertEqual(self.good("tool", "hash", "blake2b-256", block["header"]), block["hash"])
        told = [json.loads(line) for line in events.read_text().splitlines()]
        self.assertTrue({"t_ms", "node", "subsystem", "event"} <= set(told[0]))
        self.assertTrue({"block-authored", "seconded", "backed"} <= {e["event"] for e in told})

    def test_trouble_on_the_network(self):
        s = self.good_json("sim", "--slots", "20", "--loss", "2.5", "--crash", "2", "--partition", "5..8", "--latency-ms", "10..400",
                           "--bad-collators", "1", "--json")
        self.assertGreater(s["network"]["dropped"], 0)
        self.assertGreater(s["best"]["number"], 5)

    def test_nothing_half_written(self):
        kept = self.write("state", "kept")
        self.wrong("--blocks", *self.SMALL, "--dump-state", kept, "--blocks", self.dir / "no" / "blocks")
        self.assertEqual(kept.read_text(), "kept")
        self.assertEqual(self.files(), ["state"])

    def test_either_body_gives_the_same_run(self):
        native, wasm = (self.good_json(*self.SMALL, "--runtime", body, "--json") for body in ("native", "wasm"))
        self.assertEqual(native["digest"], wasm["digest"])
        self.assertEqual(native["best"], wasm["best"])
        self.assertEqual(native["virtual_seconds"], wasm["virtual_seconds"])
        self.assertGreater(native["best"]["number"], 0)

    def test_links_and_devices_stay(self):
        target = self.write("target", "old")
        (self.dir / "link").symlink_to(target)
        self.good(*self.SMALL, "--dump-state", self.dir / "link", "--blocks", "/dev/null")
        self.assertTrue((self.dir / "link").is_symlink())
        self.assertIn("state_root", target.read_text())
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_bad_arguments(self):
        self.wrong("expected one of native, wasm", "sim", "--runtime", "java")
        self.wrong("expected one --head for each --pvf", "sim", "--pvf", self.write("x", "x"))
        self.wrong("expected one --head for each --pvf", "sim", "--head", "0x")
        self.wrong("expected at most one for each", "sim", *["--pvf", "x", "--head", "0x"] * 2, "--paras", "1")
        self.wrong("cannot be read (No such file or directory)", "sim", "--pvf", self.dir / "no", "--head", "0x")

    def test_validation_functions_of_others(self):
        adder, packed, head = self.data("pvf", "adder.wasm"), self.data("pvf", "adder.compressed.wasm"), self.data("pvf", "adder.genesis-head.hex")
        blocks = self.dir / "blocks"
        s = self.good_json("sim", "--slots", "12", "--paras", "3", "--pvf", adder, "--head", f"@{head}", "--pvf", packed, "--head", f"@{head}",
                           "--blocks", blocks, "--json")
        self.assertTrue(all(p["included"] > 0 for p in s["paras"]), s["paras"])
        top = json.loads(blocks.read_text().splitlines()[0])["genesis"]["top"]
        codes = [top[self.good("tool", "storage-key", "Paras", "CurrentCodeHash", para)] for para in (2000, 2001, 2002)]
        hashes = ["0x" + hashlib.blake2b(path.read_bytes(), digest_size=32).hexdigest() for path in (adder, packed, adder)]
        self.assertEqual(codes, hashes)

    def test_built_in_validation_functions(self):
        undying = self.good_json("sim", "--slots", "10", "--pvf", "builtin:undying", "--pov-bytes", "5000", "--json")
        self.assertTrue(all(p["included"] > 0 for p in undying["paras"]), undying["paras"])
        both = self.good_json("sim", "--slots", "10", "--pvf", "builtin:courier", "--head", "genesis", "--pvf", "builtin:adder", "--head",
                              "0x" + "00" * 40 + "011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce",
                              "--json")
        self.assertTrue(all(p["included"] > 0 for p in both["paras"]), both["paras"])
        real, head = self.data("pvf", "undying-2000.wasm"), self.data("pvf", "undying-2000.genesis-head.hex")
        s = self.good_json("sim", "--slots", "10", "--paras", "1", "--pvf", real, "--head", f"@{head}", "--json")
        self.assertGreater(s["paras"][0]["included"], 0)
        self.wrong("--pvf: builtin:no; expected a file, or builtin:adder", "sim", "--pvf", "builtin:no")
        self.wrong("expected one --head for each --pvf", "sim", "--pvf", "builtin:adder", "--pvf", "builtin:adder", "--head", "genesis")
        self.wrong("--head: 1 bytes", "sim", "--pvf", "builtin:undying", "--head", "0x00")

    def test_collators_that_wait(self):
        s = self.good_json("sim", "--slots", "6", "--paras", "1", "--collate", "2007", "--collate", "5", "--json")
        self.assertEqual([(p["id"], p["included"] > 0) for p in s["paras"]], [(2000, True), (2007, False), (5, False)])
        self.wrong("--collate: para 2001 has a collator already", "sim", "--collate", "2001")
        self.wrong("--collate: para 7 has a collator already", "sim", "--collate", "7", "--collate", "7")
        self.wrong('--collate: "4294967296"; expected the number of a para', "sim", "--collate", "4294967296")

    def test_acts(self):
        action = self.good("tool", "scale", "encode", "CourierAction", '{"Report": "0x00"}')
        acts = self.write("acts", f"# slot, para, action\n2 2000 {action}\n\n3 1 {action} # nobody collates for it\n")
        events = self.dir / "events"
        self.good("sim", "--slots", "8", "--pvf", "builtin:courier", "--acts", acts, "--events", events)
        refused = [e for e in map(json.loads, events.read_text().splitlines()) if e["event"] == "act-refused"]
        self.assertEqual([e["para"] for e in refused], [1])
        for text, what in (("x 2000 0x", "line 1: no slot"), ("1 x 0x", "line 1: no para"), ("1", "line 1: no para"), ("\n1 2000", "line 2: no hex"),
                           (f"1 2000 {action} 7", "no hex"), ("1 2000 0x07", "no action; expected a CourierAction")):
            self.wrong(what, "sim", "--acts", self.write("acts", text))
        self.wrong("expected a file of lines SLOT PARA HEX", "sim", "--acts", self.dir / "no")

    def test_what_cannot_run_is_refused_at_the_start(self):
        head = "0x" + "00" * 40 + "011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce"
        for content in (b"", b"rubbish", b"\0asm\1\0\0\0 and no more"):
            pvf = self.write("bad.wasm", content)
            self.wrong(f"--pvf: {pvf}: prevalidation: ", "sim", "--pvf", pvf, "--head", head)
        adder = self.data("pvf", "adder.wasm")
        self.wrong("--head: 1 bytes; expected a head of the adder chain, or of undying, which are all that the collators make: 72 bytes", "sim", "--pvf", adder, "--head", "0x00")
        self.wrong("its state is not what its number says", "sim", "--pvf", adder, "--head", "0x" + "00" * 72)

    def test_a_full_disk_ends_the_run(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        full = "/dev/full cannot be written (No space left on device)"
        self.says(f"--events: {full}", 3, *self.SMALL, "--events", "/dev/full")
        # far from its end: it would take hours
        self.says(f"--events: {full}", 3, "sim", "--slots", "1000000", "--events", "/dev/full")
        for option in ("--dump-state", "--blocks"):
            status, _, err = run(*self.SMALL, option, "/dev/full")
            self.assertEqual((status, err), (3, f"parahost sim: {option}: {full}\n"))
        small = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", BIN, *self.SMALL, "--events", str(self.dir / "events")]
        done = subprocess.run(small, capture_output=True, timeout=120)
        self.assertEqual((done.returncode, done.stdout), (3, b""))
        self.assertIn(b"cannot be written (File too large)", done.stderr)
        self.assertEqual(self.files(), [])

    def test_interrupted_runs_leave_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([BIN, "sim", "--slots", "1000000", "--events", self.dir / "events", "--blocks", self.dir / "blocks"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # nohup & ignores it
            try:
                deadline = time.monotonic() + 60
                while len(self.files()) < 2 and time.monotonic() < deadline:
                    time.sleep(0.05)
                self.assertEqual(len(self.files()), 2)
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=60), -number)
            finally:
                process.kill()
                process.wait()
            self.assertEqual(self.files(), [])

    def test_events_name_peers(self):
        events = self.dir / "events"
        self.good("sim", "--slots", "20", "--bad-collators", "2", "--events", events)
        told = [json.loads(line) for line in events.read_text().splitlines()]
        self.assertEqual([e for e in told if ("peer" in e) != ("peer_name" in e)], [])
        names = {e["peer"]: e["peer_name"] for e in told if "peer" in e}
        self.assertTrue({"Alice", "collator-2000"} <= set(names.values()), names)
        self.assertEqual(len(set(names.values())), len(names))
        penalised = {e["peer_name"] for e in told if e["event"] == "peer-penalised"}
        self.assertTrue(any(name.startswith("bad-collator-") for name in penalised), penalised)


class SimGenesis(Cli):
    """A run that begins with a chain specification."""

    def built(self, *args):
        """The blocks of a run and a specification of what it began with."""
        blocks = self.dir / "blocks"
        self.good("sim", "--slots", "8", "--validators", "4", "--paras", "1", *args, "--blocks", blocks)
        lines = blocks.read_text().splitlines()
        return lines, json.loads(lines[0])["genesis"]["top"]

    def spec(self, top, **more):
        return self.write("spec.json", json.dumps({"name": "A", "id": "a", "genesis": {"raw": {"top": top, **more}}}))

    def test_same_genesis_same_chain(self):
        lines, top = self.built("--slot-ms", "2000", "--session-slots", "4")
        again, spec = self.dir / "again", self.spec(top)
        s = self.good_json("sim", "--slots", "8", "--genesis", spec, "--blocks", again, "--json")
        self.assertEqual(again.read_text().splitlines(), lines)
        self.assertEqual((s["validators"], s["virtual_seconds"], [p["id"] for p in s["paras"]]), (4, 16, [2000]))
        header = json.loads(lines[0])["genesis"]["header"]
        self.assertEqual(self.good("tool", "hash", "blake2b-256", header), self.good_json("tool", "genesis", spec, "--json")["block_hash"])

    def test_specifications_are_written(self):
        lines, _ = self.built()
        spec, again = self.dir / "spec.json", self.dir / "again"
        block = self.good("tool", "spec", "--validators", "4", "--paras", "1", "--out", spec)
        self.assertEqual(self.good_json("tool", "genesis", spec, "--json")["block_hash"], block)
        packed = self.write("spec.json.gz", gzip.compress(spec.read_bytes()))
        self.good("sim", "--slots", "8", "--genesis", packed, "--blocks", again)
        self.assertEqual(again.read_text().splitlines(), lines)
        self.wrong("--out is missing", "tool", "spec")
        self.says("No space left", 3, "tool", "spec", "--out", "/dev/full")

    def test_what_is_refused(self):
        _, top = self.built()
        key = lambda *names: self.good("tool", "storage-key", *names)
        authorities = key("Babe", "Authorities")
        spec = self.spec(top)
        self.wrong("--paras: not together with --genesis", "sim", "--genesis", spec, "--paras", "0")
        self.wrong("--pvf: not together with --genesis", "sim", "--genesis", spec, "--pvf", "x", "--head", "0x")
        self.wrong("cannot be read (No such file or directory)", "sim", "--genesis", self.dir / "no")
        stranger = "ee" * 32
        for changed, expected in (
            ({authorities: top[authorities].replace(ALICE[2:], stranger)}, f"authority 0, 0x{stranger}, is unknown; expected keys of //Alice"),
            ({authorities: "0x00"}, "0 authorities"),
            ({"0x3a636f6465": "0x" + blob(4, 1).hex()}, "another runtime"),
            ({key("System", "Number"): "0x05000000"}, "block #5"),
            ({key("Paras", "Heads", "2000"): "0x0400"}, "para 2000: 1 bytes; expected a head of the adder chain"),
        ):
            self.wrong(expected, "sim", "--genesis", self.spec({**top, **changed}))
        self.wrong("child tries", "sim", "--genesis", self.spec(top, childrenDefault={"0x01": {"0x02": "0x03"}}))
        self.wrong("para 2000 has no head", "sim", "--genesis",
                   self.spec({k: v for k, v in top.items() if k != key("Paras", "Heads", "2000")}))
        self.wrong("stateRootHash", "sim", "--genesis", self.write("root.json", json.dumps({"genesis": {"stateRootHash": ALICE}})))


class Bench(Cli):
    def test_list(self):
        names = self.good_json("bench", "list", "--json")["benches"]
        self.assertEqual(names, ["erasure", "sr25519", "trie", "scale", "pvf", "runtime", "overseer", "sim"])
        self.assertEqual([line.split()[0] for line in self.good("bench", "list").splitlines()], names)

    def test_every_bench_measures(self):
        for name in self.good_json("bench", "list", "--json")["benches"]:
            with self.subTest(bench=name):
                more = ["--size", "10000", "--validators", "20"] if name == "erasure" else []
                got = self.good_json("bench", name, "--case-ms", "1", "--json", *more)
                self.assertEqual(got["bench"], name)
                self.assertIsInstance(got["cpu_features"], list)
                self.assertTrue(got["cases"])
                for case in got["cases"]:
                    self.assertGreaterEqual(case["repetitions"], 5)
                    self.assertGreater(case["min_us"], 0)
                    self.assertGreaterEqual(case["median_us"], case["min_us"])

    def test_bad_arguments(self):
        self.wrong("no bench", "bench", "luck")
        self.wrong("missing", "bench")
        self.wrong("does not take it", "bench", "trie", "--validators", "4")
        self.wrong("--cpu", "bench", "erasure", "--cpu", "z80")
        self.wrong("portable kernel only", "bench", "erasure", "--cpu", "avx2")

    def test_signatures_are_measured_alone_and_in_batches(self):
        cases = self.good_json("bench", "sr25519", "--case-ms", "1", "--json")["cases"]
        self.assertEqual([(case["name"], case["size"]) for case in cases if case["name"].startswith("verify-batch")],
                         [("verify-batch-64", 64), ("verify-batch-256", 256)])


class Vectors(Cli):
    def test_good_and_bad(self):
        status, out, _ = run("tool", "vectors", self.data("vectors", "hashes.json"))
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^\d+ passed, 0 failed\n$")
        status, _, err = run("tool", "vectors", self.write("x.json", "{}"))
        self.assertEqual(status, 2)
        self.assertIn("x.json", err)
        self.wrong("/nope: cannot be read (No such file or directory); expected a file of test vectors", "tool", "vectors", "/nope")
        self.wrong("no file", "tool", "vectors")


if __name__ == "__main__":
    unittest.main()
