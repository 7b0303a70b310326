# Root says who validates; who is registered or deregistered now is so from the session after the next on.

pallet ValidatorManager = 252 version 0 path "rococo_runtime::validator_manager::pallet" {
  storage {
    ## Validators that should be retired.
    value ValidatorsToRetire: vec<AccountId> = default
    ## Validators that should be added.
    value ValidatorsToAdd: vec<AccountId> = default
  }
  ## Add new validators to the set.
  call 0 register_validators(validators: vec<AccountId>) root
  ## Remove validators from the set.
  call 1 deregister_validators(validators: vec<AccountId>) root
  ## New validators were added to the set.
  event 0 ValidatorsRegistered(vec<AccountId>)
  ## Validators were removed from the set.
  event 1 ValidatorsDeregistered(vec<AccountId>)
}
