"""Runs as one of the tests: tidy.py finds what it should, and nothing in this repository."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import self_test  # noqa: E402
import tidy  # noqa: E402


class Tidy(unittest.TestCase):
    def test_itself(self):
        self.assertEqual(self_test.run(), 0)

    def test_the_repository(self):
        sys.argv = ["tidy.py"]
        self.assertEqual(tidy.main(), 0)


if __name__ == "__main__":
    unittest.main()
