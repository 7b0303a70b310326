#!/usr/bin/env python3
"""Builds and runs every test, and ends with one line: N passed, N failed.

  main.py                      everything: release and debug (sanitizers) trees, a short run of each fuzz target
  main.py --only REGEX         programs whose name matches; nothing else is run
  main.py --trees release      some of release, debug, fuzz
  main.py --seeds 200          simulation seeds in release; --seeds-debug: under the sanitizers

A failure shows what the program printed and the command that repeats it. Status 1 if anything failed.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import time

import digest
import trees
from counts import Counts, count


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trees", default="release,debug,fuzz", help="comma-separated (default: all)")
    parser.add_argument("--only", default="", metavar="REGEX", help="programs whose name matches")
    parser.add_argument("--seeds", type=int, default=20, help="simulation seeds in release (default 20)")
    parser.add_argument("--seeds-debug", type=int, default=3, help="simulation seeds under the sanitizers (default 3)")
    parser.add_argument("--fuzz-seconds", type=int, default=5, help="how long each fuzz target runs (default 5)")
    parser.add_argument("--fuzz-seed", type=int, default=1, help="0: another one each time (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs at once (default: processors)")
    args = parser.parse_args()
    args.trees = args.trees.split(",")
    unknown = [tree for tree in args.trees if tree not in trees.TARGETS]
    if unknown:
        parser.error("--trees: %s: expected some of %s" % (unknown[0], ", ".join(trees.TARGETS)))
    return args


def say(text=""):
    print(text, flush=True)


def build(tree, total):
    """Builds a tree, as one test. What did build is run even where something else did not."""
    started = time.monotonic()
    say("build/%s: building" % tree)
    out = None if sys.stdout.isatty() else subprocess.PIPE  # a terminal sees Ninja's progress
    for step in trees.build_steps(tree):
        ran = subprocess.run(step, cwd=trees.ROOT, stdout=out, stderr=subprocess.STDOUT, text=True, errors="replace",
                             check=False)
        if ran.returncode:
            say((ran.stdout or "")[-12000:])
            say("FAILED  building build/%s; repeat with: %s" % (tree, " ".join(step)))
            total.failed += 1
            return
    say("build/%s: built in %.0f s" % (tree, time.monotonic() - started))


def run(program):
    """(counts, output, seconds) of one program."""
    started = time.monotonic()
    if not shutil.which(program.command[0]):
        return Counts(failed=1), "it was not built", 0.0
    try:
        ran = subprocess.run(program.command, cwd=program.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, env={**os.environ, **program.environment},
                             timeout=program.seconds_max, check=False)
        output, status = ran.stdout, ran.returncode
    except subprocess.TimeoutExpired as late:
        output, status = (late.stdout or b"") + b"\nit did not end within %d s" % program.seconds_max, None
    text = output.decode(errors="replace")
    return count(text, status), text, time.monotonic() - started


def run_all(programs, jobs, total):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run, program): program for program in programs}
        for done in concurrent.futures.as_completed(running):
            report(running[done], *done.result(), total)


def report(program, counts, output, seconds, total):
    total.add(counts)
    if counts.failed:
        say("\n".join(["-" * 80, output[-12000:].rstrip(), "-" * 80]))
        say("FAILED  %s/%s: %s, %.1f s" % (program.tree, program.name, counts, seconds))
        say("        repeat with: %s" % program.repeat())
    else:
        say("ok      %-60s %s, %.1f s" % (program.tree + "/" + program.name, counts, seconds))


def plan(args):
    programs = []
    for tree in args.trees:
        if tree == "fuzz":
            programs += trees.fuzz_programs(args.fuzz_seconds, args.fuzz_seed)
        elif os.path.exists(os.path.join(trees.folder(tree), "build.ninja")):
            programs += trees.programs(tree, args.seeds if tree == "release" else args.seeds_debug)
    return [program for program in programs if re.search(args.only, program.name)]


def main():
    args = arguments()
    total = Counts()
    if "fuzz" in args.trees and not trees.has_clang():
        say("clang is not here: fuzz targets run without libFuzzer")
        args.trees.remove("fuzz")
    for tree in args.trees:
        build(tree, total)
    run_all(plan(args), args.jobs, total)
    if not args.only and len(args.trees) > 1:
        report(*digest.compare(args.trees), total)
    say(str(total))
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
