# One account may do what root may.

pallet Sudo = 255 version 0 path "pallet_sudo::pallet" {
  storage {
    ## The account of the sudo key.
    value Key: AccountId?
  }
  ## Authenticates the sudo key and dispatches a function call with `Root` origin.
  call 0 sudo(call: box<Call>) signed|root
  ## As sudo; the weight is what the caller says.
  call 1 sudo_unchecked_weight(call: box<Call>, weight: Weight) signed|root
  ## Authenticates the current sudo key and sets the given account as the new sudo key.
  call 2 set_key(new: MultiAddress) signed|root
  ## Authenticates the sudo key and dispatches a function call with `Signed` origin from a given account.
  call 3 sudo_as(who: MultiAddress, call: box<Call>) signed|root
  ## Permanently removes the sudo key. This cannot be un-done.
  call 4 remove_key() signed|root
  ## A sudo call just took place.
  event 0 Sudid { sudo_result: DispatchResult }
  ## The sudo key has been updated.
  event 1 KeyChanged { old: option<AccountId>, new: AccountId }
  ## The key was permanently removed.
  event 2 KeyRemoved
  ## A sudo_as call just took place.
  event 3 SudoAsDone { sudo_result: DispatchResult }
  ## Sender must be the Sudo account.
  error 0 RequireSudo
}
