# The runtime APIs: what the node may ask of the runtime at a block. Source: sp-api 44, polkadot-primitives 26, runtime.md
# section 16.

api Core version 5 {
  1 version() -> RuntimeVersion
  ## Executes the block on the state of its parent. Fails if the block is invalid. The header comes without its seal.
  1 execute_block(block: Block)
  1 initialize_block(header: Header) -> ExtrinsicInclusionMode
}

api Metadata version 2 {
  ## The metadata, in version 14.
  1 metadata() -> OpaqueMetadata
  ## The metadata in version 14 or 15; none for another.
  2 metadata_at_version(version: u32) -> option<OpaqueMetadata>
  2 metadata_versions() -> vec<u32>
}

api BlockBuilder version 6 {
  1 apply_extrinsic(extrinsic: OpaqueExtrinsic) -> ApplyExtrinsicResult
  1 finalize_block() -> Header
  1 inherent_extrinsics(inherent: InherentData) -> vec<OpaqueExtrinsic>
  1 check_inherents(block: Block, data: InherentData) -> CheckInherentsResult
}

api TaggedTransactionQueue version 3 {
  ## Whether the transaction could stand in a block after `block_hash`, whose state this is.
  2 validate_transaction(source: TransactionSource, tx: OpaqueExtrinsic, block_hash: Hash) -> TransactionValidity
}

api AccountNonceApi version 1 {
  ## The nonce of the account's next transaction.
  1 account_nonce(account: AccountId) -> Nonce
}

api TransactionPaymentApi version 4 {
  1 query_info(uxt: OpaqueExtrinsic, len: u32) -> RuntimeDispatchInfo
  1 query_fee_details(uxt: OpaqueExtrinsic, len: u32) -> FeeDetails
  1 query_weight_to_fee(weight: Weight) -> Balance
  1 query_length_to_fee(length: u32) -> Balance
}

api BabeApi version 2 {
  1 configuration() -> BabeConfiguration
  1 current_epoch_start() -> Slot
  1 current_epoch() -> BabeEpoch
  1 next_epoch() -> BabeEpoch
  1 generate_key_ownership_proof(slot: Slot, authority_id: BabeAuthorityId) -> option<bytes>
  1 submit_report_equivocation_unsigned_extrinsic(equivocation_proof: BabeEquivocationProof, key_owner_proof: bytes) -> option<unit>
}

api GrandpaApi version 3 {
  1 grandpa_authorities() -> GrandpaAuthorityList
  1 submit_report_equivocation_unsigned_extrinsic(equivocation_proof: GrandpaEquivocationProof, key_owner_proof: bytes) -> option<unit>
  1 generate_key_ownership_proof(set_id: GrandpaSetId, authority_id: GrandpaAuthorityId) -> option<bytes>
  1 current_set_id() -> GrandpaSetId
}

api AuthorityDiscoveryApi version 1 {
  ## Current and next authorities.
  1 authorities() -> vec<AuthorityDiscoveryId>
}

api SessionKeys version 2 {
  ## New keys, kept in the node's keystore (from the secret URI `seed`, or random), and what proves to Session.set_keys that
  ## they are the owner's.
  2 generate_session_keys(owner: bytes, seed: option<bytes>) -> OpaqueGeneratedSessionKeys
  ## Each key with its type; none if the bytes are not those of session keys.
  1 decode_session_keys(encoded: bytes) -> option<vec<(bytes, KeyTypeId)>>
}

api ParachainHost version 16 {
  5 validators() -> vec<ValidatorId>
  5 validator_groups() -> (vec<vec<ValidatorIndex>>, GroupRotationInfo)
  5 availability_cores() -> vec<CoreState>
  5 persisted_validation_data(para_id: ParaId, assumption: OccupiedCoreAssumption) -> option<PersistedValidationData>
  5 assumed_validation_data(para_id: ParaId, expected_persisted_validation_data_hash: Hash) -> option<(PersistedValidationData, ValidationCodeHash)>
  5 check_validation_outputs(para_id: ParaId, outputs: CandidateCommitments) -> bool
  5 session_index_for_child() -> SessionIndex
  5 validation_code(para_id: ParaId, assumption: OccupiedCoreAssumption) -> option<ValidationCode>
  5 candidate_pending_availability(para_id: ParaId) -> option<CommittedCandidateReceipt>
  5 candidate_events() -> vec<CandidateEvent>
  5 dmq_contents(recipient: ParaId) -> vec<InboundDownwardMessage>
  5 inbound_hrmp_channels_contents(recipient: ParaId) -> map<ParaId, vec<InboundHrmpMessage>>
  5 validation_code_by_hash(hash: ValidationCodeHash) -> option<ValidationCode>
  5 on_chain_votes() -> option<ScrapedOnChainVotes>
  5 session_info(index: SessionIndex) -> option<SessionInfo>
  5 submit_pvf_check_statement(stmt: PvfCheckStatement, signature: ValidatorSignature)
  5 pvfs_require_precheck() -> vec<ValidationCodeHash>
  5 validation_code_hash(para_id: ParaId, assumption: OccupiedCoreAssumption) -> option<ValidationCodeHash>
  5 disputes() -> vec<(SessionIndex, CandidateHash, DisputeState)>
  5 session_executor_params(session_index: SessionIndex) -> option<ExecutorParams>
  5 unapplied_slashes() -> vec<(SessionIndex, CandidateHash, LegacyPendingSlashes)>
  5 key_ownership_proof(validator_id: ValidatorId) -> option<OpaqueKeyOwnershipProof>
  5 submit_report_dispute_lost(dispute_proof: DisputeProof, key_ownership_proof: OpaqueKeyOwnershipProof) -> option<unit>
  6 minimum_backing_votes() -> u32
  7 para_backing_state(para_id: ParaId) -> option<BackingState>
  7 async_backing_params() -> AsyncBackingParams
  8 disabled_validators() -> vec<ValidatorIndex>
  9 node_features() -> NodeFeatures
  10 approval_voting_params() -> ApprovalVotingParams
  11 claim_queue() -> ClaimQueue
  11 candidates_pending_availability(para_id: ParaId) -> vec<CommittedCandidateReceipt>
  12 validation_code_bomb_limit() -> u32
  13 backing_constraints(para_id: ParaId) -> option<Constraints>
  13 scheduling_lookahead() -> u32
  14 para_ids() -> vec<ParaId>
  15 unapplied_slashes_v2() -> vec<(SessionIndex, CandidateHash, PendingSlashes)>
  16 max_relay_parent_session_age() -> u32
  16 ancestor_relay_parent_info(session_index: SessionIndex, relay_parent: Hash) -> option<RelayParentInfo>
}
