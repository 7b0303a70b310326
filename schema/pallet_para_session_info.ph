# What dispute and approval participants must know of past sessions.

pallet ParaSessionInfo = 61 version 1 path "polkadot_runtime_parachains::session_info::pallet" {
  storage {
    ## Assignment keys of the whole validator set of the current session; the set itself may be smaller.
    value AssignmentKeysUnsafe: vec<AssignmentId> = default
    ## The earliest session for which previous session info is stored.
    value EarliestStoredSession: SessionIndex = default
    ## Session information in a rolling window.
    map Sessions(identity SessionIndex): SessionInfo?
    ## The validator account keys of the validators actively participating in parachain consensus.
    map AccountKeys(identity SessionIndex): vec<AccountId>?
    ## Executor parameter set for a given session.
    map SessionExecutorParams(identity SessionIndex): ExecutorParams?
  }
}
