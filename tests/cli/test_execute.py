"""`parahost tool execute`: a state dumped at any block carries on with the blocks that followed it.

Runs the program that PARAHOST_BIN names.
"""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = os.environ.get("PARAHOST_BIN")
SIM = ["sim", "--validators", "4", "--paras", "1", "--session-slots", "4"]
SLOTS = 14


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Execute(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.blocks = self.dir / "blocks"
        self.best = json.loads(self.good(*SIM, "--slots", SLOTS, "--blocks", self.blocks, "--json"))["best"]

    def run_tool(self, *args):
        return subprocess.run([BIN, *map(str, args)], capture_output=True, timeout=120, text=True)

    def good(self, *args):
        done = self.run_tool(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout

    def bad(self, status, expected, *args):
        done = self.run_tool("tool", "execute", *args)
        self.assertEqual(done.returncode, status, (args, done.stderr))
        self.assertIn(expected, done.stderr)
        self.assertEqual(done.stdout, "")

    def dump(self, slots):
        path = self.dir / f"state-{slots}"
        self.good(*SIM, "--slots", slots, "--dump-state", path)
        return path

    def reaches_the_end(self, *args):
        got = json.loads(self.good("tool", "execute", *args, "--json"))
        self.assertEqual([got[k] for k in ("number", "hash", "state_root")], [self.best[k] for k in ("number", "hash", "state_root")])
        return got

    def test_every_dump_carries_on(self):
        whole = self.reaches_the_end(self.blocks)
        self.assertEqual((whole["from"], whole["executed"] >= self.best["number"]), (0, True))
        seen = {self.reaches_the_end(self.dump(slots), self.blocks)["from"] for slots in range(2, SLOTS, 2)}
        self.assertGreater(len(seen), 4)
        self.assertIn(self.best["state_root"], self.good("tool", "execute", self.dump(5), self.blocks))

    def test_in_wasm(self):
        self.reaches_the_end(self.dump(8), self.blocks, "--runtime", "wasm")

    def test_what_is_wrong(self):
        state = self.dump(6)
        dump = json.loads(state.read_text())
        key = next(k for k in dump["top"] if len(dump["top"][k]) == 66)
        flipped = dict(dump, top={**dump["top"], key: dump["top"][key][:-2] + ("00" if dump["top"][key][-2:] != "00" else "01")})
        other = self.dir / "other"
        other.write_text(json.dumps(flipped))
        self.bad(2, "the state has another root than it says", other, self.blocks)
        self.bad(2, "not JSON: line 2, column 1", self.blocks, self.blocks)
        other.write_text(json.dumps({name: dump[name] for name in dump if name != "state_root"}))
        self.bad(2, "no \"state_root\"", other, self.blocks)
        self.bad(2, "cannot be read (No such file", self.dir / "none", self.blocks)
        self.bad(2, "cannot be read (No such file", state, self.dir / "none")
        self.bad(2, "line 1 is no block", state, state)
        empty = self.dir / "empty"
        empty.write_text("{}\n")
        self.bad(2, "no \"top\"", empty, self.blocks)
        self.bad(2, "line 1 has no header", state, empty)
        lines = self.blocks.read_text().splitlines()
        strange = self.dir / "strange"
        strange.write_text(lines[0] + "\n")
        self.bad(2, "no block of BLOCKS ends in this state", state, strange)

    def test_another_block_is_told(self):
        state, number = self.dump(6), self.good("tool", "execute", self.dump(6), self.blocks, "--json")
        lines = self.blocks.read_text().splitlines()
        first = next(i for i, line in enumerate(lines) if i > 0 and self.number(line) == json.loads(number)["from"] + 1)
        block = json.loads(lines[first])
        block["extrinsics"] = block["extrinsics"][:-1]
        lines[first] = json.dumps(block)
        changed = self.dir / "changed"
        changed.write_text("\n".join(lines))
        self.bad(1, f"block #{json.loads(number)['from'] + 1} ", state, changed)

    @staticmethod
    def number(line):
        """Of a block with a number below 64: a compact of one byte behind the parent's hash."""
        return bytes.fromhex(json.loads(line)["header"][2:])[32] >> 2


if __name__ == "__main__":
    unittest.main()
