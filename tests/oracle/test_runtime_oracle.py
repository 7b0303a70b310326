"""The oracle runs the real pallets: it must agree with the recordings that others made, and ours with what it makes anew.

It needs its own build, which takes long, so this runs only where PH_ORACLE_BIN names one, or with PH_ORACLE=1 (built then with
cargo from what is already on the machine)."""

import glob
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("PH_SHARED_DATA") or os.path.join(ROOT, "..", "shared", "data")
PARAHOST = os.environ.get("PARAHOST_BIN") or os.path.join(ROOT, "build", "release", "parahost")


def oracle():
    """The program, or None where there is none and none can be built."""
    built = os.environ.get("PH_ORACLE_BIN")
    if built:
        return built if os.path.exists(built) else None
    if os.environ.get("PH_ORACLE") != "1" or not shutil.which("cargo"):
        return None
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "build", "oracle")
    built = subprocess.run(["cargo", "build", "--offline", "--locked", "--target-dir", target],
                           cwd=os.path.join(HERE, "runtime"), capture_output=True)
    return os.path.join(target, "debug", "oracle") if built.returncode == 0 else None


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.oracle = oracle()
        if cls.oracle is None:
            raise unittest.SkipTest("no oracle: set PH_ORACLE_BIN, or PH_ORACLE=1 with its crates on the machine")

    def recordings(self):
        files = glob.glob(os.path.join(SHARED, "runtime", "*.json.gz"))
        if not files:
            self.skipTest("no recordings here")
        return sorted(files)

    def seeds(self, *more):
        return subprocess.run(["python3", "-B", os.path.join(HERE, "run_seeds.py"), "--oracle", self.oracle, "--parahost",
                               PARAHOST, *more], capture_output=True, text=True)

    def test_agrees_with_the_recordings(self):
        done = subprocess.run([self.oracle, "check", *self.recordings()], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-500:])

    def test_notices_a_changed_value(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "made.json")
            subprocess.run([self.oracle, "make", "mixed", "1", path, "3"], check=True)
            self.assertEqual(subprocess.run([self.oracle, "check", path], capture_output=True).returncode, 0)
            with open(path) as f:
                text = f.read()
            at = text.rindex('"root":"0x') + len('"root":"0x')
            with open(path, "w") as f:
                f.write(text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1:])
            done = subprocess.run([self.oracle, "check", path], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("`root`", done.stdout)

    def test_ours_agrees_with_scenarios_made_anew(self):
        done = self.seeds("--seeds", "1-2", "--blocks", "30")
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-500:])

    def test_ours_agrees_with_chains_made_anew(self):
        done = self.seeds("--kinds", "chain", "--seeds", "1-10", "--blocks", "40")
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-500:])

    def test_ours_agrees_with_changed_recordings(self):
        folder = os.path.dirname(self.recordings()[0])
        done = self.seeds("--seeds", "1-1", "--mutate", folder)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-500:])


if __name__ == "__main__":
    unittest.main()
