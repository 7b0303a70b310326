//! Blocks like a good one, with something wrong: they must not execute.

use super::*;

fn extrinsics_root(all: &[Vec<u8>]) -> H256 {
    frame_system::extrinsics_data_root::<BlakeTwo256>(
        all.iter()
            .map(|one| one[Compact::<u32>::len(one)..].to_vec())
            .collect(),
        StateVersion::V0,
    )
}

/// The bytes of a compact length at the start.
trait PrefixLen {
    fn len(of: &[u8]) -> usize;
}
impl PrefixLen for Compact<u32> {
    fn len(of: &[u8]) -> usize {
        match of[0] & 3 {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => 5 + (of[0] >> 2) as usize,
        }
    }
}

pub(super) fn draft_copy(of: &Draft) -> Draft {
    Draft {
        header: of.header.clone(),
        author: of.author.clone(),
        inherents: of.inherents.clone(),
        transactions: of.transactions.clone(),
        refused: of.refused.clone(),
    }
}

impl Author {
    pub(super) fn bad_block(&mut self, why: &str, header: &Header, extrinsics: &[Vec<u8>]) {
        self.chain.state.ext.reset_overlay();
        let whole = self.chain.execute(header, extrinsics);
        self.chain.state.ext.reset_overlay();
        let Err(message) = whole else { return };
        if message.contains("Storage root") && why != "state root" {
            // The root of the state is the only thing wrong: whoever believes it cannot see it.
            let parts = self.chain.build(header, extrinsics);
            self.chain.state.ext.reset_overlay();
            if let Ok(done) = parts {
                let mut ours = done.header;
                ours.set_state_root(*header.state_root());
                if ours == *header && done.results.iter().all(|r| r.is_ok()) {
                    return;
                }
            }
        }
        self.steps.push(json!({
            "op": "bad_block",
            "why": why,
            "header_for_execution": hex(&header.encode()),
            "extrinsics": extrinsics.iter().map(|x| hex(x)).collect::<Vec<_>>(),
            "result": "panic",
            "message": message.chars().take(160).collect::<String>(),
        }));
    }

    /// Blocks like the good one, with something wrong.
    pub(super) fn bad_blocks(&mut self, header: &Header, draft: &Draft) {
        let good: Vec<Vec<u8>> = [&draft.inherents[..], &draft.transactions[..]].concat();
        let reroot = |all: &[Vec<u8>]| {
            let mut header = header.clone();
            header.set_extrinsics_root(extrinsics_root(all));
            header
        };
        let mut of = header.clone();
        match self.rng.gen_range(0..22) {
            0 => {
                of.set_state_root(H256([9; 32]));
                self.bad_block("state root", &of, &good)
            }
            1 => {
                of.set_extrinsics_root(H256([9; 32]));
                self.bad_block("extrinsics root", &of, &good)
            }
            2 => {
                of.set_number(header.number() + 1);
                self.bad_block("number", &of, &good)
            }
            3 => {
                of.set_number(header.number() - 1);
                self.bad_block("number before", &of, &good)
            }
            4 => {
                of.set_parent_hash(self.genesis);
                self.bad_block("parent hash", &of, &good)
            }
            5 => {
                of.digest_mut().push(DigestItem::Other(vec![1, 2, 3]));
                self.bad_block("extra digest item", &of, &good)
            }
            6 => {
                of.digest_mut().pop();
                self.bad_block("digest item missing", &of, &good)
            }
            7 => {
                of.digest_mut().logs.remove(0);
                self.bad_block("no claim", &of, &good)
            }
            8 => {
                let item = of.digest().logs[0].clone();
                of.digest_mut().push(item);
                self.bad_block("claim twice", &of, &good)
            }
            9 => {
                let all: Vec<_> = good[1..].to_vec();
                self.bad_block("no timestamp", &reroot(&all), &all)
            }
            10 => {
                let mut all = good.clone();
                all.remove(1);
                self.bad_block("no parachains inherent", &reroot(&all), &all)
            }
            11 => {
                let mut all = good.clone();
                all.insert(1, good[0].clone());
                self.bad_block("timestamp twice", &reroot(&all), &all)
            }
            12 => {
                let mut all = good.clone();
                all.insert(1, good[1].clone());
                self.bad_block("parachains inherent twice", &reroot(&all), &all)
            }
            13 => {
                let mut all = good.clone();
                all.rotate_left(1);
                self.bad_block("inherent last", &reroot(&all), &all)
            }
            14 => {
                let mut all = good.clone();
                all.extend(good.last().cloned());
                self.bad_block("extrinsic twice", &reroot(&all), &all)
            }
            15 => {
                let mut all = good.clone();
                all[2..].reverse();
                self.bad_block("transactions reversed", &reroot(&all), &all)
            }
            16 => {
                let mut all = good.clone();
                let last = all.pop().expect("inherents");
                let body: Vec<u8> = record::decode(&last).expect("bytes with their length");
                all.push(with_len(body[..body.len() - 1].to_vec()));
                self.bad_block("extrinsic cut", &reroot(&all), &all)
            }
            17 => {
                let other = self.rng.gen_range(0..5u64) * 6000 + 6000;
                let now = if self.rng.gen() {
                    self.moment + other
                } else {
                    self.moment.saturating_sub(other)
                };
                let mut all = good.clone();
                all[0] = bare(&pallet_timestamp::Call::set { now }.into());
                self.bad_block("timestamp of another slot", &reroot(&all), &all)
            }
            18 => {
                let slot = Slot::from(self.slot + self.rng.gen_range(0..3) - 2);
                let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
                    authority_index: 0,
                    slot,
                });
                of.digest_mut().logs[0] = DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode());
                self.bad_block("claim of another slot", &of, &good)
            }
            19 => {
                let mut all = good.clone();
                all[1] = bare(&RuntimeCall::System(frame_system::Call::remark {
                    remark: vec![],
                }));
                self.bad_block("bare remark", &reroot(&all), &all)
            }
            20 => {
                let mut raw = good[1].clone();
                let at = self.rng.gen_range(6..raw.len());
                raw[at] ^= 1 << self.rng.gen_range(0..8);
                let mut all = good.clone();
                all[1] = raw;
                self.bad_block("a bit of the parachains inherent", &reroot(&all), &all)
            }
            _ => {
                if let Some(raw) = draft.refused.choose(&mut self.rng).cloned() {
                    let all = [&good[..], &[raw]].concat();
                    self.bad_block("refused transaction", &reroot(&all), &all)
                }
            }
        }
    }
}
