#!/usr/bin/env python3
"""gcc's static analyser over src/: analyze.py [--minutes N] [FILE…]

The flags are those of the release tree's compile_commands.json (build it first). What does not fit the time is named, not
passed over in silence. Status 1 if anything was found.
"""
import argparse
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import time

import trees

# What gcc 12 cannot judge here: it follows neither reference counts nor arenas, and does not know our invariants (a list
# that is never empty, a kind that has its member). What is left finds use after free, double free, uninitialised values.
OFF = ["malloc-leak", "file-leak", "null-dereference", "null-argument", "possible-null-dereference",
       "possible-null-argument", "shift-count-overflow"]


def commands():
    """Source path (from the root) → (compile command for the analyser, folder to run it in)."""
    with open(os.path.join(trees.folder("release"), "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        words = shlex.split(entry["command"])
        words = words[:words.index("-o")] + ["-fanalyzer"] + ["-Wno-analyzer-" + name for name in OFF]
        words += ["-S", "-o", os.devnull, entry["file"]]
        found[os.path.relpath(entry["file"], trees.ROOT)] = (words, entry["directory"])
    return found


def analyse(command, directory, deadline):
    """None when there is no time left, else (was gcc content, what it said)."""
    left = deadline - time.monotonic()
    if left <= 0:
        return None
    try:
        ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, errors="replace", timeout=left, check=False)
        return ran.returncode == 0, ran.stderr
    except subprocess.TimeoutExpired:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="stop after that long (default 10)")
    parser.add_argument("files", nargs="*", metavar="FILE", help="these alone, as paths from the root")
    args = parser.parse_args()
    known = {path: command for path, command in commands().items() if path.startswith("src" + os.sep)}
    unknown = [path for path in args.files if path not in known]
    if unknown:
        parser.error("%s: the release tree does not compile it" % unknown[0])
    files = sorted(args.files or known)
    deadline = time.monotonic() + 60 * args.minutes
    bad, late = [], []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, result in zip(files, pool.map(lambda f: analyse(*known[f], deadline), files)):
            if result is None:
                late.append(path)
            elif not result[0]:
                bad.append(path)
                print(result[1], "repeat with: python3 tools/test/analyze.py %s" % path, sep="\n", flush=True)
    if late:
        print("no time left for %d of %d files: %s" % (len(late), len(files), " ".join(late)))
    print("analyser: %d files looked at, %d with findings" % (len(files) - len(late), len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
