//! Makes new scenarios: a random driver that looks at the real pallets' state, so that most of what
//! it does is legal and gets far, and the rest illegal in interesting ways.

mod calls;
mod configuration;
mod inherent;
mod keys;
mod spoil;

use crate::record::{hex, Res};
use crate::replay::Run;
use crate::runtime::{Header, Runtime, RuntimeCall, RuntimeGenesisConfig};
use codec::Encode;
use frame_support::traits::GetCallMetadata;
use keys::Ring;
use polkadot_primitives::vstaging::SchedulerParams;
use polkadot_primitives::{
    ApprovalVotingParams, AsyncBackingParams, CandidateHash, HeadData, Id as ParaId, NodeFeatures,
    ValidationCode, ValidatorIndex, ValidityAttestation,
};
use polkadot_runtime_parachains::configuration::HostConfiguration;
use polkadot_runtime_parachains::paras::{ParaGenesisArgs, ParaKind};
use polkadot_runtime_parachains::runtime_api_impl::v13 as host;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Map, Value};
use sp_core::H256;
use sp_runtime::traits::Header as _;
use sp_runtime::{BuildStorage, Perbill};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// How often what happens, in percent of chances.
#[derive(Clone, Copy)]
pub struct Profile {
    config: u32,
    paras: u32,
    hrmp: u32,
    orders: u32,
    coretime: u32,
    disputes: u32,
    slashes: u32,
    spoil: u32,
    apis: u32,
}

/// The profile of a kind; `mixed` does everything.
pub fn profile(kind: &str) -> Option<Profile> {
    let quiet = Profile {
        config: 3,
        paras: 5,
        hrmp: 5,
        orders: 5,
        coretime: 4,
        disputes: 6,
        slashes: 5,
        spoil: 10,
        apis: 8,
    };
    Some(match kind {
        "config" => Profile {
            config: 60,
            ..quiet
        },
        "paras" => Profile { paras: 70, ..quiet },
        "inclusion" => quiet,
        "bad-inherent" => Profile {
            spoil: 60,
            disputes: 15,
            ..quiet
        },
        "ondemand" => Profile {
            orders: 75,
            coretime: 20,
            ..quiet
        },
        "hrmp" => Profile { hrmp: 75, ..quiet },
        "disputes" => Profile {
            disputes: 60,
            slashes: 60,
            ..quiet
        },
        "mixed" => Profile {
            config: 15,
            paras: 25,
            hrmp: 25,
            orders: 20,
            coretime: 10,
            disputes: 20,
            slashes: 20,
            spoil: 20,
            apis: 8,
        },
        _ => return None,
    })
}

/// A block that may be built upon.
#[derive(Clone)]
pub struct Ancestor {
    pub hash: H256,
    pub number: u32,
    pub root: H256,
    pub session: u32,
}

/// A candidate that was backed once: one to dispute.
#[derive(Clone)]
pub struct Seen {
    pub session: u32,
    pub hash: CandidateHash,
    pub parent: H256,
    pub backers: Vec<(ValidatorIndex, ValidityAttestation)>,
    /// Percent of votes for it.
    pub liking: u32,
}

/// A scenario in the making.
pub struct Maker {
    pub rng: ChaCha8Rng,
    pub profile: Profile,
    /// Percent of calls to the message queue; only where messages are too heavy.
    pub queues: u32,
    pub run: Run,
    pub steps: Vec<Value>,
    pub ring: Ring,
    /// Number of the current block.
    pub now: u32,
    pub parent: Header,
    pub session: u32,
    pub ancestors: Vec<Ancestor>,
    pub seen: Vec<Seen>,
    /// Validation codes made.
    pub codes: Vec<ValidationCode>,
    doc: Value,
}

/// Paras that may exist; below 2000 are system chains, 1005 is the broker.
pub const PARAS: [u32; 10] = [2000, 2001, 2002, 2003, 2004, 2005, 1000, 1005, 2900, 7];

impl Maker {
    /// True in `percent` of cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    /// One of `of`.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.gen_range(0..of.len())].clone()
    }

    /// A para, mostly one that exists.
    pub fn para(&mut self) -> ParaId {
        let living = self.paras();
        if !living.is_empty() && self.chance(85) {
            return self.pick(&living);
        }
        ParaId::from(self.pick(&PARAS))
    }

    /// Paras with a lifecycle.
    pub fn paras(&mut self) -> Vec<ParaId> {
        self.run.state.peek(|| {
            let paras = PARAS.iter().map(|id| ParaId::from(*id));
            paras
                .filter(|id| crate::runtime::Paras::lifecycle(*id).is_some())
                .collect()
        })
    }

    /// Random bytes, `0..=most` of them.
    pub fn blob(&mut self, most: u32) -> Vec<u8> {
        let mut bytes = vec![0; self.rng.gen_range(0..=most) as usize];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A hash of nothing known.
    pub fn hash(&mut self) -> H256 {
        H256::from(self.rng.gen::<[u8; 32]>())
    }

    /// A validation code: new, or one that was there before.
    pub fn code(&mut self) -> ValidationCode {
        if !self.codes.is_empty() && self.chance(35) {
            let codes = self.codes.clone();
            return self.pick(&codes);
        }
        let code = ValidationCode(match self.rng.gen_range(0..20) {
            0 => vec![],
            1 => vec![1; 5],
            2 => vec![7; 3500],
            _ => format!("code {}", self.rng.gen::<u32>()).into_bytes(),
        });
        self.codes.push(code.clone());
        code
    }

    /// Runs a step and keeps it.
    pub fn step(&mut self, step: Value) -> Res<&Value> {
        let mut step = step;
        self.run
            .step(&mut step)
            .map_err(|e| format!("{e} in {step:.400}"))?;
        self.steps.push(step);
        Ok(self.steps.last().expect("one was just pushed"))
    }

    /// A call from `origin`.
    pub fn call(&mut self, origin: &str, call: RuntimeCall) -> Res<()> {
        let name = call.get_call_metadata();
        let step = json!({
            "op": "call",
            "origin": origin,
            "encoded": hex(&call.encode()),
            "pallet": name.pallet_name,
            "call": name.function_name,
            "args": [],
        });
        self.step(step).map(|_| ())
    }

    /// A function that is no call.
    pub fn function(&mut self, name: &str, args: Vec<u8>) -> Res<()> {
        self.step(json!({ "op": "fn", "name": name, "args": hex(&args) }))
            .map(|_| ())
    }

    /// Raw writes.
    fn set(&mut self, pallet: &str, item: &str, value: Vec<u8>) -> Res<()> {
        let key = frame_support::storage::storage_prefix(pallet.as_bytes(), item.as_bytes());
        let mut storage = Map::new();
        storage.insert(hex(&key), hex(&value).into());
        self.step(json!({ "op": "set", "storage": storage }))
            .map(|_| ())
    }

    fn new_session(&mut self, genesis: bool) -> Res<()> {
        let old = self.ring.set.clone();
        if genesis || self.chance(60) {
            let most = self.ring.size();
            let least = if self.chance(5) { 1 } else { 3 };
            let len = self.rng.gen_range(least..=most);
            self.ring.choose(len, &mut self.rng);
        }
        if !genesis {
            self.session += 1;
        }
        let all = |f: &dyn Fn(usize) -> Vec<u8>, of: &[usize]| -> Vec<Value> {
            of.iter().map(|i| hex(&f(*i)).into()).collect()
        };
        let set = self.ring.set.clone();
        let mut queued = set.clone();
        if self.chance(50) {
            queued.truncate(1 + set.len() / 2);
        }
        let ring = &self.ring;
        let mut discovery = all(&|i| ring.discovery(i), &set);
        for gone in old.iter().filter(|i| !set.contains(i)) {
            discovery.push(hex(&ring.discovery(*gone)).into());
        }
        let step = json!({
            "op": "session",
            "genesis": genesis,
            "changed": set != old,
            "index": self.session,
            "accounts": all(&|i| ring.account(i), &set),
            "validators": all(&|i| ring.validator(i), &set),
            "assignment_keys": all(&|i| ring.assignment(i), &set),
            "discovery_keys": discovery,
            "queued": all(&|i| ring.validator(i), &queued),
        });
        if self.chance(70) || genesis {
            let seed = self.hash();
            self.set("Babe", "NextRandomness", seed.encode())?;
        }
        self.step(step).map(|_| ())
    }

    fn begin(&mut self) -> Res<()> {
        self.now += 1;
        let seed = self.hash();
        let seed = if self.chance(80) { Some(seed.0) } else { None };
        self.set("Babe", "AuthorVrfRandomness", seed.encode())?;
        if self.chance(self.profile.disputes / 4) {
            let mut off: Vec<u32> = (0..4).map(|_| self.rng.gen_range(0..12)).collect();
            off.sort();
            off.dedup();
            off.truncate(self.rng.gen_range(0..4));
            let off: Vec<(u32, u32)> = off.into_iter().map(|i| (i, 1_000_000_000)).collect();
            self.set("Session", "DisabledValidators", off.encode())?;
        }
        let hash = self.parent.hash();
        self.step(json!({
            "op": "block",
            "number": self.now,
            "parent_hash": hex(hash.as_bytes()),
            "parent_state_root": hex(self.parent.state_root().as_bytes()),
            "parent_header": hex(&self.parent.encode()),
            "digest": [],
        }))?;
        let session = self
            .run
            .state
            .peek(host::session_index_for_child::<Runtime>);
        self.ancestors.push(Ancestor {
            hash,
            number: self.now - 1,
            root: *self.parent.state_root(),
            session,
        });
        Ok(())
    }

    fn end(&mut self) -> Res<()> {
        self.step(json!({ "op": "end" }))?;
        let root = self.hash();
        let extrinsics = self.hash();
        self.parent = Header::new(
            self.now,
            extrinsics,
            root,
            self.parent.hash(),
            Default::default(),
        );
        Ok(())
    }

    fn block(&mut self) -> Res<()> {
        self.begin()?;
        let session = self.chance(if self.profile.config > 50 { 25 } else { 12 });
        if session && self.chance(50) {
            self.new_session(false)?;
            if self.chance(5) {
                self.new_session(false)?;
            }
        }
        if self.chance(50) {
            self.some_calls()?;
        }
        self.enter()?;
        if session && !self.steps_have_session() {
            self.new_session(false)?;
        }
        self.some_calls()?;
        self.end()?;
        let asked = self.rng.gen_range(0..=self.profile.apis);
        for _ in 0..asked {
            self.api()?;
        }
        Ok(())
    }

    fn steps_have_session(&self) -> bool {
        let mut steps = self.steps.iter().rev().take_while(|s| s["op"] != "block");
        steps.any(|s| s["op"] == "session")
    }
}

fn random_config(rng: &mut ChaCha8Rng, kind: &str) -> HostConfiguration<u32> {
    let availability = rng.gen_range(3..8);
    let mut features = NodeFeatures::repeat(false, rng.gen_range(0..8));
    for bit in [1, 4] {
        if rng.gen_range(0..100) < 75 {
            if features.len() <= bit {
                features.resize(bit + 1, false);
            }
            features.set(bit, true);
        }
    }
    let scheduler_params = SchedulerParams {
        group_rotation_frequency: rng.gen_range(1..12),
        paras_availability_period: availability,
        max_validators_per_core: [None, Some(1), Some(2), Some(3)][rng.gen_range(0..4)],
        lookahead: rng.gen_range(1..6),
        num_cores: rng.gen_range(1..7),
        on_demand_queue_max_size: [0, 3, 8, 30, 200][rng.gen_range(0..5)],
        on_demand_target_queue_utilization: Perbill::from_percent(rng.gen_range(0..=100)),
        on_demand_fee_variability: Perbill::from_percent(rng.gen_range(0..=30)),
        on_demand_base_fee: [0, 1, 10, 10_000, 1_000_000][rng.gen_range(0..5)],
    };
    HostConfiguration {
        max_code_size: 3000,
        max_head_data_size: rng.gen_range(60..120),
        max_upward_queue_count: rng.gen_range(4..16),
        max_upward_queue_size: rng.gen_range(100..2000),
        max_upward_message_size: rng.gen_range(20..400),
        max_upward_message_num_per_candidate: rng.gen_range(2..8),
        hrmp_max_message_num_per_candidate: rng.gen_range(0..6),
        validation_upgrade_cooldown: rng.gen_range(0..20),
        validation_upgrade_delay: rng.gen_range(2..12),
        async_backing_params: AsyncBackingParams {
            max_candidate_depth: rng.gen_range(0..5),
            allowed_ancestry_len: rng.gen_range(0..5),
        },
        max_pov_size: 1_000_000,
        // The greater the message, the shorter the queue may be.
        max_downward_message_size: match rng.gen_range(0..5) {
            0 => rng.gen_range(500_000..20_000_000),
            _ => rng.gen_range(20..200),
        },
        hrmp_max_parachain_outbound_channels: rng.gen_range(0..5),
        hrmp_sender_deposit: [0, 50, 1000, 100_000][rng.gen_range(0..4)],
        hrmp_recipient_deposit: [0, 50, 1000, 100_000][rng.gen_range(0..4)],
        hrmp_channel_max_capacity: rng.gen_range(1..6),
        hrmp_channel_max_total_size: rng.gen_range(50..300),
        hrmp_max_parachain_inbound_channels: rng.gen_range(0..5),
        hrmp_channel_max_message_size: rng.gen_range(10..100),
        executor_params: Default::default(),
        code_retention_period: rng.gen_range(2..30),
        max_validators: [None, None, Some(4), Some(8)][rng.gen_range(0..4)],
        dispute_period: rng.gen_range(1..5),
        dispute_post_conclusion_acceptance_period: rng.gen_range(1..20),
        no_show_slots: rng.gen_range(1..5),
        n_delay_tranches: rng.gen_range(1..30),
        zeroth_delay_tranche_width: rng.gen_range(0..3),
        needed_approvals: rng.gen_range(1..5),
        relay_vrf_modulo_samples: rng.gen_range(1..4),
        pvf_voting_ttl: if kind == "paras" {
            rng.gen_range(1..4)
        } else {
            rng.gen_range(1..3)
        },
        minimum_validation_upgrade_delay: availability + rng.gen_range(1..6),
        minimum_backing_votes: rng.gen_range(1..3),
        node_features: features,
        approval_voting_params: ApprovalVotingParams {
            max_approval_coalesce_count: rng.gen_range(1..17),
        },
        scheduler_params,
        max_relay_parent_session_age: rng.gen_range(0..4),
    }
}

fn genesis(rng: &mut ChaCha8Rng, kind: &str, ring: &Ring) -> Res<(Value, Vec<ValidationCode>)> {
    let mut codes = Vec::new();
    let mut paras = Vec::new();
    let mut balances = Vec::new();
    for id in PARAS {
        let rich = [0, 150, 5_000, 1_000_000][rng.gen_range(0..4)];
        if rich > 0 {
            let account =
                sp_runtime::traits::AccountIdConversion::into_account_truncating(&ParaId::from(id));
            balances.push((account, rich));
        }
        if rng.gen_range(0..100) < 45 {
            let shared = rng.gen_range(0..4) == 0;
            let code = ValidationCode(match shared {
                true => b"one code".to_vec(),
                false => format!("genesis code of {id}").into_bytes(),
            });
            codes.push(code.clone());
            let para_kind = match rng.gen_range(0..4) {
                0 => ParaKind::Parathread,
                _ => ParaKind::Parachain,
            };
            let args = ParaGenesisArgs {
                genesis_head: HeadData(format!("genesis head of {id}").into_bytes()),
                validation_code: code,
                para_kind,
            };
            paras.push((ParaId::from(id), args));
        }
    }
    for user in 0..4 {
        balances.push((
            ring.user(user),
            [200, 100_000, 10u128.pow(12)][rng.gen_range(0..3)],
        ));
    }
    let config = RuntimeGenesisConfig {
        configuration: polkadot_runtime_parachains::configuration::GenesisConfig {
            config: random_config(rng, kind),
        },
        paras: polkadot_runtime_parachains::paras::GenesisConfig {
            paras,
            ..Default::default()
        },
        balances: pallet_balances::GenesisConfig {
            balances,
            ..Default::default()
        },
        ..Default::default()
    };
    let storage = config.build_storage()?;
    let keys: Map<String, Value> = storage
        .top
        .iter()
        .map(|(k, v)| (hex(k), hex(v).into()))
        .collect();
    Ok((keys.into(), codes))
}

fn prefixes() -> Value {
    let mut map = Map::new();
    for pallet in [
        "Configuration",
        "ParasShared",
        "ParaInclusion",
        "ParaInherent",
        "ParaScheduler",
        "Paras",
        "Initializer",
        "Dmp",
        "Hrmp",
        "ParaSessionInfo",
        "ParasDisputes",
        "ParasSlashing",
        "MessageQueue",
        "OnDemandAssignmentProvider",
        "Coretime",
        "Balances",
    ] {
        map.insert(
            pallet.into(),
            hex(&sp_io::hashing::twox_128(pallet.as_bytes())).into(),
        );
    }
    let account = frame_support::storage::storage_prefix(b"System", b"Account");
    map.insert("System.Account".into(), hex(&account).into());
    // Well-known keys of upward queues: they end in the para.
    let size = polkadot_primitives::well_known_keys::relay_dispatch_queue_size(0.into());
    map.insert("relay_dispatch_queue_size".into(), hex(&size[..32]).into());
    map.insert(
        "relay_dispatch_queue_remaining_capacity".into(),
        hex(b":relay_dispatch_queue_remaining_capacity").into(),
    );
    map.into()
}

/// A new scenario of `blocks` blocks, the same for the same seed.
pub fn make(kind: &str, seed: u64, blocks: u32) -> Res<Value> {
    let profile = profile(kind).ok_or_else(|| format!("no kind `{kind}` to make"))?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (kind.len() as u64) << 56);
    let ring = Ring::new();
    let (genesis, codes) = genesis(&mut rng, kind, &ring)?;
    let ref_time: u64 = match rng.gen_range(0..4) {
        0 => rng.gen_range(5_000_000_000..60_000_000_000),
        _ => 2_000_000_000_000,
    };
    // A message takes 1_000_000_000.
    let services = [
        3_000_000_000u64,
        3_000_000_000,
        1_000_000_000,
        999_999_999,
        20_000_000_000,
    ];
    let service = services[rng.gen_range(0..services.len())];
    let length: u32 = if rng.gen_range(0..6) == 0 {
        rng.gen_range(1500..9000)
    } else {
        5242880
    };
    let doc = json!({
        "kind": kind,
        "seed": seed,
        "crate_versions": {
            "polkadot-runtime-parachains": "30.0.0",
            "polkadot-primitives": "26.0.0",
        },
        "params": {
            "max_block_ref_time": ref_time,
            "max_block_length": length,
            "message_queue_service_ref_time":
                service,
        },
        "prefixes": prefixes(),
        "genesis": genesis,
        "genesis_root": "",
        "steps": [],
    });
    let run = Run::new(&doc)?;
    let parent = Header::new(
        0,
        H256::from(rng.gen::<[u8; 32]>()),
        H256::from(rng.gen::<[u8; 32]>()),
        H256::zero(),
        Default::default(),
    );
    let mut maker = Maker {
        rng,
        profile,
        queues: if service == services[3] { 15 } else { 0 },
        run,
        steps: Vec::new(),
        ring,
        now: 0,
        parent,
        session: 0,
        ancestors: Vec::new(),
        seen: Vec::new(),
        codes,
        doc,
    };
    maker.doc["genesis_root"] = hex(maker.run.state.root().as_bytes()).into();
    maker.new_session(true)?;
    for _ in 0..blocks {
        // Settings without sense may brick a chain: the scenario ends there.
        let done = catch_unwind(AssertUnwindSafe(|| maker.block()));
        if !matches!(done, Ok(Ok(()))) {
            break;
        }
    }
    let mut doc = maker.doc;
    doc["steps"] = Value::Array(maker.steps);
    Ok(doc)
}
