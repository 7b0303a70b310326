//! A seeded author: makes whole chains on the real pallets and records them as kind `chain`.

use crate::chain_calls::{Calls, Pool};
use crate::chain_keys::{self as who, Keys};
use crate::chain_paras;
use crate::chain_replay::{self as replay, Chain};
use crate::chain_runtime::*;
use crate::record::{self, hex, Res};
use codec::{Compact, Encode};
use frame_support::traits::{
    fungible::Mutate, LockableCurrency, ReservableCurrency, WithdrawReasons,
};
use polkadot_primitives::{AccountId, Id};
use polkadot_runtime_parachains as parachains;
use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Map, Value};
use sp_consensus_babe::digests::{
    PreDigest, PrimaryPreDigest, SecondaryPlainPreDigest, SecondaryVRFPreDigest,
};
use sp_consensus_babe::{AllowedSlots, Epoch, Slot, BABE_ENGINE_ID};
use sp_core::{sr25519, storage::StateVersion, ByteArray, H256};
use sp_runtime::{
    generic::{Digest, DigestItem, Era},
    traits::{AccountIdConversion, BlakeTwo256, Header as _},
    transaction_validity::TransactionSource,
    MultiAddress,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

#[path = "chain_questions.rs"]
mod questions;
#[path = "chain_refused.rs"]
mod refused;
#[path = "chain_transactions.rs"]
mod transactions;

use refused::draft_copy;
use transactions::{bare, parachains_code, with_len, Flaw, FLAWS};

const EXISTENTIAL_DEPOSIT: u128 = 1_000_000_000;

struct Author {
    rng: ChaCha8Rng,
    keys: Keys,
    calls: Calls,
    pallets: Vec<u8>,
    codes: Vec<Vec<u8>>,
    chain: Chain,
    genesis: H256,
    parent: Header,
    slot: u64,
    moment: u64,
    known: Vec<(u32, polkadot_primitives::CandidateHash, H256)>,
    ancestors: Vec<(H256, u32, H256, u32)>,
    available: u32,
    recent: Vec<Vec<u8>>,
    steps: Vec<Value>,
}

/// A block that is being made.
struct Draft {
    header: Header,
    author: sr25519::Pair,
    inherents: Vec<Vec<u8>>,
    transactions: Vec<Vec<u8>>,
    refused: Vec<Vec<u8>>,
}

impl Author {
    fn chance(&mut self, one: u32, of: u32) -> bool {
        self.rng.gen_ratio(one, of)
    }

    fn number(&self) -> u32 {
        *self.parent.number()
    }

    // ---- blocks ----

    fn empty_header(&self, digest: Digest) -> Header {
        Header::new(
            self.number() + 1,
            H256::zero(),
            H256::zero(),
            self.chain.best,
            digest,
        )
    }

    /// The epoch of a slot, as it is known in the block.
    fn epoch(&mut self, slot: u64) -> Res<Epoch> {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: 0,
            slot: slot.into(),
        });
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let header = self.empty_header(digest);
        self.chain.ask(|| {
            Executive::initialize_block(&header);
            Babe::current_epoch()
        })
    }

    /// Who may author in this slot, and his claim.
    fn claim(&mut self, slot: u64) -> Res<Option<(PreDigest, sr25519::Pair)>> {
        let epoch = self.epoch(slot)?;
        let slot = Slot::from(slot);
        let count = epoch.authorities.len();
        if count == 0 {
            return Err("nobody may author".into());
        }
        let data =
            sp_consensus_babe::make_vrf_sign_data(&epoch.randomness, slot, epoch.epoch_index);
        let c = epoch.config.c.0 as f64 / epoch.config.c.1 as f64;
        let threshold = ((1.0 - (1.0 - c).powf(1.0 / count as f64)) * 2f64.powi(128)) as u128;
        for (index, (key, _)) in epoch.authorities.iter().enumerate() {
            let Some(pair) = self.keys.pair(key.as_slice()) else {
                continue;
            };
            let score = pair.make_bytes::<16>(b"substrate-babe-vrf", &data.as_ref());
            if u128::from_le_bytes(score) < threshold {
                let claim = PreDigest::Primary(PrimaryPreDigest {
                    authority_index: index as u32,
                    slot,
                    vrf_signature: who::vrf_sign(pair, &epoch, slot),
                });
                return Ok(Some((claim, pair.clone())));
            }
        }
        let turn = sp_core::U256::from_big_endian(
            &(epoch.randomness, slot).using_encoded(sp_io::hashing::blake2_256),
        );
        let index = (turn % sp_core::U256::from(count)).as_u32();
        let key = &epoch.authorities[index as usize].0;
        let Some(pair) = self.keys.pair(key.as_slice()).cloned() else {
            return Ok(None);
        };
        Ok(match epoch.config.allowed_slots {
            AllowedSlots::PrimarySlots => None,
            AllowedSlots::PrimaryAndSecondaryPlainSlots => Some((
                PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
                    authority_index: index,
                    slot,
                }),
                pair,
            )),
            AllowedSlots::PrimaryAndSecondaryVRFSlots => {
                let vrf_signature = who::vrf_sign(&pair, &epoch, slot);
                let claim = SecondaryVRFPreDigest {
                    authority_index: index,
                    slot,
                    vrf_signature,
                };
                Some((PreDigest::SecondaryVRF(claim), pair))
            }
        })
    }

    fn inherents(&mut self) -> Vec<Vec<u8>> {
        let within = if self.chance(1, 3) {
            self.rng.gen_range(0..6000)
        } else {
            1000
        };
        let at = (self.slot * 6000 + within).max(self.moment + 3000);
        let at = at.min(self.slot * 6000 + 5999);
        self.moment = at;
        let session = self
            .chain
            .state
            .run(|| parachains::shared::CurrentSessionIndex::<Runtime>::get());
        let validators = self
            .chain
            .state
            .run(|| parachains::shared::ActiveValidatorKeys::<Runtime>::get());
        let mut author = chain_paras::Author {
            rng: &mut self.rng,
            keys: &self.keys,
            codes: &self.codes,
            known: &mut self.known,
            parent: &self.parent,
            parent_hash: self.chain.best,
            ancestors: &self.ancestors,
            available: self.available,
            session,
            validators,
        };
        let data = self.chain.state.ext.execute_with(|| author.data());
        self.chain.state.ext.reset_overlay();
        vec![
            bare(&pallet_timestamp::Call::set { now: at }.into()),
            bare(&parachains::paras_inherent::Call::enter { data }.into()),
        ]
    }

    /// The inherent as its author would really give it: without what is not acceptable.
    fn filter(&mut self, header: &Header, raw: &[u8]) -> Res<Vec<u8>> {
        let one = replay::extrinsic(raw)?;
        let RuntimeCall::ParaInherent(parachains::paras_inherent::Call::enter { mut data }) =
            one.function
        else {
            return Err("no inherent".into());
        };
        self.created(header, &data).or_else(|_| {
            // Not all that is wrong with candidates is filtered.
            data.backed_candidates.clear();
            self.created(header, &data)
        })
    }

    fn created(
        &mut self,
        header: &Header,
        data: &polkadot_primitives::InherentData<Header>,
    ) -> Res<Vec<u8>> {
        use frame_support::inherent::ProvideInherent;
        let data = data.clone();
        let call = self.chain.ask(|| {
            Executive::initialize_block(header);
            let mut all = sp_inherents::InherentData::new();
            all.put_data(polkadot_primitives::PARACHAINS_INHERENT_IDENTIFIER, &data)
                .expect("new");
            ParaInherent::create_inherent(&all).ok_or_else(|| {
                let origin = frame_system::RawOrigin::None.into();
                format!(
                    "no inherent: {:?}",
                    ParaInherent::enter(origin, data).map_err(|e| e.error)
                )
            })
        })?;
        Ok(bare(&call?.into()))
    }

    /// Applies all on a fresh state; Ok(false): this one is refused.
    fn open(&mut self, header: &Header, extrinsics: &[Vec<u8>]) -> Res<()> {
        self.chain.state.ext.reset_overlay();
        self.chain.state.run(|| {
            let open = || -> Res<()> {
                Executive::initialize_block(header);
                for raw in extrinsics {
                    let one = replay::extrinsic(raw)?;
                    Executive::apply_extrinsic(one)
                        .map_err(|e| format!("{e:?}"))?
                        .ok();
                }
                Ok(())
            };
            catch_unwind(AssertUnwindSafe(open)).map_err(|_| "panic".to_string())?
        })
    }

    /// One more; None: it panicked and the state is spoilt.
    fn apply(&mut self, raw: &[u8]) -> Option<bool> {
        let Ok(one) = replay::extrinsic(raw) else {
            return Some(false);
        };
        self.chain.state.run(|| {
            let apply = || {
                sp_io::storage::start_transaction();
                let good = Executive::apply_extrinsic(one).is_ok();
                if good {
                    sp_io::storage::commit_transaction();
                } else {
                    sp_io::storage::rollback_transaction();
                }
                good
            };
            catch_unwind(AssertUnwindSafe(apply)).ok()
        })
    }

    fn draft(&mut self) -> Res<Option<Draft>> {
        let Some((claim, author)) = self.claim(self.slot)? else {
            return Ok(None);
        };
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let header = self.empty_header(digest);
        let mut inherents = self.inherents();
        inherents[1] = self.filter(&header, &inherents[1].clone())?;
        self.open(&header, &inherents)?;
        let mut draft = Draft {
            header,
            author,
            inherents,
            transactions: vec![],
            refused: vec![],
        };
        for _ in 0..self.rng.gen_range(0..7) {
            let flaw = match self.chance(1, 12) {
                true => *FLAWS.choose(&mut self.rng).expect("some"),
                false => Flaw::None,
            };
            let raw = self.transaction(flaw);
            match self.apply(&raw) {
                Some(true) => draft.transactions.push(raw),
                Some(false) => draft.refused.push(raw),
                None => {
                    eprintln!("block {}: a panic for {}", self.number() + 1, hex(&raw));
                    let all = [&draft.inherents[..], &draft.transactions[..]].concat();
                    self.open(&draft.header.clone(), &all)?;
                }
            }
        }
        Ok(Some(draft))
    }

    /// Executes the draft and records it. False: it could not be executed.
    fn execute(&mut self, draft: Draft) -> Res<()> {
        let mut extrinsics: Vec<Vec<u8>> = [&draft.inherents[..], &draft.transactions[..]].concat();
        self.chain.state.ext.reset_overlay();
        let mut built = self.chain.build(&draft.header, &extrinsics);
        self.chain.state.ext.reset_overlay();
        if let Err(why) = &built {
            eprintln!("block {}: dropping transactions: {why}", self.number() + 1);
            extrinsics = draft.inherents.clone();
            built = self.chain.build(&draft.header, &extrinsics);
            self.chain.state.ext.reset_overlay();
        }
        let built = built?;
        let header = built.header;
        if self.chance(1, 4) {
            let transactions = extrinsics[2..].to_vec();
            self.bad_blocks(
                &header,
                &Draft {
                    transactions,
                    ..draft_copy(&draft)
                },
            );
        }
        self.chain.execute(&header, &extrinsics)?;
        let mut sealed = header.clone();
        let seal = who::sign(&draft.author, header.hash().as_bytes());
        sealed
            .digest_mut()
            .push(DigestItem::Seal(BABE_ENGINE_ID, seal.encode()));
        let mut step = Map::new();
        step.insert("op".into(), "execute_block".into());
        step.insert("header".into(), hex(&sealed.encode()).into());
        step.insert("header_for_execution".into(), hex(&header.encode()).into());
        step.insert(
            "extrinsics".into(),
            extrinsics.iter().map(|x| json!(hex(x))).collect(),
        );
        step.insert(
            "results".into(),
            built
                .results
                .iter()
                .map(|r| json!(hex(&r.encode())))
                .collect(),
        );
        step.insert("events".into(), self.chain.state.run(replay::events).into());
        self.chain.state.outcome(&mut step);
        self.steps.push(step.into());
        self.chain.state.commit();
        let session = self
            .chain
            .state
            .run(|| parachains::shared::CurrentSessionIndex::<Runtime>::get());
        self.ancestors.push((
            sealed.hash(),
            *sealed.number(),
            *sealed.state_root(),
            session,
        ));
        self.chain.best = sealed.hash();
        self.parent = sealed;
        self.recent = extrinsics[2..].to_vec();
        self.recent.extend(draft.refused);
        Ok(())
    }

    /// The next block and what is asked after it; false: the slot stays empty.
    fn block(&mut self) -> Res<bool> {
        self.slot += match self.rng.gen_range(0..40) {
            0 => self.rng.gen_range(10..35),
            1..=6 => self.rng.gen_range(2..5),
            _ => 1,
        };
        let Some(draft) = self.draft()? else {
            return Ok(false);
        };
        self.execute(draft)?;
        for _ in 0..self.rng.gen_range(0..3) {
            self.validate()?;
        }
        for _ in 0..self.rng.gen_range(0..4) {
            self.api()?;
        }
        Ok(true)
    }
}

// ---- beginnings ----

/// The given genesis, changed a little.
fn vary(rng: &mut ChaCha8Rng, keys: &Keys, codes: &[Vec<u8>]) {
    for account in keys.accounts.iter().skip(1) {
        match rng.gen_range(0..6) {
            0 => {
                let free = EXISTENTIAL_DEPOSIT * rng.gen_range(2..9)
                    + rng.gen_range(0..EXISTENTIAL_DEPOSIT);
                Balances::set_balance(account, free);
            }
            1 => {
                let some = EXISTENTIAL_DEPOSIT + rng.gen_range(0..2 * EXISTENTIAL_DEPOSIT);
                let _ = Balances::reserve(account, some);
            }
            2 => {
                let free = System::account(account).data.free;
                let some = free.saturating_sub(rng.gen_range(0..2 * EXISTENTIAL_DEPOSIT));
                let some = if rng.gen() {
                    some
                } else {
                    rng.gen_range(0..20 * EXISTENTIAL_DEPOSIT)
                };
                Balances::set_lock(*b"an_oath.", account, some, WithdrawReasons::all());
            }
            3 if System::account(account).data.reserved == 0 => {
                frame_system::Account::<Runtime>::mutate(account, |info| {
                    // As it was before reserves were of the new logic.
                    let mut raw = info.data.encode();
                    let flags = raw.len() - 16;
                    raw[flags..].fill(0);
                    raw[16..32].copy_from_slice(
                        &(rng.gen_range(0..2u128) * 2 * EXISTENTIAL_DEPOSIT).to_le_bytes(),
                    );
                    info.data = record::decode(&raw).expect("the same length");
                })
            }
            _ => {}
        }
    }
    parachains::configuration::ActiveConfig::<Runtime>::mutate(|config| {
        config.validation_upgrade_cooldown = rng.gen_range(2..8);
        config.validation_upgrade_delay = rng.gen_range(2..6);
        config.minimum_validation_upgrade_delay =
            rng.gen_range(1..=config.validation_upgrade_delay);
        config.pvf_voting_ttl = rng.gen_range(1..4);
        config.code_retention_period = rng.gen_range(4..30);
        config.scheduler_params.group_rotation_frequency = rng.gen_range(2..9);
        config.dispute_post_conclusion_acceptance_period = rng.gen_range(4..30);
    });
    for para in 2002..2002 + rng.gen_range(0..3u32) {
        let genesis = parachains::paras::ParaGenesisArgs {
            genesis_head: polkadot_primitives::HeadData(vec![para as u8; 8]),
            validation_code: parachains_code(codes.choose(rng).expect("some").clone()),
            para_kind: if rng.gen() {
                parachains::paras::ParaKind::Parachain
            } else {
                parachains::paras::ParaKind::Parathread
            },
        };
        let _ = parachains::schedule_para_initialize::<Runtime>(para.into(), genesis);
    }
    System::reset_events();
}

fn all_keys() -> record::Keys {
    let mut all = record::Keys::new();
    let mut key = Vec::new();
    while let Some(next) = sp_io::storage::next_key(&key) {
        let value = sp_io::storage::get(&next)
            .expect("a key has a value")
            .to_vec();
        all.insert(next.clone(), value);
        key = next;
    }
    all
}

fn hex_map(keys: &record::Keys) -> Value {
    keys.iter()
        .map(|(k, v)| (hex(k), json!(hex(v))))
        .collect::<Map<String, Value>>()
        .into()
}

/// A new recording on the genesis of `base` (any recording of this kind), with at most so many blocks.
pub fn make(base: &Value, seed: u64, blocks: usize) -> Res<Value> {
    std::panic::set_hook(Box::new(|_| {}));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let keys = Keys::new();
    let mut codes: Vec<Vec<u8>> = (0..3).map(|i| format!("code {i}").into_bytes()).collect();
    codes.push(b"Genesis code of 2000".to_vec());
    codes.push(b"Genesis code of 2001".to_vec());
    let mut doc = base.clone();
    let mut first = Chain::genesis(&doc)?;
    if rng.gen_ratio(3, 4) {
        first.state.run(|| vary(&mut rng, &keys, &codes));
    }
    let all = first.state.run(all_keys);
    let header = Header::new(
        0,
        *record::scale::<Header>(base, "genesis_header")?.extrinsics_root(),
        record::root(&all),
        H256::zero(),
        Digest::default(),
    );
    doc["seed"] = seed.into();
    doc["genesis"] = hex_map(&all);
    doc["genesis_header"] = hex(&header.encode()).into();
    doc["genesis_hash"] = hex(header.hash().as_bytes()).into();
    let chain = Chain::genesis(&doc)?;
    doc["genesis_root"] = hex(chain.state.root().as_bytes()).into();
    let calls = Calls::new::<RuntimeCall>();
    let available = *[95, 90, 90, 70, 40].choose(&mut rng).expect("some");
    let slot = 286_000_000 + rng.gen_range(0..1_000_000);
    let mut author = Author {
        pallets: calls.pallets(),
        calls,
        rng,
        keys,
        codes,
        chain,
        genesis: header.hash(),
        parent: header,
        slot,
        moment: 0,
        known: vec![],
        ancestors: vec![],
        available,
        recent: vec![],
        steps: vec![],
    };
    let mut made = 0;
    for _ in 0..blocks * 3 {
        if made == blocks {
            break;
        }
        match author.block() {
            Ok(done) => made += usize::from(done),
            Err(why) => {
                eprintln!("seed {seed}: ends after {made} blocks: {why}");
                break;
            }
        }
    }
    doc["steps"] = author.steps.into();
    Ok(doc)
}
