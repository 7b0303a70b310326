# Who hears what, and who may say it. Guide 4, "Subsystem Message Traffic", with the names of guide 5 and polkadot-sdk where
# they are newer. Routes marked `unbounded` break the cycles: gossip into the core, and reports out to the network, must
# never stop a subsystem that is itself being waited for.

## Answers questions about the runtime's state at a block; caches what cannot change.
subsystem runtime_api capacity 2048 {
  requests ParachainHost validators, validator_groups, availability_cores, persisted_validation_data, assumed_validation_data, check_validation_outputs, session_index_for_child, validation_code, validation_code_by_hash, validation_code_hash, candidate_pending_availability, candidates_pending_availability, candidate_events, session_info, session_executor_params, minimum_backing_votes, async_backing_params, disabled_validators, node_features, claim_queue, on_chain_votes, backing_constraints, scheduling_lookahead, validation_code_bomb_limit, pvfs_require_precheck, submit_pvf_check_statement
  requests BabeApi current_epoch
}

## Facts about blocks: headers, numbers, ancestors, finality.
subsystem chain_api capacity 2048 {
  message block_number { block: Hash } -> option<BlockNumber>
  message block_header { block: Hash } -> option<Header>
  message finalized_block_hash { number: BlockNumber } -> option<Hash>
  message finalized_block_number {} -> BlockNumber
  ## Nearest first, at most k; short where the chain is.
  message ancestors { block: Hash, k: u32 } -> vec<Hash>
}

## Runs parachain validation functions and checks everything a descriptor claims.
subsystem candidate_validation capacity 2048 {
  message validate { receipt: CandidateReceipt, validation_data: PersistedValidationData, pov: shared<PoV> } -> ValidationOutcome
  ## Prepares code that is under vote.
  message pre_check { relay_parent: Hash, code_hash: ValidationCodeHash } -> PreCheckOutcome
  sends runtime_api request_validation_code_by_hash, request_check_validation_outputs, request_session_index_for_child, request_session_executor_params, request_validation_code_bomb_limit, request_claim_queue
}

## Votes on code that is new to the chain, once it was tried.
subsystem pvf_checker {
  sends runtime_api request_pvfs_require_precheck, request_session_index_for_child, request_validators, request_submit_pvf_check_statement
        candidate_validation pre_check
}

## Seconds, validates what others second, collects statements, knows what is backable.
subsystem candidate_backing capacity 2048 {
  ## Candidate Selection has picked this one for us to second.
  message second { relay_parent: Hash, receipt: CandidateReceipt, pov: shared<PoV> }
  ## A statement with a good signature, from the network.
  message statement { relay_parent: Hash, statement: SignedFullStatementWithPVD }
  message get_backable_candidates { relay_parent: Hash, candidates: vec<CandidateHash> } -> vec<BackedCandidate>
  sends runtime_api request_validators, request_validator_groups, request_availability_cores, request_session_index_for_child, request_persisted_validation_data, request_minimum_backing_votes, request_disabled_validators, request_validation_code_hash
        candidate_validation validate
        availability_store store_available_data
        pov_distribution fetch_pov, distribute_pov
        statement_distribution share, backed
        candidate_selection invalid, declined, seconded unbounded
        provisioner provisionable_data
}

## Gossips signed statements: compact ones inside the group, manifests along the grid, full ones by request.
subsystem statement_distribution capacity 2048 {
  message share { relay_parent: Hash, statement: SignedFullStatementWithPVD }
  message backed { relay_parent: Hash, candidate: CandidateHash }
  message network_event { event: ValidationEvent }
  message incoming_attested_candidate { peer: PeerId, ticket: u64, request: AttestedCandidateRequest }
  sends network_bridge send_validation_message, report_peer, report_batch, send_request, respond unbounded
        candidate_backing statement unbounded
        runtime_api request_validator_groups, request_availability_cores, request_claim_queue, request_session_index_for_child, request_session_info, request_minimum_backing_votes, request_disabled_validators
}

## Fetches the PoV from a validator that vouched for it, serves ours.
subsystem pov_distribution capacity 2048 {
  message fetch_pov { relay_parent: Hash, from_validator: ValidatorIndex, candidate: CandidateHash, pov_hash: Hash } -> result<shared<PoV>, RequestFailure>
  message distribute_pov { relay_parent: Hash, candidate: CandidateHash, pov: shared<PoV> }
  message incoming_pov_request { peer: PeerId, ticket: u64, request: PoVFetchingRequest }
  sends network_bridge send_request, respond, report_peer unbounded
        runtime_api request_session_index_for_child, request_session_info
        availability_store query_available_data
}

## Keeps chunks and full data as long as they may be needed.
subsystem availability_store capacity 2048 {
  message query_available_data { candidate: CandidateHash } -> option<shared<AvailableData>>
  message query_chunk { candidate: CandidateHash, validator: ValidatorIndex } -> option<shared<ErasureChunk>>
  message query_all_chunks { candidate: CandidateHash } -> vec<AvailableChunk>
  message query_chunk_availability { candidate: CandidateHash, validator: ValidatorIndex } -> bool
  message store_chunk { candidate: CandidateHash, validator: ValidatorIndex, chunk: shared<ErasureChunk> } -> result<unit, StoreError>
  ## Encodes, compares the root, keeps the data and every chunk.
  message store_available_data { candidate: CandidateHash, n_validators: u32, data: shared<AvailableData>, expected_erasure_root: Hash, core_index: CoreIndex } -> result<unit, StoreError>
  sends runtime_api request_candidate_events, request_validators, request_node_features
        chain_api ancestors
}

## Fetches our chunk of every candidate pending availability, serves the ones we have.
subsystem availability_distribution capacity 2048 {
  message incoming_chunk_request_v1 { peer: PeerId, ticket: u64, request: ChunkFetchingRequest }
  message incoming_chunk_request_v2 { peer: PeerId, ticket: u64, request: ChunkFetchingRequest }
  sends network_bridge send_request, respond, report_peer unbounded
        runtime_api request_availability_cores, request_session_index_for_child, request_session_info, request_node_features
        availability_store query_chunk, query_chunk_availability, store_chunk
        chain_api ancestors
}

## Rebuilds available data from backers or from any k chunks.
subsystem availability_recovery capacity 2048 {
  message recover_available_data { receipt: CandidateReceipt, session: SessionIndex, backing_group: option<GroupIndex>, core: option<CoreIndex> } -> result<shared<AvailableData>, RecoveryError>
  message incoming_available_data_request { peer: PeerId, ticket: u64, request: AvailableDataFetchingRequest }
  sends network_bridge send_request, respond, report_peer unbounded
        runtime_api request_session_info, request_session_index_for_child, request_candidate_events, request_validators, request_node_features
        availability_store query_available_data, query_all_chunks
}

## Signs, for every new leaf, which candidates' chunks are here.
subsystem bitfield_signing {
  sends runtime_api request_availability_cores, request_validators, request_session_index_for_child
        availability_store query_chunk_availability
        bitfield_distribution distribute_bitfield
}

subsystem bitfield_distribution capacity 8192 {
  message distribute_bitfield { relay_parent: Hash, bitfield: UncheckedSignedAvailabilityBitfield }
  message network_event { event: ValidationEvent }
  sends network_bridge send_validation_message, report_peer, report_batch unbounded
        provisioner provisionable_data
        runtime_api request_validators, request_session_index_for_child
}

## Assembles what a block author puts into the parachains inherent.
subsystem provisioner capacity 2048 {
  message request_inherent_data { relay_parent: Hash } -> ProvisionerInherentData
  ## From now on every provisionable datum about this relay parent is passed on to block_authorship as it arrives.
  message request_block_authorship_data { relay_parent: Hash }
  message provisionable_data { relay_parent: Hash, data: ProvisionableData }
  sends runtime_api request_availability_cores, request_persisted_validation_data
        candidate_backing get_backable_candidates unbounded
        block_authorship provisionable unbounded
}

## The block author's end: asks for inherent data, hears provisionable data. (Polkadot's ParachainsInherentDataProvider.)
subsystem block_authorship {
  message provisionable { relay_parent: Hash, data: ProvisionableData }
  sends provisioner request_inherent_data, request_block_authorship_data
}

## Decides which collation to second, one in flight a relay parent and core.
subsystem candidate_selection capacity 2048 {
  ## A collator advertises a candidate of the para we are assigned to.
  message collation { relay_parent: Hash, para: ParaId, peer: PeerId, collator: CollatorId, candidate: option<CandidateHash> }
  message invalid { relay_parent: Hash, receipt: CandidateReceipt }
  ## Backing will not second it, through no fault of the collator's.
  message declined { relay_parent: Hash, candidate: CandidateHash }
  message seconded { relay_parent: Hash, statement: UncheckedSignedFullStatement }
  sends collator_protocol fetch_collation, report_collator, note_good_collation, notify_collation_seconded
        candidate_backing second
        runtime_api request_validators, request_validator_groups, request_availability_cores, request_claim_queue
}

## Both sides of moving a collation from a collator to the validators of the group.
subsystem collator_protocol capacity 2048 {
  ## Collator side: this para is ours.
  message collate_on { para: ParaId }
  message distribute_collation { relay_parent: Hash, core: CoreIndex, receipt: CandidateReceipt, pov: shared<PoV>, parent_head_data_hash: Hash }
  ## Validator side.
  message fetch_collation { relay_parent: Hash, para: ParaId, peer: PeerId, candidate: option<CandidateHash> } -> result<Collation, RequestFailure>
  message report_collator { collator: CollatorId, reputation: Reputation }
  message note_good_collation { collator: CollatorId }
  message notify_collation_seconded { relay_parent: Hash, collator: CollatorId, statement: UncheckedSignedFullStatement }
  message network_event { event: CollationEvent }
  message incoming_collation_request { peer: PeerId, ticket: u64, request: CollationFetchingRequestV2 }
  sends network_bridge send_collation_message, report_peer, disconnect_peer, send_request, respond, connect_to_validators unbounded
        candidate_selection collation unbounded
        runtime_api request_validators, request_validator_groups, request_availability_cores, request_claim_queue, request_session_index_for_child, request_session_info, request_scheduling_lookahead
}

## Builds collations for the paras this node collates for.
subsystem collation_generation {
  sends runtime_api request_availability_cores, request_claim_queue, request_validators, request_persisted_validation_data, request_validation_code_hash, request_session_index_for_child, request_backing_constraints
        collator_protocol collate_on, distribute_collation
}

## The gossip grid of each session, and connections to the session's validators.
subsystem gossip_support {
  sends network_bridge connect_to_validators, new_gossip_topology
        runtime_api request_session_index_for_child, request_session_info, request_current_epoch
}

## The one subsystem that touches the network.
subsystem network_bridge capacity 8192 {
  message report_peer { peer: PeerId, reputation: Reputation, reason: string }
  ## Many small changes, summed up by whoever saw them: benefits above all, which come with every gossip message.
  message report_batch { changes: vec<(PeerId, i32)> }
  message disconnect_peer { peer: PeerId, peer_set: PeerSet }
  message send_validation_message { peers: vec<PeerId>, message: ValidationProtocolV3 }
  message send_collation_message { peers: vec<PeerId>, message: CollationProtocolV2 }
  ## `request` is the encoded request, the answer the encoded response.
  message send_request { to: Recipient, protocol: u32, request: bytes } -> result<bytes, RequestFailure>
  ## Answers an incoming request; none: refused.
  message respond { ticket: u64, response: option<bytes> }
  ## Keeps streams of the set open to exactly these (beside those that others opened to us).
  message connect_to_validators { ids: vec<AuthorityDiscoveryId>, peer_set: PeerSet }
  message new_gossip_topology { topology: shared<GossipTopology> }
  sends statement_distribution network_event, incoming_attested_candidate
        bitfield_distribution network_event
        collator_protocol network_event, incoming_collation_request
        pov_distribution incoming_pov_request
        availability_distribution incoming_chunk_request_v1, incoming_chunk_request_v2
        availability_recovery incoming_available_data_request
}
