"""tools/test: what is counted, and what a person is told to type."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "test"))

import trees  # noqa: E402
from counts import Counts, count  # noqa: E402

CMOCKA_GOOD = "[==========] Running 3 test(s).\n[  PASSED  ] 2 test(s).\n[  SKIPPED ] 1 test(s), listed below:\n[  SKIPPED ] x\n"
CMOCKA_BAD = "[  PASSED  ] 4 test(s).\n[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] a_name\n"
UNITTEST_GOOD = "...s\nRan 4 tests in 0.1s\n\nOK (skipped=1)\n"
UNITTEST_BAD = "F.E..\nRan 5 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n"


class Counting(unittest.TestCase):
    def test_what_passed_and_what_was_skipped(self):
        self.assertEqual(count(CMOCKA_GOOD, 0), Counts(2, 0, 1))
        self.assertEqual(count(UNITTEST_GOOD, 0), Counts(3, 0, 1))
        self.assertEqual(count(CMOCKA_GOOD + CMOCKA_GOOD, 0), Counts(4, 0, 2), "two groups in one program add up")

    def test_what_failed(self):
        self.assertEqual(count(CMOCKA_BAD, 1), Counts(4, 1, 0))
        self.assertEqual(count(UNITTEST_BAD, 1), Counts(3, 2, 0))
        self.assertEqual(count(CMOCKA_BAD, 0), Counts(4, 1, 0), "a status of 0 does not hide a failure")

    def test_programs_that_count_nothing(self):
        self.assertEqual(count("3 files, 5000 random inputs: ok\n", 0), Counts(1, 0, 0))
        self.assertEqual(count("", 2), Counts(0, 1, 0))

    def test_programs_that_die(self):
        self.assertEqual(count("[ RUN      ] one\n", -11).failed, 1)
        self.assertEqual(count(CMOCKA_GOOD + "Sanitizer: leak", 1).failed, 1, "after its tests had passed")
        self.assertEqual(count("", None).failed, 1, "out of time")

    def test_the_closing_line(self):
        self.assertEqual(str(Counts(12, 0, 0)), "12 passed, 0 failed")
        self.assertEqual(str(Counts(12, 1, 3)), "12 passed, 1 failed, 3 skipped")


class Repeating(unittest.TestCase):
    def test_from_the_root(self):
        program = trees.Program("debug", "sim_x", [os.path.join(trees.ROOT, "build", "debug", "sim_x"), "a b"], trees.ROOT,
                                {"PH_SIM_SEEDS": "3"})
        self.assertEqual(program.repeat(), "PH_SIM_SEEDS=3 build/debug/sim_x 'a b'")

    def test_from_elsewhere(self):
        tree = os.path.join(trees.ROOT, "build", "debug")
        program = trees.Program("debug", "f", [os.path.join(tree, "sub", "f"), os.path.join(trees.ROOT, "fuzz")], tree)
        self.assertEqual(program.repeat(), "(cd build/debug && sub/f ../../fuzz)")

    def test_only_what_a_program_reads_is_set(self):
        self.assertEqual(trees.environment("debug", "sim_x", 3), {"PH_SIM_SEEDS": "3"})
        self.assertEqual(trees.environment("debug", "trie_x", 3), {})


if __name__ == "__main__":
    unittest.main()
