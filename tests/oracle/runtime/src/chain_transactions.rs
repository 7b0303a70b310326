//! Transactions of the seeded author: right ones and such with a flaw, of every call.

use super::*;

pub(super) const SPEC: u32 = 1_025_002;
pub(super) const TX: u32 = 26;

/// What is wrong with a transaction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Flaw {
    None,
    Signature,
    Genesis,
    Spec,
    Tx,
    FutureNonce,
    OldNonce,
    Unborn,
    Expired,
    Tip,
    Index,
    Raw,
    Twenty,
    General,
    Call,
    /// A signature by an algorithm that is not the account's.
    Algorithm,
    /// Bytes that are no signature.
    Noise,
}

pub(super) const FLAWS: [Flaw; 16] = [
    Flaw::Signature,
    Flaw::Genesis,
    Flaw::Spec,
    Flaw::Tx,
    Flaw::FutureNonce,
    Flaw::OldNonce,
    Flaw::Unborn,
    Flaw::Expired,
    Flaw::Tip,
    Flaw::Index,
    Flaw::Raw,
    Flaw::Twenty,
    Flaw::General,
    Flaw::Call,
    Flaw::Algorithm,
    Flaw::Noise,
];

pub(super) fn with_len(body: Vec<u8>) -> Vec<u8> {
    body.encode()
}

/// Without a signature, in the format 5 or 4.
pub(super) fn bare(call: &RuntimeCall) -> Vec<u8> {
    let raw = call.encode();
    let format = if raw.len() % 3 == 0 { 4 } else { 5 };
    with_len([&[format][..], &raw].concat())
}

pub(super) fn parachains_code(raw: Vec<u8>) -> polkadot_primitives::ValidationCode {
    polkadot_primitives::ValidationCode(raw)
}

impl Author {
    pub(super) fn hash_of(&mut self, number: u32) -> H256 {
        if number == self.number() {
            return self.chain.best;
        }
        self.chain.state.run(|| System::block_hash(number))
    }

    /// An era that holds at the next block, and the hash it is about.
    pub(super) fn era(&mut self, flaw: Flaw) -> (Era, H256) {
        let best = self.number();
        if flaw == Flaw::Unborn {
            return (Era::mortal(64, u64::from(best) + 40), self.chain.best);
        }
        if flaw == Flaw::Expired && best > 8 {
            let era = Era::mortal(4, u64::from(best) - 6);
            let birth = era.birth(u64::from(best) - 6) as u32;
            return (era, self.hash_of(birth));
        }
        if self.chance(2, 5) {
            return (Era::Immortal, self.genesis);
        }
        let period = 1u64 << self.rng.gen_range(2..=17);
        let back = self.rng.gen_range(0..=u64::from(best).min(period - 1));
        let era = Era::mortal(period, u64::from(best) - back);
        let birth = era.birth(u64::from(best) + 1) as u32;
        (era, self.hash_of(birth))
    }

    pub(super) fn tip(&mut self, flaw: Flaw) -> u128 {
        if flaw == Flaw::Tip {
            return u128::MAX / 3;
        }
        match self.rng.gen_range(0..8) {
            0 => self.rng.gen_range(0..1000),
            1 => self.rng.gen_range(0..EXISTENTIAL_DEPOSIT),
            _ => 0,
        }
    }

    fn anybody(&mut self) -> AccountId {
        let accounts = &self.keys.accounts;
        accounts.choose(&mut self.rng).expect("some").clone()
    }

    fn any_code(&mut self) -> Vec<u8> {
        self.codes.choose(&mut self.rng).expect("some").clone()
    }

    /// A transaction, with its length before it.
    pub(super) fn signed(&mut self, signer: usize, call: &[u8], flaw: Flaw) -> Vec<u8> {
        let account = self.keys.accounts[signer].clone();
        let mut nonce = self.chain.state.run(|| System::account_nonce(&account));
        match flaw {
            Flaw::FutureNonce => nonce = nonce.wrapping_add(self.rng.gen_range(1..4)),
            Flaw::OldNonce => nonce = nonce.wrapping_sub(1),
            _ => {}
        }
        let (era, birth) = self.era(flaw);
        let mut tip = self.tip(flaw);
        if flaw == Flaw::None && self.chance(1, 25) {
            // So much that what is left is on an edge; the length is that of most transactions of this call.
            let data = self.chain.state.run(|| System::account(&account).data);
            let signature = if signer == who::USERS + 4 { 66 } else { 65 };
            let len = 2
                + 1
                + 33
                + signature
                + era.encode().len()
                + Compact(nonce).encode().len()
                + call.len();
            let left = *[
                0,
                1,
                EXISTENTIAL_DEPOSIT - 1,
                EXISTENTIAL_DEPOSIT,
                EXISTENTIAL_DEPOSIT + 1,
            ]
            .choose(&mut self.rng)
            .expect("some");
            let len = len + Compact(data.free).encode().len();
            tip = data.free.saturating_sub(left + len as u128);
        }
        let mut extra = era.encode();
        Compact(nonce).encode_to(&mut extra);
        Compact(tip).encode_to(&mut extra);
        let genesis = if flaw == Flaw::Genesis {
            H256([7; 32])
        } else {
            self.genesis
        };
        let spec = if flaw == Flaw::Spec { SPEC + 1 } else { SPEC };
        let tx = if flaw == Flaw::Tx { TX - 1 } else { TX };
        let call = if flaw == Flaw::Call {
            vec![99, 99]
        } else {
            call.to_vec()
        };
        if flaw == Flaw::General {
            return with_len([vec![0x45, 0], extra, call].concat());
        }
        let payload = [&call[..], &extra, &(spec, tx, genesis, birth).encode()].concat();
        let payload = if payload.len() > 256 {
            sp_io::hashing::blake2_256(&payload).to_vec()
        } else {
            payload
        };
        let pair = &self.keys.signers[signer];
        let signature = match flaw {
            Flaw::Signature => pair.sign(b"another"),
            Flaw::Algorithm => self.keys.signers[who::USERS + 2 + signer % 3].sign(&payload),
            Flaw::Noise => {
                // Every kind of signature has its number first.
                let mut raw = pair.sign(&payload).encode();
                let from = self.rng.gen_range(1..raw.len());
                raw[from..]
                    .iter_mut()
                    .for_each(|byte| *byte = self.rng.gen());
                record::decode(&raw).expect("of the same length")
            }
            _ => pair.sign(&payload),
        };
        let address: Address = match flaw {
            Flaw::Index => MultiAddress::Index(()),
            Flaw::Raw => MultiAddress::Raw(vec![1, 2, 3]),
            Flaw::Twenty => MultiAddress::Address20([1; 20]),
            _ => MultiAddress::Id(account),
        };
        with_len(
            [
                vec![0x84],
                address.encode(),
                signature.encode(),
                extra,
                call,
            ]
            .concat(),
        )
    }

    /// Balances of people, and what is near them.
    pub(super) fn pool(&mut self) -> Pool {
        let mut balances = vec![
            0,
            1,
            EXISTENTIAL_DEPOSIT - 1,
            EXISTENTIAL_DEPOSIT,
            EXISTENTIAL_DEPOSIT + 1,
        ];
        balances.extend([
            2 * EXISTENTIAL_DEPOSIT,
            5 * EXISTENTIAL_DEPOSIT,
            5 * EXISTENTIAL_DEPOSIT,
        ]);
        if self.chance(1, 6) {
            balances.extend([u128::MAX, u128::MAX / 2, u64::MAX as u128]);
        }
        let account = self.anybody();
        let data = self.chain.state.run(|| System::account(&account).data);
        balances.extend([
            data.free,
            data.free.saturating_sub(EXISTENTIAL_DEPOSIT),
            data.free.saturating_sub(200),
        ]);
        balances.extend([data.reserved, data.free / 2]);
        Pool {
            balances,
            codes: self.codes.clone(),
            hashes: vec![
                self.genesis.0,
                self.chain.best.0,
                self.parent.state_root().0,
            ],
            others: {
                let pot = parachains::on_demand::Pallet::<Runtime>::account_id();
                let para = |id: u32| -> AccountId { Id::from(id).into_account_truncating() };
                vec![pot.into(), para(2000).into(), para(2001).into(), [0; 32]]
            },
            paras: vec![2000, 2000, 2001, 2001, 2002, 2003, 2004, 1000, 1005],
            block: self.number() + 1,
            session: self
                .chain
                .state
                .run(|| parachains::shared::CurrentSessionIndex::<Runtime>::get()),
        }
    }

    /// Root's doings that would end the chain, or that the recorded runtime has no use for.
    pub(super) fn harmful(&mut self, call: &RuntimeCall) -> bool {
        use frame_system::Call as System;
        use parachains::configuration::Call as Config;
        match call {
            RuntimeCall::System(System::set_code_without_checks { .. }) => self.chance(2, 3),
            RuntimeCall::System(System::apply_authorized_upgrade { .. }) => self.chance(1, 2),
            RuntimeCall::System(
                System::set_storage { .. }
                | System::kill_storage { .. }
                | System::kill_prefix { .. },
            ) => false,
            RuntimeCall::Babe(
                pallet_babe::Call::report_equivocation { .. }
                | pallet_babe::Call::report_equivocation_unsigned { .. },
            ) => true,
            RuntimeCall::Grandpa(
                pallet_grandpa::Call::report_equivocation { .. }
                | pallet_grandpa::Call::report_equivocation_unsigned { .. },
            ) => true,
            RuntimeCall::ParasSlashing(_) => true,
            RuntimeCall::ParaInherent(_) => self.chance(9, 10),
            RuntimeCall::Sudo(
                pallet_sudo::Call::set_key { .. } | pallet_sudo::Call::remove_key { .. },
            ) => {
                matches!(
                    call,
                    RuntimeCall::Sudo(pallet_sudo::Call::remove_key { .. })
                ) && self.chance(19, 20)
            }
            RuntimeCall::Sudo(
                pallet_sudo::Call::sudo { call }
                | pallet_sudo::Call::sudo_unchecked_weight { call, .. }
                | pallet_sudo::Call::sudo_as { call, .. },
            ) => self.harmful(&call.clone()),
            RuntimeCall::ValidatorManager(_) => self.chance(2, 3),
            RuntimeCall::Balances(pallet_balances::Call::force_set_balance { .. }) => {
                self.chance(1, 2)
            }
            RuntimeCall::Configuration(Config::set_bypass_consistency_check { .. }) => {
                self.chance(9, 10)
            }
            _ => false,
        }
    }

    pub(super) fn any_call(&mut self) -> RuntimeCall {
        let pool = self.pool();
        loop {
            let raw = if self.chance(1, 3) {
                self.calls.of(4, &mut self.rng, &self.keys, &pool)
            } else {
                let pallet = *self.pallets.choose(&mut self.rng).expect("some");
                self.calls.of(pallet, &mut self.rng, &self.keys, &pool)
            };
            let Ok(call) = record::decode::<RuntimeCall>(&raw) else {
                continue;
            };
            if !self.harmful(&call) {
                return self.storage_call(call);
            }
        }
    }

    /// Raw storage is written only where nobody minds.
    pub(super) fn storage_call(&mut self, call: RuntimeCall) -> RuntimeCall {
        use frame_system::Call as System;
        let key = |rng: &mut ChaCha8Rng| {
            let mut key = sp_io::hashing::twox_128(b"System").to_vec();
            key.extend(b"junk");
            key.push(rng.gen_range(0..6));
            key
        };
        match call {
            RuntimeCall::System(System::set_storage { .. }) => {
                let items = (0..self.rng.gen_range(0..4))
                    .map(|i| (key(&mut self.rng), vec![i; i as usize]))
                    .collect();
                System::set_storage { items }.into()
            }
            RuntimeCall::System(System::kill_storage { .. }) => {
                let keys = (0..self.rng.gen_range(0..3))
                    .map(|_| key(&mut self.rng))
                    .collect();
                System::kill_storage { keys }.into()
            }
            RuntimeCall::System(System::kill_prefix { .. }) => {
                let prefix = [&sp_io::hashing::twox_128(b"System")[..], b"junk"].concat();
                System::kill_prefix {
                    prefix,
                    subkeys: self.rng.gen_range(0..5),
                }
                .into()
            }
            RuntimeCall::Sudo(pallet_sudo::Call::sudo { call }) => pallet_sudo::Call::sudo {
                call: Box::new(self.storage_call(*call)),
            }
            .into(),
            RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight { call, weight }) => {
                let call = Box::new(self.storage_call(*call));
                pallet_sudo::Call::sudo_unchecked_weight { call, weight }.into()
            }
            other => other,
        }
    }

    /// Things that rarely come of chance.
    pub(super) fn root_call(&mut self) -> RuntimeCall {
        let now = self.number() + 1;
        let stash = |this: &mut Self| {
            let v = this.rng.gen_range(0..who::VALIDATORS);
            this.keys.accounts[who::STASHES + v].clone()
        };
        let para = Id::from(2000 + self.rng.gen_range(0..5u32));
        match self.rng.gen_range(0..14) {
            11 => {
                let code_hash = H256(sp_io::hashing::blake2_256(&self.any_code()));
                match self.rng.gen() {
                    true => frame_system::Call::authorize_upgrade { code_hash }.into(),
                    false => {
                        frame_system::Call::authorize_upgrade_without_checks { code_hash }.into()
                    }
                }
            }
            12 => {
                let direction = pallet_balances::AdjustmentDirection::Increase;
                let total = self
                    .chain
                    .state
                    .run(|| pallet_balances::TotalIssuance::<Runtime>::get());
                let room = u128::MAX - total;
                let delta = match self.rng.gen_range(0..5) {
                    0 => room,
                    1 => room.saturating_sub(3 * EXISTENTIAL_DEPOSIT),
                    2 => room.saturating_add(1),
                    _ => EXISTENTIAL_DEPOSIT,
                };
                if delta > total && self.chance(1, 2) {
                    let direction = pallet_balances::AdjustmentDirection::Decrease;
                    let delta = total / 2;
                    pallet_balances::Call::force_adjust_total_issuance { direction, delta }.into()
                } else {
                    pallet_balances::Call::force_adjust_total_issuance { direction, delta }.into()
                }
            }
            8 => {
                let sender = Id::from(2000 + self.rng.gen_range(0..3u32));
                let max_capacity = self.rng.gen_range(0..9);
                let max_message_size = self.rng.gen_range(0..100);
                parachains::hrmp::Call::force_open_hrmp_channel {
                    sender,
                    recipient: para,
                    max_capacity,
                    max_message_size,
                }
                .into()
            }
            9 => {
                let channels = self.rng.gen_range(0..3);
                match self.rng.gen() {
                    true => parachains::hrmp::Call::force_process_hrmp_open { channels }.into(),
                    false => parachains::hrmp::Call::force_clean_hrmp {
                        para,
                        num_inbound: self.rng.gen_range(0..3),
                        num_outbound: self.rng.gen_range(0..3),
                    }
                    .into(),
                }
            }
            0 => {
                let validators = vec![stash(self)];
                crate::chain_validators::Call::register_validators { validators }.into()
            }
            1 => {
                let validators = vec![stash(self)];
                crate::chain_validators::Call::deregister_validators { validators }.into()
            }
            2 => {
                let allowed_slots = *[
                    AllowedSlots::PrimarySlots,
                    AllowedSlots::PrimaryAndSecondaryPlainSlots,
                    AllowedSlots::PrimaryAndSecondaryVRFSlots,
                ]
                .choose(&mut self.rng)
                .expect("some");
                // Without secondary slots most slots would have no author.
                let allowed_slots = match allowed_slots {
                    AllowedSlots::PrimarySlots if self.chance(4, 5) => {
                        AllowedSlots::PrimaryAndSecondaryPlainSlots
                    }
                    other => other,
                };
                let c = (self.rng.gen_range(0..3), self.rng.gen_range(1..5));
                let c = if c.0 == 0 && self.chance(9, 10) {
                    (1, 4)
                } else {
                    c
                };
                let config =
                    sp_consensus_babe::digests::NextConfigDescriptor::V1 { c, allowed_slots };
                pallet_babe::Call::plan_config_change { config }.into()
            }
            3 => {
                use pallet_broker::CoreAssignment as To;
                let core = self.rng.gen_range(0..3);
                let task = To::Task(para.into());
                let assignment = match self.rng.gen_range(0..4) {
                    0 => vec![(To::Pool, 57600u16)],
                    1 => vec![(task, 57600)],
                    2 => vec![(To::Pool, 28800), (task, 28800)],
                    _ => vec![(To::Idle, 28800), (task, 28800)],
                };
                let begin = now + self.rng.gen_range(0..6);
                let end_hint = self.chance(1, 3).then(|| begin + self.rng.gen_range(1..9));
                // The type of parts is out of reach here.
                let raw = ((74u8, 4u8), core as u16, begin, assignment, end_hint).encode();
                record::decode(&raw).expect("coretime.assign_core")
            }
            4 => {
                let new_code = parachains_code(self.any_code());
                let relay_parent_number = now + self.rng.gen_range(0..5);
                parachains::paras::Call::force_schedule_code_upgrade {
                    para,
                    new_code,
                    relay_parent_number,
                }
                .into()
            }
            5 => {
                let delay = self.rng.gen_range(0..4);
                let best_finalized_block_number = self.rng.gen_range(0..=now);
                pallet_grandpa::Call::note_stalled {
                    delay,
                    best_finalized_block_number,
                }
                .into()
            }
            6 => {
                let target = self.anybody();
                let new_free = *self.pool().balances.choose(&mut self.rng).expect("some");
                pallet_balances::Call::force_set_balance {
                    who: target.into(),
                    new_free,
                }
                .into()
            }
            7 => {
                let new = self.rng.gen_range(1..4);
                parachains::configuration::Call::set_coretime_cores { new }.into()
            }
            _ => {
                let who: AccountId = self.anybody();
                parachains::coretime::Call::credit_account {
                    who,
                    amount: 3 * EXISTENTIAL_DEPOSIT,
                }
                .into()
            }
        }
    }

    pub(super) fn keys_call(&mut self, signer: usize) -> RuntimeCall {
        if self.chance(1, 5) {
            return pallet_session::Call::purge_keys {}.into();
        }
        let validator = match signer.checked_sub(who::STASHES) {
            Some(v) if v < who::VALIDATORS && !self.chance(1, 8) => v,
            _ => self.rng.gen_range(0..who::VALIDATORS),
        };
        let generation = self.rng.gen_range(0..who::GENERATIONS);
        let session = &self.keys.sessions[validator][generation];
        let owner = self.keys.accounts[signer].encode();
        let owner = if self.rng.gen_ratio(1, 10) {
            vec![0; 32]
        } else {
            owner
        };
        let proof = session.proof(&owner);
        pallet_session::Call::set_keys {
            keys: session.public(),
            proof,
        }
        .into()
    }

    /// A user's call of one of the kinds that users mostly make.
    pub(super) fn user_call(&mut self) -> RuntimeCall {
        use pallet_balances::Call as Balances;
        let pool = self.pool();
        let dest: Address = self.anybody().into();
        let value = *pool.balances.choose(&mut self.rng).expect("some");
        let para = Id::from(2000 + self.rng.gen_range(0..5u32));
        match self.rng.gen_range(0..10) {
            9 => {
                let code = self.any_code();
                frame_system::Call::apply_authorized_upgrade { code }.into()
            }
            0..=1 => Balances::transfer_allow_death { dest, value }.into(),
            2..=3 => Balances::transfer_keep_alive { dest, value }.into(),
            4 => Balances::transfer_all {
                dest,
                keep_alive: self.rng.gen(),
            }
            .into(),
            5 => Balances::burn {
                value,
                keep_alive: self.rng.gen(),
            }
            .into(),
            6 => {
                let call = parachains::on_demand::Call::place_order_allow_death {
                    max_amount: value,
                    para_id: para,
                };
                call.into()
            }
            7 => parachains::on_demand::Call::place_order_keep_alive {
                max_amount: value,
                para_id: para,
            }
            .into(),
            _ => parachains::on_demand::Call::place_order_with_credits {
                max_amount: value,
                para_id: para,
            }
            .into(),
        }
    }

    /// Somebody's next transaction.
    pub(super) fn transaction(&mut self, flaw: Flaw) -> Vec<u8> {
        match self.rng.gen_range(0..20) {
            0..=6 => {
                let signer = self.rng.gen_range(0..self.keys.signers.len());
                let call = self.user_call();
                self.signed(signer, &call.encode(), flaw)
            }
            7..=9 => {
                let signer = self.rng.gen_range(0..self.keys.signers.len());
                let call = self.any_call();
                self.signed(signer, &call.encode(), flaw)
            }
            10..=11 => {
                let v = self.rng.gen_range(0..who::VALIDATORS);
                let signer = if self.chance(9, 10) {
                    who::STASHES + v
                } else {
                    who::USERS
                };
                let call = self.keys_call(signer);
                self.signed(signer, &call.encode(), flaw)
            }
            12..=13 => {
                let keys = &self.keys;
                let rng = &mut self.rng;
                match self.chain.state.run(|| chain_paras::pvf_vote(rng, keys)) {
                    Some(call) => bare(&call),
                    None => self.root_transaction(flaw),
                }
            }
            14 if self.chance(1, 4) => {
                let call = self.any_call();
                bare(&call)
            }
            _ => self.root_transaction(flaw),
        }
    }

    pub(super) fn root_transaction(&mut self, flaw: Flaw) -> Vec<u8> {
        let call = if self.chance(1, 2) {
            self.root_call()
        } else {
            self.any_call()
        };
        let call = Box::new(call);
        let call: RuntimeCall = match self.rng.gen_range(0..8) {
            0 => {
                let target = self.anybody();
                pallet_sudo::Call::sudo_as {
                    who: target.into(),
                    call,
                }
                .into()
            }
            1 => {
                let weight =
                    frame_support::weights::Weight::from_parts(self.rng.gen_range(0..1000), 0);
                pallet_sudo::Call::sudo_unchecked_weight { call, weight }.into()
            }
            _ => pallet_sudo::Call::sudo { call }.into(),
        };
        let key = self.chain.state.run(|| pallet_sudo::Key::<Runtime>::get());
        let root = self
            .keys
            .accounts
            .iter()
            .position(|one| Some(one) == key.as_ref())
            .unwrap_or(who::ROOT);
        self.signed(root, &call.encode(), flaw)
    }
}
