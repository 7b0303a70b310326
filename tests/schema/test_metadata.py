"""The chain's metadata, read by an independent decoder: everything that is in the schema is in it, with the same indices; every
reference resolves; every default and constant decodes to its last byte. Both what the generator makes and, where PARAHOST_BIN
names the program, what the runtime answers."""

import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(ROOT, "tools", "schema")
SCHEMA = sorted(glob.glob(os.path.join(ROOT, "schema", "*.ph")))
BIN = os.environ.get("PARAHOST_BIN")
sys.path.insert(0, HERE)

from metadata_reader import Metadata, Reader  # noqa: E402

# What ordinary tools know types by.
PATHS = """sp_core::crypto::AccountId32 primitive_types::H256 sp_runtime::multiaddress::MultiAddress sp_runtime::MultiSignature
sp_runtime::generic::era::Era sp_arithmetic::per_things::Perbill sp_arithmetic::fixed_point::FixedU128 bitvec::order::Lsb0
sp_runtime::generic::digest::Digest sp_runtime::generic::digest::DigestItem sp_runtime::generic::header::Header
sp_weights::weight_v2::Weight sp_runtime::DispatchError sp_runtime::ModuleError frame_system::EventRecord frame_system::Phase
frame_system::AccountInfo pallet_balances::types::AccountData sp_version::RuntimeVersion frame_system::limits::BlockWeights
frame_system::pallet::Call frame_system::pallet::Event frame_system::pallet::Error pallet_balances::pallet::Event
polkadot_runtime_parachains::paras::pallet::Call polkadot_primitives::v9::CandidateDescriptorV2
polkadot_parachain_primitives::primitives::Id polkadot_core_primitives::CandidateHash
sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic parahost_runtime::RuntimeCall parahost_runtime::RuntimeEvent
parahost_runtime::RuntimeError parahost_runtime::Runtime Option Result BTreeMap BTreeSet Cow
bounded_collections::bounded_vec::BoundedVec xcm::VersionedXcm xcm::double_encoded::DoubleEncoded xcm::v3::Xcm
xcm::v3::Instruction xcm::v3::multiasset::MultiAssets staging_xcm::v3::multilocation::MultiLocation xcm::v3::junctions::Junctions
xcm::v3::junction::Junction xcm::v3::traits::Error xcm::v3::OriginKind staging_xcm::v4::Xcm staging_xcm::v4::Instruction
staging_xcm::v4::asset::Assets staging_xcm::v4::location::Location staging_xcm::v5::Xcm staging_xcm::v5::Instruction
staging_xcm::v5::asset::AssetTransferFilter staging_xcm::v5::Hint xcm::v5::traits::Error""".split()
HASHERS = {"twox64": "Twox64Concat", "blake2_128": "Blake2_128Concat", "identity": "Identity", "twox256": "Twox256",
           "twox128": "Twox128", "blake2_256": "Blake2_256"}

# Makes metadata with the generator; computed constants are the defaults of their types.
MAKE = """
import sys
sys.path.insert(0, sys.argv[1])
from defaults import default_bytes
from emit_metadata import metadata_bytes
from model import Model
from syntax import parse_files
model = Model(parse_files(sys.argv[3:]))
constants = {(p.name, c.name): c for p in model.pallets for c in p.constants}
sys.stdout.buffer.write(metadata_bytes(model, int(sys.argv[2]), lambda *name: default_bytes(constants[name].rt)))
"""


def generated(version, *files, seed="0"):
    env = dict(os.environ, PYTHONHASHSEED=seed, PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run([sys.executable, "-c", MAKE, TOOLS, str(version), *(files or SCHEMA)], capture_output=True, env=env,
                          check=True).stdout


def answered(version):
    run = subprocess.run([BIN, "tool", "metadata", "--version", str(version)], capture_output=True, text=True, check=True)
    return bytes.fromhex(run.stdout.strip()[2:])


def schema_pallets():
    """{pallet: {index, call, event, error: {name: index}, storage: {chain name: hashers}}}, read line by line."""
    out, pallet = {}, None
    for path in SCHEMA:
        with open(path, encoding="utf-8") as file:
            for line in file:
                line = line.split(" ##")[0].rstrip()
                found = re.match(r"pallet (\w+) = (\d+)(.*)\{", line)
                if found:
                    pallet = out[found[1]] = {"index": int(found[2]), "later": "later" in found[3], "call": {}, "event": {},
                                              "error": {}, "storage": {}}
                found = re.match(r"  (call|event|error) (\d+) (\w+)", line)
                if found:
                    pallet[found[1]][found[3]] = int(found[2])
                found = re.match(r"    (?:value|map|double|nmap) +(\w+)(?: \"(\w+)\")?(.*)", line)
                if found:
                    hashers = re.findall(r"(\w+) ", found[3].split("):")[0]) if found[3].lstrip().startswith("(") else []
                    pallet["storage"][found[2] or found[1]] = [HASHERS[h] for h in hashers if h in HASHERS]
    return out


def type_name(m, number):
    ty = m.types[number]
    path, kind, body = ty["path"], ty["kind"], ty["def"]
    if path and path != "Option" and not path.endswith("BoundedVec"):
        return path
    if kind == "sequence":
        return "[%s]" % type_name(m, body)
    if kind == "array":
        return "[%s; %d]" % (type_name(m, body[1]), body[0])
    if kind == "tuple":
        return "(%s)" % ", ".join(type_name(m, part) for part in body)
    if kind == "primitive":
        return body
    if kind == "compact":
        return "Compact<%s>" % type_name(m, body)
    return "%s<%s>" % (path, ", ".join("_" if t is None else type_name(m, t) for _, t in ty["params"]))


def described(m, ty):
    """The lines of xcm_types.txt that say what a declared type is."""
    def fields(members):
        return ", ".join("%s:%s" % (f["name"] or "", type_name(m, f["type"])) for f in members)
    head = "%s<%s>" % (ty["path"], ",".join("%s=%s" % (name, "_" if t is None else type_name(m, t)) for name, t in ty["params"]))
    if ty["kind"] == "composite":
        return ["%s struct %s" % (head, fields(ty["def"]))]
    if ty["kind"] == "variant":
        return ["%s %d %s %s" % (head, v["index"], v["name"], fields(v["fields"])) for v in ty["def"]]
    return []


class Of:
    """What holds of any metadata of the chain."""

    def setUp(self):
        self.metadata = [Metadata(self.make(version)) for version in (14, 15)]

    def test_every_reference_resolves(self):
        for m in self.metadata:
            seen = set()
            for what, ref in m.references():
                self.assertLess(ref, len(m.types), what)
                seen.add(ref)
            self.assertGreater(len(seen), 300)
        # V14 has no APIs, but shares the registry: in V15 nothing is there for nothing.
        unused = set(range(len(m.types))) - seen
        self.assertEqual([m.types[i]["path"] for i in unused],
                         ["sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic"])

    def test_no_type_stands_twice(self):
        for m in self.metadata:
            shapes = [repr(ty) for ty in m.types]
            self.assertEqual(len(shapes), len(set(shapes)))

    def test_variants_and_fields_are_well_formed(self):
        for m in self.metadata:
            for ty in m.types:
                groups = [ty["def"]] if ty["kind"] == "composite" else []
                if ty["kind"] == "variant":
                    groups = [v["fields"] for v in ty["def"]]
                    for what in ("index", "name"):
                        self.assertEqual(len({v[what] for v in ty["def"]}), len(ty["def"]), ty["path"])
                for fields in groups:
                    names = [f["name"] for f in fields if f["name"] is not None]
                    self.assertIn(len(names), (0, len(fields)), ty["path"])
                    self.assertEqual(len(set(names)), len(names), ty["path"])

    def test_defaults_and_constants_decode(self):
        for m in self.metadata:
            count = 0
            for pallet in m.pallets:
                for entry in pallet["storage"][1] if pallet["storage"] else []:
                    if entry["modifier"] == "optional":
                        self.assertEqual(entry["default"], b"\0", entry["name"])
                    else:
                        m.decode(entry["value"], entry["default"])
                    if len(entry["hashers"]) > 1:
                        self.assertEqual(len(m.types[entry["key"]]["def"]), len(entry["hashers"]), entry["name"])
                    count += 1
                for const in pallet["constants"]:
                    m.decode(const["type"], const["value"])
            self.assertGreater(count, 100)

    def test_everything_of_the_schema(self):
        schema = schema_pallets()
        for m in self.metadata:
            self.assertEqual({p["name"]: p["index"] for p in m.pallets},
                             {name: p["index"] for name, p in schema.items() if not p["later"]})
            self.assertEqual([p["index"] for p in m.pallets], sorted(p["index"] for p in m.pallets))
            for pallet in m.pallets:
                wanted = schema[pallet["name"]]
                for what in ("call", "event", "error"):
                    ref = pallet[what + "s"]
                    got = {v["name"]: v["index"] for v in m.types[ref]["def"]} if ref is not None else {}
                    self.assertEqual(got, wanted[what], (pallet["name"], what))
                entries = pallet["storage"][1] if pallet["storage"] else []
                self.assertEqual({e["name"]: e["hashers"] for e in entries}, wanted["storage"], pallet["name"])
                if pallet["storage"]:
                    self.assertEqual(pallet["storage"][0], pallet["name"])

    def test_outer_enums(self):
        schema = schema_pallets()
        m = self.metadata[1]
        for ref, what, path in zip(m.outer, ("call", "event", "error"), ("RuntimeCall", "RuntimeEvent", "RuntimeError")):
            self.assertEqual(m.types[ref]["path"], "parahost_runtime::" + path)
            self.assertEqual({v["name"]: v["index"] for v in m.types[ref]["def"]},
                             {name: p["index"] for name, p in schema.items() if p[what]})
            for variant in m.types[ref]["def"]:
                self.assertEqual([f["type"] for f in variant["fields"]], [m.find(variant["name"])[what + "s"]])

    def test_paths(self):
        for m in self.metadata:
            there = [ty["path"] for ty in m.types]
            for path in PATHS:
                self.assertIn(path, there)
            for ty in m.types:
                if ty["kind"] in ("composite", "variant"):
                    self.assertTrue(ty["path"], ty)
            era = next(ty for ty in m.types if ty["path"].endswith("::Era"))
            self.assertEqual([v["index"] for v in era["def"]], list(range(256)))
            self.assertEqual([len(v["fields"]) for v in era["def"]], [0] + [1] * 255)

    def test_cross_consensus_types(self):
        """xcm_types.txt: what scale-info says of staging-xcm 25's VersionedXcm, a line a struct or variant."""
        with open(os.path.join(HERE, "xcm_types.txt"), encoding="utf-8") as file:
            wanted = set(file.read().splitlines())
        paths = {line.split("<")[0] for line in wanted if "xcm::" in line.split("<")[0]}
        for m in self.metadata:
            lines = {line for ty in m.types for line in described(m, ty)}
            self.assertEqual(wanted - lines, set())
            self.assertEqual({line for line in lines - wanted if line.split("<")[0] in paths}, set())

    def test_extrinsic(self):
        old, new = self.metadata
        self.assertEqual(old.extrinsic["version"], 4)
        self.assertEqual(old.extrinsic["extensions"], new.extrinsic["extensions"])
        params = dict(old.types[old.extrinsic["type"]]["params"])
        for name, what in (("Address", "address"), ("Call", "call"), ("Signature", "signature"), ("Extra", "extra")):
            self.assertEqual(params[name], new.extrinsic[what])
        self.assertEqual(new.types[new.extrinsic["extra"]]["def"], [e["type"] for e in new.extrinsic["extensions"]])
        # A signed extrinsic's extra and what is signed besides, as wallets put them together.
        r = Reader(bytes.fromhex("b501" "08" "3d01"))
        extra = new.value(new.extrinsic["extra"], r)
        r.finish()
        carried = {e["name"]: v for e, v in zip(new.extrinsic["extensions"], extra) if v not in ((), {})}
        self.assertEqual(carried, {"CheckMortality": ("Mortal181", 1), "CheckNonce": 2, "ChargeTransactionPayment": 79})
        implicit = {e["name"]: new.types[e["implicit"]] for e in new.extrinsic["extensions"]}
        self.assertEqual([n for n, ty in implicit.items() if ty["def"] != []],
                         ["CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality"])
        self.assertEqual(implicit["CheckGenesis"]["path"], "primitive_types::H256")

    def test_apis(self):
        wanted, api = {}, None
        with open(os.path.join(ROOT, "schema", "apis.ph"), encoding="utf-8") as file:
            for line in file:
                found = re.match(r"api (\w+)", line)
                if found:
                    api = wanted.setdefault(found[1], {})
                found = re.match(r"  \d+ (\w+)\((.*?)\)( ->.*?)?( later)?$", line.rstrip())
                if found and not found[4]:
                    api[found[1]] = re.findall(r"(\w+): ", found[2])
        self.assertEqual(self.metadata[0].apis, [])
        got = {a["name"]: {m["name"]: [n for n, _ in m["inputs"]] for m in a["methods"]} for a in self.metadata[1].apis}
        self.assertEqual(got, {name: methods for name, methods in wanted.items() if methods})
        m = self.metadata[1]
        host = next(a for a in m.apis if a["name"] == "ParachainHost")
        output = next(x for x in host["methods"] if x["name"] == "persisted_validation_data")["output"]
        self.assertEqual(m.types[output]["path"], "Option")

    def test_versions_agree(self):
        old, new = self.metadata
        self.assertEqual(old.types, new.types)
        self.assertEqual([dict(p, docs=[]) for p in old.pallets], [dict(p, docs=[]) for p in new.pallets])
        self.assertEqual(new.custom, [])

    def test_a_missing_byte_is_noticed(self):
        """The decoder itself: what is cut or goes on is refused."""
        data = self.make(15)
        for wrong in (data[:-1], data + b"\0", b"mete" + data[4:], data[:4] + b"\x10" + data[5:]):
            with self.assertRaises(ValueError):
                Metadata(wrong)


class Generated(Of, unittest.TestCase):
    make = staticmethod(generated)

    def test_is_the_same_every_time(self):
        for version in (14, 15):
            self.assertEqual(generated(version, seed="1"), generated(version, seed="2"))


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Answered(Of, unittest.TestCase):
    make = staticmethod(answered)

    def constant(self, pallet, name):
        const = self.metadata[0].find(pallet, "constants", name)
        return self.metadata[0].decode(const["type"], const["value"])

    def test_constants(self):
        version = self.constant("System", "Version")
        self.assertEqual(version["spec_name"], "parahost")
        self.assertEqual({len(ident) for ident, _ in version["apis"]}, {8})
        self.assertEqual(self.constant("System", "SS58Prefix"), 42)
        self.assertEqual(self.constant("System", "BlockHashCount"), 4096)
        weights = self.constant("System", "BlockWeights")
        self.assertEqual(weights["max_block"]["ref_time"], 2 * 10 ** 12)
        self.assertEqual(weights["per_class"]["normal"]["max_total"][1]["ref_time"], 15 * 10 ** 11)
        self.assertEqual(self.constant("System", "BlockLength")["max"]["mandatory"], 5 << 20)
        self.assertEqual(self.constant("Timestamp", "MinimumPeriod") * 2, self.constant("Babe", "ExpectedBlockTime"))
        self.assertEqual(self.constant("Babe", "ExpectedBlockTime"), 6000)
        self.assertEqual(self.constant("Babe", "EpochDuration"), 600)

    def test_tool(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m")
            run = subprocess.run([BIN, "tool", "metadata", "--version", "15", "--out", path], capture_output=True, check=True)
            self.assertEqual(run.stdout, b"")
            with open(path, "rb") as file:
                self.assertEqual(file.read(), answered(15))
        run = subprocess.run([BIN, "tool", "metadata", "--version", "13"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("--version", run.stderr)


class Planted(unittest.TestCase):
    """What is wrong with constants and the extrinsic is refused with its place."""

    CALL = "pallet P = 1 { call 0 a() root\n event 0 E }\n"
    EXTRINSIC = "extrinsic version 4 { address u8\n signature u16 }\n"

    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.ph")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            run = subprocess.run([sys.executable, "-B", os.path.join(TOOLS, "main.py"), "--out", os.path.join(folder, "out"), path],
                                 capture_output=True, text=True, check=False)
            made = os.path.join(folder, "out", "runtime", "metadata.c")
            return run, os.path.exists(made), path

    def refuse(self, text, line, words):
        run, made, path = self.run_on(text)
        self.assertEqual(run.returncode, 1, text)
        self.assertFalse(made)
        self.assertTrue(run.stderr.startswith("%s:%d: " % (path, line)), run.stderr)
        self.assertIn(words, run.stderr)

    def test_errors(self):
        self.refuse("constants Q { const A: u8 = 1 }", 1, "unknown pallet `Q`")
        self.refuse("pallet P = 1 {\n const A: u8 = 300 }", 2, "no such value")
        self.refuse("pallet P = 1 {\n const A: unit = default }", 2, "is a unit")
        self.refuse("pallet P = 1 {\n const A: u8 = 1\n const A: u8 = 2 }", 3, "stands twice")
        self.refuse("pallet P = 1 { const A: u8 = 1 }\nconstants P {\n const A: u8 = 2 }", 3, "stands twice")
        self.refuse("pallet P = 1 {\n const a: u8 = 1 }", 2, "CamelCase")
        self.refuse("pallet P = 1 {\n const A: u8 = x }", 2, "computed, default")
        self.refuse("constants P { u8 }", 1, "expected const")
        self.refuse(self.CALL + self.EXTRINSIC * 2, 5, "already declared")
        self.refuse(self.CALL + "extrinsic version 4 { address u8 }", 3, "lacks its signature")
        self.refuse(self.CALL + "extrinsic version 4 { signature u8 }", 3, "lacks its address")
        self.refuse(self.CALL + "extrinsic version 4 { surprise }", 3, "expected address")
        self.refuse(self.EXTRINSIC, 1, "without any call or event")

    def test_none_without_an_extrinsic(self):
        self.assertEqual(self.run_on(self.CALL)[1], False)
        run, made, _ = self.run_on(self.CALL + self.EXTRINSIC)
        self.assertTrue(made, run.stderr)

    def test_kinds_of_types(self):
        """A type of every kind, read back: what is transparent, what is wrapped, what has which name."""
        text = self.EXTRINSIC + """
newtype Bare = u32
newtype Kept path "a::Kept" = u32
struct Tagged magic "ab" { x: u8 }
enum Marked magic "cd" { 7 One(u16) }
newtype Sealed magic "ef" = u8
struct Loop { next: option<box<Loop>> }
pallet P = 1 { storage {
  value A: (Bare, Kept, box<u8>, bytes<3>, vec<u8, 4>, set<u8>, map<u8, bool>, result<unit, string>, bits, [u16; 2], compact<Bare>)?
  value B: Tagged
  value C: Marked
  value D: Loop
  value E: Sealed
 }
 call 0 a(list: vec<Bare, 9>, left: compact<u32>) root
 event 0 E
}
"""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.ph")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            m = Metadata(generated(15, path))
        value = bytes.fromhex("01000000" "02000000" "03" "040a" "040b" "040c" "04" "0d01" "0108616f" "0c05" "05000600" "1c")
        self.assertEqual(m.decode(m.find("P", "storage", "A")["value"], value),
                         (1, 2, 3, b"\x0a", b"\x0b", b"\x0c", [(13, True)], ("Err", "ao"), [1, 0, 1], [5, 6], 7))
        parts = [m.types[ref] for ref in m.types[m.find("P", "storage", "A")["value"]]["def"]]
        self.assertEqual([p["path"].split("::")[-1] for p in parts],
                         ["", "Kept", "", "BoundedVec", "BoundedVec", "BTreeSet", "BTreeMap", "Result", "", "", ""])
        self.assertEqual(m.decode(m.find("P", "storage", "B")["value"], b"ab\x09"), {"magic": b"ab", "x": 9})
        self.assertEqual(m.decode(m.find("P", "storage", "C")["value"], b"cd\x07\x01\x00"),
                         {"magic": b"cd", "value": ("One", 1)})
        self.assertEqual(m.decode(m.find("P", "storage", "D")["value"], b"\x01\x01\x00"),
                         {"next": ("Some", {"next": ("Some", {"next": "None"})})})
        self.assertEqual(m.decode(m.find("P", "storage", "E")["value"], b"ef\x09"), {"magic": b"ef", "value": 9})
        call = m.types[m.find("P")["calls"]]["def"][0]
        self.assertEqual([f["type_name"] for f in call["fields"]], ["Vec<Bare>", "u32"])


if __name__ == "__main__":
    unittest.main()
