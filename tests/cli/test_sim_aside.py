"""`parahost sim` from outside, what it does beside its result: files of killed runs, events of restarted nodes, warnings.

Runs the program that PARAHOST_BIN names.
"""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("PARAHOST_BIN")


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class SimAside(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def good(self, *args):
        done = subprocess.run([BIN, *map(str, args)], capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{args}: {done.stderr}")
        return done.stdout.decode().strip(), done.stderr.decode()

    def files(self):
        return sorted(path.name for path in self.dir.iterdir())

    def write_forever(self):
        """A run that writes events, as soon as its part is there."""
        process = subprocess.Popen([BIN, "sim", "--slots", "1000000", "--events", self.dir / "events"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_until(self, true):
        deadline = time.monotonic() + 60
        while not true() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(true())

    def test_what_a_killed_run_left_is_removed_by_the_next(self):
        killed = self.write_forever()
        self.wait_until(lambda: len(self.files()) == 1)
        killed.kill()
        killed.wait()
        left = self.files()
        self.assertRegex(left[0], r"^events\.part-.{6}$")
        (self.dir / "events.part-ab").write_text("not ours")
        (self.dir / "other.part-abcdef").write_text("not ours either")
        (self.dir / "events.part-folder").mkdir()
        kept = ["events.part-ab", "events.part-folder", "other.part-abcdef"]
        process = self.write_forever()
        self.wait_until(lambda: left[0] not in self.files() and len(self.files()) == 4)
        writing = [name for name in self.files() if name not in kept]
        self.assertEqual(len(writing), 1)
        self.assertNotEqual(writing, left)
        # who is still writing keeps its part
        self.good("sim", "--slots", "3", "--events", self.dir / "events")
        self.assertEqual(self.files(), sorted(kept + writing + ["events"]))
        process.send_signal(signal.SIGTERM)
        process.wait()
        self.assertEqual(self.files(), sorted(kept + ["events"]))

    # (module (import "env" "memory" (memory 17)) (global (export "__heap_base") i32 (i32.const 65536))
    #   (func (export "validate_block") (param i32 i32) (result i64) unreachable))
    TRAP = bytes.fromhex(
        "0061736d0100000001070160027f7f017e020f0103656e76066d656d6f7279020011030201000608017f00418080040b0720"
        "020b5f5f686561705f6261736503000e76616c69646174655f626c6f636b00000a05010300000b")

    def test_another_validation_function_is_warned_of(self):
        trap = self.dir / "trap.wasm"
        trap.write_bytes(self.TRAP)
        head = "0x" + "00" * 40 + self.good("tool", "hash", "keccak-256", "0x" + "00" * 8)[0][2:]
        out, err = self.good("sim", "--slots", "12", "--paras", "2", "--pvf", trap, "--head", head, "--json")
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn(f"--pvf: {trap}: does not take a block of the adder chain", err)
        self.assertEqual([para["included"] for para in json.loads(out)["paras"]], [0, 0])

    def test_a_restarted_node_tells_nothing_twice(self):
        """What a block did to candidates is told once a node and import of the block, not again when the node loads it."""
        events = self.dir / "events"
        self.good("sim", "--slots", "30", "--crash", "4", "--seed", "3", "--events", events)
        imported, told, restarts = {}, {}, 0
        for event in map(json.loads, events.read_text().splitlines()):
            restarts += event["event"] == "restarted"
            if event["event"] in ("block-imported", "block-authored"):
                key = (event["node"], event["block"])
                imported[key] = imported.get(key, 0) + 1
            elif event["event"] in ("backed", "included", "timed-out"):
                key = (event["node"], event["block"], event["candidate_hash"], event["event"])
                told[key] = told.get(key, 0) + 1
        self.assertGreater(restarts, 0)
        self.assertGreater(len(told), 0)
        for key, times in told.items():
            self.assertLessEqual(times, imported.get(key[:2], 0), key)


if __name__ == "__main__":
    unittest.main()
