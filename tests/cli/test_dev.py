"""`parahost dev` from outside: a local network on the wall clock, by the program that PARAHOST_BIN names.

Networks here have slots of a second and are ended as soon as they have shown what they should; they are given much more
time than that, since the machine may be busy.
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

BIN = os.environ.get("PARAHOST_BIN")
FAST = ["--slot-ms", "1000"]


def workers_of(pid):
    """Process ids of the validation workers that process `pid` has started."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"PPid:\t{pid}\n" in (entry / "status").read_text():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def run_dev(self, *args):
        done = subprocess.run([BIN, "dev", *map(str, args)], capture_output=True, timeout=180, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def begin(self, *args):
        process = subprocess.Popen([BIN, "dev", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, process, text):
        seen = []
        for line in process.stdout:
            seen.append(line)
            if text in line:
                return seen
        self.fail(f"ended without {text!r}: {''.join(seen)}")

    # ---- the network ----

    def test_every_para_gets_blocks_included(self):
        status, out, err = self.run_dev(*FAST, "--until-included", 3, "--timeout", 120, "--json")
        self.assertEqual(status, 0, err)
        summary = json.loads(out)
        self.assertEqual([para["id"] for para in summary["paras"]], [2000, 2001])
        for para in summary["paras"]:
            self.assertGreaterEqual(para["included"], 3)
            self.assertEqual(len(para["blocks"]), para["included"])
            for block in para["blocks"]:
                self.assertLess(block["relay_parent_number"], block["backed_in"])
                self.assertLess(block["backed_in"], block["included_in"])
                self.assertLessEqual(block["included_in"], summary["best"]["number"])
        numbers = {block["hash"]: block["number"] for block in summary["blocks"]}
        self.assertEqual(numbers[summary["best"]["hash"]], summary["best"]["number"])
        self.assertEqual(summary["validators"], 6)
        self.assertEqual(summary["misbehaviour"], [])
        self.assertEqual(summary["penalties"], 0)
        self.assertRegex(summary["digest"], r"^0x[0-9a-f]{64}$")
        for word in ("built block", "seconds it", "backable", "is backed in relay block", "is included in relay block", "made relay block"):
            self.assertIn(word, err)

    def test_the_blob_runs_the_chain_too(self):
        status, out, err = self.run_dev(*FAST, "--runtime", "wasm", "--until-included", 2, "--timeout", 120, "--json")
        self.assertEqual(status, 0, err)
        summary = json.loads(out)
        for para in summary["paras"]:
            self.assertGreaterEqual(para["included"], 2)
        self.assertEqual(summary["penalties"], 0)

    def test_a_goal_out_of_reach(self):
        status, out, err = self.run_dev(*FAST, "--until-included", 100000, "--timeout", 2)
        self.assertEqual(status, 1)
        self.assertEqual(err, "parahost dev: the time was over before every para had 100000 included blocks\n")
        self.assertIn("blocks included", out)

    def test_signals_end_it_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.begin(*FAST)
            self.wait_for(process, "seconds it")
            workers = workers_of(process.pid)
            self.assertGreater(len(workers), 0)
            process.send_signal(number)
            out = process.stdout.read()
            self.assertEqual(process.wait(60), 0, process.stderr.read())
            self.assertIn("relay chain   best block #", out)
            for worker in workers:
                self.assertFalse(pathlib.Path(f"/proc/{worker}").exists(), "a worker is left over")

    def test_interrupted_before_the_goal(self):
        process = self.begin(*FAST, "--until-included", 100000)
        self.wait_for(process, "made relay block")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        self.assertEqual(process.wait(60), 1)
        self.assertIn("interrupted", process.stderr.read())

    def test_a_killed_worker_is_replaced(self):
        process = self.begin(*FAST)
        self.wait_for(process, "included in")
        for worker in workers_of(process.pid):
            os.kill(worker, signal.SIGKILL)
        at_kill = time.monotonic()
        while time.monotonic() < at_kill + 60:
            self.wait_for(process, "seconds it")
            if time.monotonic() > at_kill + 3:
                break
        self.wait_for(process, "included in")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        self.assertEqual(process.wait(60), 0)

    # ---- folders ----

    def test_a_base_path_is_gone_on_with(self):
        base = self.dir / "deep" / "base"
        best = []
        for goal in (2, 4):
            status, out, err = self.run_dev(*FAST, "--base-path", base, "--until-included", goal, "--timeout", 120, "--json")
            self.assertEqual(status, 0, err)
            summary = json.loads(out)
            best.append(summary["best"]["number"])
            for para in summary["paras"]:
                self.assertGreaterEqual(para["included"], goal)
                self.assertLess(para["included"], goal + 2)
        self.assertGreater(best[1], best[0])
        status, out, err = self.run_dev(*FAST, "--base-path", base, "--paras", 1)
        self.assertEqual((status, out), (2, ""))
        self.assertRegex(err, r"^parahost dev: --base-path: .*begun with other arguments; expected .*\n$")

    def test_a_base_path_serves_one_network_at_a_time(self):
        process = self.begin(*FAST, "--base-path", self.dir)
        self.wait_for(process, "made relay block")
        status, out, err = self.run_dev(*FAST, "--base-path", self.dir)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("another process", err)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        self.assertEqual(process.wait(60), 0)

    def test_without_a_base_path_nothing_stays(self):
        process = subprocess.run([BIN, "dev", *FAST, "--until-included", "1", "--timeout", "120"], capture_output=True, cwd=self.dir, timeout=180,
                                 env={**os.environ, "TMPDIR": str(self.dir)})
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_a_full_disk_is_named(self):
        """On a small file system of its own, where this machine lets one have that."""
        mounted = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && shift 0 && exec "$@"', str(self.dir)]
        if subprocess.run([*mounted, "true"], capture_output=True).returncode:
            self.skipTest("no file system of one's own here")
        done = subprocess.run([*mounted, BIN, "dev", *FAST, "--base-path", str(self.dir), "--pov-bytes", "500000", "--timeout", "120"],
                              capture_output=True, timeout=180, text=True)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], r"^parahost dev: \w+ cannot go on: .*: no room left on the disk$")

    # ---- validation functions ----

    def test_validation_functions_of_ones_own_take_turns(self):
        adder = pathlib.Path(BIN).parent / "pvf" / "ph_pvf_adder_wasm.wasm"
        if not adder.exists():
            self.skipTest("the build keeps no adder")
        # number, parent hash, Keccak-256 of the state 0: the genesis head of polkadot-sdk's adder
        head = "0x" + "00" * 8 + "00" * 32 + "011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce"
        rubbish = self.dir / "rubbish.wasm"
        rubbish.write_bytes(b"\0asm\1\0\0\0 and no more")
        status, out, err = self.run_dev(*FAST, "--pvf", adder, "--head", head, "--pvf", adder, "--head", head, "--until-included", 1, "--timeout", 120)
        self.assertEqual(status, 0, err)
        status, out, err = self.run_dev(*FAST, "--pvf", adder, "--head", head, "--pvf", rubbish, "--head", head)
        self.assertEqual((status, out), (2, ""))
        self.assertRegex(err, r"^parahost dev: --pvf: .*rubbish.wasm: prevalidation: .*; expected a validation function\n$")
        status, out, err = self.run_dev("--pvf", adder, "--head", "0x00")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("--head: 1 bytes; expected a head of the adder chain", err)

    def test_genesis_of_a_specification(self):
        spec = self.dir / "spec.json"
        subprocess.run([BIN, "tool", "spec", "--slot-ms", "1000", "--paras", "1", "--validators", "4", "--out", spec], check=True, stdout=subprocess.DEVNULL)
        status, out, err = self.run_dev("--genesis", spec, "--until-included", 1, "--timeout", 120, "--json")
        self.assertEqual(status, 0, err)
        self.assertEqual([para["id"] for para in json.loads(out)["paras"]], [2000])
        self.assertEqual(json.loads(out)["validators"], 4)
        self.assertIn("4 validators, 1 parachains, slots of 1.0 s", err)

    # ---- bad questions ----

    def test_wrong_options(self):
        missing = self.dir / "missing"
        for expected, args in [
            ("--validators: \"0\"; expected a number from 1", ["--validators", "0"]),
            ("--validators: \"six\"", ["--validators", "six"]),
            ("--paras: \"-1\"", ["--paras", "-1"]),
            ("--slot-ms: \"0\"; expected a number from 100", ["--slot-ms", "0"]),
            ("--session-slots: \"0\"", ["--session-slots", "0"]),
            ("--rotation-blocks: \"0\"", ["--rotation-blocks", "0"]),
            ("--pov-bytes: \"99999999999\"", ["--pov-bytes", "99999999999"]),
            ("--until-included: \"0\"", ["--until-included", "0"]),
            ("--timeout: \"1.5\"", ["--timeout", "1.5"]),
            ("--timeout: its value is missing", ["--timeout"]),
            ("unknown option --seed", ["--seed", "1"]),
            ("unexpected argument \"now\"", ["now"]),
            ("--until-included: there are no paras", ["--until-included", "1", "--paras", "0"]),
            ("expected one --head for each --pvf", ["--pvf", str(missing)]),
            ("expected one --head for each --pvf", ["--head", "0x00"]),
            ("cannot be read", ["--pvf", str(missing), "--head", "0x00"]),
            ("expected at most one for each", ["--pvf", "a", "--head", "0x", "--pvf", "b", "--head", "0x", "--paras", "1"]),
            ("--base-path: \"\"; expected the name of a folder", ["--base-path", ""]),
            ("--base-path: /dev/null/x", ["--base-path", "/dev/null/x"]),
        ]:
            status, out, err = self.run_dev(*args)
            self.assertEqual((status, out), (2, ""), args)
            self.assertTrue(err.startswith("parahost dev: ") and err.count("\n") == 1, err)
            self.assertIn(expected, err)
        (self.dir / "pvf").write_bytes(b"x")
        status, out, err = self.run_dev("--pvf", self.dir / "pvf", "--head", "0xzz")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("--head: not hex", err)

    # ---- the screen ----

    def test_a_terminal_gets_one_screen(self):
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.execv(BIN, [BIN, "dev", *FAST])
            finally:
                os._exit(127)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        shown, interrupted, give_up = b"", False, time.monotonic() + 120
        while time.monotonic() < give_up:
            ready, _, _ = select.select([terminal], [], [], 0.2)
            try:
                shown += os.read(terminal, 65536) if ready else b""
            except OSError:
                break
            if not interrupted and re.search(rb"head +included.*?2000 +#2 0x", shown, re.S):
                os.write(terminal, b"\x03")
                interrupted = True
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        self.assertTrue(interrupted, shown[-3000:])
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        before, *frames = shown.split(b"\x1b[H")
        self.assertTrue(before.startswith(b"\x1b[?1049h"))
        end = frames[-1].index(b"\x1b[?1049l")
        self.assertIn(b"\x1b[?25h", frames[-1][:end])
        self.assertIn(b"relay chain   best block #", frames[-1][end:])
        frames[-1] = frames[-1][:end]
        for frame in frames[:-1]:
            rows = re.sub(rb"\x1b\[[?0-9;]*[A-Za-z]|\^C|\r", b"", frame).decode("ascii").split("\n")
            self.assertEqual(len(rows), 24)
            self.assertLessEqual(max(map(len, rows)), 80)
        text = frames[-2].decode("ascii")
        for word in ("Relay chain", "best #", "depth-final #", "slot ", "session ", "last block by", "included", "Events", "Ctrl-C ends it"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
