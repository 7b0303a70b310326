# The host configuration: the active one and those scheduled for coming sessions.

pallet Configuration = 51 version 13 path "polkadot_runtime_parachains::configuration::pallet" {
  storage {
    ## The active configuration for the current session.
    value ActiveConfig: HostConfiguration = bytes 0x000050000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006000000640000000100000001000000000000000000000000000000020000000200000002000000000100000001000000010000000001000000000000001027000080b2e60e80c3c9018096980000000000000000000000000000000000
    ## Pending configuration changes, ascending by the session at which they become active.
    value PendingConfigs: vec<(SessionIndex, HostConfiguration)> = default
    ## If this is set, then the configuration setters bypass the consistency checks.
    value BypassConsistencyCheck: bool = default
  }
  call 0 set_validation_upgrade_cooldown(new: BlockNumber) root
  call 1 set_validation_upgrade_delay(new: BlockNumber) root
  call 2 set_code_retention_period(new: BlockNumber) root
  call 3 set_max_code_size(new: u32) root
  call 4 set_max_pov_size(new: u32) root
  call 5 set_max_head_data_size(new: u32) root
  call 6 set_coretime_cores(new: u32) root
  call 8 set_group_rotation_frequency(new: BlockNumber) root
  call 9 set_paras_availability_period(new: BlockNumber) root
  call 11 set_scheduling_lookahead(new: u32) root
  call 12 set_max_validators_per_core(new: option<u32>) root
  call 13 set_max_validators(new: option<u32>) root
  call 14 set_dispute_period(new: SessionIndex) root
  call 15 set_dispute_post_conclusion_acceptance_period(new: BlockNumber) root
  call 18 set_no_show_slots(new: u32) root
  call 19 set_n_delay_tranches(new: u32) root
  call 20 set_zeroth_delay_tranche_width(new: u32) root
  call 21 set_needed_approvals(new: u32) root
  call 22 set_relay_vrf_modulo_samples(new: u32) root
  call 23 set_max_upward_queue_count(new: u32) root
  call 24 set_max_upward_queue_size(new: u32) root
  call 25 set_max_downward_message_size(new: u32) root
  call 27 set_max_upward_message_size(new: u32) root
  call 28 set_max_upward_message_num_per_candidate(new: u32) root
  call 29 set_hrmp_open_request_ttl(new: u32) any
  call 30 set_hrmp_sender_deposit(new: Balance) root
  call 31 set_hrmp_recipient_deposit(new: Balance) root
  call 32 set_hrmp_channel_max_capacity(new: u32) root
  call 33 set_hrmp_channel_max_total_size(new: u32) root
  call 34 set_hrmp_max_parachain_inbound_channels(new: u32) root
  call 36 set_hrmp_channel_max_message_size(new: u32) root
  call 37 set_hrmp_max_parachain_outbound_channels(new: u32) root
  call 39 set_hrmp_max_message_num_per_candidate(new: u32) root
  call 42 set_pvf_voting_ttl(new: SessionIndex) root
  call 43 set_minimum_validation_upgrade_delay(new: BlockNumber) root
  call 44 set_bypass_consistency_check(new: bool) root
  call 45 set_async_backing_params(new: AsyncBackingParams) root
  call 46 set_executor_params(new: ExecutorParams) root
  call 47 set_on_demand_base_fee(new: Balance) root
  call 48 set_on_demand_fee_variability(new: Perbill) root
  call 49 set_on_demand_queue_max_size(new: u32) root
  call 50 set_on_demand_target_queue_utilization(new: Perbill) root
  call 52 set_minimum_backing_votes(new: u32) root
  call 53 set_node_feature(index: u8, value: bool) root
  call 54 set_approval_voting_params(new: ApprovalVotingParams) root
  call 55 set_scheduler_params(new: SchedulerParams) root
  call 56 set_max_relay_parent_session_age(new: u32) root
  ## The new value for a configuration parameter is invalid.
  error 0 InvalidNewValue
}
