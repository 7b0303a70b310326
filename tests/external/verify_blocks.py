#!/usr/bin/env python3
"""Checks the file that `parahost sim --blocks FILE` writes, with nothing of parahost's code: every block's hash, parent, number,
extrinsics root and digest; who may author its slot, the VRF and the seal; epochs and their randomness; sessions, validator
groups and cores; signatures and counting of bitfields; backing groups, quorum and votes; heads.

    verify_blocks.py FILE [--json]

Exit status: 0 everything stands; 1 something does not (each line says what); 2 the file cannot be read.
Rules are polkadot-sdk's as they stand in the relay-chain runtime; parameters come from the genesis state in the file.
"""

import json
import sys

import sr25519
from substrate import (Malformed, Reader, blake2_256, compact, next_randomness, ordered_root, primary_threshold, secondary_author, shuffle,
                       storage_key, trie_root, u32)

ZERO = bytes(32)


class Wrong(Exception):
    """A block that breaks a rule."""


def need(condition, text, *values):
    if not condition:
        raise Wrong(text % values)


# ---- reading ----


class Header:
    def __init__(self, reader):
        start = reader.at
        self.parent, self.number = reader.take(32), reader.compact()
        self.state_root, self.extrinsics_root = reader.take(32), reader.take(32)
        fixed = reader.since(start)
        self.items = reader.vector(lambda: self._item(reader))
        self.hash = blake2_256(reader.since(start))
        if self.items and self.items[-1][0] == "seal":
            without = fixed + bytes([(len(self.items) - 1) << 2]) + b"".join(item[3] for item in self.items[:-1])
            self.pre_seal = blake2_256(without)

    @staticmethod
    def _item(reader):
        start = reader.at
        kind = {0: "other", 4: "consensus", 5: "seal", 6: "pre-runtime", 8: "environment"}.get(reader.u8())
        if kind is None:
            raise Malformed("an unknown digest item")
        engine = reader.take(4) if kind in ("consensus", "seal", "pre-runtime") else b""
        content = b"" if kind == "environment" else reader.bytes()
        return kind, engine, content, reader.since(start)


class Candidate:
    """A committed candidate receipt."""

    def __init__(self, reader):
        start = reader.at
        self.para, self.relay_parent = reader.u32(), reader.take(32)
        self.version, self.core, self.session = reader.u8(), reader.u16(), reader.u32()
        self.session_offset, self.reserved1 = reader.u8(), reader.take(24)
        self.pvd_hash, self.pov_hash, self.erasure_root = reader.take(32), reader.take(32), reader.take(32)
        self.scheduling_parent, self.reserved2 = reader.take(32), reader.take(32)
        self.para_head, self.code_hash = reader.take(32), reader.take(32)
        descriptor, start = reader.since(start), reader.at
        self.upward = reader.vector(reader.bytes)
        self.horizontal = reader.vector(lambda: (reader.u32(), reader.bytes()))
        self.new_code = reader.option(reader.bytes)
        self.head, self.processed, self.watermark = reader.bytes(), reader.u32(), reader.u32()
        self.hash = blake2_256(descriptor + blake2_256(reader.since(start)))
        self.is_v1 = self.reserved1[:16] != bytes(16)


class Backed:
    def __init__(self, reader):
        self.candidate = Candidate(reader)
        self.votes = reader.vector(lambda: (reader.u8(), reader.take(64)))
        self.indices = reader.bits()


class Inherent:
    """The arguments of ParaInherent.enter."""

    def __init__(self, reader):
        self.bitfields = reader.vector(lambda: self._bitfield(reader))
        self.backed = reader.vector(lambda: Backed(reader))
        self.disputes = reader.compact()
        if self.disputes:
            raise Malformed("disputes, which this checker does not know")
        self.parent_header = Header(reader)
        reader.end()

    @staticmethod
    def _bitfield(reader):
        start = reader.at
        bits = reader.bits()
        return bits, reader.since(start), reader.u32(), reader.take(64)


def read_config(data):
    """The fields of HostConfiguration that matter here."""
    r = Reader(data)
    skip = [r.u32() for _ in range(11)]
    config = {"max_code_size": skip[0], "max_pov_size": r.u32()}
    r.take(4 + 4 + 16 + 16 + 4 + 4 + 4 + 4)
    if r.compact():
        raise Malformed("executor parameters, which this checker does not know")
    r.u32()
    config["max_validators"] = r.option(r.u32)
    r.take(4 * 9)
    config["minimum_backing_votes"] = r.u32()
    r.bits()
    r.u32()
    config["rotation"], config["availability_period"] = r.u32(), r.u32()
    config["per_core"], config["lookahead"], config["cores"] = r.option(r.u32), r.u32(), r.u32()
    return config


# ---- what genesis says ----


class Chain:
    """What stays the same from block to block."""

    def __init__(self, top):
        self.top = top
        params = Reader(self.get("ChainParameters", "Params", u64_pair(6000, 600)))
        self.slot_ms, self.epoch_slots = params.u64(), params.u64()
        epoch_config = Reader(self.get("Babe", "EpochConfig"))
        self.c = (epoch_config.u64(), epoch_config.u64())
        self.allowed = epoch_config.u8()    # 0 primary only, 1 and secondary plain, 2 and secondary VRF
        r = Reader(self.get("Babe", "Authorities"))
        self.authorities = r.vector(lambda: (r.take(32), r.u64()))
        self.config = read_config(self.get("Configuration", "ActiveConfig"))
        r = Reader(self.get("Session", "QueuedKeys"))
        # account 32, then grandpa 32, babe 32, para_validator 32, para_assignment 32, authority_discovery 32, beefy 33
        self.queued = [k[96:128] for k in r.vector(lambda: r.take(32 + 193))]
        self.core_of_para, self.code_hash, self.genesis_heads = {}, {}, {}
        self._read_paras()

    def get(self, pallet, item, default=None):
        value = self.top.get(storage_key(pallet, item), default)
        if value is None:
            raise Malformed("genesis without %s.%s" % (pallet, item))
        return value

    def under(self, pallet, item):
        prefix = storage_key(pallet, item)
        return [(key[len(prefix):], value) for key, value in self.top.items() if key.startswith(prefix)]

    def _read_paras(self):
        for key, value in self.under("ParaScheduler", "CoreSchedules"):
            core, r = int.from_bytes(key[12:16], "little"), Reader(value)
            for _ in range(r.compact()):
                kind = r.u8()
                if kind == 2:
                    self.core_of_para[r.u32()] = core
                r.u16()
        for key, value in self.under("Paras", "CurrentCodeHash"):
            self.code_hash[int.from_bytes(key[8:12], "little")] = value
        for key, value in self.under("Paras", "Heads"):
            self.genesis_heads[int.from_bytes(key[8:12], "little")] = Reader(value).bytes()


def u64_pair(a, b):
    return a.to_bytes(8, "little") + b.to_bytes(8, "little")


class State:
    """What a checker needs to know after a block."""

    def copy(self):
        other = State()
        other.__dict__.update(self.__dict__)
        other.heads, other.pending = dict(self.heads), dict(self.pending)
        other.included, other.segments = dict(self.included), dict(self.segments)
        return other

    # VRF outputs gather in segments of 256. An epoch's end takes those that are full and goes on filling from the first:
    # what is in the one being filled stays there. (So pallet-babe has it.)

    def collect(self, output):
        segment = self.segments.get(self.segment, ())
        if len(segment) >= 256:
            self.segment += 1
            segment = ()
        self.segments[self.segment] = segment + (output,)

    def take_collected(self):
        outputs = [output for i in range(self.segment) for output in self.segments.pop(i, ())]
        self.segment = 0
        return outputs


def genesis_state(chain, header):
    s = State()
    s.header, s.slot, s.genesis_slot = header, 0, None
    s.epoch, s.randomness, s.next = 0, chain.top.get(storage_key("Babe", "Randomness"), ZERO), None
    s.segments, s.segment = {}, 0
    s.session = int.from_bytes(chain.get("ParasShared", "CurrentSessionIndex", u32(0)), "little")
    r = Reader(chain.get("ParasShared", "ActiveValidatorKeys"))
    s.validators = r.vector(lambda: r.take(32))
    g = Reader(chain.get("ParaScheduler", "ValidatorGroups"))
    s.groups = g.vector(lambda: g.vector(g.u32))
    s.session_start = int.from_bytes(chain.get("ParaScheduler", "SessionStartBlock", u32(0)), "little")
    s.heads, s.pending, s.included = dict(chain.genesis_heads), {}, {para: 0 for para in chain.genesis_heads}
    return s


# ---- one block ----


class Verifier:
    def __init__(self, chain, counts):
        self.chain, self.counts = chain, counts

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def step(self, parent, header, extrinsics):
        """The state after the block; Wrong if it breaks a rule."""
        s = parent.copy()
        s.header = header
        need(header.number == parent.header.number + 1, "its number is not its parent's plus one")
        need(ordered_root([len_prefixed(x) for x in extrinsics]) == header.extrinsics_root, "its extrinsics root is another")
        self.digest(parent, s, header)
        changed = s.epoch_changed
        inherent = self.extrinsics(s, header, extrinsics)
        need(inherent.parent_header.hash == header.parent, "the inherent names another parent")
        self.bitfields(parent, s, inherent)
        need(not (changed and inherent.backed), "it backs candidates while the session changes")
        self.backing(parent, s, inherent)
        if changed:
            self.new_session(s)
        return s

    # -- BABE --

    def digest(self, parent, s, header):
        pre = [i for i in header.items if i[0] == "pre-runtime" and i[1] == b"BABE"]
        need(len(pre) == 1, "it has %d BABE pre-digests", len(pre))
        need(header.items[-1][:2] == ("seal", b"BABE") and len(header.items[-1][2]) == 64, "its last digest item is no BABE seal")
        need(sum(i[0] == "seal" for i in header.items) == 1, "it has several seals")
        r = Reader(pre[0][2])
        kind, index, s.slot = r.u8(), r.u32(), r.u64()
        need(kind in (1, 2, 3), "its pre-digest is of no known kind")
        vrf = b"" if kind == 2 else r.take(96)
        r.end()
        need(s.slot > parent.slot, "its slot is not after its parent's")
        self.epoch(parent, s, header)
        need(index < len(self.chain.authorities), "its author is not an authority")
        self.claim(s, kind, index, vrf)
        self.seal(header, self.chain.authorities[index][0])
        # Only primary blocks give to the randomness, and a block that begins an epoch gives to that one.
        if kind == 1:
            t = sr25519.babe_transcript(s.randomness, s.slot, s.epoch)
            s.collect(sr25519.vrf_bytes(t, self.chain.authorities[index][0], vrf[:32], b"BabeVRFInOutContext", 32))

    def seal(self, header, public):
        need(sr25519.verify(header.items[-1][2], header.pre_seal, public), "its seal is not its author's")
        self.count("seals")

    def epoch(self, parent, s, header):
        announced = [i[2] for i in header.items if i[0] == "consensus" and i[1] == b"BABE" and i[2][:1] == b"\1"]
        s.epoch_changed = False
        if header.number == 1:
            s.genesis_slot = s.slot
            expected = s.randomness
        elif s.slot - (s.genesis_slot + s.epoch * self.chain.epoch_slots) >= self.chain.epoch_slots:
            s.epoch = (s.slot - s.genesis_slot) // self.chain.epoch_slots
            s.randomness, s.epoch_changed = parent.next, True
            expected = next_randomness(parent.next, s.epoch + 1, s.take_collected())
        else:
            need(not announced, "it announces an epoch though none begins")
            return
        need(len(announced) == 1, "it begins an epoch and announces %d", len(announced))
        r = Reader(announced[0][1:])
        need(r.vector(lambda: (r.take(32), r.u64())) == self.chain.authorities, "it announces other authorities")
        s.next = r.take(32)
        r.end()
        need(s.next == expected, "the randomness it announces is not that of the epoch's VRF outputs")
        self.count("epochs")

    def claim(self, s, kind, index, vrf):
        chain = self.chain
        public = chain.authorities[index][0]
        t = sr25519.babe_transcript(s.randomness, s.slot, s.epoch)
        if kind != 2:
            need(sr25519.vrf_verify(t, public, vrf), "its VRF proof does not hold")
            self.count("vrf proofs")
        if kind == 1:
            score = int.from_bytes(sr25519.vrf_bytes(t, public, vrf[:32], b"substrate-babe-vrf", 16), "little")
            need(score < primary_threshold(chain.c, [w for _, w in chain.authorities], index), "its author has not won the slot")
            self.count("primary slots")
            return
        need(chain.allowed == kind - 1, "blocks of its kind are not allowed")
        need(secondary_author(s.randomness, s.slot, len(chain.authorities)) == index, "its author does not own the slot")
        self.count("secondary slots")

    # -- extrinsics --

    def extrinsics(self, s, header, extrinsics):
        need(len(extrinsics) == 2, "it has %d extrinsics, not its two inherents", len(extrinsics))
        calls = {}
        for extrinsic in extrinsics:
            need(len(extrinsic) > 2 and extrinsic[0] in (4, 5), "an extrinsic is signed or of no known format")
            calls[(extrinsic[1], extrinsic[2])] = extrinsic[3:]
        need(set(calls) == {(2, 0), (54, 0)}, "its extrinsics are not Timestamp.set and ParaInherent.enter")
        r = Reader(calls[(2, 0)])
        need(r.compact() // self.chain.slot_ms == s.slot, "its time is not in its slot")
        r.end()
        return Inherent(Reader(calls[(54, 0)]))

    # -- sessions, groups --

    def new_session(self, s):
        chain, config = self.chain, self.chain.config
        s.session += 1
        s.session_start = s.header.number + 1
        order = shuffle(range(len(chain.queued)), blake2_256(b"paras" + s.next))
        if config["max_validators"] is not None:
            order = order[:config["max_validators"]]
        s.validators = [chain.queued[i] for i in order]
        n = config["cores"]
        if config["per_core"]:
            n = max(n, len(s.validators) // config["per_core"])
        size, bigger = divmod(len(s.validators), n) if n else (0, 0)
        s.groups, at = [], 0
        for i in range(n):
            end = at + size + (i < bigger)
            s.groups.append(list(range(at, end)))
            at = end
        s.pending = {}
        self.count("sessions")

    def group_of(self, s, core, at):
        need(at >= s.session_start and core < len(s.groups), "core %d has no group", core)
        return s.groups[(core + (at - s.session_start) // self.chain.config["rotation"]) % len(s.groups)]

    # -- availability --

    def bitfields(self, parent, s, inherent):
        context, last = u32(parent.session) + parent.header.hash, -1
        votes = {core: set(p["votes"]) for core, p in s.pending.items()}
        for bits, payload, index, signature in inherent.bitfields:
            need(len(bits) == len(parent.groups), "a bitfield has %d bits", len(bits))
            need(index > last, "its bitfields are not in order")
            last = index
            need(index < len(parent.validators), "a bitfield is of no validator")
            need(sr25519.verify(signature, payload + context, parent.validators[index]), "the bitfield of validator %d is not signed by it", index)
            self.count("bitfield signatures")
            for core in votes:
                if bits[core]:
                    votes[core].add(index)
        n = len(parent.validators)
        for core in sorted(votes):
            pending = s.pending[core]
            if len(votes[core]) >= n - (n - 1) // 3:
                self.include(s, pending["candidate"])
                del s.pending[core]
            elif self.timed_out(s, pending["backed"]):
                self.count("timed out")
                del s.pending[core]
            else:
                s.pending[core] = {**pending, "votes": votes[core]}

    def timed_out(self, s, backed):
        """Only within a while of a rotation, and only what was backed long enough ago."""
        config, now = self.chain.config, s.header.number
        last_rotation = now + 1 - (now + 1 - s.session_start) % config["rotation"]
        return now + 1 < last_rotation + config["availability_period"] and backed + config["availability_period"] <= now

    def include(self, s, candidate):
        before, after = s.heads[candidate.para], candidate.head
        need(blake2_256(after) == candidate.para_head, "candidate of para %d has another head", candidate.para)
        if len(before) == len(after) == 72:     # adder: number, Keccak of the parent, state
            need(int.from_bytes(after[:8], "little") == int.from_bytes(before[:8], "little") + 1, "para %d's numbers have a gap", candidate.para)
            need(after[8:40] == sr25519.keccak_256(before), "para %d's head does not name its parent", candidate.para)
        s.heads[candidate.para] = after
        s.included[candidate.para] = s.included.get(candidate.para, 0) + 1
        self.count("included")

    # -- backing --

    def backing(self, parent, s, inherent):
        last = -1
        for backed in inherent.backed:
            c = backed.candidate
            need(c.para > last, "its candidates are not in the order of their paras")
            last = c.para
            core = self.core_of(parent, c)
            need(core not in s.pending, "core %d is taken", core)
            self.descriptor(parent, s, c)
            self.votes(parent, s, backed, core)
            s.pending[core] = {"candidate": c, "votes": frozenset(), "backed": s.header.number}
            self.count("backed")

    def core_of(self, parent, c):
        need(c.para in self.chain.core_of_para, "para %d has no core", c.para)
        core = self.chain.core_of_para[c.para]
        if not c.is_v1:
            need(c.version == 0 and c.session_offset == 0 and c.reserved1 == bytes(24) and c.reserved2 == bytes(32), "a descriptor is of no known version")
            need(c.core == core, "a candidate of para %d is for core %d", c.para, c.core)
            need(c.session == parent.session, "a candidate is for session %d", c.session)
        return core

    def descriptor(self, parent, s, c):
        need(c.relay_parent == parent.header.hash, "a candidate has another relay parent")
        pvd = len_prefixed(s.heads[c.para]) + u32(parent.header.number) + parent.header.state_root + u32(self.chain.config["max_pov_size"])
        need(c.pvd_hash == blake2_256(pvd), "the candidate of para %d was not built on its head", c.para)
        need(c.para_head == blake2_256(c.head), "the candidate of para %d has another head", c.para)
        need(c.code_hash == self.chain.code_hash[c.para], "the candidate of para %d ran other code", c.para)
        need(c.new_code is None and not c.horizontal and c.processed == 0, "the candidate of para %d has unexpected outputs", c.para)
        need(c.watermark == parent.header.number, "the candidate of para %d has another watermark", c.para)

    def votes(self, parent, s, backed, core):
        group = self.group_of(parent, core, s.header.number)
        members, injected = backed.indices[:len(group)], backed.indices[len(group):]
        need(len(injected) == 8 and sum(bit << i for i, bit in enumerate(injected)) == core, "a candidate names another core than %d", core)
        voters = [validator for validator, bit in zip(group, members) if bit]
        need(len(voters) == len(backed.votes), "%d votes of %d voters", len(backed.votes), len(voters))
        need(len(voters) >= min(len(group), self.chain.config["minimum_backing_votes"]), "a candidate has %d votes only", len(voters))
        context = u32(parent.session) + parent.header.hash
        for validator, (kind, signature) in zip(voters, backed.votes):
            need(kind in (1, 2), "a vote is of no known kind")
            need(sr25519.verify(signature, b"BKNG" + bytes([kind]) + backed.candidate.hash + context, parent.validators[validator]),
                 "a vote is not signed by validator %d", validator)
            self.count("backing signatures")


def len_prefixed(data):
    return compact(len(data)) + data


# ---- the file ----


def unhex(text):
    return bytes.fromhex(text[2:] if text.startswith("0x") else text)


def read_genesis(line):
    genesis = json.loads(line)["genesis"]
    top = {unhex(k): unhex(v) for k, v in genesis["top"].items()}
    r = Reader(unhex(genesis["header"]))
    header = Header(r)
    r.end()
    return header, top


def verify_lines(lines, make_verifier=Verifier):
    """(errors, counts); each error a line of text."""
    lines = iter(lines)
    errors, counts = [], {}
    header, top = read_genesis(next(lines))
    if header.number != 0 or header.parent != ZERO or header.items or header.extrinsics_root != ordered_root([]):
        errors.append("genesis: its header is none of a block 0")
    if trie_root(top, 1) != header.state_root:
        errors.append("genesis: its state has another root than its header says")
    chain = Chain(top)
    verifier = make_verifier(chain, counts)
    states = {header.hash: genesis_state(chain, header)}
    best = states[header.hash]
    for line in lines:
        block = json.loads(line)
        name = block["hash"]
        try:
            r = Reader(unhex(block["header"]))
            header = Header(r)
            r.end()
            need(header.hash == unhex(name), "its header has another hash")
            need(header.hash not in states, "it stands there twice")
            need(header.parent in states, "its parent does not stand before it")
            state = verifier.step(states[header.parent], header, [unhex(x) for x in block["extrinsics"]])
        except (Wrong, Malformed) as e:
            errors.append("block %s: %s" % (name, e))
            continue
        states[header.hash] = state
        counts["blocks"] = counts.get("blocks", 0) + 1
        best = state if state.header.number > best.header.number else best
    counts["longest chain"] = best.header.number
    counts["included on it"] = {str(para): n for para, n in sorted(best.included.items())}
    return errors, counts


def main(arguments):
    names = [a for a in arguments if a != "--json"]
    if len(names) != 1:
        print("usage: verify_blocks.py FILE [--json]", file=sys.stderr)
        return 2
    try:
        with open(names[0], encoding="ascii") as f:
            errors, counts = verify_lines(f)
    except (OSError, ValueError, KeyError, StopIteration, Malformed) as e:
        print("%s: %s: %s" % (names[0], type(e).__name__, e), file=sys.stderr)
        return 2
    if "--json" in arguments:
        print(json.dumps({"errors": errors, **counts}))
    else:
        for error in errors:
            print(error)
        print(", ".join("%s: %s" % item for item in counts.items()))
        print("wrong: %d" % len(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
