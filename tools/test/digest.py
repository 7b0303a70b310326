"""A simulation is a pure function of its arguments: every build of parahost gives the same digest."""
import json
import os
import subprocess
import time

import trees
from counts import Counts

ARGUMENTS = ["sim", "--seed", "7", "--validators", "6", "--paras", "2", "--slots", "12", "--json"]


def digest_of(tree):
    """(digest, None) or (None, what went wrong)."""
    program = os.path.join(trees.folder(tree), "parahost")
    try:
        ran = subprocess.run([program] + ARGUMENTS, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                             timeout=trees.SECONDS_MAX)
        return (json.loads(ran.stdout)["digest"], None) if ran.returncode == 0 else (None, ran.stderr[-4000:])
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        return None, str(error)


def compare(names):
    """(program, counts, output, seconds), as a test program would be reported."""
    started = time.monotonic()
    program = trees.Program("+".join(names), "same_digest", ["build/%s/parahost" % names[0]] + ARGUMENTS, trees.ROOT)
    found = {tree: digest_of(tree) for tree in names}
    lines = ["%-8s %s" % (tree, digest or why) for tree, (digest, why) in found.items()]
    same = len({digest for digest, _ in found.values()}) == 1 and all(digest for digest, _ in found.values())
    return program, Counts(passed=1) if same else Counts(failed=1), "\n".join(lines), time.monotonic() - started
