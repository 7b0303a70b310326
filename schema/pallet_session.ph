# Sessions: which validators, with which keys, and when they change.

## That a key belonged to a validator of a session.
struct MembershipProof path "sp_session::MembershipProof" {
  session: SessionIndex
  trie_nodes: vec<bytes>
  validator_count: u32
}

pallet Session = 8 version 1 {
  storage {
    ## The current set of validators.
    value Validators: vec<AccountId> = default
    ## Current index of the session.
    value CurrentIndex: SessionIndex = default
    ## True if the underlying economic identities or weighting behind the validators has changed in the queued set.
    value QueuedChanged: bool = default
    ## The queued keys for the next session.
    value QueuedKeys: vec<(AccountId, SessionKeys)> = default
    ## Disabled validators, by index in the set, sorted, with the severity of their offence in parts of a billion.
    value DisabledValidators: vec<(u32, Perbill)> = default
    ## The next session keys for a validator.
    map   NextKeys(twox64 AccountId): SessionKeys?
    ## The owner of a key. The key is the key type and the encoded key.
    map   KeyOwner(twox64 (KeyTypeId, bytes)): AccountId?
    ## Accounts whose keys another chain set.
    map   ExternallySetKeys(twox64 AccountId): unit?
  }
  ## Sets the session keys of the function caller to `keys`.
  call 0 set_keys(keys: SessionKeys, proof: bytes) signed
  ## Removes any session keys of the function caller.
  call 1 purge_keys() signed
  ## New session has happened. The argument is the session index, not the block number.
  event 0 NewSession { session_index: SessionIndex }
  ## The session manager provided a new set for the session after the next.
  event 1 NewQueued
  ## Validator has been disabled.
  event 2 ValidatorDisabled { validator: AccountId }
  ## Validator has been re-enabled.
  event 3 ValidatorReenabled { validator: AccountId }
  ## Invalid ownership proof.
  error 0 InvalidProof
  ## No associated validator ID for account.
  error 1 NoAssociatedValidatorId
  ## Registered duplicate key.
  error 2 DuplicatedKey
  ## No keys are associated with this account.
  error 3 NoKeys
  ## Key setting account is not live, so it's impossible to associate keys.
  error 4 NoAccount
}

pallet AuthorityDiscovery = 12 version 0 {
  storage {
    ## Keys of the current authority set.
    value Keys: vec<AuthorityDiscoveryId> = default
    ## Keys of the next authority set.
    value NextKeys: vec<AuthorityDiscoveryId> = default
  }
}
