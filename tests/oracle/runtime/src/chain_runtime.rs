//! The relay chain of recordings of kind `chain`: the real pallets under the indices, constants and stand-ins that the
//! recordings' README tells.

use crate::shared_config::{free, shared_pallets, Anybody};
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{ConstU128, ConstU16, ConstU32, ConstU64, ConstU8},
    weights::{ConstantMultiplier, FixedFee, Weight},
};
use frame_system::EnsureRoot;
use polkadot_primitives::{AccountId, Balance, BlockNumber, Moment};
use polkadot_runtime_parachains as parachains;
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress, MultiSignature};
use sp_version::RuntimeVersion;

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

impl pallet_session::historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = Anybody;
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
free!(Free: parachains::configuration {
    set_config_with_block_number() set_config_with_u32() set_config_with_option_u32() set_config_with_balance()
    set_hrmp_open_request_ttl() set_config_with_executor_params() set_config_with_perbill() set_node_feature()
    set_config_with_scheduler_params()
});
free!(Free: parachains::coretime {
    request_core_count() request_revenue_at() credit_account() assign_core(u32) queue_on_demand_batch(u32)
});
free!(Free: parachains::paras {
    force_set_current_code(u32) force_set_current_head(u32) force_set_most_recent_context()
    force_schedule_code_upgrade(u32) force_note_new_head(u32) force_queue_action() add_trusted_validation_code(u32)
    poke_unused_validation_code() remove_upgrade_cooldown() include_pvf_check_statement_finalize_upgrade_accept()
    include_pvf_check_statement_finalize_upgrade_reject() include_pvf_check_statement_finalize_onboarding_accept()
    include_pvf_check_statement_finalize_onboarding_reject() include_pvf_check_statement()
    authorize_force_set_current_code_hash() apply_authorized_force_set_current_code(u32)
});
free!(Free: parachains::on_demand { place_order_allow_death() place_order_keep_alive() place_order_with_credits() });
free!(Free: parachains::initializer { force_approve(u32) });
free!(Free: parachains::disputes { force_unfreeze() });
free!(Free: parachains::paras_inherent {
    enter_empty() enter_variable_disputes(u32) enter_bitfields() enter_backed_candidates_variable(u32)
    enter_backed_candidate_code_upgrade()
});
free!(Free: parachains::hrmp {
    hrmp_init_open_channel() hrmp_accept_open_channel() hrmp_close_channel() force_clean_hrmp(u32, u32)
    force_process_hrmp_open(u32) force_process_hrmp_close(u32) hrmp_cancel_open_request(u32)
    clean_open_channel_requests(u32) force_open_hrmp_channel(u32) establish_system_channel() poke_channel_deposits()
    establish_channel_with_system()
});
free!(Free: parachains::inclusion { enact_candidate(u32, u32, u32) });

parameter_types! {
    pub MessageQueueServiceWeight: Weight = Weight::from_parts(3_000_000_000, u64::MAX);
}

shared_pallets! {
    extrinsic: UncheckedExtrinsic,
    babe_key_owner_proof: sp_session::MembershipProof,
    session_manager: pallet_session::historical::NoteHistoricalRoot<Self, ValidatorManager>,
    rewards: (),
    service_weight: MessageQueueServiceWeight,
    weights: {
        configuration: Free,
        coretime: Free,
        disputes: Free,
        hrmp: Free,
        inclusion: Free,
        initializer: Free,
        on_demand: Free,
        paras: Free,
        paras_inherent: Free,
    }
}

impl parachains::session_info::Config for Runtime {
    type ValidatorSet = Historical;
}

impl parachains::disputes::slashing::Config for Runtime {
    type KeyOwnerProof = sp_session::MembershipProof;
    type KeyOwnerIdentification = (AccountId, ());
    type KeyOwnerProofSystem = Historical;
    type HandleReports = ();
    type WeightInfo = parachains::disputes::slashing::TestWeightInfo;
    type BenchmarkingConfig = parachains::disputes::slashing::BenchConfig<200>;
}
