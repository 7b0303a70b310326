# The registry of paras: lifecycle, heads, validation code and its upgrades, PVF pre-checking votes.

struct ReplacementTimes path "polkadot_runtime_parachains::paras::ReplacementTimes" {
  ## The relay-chain block number at which the code upgrade was expected to be activated.
  expected_at: BlockNumber
  ## The relay-chain block number at which the parablock activating the code upgrade was included.
  activated_at: BlockNumber
}
struct ParaPastCodeMeta path "polkadot_runtime_parachains::paras::ParaPastCodeMeta" {
  upgrade_times: vec<ReplacementTimes>
  last_pruned: option<BlockNumber>
}
enum ParaLifecycle path "polkadot_runtime_parachains::paras::ParaLifecycle" {
  0 Onboarding
  1 Parathread
  2 Parachain
  3 UpgradingParathread
  4 DowngradingParachain
  5 OffboardingParathread
  6 OffboardingParachain
}
struct ParaGenesisArgs path "polkadot_runtime_parachains::paras::ParaGenesisArgs" {
  genesis_head: HeadData
  validation_code: ValidationCode
  ## true: lease holding parachain, false: on-demand.
  para_kind: bool
}
enum UpgradeStrategy path "polkadot_runtime_parachains::paras::UpgradeStrategy" {
  0 SetGoAheadSignal
  1 ApplyAtExpectedBlock
}
enum PvfCheckCause path "polkadot_runtime_parachains::paras::PvfCheckCause" {
  0 Onboarding(ParaId)
  1 Upgrade { id: ParaId, included_at: BlockNumber, upgrade_strategy: UpgradeStrategy }
}
struct PvfCheckActiveVoteState path "polkadot_runtime_parachains::paras::PvfCheckActiveVoteState" {
  votes_accept: bits
  votes_reject: bits
  ## Session changes this vote has seen.
  age: SessionIndex
  created_at: BlockNumber
  causes: vec<PvfCheckCause>
}
struct AuthorizedCodeHashAndExpiry path "polkadot_runtime_parachains::paras::AuthorizedCodeHashAndExpiry" {
  code_hash: ValidationCodeHash
  expire_at: BlockNumber
}

pallet Paras = 56 version 0 path "polkadot_runtime_parachains::paras::pallet" {
  storage {
    ## All currently active PVF pre-checking votes.
    map PvfActiveVoteMap(twox64 ValidationCodeHash): PvfCheckActiveVoteState?
    ## The list of all currently active PVF votes, sorted.
    value PvfActiveVoteList: vec<ValidationCodeHash> = default
    ## All lease holding parachains, ascending.
    value Parachains: vec<ParaId> = default
    ## The current lifecycle of all known paras.
    map ParaLifecycles(twox64 ParaId): ParaLifecycle?
    ## The head data of every registered para.
    map Heads(twox64 ParaId): HeadData?
    ## The relay-chain block number in whose context the latest head was made.
    map MostRecentContext(twox64 ParaId): BlockNumber?
    ## The validation code hash of every live para.
    map CurrentCodeHash(twox64 ParaId): ValidationCodeHash?
    ## Past code hash by the para and the block at which it became outdated.
    map PastCodeHash(twox64 (ParaId, BlockNumber)): ValidationCodeHash?
    ## Past code of parachains.
    map PastCodeMeta(twox64 ParaId): ParaPastCodeMeta = default
    ## Which paras have past code that needs pruning, and when the code was replaced; ascending by block.
    value PastCodePruning: vec<(ParaId, BlockNumber)> = default
    ## The block number at which the planned code change is expected.
    map FutureCodeUpgrades(twox64 ParaId): BlockNumber?
    ## Code upgrades to apply at a block whether or not the para makes progress; ascending by block.
    value FutureCodeUpgradesAt: vec<(ParaId, BlockNumber)> = default
    ## The actual future code hash of a para.
    map FutureCodeHash(twox64 ParaId): ValidationCodeHash?
    ## Code hash authorizations, which expire.
    map AuthorizedCodeHash(twox64 ParaId): AuthorizedCodeHashAndExpiry?
    ## Tells a parachain to go ahead with its upgrade or to abort it.
    map UpgradeGoAheadSignal(twox64 ParaId): UpgradeGoAhead?
    ## Tells a parachain that it may not upgrade now.
    map UpgradeRestrictionSignal(twox64 ParaId): UpgradeRestriction?
    ## Paras waiting for their upgrade restriction to cool down; ascending by block.
    value UpgradeCooldowns: vec<(ParaId, BlockNumber)> = default
    ## Paras about to upgrade and when; ascending by block.
    value UpcomingUpgrades: vec<(ParaId, BlockNumber)> = default
    ## The actions to perform at the start of a session.
    map ActionsQueue(twox64 SessionIndex): vec<ParaId> = default
    ## Upcoming paras instantiation arguments; their code is stored in CodeByHash and empty here.
    map UpcomingParasGenesis(twox64 ParaId): ParaGenesisArgs?
    ## The number of references on the validation code in CodeByHash.
    map CodeByHashRefs(identity ValidationCodeHash): u32 = default
    ## Validation code stored by its hash.
    map CodeByHash(identity ValidationCodeHash): ValidationCode?
  }
  call 0 force_set_current_code(para: ParaId, new_code: ValidationCode) root
  call 1 force_set_current_head(para: ParaId, new_head: HeadData) root
  call 2 force_schedule_code_upgrade(para: ParaId, new_code: ValidationCode, relay_parent_number: BlockNumber) root
  call 3 force_note_new_head(para: ParaId, new_head: HeadData) root
  call 4 force_queue_action(para: ParaId) root
  call 5 add_trusted_validation_code(validation_code: ValidationCode) root
  call 6 poke_unused_validation_code(validation_code_hash: ValidationCodeHash) root
  call 7 include_pvf_check_statement(stmt: PvfCheckStatement, signature: ValidatorSignature) none
  call 8 force_set_most_recent_context(para: ParaId, context: BlockNumber) root
  call 9 remove_upgrade_cooldown(para: ParaId) signed
  call 10 authorize_force_set_current_code_hash(para: ParaId, new_code_hash: ValidationCodeHash, valid_period: BlockNumber) root
  call 11 apply_authorized_force_set_current_code(para: ParaId, new_code: ValidationCode) any
  event 0 CurrentCodeUpdated(ParaId)
  event 1 CurrentHeadUpdated(ParaId)
  event 2 CodeUpgradeScheduled(ParaId)
  event 3 NewHeadNoted(ParaId)
  event 4 ActionQueued(ParaId, SessionIndex)
  event 5 PvfCheckStarted(ValidationCodeHash, ParaId)
  event 6 PvfCheckAccepted(ValidationCodeHash, ParaId)
  event 7 PvfCheckRejected(ValidationCodeHash, ParaId)
  event 8 UpgradeCooldownRemoved { para_id: ParaId }
  event 9 CodeAuthorized { para_id: ParaId, code_hash: ValidationCodeHash, expire_at: BlockNumber }
  ## Para is not registered in our system.
  error 0 NotRegistered
  ## Para cannot be onboarded because it is already tracked by our system.
  error 1 CannotOnboard
  ## Para cannot be offboarded at this time.
  error 2 CannotOffboard
  ## Para cannot be upgraded to a lease holding parachain.
  error 3 CannotUpgrade
  ## Para cannot be downgraded to an on-demand parachain.
  error 4 CannotDowngrade
  ## The statement for PVF pre-checking is stale.
  error 5 PvfCheckStatementStale
  ## The statement for PVF pre-checking is for a future session.
  error 6 PvfCheckStatementFuture
  ## Claimed validator index is out of bounds.
  error 7 PvfCheckValidatorIndexOutOfBounds
  ## The signature for the PVF pre-checking is invalid.
  error 8 PvfCheckInvalidSignature
  ## The given validator already has cast a vote.
  error 9 PvfCheckDoubleVote
  ## The given PVF does not exist at the moment of processing a vote.
  error 10 PvfCheckSubjectInvalid
  ## Parachain cannot currently schedule a code upgrade.
  error 11 CannotUpgradeCode
  ## Invalid validation code size.
  error 12 InvalidCode
  ## No upgrade authorized.
  error 13 NothingAuthorized
  ## The submitted code is not authorized.
  error 14 Unauthorized
  ## Invalid block number.
  error 15 InvalidBlockNumber
}
