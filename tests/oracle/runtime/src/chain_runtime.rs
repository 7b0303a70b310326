//! The relay chain of recordings of kind `chain`: the real pallets under the indices, constants and stand-ins that the
//! recordings' README tells.

use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{
        ConstU128, ConstU16, ConstU32, ConstU64, ConstU8, ProcessMessage, ProcessMessageError,
    },
    weights::{
        constants::WEIGHT_REF_TIME_PER_SECOND, ConstantMultiplier, FixedFee, Weight, WeightMeter,
    },
    PalletId,
};
use frame_system::EnsureRoot;
use polkadot_primitives::{AccountId, Balance, BlockNumber, Moment};
use polkadot_runtime_parachains as parachains;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, OpaqueKeys},
    FixedU128, MultiAddress, MultiSignature, Percent,
};
use sp_version::RuntimeVersion;
use xcm::latest::{prelude::*, InteriorLocation};
use xcm_executor::{traits::TransactAsset, AssetsInHolding};

pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub type Address = MultiAddress<AccountId, ()>;
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
);
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, MultiSignature, TxExtension>;
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

construct_runtime! {
    pub enum Runtime {
        System: frame_system = 0,
        Babe: pallet_babe = 1,
        Timestamp: pallet_timestamp = 2,
        Balances: pallet_balances = 4,
        TransactionPayment: pallet_transaction_payment = 33,
        Historical: pallet_session::historical = 34,
        Session: pallet_session = 8,
        Grandpa: pallet_grandpa = 10,
        AuthorityDiscovery: pallet_authority_discovery = 12,

        ParachainsOrigin: parachains::origin = 50,
        Configuration: parachains::configuration = 51,
        ParasShared: parachains::shared = 52,
        ParaInclusion: parachains::inclusion = 53,
        ParaInherent: parachains::paras_inherent = 54,
        ParaScheduler: parachains::scheduler = 55,
        Paras: parachains::paras = 56,
        Initializer: parachains::initializer = 57,
        Dmp: parachains::dmp = 58,
        Hrmp: parachains::hrmp = 60,
        ParaSessionInfo: parachains::session_info = 61,
        ParasDisputes: parachains::disputes = 62,
        ParasSlashing: parachains::disputes::slashing = 63,
        MessageQueue: pallet_message_queue = 64,
        OnDemandAssignmentProvider: parachains::on_demand = 66,
        Coretime: parachains::coretime = 74,

        ValidatorManager: crate::chain_validators = 252,
        Sudo: pallet_sudo = 255,
    }
}

// ---- frame ----

parameter_types! {
    pub Version: RuntimeVersion = RuntimeVersion {
        spec_name: "rt-oracle".into(),
        impl_name: "rt-oracle".into(),
        authoring_version: 0,
        spec_version: 1_025_002,
        impl_version: 0,
        apis: Default::default(),
        transaction_version: 26,
        system_version: 1,
    };
    pub BlockWeights: frame_system::limits::BlockWeights = frame_system::limits::BlockWeights::simple_max(Weight::MAX);
    pub BlockLength: frame_system::limits::BlockLength =
        frame_system::limits::BlockLength::builder().max_length(5 * 1024 * 1024).build();
}

#[derive_impl(frame_system::config_preludes::RelayChainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BlockWeights = BlockWeights;
    type BlockLength = BlockLength;
    type DbWeight = ();
    type Block = Block;
    type BlockHashCount = ConstU32<4096>;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type SS58Prefix = ConstU16<42>;
    type MaxConsumers = ConstU32<16>;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: Self::RuntimeCall) -> Self::Extrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<10>;
    type ExpectedBlockTime = ConstU64<6000>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<100_000>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = ();
}

impl pallet_timestamp::Config for Runtime {
    type Moment = Moment;
    type OnTimestampSet = Babe;
    type MinimumPeriod = ConstU64<3000>;
    type WeightInfo = ();
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = ();
    type Balance = Balance;
    type DustRemoval = ();
    type ExistentialDeposit = ConstU128<1_000_000_000>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = ();
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = ConstU32<1>;
    type DoneSlashHandler = ();
}

parameter_types! {
    pub One: pallet_transaction_payment::Multiplier = pallet_transaction_payment::Multiplier::from_u32(1);
}
impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = pallet_transaction_payment::FungibleAdapter<Balances, ()>;
    type WeightToFee = FixedFee<0, Balance>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<1>>;
    type FeeMultiplierUpdate = pallet_transaction_payment::ConstFeeMultiplier<One>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = ();
}

impl_opaque_keys! {
    pub struct SessionKeys {
        pub grandpa: Grandpa,
        pub babe: Babe,
        pub para_validator: Initializer,
        pub para_assignment: ParaSessionInfo,
        pub authority_discovery: AuthorityDiscovery,
        pub beefy: Beefy,
    }
}

/// Takes part in the session keys only.
pub struct Beefy;
impl sp_runtime::BoundToRuntimeAppPublic for Beefy {
    type Public = sp_consensus_beefy::ecdsa_crypto::AuthorityId;
}
impl frame_support::traits::OneSessionHandler<AccountId> for Beefy {
    type Key = sp_consensus_beefy::ecdsa_crypto::AuthorityId;
    fn on_genesis_session<'a, I: 'a>(_: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)>,
    {
    }
    fn on_new_session<'a, I: 'a>(_: bool, _: I, _: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)>,
    {
    }
    fn on_disabled(_: u32) {}
}

/// Nothing more is known of a validator than his name.
pub struct Known;
impl sp_runtime::traits::Convert<AccountId, Option<()>> for Known {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}
/// Everybody is a validator of his own name.
pub struct Himself;
impl sp_runtime::traits::Convert<AccountId, Option<AccountId>> for Himself {
    fn convert(who: AccountId) -> Option<AccountId> {
        Some(who)
    }
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = Himself;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, ValidatorManager>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ();
}

impl pallet_session::historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = Known;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<100_000>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<168>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = ();
}

impl pallet_authority_discovery::Config for Runtime {
    type MaxAuthorities = ConstU32<100_000>;
}

impl crate::chain_validators::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type PrivilegedOrigin = EnsureRoot<AccountId>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = ();
}

// ---- parachains ----

/// All calls of the parachains pallets weigh nothing here.
pub struct Free;
macro_rules! free {
    ($($of:ident)::+ { $($name:ident($($arg:ty),*))* }) => {
        impl parachains::$($of)::+::WeightInfo for Free {
            $(fn $name($(_: $arg),*) -> Weight { Weight::zero() })*
        }
    };
}
free!(configuration {
    set_config_with_block_number() set_config_with_u32() set_config_with_option_u32() set_config_with_balance()
    set_hrmp_open_request_ttl() set_config_with_executor_params() set_config_with_perbill() set_node_feature()
    set_config_with_scheduler_params()
});
free!(coretime {
    request_core_count() request_revenue_at() credit_account() assign_core(u32) queue_on_demand_batch(u32)
});
free!(paras {
    force_set_current_code(u32) force_set_current_head(u32) force_set_most_recent_context()
    force_schedule_code_upgrade(u32) force_note_new_head(u32) force_queue_action() add_trusted_validation_code(u32)
    poke_unused_validation_code() remove_upgrade_cooldown() include_pvf_check_statement_finalize_upgrade_accept()
    include_pvf_check_statement_finalize_upgrade_reject() include_pvf_check_statement_finalize_onboarding_accept()
    include_pvf_check_statement_finalize_onboarding_reject() include_pvf_check_statement()
    authorize_force_set_current_code_hash() apply_authorized_force_set_current_code(u32)
});
free!(on_demand { place_order_allow_death() place_order_keep_alive() place_order_with_credits() });
free!(initializer { force_approve(u32) });
free!(disputes { force_unfreeze() });
free!(paras_inherent {
    enter_empty() enter_variable_disputes(u32) enter_bitfields() enter_backed_candidates_variable(u32)
    enter_backed_candidate_code_upgrade()
});
free!(hrmp {
    hrmp_init_open_channel() hrmp_accept_open_channel() hrmp_close_channel() force_clean_hrmp(u32, u32)
    force_process_hrmp_open(u32) force_process_hrmp_close(u32) hrmp_cancel_open_request(u32)
    clean_open_channel_requests(u32) force_open_hrmp_channel(u32) establish_system_channel() poke_channel_deposits()
    establish_channel_with_system()
});
free!(inclusion { enact_candidate(u32, u32, u32) });

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
    fn bump_service_head() -> Weight {
        Weight::zero()
    }
    fn set_service_head() -> Weight {
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

impl parachains::origin::Config for Runtime {}
impl parachains::configuration::Config for Runtime {
    type WeightInfo = Free;
}
impl parachains::shared::Config for Runtime {
    type DisabledValidators = Session;
}
impl parachains::session_info::Config for Runtime {
    type ValidatorSet = Historical;
}
impl parachains::inclusion::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type DisputesHandler = ParasDisputes;
    type RewardValidators = ();
    type MessageQueue = MessageQueue;
    type WeightInfo = Free;
}
impl parachains::paras::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = Free;
    type UnsignedPriority = ConstU64<{ u64::MAX }>;
    type QueueFootprinter = ParaInclusion;
    type NextSessionRotation = Babe;
    type OnNewHead = ();
    type AssignCoretime = ParaScheduler;
    type Fungible = Balances;
    type CooldownRemovalMultiplier = ConstU128<7>;
    type AuthorizeCurrentCodeOrigin = EnsureRoot<AccountId>;
}

/// Every message costs a millisecond and succeeds.
pub struct AnyMessage;
impl ProcessMessage for AnyMessage {
    type Origin = parachains::inclusion::AggregateMessageOrigin;
    fn process_message(
        _: &[u8],
        _: Self::Origin,
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
    pub MessageQueueServiceWeight: Weight = Weight::from_parts(3_000_000_000, u64::MAX);
}
impl pallet_message_queue::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = Free;
    type MessageProcessor = AnyMessage;
    type Size = u32;
    type QueueChangeHandler = ParaInclusion;
    type QueuePausedQuery = ();
    type HeapSize = ConstU32<32768>;
    type MaxStale = ConstU32<8>;
    type ServiceWeight = MessageQueueServiceWeight;
    type IdleMaxServiceWeight = ();
}

impl parachains::dmp::Config for Runtime {
    type WeightInfo = ();
}

/// No para is known to understand any version of XCM, so that nothing is sent.
pub struct NoVersion;
impl xcm::WrapVersion for NoVersion {
    fn wrap_version<Call: codec::Decode + frame_support::dispatch::GetDispatchInfo>(
        _: &Location,
        _: impl Into<xcm::VersionedXcm<Call>>,
    ) -> Result<xcm::VersionedXcm<Call>, ()> {
        Err(())
    }
}
parameter_types! {
    pub const WholeShare: Percent = Percent::from_percent(100);
    pub const BrokerId: u32 = 1005;
    pub const TrafficDefaultValue: FixedU128 = FixedU128::from_u32(1);
    pub const OnDemandPalletId: PalletId = PalletId(*b"py/ondmd");
    pub MaxXcmTransactWeight: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, 20_000);
    pub BrokerPot: InteriorLocation = Here;
}
impl parachains::hrmp::Config for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type RuntimeEvent = RuntimeEvent;
    type ChannelManager = EnsureRoot<AccountId>;
    type Currency = Balances;
    type DefaultChannelSizeAndCapacityWithSystem =
        parachains::configuration::ActiveConfigHrmpChannelSizeAndCapacityRatio<Runtime, WholeShare>;
    type VersionWrapper = NoVersion;
    type WeightInfo = Free;
}
impl parachains::paras_inherent::Config for Runtime {
    type WeightInfo = Free;
}
impl parachains::scheduler::Config for Runtime {}
impl parachains::on_demand::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type WeightInfo = Free;
    type TrafficDefaultValue = TrafficDefaultValue;
    type MaxHistoricalRevenue = ConstU32<10>;
    type PalletId = OnDemandPalletId;
}

/// Takes every message and drops it.
pub struct Drain;
impl SendXcm for Drain {
    type Ticket = ();
    fn validate(_: &mut Option<Location>, _: &mut Option<Xcm<()>>) -> SendResult<()> {
        Ok(((), Assets::new()))
    }
    fn deliver(_: ()) -> Result<XcmHash, SendError> {
        Ok([0; 32])
    }
}
/// What is withdrawn is burnt, whosever it is said to be: there is one account with revenue only.
pub struct Burner;
impl TransactAsset for Burner {
    fn can_check_out(_: &Location, _: &Asset, _: &XcmContext) -> XcmResult {
        Ok(())
    }
    fn withdraw_asset(
        what: &Asset,
        _: &Location,
        _: Option<&XcmContext>,
    ) -> Result<AssetsInHolding, XcmError> {
        use frame_support::traits::{
            fungible::Mutate,
            tokens::{Fortitude, Precision, Preservation},
        };
        let Fungible(amount) = what.fun else {
            return Err(XcmError::AssetNotFound);
        };
        let pot = parachains::on_demand::Pallet::<Runtime>::account_id();
        Balances::burn_from(
            &pot,
            amount,
            Preservation::Expendable,
            Precision::Exact,
            Fortitude::Polite,
        )
        .map_err(|_| XcmError::FailedToTransactAsset("the pot has too little"))?;
        Ok(AssetsInHolding::new())
    }
}
pub struct Nameless;
impl sp_runtime::traits::TryConvert<&AccountId, Location> for Nameless {
    fn try_convert(_: &AccountId) -> Result<Location, &AccountId> {
        Ok(Location::here())
    }
}
impl parachains::coretime::Config for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type RuntimeEvent = RuntimeEvent;
    type BrokerId = BrokerId;
    type BrokerPotLocation = BrokerPot;
    type WeightInfo = Free;
    type SendXcm = Drain;
    type AssetTransactor = Burner;
    type AccountToLocation = Nameless;
    type MaxXcmTransactWeight = MaxXcmTransactWeight;
}
impl parachains::initializer::Config for Runtime {
    type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
    type ForceOrigin = EnsureRoot<AccountId>;
    type CoretimeOnNewSession = Coretime;
    type WeightInfo = Free;
}
impl parachains::disputes::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RewardValidators = ();
    type SlashingHandler =
        parachains::disputes::slashing::SlashValidatorsForDisputes<ParasSlashing>;
    type WeightInfo = Free;
}
impl parachains::disputes::slashing::Config for Runtime {
    type KeyOwnerProof = sp_session::MembershipProof;
    type KeyOwnerIdentification = (AccountId, ());
    type KeyOwnerProofSystem = Historical;
    type HandleReports = ();
    type WeightInfo = parachains::disputes::slashing::TestWeightInfo;
    type BenchmarkingConfig = parachains::disputes::slashing::BenchConfig<200>;
}
