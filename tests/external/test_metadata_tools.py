"""Our metadata in ordinary tools: scalecodec (PyPI; what substrate-interface stands on) and @polkadot/types (npm; found by
NODE_PATH). With it they read the whole state and System.Events of a simulated block, and its extrinsics; @polkadot/types signs
transfers that the chain takes. Skipped where a tool is not installed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from substrate import blake2_256, storage_key, twox  # noqa: E402

BIN = os.environ.get("PARAHOST_BIN")
HASH_LENGTHS = {"Blake2_128": 16, "Blake2_256": 32, "Blake2_128Concat": 16, "Twox128": 16, "Twox256": 32, "Twox64Concat": 8,
                "Identity": 0}
SIM = ("sim", "--seed", "11", "--validators", "4", "--paras", "1", "--slots", "24")
# Of a pallet that has a version; of the trie itself.
VERSION_SUFFIX = twox(b":__STORAGE_VERSION__:", 128)


def has_scalecodec():
    try:
        import scalecodec  # noqa: F401
    except ImportError:
        return False
    return True


def has_polkadot_types():
    if not shutil.which("node"):
        return False
    probe = "require.resolve('@polkadot/types'); require.resolve('@polkadot/keyring'); require.resolve('@polkadot/util-crypto')"
    return subprocess.run(["node", "-e", probe], capture_output=True, check=False, cwd=HERE).returncode == 0


def run(*args):
    done = subprocess.run([BIN, *args], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError("%s: status %d: %s" % (" ".join(args), done.returncode, done.stderr))
    return done.stdout


def read_blocks(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return lines[0]["genesis"], lines[1:]


def xcm_calls():
    """ParasSudoWrapper.sudo_queue_downward_xcm with every message that staging-xcm made for tests/primitives/test_xcm.c."""
    with open(os.path.join(os.path.dirname(HERE), "primitives", "xcm.txt"), encoding="utf-8") as file:
        return [bytes([250, 4, 0xd0, 0x07, 0, 0]) + bytes.fromhex(line[1:]) for line in file if line[0] == "+"]


class Chain(unittest.TestCase):
    """One simulated chain and the program's metadata."""

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.metadata = {v: bytes.fromhex(run("tool", "metadata", "--version", v).strip()[2:]) for v in ("14", "15")}
        cls.state, cls.genesis, cls.blocks = cls.simulate()

    @classmethod
    def simulate(cls, *more):
        state, blocks = os.path.join(cls.dir, "state"), os.path.join(cls.dir, "blocks")
        run(*SIM, "--dump-state", state, "--blocks", blocks, *more)
        with open(state, encoding="utf-8") as file:
            return (json.load(file), *read_blocks(blocks))

    def check_unknown(self, keys):
        """Keys that no item has: the code, and versions of pallets."""
        for key in keys:
            data = bytes.fromhex(key[2:])
            self.assertTrue(data in (b":code", b":heappages") or len(data) == 32 and data[16:] == VERSION_SUFFIX, key)


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
@unittest.skipUnless(has_scalecodec(), "Python has no scalecodec: pip install scalecodec")
class Scalecodec(Chain):
    """It knows metadata up to version 14."""

    def setUp(self):
        from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
        from scalecodec.type_registry import load_type_registry_preset
        self.bytes = ScaleBytes
        self.types = RuntimeConfigurationObject(implements_scale_info=True)
        self.types.update_type_registry(load_type_registry_preset("core"))
        self.read = self.types.create_scale_object("MetadataVersioned", ScaleBytes(self.metadata["14"]))
        self.read.decode()
        self.types.add_portable_registry(self.read)

    def decode(self, type_string, data):
        """Strict: nothing may be left over."""
        return self.types.create_scale_object(type_string, self.bytes(data)).decode(check_remaining=True)

    def inside(self, bytes_):
        """What a decoded Vec<u8> held; its value may be a text or hexadecimal."""
        data = self.bytes(bytes_.get_used_bytes())
        length = self.types.create_scale_object("Compact<u32>", data).decode(check_remaining=False)
        self.assertEqual(data.get_remaining_length(), length)
        return bytes(data.get_next_bytes(length))

    def items(self):
        return {storage_key(pallet.value["name"], item.value["name"]): (pallet.value["name"], item)
                for pallet in self.read.pallets for item in pallet.storage or []}

    def check_keys(self, item, rest):
        types = item.get_params_type_string()
        hashers = item.get_param_hashers()
        self.assertEqual(len(types), len(hashers))
        data = self.bytes(rest)
        for type_string, hasher in zip(types, hashers):
            data.get_next_bytes(HASH_LENGTHS[hasher])
            if hasher.endswith("Concat") or hasher == "Identity":
                self.types.create_scale_object(type_string, data).decode(check_remaining=False)
        self.assertEqual(data.get_remaining_length(), 0)

    def test_state_and_events(self):
        items, unknown, seen = self.items(), [], set()
        for key, value in self.state["top"].items():
            key, value = bytes.fromhex(key[2:]), bytes.fromhex(value[2:])
            pallet, item = items.get(key[:32], (None, None))
            if item is None:
                unknown.append("0x" + key.hex())
                continue
            name = "%s.%s" % (pallet, item.value["name"])
            with self.subTest(name):
                self.decode(item.get_value_type_string(), value)
                if item.get_params_type_string():
                    self.check_keys(item, key[32:])
                else:
                    self.assertEqual(len(key), 32)
            seen.add(name)
        self.check_unknown(unknown)
        for name in ("System.Account", "System.Events", "Babe.Authorities", "Paras.Heads", "Session.NextKeys",
                     "ParaSessionInfo.Sessions", "ParaScheduler.CoreDescriptors", "ParasShared.AllowedSchedulingParents"):
            self.assertIn(name, seen)
        events = self.decode(items[storage_key("System", "Events")][1].get_value_type_string(),
                             bytes.fromhex(self.state["top"]["0x" + storage_key("System", "Events").hex()][2:]))
        names = [(e["event"]["module_id"], e["event"]["event_id"]) for e in events]
        self.assertGreaterEqual(names.count(("System", "ExtrinsicSuccess")), 2)
        self.assertIn(("ParaInclusion", "CandidateBacked"), names)

    def test_calls(self):
        """A bare extrinsic is its format's number and a call; scalecodec itself knows format 4 only."""
        names = set()
        for block in self.blocks:
            for bytes_ in block["extrinsics"]:
                data = bytes.fromhex(bytes_[2:])
                self.assertIn(data[0], (4, 5))
                call = self.types.create_scale_object("Call", self.bytes(data[1:]), metadata=self.read)
                call.decode(check_remaining=True)
                names.add((call.value["call_module"], call.value["call_function"]))
        self.assertEqual(names, {("Timestamp", "set"), ("ParaInherent", "enter")})

    def test_cross_consensus_messages(self):
        for call in xcm_calls():
            read = self.types.create_scale_object("Call", self.bytes(call), metadata=self.read)
            read.decode(check_remaining=True)
            self.assertEqual((read.value["call_module"], read.value["call_function"]), ("ParasSudoWrapper", "sudo_queue_downward_xcm"))
            self.assertEqual(read.value["call_args"][0]["value"], 2000)

    def test_defaults_and_constants(self):
        count = 0
        for pallet in self.read.pallets:
            for item in pallet.storage or []:
                if item.value["modifier"] == "Default":
                    self.decode(item.get_value_type_string(), self.inside(item["default"]))
                    count += 1
            for const in pallet.constants or []:
                self.decode(const.type, self.inside(const["value"]))
                count += 1
        self.assertGreater(count, 80)


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
@unittest.skipUnless(has_polkadot_types(), "node finds no @polkadot/types: npm install @polkadot/types, and NODE_PATH")
class PolkadotTypes(Chain):
    def node(self, version, **what):
        what["metadata"] = "0x" + self.metadata[version].hex()
        done = subprocess.run(["node", os.path.join(HERE, "metadata.cjs")], input=json.dumps(what), capture_output=True, text=True,
                              check=False, cwd=HERE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_state_events_and_calls(self):
        for version in ("14", "15"):
            found = self.node(version, state=self.state, blocks=self.blocks)
            self.assertEqual(found["version"], int(version))
            self.check_unknown(found["unknown"])
            self.assertGreater(len(found["seen"]), 50)
            events = [e["name"] for e in found["events"]]
            self.assertGreaterEqual(events.count("system.ExtrinsicSuccess"), 2)
            self.assertIn("paraInclusion.CandidateBacked", events)
            self.assertEqual(found["calls"], {"timestamp.set": len(self.blocks), "paraInherent.enter": len(self.blocks)})

    def test_cross_consensus_messages(self):
        calls = xcm_calls()
        for version in ("14", "15"):
            found = self.node(version, encoded=["0x" + call.hex() for call in calls])["encoded"]
            self.assertEqual(found, ["parasSudoWrapper.sudoQueueDownwardXcm"] * len(calls))

    def test_a_value_of_another_type_is_noticed(self):
        """The checker itself: a state with one altered value or key does not pass."""
        key = "0x" + storage_key("Session", "CurrentIndex").hex()
        for wrong in ({key: "0x0100000000"}, {key: "0x01"}, {key + "00": "0x01000000"}):
            with self.assertRaises(AssertionError):
                self.node("14", state={"top": wrong})

    def test_transfers_signed_there_are_taken_here(self):
        if "--extrinsics" not in run("sim", "--help"):
            self.skipTest("this build's sim takes no extrinsics")
        header = bytes.fromhex(self.genesis["header"][2:])
        order = {"genesisHash": "0x" + blake2_256(header).hex(), "count": 2}
        signed = self.node("15", sign=order)["signed"]
        path = os.path.join(self.dir, "extrinsics")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines("4 %s\n" % e["prefixed"] for e in signed["extrinsics"])
        state, _, blocks = self.simulate("--extrinsics", path)
        before = self.node("14", state=self.state)["accounts"]
        found = self.node("14", state=state, blocks=blocks)
        self.assertGreaterEqual(found["calls"]["balances.transferKeepAlive"], 2)
        self.assertEqual(found["calls"]["balances.transferKeepAlive of " + signed["sender"]], 2)
        after = found["accounts"]
        self.assertEqual(after[signed["sender"]]["nonce"], 2)
        got = int(after[signed["receiver"]]["free"]) - int(before[signed["receiver"]]["free"])
        self.assertEqual(got, 2 * 10 ** 12 + 1)
        self.assertLess(int(after[signed["sender"]]["free"]), int(before[signed["sender"]]["free"]) - got)
        took = [bytes_ for block in blocks for bytes_ in block["extrinsics"]]
        for extrinsic in signed["extrinsics"]:
            self.assertIn(extrinsic["bare"], took)


if __name__ == "__main__":
    unittest.main()
