"""State dumps: written by `sim --dump-state` and by a running dev, a chain goes on from them.

Runs the program that PARAHOST_BIN names.
"""
import gzip
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
SIM = ["sim", "--validators", "4", "--paras", "1", "--session-slots", "4", "--slots", "14"]


class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def call(self, *args):
        return subprocess.run([BIN, *map(str, args)], capture_output=True, timeout=180, text=True, stdin=subprocess.DEVNULL)

    def good(self, *args):
        done = self.call(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout.strip()

    def good_json(self, *args):
        return json.loads(self.good(*args, "--json"))

    def wrong(self, expected, *args):
        done = self.call(*args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), (args, done.stderr))
        self.assertIn(expected, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def write(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def header_hash(self, header):
        return "0x" + hashlib.blake2b(bytes.fromhex(header[2:]), digest_size=32).hexdigest()


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Sim(Cli):
    def dump(self, number):
        path = self.dir / f"dump-{number}"
        self.run = self.good_json(*SIM, "--dump-state", path, "--dump-at", number)
        return path

    def test_what_a_dump_holds(self):
        dump = json.loads(self.dump(6).read_text())
        block = next(b for b in self.run["blocks"] if b["number"] == 6 and b["on_best_chain"])
        self.assertEqual((dump["number"], dump["hash"], dump["state_version"]), (6, block["hash"], 1))
        self.assertEqual(self.header_hash(dump["header"]), dump["hash"])
        self.assertEqual(dump["top"][self.good("tool", "storage-key", "System", "Number")], "0x06000000")
        top = self.write("top.json", json.dumps(dump["top"]))
        self.assertEqual(self.good("tool", "trie", "root", "--version", "1", top), dump["state_root"])
        best = self.dir / "best"
        run = self.good_json(*SIM, "--dump-state", best)
        self.assertEqual(json.loads(best.read_text())["hash"], run["best"]["hash"])

    def test_a_chain_goes_on(self):
        dump, again = self.dump(6), self.dir / "again"
        start = json.loads(dump.read_text())
        run = self.good_json("sim", "--genesis", dump, "--slots", "20", "--seed", "9", "--dump-state", again, "--loss", "1")
        numbers = sorted(b["number"] for b in run["blocks"])
        self.assertEqual((numbers[0], run["validators"], [p["id"] for p in run["paras"]]), (7, 4, [2000]))
        self.assertGreater(run["best"]["number"], 20)
        self.assertEqual({b["parent"] for b in run["blocks"] if b["number"] == 7}, {start["hash"]})
        slot = next(b["slot"] for b in self.run["blocks"] if b["hash"] == start["hash"])
        self.assertLessEqual(min(b["slot"] for b in run["blocks"]), slot + 2)
        self.assertGreater(min(b["slot"] for b in run["blocks"]), slot)
        self.assertGreaterEqual(run["paras"][0]["included"], 8)
        self.assertEqual(run["bans"], 0)
        # Once more, from a dump of a chain that began with one, gzipped.
        packed = self.write("again.gz", gzip.compress(again.read_bytes()))
        third = self.good_json("sim", "--genesis", packed, "--slots", "10")
        self.assertEqual(min(b["number"] for b in third["blocks"]), run["best"]["number"] + 1)
        self.assertGreaterEqual(third["paras"][0]["included"], 2)
        self.assertEqual(third["digest"], self.good_json("sim", "--genesis", packed, "--slots", "10", "--runtime", "wasm")["digest"])

    def test_its_blocks_are_recorded_and_executed(self):
        blocks = self.dir / "blocks"
        run = self.good_json("sim", "--genesis", self.dump(6), "--slots", "10", "--blocks", blocks)
        got = self.good_json("tool", "execute", blocks)
        self.assertEqual((got["from"], got["hash"]), (6, run["best"]["hash"]))

    def test_as_a_specification(self):
        dump, spec = self.dump(5), self.dir / "spec.json"
        digest = self.good_json("sim", "--genesis", dump, "--slots", "10")["digest"]
        hash = json.loads(dump.read_text())["hash"]
        self.assertEqual(self.good("tool", "spec", "--from-state", dump, "--out", spec), hash)
        self.assertEqual(self.good_json("tool", "genesis", spec)["block_hash"], hash)
        self.assertEqual(self.good_json("sim", "--genesis", spec, "--slots", "10")["digest"], digest)
        self.wrong("--paras: not together with --from-state", "tool", "spec", "--from-state", dump, "--paras", "1", "--out", spec)
        self.wrong("--from-state: ", "tool", "spec", "--from-state", self.dir / "none", "--out", spec)
        parts = json.loads(spec.read_text())
        self.wrong("base: expected the SCALE encoding", "sim", "--genesis", self.write("bad", json.dumps(dict(parts, base="0x00"))))
        other = json.loads(self.dump(6).read_text())["header"]
        self.wrong("base: its state root is not that of the state", "sim", "--genesis", self.write("bad", json.dumps(dict(parts, base=other))))
        del parts["base"]
        self.wrong("the state is that of block #5; expected a genesis state", "sim", "--genesis", self.write("bad", json.dumps(parts)))

    def test_who_may_validate_later_is_there(self):
        blocks = self.dir / "blocks"
        self.good(*SIM, "--blocks", blocks)
        top = json.loads(blocks.read_text().splitlines()[0])["genesis"]["top"]
        for item in ("Authorities", "NextAuthorities"):
            key = self.good("tool", "storage-key", "Babe", item)
            self.assertEqual(top[key][:4], "0x10")
            top[key] = "0x0c" + top[key][4:-80]
        spec = self.write("three", json.dumps({"genesis": {"raw": {"top": top}}}))
        run = self.good_json("sim", "--genesis", spec, "--slots", "4")
        self.assertEqual(run["validators"], 4)

    def test_what_is_wrong_with_it(self):
        path = self.dump(6)
        dump = json.loads(path.read_text())
        other = json.loads(self.dump(7).read_text())
        key = next(k for k in dump["top"] if len(dump["top"][k]) == 66)
        for expected, changed in (
            ('there is no "header"', {k: v for k, v in dump.items() if k != "header"}),
            ('"header": expected the SCALE encoding', dict(dump, header="0x1234")),
            ('"header": expected the SCALE encoding', dict(dump, header=7)),
            ("the state has another root than it says", dict(dump, top={**dump["top"], key: "0x00"})),
            ("the state has another root than it says", dict(dump, state_root=other["state_root"])),
            ("the header that of #7", dict(dump, header=other["header"])),
            (f'"top": the entry {key} is not hexadecimal', dict(dump, top={**dump["top"], key: "0xzz"})),
            ('"top": expected an object', dict(dump, top=[])),
            ('"state_version": expected 0 or 1', dict(dump, state_version=2)),
            ("the state has version 0; expected 1", dict(dump, state_version=0)),
            ("no :code", dict({k: v for k, v in dump.items() if k != "state_root"}, top={k: v for k, v in dump["top"].items() if k != "0x3a636f6465"})),
            ("another runtime", dict({k: v for k, v in dump.items() if k != "state_root"}, top={**dump["top"], "0x3a636f6465": "0x00"})),
            ('there is no "genesis"', {}),
        ):
            bad = self.write("bad", json.dumps(changed))
            self.wrong(f"parahost sim: --genesis: {bad}: ", "sim", "--genesis", bad)
            self.wrong(expected, "sim", "--genesis", bad)
        self.wrong("not JSON: line 1", "sim", "--genesis", self.write("bad", path.read_bytes()[:-9]))
        self.wrong("expected a JSON object", "sim", "--genesis", self.write("bad", "[]"))
        self.wrong("--validators: not together with --genesis", "sim", "--genesis", path, "--validators", "4")
        self.wrong("--dump-at: there is no --dump-state", "sim", "--dump-at", "3")
        state = self.dir / "not-there"
        self.wrong('--dump-at: "99"; expected a block of the best chain, #0 to #', *SIM, "--dump-state", state, "--dump-at", "99")
        self.assertFalse(state.exists())
        self.wrong('--dump-at: "5"; expected a block of the best chain, #6 to #', "sim", "--genesis", path, "--slots", "2", "--dump-state", state, "--dump-at", "5")

    def test_pov_lengths_of_undying(self):
        """Whose head tells how long its proofs are: a para of another length than usual begins and goes on."""
        blocks, path = self.dir / "blocks", self.dir / "dump"
        long = ["--pov-bytes", "5000"]
        self.good(*SIM, *long, "--pvf", "builtin:undying", "--blocks", blocks, "--dump-state", path)
        top = json.loads(blocks.read_text().splitlines()[0])["genesis"]["top"]
        spec = self.write("spec", json.dumps({"genesis": {"raw": {"top": top}}}))
        for genesis, least in ((spec, 3), (path, 3)):
            self.assertGreaterEqual(self.good_json("sim", "--genesis", genesis, *long, "--slots", "10")["paras"][0]["included"], least)
        # The collators cannot go on: that is said, and the chain does.
        done = self.call("sim", "--genesis", path, "--slots", "10", "--json")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^parahost sim: warning: --genesis: .*: para 2000: its head is none that the collators know .*\n")
        self.assertGreater(json.loads(done.stdout)["best"]["number"], 20)


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Dev(Cli):
    FAST = ["--slot-ms", "1000", "--validators", "4", "--paras", "1"]

    def begin(self, name, *args):
        process = subprocess.Popen([BIN, "dev", "--socket", self.dir / name, "--json", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def ask(self, name, request):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(str(self.dir / name))
            client.sendall(json.dumps(request).encode() + b"\n")
            with client.makefile() as lines:
                return json.loads(lines.readline())

    def wait_for(self, name, number):
        give_up = time.monotonic() + 120
        while time.monotonic() < give_up:
            try:
                head = self.ask(name, {"head": True})
                if head["best"]["number"] >= number:
                    return head
            except (OSError, ValueError):
                pass
            time.sleep(0.2)
        self.fail("no such block")

    def test_a_running_network_is_dumped_and_goes_on(self):
        first = self.begin("first", *self.FAST)
        head = self.wait_for("first", 5)
        dump = self.write("dump", self.good("tool", "ask", self.dir / "first", '{"state": 4}'))
        block = self.ask("first", {"block": 4})
        told = json.loads(dump.read_text())
        self.assertEqual((told["number"], told["hash"], told["header"]), (4, block["hash"], block["header"]))
        self.assertEqual(self.ask("first", {"state": 4000}), {"error": '"state": unknown block'})
        first.send_signal(signal.SIGINT)
        self.assertEqual(first.wait(60), 0)
        base = self.dir / "base"
        for least in (7, 9):  # anew, and again on what it kept
            second = self.begin("second", "--genesis", dump, "--base-path", base)
            now = self.wait_for("second", least)
            self.assertEqual(now["genesis"], head["genesis"])
            self.assertEqual(self.ask("second", {"block": 4})["extrinsics"], None)
            self.assertEqual(self.ask("second", {"block": 5})["parent"], told["hash"])
            self.assertEqual(self.ask("second", {"block": 3}), {"error": '"block": unknown block'})
            call = '{"Balances": {"transfer_keep_alive": {"dest": {"Id": "0x' + "11" * 32 + '"}, "value": "1000000000000"}}}'
            xt = self.good("tool", "extrinsic", "--at", self.dir / "second", "--uri", "//Alice", "--call", call, "--era", "16")
            self.assertIn("in block", self.good("tool", "submit", self.dir / "second", xt, "--wait", "60"))
            second.send_signal(signal.SIGINT)
            self.assertEqual(second.wait(60), 0)
        self.assertEqual(self.call("dev", *self.FAST, "--base-path", base, "--timeout", "1").returncode, 2)
        done = self.call("dev", "--genesis", dump, "--until-included", "2", "--timeout", "120", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(min(b["number"] for b in json.loads(done.stdout)["blocks"]), 5)

    def test_what_is_wrong(self):
        dump = self.dir / "dump"
        run = self.good_json(*SIM, "--slot-ms", "1000", "--dump-state", dump)
        told = json.loads(dump.read_text())
        self.wrong(f"parahost dev: --genesis: {dump}: not JSON", "dev", "--genesis", self.write("dump", dump.read_bytes()[:-9]))
        slot = next(b["slot"] for b in run["blocks"] if b["hash"] == told["hash"])

        def moved(to):
            old, new = (n.to_bytes(8, "little").hex() for n in (slot, to))
            self.assertEqual(told["header"].count(old), 1)
            return self.write("dump", json.dumps(dict(told, header=told["header"].replace(old, new))))

        late = int(time.time()) + 5000
        self.wrong(f"is of slot {late}, which begins in 49", "dev", "--genesis", moved(late))
        self.wrong("the header: slot 18446744073709551615 is beyond all clocks", "dev", "--genesis", moved(2**64 - 1))
        del told["header"]
        self.wrong('there is no "header"', "dev", "--genesis", self.write("dump", json.dumps(told)))


if __name__ == "__main__":
    unittest.main()
