#!/usr/bin/env python3
"""Makes scenarios with the oracle (the real pallets) and replays them with ours.

  run_seeds.py --oracle FILE --parahost FILE [--kinds a,b] [--seeds 1-20] [--blocks N] [--mutate FOLDER] [--base FILE]
               [--keep FOLDER]

--mutate changes recordings of that folder instead of making scenarios; every second one with calls of another strewn in. Of
each scenario that differs the first difference is printed, and the file stays in --keep. Status 1 if any differs.
Kind chain starts from the genesis of --base, any recording of that kind.
"""
import argparse
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

LONGEST = 120  # seconds for the oracle to make one
KINDS = "config,paras,inclusion,bad-inherent,ondemand,hrmp,disputes,mixed"
BASE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "runtime", "recordings", "chain-113.json.gz")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--parahost", required=True)
    parser.add_argument("--kinds", default=KINDS)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--blocks", default="60")
    parser.add_argument("--mutate", default="")
    parser.add_argument("--base", default=BASE)
    parser.add_argument("--keep", default="")
    return parser.parse_args()


def command(args, kind, seed, out):
    """The oracle's command for one scenario."""
    if kind == "chain":
        return [args.oracle, "make", kind, str(seed), out, args.blocks, args.base]
    if not args.mutate:
        return [args.oracle, "make", kind, str(seed), out, args.blocks]
    files = sorted(f for f in glob.glob(os.path.join(args.mutate, "*.json.gz")) if "chain" not in os.path.basename(f))
    own = [f for f in files if os.path.basename(f).startswith(kind)] or files
    words = [args.oracle, "mutate", own[seed % len(own)], str(seed), out]
    return words + [files[seed * 7 % len(files)]] if seed % 2 else words


def first_difference(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[:6])[:1500]


def one(args, kind, seed, folder):
    """'' if ours agrees, else what is wrong."""
    out = os.path.join(folder, f"{kind}-{seed}.json.gz")
    try:
        made = subprocess.run(command(args, kind, seed, out), capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return ""  # a chance setting asked the real pallets for too much, such as claims 2 ** 31 deep
    if made.returncode != 0:
        return "oracle: " + made.stderr.strip()[-800:]
    ours = subprocess.run([args.parahost, "tool", "vectors", out], capture_output=True, text=True)
    if ours.returncode == 0:
        os.unlink(out)
        return ""
    return first_difference(ours.stdout + ours.stderr) or f"parahost ended with {ours.returncode}"


def seeds(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    args = arguments()
    folder = args.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    run, bad = collections.Counter(), 0
    for seed in seeds(args.seeds):
        for kind in args.kinds.split(","):
            run[kind] += 1
            wrong = re.sub("(0x[0-9a-f]{80})[0-9a-f]+", r"\1…", one(args, kind, seed, folder))
            if wrong:
                bad += 1
                print(f"{kind} {seed}: {wrong}", flush=True)
    print(f"{sum(run.values())} scenarios, {bad} differ: " + ", ".join(f"{k} {n}" for k, n in sorted(run.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
