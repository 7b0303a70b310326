"""The schema generator: errors are found and named, output is stable, what it makes compiles and works, and what is
committed (documentation, pins) is current. Run: python3 -m unittest discover -s tests/schema"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(ROOT, "tools", "schema")
SMALL = os.path.join(HERE, "small", "small.ph")
sys.path.insert(0, TOOLS)

from names import c_string, snake                     # noqa: E402
from xxhash64 import twox, xxh64                       # noqa: E402


def generate(*args):
    return subprocess.run([sys.executable, os.path.join(TOOLS, "main.py"), *args], capture_output=True, text=True, check=False)


class Names(unittest.TestCase):
    def test_snake(self):
        for name, low in (("CandidateReceipt", "candidate_receipt"), ("PoV", "pov"), ("PoVFetchingRequest", "pov_fetching_request"),
                          ("UMPSignal", "ump_signal"), ("CandidateDescriptorV2", "candidate_descriptor_v2"),
                          ("H256", "h256"), ("Blake2Hash", "blake2_hash"), ("SignedFullStatementWithPVD", "signed_full_statement_with_pvd")):
            self.assertEqual(snake(name), low)

    def test_strings(self):
        self.assertEqual(c_string('a"b\\c\n–'), '"a\\"b\\\\c\\n\\342\\200\\223"')

    def test_hashes(self):
        self.assertEqual(xxh64(b""), 0xEF46DB3751D8E999)
        self.assertEqual(xxh64(b"abc"), 0x44BC2CF5AD770999)
        self.assertEqual(xxh64(b"Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1)
        for pallet, item, key in (
                ("System", "Account", "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"),
                ("Timestamp", "Now", "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"),
                ("Sudo", "Key", "5c0d1176a568c1f92944340dbfed9e9c530ebca703c85910e7164cb7d1c9e47b")):
            self.assertEqual((twox(pallet.encode(), 128) + twox(item.encode(), 128)).hex(), key)


class Folder(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def schema(self, text, name="x.ph"):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)


class Errors(Folder):
    """Each planted error is refused with its place and what is wrong, and nothing is written."""

    def refuse(self, text, line, *words):
        run = generate("--out", self.path("out"), self.schema(text))
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertTrue(run.stderr.startswith("%s:%d: " % (self.path("x.ph"), line)), run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_syntax(self):
        self.refuse("struct A { x u32 }", 1, "found `u32`", "expected `:`")
        self.refuse("newtype a = u32", 1, "CamelCase")
        self.refuse("struct A {\n  X: u32\n}", 2, "snake_case")
        self.refuse("nonsense A = u32", 1, "expected newtype")
        self.refuse("struct A {\n x: u32", 2, "end of file")
        self.refuse("struct A {\n x: $\n}", 2, "unexpected character")
        self.refuse("pallet P = 1 { storage { map M(sha1 u32): u8 } }", 1, "hasher")
        self.refuse("pallet P = 1 { storage { double M(twox64 u32): u8 } }", 1, "1 keys, expected 2")

    def test_types(self):
        self.refuse("struct A {\n  x: vec<Missing>\n}", 2, "unknown type `Missing`")
        self.refuse("newtype A = u32\nstruct A { x: u8 }", 2, "already declared", "x.ph:1")
        self.refuse("struct A { x: u8\n x: u16 }", 2, "field `x` stands twice in A")
        self.refuse("enum E { 0 A\n 0 B }", 2, "index 0 of `A`")
        self.refuse("enum E { 256 A }", 1, "above 255")
        self.refuse("struct A { b: B }\nstruct B { a: option<A> }", 1, "contains itself", "box<T>")
        self.refuse("alias A = B\nalias B = A", 1, "alias", "itself")
        self.refuse("struct A { x: tail<u8>\n y: u8 }", 1, "tail<T>")
        self.refuse("struct A { x: tail<u8> }\nstruct B { a: A\n y: u8 }", 2, "nothing may follow it in `B`")
        self.refuse("struct VecU32 { x: vec<u32> }", 1, "same name in C")
        self.refuse("enum A { 0 BcD }\nenum ABc { 0 D }", 2, "constant PH_A_BC_D")
        self.refuse("struct Arena { x: u32 }", 1, "taken by hand-written code")

    def test_pallets(self):
        self.refuse("pallet P = 1 { }\npallet Q = 1 { }", 2, "index 1 of `P`")
        self.refuse("pallet P = 1 { call 0 a() root\n call 0 b() root }", 2, "index 0 of `a`")
        self.refuse("pallet P = 1 { storage { value A: u8\n value A: u8 } }", 2, "stands twice")
        self.refuse("custom C { x: u8 }\npallet P = 1 { storage {\n value A: C } }", 3, "no such default")
        self.refuse("pallet P = 1 { storage {\n value A: u8 = 300 } }", 2, "no such default")
        self.refuse("pallet P = 1 { storage {\n value A: u8? = 3 } }", 2, "optional")
        self.refuse("pallet P = 1 { storage {\n value A: u8 = bytes 0x123 } }", 2, "odd number")

    def test_protocols(self):
        self.refuse("request fetch 1 { request u8 }", 1, "needs a request and a response")
        self.refuse("notification n 1 { message u8 }\nnotification n 1 { message u8 }", 2, "declared twice")

    def test_routes(self):
        self.refuse("subsystem a {\n sends b hello }", 2, "unknown subsystem `b`")
        self.refuse("subsystem a {\n sends b hello }\nsubsystem b { }", 2, "no message `hello`")
        self.refuse("subsystem a { sends b x, x }\nsubsystem b { message x }", 1, "stands twice")
        self.refuse("subsystem r {\n requests Nowhere x }", 2, "unknown api `Nowhere`")
        ring = ("subsystem a { message m\n sends b m }\nsubsystem b { message m\n sends c m }\n"
                "subsystem c { message m\n sends a m %s }")
        self.refuse(ring % "", 2, "cycle", "a -m-> b -m-> c -m-> a")
        run = generate(self.schema(ring % "unbounded"))
        self.assertEqual(run.returncode, 0, run.stderr)


class Output(Folder):
    def test_is_stable_and_rewritten_only_on_change(self):
        first, second = self.path("a"), self.path("b")
        for folder in (first, second):
            self.assertEqual(generate("--out", folder, SMALL).returncode, 0)
        names = sorted(os.path.relpath(p, first) for p in glob.glob(first + "/**", recursive=True) if os.path.isfile(p))
        self.assertIn("primitives/types.h", names)
        self.assertIn("protocol/keeper_out.h", names)
        for name in names:
            with open(os.path.join(first, name), "rb") as a, open(os.path.join(second, name), "rb") as b:
                self.assertEqual(a.read(), b.read(), name)
            os.utime(os.path.join(first, name), (1, 1))
        self.assertEqual(generate("--out", first, SMALL).returncode, 0)
        for name in names:
            self.assertEqual(os.path.getmtime(os.path.join(first, name)), 1, name)

    def test_order_of_declarations_does_not_matter(self):
        one = "newtype A = u32\nstruct B { a: A }\nenum C { 1 X(B) }\n"
        self.assertEqual(generate("--out", self.path("a"), self.schema(one)).returncode, 0)
        other = "\n".join(reversed(one.strip().split("\n")))
        self.assertEqual(generate("--out", self.path("b"), self.schema(other)).returncode, 0)
        for name in ("primitives/types.h", "primitives/types.c"):
            with open(self.path("a", name), encoding="utf-8") as a, open(self.path("b", name), encoding="utf-8") as b:
                self.assertEqual(a.read(), b.read())

    def test_what_is_no_longer_declared_disappears(self):
        self.assertEqual(generate("--out", self.path("a"), SMALL).returncode, 0)
        self.assertTrue(os.path.exists(self.path("a", "runtime/storage/small.c")))
        self.assertEqual(generate("--out", self.path("a"), self.schema("newtype A = u32")).returncode, 0)
        self.assertFalse(os.path.exists(self.path("a", "runtime/storage/small.c")))


class Pins(Folder):
    BEFORE = "pallet P = 1 version 3 { storage { value A: %s } }\nrequest fetch 1 { request %s response u8 }\n"

    def test_a_change_must_raise_the_version(self):
        file = self.schema(self.BEFORE % ("u8", "u8"))
        self.assertEqual(generate("--repin", file).returncode, 0)
        self.assertEqual(generate(file).returncode, 0)
        self.schema(self.BEFORE % ("u16", "u8"))
        run = generate(file)
        self.assertEqual(run.returncode, 1)
        self.assertIn("raise the version of pallet `P` above 3", run.stderr)
        self.schema(self.BEFORE.replace("version 3", "version 4") % ("u16", "u8"))
        self.assertEqual(generate(file).returncode, 0)
        self.schema(self.BEFORE % ("u8", "u16"))
        run = generate(file)
        self.assertEqual(run.returncode, 1)
        self.assertIn("new version of protocol `fetch`", run.stderr)
        self.assertEqual(generate("--repin", file).returncode, 0)
        self.assertEqual(generate(file).returncode, 0)

    def test_names_of_types_may_change(self):
        file = self.schema("newtype A = u8\n" + self.BEFORE % ("A", "u8"))
        self.assertEqual(generate("--repin", file).returncode, 0)
        self.schema("newtype B = u8\n" + self.BEFORE % ("B", "u8"))
        self.assertEqual(generate(file).returncode, 0)


WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow", "-Wstrict-prototypes",
            "-Wmissing-prototypes", "-fno-strict-aliasing"]


class Compiled(Folder):
    def small(self):
        self.assertEqual(generate("--out", self.path("gen"), SMALL).returncode, 0)
        src = os.path.join(ROOT, "src")
        includes = ["-I" + os.path.join(HERE, "small"), "-I" + src, "-I" + self.path("gen")]
        return src, includes, sorted(glob.glob(self.path("gen", "**", "*.c"), recursive=True))

    def test_small_schema_without_a_warning(self):
        _, includes, sources = self.small()
        self.assertGreater(len(sources), 6)
        found = [cc for cc in ("gcc", "clang") if shutil.which(cc)]
        self.assertTrue(found)
        for cc in found:
            for source in sources:
                run = subprocess.run([cc, *WARNINGS, *includes, "-fsyntax-only", source], capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, 0, run.stderr)

    def test_small_schema_at_work(self):
        src, includes, sources = self.small()
        hand = [p for room in ("base", "scale") for p in sorted(glob.glob(os.path.join(src, room, "*.c")))
                if os.path.basename(p) not in ("gzip.c",) and not p.endswith("scale/json.c")]
        hand += [os.path.join(src, "runtime", name) for name in ("storage.c", "host_native.c")]
        prefix = [twox(b"Small", 128).hex() + twox(item, 128).hex() for item in (b"Heads", b"OldPlain")]
        defines = ['-DSMALL_HEADS_PREFIX="%s"' % prefix[0], '-DSMALL_OLD_PLAIN_PREFIX="%s"' % prefix[1]]
        cc = shutil.which("gcc") or shutil.which("clang")
        program = self.path("small")
        build = subprocess.run([cc, *WARNINGS, *includes, *defines, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                                os.path.join(HERE, "small", "main.c"), *sources, *hand, "-o", program, "-lpthread", "-lm"],
                               capture_output=True, text=True, check=False)
        self.assertEqual(build.returncode, 0, build.stderr)
        run = subprocess.run([program], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("all well", run.stdout)


class Committed(Folder):
    """The real schema."""

    FILES = sorted(glob.glob(os.path.join(ROOT, "schema", "*.ph")))

    def test_documentation_is_current(self):
        run = generate("--docs", self.dir, *self.FILES)
        self.assertEqual(run.returncode, 0, run.stderr)
        for name in ("storage.md", "messages.md"):
            with open(self.path(name), encoding="utf-8") as made, open(os.path.join(ROOT, "docs", name), encoding="utf-8") as kept:
                self.assertEqual(made.read(), kept.read(), "docs/%s is not current: run `make docs`" % name)

    def test_pins_are_current(self):
        pins = self.path("pins.txt")
        run = generate("--repin", "--pins", pins, *self.FILES)
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(pins, encoding="utf-8") as made, open(os.path.join(ROOT, "schema", "pins.txt"), encoding="utf-8") as kept:
            self.assertEqual(made.read(), kept.read(),
                             "schema/pins.txt is not current: run `python3 tools/schema/main.py --repin schema/*.ph`")


if __name__ == "__main__":
    unittest.main()
