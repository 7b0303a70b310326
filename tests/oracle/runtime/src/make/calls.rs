//! Random calls, functions and API questions.

use super::{Maker, PARAS};
use crate::record::{decode, hex, Res};
use crate::runtime::{Place, Runtime, RuntimeCall};
use codec::Encode;
use frame_support::weights::Weight;
use pallet_broker::CoreAssignment;
use polkadot_primitives::slashing::DisputeProof;
use polkadot_primitives::{
    CandidateCommitments, DisputeOffenceKind, HeadData, HrmpChannelId, Id as ParaId,
    OccupiedCoreAssumption, PvfCheckStatement, ValidationCode, ValidationCodeHash, ValidatorId,
    ValidatorIndex,
};
use polkadot_runtime_parachains::disputes::slashing;
use polkadot_runtime_parachains::inclusion::{AggregateMessageOrigin, UmpQueueId};
use polkadot_runtime_parachains::runtime_api_impl::v13 as host;
use polkadot_runtime_parachains::{
    configuration, coretime, disputes, hrmp, initializer, on_demand, paras,
};
use rand::Rng;
use serde_json::json;
use sp_core::crypto::UncheckedFrom;

impl Maker {
    /// Calls of all sorts, as the profile wants them.
    pub fn some_calls(&mut self) -> Res<()> {
        if self.now == 1 || self.chance(4) {
            self.assign_cores()?;
        }
        let profile = self.profile;
        for _ in 0..2 {
            if self.chance(profile.config) {
                self.config_call()?;
            }
            if self.chance(profile.paras) {
                self.paras_call()?;
            }
            if self.chance(profile.hrmp) {
                self.hrmp_call()?;
            }
            if self.chance(profile.orders) {
                self.order()?;
            }
            if self.chance(profile.coretime) {
                self.coretime_call()?;
            }
            if self.chance(profile.slashes) {
                self.slash()?;
            }
            if self.chance(self.queues) {
                self.queue_call()?;
            }
        }
        self.pvf_votes()?;
        if self.chance(2 + profile.disputes / 6) {
            let call = disputes::Call::force_unfreeze {};
            let origin = self.root();
            self.call(&origin, call.into())?;
        }
        if self.chance(1) {
            let up_to = self.rng.gen_range(0..50);
            let origin = self.root();
            self.call(&origin, initializer::Call::force_approve { up_to }.into())?;
        }
        if self.chance(10 + profile.hrmp / 3) {
            let to = self.para();
            let most = self.pick(&[20, 60, 250]);
            let message = self.blob(most);
            self.function("queue_downward_message", (to, message).encode())?;
        }
        Ok(())
    }

    /// Root, mostly.
    pub(super) fn root(&mut self) -> String {
        match self.rng.gen_range(0..30) {
            0 => "none".into(),
            1 => self.user(),
            2 => self.para_origin(),
            _ => "root".into(),
        }
    }

    fn user(&mut self) -> String {
        let who = self.rng.gen_range(0..4);
        format!("signed:{}", hex(&self.ring.user(who).encode()))
    }

    fn para_origin(&mut self) -> String {
        let para: u32 = self.para().into();
        format!("para:{para}")
    }

    pub(super) fn small(&mut self) -> u32 {
        match self.rng.gen_range(0..12) {
            0 => 0,
            1 => self.rng.gen(),
            2 => self.rng.gen_range(0..3000),
            _ => self.rng.gen_range(0..14),
        }
    }

    pub(super) fn maybe(&mut self) -> Option<u32> {
        let n = self.small();
        if self.chance(30) {
            None
        } else {
            Some(n)
        }
    }

    pub(super) fn amount(&mut self) -> u128 {
        self.pick(&[
            0,
            1,
            99,
            100,
            1_000,
            10_000,
            10_000_000,
            1_000_000_000_000,
            u128::MAX,
        ])
    }

    fn paras_call(&mut self) -> Res<()> {
        type Call = paras::Call<Runtime>;
        let para = self.para();
        let origin = self.root();
        let call = match self.rng.gen_range(0..24) {
            0 => Call::force_set_current_code {
                para,
                new_code: self.code(),
            },
            1 => Call::force_set_current_head {
                para,
                new_head: HeadData(self.blob(130)),
            },
            2 | 3 => Call::force_schedule_code_upgrade {
                para,
                new_code: self.code(),
                relay_parent_number: self.near(),
            },
            4 => Call::force_note_new_head {
                para,
                new_head: HeadData(self.blob(90)),
            },
            5 => Call::force_queue_action { para },
            6 => Call::add_trusted_validation_code {
                validation_code: self.code(),
            },
            7 => Call::poke_unused_validation_code {
                validation_code_hash: self.code().hash(),
            },
            8 => Call::force_set_most_recent_context {
                para,
                context: self.near(),
            },
            9 => Call::remove_upgrade_cooldown { para },
            10 => {
                let new_code = self.code();
                let valid_period = self.small();
                let new_code_hash = new_code.hash();
                let call = Call::authorize_force_set_current_code_hash {
                    para,
                    new_code_hash,
                    valid_period,
                };
                self.call(&origin, call.into())?;
                if self.chance(40) {
                    return Ok(());
                }
                Call::apply_authorized_force_set_current_code { para, new_code }
            }
            11 | 12 => Call::apply_authorized_force_set_current_code {
                para,
                new_code: self.code(),
            },
            _ => return self.registrar_function(),
        };
        let by_anyone = matches!(
            call,
            Call::apply_authorized_force_set_current_code { .. }
                | Call::remove_upgrade_cooldown { .. }
        );
        let origin = match by_anyone {
            true if self.chance(40) => "none".into(),
            true if self.chance(80) => self.user(),
            _ => origin,
        };
        self.call(&origin, call.into())
    }

    /// What users may do to queues of upward messages.
    fn queue_call(&mut self) -> Res<()> {
        type Call = pallet_message_queue::Call<Runtime>;
        let para = self.para();
        let message_origin = AggregateMessageOrigin::Ump(UmpQueueId::Para(para));
        let page = self.rng.gen_range(0..3);
        let call = match self.chance(40) {
            true => Call::reap_page {
                message_origin,
                page_index: page,
            },
            false => Call::execute_overweight {
                message_origin,
                page,
                index: self.rng.gen_range(0..4),
                weight_limit: Weight::from_parts(self.pick(&[0, 999_999_999, u64::MAX]), u64::MAX),
            },
        };
        let origin = if self.chance(5) {
            self.root()
        } else {
            self.user()
        };
        self.call(&origin, call.into())
    }

    /// A block number about now.
    fn near(&mut self) -> u32 {
        (self.now + self.rng.gen_range(0..8)).saturating_sub(4)
    }

    fn registrar_function(&mut self) -> Res<()> {
        let para = self.para();
        match self.rng.gen_range(0..12) {
            0..=3 => {
                let id = if self.chance(80) {
                    ParaId::from(self.pick(&PARAS))
                } else {
                    para
                };
                let head = HeadData(self.blob(110));
                let args = (id, head, self.code(), self.chance(65));
                self.function("schedule_para_initialize", args.encode())
            }
            4 | 5 => self.function("schedule_para_cleanup", para.encode()),
            6 => self.function("schedule_parathread_upgrade", para.encode()),
            7 => self.function("schedule_parachain_downgrade", para.encode()),
            8..=10 => {
                let args = (para, self.code(), self.chance(50));
                self.function("schedule_code_upgrade", args.encode())
            }
            _ => {
                let args = (para, HeadData(self.blob(60)));
                self.function("set_current_head", args.encode())
            }
        }
    }

    fn pvf_votes(&mut self) -> Res<()> {
        let (wanted, validators, session) = self.run.state.peek(|| {
            (
                host::pvfs_require_precheck::<Runtime>(),
                host::validators::<Runtime>(),
                host::session_index_for_child::<Runtime>(),
            )
        });
        if validators.is_empty() {
            return Ok(());
        }
        for code in wanted {
            let percent = self.pick(&[0, 5, 25, 60]);
            // Votes on the same code mostly agree.
            let good = code.encode()[0] % 4 != 0;
            for i in 0..validators.len() {
                if self.chance(percent) {
                    let accept = if self.chance(90) { good } else { !good };
                    self.pvf_vote(code, &validators, i as u32, session, accept)?;
                }
            }
        }
        if self.chance(4) {
            let code = self.code().hash();
            self.pvf_vote(code, &validators, 0, session, true)?;
        }
        Ok(())
    }

    fn pvf_vote(
        &mut self,
        code: ValidationCodeHash,
        validators: &[ValidatorId],
        index: u32,
        session: u32,
        accept: bool,
    ) -> Res<()> {
        let mut stmt = PvfCheckStatement {
            accept,
            subject: code,
            session_index: session,
            validator_index: ValidatorIndex(index),
        };
        match self.rng.gen_range(0..40) {
            0 => stmt.session_index += 1,
            1 => stmt.session_index = stmt.session_index.saturating_sub(1),
            2 => stmt.validator_index.0 += 15,
            3 => stmt.subject = ValidationCodeHash::from(self.hash()),
            _ => (),
        }
        let mut signature = self
            .ring
            .sign(&validators[index as usize], &stmt.signing_payload());
        if self.chance(2) {
            signature = self.ring.sign(&validators[0], b"other");
        }
        let call = paras::Call::include_pvf_check_statement { stmt, signature };
        let origin = if self.chance(2) {
            self.user()
        } else {
            "none".into()
        };
        self.call(&origin, call.into())
    }

    fn hrmp_call(&mut self) -> Res<()> {
        type Call = hrmp::Call<Runtime>;
        let (sender, recipient) = (self.para(), self.para());
        let by = |id: ParaId| format!("para:{}", u32::from(id));
        let channel_id = HrmpChannelId { sender, recipient };
        let capacity = self.rng.gen_range(0..5);
        let size = self.rng.gen_range(0..60);
        let (origin, call): (String, Call) = match self.rng.gen_range(0..22) {
            0..=4 => (
                by(sender),
                Call::hrmp_init_open_channel {
                    recipient,
                    proposed_max_capacity: capacity,
                    proposed_max_message_size: size,
                },
            ),
            5..=8 => match self.open_request() {
                Some(id) => (
                    by(id.recipient),
                    Call::hrmp_accept_open_channel { sender: id.sender },
                ),
                None => (by(recipient), Call::hrmp_accept_open_channel { sender }),
            },
            9 | 10 => {
                let id = self.channel().unwrap_or(channel_id);
                let end = self.pick(&[id.sender, id.recipient, id.recipient, recipient]);
                (by(end), Call::hrmp_close_channel { channel_id: id })
            }
            11 => (
                self.root(),
                Call::force_clean_hrmp {
                    para: sender,
                    num_inbound: self.small(),
                    num_outbound: self.small(),
                },
            ),
            12 => (
                self.root(),
                Call::force_process_hrmp_open {
                    channels: self.small(),
                },
            ),
            13 => (
                self.root(),
                Call::force_process_hrmp_close {
                    channels: self.small(),
                },
            ),
            14 => {
                let id = self.open_request().unwrap_or(channel_id);
                let end = self.pick(&[id.sender, id.recipient]);
                let open_requests = self.small();
                (
                    by(end),
                    Call::hrmp_cancel_open_request {
                        channel_id: id,
                        open_requests,
                    },
                )
            }
            15..=17 => (
                self.root(),
                Call::force_open_hrmp_channel {
                    sender,
                    recipient,
                    max_capacity: capacity,
                    max_message_size: size,
                },
            ),
            18 => (
                self.user(),
                Call::establish_system_channel { sender, recipient },
            ),
            19 => {
                let id = self.channel().unwrap_or(channel_id);
                let call = Call::poke_channel_deposits {
                    sender: id.sender,
                    recipient: id.recipient,
                };
                (self.user(), call)
            }
            20 => {
                let target_system_chain = ParaId::from(self.pick(&[1000, 1005, 7, 2000]));
                (
                    by(sender),
                    Call::establish_channel_with_system {
                        target_system_chain,
                    },
                )
            }
            _ => (
                self.user(),
                Call::establish_system_channel {
                    sender: 1000.into(),
                    recipient: self.pick(&[1005u32, 7]).into(),
                },
            ),
        };
        let origin = if self.chance(3) { self.root() } else { origin };
        self.call(&origin, call.into())
    }

    fn open_request(&mut self) -> Option<HrmpChannelId> {
        let all = self.run.state.peek(|| {
            let ids = hrmp::HrmpOpenChannelRequests::<Runtime>::iter_keys();
            let mut ids: Vec<HrmpChannelId> = ids.collect();
            ids.sort();
            ids
        });
        (!all.is_empty()).then(|| self.pick(&all))
    }

    fn channel(&mut self) -> Option<HrmpChannelId> {
        let all = self.run.state.peek(|| {
            let mut ids: Vec<HrmpChannelId> = hrmp::HrmpChannels::<Runtime>::iter_keys().collect();
            ids.sort();
            ids
        });
        (!all.is_empty()).then(|| self.pick(&all))
    }

    fn order(&mut self) -> Res<()> {
        type Call = on_demand::Call<Runtime>;
        let para_id = self.para();
        let max_amount = if self.chance(60) {
            u128::MAX
        } else {
            self.amount()
        };
        let call = match self.rng.gen_range(0..5) {
            0 | 1 => Call::place_order_allow_death {
                max_amount,
                para_id,
            },
            2 | 3 => Call::place_order_keep_alive {
                max_amount,
                para_id,
            },
            _ => Call::place_order_with_credits {
                max_amount,
                para_id,
            },
        };
        let origin = if self.chance(3) {
            self.root()
        } else {
            self.user()
        };
        self.call(&origin, call.into())
    }

    fn broker(&mut self) -> String {
        match self.rng.gen_range(0..12) {
            0 => self.para_origin(),
            1 => self.user(),
            2..=5 => "para:1005".into(),
            _ => "root".into(),
        }
    }

    fn coretime_call(&mut self) -> Res<()> {
        type Call = coretime::Call<Runtime>;
        let call = match self.rng.gen_range(0..10) {
            0 => Call::request_core_count {
                count: self.rng.gen_range(0..9),
            },
            1 => Call::request_revenue_at { when: self.near() },
            2 | 3 => Call::credit_account {
                who: self.ring.user(self.steps.len() % 4),
                amount: self.amount().min(1 << 80),
            },
            4 | 5 => {
                let mut batch = Vec::new();
                for _ in 0..self.rng.gen_range(0..6) {
                    batch.push((self.para(), self.near()));
                }
                Call::queue_on_demand_batch { batch }
            }
            _ => return self.assign_core(None),
        };
        let origin = self.broker();
        self.call(&origin, call.into())
    }

    /// Gives every core something to do.
    fn assign_cores(&mut self) -> Res<()> {
        let cores = self.run.state.peek(|| {
            configuration::ActiveConfig::<Runtime>::get()
                .scheduler_params
                .num_cores
        });
        for core in 0..cores.min(8) {
            if self.chance(85) {
                self.assign_core(Some(core as u16))?;
            }
        }
        Ok(())
    }

    fn assign_core(&mut self, core: Option<u16>) -> Res<()> {
        let known = core.is_some();
        let core = core.unwrap_or_else(|| self.rng.gen_range(0..8));
        let mut assignment = Vec::new();
        let parts = self.pick(&[1, 1, 1, 2, 3, 4]);
        let mut left = 57600u16;
        for i in 0..parts {
            let what = match self.rng.gen_range(0..12) {
                0 => CoreAssignment::Idle,
                1..=3 => CoreAssignment::Pool,
                _ => CoreAssignment::Task(self.para().into()),
            };
            let share = if i + 1 == parts {
                left
            } else {
                self.rng.gen_range(0..=left)
            };
            left -= share;
            let share = if self.chance(1) {
                self.rng.gen()
            } else {
                share
            };
            assignment.push((what, share));
        }
        if self.chance(5) {
            assignment.truncate(parts - 1);
        }
        if !self.chance(10) {
            assignment.sort();
        }
        let begin = if known {
            self.now
        } else {
            self.near() + self.rng.gen_range(0..4)
        };
        let end_hint = self
            .chance(30)
            .then(|| begin + self.rng.gen_range(0..12))
            .filter(|_| !known);
        // The parts' type has no public name.
        let raw = (74u8, 4u8, core, (begin, assignment, end_hint)).encode();
        let call: RuntimeCall = decode(&raw).expect("these are the call's arguments");
        let origin = if known { "root".into() } else { self.broker() };
        self.call(&origin, call)
    }

    /// Reports what disputes have left to slash.
    fn slash(&mut self) -> Res<()> {
        let slashes = self.run.state.peek(host::unapplied_slashes_v2::<Runtime>);
        let mut choices = Vec::new();
        for (session, candidate, pending) in slashes {
            for (index, key) in pending.keys.iter() {
                choices.push((session, candidate, *index, key.clone(), pending.kind));
            }
        }
        let unknown = ValidatorId::unchecked_from([7; 32]);
        let (session, hash, index, key, kind) = match choices.is_empty() {
            true if self.chance(80) => return Ok(()),
            true => {
                let hash = polkadot_primitives::CandidateHash(self.hash());
                (
                    0,
                    hash,
                    ValidatorIndex(0),
                    unknown.clone(),
                    DisputeOffenceKind::AgainstValid,
                )
            }
            false => self.pick(&choices),
        };
        let info = self
            .run
            .state
            .peek(|| host::session_info::<Runtime>(session));
        let all = info.map(|i| i.validators.to_vec()).unwrap_or_default();
        let mut proof = DisputeProof {
            time_slot: polkadot_primitives::slashing::DisputesTimeSlot::new(session, hash),
            kind,
            validator_index: index,
            validator_id: key,
        };
        let mut place = Place {
            session,
            validator_count: all.len() as u32,
            index: index.0,
        };
        match self.rng.gen_range(0..16) {
            0 => proof.validator_index.0 += 1,
            1 => proof.validator_id = unknown,
            2 => place.session += 1,
            3 => place.validator_count += 1,
            4 => place.index += 1,
            5 => {
                proof.kind = self.pick(&[
                    DisputeOffenceKind::AgainstValid,
                    DisputeOffenceKind::ForInvalidBacked,
                    DisputeOffenceKind::ForInvalidApproved,
                ])
            }
            6 => proof.time_slot.session_index += 1,
            _ => (),
        }
        let call = slashing::Call::report_dispute_lost_unsigned {
            dispute_proof: Box::new(proof),
            key_owner_proof: place,
        };
        let origin = if self.chance(3) {
            self.root()
        } else {
            "none".into()
        };
        self.call(&origin, call.into())
    }

    /// A question to the state after a block.
    pub fn api(&mut self) -> Res<()> {
        let id = self.para();
        let session = self.session.saturating_sub(self.rng.gen_range(0..4));
        let assumption = self.pick(&[
            OccupiedCoreAssumption::Included,
            OccupiedCoreAssumption::TimedOut,
            OccupiedCoreAssumption::Free,
        ]);
        let plain = [
            "validators",
            "validator_groups",
            "availability_cores",
            "session_index_for_child",
            "candidate_events",
            "on_chain_votes",
            "pvfs_require_precheck",
            "disputes",
            "unapplied_slashes",
            "unapplied_slashes_v2",
            "minimum_backing_votes",
            "async_backing_params",
            "disabled_validators",
            "node_features",
            "approval_voting_params",
            "claim_queue",
            "validation_code_bomb_limit",
            "scheduling_lookahead",
            "para_ids",
            "max_relay_parent_session_age",
        ];
        let (method, args) = match self.rng.gen_range(0..18) {
            0 => ("persisted_validation_data", (id, assumption).encode()),
            1 => {
                let data = self
                    .run
                    .state
                    .peek(|| host::persisted_validation_data::<Runtime>(id, assumption));
                crate::runtime::outside(|o| o.rewards.clear());
                let hash = data.map(|d| d.hash()).filter(|_| self.chance(80));
                let hash = hash.unwrap_or_else(|| self.hash());
                ("assumed_validation_data", (id, hash).encode())
            }
            2 => ("check_validation_outputs", (id, self.outputs(id)).encode()),
            3 => ("validation_code", (id, assumption).encode()),
            4 => ("candidate_pending_availability", id.encode()),
            5 => ("candidates_pending_availability", id.encode()),
            6 => ("session_info", session.encode()),
            7 => ("dmq_contents", id.encode()),
            8 => ("inbound_hrmp_channels_contents", id.encode()),
            9 => ("validation_code_by_hash", self.code().hash().encode()),
            10 => ("validation_code_hash", (id, assumption).encode()),
            11 => ("session_executor_params", session.encode()),
            12 => ("para_backing_state", id.encode()),
            13 => ("backing_constraints", id.encode()),
            14 => {
                let ancestors = self.ancestors.clone();
                let of = self.pick(&ancestors);
                let session = if self.chance(80) { of.session } else { session };
                ("ancestor_relay_parent_info", (session, of.hash).encode())
            }
            _ => (self.pick(&plain), Vec::new()),
        };
        self.step(json!({ "op": "api", "method": method, "args": hex(&args) }))
            .map(|_| ())
    }

    fn outputs(&mut self, id: ParaId) -> CandidateCommitments {
        let upgrade = self.chance(20);
        let code: Option<ValidationCode> = upgrade.then(|| self.code());
        let pending = self
            .run
            .state
            .peek(|| host::candidates_pending_availability::<Runtime>(id));
        match pending.last() {
            Some(last) if self.chance(60) => last.commitments.clone(),
            _ => CandidateCommitments {
                head_data: HeadData(self.blob(130)),
                new_validation_code: code,
                hrmp_watermark: self.near(),
                processed_downward_messages: self.rng.gen_range(0..2),
                ..Default::default()
            },
        }
    }
}
