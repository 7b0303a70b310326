# Registration of paras by anyone, against a deposit.

struct ParaInfo path "polkadot_runtime_common::paras_registrar::ParaInfo" {
  ## The account that has placed a deposit for registering this para.
  manager: AccountId
  ## The amount reserved by the `manager` account for the registration.
  deposit: Balance
  ## Whether the para registration is locked from being controlled by the manager. Not set: it locks with the first block.
  locked: option<bool>
}

pallet Registrar = 70 version 1 path "polkadot_runtime_common::paras_registrar::pallet" {
  storage {
    ## Pending swap operations.
    map   PendingSwap(twox64 ParaId): ParaId?
    ## Amount held on deposit for each para and the original depositor.
    map   Paras(twox64 ParaId): ParaInfo?
    ## The next free `ParaId`.
    value NextFreeParaId: ParaId = default
  }
  ## Register head data and validation code for a reserved Para Id.
  call 0 register(id: ParaId, genesis_head: HeadData, validation_code: ValidationCode) signed
  ## Force the registration of a Para Id on the relay chain.
  call 1 force_register(who: AccountId, deposit: Balance, id: ParaId, genesis_head: HeadData, validation_code: ValidationCode) root
  ## Deregister a Para Id, freeing all data and returning any deposit.
  call 2 deregister(id: ParaId) signed|root|parachain
  ## Swap a lease holding parachain with another parachain, either on-demand or lease holding.
  call 3 swap(id: ParaId, other: ParaId) signed|root|parachain
  ## Remove a manager lock from a para.
  call 4 remove_lock(para: ParaId) root|parachain
  ## Reserve a Para Id on the relay chain.
  call 5 reserve() signed
  ## Add a manager lock from a para.
  call 6 add_lock(para: ParaId) signed|root|parachain
  ## Schedule a parachain upgrade.
  call 7 schedule_code_upgrade(para: ParaId, new_code: ValidationCode) signed|root|parachain
  ## Set the parachain's current head.
  call 8 set_current_head(para: ParaId, new_head: HeadData) signed|root|parachain
  event 0 Registered { para_id: ParaId, manager: AccountId }
  event 1 Deregistered { para_id: ParaId }
  event 2 Reserved { para_id: ParaId, who: AccountId }
  event 3 Swapped { para_id: ParaId, other_id: ParaId }
  ## The ID is not registered.
  error 0 NotRegistered
  ## The ID is already registered.
  error 1 AlreadyRegistered
  ## The caller is not the owner of this Id.
  error 2 NotOwner
  ## Invalid para code size.
  error 3 CodeTooLarge
  ## Invalid para head data size.
  error 4 HeadDataTooLarge
  ## Para is not a Parachain.
  error 5 NotParachain
  ## Para is not a Parathread (on-demand parachain).
  error 6 NotParathread
  ## Cannot deregister para
  error 7 CannotDeregister
  ## Cannot schedule downgrade of lease holding parachain to on-demand parachain
  error 8 CannotDowngrade
  ## Cannot schedule upgrade of on-demand parachain to lease holding parachain
  error 9 CannotUpgrade
  ## Para is locked from manipulation by the manager. Must use parachain or relay chain governance.
  error 10 ParaLocked
  ## The ID given for registration has not been reserved.
  error 11 NotReserved
  ## The validation code is invalid.
  error 12 InvalidCode
  ## Cannot perform a parachain slot / lifecycle swap. Check that the state of both paras are correct for the swap to work.
  error 13 CannotSwap
}

constants Registrar {
  ## The deposit to be paid to run a on-demand parachain.
  const ParaDeposit: Balance = computed
  ## The deposit to be paid per byte stored on chain.
  const DataDepositPerByte: Balance = computed
}

# What root may do to paras beside all of that.

pallet ParasSudoWrapper = 250 version 0 path "polkadot_runtime_common::paras_sudo_wrapper::pallet" {
  ## Schedule a para to be initialized at the start of the next session. A parachain gets a core of its own.
  call 0 sudo_schedule_para_initialize(id: ParaId, genesis: ParaGenesisArgs) root
  ## Schedule a para to be cleaned up at the start of the next session.
  call 1 sudo_schedule_para_cleanup(id: ParaId) root
  ## Upgrade a parathread (on-demand parachain) to a lease holding parachain
  call 2 sudo_schedule_parathread_upgrade(id: ParaId) root
  ## Downgrade a lease holding parachain to an on-demand parachain
  call 3 sudo_schedule_parachain_downgrade(id: ParaId) root
  ## Send a downward XCM to the given para. The given parachain should exist and the payload should not exceed the preconfigured
  ## size `config.max_downward_message_size`.
  call 4 sudo_queue_downward_xcm(id: ParaId, xcm: box<VersionedXcm>) root
  ## Forcefully establish a channel from the sender to the recipient.
  call 5 sudo_establish_hrmp_channel(sender: ParaId, recipient: ParaId, max_capacity: u32, max_message_size: u32) root
  ## The specified parachain is not registered.
  error 0 ParaDoesntExist
  ## The specified parachain is already registered.
  error 1 ParaAlreadyExists
  ## A DMP message couldn't be sent because it exceeds the maximum size allowed for a downward message.
  error 2 ExceedsMaxMessageSize
  ## A DMP message couldn't be sent because the destination's queue is full.
  error 3 ExceedsMaxQueueSize
  ## A DMP message couldn't be sent because the destination is unreachable.
  error 4 Unroutable
  ## Could not schedule para cleanup.
  error 5 CouldntCleanup
  ## Not a parathread (on-demand parachain).
  error 6 NotParathread
  ## Not a lease holding parachain.
  error 7 NotParachain
  ## Cannot upgrade on-demand parachain to lease holding parachain.
  error 8 CannotUpgrade
  ## Cannot downgrade lease holding parachain to on-demand.
  error 9 CannotDowngrade
  ## There are more cores than supported by the runtime.
  error 10 TooManyCores
}
