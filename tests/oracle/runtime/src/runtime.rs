//! The runtime of the recordings: the real pallets with the configuration and the stand-ins of
//! the recordings' README.

use crate::shared_config::{shared_pallets, Anybody, Itself};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{KeyOwnerProofSystem, ValidatorSet, ValidatorSetWithIdentification};
use frame_support::weights::{RuntimeDbWeight, Weight};
use frame_support::{construct_runtime, derive_impl, parameter_types};
use polkadot_primitives::{
    slashing::{DisputeProof, DisputesTimeSlot},
    AuthorityDiscoveryId, SessionIndex, ValidatorId, ValidatorIndex,
};
use polkadot_runtime_parachains::{
    configuration, coretime, disputes, disputes::slashing, dmp, hrmp, inclusion, initializer,
    on_demand, origin, paras, paras_inherent, scheduler, session_info, shared,
};
use sp_core::{crypto::KeyTypeId, ConstU32, ConstU64, H256};
use sp_runtime::traits::{BlakeTwo256, ConstU128, IdentityLookup};
use sp_runtime::{AccountId32, Perbill};
use sp_staking::offence::OffenceError;
use std::cell::RefCell;

pub type AccountId = AccountId32;
pub type Balance = u128;
pub type Header = sp_runtime::generic::Header<u32, BlakeTwo256>;
pub type Extrinsic =
    sp_runtime::generic::UncheckedExtrinsic<AccountId, RuntimeCall, sp_runtime::MultiSignature, ()>;
pub type Block = sp_runtime::generic::Block<Header, Extrinsic>;

construct_runtime!(
    pub enum Runtime {
        System: frame_system = 0,
        Babe: pallet_babe = 1,
        Timestamp: pallet_timestamp = 2,
        Balances: pallet_balances = 4,
        Session: pallet_session = 8,
        ParachainsOrigin: origin = 50,
        Configuration: configuration = 51,
        ParasShared: shared = 52,
        ParaInclusion: inclusion = 53,
        ParaInherent: paras_inherent = 54,
        ParaScheduler: scheduler = 55,
        Paras: paras = 56,
        Initializer: initializer = 57,
        Dmp: dmp = 58,
        Hrmp: hrmp = 60,
        ParaSessionInfo: session_info = 61,
        ParasDisputes: disputes = 62,
        ParasSlashing: slashing = 63,
        MessageQueue: pallet_message_queue = 64,
        OnDemandAssignmentProvider: on_demand = 66,
        Coretime: coretime = 74,
    }
);

/// What a recording's `params` set.
#[derive(Clone, Copy)]
pub struct Params {
    pub max_block_ref_time: u64,
    pub max_block_length: u32,
    pub message_queue_service_ref_time: u64,
}

/// An offence report that was accepted.
#[derive(Clone)]
pub struct Report {
    pub slot: DisputesTimeSlot,
    pub offenders: Vec<AccountId>,
    pub validator_set_count: u32,
    pub slash_fraction: Perbill,
}

/// What lives outside of the storage.
pub struct Outside {
    pub params: Params,
    pub discovery: Vec<AuthorityDiscoveryId>,
    pub rewards: Vec<(String, Vec<u32>)>,
    pub reports: Vec<Report>,
}

thread_local! {
    pub static OUTSIDE: RefCell<Outside> = const { RefCell::new(Outside {
        params: Params {
            max_block_ref_time: 0,
            max_block_length: 0,
            message_queue_service_ref_time: 0,
        },
        discovery: Vec::new(),
        rewards: Vec::new(),
        reports: Vec::new(),
    }) };
}

/// Reads or changes what lives outside.
pub fn outside<R>(with: impl FnOnce(&mut Outside) -> R) -> R {
    OUTSIDE.with(|o| with(&mut o.borrow_mut()))
}

const READ: u64 = 25_000_000;
const WRITE: u64 = 100_000_000;

parameter_types! {
    pub const DbWeight: RuntimeDbWeight = RuntimeDbWeight { read: READ, write: WRITE };
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::simple_max(Weight::from_parts(
            outside(|o| o.params.max_block_ref_time),
            u64::MAX,
        ));
    pub BlockLength: frame_system::limits::BlockLength = frame_system::limits::BlockLength::builder()
        .max_length(outside(|o| o.params.max_block_length))
        .build();
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
    type BlockWeights = BlockWeights;
    type BlockLength = BlockLength;
    type DbWeight = DbWeight;
    type Nonce = u32;
    type Hash = H256;
    type Hashing = BlakeTwo256;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
    type MaxConsumers = ConstU32<16>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<100>;
    type AccountStore = System;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<3_000>;
    type WeightInfo = ();
}

sp_runtime::impl_opaque_keys! {
    pub struct SessionKeys {
        pub para_validator: Initializer,
        pub para_assignment: ParaSessionInfo,
    }
}

/// Rewards are noted, not paid.
pub struct Rewards;

fn reward(what: String, who: impl IntoIterator<Item = ValidatorIndex>) {
    let who = who.into_iter().map(|v| v.0).collect();
    outside(|o| o.rewards.push((what, who)));
}

impl inclusion::RewardValidators for Rewards {
    fn reward_backing(who: impl IntoIterator<Item = ValidatorIndex>) {
        reward("backing".into(), who)
    }
    fn reward_bitfields(who: impl IntoIterator<Item = ValidatorIndex>) {
        reward("bitfields".into(), who)
    }
}

impl disputes::RewardValidators for Rewards {
    fn reward_dispute_statement(
        session: SessionIndex,
        who: impl IntoIterator<Item = ValidatorIndex>,
    ) {
        reward(format!("dispute:{session}"), who)
    }
}

/// Weight of a benchmark: time, reads, writes.
fn weight(time: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(time + reads * READ + writes * WRITE, 0)
}

/// The weights of the recordings.
pub struct Weights;

impl inclusion::WeightInfo for Weights {
    fn enact_candidate(u: u32, h: u32, c: u32) -> Weight {
        let (u, h, c) = (u as u64, h as u64, c as u64);
        weight(
            156_323_556 + 529_418_705 * u + 527_179_667 * h + 45_652_413 * c,
            8 + u + 3 * h + 9 * c,
            6 + 3 * u + 4 * h + 8 * c,
        )
    }
}

impl paras_inherent::WeightInfo for Weights {
    fn enter_empty() -> Weight {
        weight(294_541_000, 17, 5)
    }
    fn enter_variable_disputes(v: u32) -> Weight {
        weight(1_022_191_567 + 42_188_253 * v as u64, 30, 17)
    }
    fn enter_bitfields() -> Weight {
        weight(556_214_000, 19, 7)
    }
    fn enter_backed_candidates_variable(v: u32) -> Weight {
        weight(1_513_057_081 + 47_356_840 * v as u64, 32, 16)
    }
    fn enter_backed_candidate_code_upgrade() -> Weight {
        weight(40_239_337_000, 34, 16)
    }
}

/// Validators of the session pallet; each is identified by nothing more.
pub struct Validators;

impl ValidatorSet<AccountId> for Validators {
    type ValidatorId = AccountId;
    type ValidatorIdOf = Itself;
    fn session_index() -> SessionIndex {
        pallet_session::CurrentIndex::<Runtime>::get()
    }
    fn validators() -> Vec<AccountId> {
        pallet_session::Validators::<Runtime>::get()
    }
}

impl ValidatorSetWithIdentification<AccountId> for Validators {
    type Identification = ();
    type IdentificationOf = Anybody;
}

impl session_info::Config for Runtime {
    type ValidatorSet = Validators;
}

impl session_info::AuthorityDiscoveryConfig for Runtime {
    fn authorities() -> Vec<AuthorityDiscoveryId> {
        outside(|o| o.discovery.clone())
    }
}

/// The stand-in of a proof that a key was a validator's: its place in a stored session.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    scale_info::TypeInfo,
)]
pub struct Place {
    pub session: SessionIndex,
    pub validator_count: u32,
    pub index: u32,
}

impl sp_session::GetSessionNumber for Place {
    fn session(&self) -> SessionIndex {
        self.session
    }
}

impl sp_session::GetValidatorCount for Place {
    fn validator_count(&self) -> u32 {
        self.validator_count
    }
}

/// Checks places.
pub struct Places;
impl KeyOwnerProofSystem<(KeyTypeId, ValidatorId)> for Places {
    type Proof = Place;
    type IdentificationTuple = (AccountId, ());

    fn prove(_: (KeyTypeId, ValidatorId)) -> Option<Place> {
        None
    }

    fn check_proof(key: (KeyTypeId, ValidatorId), at: Place) -> Option<(AccountId, ())> {
        let session = session_info::Sessions::<Runtime>::get(at.session)?;
        let validator = session.validators.get(ValidatorIndex(at.index))?;
        if session.validators.len() as u32 != at.validator_count || *validator != key.1 {
            return None;
        }
        let accounts = session_info::AccountKeys::<Runtime>::get(at.session).unwrap_or_default();
        let account = accounts.get(at.index as usize).cloned();
        let account = account.unwrap_or_else(|| {
            let raw: [u8; 32] = key
                .1
                .encode()
                .try_into()
                .expect("a validator key has 32 bytes");
            AccountId::new(raw)
        });
        Some((account, ()))
    }
}

/// The list of accepted reports.
pub struct Reports;

impl slashing::HandleReports<Runtime> for Reports {
    type ReportLongevity = ConstU64<100>;

    fn report_offence(
        offence: slashing::SlashingOffence<(AccountId, ())>,
    ) -> Result<(), OffenceError> {
        if Self::is_known_offence(&offence.offenders, &offence.time_slot) {
            return Err(OffenceError::DuplicateReport);
        }
        outside(|o| {
            o.reports.push(Report {
                slot: offence.time_slot,
                offenders: offence.offenders.into_iter().map(|(a, _)| a).collect(),
                validator_set_count: offence.validator_set_count,
                slash_fraction: offence.slash_fraction,
            })
        });
        Ok(())
    }

    fn is_known_offence(offenders: &[(AccountId, ())], slot: &DisputesTimeSlot) -> bool {
        outside(|o| {
            offenders.iter().all(|(who, _)| {
                o.reports
                    .iter()
                    .any(|r| r.slot == *slot && r.offenders.contains(who))
            })
        })
    }

    fn submit_unsigned_slashing_report(
        _: DisputeProof,
        _: Place,
    ) -> Result<(), sp_runtime::TryRuntimeError> {
        Ok(())
    }
}

impl slashing::Config for Runtime {
    type KeyOwnerProof = Place;
    type KeyOwnerIdentification = (AccountId, ());
    type KeyOwnerProofSystem = Places;
    type HandleReports = Reports;
    type WeightInfo = slashing::TestWeightInfo;
    type BenchmarkingConfig = slashing::BenchConfig<200>;
}

parameter_types! {
    pub ServiceWeight: Weight =
        Weight::from_parts(outside(|o| o.params.message_queue_service_ref_time), u64::MAX);
}

shared_pallets! {
    extrinsic: Extrinsic,
    babe_key_owner_proof: sp_core::Void,
    session_manager: (),
    rewards: Rewards,
    service_weight: ServiceWeight,
    weights: {
        configuration: configuration::TestWeightInfo,
        coretime: coretime::TestWeightInfo,
        disputes: disputes::TestWeightInfo,
        hrmp: hrmp::TestWeightInfo,
        inclusion: Weights,
        initializer: (),
        on_demand: on_demand::TestWeightInfo,
        paras: paras::TestWeightInfo,
        paras_inherent: Weights,
    }
}
