"""Paras of a running `parahost dev`, moved from outside through its socket: a third one is registered by a transaction,
its code is tried by worker processes and voted on, it is onboarded and produces, is upgraded twice (from outside, then by
itself), hears a message of another para, and is offboarded; one without a
core of its own buys blocks.
"""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("PARAHOST_BIN")
DATA = os.environ.get("PH_SHARED_DATA", os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data"))
SLOT_MS, PATIENCE_S = 500, 150
ADDER_HEAD = "0x" + "00" * 40 + "011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce"
TIMED_OUT = 1  # assumption: whatever is pending is not included


@unittest.skipUnless(BIN, "PARAHOST_BIN names no program")
class Paras(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.socket = self.dir / "socket"

    def tool(self, *args):
        done = subprocess.run([BIN, "tool", *map(str, args)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{args}: {done.stderr}")
        return done.stdout.strip()

    def ask(self, **request):
        return json.loads(self.tool("ask", self.socket, json.dumps(request)))

    def call(self, method, args="0x"):
        answer = self.ask(call=f"ParachainHost_{method}", args=args)
        self.assertIn("result", answer, answer)
        return answer["result"]

    def begin(self, *args):
        out, err = open(self.dir / "out", "w"), open(self.dir / "err", "w")
        self.addCleanup(out.close)
        self.addCleanup(err.close)
        process = subprocess.Popen(
            [BIN, "dev", "--slot-ms", str(SLOT_MS), "--session-slots", "6", "--validators", "4", "--socket", str(self.socket), *args],
            stdout=out, stderr=err)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.process = process
        self.until("it runs", lambda: self.socket.exists() and self.ask(head=True)["best"]["number"] > 0)

    def until(self, what, true):
        end = time.monotonic() + PATIENCE_S
        while not true():
            self.assertIsNone(self.process.poll(), (self.dir / "err").read_text())
            if time.monotonic() > end:
                self.fail(f"in vain: {what}\n" + (self.dir / "out").read_text()[-1000:] + (self.dir / "err").read_text()[-2000:])
            time.sleep(SLOT_MS / 2000)

    # ---- what is done ----

    def submit(self, call):
        """Through files: code is too large for an argument."""
        (self.dir / "call.json").write_text(json.dumps(call))
        xt = self.tool("extrinsic", "--uri", "//Alice", "--call", f"@{self.dir / 'call.json'}", "--at", self.socket)
        (self.dir / "xt.hex").write_text(xt)
        hash_ = json.loads(self.tool("submit", self.socket, f"@{self.dir / 'xt.hex'}", "--json"))["hash"]
        self.until("a transaction in a block", lambda: self.ask(status=hash_)["status"] == "in-block")

    def sudo(self, pallet, call, **args):
        self.submit({"Sudo": {"sudo": {"call": {pallet: {call: args}}}}})

    def register(self, para, head, code, lease):
        self.sudo("ParasSudoWrapper", "sudo_schedule_para_initialize", id=para,
                  genesis={"genesis_head": head, "validation_code": code, "para_kind": lease})

    def act(self, para, **action):
        answer = self.ask(act=self.tool("scale", "encode", "CourierAction", json.dumps(action)), para=para)
        self.assertEqual(answer, {"status": "waiting"})

    # ---- what is seen ----

    def number(self, para):
        """Of the para's head; None: it has none."""
        data = self.call("persisted_validation_data", self.para_args(para))
        if data == "0x00":
            return None
        head = json.loads(self.tool("scale", "decode", "option<PersistedValidationData>", data))["parent_head"]
        return int.from_bytes(bytes.fromhex(head[2:18]), "little")

    def code_hash(self, para):
        answer = self.call("validation_code_hash", self.para_args(para))
        return None if answer == "0x00" else "0x" + answer[4:]

    @staticmethod
    def para_args(para, assumption=TIMED_OUT):
        return "0x" + para.to_bytes(4, "little").hex() + bytes([assumption]).hex()

    def stored(self, pallet, item, *keys):
        return self.ask(storage=self.tool("storage-key", pallet, item, *keys))["result"]

    def produces(self, para, blocks=3):
        start = self.number(para) or 0
        self.until(f"para {para} goes on from {start}", lambda: (self.number(para) or 0) >= start + blocks)

    def hash_of(self, code):
        return self.tool("hash", "blake2b-256", code)

    def builtin(self, name):
        """The code that a network with such a para begins with."""
        spec = self.dir / f"{name}.json"
        blocks = self.dir / f"{name}.blocks"
        done = subprocess.run([BIN, "sim", "--slots", "1", "--paras", "1", "--validators", "4", "--pvf", f"builtin:{name}", "--blocks", blocks],
                              capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        top = json.loads(blocks.read_text().splitlines()[0])["genesis"]["top"]
        prefix = self.tool("storage-key", "Paras", "CodeByHash")
        code = next(value for key, value in top.items() if key.startswith(prefix))
        return self.tool("scale", "decode", "bytes", code).strip('"')

    # ---- the lives of paras ----

    def test_a_para_comes_changes_hears_and_goes(self):
        adder, courier = self.builtin("adder"), self.builtin("courier")
        self.begin("--paras", "2", "--pvf", "builtin:courier", "--pvf", "builtin:courier", "--collate", "2002")
        self.register(2002, ADDER_HEAD, adder, True)
        votes = self.stored("Paras", "PvfActiveVoteList")
        self.assertIn(votes, (None, "0x00", "0x04" + self.hash_of(adder)[2:]))  # perhaps it is over already
        self.until("para 2002 is onboarded", lambda: self.code_hash(2002) == self.hash_of(adder))
        self.produces(2002)
        self.sudo("Registrar", "schedule_code_upgrade", para=2002, new_code=courier)
        self.until("it runs courier", lambda: self.code_hash(2002) == self.hash_of(courier))
        self.produces(2002)
        self.sudo("ParasSudoWrapper", "sudo_establish_hrmp_channel", sender=2000, recipient=2002, max_capacity=4, max_message_size=100)
        channel = json.dumps({"sender": 2000, "recipient": 2002})
        self.act(2000, Send={"recipient": 2002, "data": "0x" + b"good morning".hex()})
        self.until("a message came and was taken", lambda: self.passed(channel))
        self.act(2002, Upgrade=adder)
        self.until("it runs adder", lambda: self.code_hash(2002) == self.hash_of(adder))
        self.produces(2002)
        self.sudo("ParasSudoWrapper", "sudo_schedule_para_cleanup", id=2002)
        self.until("it is gone", lambda: self.stored("Paras", "Heads", "2002") is None and self.code_hash(2002) is None)
        self.assertIsNone(self.stored("Hrmp", "HrmpChannels", channel))
        self.produces(2000)
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.process.wait(60), 0)
        self.assertIn("para 2002", (self.dir / "out").read_text())

    def passed(self, channel):
        """A message went into the channel, whose chain of messages has a head then, and none is there any more."""
        entry = self.stored("Hrmp", "HrmpChannels", channel)
        went = entry and json.loads(self.tool("scale", "decode", "HrmpChannel", entry))["mqc_head"]
        return went and self.stored("Hrmp", "HrmpChannelContents", channel) in (None, "0x00")

    def test_an_on_demand_para_gets_what_it_orders(self):
        self.begin("--paras", "1", "--collate", "2002")
        self.register(2002, ADDER_HEAD, self.code_of(2000), False)
        self.sudo("Configuration", "set_coretime_cores", new=2)
        self.sudo("Coretime", "assign_core", core=1, begin=self.ask(head=True)["best"]["number"] + 1,
                  assignment=[["Pool", 57600]], end_hint=None)
        self.until("para 2002 is onboarded", lambda: self.number(2002) == 0)
        self.until("there is a core for it", lambda: self.cores() == 2)
        before = 0
        for _ in range(2):
            self.submit({"OnDemandAssignmentProvider": {"place_order_keep_alive": {"max_amount": "1000000000000000", "para_id": 2002}}})
            self.until("it has a block", lambda: self.number(2002) > before)
            # How many, the pallets leave open: two where all goes well; an order whose time comes while its core is occupied,
            # or in the last block of a session, goes back into the queue (tests/runtime/test_scheduler.c). What was served
            # last is included soon after it is gone, and then there are no blocks for good.
            self.until("the order is gone", self.nothing_is_ordered)
            self.produces(2000, 6)
            self.assertTrue(self.nothing_is_ordered())
            after = self.number(2002)
            self.produces(2000, 6)
            self.assertEqual(self.number(2002), after)
            before = after

    def nothing_is_ordered(self):
        status = self.stored("OnDemandAssignmentProvider", "OrderStatus")
        return not json.loads(self.tool("scale", "decode", "OnDemandOrderStatus", status))["queue"]

    def code_of(self, para):
        return self.tool("scale", "decode", "bytes", self.stored("Paras", "CodeByHash", self.code_hash(para))).strip('"')

    def cores(self):
        return len(json.loads(self.tool("scale", "decode", "vec<CoreState>", self.call("availability_cores"))))

    @unittest.skipUnless(DATA and os.path.exists(f"{DATA}/pvf/undying-2000.wasm"), "PH_SHARED_DATA has no undying")
    def test_the_real_undying_is_voted_in_and_rubbish_is_not(self):
        code = "0x" + pathlib.Path(DATA, "pvf", "undying-2000.wasm").read_bytes().hex()
        head = pathlib.Path(DATA, "pvf", "undying-2000.genesis-head.hex").read_text().strip()
        self.begin("--paras", "1", "--collate", "2002", "--collate", "2003")
        rubbish = "0x" + b"this is no validation function".hex()
        self.register(2003, ADDER_HEAD, rubbish, True)
        self.assertIsNotNone(self.stored("Paras", "CodeByHash", self.hash_of(rubbish)))
        self.until("rubbish is voted down", lambda: self.stored("Paras", "ParaLifecycles", "2003") is None)
        self.assertIsNone(self.stored("Paras", "CodeByHash", self.hash_of(rubbish)))
        self.register(2002, head, code, True)
        self.until("undying produces", lambda: (self.number(2002) or 0) >= 3)


if __name__ == "__main__":
    unittest.main()
