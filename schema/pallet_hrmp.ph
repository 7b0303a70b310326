# Channels between paras, whose messages pass through the relay chain's state.

struct HrmpOpenChannelRequest path "polkadot_runtime_parachains::hrmp::HrmpOpenChannelRequest" {
  ## The recipient has accepted.
  confirmed: bool
  _age: SessionIndex
  sender_deposit: Balance
  max_message_size: u32
  max_capacity: u32
  max_total_size: u32
}

pallet Hrmp = 60 version 0 path "polkadot_runtime_parachains::hrmp::pallet" {
  storage {
    map   HrmpOpenChannelRequests(twox64 HrmpChannelId): HrmpOpenChannelRequest?
    value HrmpOpenChannelRequestsList: vec<HrmpChannelId> = default
    ## How many open requests a para has sent.
    map   HrmpOpenChannelRequestCount(twox64 ParaId): u32 = default
    ## How many open requests a para has accepted.
    map   HrmpAcceptedChannelRequestCount(twox64 ParaId): u32 = default
    ## Channels to be closed at the next session.
    map   HrmpCloseChannelRequests(twox64 HrmpChannelId): unit?
    value HrmpCloseChannelRequestsList: vec<HrmpChannelId> = default
    ## Up to which block a para has processed its inbound messages.
    map   HrmpWatermarks(twox64 ParaId): BlockNumber?
    map   HrmpChannels(twox64 HrmpChannelId): HrmpChannel?
    ## Senders to a para, and recipients of a para, ascending.
    map   HrmpIngressChannelsIndex(twox64 ParaId): vec<ParaId> = default
    map   HrmpEgressChannelsIndex(twox64 ParaId): vec<ParaId> = default
    map   HrmpChannelContents(twox64 HrmpChannelId): vec<InboundHrmpMessage> = default
    ## For each para, at which blocks who sent it something; ascending by block.
    map   HrmpChannelDigests(twox64 ParaId): vec<(BlockNumber, vec<ParaId>)> = default
  }
  call 0 hrmp_init_open_channel(recipient: ParaId, proposed_max_capacity: u32, proposed_max_message_size: u32) parachain
  call 1 hrmp_accept_open_channel(sender: ParaId) parachain
  call 2 hrmp_close_channel(channel_id: HrmpChannelId) parachain
  call 3 force_clean_hrmp(para: ParaId, num_inbound: u32, num_outbound: u32) root
  call 4 force_process_hrmp_open(channels: u32) root
  call 5 force_process_hrmp_close(channels: u32) root
  call 6 hrmp_cancel_open_request(channel_id: HrmpChannelId, open_requests: u32) parachain
  call 7 force_open_hrmp_channel(sender: ParaId, recipient: ParaId, max_capacity: u32, max_message_size: u32) root
  call 8 establish_system_channel(sender: ParaId, recipient: ParaId) signed
  call 9 poke_channel_deposits(sender: ParaId, recipient: ParaId) signed
  call 10 establish_channel_with_system(target_system_chain: ParaId) parachain
  event 0 OpenChannelRequested { sender: ParaId, recipient: ParaId, proposed_max_capacity: u32, proposed_max_message_size: u32 }
  event 1 OpenChannelCanceled { by_parachain: ParaId, channel_id: HrmpChannelId }
  event 2 OpenChannelAccepted { sender: ParaId, recipient: ParaId }
  event 3 ChannelClosed { by_parachain: ParaId, channel_id: HrmpChannelId }
  event 4 HrmpChannelForceOpened { sender: ParaId, recipient: ParaId, proposed_max_capacity: u32, proposed_max_message_size: u32 }
  event 5 HrmpSystemChannelOpened { sender: ParaId, recipient: ParaId, proposed_max_capacity: u32, proposed_max_message_size: u32 }
  event 6 OpenChannelDepositsUpdated { sender: ParaId, recipient: ParaId }
  error 0 OpenHrmpChannelToSelf
  error 1 OpenHrmpChannelInvalidRecipient
  error 2 OpenHrmpChannelZeroCapacity
  error 3 OpenHrmpChannelCapacityExceedsLimit
  error 4 OpenHrmpChannelZeroMessageSize
  error 5 OpenHrmpChannelMessageSizeExceedsLimit
  error 6 OpenHrmpChannelAlreadyExists
  error 7 OpenHrmpChannelAlreadyRequested
  error 8 OpenHrmpChannelLimitExceeded
  error 9 AcceptHrmpChannelDoesntExist
  error 10 AcceptHrmpChannelAlreadyConfirmed
  error 11 AcceptHrmpChannelLimitExceeded
  error 12 CloseHrmpChannelUnauthorized
  error 13 CloseHrmpChannelDoesntExist
  error 14 CloseHrmpChannelAlreadyUnderway
  error 15 CancelHrmpOpenChannelUnauthorized
  error 16 OpenHrmpChannelDoesntExist
  error 17 OpenHrmpChannelAlreadyConfirmed
  error 18 WrongWitness
  error 19 ChannelCreationNotAuthorized
}
