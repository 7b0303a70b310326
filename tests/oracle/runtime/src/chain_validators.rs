//! Stand-in for the pallet by which Rococo's root adds and retires validators: same storage, calls, events and answers
//! to pallet_session.

pub use pallet::*;
use sp_staking::SessionIndex;

#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config + pallet_session::Config {
        #[allow(deprecated)]
        type RuntimeEvent: From<Event<Self>> + IsType<<Self as frame_system::Config>::RuntimeEvent>;
        type PrivilegedOrigin: EnsureOrigin<<Self as frame_system::Config>::RuntimeOrigin>;
    }

    #[pallet::event]
    #[pallet::generate_deposit(fn deposit_event)]
    pub enum Event<T: Config> {
        ValidatorsRegistered(Vec<T::ValidatorId>),
        ValidatorsDeregistered(Vec<T::ValidatorId>),
    }

    #[pallet::storage]
    pub type ValidatorsToRetire<T: Config> = StorageValue<_, Vec<T::ValidatorId>, ValueQuery>;

    #[pallet::storage]
    pub type ValidatorsToAdd<T: Config> = StorageValue<_, Vec<T::ValidatorId>, ValueQuery>;

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        #[pallet::call_index(0)]
        #[pallet::weight({100_000})]
        pub fn register_validators(
            origin: OriginFor<T>,
            validators: Vec<T::ValidatorId>,
        ) -> DispatchResult {
            T::PrivilegedOrigin::ensure_origin(origin)?;
            for validator in &validators {
                ValidatorsToAdd::<T>::append(validator);
            }
            Self::deposit_event(Event::ValidatorsRegistered(validators));
            Ok(())
        }

        #[pallet::call_index(1)]
        #[pallet::weight({100_000})]
        pub fn deregister_validators(
            origin: OriginFor<T>,
            validators: Vec<T::ValidatorId>,
        ) -> DispatchResult {
            T::PrivilegedOrigin::ensure_origin(origin)?;
            for validator in &validators {
                ValidatorsToRetire::<T>::append(validator);
            }
            Self::deposit_event(Event::ValidatorsDeregistered(validators));
            Ok(())
        }
    }
}

impl<T: Config> pallet_session::SessionManager<T::ValidatorId> for Pallet<T> {
    fn new_session(index: SessionIndex) -> Option<Vec<T::ValidatorId>> {
        if index < 2 {
            return None;
        }
        let mut all = pallet_session::Pallet::<T>::validators();
        for leaving in ValidatorsToRetire::<T>::take() {
            if let Some(at) = all.iter().position(|one| *one == leaving) {
                all.swap_remove(at);
            }
        }
        for joining in ValidatorsToAdd::<T>::take() {
            if !all.contains(&joining) {
                all.push(joining);
            }
        }
        Some(all)
    }
    fn end_session(_: SessionIndex) {}
    fn start_session(_: SessionIndex) {}
}

impl<T: Config> pallet_session::historical::SessionManager<T::ValidatorId, ()> for Pallet<T> {
    fn new_session(index: SessionIndex) -> Option<Vec<(T::ValidatorId, ())>> {
        let all = <Self as pallet_session::SessionManager<_>>::new_session(index)?;
        Some(all.into_iter().map(|one| (one, ())).collect())
    }
    fn end_session(_: SessionIndex) {}
    fn start_session(_: SessionIndex) {}
}
