//! The runtime of the recordings: the real pallets with the configuration and the stand-ins of
//! the recordings' README.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible::Mutate;
use frame_support::traits::tokens::{Fortitude, Precision, Preservation};
use frame_support::traits::{
    KeyOwnerProofSystem, ProcessMessage, ProcessMessageError, ValidatorSet,
    ValidatorSetWithIdentification,
};
use frame_support::weights::{RuntimeDbWeight, Weight, WeightMeter};
use frame_support::{construct_runtime, derive_impl, parameter_types, PalletId};
use frame_system::EnsureRoot;
use polkadot_primitives::{
    slashing::{DisputeProof, DisputesTimeSlot},
    AuthorityDiscoveryId, SessionIndex, ValidatorId, ValidatorIndex,
};
use polkadot_runtime_parachains::{
    configuration, coretime, disputes, disputes::slashing, dmp, hrmp, inclusion,
    inclusion::AggregateMessageOrigin, initializer, on_demand, origin, paras, paras_inherent,
    scheduler, session_info, shared,
};
use sp_core::{crypto::KeyTypeId, ConstU32, ConstU64, H256};
use sp_runtime::traits::{BlakeTwo256, ConstU128, Convert, IdentityLookup, TryConvert};
use sp_runtime::transaction_validity::TransactionPriority;
use sp_runtime::{AccountId32, FixedU128, Perbill};
use sp_staking::offence::OffenceError;
use std::cell::RefCell;
use xcm::latest::prelude::*;
use xcm_executor::traits::TransactAsset;
use xcm_executor::AssetsInHolding;

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

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> Extrinsic {
        Extrinsic::new_bare(call)
    }
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

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<10>;
    type ExpectedBlockTime = ConstU64<6_000>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<100_000>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = sp_core::Void;
    type EquivocationReportSystem = ();
}

/// An account is its own validator id.
pub struct Itself;
impl Convert<AccountId, Option<AccountId>> for Itself {
    fn convert(account: AccountId) -> Option<AccountId> {
        Some(account)
    }
}

sp_runtime::impl_opaque_keys! {
    pub struct SessionKeys {
        pub para_validator: Initializer,
        pub para_assignment: ParaSessionInfo,
    }
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = Itself;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = ();
    type SessionHandler = (Initializer, ParaSessionInfo);
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU128<0>;
}

impl origin::Config for Runtime {}

impl configuration::Config for Runtime {
    type WeightInfo = configuration::TestWeightInfo;
}

impl shared::Config for Runtime {
    type DisabledValidators = Session;
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

impl inclusion::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type DisputesHandler = ParasDisputes;
    type RewardValidators = Rewards;
    type MessageQueue = MessageQueue;
    type WeightInfo = Weights;
}

impl paras_inherent::Config for Runtime {
    type WeightInfo = Weights;
}

impl scheduler::Config for Runtime {}

parameter_types! {
    pub const UnsignedPriority: TransactionPriority = TransactionPriority::MAX;
    pub const CooldownRemovalMultiplier: u32 = 7;
}

impl paras::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type UnsignedPriority = UnsignedPriority;
    type NextSessionRotation = Babe;
    type QueueFootprinter = ParaInclusion;
    type OnNewHead = ();
    type WeightInfo = paras::TestWeightInfo;
    type AssignCoretime = ParaScheduler;
    type Fungible = Balances;
    type CooldownRemovalMultiplier = CooldownRemovalMultiplier;
    type AuthorizeCurrentCodeOrigin = EnsureRoot<AccountId>;
}

impl initializer::Config for Runtime {
    type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
    type ForceOrigin = EnsureRoot<AccountId>;
    type CoretimeOnNewSession = Coretime;
    type WeightInfo = ();
}

impl dmp::Config for Runtime {
    type WeightInfo = ();
}

/// No version of XCM is ever known, so that no notification is sent.
pub struct NoVersion;
impl xcm::WrapVersion for NoVersion {
    fn wrap_version<Call: Decode + frame_support::dispatch::GetDispatchInfo>(
        _: &Location,
        _: impl Into<xcm::VersionedXcm<Call>>,
    ) -> Result<xcm::VersionedXcm<Call>, ()> {
        Err(())
    }
}

/// Channels with system chains get all of what the configuration allows.
pub struct AllOfChannel;
impl frame_support::traits::Get<(u32, u32)> for AllOfChannel {
    fn get() -> (u32, u32) {
        let config = configuration::ActiveConfig::<Runtime>::get();
        (
            config.hrmp_channel_max_message_size,
            config.hrmp_channel_max_capacity,
        )
    }
}

impl hrmp::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type ChannelManager = EnsureRoot<AccountId>;
    type Currency = Balances;
    type DefaultChannelSizeAndCapacityWithSystem = AllOfChannel;
    type VersionWrapper = NoVersion;
    type WeightInfo = hrmp::TestWeightInfo;
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

/// Everybody is `()`.
pub struct Anybody;
impl Convert<AccountId, Option<()>> for Anybody {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
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

impl disputes::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RewardValidators = Rewards;
    type SlashingHandler = slashing::SlashValidatorsForDisputes<ParasSlashing>;
    type WeightInfo = disputes::TestWeightInfo;
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

/// All weights of the message queue are zero.
pub struct Free;
impl pallet_message_queue::WeightInfo for Free {
    fn ready_ring_knit() -> Weight {
        Weight::zero()
    }
    fn ready_ring_unknit() -> Weight {
        Weight::zero()
    }
    fn service_queue_base() -> Weight {
        Weight::zero()
    }
    fn service_page_base_completion() -> Weight {
        Weight::zero()
    }
    fn service_page_base_no_completion() -> Weight {
        Weight::zero()
    }
    fn service_page_item() -> Weight {
        Weight::zero()
    }
    fn set_service_head() -> Weight {
        Weight::zero()
    }
    fn bump_service_head() -> Weight {
        Weight::zero()
    }
    fn reap_page() -> Weight {
        Weight::zero()
    }
    fn execute_overweight_page_removed() -> Weight {
        Weight::zero()
    }
    fn execute_overweight_page_updated() -> Weight {
        Weight::zero()
    }
}

/// A message costs a fixed weight and does nothing.
pub struct Swallow;
impl ProcessMessage for Swallow {
    type Origin = AggregateMessageOrigin;

    fn process_message(
        _: &[u8],
        _: AggregateMessageOrigin,
        meter: &mut WeightMeter,
        _: &mut [u8; 32],
    ) -> Result<bool, ProcessMessageError> {
        let cost = Weight::from_parts(1_000_000_000, 0);
        meter
            .try_consume(cost)
            .map_err(|_| ProcessMessageError::Overweight(cost))?;
        Ok(true)
    }
}

parameter_types! {
    pub ServiceWeight: Weight =
        Weight::from_parts(outside(|o| o.params.message_queue_service_ref_time), u64::MAX);
}

impl pallet_message_queue::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = Free;
    type MessageProcessor = Swallow;
    type Size = u32;
    type QueueChangeHandler = ParaInclusion;
    type QueuePausedQuery = ();
    type HeapSize = ConstU32<32768>;
    type MaxStale = ConstU32<8>;
    type ServiceWeight = ServiceWeight;
    type IdleMaxServiceWeight = ();
}

parameter_types! {
    pub const TrafficDefaultValue: FixedU128 = FixedU128::from_u32(1);
    pub const OnDemandPalletId: PalletId = PalletId(*b"py/ondmd");
}

impl on_demand::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type WeightInfo = on_demand::TestWeightInfo;
    type TrafficDefaultValue = TrafficDefaultValue;
    type MaxHistoricalRevenue = ConstU32<10>;
    type PalletId = OnDemandPalletId;
}

parameter_types! {
    pub const MaxTransact: Weight = Weight::from_parts(10_000_000, 10_000);
    pub BrokerPot: InteriorLocation = Here;
}

/// Accounts are junctions.
pub struct AsLocation;
impl<'a> TryConvert<&'a AccountId, Location> for AsLocation {
    fn try_convert(who: &AccountId) -> Result<Location, &AccountId> {
        let id: [u8; 32] = who.clone().into();
        Ok(Location::new(
            0,
            [Junction::AccountId32 { network: None, id }],
        ))
    }
}

/// Withdraws revenue from the on-demand pot and burns it.
pub struct BurnRevenue;
impl TransactAsset for BurnRevenue {
    fn withdraw_asset(
        what: &Asset,
        _: &Location,
        _: Option<&XcmContext>,
    ) -> Result<AssetsInHolding, XcmError> {
        let Fungibility::Fungible(amount) = what.fun else {
            return Err(XcmError::AssetNotFound);
        };
        Balances::burn_from(
            &OnDemandAssignmentProvider::account_id(),
            amount,
            Preservation::Expendable,
            Precision::Exact,
            Fortitude::Polite,
        )
        .map_err(|_| XcmError::FailedToTransactAsset("pot"))?;
        Ok(AssetsInHolding::new())
    }

    fn can_check_out(_: &Location, _: &Asset, _: &XcmContext) -> XcmResult {
        Ok(())
    }
}

/// XCM is accepted and dropped.
pub struct Drop;
impl SendXcm for Drop {
    type Ticket = ();
    fn validate(_: &mut Option<Location>, _: &mut Option<Xcm<()>>) -> SendResult<()> {
        Ok(((), Assets::new()))
    }
    fn deliver(_: ()) -> Result<XcmHash, SendError> {
        Ok([0; 32])
    }
}

impl coretime::Config for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type RuntimeEvent = RuntimeEvent;
    type BrokerId = ConstU32<1005>;
    type BrokerPotLocation = BrokerPot;
    type WeightInfo = coretime::TestWeightInfo;
    type SendXcm = Drop;
    type AssetTransactor = BurnRevenue;
    type AccountToLocation = AsLocation;
    type MaxXcmTransactWeight = MaxTransact;
}
