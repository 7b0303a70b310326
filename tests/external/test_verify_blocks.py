"""The outside checker: its parts against the vectors of polkadot-sdk, and the whole on the blocks of a simulation, as they are
and altered in every way that it is there to notice."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import sr25519  # noqa: E402
import substrate  # noqa: E402
import verify_blocks  # noqa: E402

SHARED = os.environ.get("PH_SHARED_DATA") or os.path.join(ROOT, "..", "shared", "data")
PARAHOST = os.environ.get("PH_PARAHOST") or os.path.join(ROOT, "build", "release", "parahost")
h = bytes.fromhex


def vectors(name):
    path = os.path.join(SHARED, "vectors", name)
    if not os.path.exists(path):
        raise unittest.SkipTest("no vectors here: " + name)
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as f:
        return json.load(f)


class Parts(unittest.TestCase):
    def test_hashes(self):
        v = vectors("hashes.json")
        stream = h(v["stream"])
        for e in v["prefixes"]:
            data = stream[:e["len"]]
            self.assertEqual(sr25519.keccak_256(data).hex(), e["keccak_256"], e["name"])
            self.assertEqual(substrate.twox(data, 128).hex(), e["twox_128"], e["name"])
            self.assertEqual(substrate.blake2_256(data).hex(), e["blake2_256"], e["name"])

    def test_transcripts(self):
        for e in vectors("blocks.json")["transcripts"]:
            t = sr25519.Transcript(e["label"].encode())
            for kind, label, data in e["ops"]:
                if kind == "append":
                    t.append(label.encode(), h(data))
                elif kind == "append_u64":
                    t.append(label.encode(), int(data).to_bytes(8, "little"))
                else:
                    self.assertEqual(t.challenge(label.encode(), len(data) // 2).hex(), data, e["name"])

    def test_ristretto(self):
        seen = set()
        for e in vectors("blocks.json")["ristretto"]:
            seen.add(e["kind"])
            if e["kind"] == "base-multiple":
                point = sr25519.Comb(sr25519.BASE).times(int.from_bytes(h(e["scalar"]), "little"))
                self.assertEqual(sr25519.encode(point).hex(), e["point"], e["name"])
            elif e["kind"] == "from-uniform":
                point = sr25519.from_uniform(h(e["bytes"]))
                self.assertEqual(sr25519.encode(point).hex(), e["point"], e["name"])
                scalar = int.from_bytes(h(e["scalar"]), "little") % sr25519.L
                product = sr25519.two_products(scalar, point, 0, point)
                self.assertEqual(sr25519.encode(product).hex(), e["times_scalar"], e["name"])
            elif e["kind"] == "decode":
                self.assertEqual(sr25519.decode(h(e["bytes"])) is not None, e["valid"], e["name"])
        self.assertEqual(seen & {"base-multiple", "from-uniform", "decode"}, {"base-multiple", "from-uniform", "decode"})

    def test_signatures(self):
        for e in vectors("sr25519.json")["sr25519"]:
            self.assertEqual(sr25519.verify(h(e["signature"]), h(e["message"]), h(e["public"])), e["valid"], e["name"])

    def test_vrf(self):
        v = vectors("vrf.json")
        for e in v["babe"]:
            t, public = sr25519.babe_transcript(h(e["randomness"]), int(e["slot"]), int(e["epoch"])), h(e["public"])
            self.assertEqual(sr25519.encode(sr25519.vrf_input(t, public)).hex(), e["input_point"], e["name"])
            self.assertEqual(sr25519.vrf_bytes(t, public, h(e["pre_output"]), b"substrate-babe-vrf", 16).hex(), e["score_16"])
            self.assertEqual(sr25519.vrf_bytes(t, public, h(e["pre_output"]), b"BabeVRFInOutContext", 32).hex(), e["randomness_32"])
        for e in v["verify"]:
            if "slot" in e:
                t = sr25519.babe_transcript(h(e["randomness"]), int(e["slot"]), int(e["epoch"]))
                self.assertEqual(sr25519.vrf_verify(t, h(e["public"]), h(e["signature"])), e["valid"], e["name"])

    def test_babe(self):
        v = vectors("vrf.json")
        for e in v["threshold"]:
            weights = e["weights"]
            weights = [weights["each"]] * weights["count"] if isinstance(weights, dict) else [int(w) for w in weights]
            # A denominator of zero or an index out of range has an answer too; no chain can ask for it.
            if not e["panics"] and e["c"][1] and e["index"] < len(weights):
                self.assertEqual(str(substrate.primary_threshold(e["c"], weights, e["index"])), e["threshold"], e["name"])
        for e in v["secondary"]:
            if e["authorities"]:
                self.assertEqual(substrate.secondary_author(h(e["randomness"]), int(e["slot"]), e["authorities"]), e["index"])
        for e in v["epoch_randomness"]:
            self.assertEqual(substrate.next_randomness(h(e["last"]), int(e["epoch_index"]), [h(x) for x in e["vrf_outputs"]]).hex(), e["next"])

    def test_shuffles(self):
        for e in vectors("blocks.json")["shuffles"]:
            if e["kind"] == "stream":
                numbers = substrate.chacha20(h(e["seed"]))
                self.assertEqual([next(numbers) for _ in e["next_u32"]], e["next_u32"], e["name"])
            elif e["kind"] == "shuffle of 0..n":
                self.assertEqual(substrate.shuffle(range(e["n"]), h(e["seed"])), e["result"], e["name"])

    def test_tries(self):
        v = vectors("trie.json.gz")
        for e in v["roots"]:
            pairs = {h(k): h(x) for k, x in e["pairs"]}
            for version in (0, 1):
                self.assertEqual(substrate.trie_root(pairs, version).hex(), e["root_v%d" % version], e["name"])
        for e in v["ordered"]:
            self.assertEqual(substrate.ordered_root([h(x) for x in e["values"]]).hex(), e["root_v0"], e["name"])


# ---- a whole file, and altered ones ----


class Unsealed(verify_blocks.Verifier):
    """Lets every seal pass, so that what is altered is found by the rule it breaks."""

    def seal(self, header, public):
        pass


def header_with(text, **fields):
    """A header with other fields, its hash new."""
    data = h(text[2:])
    r = substrate.Reader(data)
    old = verify_blocks.Header(r)
    f = {"parent": old.parent, "number": old.number, "state_root": old.state_root, "extrinsics_root": old.extrinsics_root,
         "items": [i[3] for i in old.items], **fields}
    out = f["parent"] + substrate.compact(f["number"]) + f["state_root"] + f["extrinsics_root"]
    return out + substrate.compact(len(f["items"])) + b"".join(f["items"])


class Blocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(PARAHOST):
            raise unittest.SkipTest("no parahost here; PH_PARAHOST may name it")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "blocks")
            subprocess.run([PARAHOST, "sim", "--seed", "7", "--validators", "7", "--paras", "2", "--slots", "26", "--blocks", path],
                           check=True, stdout=subprocess.DEVNULL)
            with open(path) as f:
                cls.lines = f.read().splitlines()

    def verify(self, lines, verifier=Unsealed):
        return verify_blocks.verify_lines(lines, verifier)

    def alter(self, change, at=6):
        """The errors when block number `at` of the file is altered and everything before it is as it was."""
        lines = self.lines[:at]
        block = json.loads(self.lines[at])
        change(block)
        data = h(block["header"][2:])
        block.setdefault("keep", False)
        if not block["keep"]:
            block["hash"] = "0x" + substrate.blake2_256(data).hex()
        return self.verify(lines + [json.dumps(block)])[0]

    def alter_header(self, **fields):
        def change(block):
            block["header"] = "0x" + header_with(block["header"], **fields).hex()
        return change

    def alter_extrinsic(self, edit, which=1):
        """edit(bytes) gives another extrinsic; the header's root goes with it."""
        def change(block):
            block["extrinsics"][which] = "0x" + edit(bytearray(h(block["extrinsics"][which][2:]))).hex()
            root = substrate.ordered_root([verify_blocks.len_prefixed(h(x[2:])) for x in block["extrinsics"]])
            block["header"] = "0x" + header_with(block["header"], extrinsics_root=root).hex()
        return change

    def parts(self, at=6):
        """Where the parts of a block's inherent lie in its extrinsic."""
        data = h(json.loads(self.lines[at])["extrinsics"][1][2:])
        r = substrate.Reader(data)
        r.take(3)
        bitfields = []
        for _ in range(r.compact()):
            start = r.at
            verify_blocks.Inherent._bitfield(r)
            bitfields.append((start, r.at))
        backed = []
        for _ in range(r.compact()):
            start = r.at
            verify_blocks.Candidate(r)
            middle = r.at
            r.vector(lambda: (r.u8(), r.take(64)))
            votes_end = r.at
            r.bits()
            backed.append((start, middle, votes_end, r.at))
        self.assertTrue(len(bitfields) >= 5 and backed, "the block has too little in it")
        return bitfields, backed

    def assert_found(self, errors, text):
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(text, errors[0])

    def test_the_file_stands(self):
        errors, counts = self.verify(self.lines, verify_blocks.Verifier)
        self.assertEqual(errors, [])
        self.assertEqual(counts["blocks"], len(self.lines) - 1)
        self.assertGreaterEqual(counts["seals"], 20)
        self.assertGreaterEqual(counts["vrf proofs"], 20)
        self.assertGreaterEqual(counts["sessions"], 2)
        self.assertGreaterEqual(counts["bitfield signatures"], 100)
        self.assertGreaterEqual(counts["backing signatures"], 60)
        self.assertGreaterEqual(min(counts["included on it"].values()), 10)
        self.assertGreaterEqual(len(counts["included on it"]), 2)

    def test_headers(self):
        def rename(block):
            block["hash"] = "0x" + "11" * 32
            block["keep"] = True

        def swap_seal(block):
            data = bytearray(h(block["header"][2:]))
            data[-40] ^= 1
            block["header"] = "0x" + data.hex()

        self.assert_found(self.alter(rename), "another hash")
        self.assert_found(self.alter(self.alter_header(parent=bytes(32))), "parent does not stand")
        self.assert_found(self.alter(self.alter_header(number=900)), "number")
        self.assert_found(self.alter(self.alter_header(extrinsics_root=bytes(32))), "extrinsics root")
        lines = self.lines[:6]
        block = json.loads(self.lines[6])
        swap_seal(block)
        block["hash"] = "0x" + substrate.blake2_256(h(block["header"][2:])).hex()
        self.assert_found(self.verify(lines + [json.dumps(block)], verify_blocks.Verifier)[0], "its seal")
        # What a header says of the state is sealed with it.
        block = json.loads(self.lines[6])
        block["header"] = "0x" + header_with(block["header"], state_root=bytes(32)).hex()
        block["hash"] = "0x" + substrate.blake2_256(h(block["header"][2:])).hex()
        self.assert_found(self.verify(lines + [json.dumps(block)], verify_blocks.Verifier)[0], "its seal")

    def digest(self, at, edit):
        header = verify_blocks.Header(substrate.Reader(h(json.loads(self.lines[at])["header"][2:])))
        items = [bytearray(i[3]) for i in header.items]
        return self.alter(self.alter_header(items=edit(header, items)), at)

    def test_claims(self):
        def flip(at):
            def edit(header, items):
                items[0][at] ^= 1
                return items
            return edit
        # kind, engine, length (2 bytes), tag, authority, slot, pre-output, proof
        self.assert_found(self.digest(6, flip(7 + 1)), "VRF proof")                    # another author
        self.assert_found(self.digest(6, flip(7 + 5 + 8 + 40)), "VRF proof")
        self.assert_found(self.digest(6, lambda header, items: items[1:]), "0 BABE pre-digests")
        self.assert_found(self.digest(6, lambda header, items: [items[0]] + items), "2 BABE pre-digests")
        self.assert_found(self.digest(6, lambda header, items: items[:-1]), "no BABE seal")

    def test_epochs(self):
        at = next(i for i in range(2, len(self.lines)) if any(item[0] == "consensus" for item in self.header_of(i).items))

        def other_randomness(header, items):
            which = next(i for i, item in enumerate(header.items) if item[0] == "consensus")
            items[which][-3] ^= 1
            return items

        def without(header, items):
            return [raw for raw, item in zip(items, header.items) if item[0] != "consensus"]
        self.assert_found(self.digest(at, other_randomness), "randomness")
        self.assert_found(self.digest(at, without), "announces 0")
        extra = next(item[3] for item in self.header_of(at).items if item[0] == "consensus")
        self.assert_found(self.digest(6, lambda header, items: items[:1] + [extra] + items[1:]), "though none begins")

    def header_of(self, at):
        return verify_blocks.Header(substrate.Reader(h(json.loads(self.lines[at])["header"][2:])))

    def test_time(self):
        def later(x):
            r = substrate.Reader(bytes(x[3:]))
            return bytes(x[:3]) + substrate.compact(r.compact() + 6000)
        self.assert_found(self.alter(self.alter_extrinsic(later, 0)), "time is not in its slot")

    def test_bitfields(self):
        bitfields, _ = self.parts()

        def flip(at):
            def edit(x):
                x[at] ^= 1
                return x
            return edit

        def swap(x):
            (a, b), (c, d) = bitfields[0], bitfields[1]
            return x[:a] + x[c:d] + x[a:b] + x[d:]

        def keep(n):
            def edit(x):
                self.assertEqual(x[3], len(bitfields) << 2)
                x[3] = n << 2
                return x[:bitfields[n][0]] + x[bitfields[-1][1]:]
            return edit
        self.assert_found(self.alter(self.alter_extrinsic(flip(bitfields[2][0] + 1))), "bitfield of validator")
        self.assert_found(self.alter(self.alter_extrinsic(flip(bitfields[2][1] - 9))), "bitfield of validator")
        self.assert_found(self.alter(self.alter_extrinsic(swap)), "not in order")
        # Too few votes: what the block goes on to back finds its core taken.
        self.assert_found(self.alter(self.alter_extrinsic(keep(4))), "is taken")

    def test_backing(self):
        _, backed = self.parts()
        start, middle, votes_end, end = backed[0]

        def flip(at):
            def edit(x):
                x[at] ^= 1
                return x
            return edit

        def one_vote(x):
            bits = substrate.Reader(bytes(x[votes_end:end])).bits()
            group, first = len(bits) - 8, bits.index(1)
            word = sum(bit << i for i, bit in enumerate(bits) if i >= group or i == first)
            return x[:middle] + substrate.compact(1) + x[middle + 1:middle + 66] + substrate.compact(len(bits)) + \
                word.to_bytes((len(bits) + 7) // 8, "little") + x[end:]

        def twice(x):
            r = substrate.Reader(bytes(x[:start]))
            return x[:start - 1] + substrate.compact(len(backed) + 1) + x[start:end] + x[start:]
        self.assert_found(self.alter(self.alter_extrinsic(flip(middle + 30))), "vote is not signed")
        self.assert_found(self.alter(self.alter_extrinsic(one_vote)), "1 votes only")
        self.assert_found(self.alter(self.alter_extrinsic(twice)), "order of their paras")
        self.assert_found(self.alter(self.alter_extrinsic(flip(start + 4))), "another relay parent")
        self.assert_found(self.alter(self.alter_extrinsic(flip(start + 70))), "not built on its head")
        self.assert_found(self.alter(self.alter_extrinsic(flip(start + 230))), "another head")
        self.assert_found(self.alter(self.alter_extrinsic(flip(start + 262))), "other code")
        self.assert_found(self.alter(self.alter_extrinsic(flip(start + 133))), "vote is not signed")  # erasure root
        self.assert_found(self.alter(self.alter_extrinsic(flip(end - 1))), "another core")

    def test_genesis(self):
        genesis = json.loads(self.lines[0])
        genesis["genesis"]["top"]["0x1234"] = "0x00"
        self.assertIn("another root", self.verify([json.dumps(genesis)])[0][0])


if __name__ == "__main__":
    unittest.main()
