"""The build trees (CMakePresets.json) and the programs in them that are tests."""
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGETS = {"release": ["parahost", "runtime_wasm", "tests"],
           "debug": ["parahost", "runtime_wasm", "tests"],
           "fuzz": ["parahost", "fuzz"]}
# The simulations come first and have the most time: they are what the others wait for at the end.
SECONDS_MAX = 900
SECONDS_MAX_SIM = 2700


@dataclass
class Program:
    """One program to run: where, with what, and how a person repeats it (from the root of the repository)."""
    tree: str
    name: str
    command: list
    directory: str
    environment: dict = field(default_factory=dict)
    seconds_max: int = SECONDS_MAX

    def repeat(self):
        here = {name: value.replace(ROOT + os.sep, "$PWD/") for name, value in self.environment.items()}
        words = ["%s=%s" % pair for pair in sorted(here.items())]
        words += [shlex.quote(shorter(word, self.directory)) for word in self.command]
        line = " ".join(words)
        return line if self.directory == ROOT else "(cd %s && %s)" % (shorter(self.directory, ROOT), line)


def shorter(path, directory):
    """A path inside the repository, as seen from a directory in it; Python by its name; anything else as it is."""
    if os.path.basename(path).startswith("python3"):
        return "python3"
    if not os.path.isabs(path) or not path.startswith(ROOT + os.sep):
        return path
    relative = os.path.relpath(path, directory)
    return relative if os.sep in relative or not os.path.isfile(path) else os.path.join(".", relative)


def folder(tree):
    return os.path.join(ROOT, "build", tree)


def build_steps(tree):
    """The commands that configure and build a tree."""
    targets = TARGETS[tree]
    steps = [] if os.path.exists(os.path.join(folder(tree), "build.ninja")) else [["cmake", "--preset", tree]]
    return steps + [["ninja", "-C", "build/" + tree, "-k", "0"] + targets]


def environment(tree, name, seeds):
    """What a test learns from outside, by the room it belongs to (the start of its name)."""
    found = {}
    if name.startswith("sim_"):
        found["PH_SIM_SEEDS"] = str(seeds)
    if name.startswith(("cli_", "schema_")):
        found["PARAHOST_BIN"] = os.path.join(folder(tree), "parahost")
    if name.startswith("external_"):
        found["PH_PARAHOST"] = os.path.join(folder(tree), "parahost")
    return found


# These look at nothing but under valgrind, which does not get along with sanitizers.
UNDER_VALGRIND = ["crypto_test_ctime"]
VALGRIND = ["valgrind", "-q", "--track-origins=yes"]  # the tests count its errors themselves, one of them makes one


def programs(tree, seeds):
    """Every test CMake knows of. Tests of the sources alone (tidy, the generator, these scripts) run in one tree only."""
    listing = subprocess.run(["ctest", "--show-only=json-v1"], cwd=folder(tree), capture_output=True, text=True, check=True)
    found = []
    for test in json.loads(listing.stdout)["tests"]:
        name, command = test["name"], test.get("command")
        if not command or is_python(command) and tree != "release" and not name.startswith("cli_"):
            continue
        if name in UNDER_VALGRIND and tree != "release":
            continue
        if name in UNDER_VALGRIND and shutil.which("valgrind"):
            command = VALGRIND + command
        directory = next((p["value"] for p in test["properties"] if p["name"] == "WORKING_DIRECTORY"), ROOT)
        seconds = SECONDS_MAX_SIM if name.startswith("sim_") else SECONDS_MAX
        found.append(Program(tree, name, command, directory, environment(tree, name, seeds), seconds))
    return sorted(found, key=lambda p: (not p.name.startswith("sim_"), p.name))


def is_python(command):
    return any(word.endswith(".py") for word in command)


def fuzz_programs(seconds, seed):
    """libFuzzer's targets: each starts from its seeds and keeps what it finds in the tree. Seed 0: another one each time."""
    found = []
    for source in sorted(os.listdir(os.path.join(ROOT, "fuzz"))):
        name, ending = os.path.splitext(source)
        if ending != ".c" or not name.startswith("fuzz_"):
            continue
        corpus, crashes = (os.path.join("build", "fuzz", kind, name, "") for kind in ("corpus", "crashes"))
        for path in (corpus, crashes):
            os.makedirs(os.path.join(ROOT, path), exist_ok=True)
        command = [os.path.join(folder("fuzz"), name), "-max_total_time=%d" % seconds, "-seed=%d" % seed, "-timeout=20",
                   "-rss_limit_mb=3000", "-max_len=4096", "-print_final_stats=1", "-verbosity=0",
                   "-artifact_prefix=" + crashes, corpus]
        seeds = os.path.join("fuzz", "corpus", name)
        found.append(Program("fuzz", name, command + ([seeds] if os.path.isdir(os.path.join(ROOT, seeds)) else []), ROOT,
                             seconds_max=seconds + 120))
    return found


def has_clang():
    return shutil.which("clang") is not None
