//! What the runtimes of all kinds have in common: stand-ins, and the pallets that are configured alike.

use codec::Decode;
use frame_support::traits::fungible::Mutate;
use frame_support::traits::tokens::{Fortitude, Precision, Preservation};
use frame_support::traits::{ProcessMessage, ProcessMessageError};
use frame_support::weights::{Weight, WeightMeter};
use frame_support::{parameter_types, PalletId};
use polkadot_primitives::{AccountId, Balance};
use polkadot_runtime_parachains::{inclusion::AggregateMessageOrigin, on_demand};
use sp_runtime::traits::{Convert, TryConvert};
use sp_runtime::{FixedU128, Percent};
use std::marker::PhantomData;
use xcm::latest::prelude::*;
use xcm_executor::{traits::TransactAsset, AssetsInHolding};

parameter_types! {
    pub const TrafficDefaultValue: FixedU128 = FixedU128::from_u32(1);
    pub const OnDemandPalletId: PalletId = PalletId(*b"py/ondmd");
    pub const WholeShare: Percent = Percent::from_percent(100);
    pub BrokerPot: InteriorLocation = Here;
    // Only in messages, which are dropped.
    pub const MaxXcmTransactWeight: Weight = Weight::from_parts(10_000_000, 10_000);
}

/// An account is its own validator id.
pub struct Itself;
impl Convert<AccountId, Option<AccountId>> for Itself {
    fn convert(account: AccountId) -> Option<AccountId> {
        Some(account)
    }
}

/// A validator is identified by nothing more than its account.
pub struct Anybody;
impl Convert<AccountId, Option<()>> for Anybody {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
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

/// Any location will do: `BurnRevenue` does not look at it.
pub struct Nowhere;
impl TryConvert<&AccountId, Location> for Nowhere {
    fn try_convert(_: &AccountId) -> Result<Location, &AccountId> {
        Ok(Location::here())
    }
}

/// Withdraws revenue from the on-demand pot and burns it: no other account has any.
pub struct BurnRevenue<T>(PhantomData<T>);
impl<T> TransactAsset for BurnRevenue<T>
where
    T: pallet_balances::Config<Balance = Balance> + on_demand::Config,
{
    fn withdraw_asset(
        what: &Asset,
        _: &Location,
        _: Option<&XcmContext>,
    ) -> Result<AssetsInHolding, XcmError> {
        let Fungible(amount) = what.fun else {
            return Err(XcmError::AssetNotFound);
        };
        pallet_balances::Pallet::<T>::burn_from(
            &on_demand::Pallet::<T>::account_id(),
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

/// Makes the calls of a pallet weigh nothing.
macro_rules! free {
    ($for:ident: $($of:ident)::+ { $($name:ident($($arg:ty),*))* }) => {
        impl $($of)::+::WeightInfo for $for {
            $(fn $name($(_: $arg),*) -> frame_support::weights::Weight {
                frame_support::weights::Weight::zero()
            })*
        }
    };
}
pub(crate) use free;

/// All weights of the message queue are zero.
pub struct FreeQueue;
free!(FreeQueue: pallet_message_queue {
    ready_ring_knit() ready_ring_unknit() service_queue_base() service_page_base_completion()
    service_page_base_no_completion() service_page_item() set_service_head() bump_service_head() reap_page()
    execute_overweight_page_removed() execute_overweight_page_updated()
});

/// Configures the pallets in which runtimes differ by no more than the arguments, for the `Runtime` of the caller's module.
macro_rules! shared_pallets {
    (
        extrinsic: $extrinsic:ty,
        babe_key_owner_proof: $babe_key_owner_proof:ty,
        session_manager: $session_manager:ty,
        rewards: $rewards:ty,
        service_weight: $service_weight:ty,
        weights: {
            configuration: $configuration:ty,
            coretime: $coretime:ty,
            disputes: $disputes:ty,
            hrmp: $hrmp:ty,
            inclusion: $inclusion:ty,
            initializer: $initializer:ty,
            on_demand: $on_demand:ty,
            paras: $paras:ty,
            paras_inherent: $paras_inherent:ty,
        }
    ) => {
        impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
        where
            RuntimeCall: From<C>,
        {
            type Extrinsic = $extrinsic;
            type RuntimeCall = RuntimeCall;
        }

        impl<C> frame_system::offchain::CreateBare<C> for Runtime
        where
            RuntimeCall: From<C>,
        {
            fn create_bare(call: RuntimeCall) -> $extrinsic {
                <$extrinsic>::new_bare(call)
            }
        }

        impl pallet_babe::Config for Runtime {
            type EpochDuration = sp_core::ConstU64<10>;
            type ExpectedBlockTime = sp_core::ConstU64<6_000>;
            type EpochChangeTrigger = pallet_babe::ExternalTrigger;
            type DisabledValidators = Session;
            type WeightInfo = ();
            type MaxAuthorities = sp_core::ConstU32<100_000>;
            type MaxNominators = sp_core::ConstU32<0>;
            type KeyOwnerProof = $babe_key_owner_proof;
            type EquivocationReportSystem = ();
        }

        impl pallet_session::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type ValidatorId = polkadot_primitives::AccountId;
            type ValidatorIdOf = $crate::shared_config::Itself;
            type ShouldEndSession = Babe;
            type NextSessionRotation = Babe;
            type SessionManager = $session_manager;
            type SessionHandler =
                <SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
            type Keys = SessionKeys;
            type DisablingStrategy = ();
            type WeightInfo = ();
            type Currency = Balances;
            type KeyDeposit = ();
        }

        impl pallet_message_queue::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type WeightInfo = $crate::shared_config::FreeQueue;
            type MessageProcessor = $crate::shared_config::Swallow;
            type Size = u32;
            type QueueChangeHandler = ParaInclusion;
            type QueuePausedQuery = ();
            type HeapSize = sp_core::ConstU32<32768>;
            type MaxStale = sp_core::ConstU32<8>;
            type ServiceWeight = $service_weight;
            type IdleMaxServiceWeight = ();
        }

        impl polkadot_runtime_parachains::origin::Config for Runtime {}

        impl polkadot_runtime_parachains::scheduler::Config for Runtime {}

        impl polkadot_runtime_parachains::configuration::Config for Runtime {
            type WeightInfo = $configuration;
        }

        impl polkadot_runtime_parachains::shared::Config for Runtime {
            type DisabledValidators = Session;
        }

        impl polkadot_runtime_parachains::dmp::Config for Runtime {
            type WeightInfo = ();
        }

        impl polkadot_runtime_parachains::inclusion::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type DisputesHandler = ParasDisputes;
            type RewardValidators = $rewards;
            type MessageQueue = MessageQueue;
            type WeightInfo = $inclusion;
        }

        impl polkadot_runtime_parachains::paras_inherent::Config for Runtime {
            type WeightInfo = $paras_inherent;
        }

        impl polkadot_runtime_parachains::paras::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type UnsignedPriority = sp_core::ConstU64<{ u64::MAX }>;
            type NextSessionRotation = Babe;
            type QueueFootprinter = ParaInclusion;
            type OnNewHead = ();
            type WeightInfo = $paras;
            type AssignCoretime = ParaScheduler;
            type Fungible = Balances;
            type CooldownRemovalMultiplier = sp_core::ConstU128<7>;
            type AuthorizeCurrentCodeOrigin =
                frame_system::EnsureRoot<polkadot_primitives::AccountId>;
        }

        impl polkadot_runtime_parachains::initializer::Config for Runtime {
            type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
            type ForceOrigin = frame_system::EnsureRoot<polkadot_primitives::AccountId>;
            type CoretimeOnNewSession = Coretime;
            type WeightInfo = $initializer;
        }

        impl polkadot_runtime_parachains::hrmp::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type RuntimeOrigin = RuntimeOrigin;
            type ChannelManager = frame_system::EnsureRoot<polkadot_primitives::AccountId>;
            type Currency = Balances;
            type DefaultChannelSizeAndCapacityWithSystem =
                polkadot_runtime_parachains::configuration::ActiveConfigHrmpChannelSizeAndCapacityRatio<
                    Runtime,
                    $crate::shared_config::WholeShare,
                >;
            type VersionWrapper = $crate::shared_config::NoVersion;
            type WeightInfo = $hrmp;
        }

        impl polkadot_runtime_parachains::disputes::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type RewardValidators = $rewards;
            type SlashingHandler =
                polkadot_runtime_parachains::disputes::slashing::SlashValidatorsForDisputes<
                    ParasSlashing,
                >;
            type WeightInfo = $disputes;
        }

        impl polkadot_runtime_parachains::on_demand::Config for Runtime {
            type RuntimeEvent = RuntimeEvent;
            type Currency = Balances;
            type WeightInfo = $on_demand;
            type TrafficDefaultValue = $crate::shared_config::TrafficDefaultValue;
            type MaxHistoricalRevenue = sp_core::ConstU32<10>;
            type PalletId = $crate::shared_config::OnDemandPalletId;
        }

        impl polkadot_runtime_parachains::coretime::Config for Runtime {
            type RuntimeOrigin = RuntimeOrigin;
            type RuntimeEvent = RuntimeEvent;
            type BrokerId = sp_core::ConstU32<1005>;
            type BrokerPotLocation = $crate::shared_config::BrokerPot;
            type WeightInfo = $coretime;
            type SendXcm = $crate::shared_config::Drop;
            type AssetTransactor = $crate::shared_config::BurnRevenue<Runtime>;
            type AccountToLocation = $crate::shared_config::Nowhere;
            type MaxXcmTransactWeight = $crate::shared_config::MaxXcmTransactWeight;
        }
    };
}
pub(crate) use shared_pallets;
