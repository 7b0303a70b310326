"""How many tests a program says it ran: read from what cmocka, unittest, libFuzzer and fuzz/standalone_main.c print."""
import re
from dataclasses import dataclass

CMOCKA = re.compile(r"^\[  (PASSED|SKIPPED|FAILED)\s*\] (\d+) test\(s\)", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in ", re.M)
UNITTEST_BAD = re.compile(r"\b(failures|errors|unexpected successes)=(\d+)")
UNITTEST_SKIPPED = re.compile(r"\bskipped=(\d+)")


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        skipped = ", %d skipped" % self.skipped if self.skipped else ""
        return "%d passed, %d failed%s" % (self.passed, self.failed, skipped)


def of_cmocka(output):
    found = {"PASSED": 0, "SKIPPED": 0, "FAILED": 0}
    for what, number in CMOCKA.findall(output):
        found[what] += int(number)
    return Counts(found["PASSED"], found["FAILED"], found["SKIPPED"])


def of_unittest(output):
    ran = sum(int(n) for n in UNITTEST.findall(output))
    verdict = output[output.rfind("\nRan "):]
    failed = sum(int(n) for _, n in UNITTEST_BAD.findall(verdict))
    skipped = sum(int(n) for n in UNITTEST_SKIPPED.findall(verdict))
    return Counts(ran - failed - skipped, failed, skipped)


def count(output, status):
    """Counts of one program by its output and exit status (None: it ran out of time). A program that ends badly without
    naming a failed test has one failed test; one that ends well without counting has one that passed."""
    counts = of_cmocka(output) if CMOCKA.search(output) else Counts()
    if UNITTEST.search(output):
        counts.add(of_unittest(output))
    if status == 0 and counts.failed == 0 and counts.passed + counts.skipped == 0:
        counts.passed = 1
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    return counts
