//! Parachains inherents: bitfields, candidates that the state lets in (and some it doesn't),
//! disputes.

use super::{Ancestor, Maker, Seen};
use crate::record::{decode, hex, Res};
use crate::runtime::Runtime;
use bitvec::order::Lsb0;
use bitvec::vec::BitVec;
use codec::Encode;
use polkadot_primitives::async_backing::{BackingState, Constraints};
use polkadot_primitives::{
    AvailabilityBitfield, BackedCandidate, CandidateCommitments, CandidateDescriptorV2,
    CandidateHash, CommittedCandidateReceiptV2 as Receipt, CompactStatement, CoreIndex, CoreState,
    DisputeStatement, DisputeStatementSet, GroupIndex, HeadData, Id as ParaId, InherentData,
    InvalidDisputeStatementKind, OutboundHrmpMessage, PersistedValidationData, SigningContext,
    UncheckedSigned, ValidDisputeStatementKind, ValidatorId, ValidatorIndex, ValidityAttestation,
};
use polkadot_runtime_parachains::configuration::{ActiveConfig, HostConfiguration};
use polkadot_runtime_parachains::runtime_api_impl::v13 as host;
use rand::seq::SliceRandom;
use rand::Rng;
use serde_json::json;
use sp_core::H256;
use std::collections::{BTreeMap, VecDeque};

/// What of the state an author looks at.
struct View {
    validators: Vec<ValidatorId>,
    groups: Vec<Vec<ValidatorIndex>>,
    rotation: polkadot_primitives::GroupRotationInfo<u32>,
    cores: Vec<CoreState>,
    claims: BTreeMap<CoreIndex, VecDeque<ParaId>>,
    backing: BTreeMap<ParaId, BackingState>,
    config: HostConfiguration<u32>,
    session: u32,
}

/// Where a candidate stands.
struct Place {
    para: ParaId,
    core: CoreIndex,
    parent: HeadData,
    execution: Ancestor,
    scheduling: Ancestor,
    version: u8,
    /// Of several candidates of the para in this inherent, the first.
    first: bool,
}

/// The candidate with another receipt and the same votes.
pub(super) fn changed(old: &BackedCandidate, change: impl FnOnce(&mut Receipt)) -> BackedCandidate {
    let mut receipt = old.candidate().clone();
    change(&mut receipt);
    let (bits, core) = old.validator_indices_and_core_index();
    let bits: BitVec<u8, Lsb0> = bits.to_bitvec();
    let votes = old.validity_votes().to_vec();
    let mut new = BackedCandidate::new(receipt, votes, bits.clone(), CoreIndex(0));
    new.set_validator_indices_and_core_index(bits, core);
    new
}

impl Maker {
    fn view(&mut self) -> View {
        self.run.state.peek(|| {
            let (groups, rotation) = host::validator_groups::<Runtime>();
            let ids = super::PARAS.iter().map(|id| ParaId::from(*id));
            View {
                validators: host::validators::<Runtime>(),
                groups,
                rotation,
                cores: host::availability_cores::<Runtime>(),
                claims: host::claim_queue::<Runtime>(),
                backing: ids
                    .filter_map(|id| host::backing_state::<Runtime>(id).map(|b| (id, b)))
                    .collect(),
                config: ActiveConfig::<Runtime>::get(),
                session: host::session_index_for_child::<Runtime>(),
            }
        })
    }

    /// The block's inherent, perhaps after some that are refused.
    pub fn enter(&mut self) -> Res<()> {
        let data = self.inherent_data();
        let spoilt = self.chance(self.profile.spoil);
        let data = if spoilt { self.spoil(data) } else { data };
        let encoded = hex(&data.encode());
        let mut wanted = vec![encoded.clone()];
        if spoilt || self.chance(20) {
            let step = json!({ "op": "create_inherent", "data": encoded });
            // The pallet panics where disabled validators' votes are missing.
            let filtered = self
                .step(step)
                .map(|s| s["filtered"].clone())
                .unwrap_or_default();
            if let Some(filtered) = filtered.as_str() {
                wanted.push(filtered.to_string());
                if self.chance(30) {
                    wanted.remove(0);
                }
            }
        }
        let least = InherentData {
            bitfields: Vec::new(),
            backed_candidates: Vec::new(),
            disputes: Vec::new(),
            parent_header: self.parent.clone(),
        };
        wanted.push(hex(&least.encode()));
        for data in wanted {
            let step = self.step(json!({ "op": "inherent", "data": data }));
            let done = step.map(|s| s["result"] == "ok").unwrap_or(false);
            if done {
                if self.chance(3) {
                    self.step(json!({ "op": "inherent", "data": data }))?;
                }
                return Ok(());
            }
        }
        Err("even the least inherent fails".into())
    }

    fn inherent_data(&mut self) -> InherentData {
        let view = self.view();
        let (bitfields, freed) = self.bitfields(&view);
        let mut backed = self.candidates(&view, &freed);
        if backed.len() > 1 && self.chance(3) {
            backed.shuffle(&mut self.rng);
        }
        let disputes = if self.now > 2 && self.chance(self.profile.disputes) {
            self.disputes(&view)
        } else {
            Vec::new()
        };
        InherentData {
            bitfields,
            backed_candidates: backed,
            disputes,
            parent_header: self.parent.clone(),
        }
    }

    fn bitfields(
        &mut self,
        view: &View,
    ) -> (Vec<UncheckedSigned<AvailabilityBitfield>>, Vec<CoreIndex>) {
        let mut freed = Vec::new();
        let mut likely = Vec::new();
        for (i, core) in view.cores.iter().enumerate() {
            let percent = self.pick(&[0, 30, 60, 90, 100, 100, 100]);
            let occupied = matches!(core, CoreState::Occupied(_));
            likely.push(if occupied {
                percent
            } else {
                self.pick(&[0, 0, 0, 0, 50])
            });
            if occupied && percent == 100 {
                freed.push(CoreIndex(i as u32));
            }
        }
        let context = SigningContext {
            session_index: view.session,
            parent_hash: self.parent_hash(),
        };
        let mut fields = Vec::new();
        for (i, key) in view.validators.iter().enumerate() {
            if self.chance(8) {
                continue;
            }
            let bits: BitVec<u8, Lsb0> = likely.iter().map(|p| self.chance(*p)).collect();
            let bits = AvailabilityBitfield::from(bits);
            let payload = (bits.encode(), context.encode());
            let mut raw = payload.0.clone();
            raw.extend(&payload.1);
            let signature = self.ring.sign(key, &raw);
            fields.push(UncheckedSigned::new(
                bits,
                ValidatorIndex(i as u32),
                signature,
            ));
        }
        (fields, freed)
    }

    fn parent_hash(&self) -> H256 {
        self.parent.hash()
    }

    fn candidates(&mut self, view: &View, freed: &[CoreIndex]) -> Vec<BackedCandidate> {
        let mut cores: BTreeMap<ParaId, Vec<CoreIndex>> = BTreeMap::new();
        for (i, core) in view.cores.iter().enumerate() {
            let index = CoreIndex(i as u32);
            let busy = matches!(core, CoreState::Occupied(_)) && !freed.contains(&index);
            let next = view.claims.get(&index).and_then(|q| q.front());
            if let (false, Some(para)) = (busy, next) {
                if self.chance(88) {
                    cores.entry(*para).or_default().push(index);
                }
            }
        }
        let mut all = Vec::new();
        for (para, mut cores) in cores {
            let Some(state) = view.backing.get(&para) else {
                continue;
            };
            let mut parent = state.constraints.required_parent.clone();
            if let Some(last) = state.pending_availability.last() {
                parent = last.commitments.head_data.clone();
            }
            if self.chance(5) {
                cores.shuffle(&mut self.rng);
            }
            let mut context = state.constraints.min_relay_parent_number;
            if let Some(last) = state.pending_availability.last() {
                context = context.max(last.relay_parent_number);
            }
            for (i, core) in cores.iter().enumerate() {
                let Some(place) = self.place(view, para, *core, parent.clone(), context, i == 0)
                else {
                    break;
                };
                context = place.execution.number;
                let candidate = self.candidate(view, &place, state);
                parent = candidate.candidate().commitments.head_data.clone();
                all.push(candidate);
            }
        }
        all
    }

    fn place(
        &mut self,
        view: &View,
        para: ParaId,
        core: CoreIndex,
        parent: HeadData,
        context: u32,
        first: bool,
    ) -> Option<Place> {
        let depth = view.config.scheduler_params.lookahead as usize;
        let ours = |a: &&Ancestor| a.session == view.session;
        let recent: Vec<Ancestor> = self
            .ancestors
            .iter()
            .rev()
            .filter(ours)
            .take(depth)
            .cloned()
            .collect();
        let version = self.pick(&[1u8, 2, 2, 2, 3, 3]);
        let oldest = view
            .session
            .saturating_sub(view.config.max_relay_parent_session_age);
        let known: Vec<Ancestor> = match version {
            3 => self
                .ancestors
                .iter()
                .filter(|a| a.session >= oldest)
                .cloned()
                .collect(),
            _ => recent.clone(),
        };
        let fitting: Vec<Ancestor> = known
            .iter()
            .filter(|a| a.number >= context)
            .cloned()
            .collect();
        let known = if fitting.is_empty() { known } else { fitting };
        if known.is_empty() || recent.is_empty() {
            return None;
        }
        let execution = if self.chance(50) {
            known.last()?.clone()
        } else {
            self.pick(&known)
        };
        let scheduling = if version == 3 {
            self.pick(&recent)
        } else {
            execution.clone()
        };
        Some(Place {
            para,
            core,
            parent,
            execution,
            scheduling,
            version,
            first,
        })
    }

    fn commitments(
        &mut self,
        view: &View,
        place: &Place,
        limits: &Constraints,
    ) -> CandidateCommitments {
        let mut upward: Vec<Vec<u8>> = Vec::new();
        let mut room = limits.ump_remaining_bytes;
        if self.chance(40) {
            let count = limits
                .max_ump_num_per_candidate
                .min(limits.ump_remaining)
                .min(6);
            for _ in 0..self.rng.gen_range(0..=count) {
                let size = room.min(view.config.max_upward_message_size);
                let mut message = self.blob(size.min(60));
                if message.is_empty() {
                    message.push(1);
                }
                if message.len() as u32 > room {
                    break;
                }
                room -= message.len() as u32;
                upward.push(message);
            }
        }
        if place.version == 3 || (place.version == 2 && self.chance(35)) {
            self.signals(view, place, &mut upward);
        }
        let mut sideways = Vec::new();
        for (to, limit) in limits.hrmp_channels_out.iter() {
            let full = sideways.len() as u32 >= limits.max_hrmp_num_per_candidate;
            if full || limit.messages_remaining == 0 || !self.chance(60) {
                continue;
            }
            let size = limit
                .bytes_remaining
                .min(view.config.hrmp_channel_max_message_size);
            sideways.push(OutboundHrmpMessage {
                recipient: *to,
                data: self.blob(size),
            });
        }
        let may_upgrade =
            limits.upgrade_restriction.is_none() && limits.future_validation_code.is_none();
        let upgrade = (may_upgrade && place.first && self.chance(15)) || self.chance(2);
        let before = place.execution.number;
        let due = limits
            .dmp_remaining_messages
            .iter()
            .filter(|at| **at <= before)
            .count();
        let waiting = limits.dmp_remaining_messages.len();
        let processed = match place.first {
            true if due > 0 => self.rng.gen_range(1..=due),
            true if waiting > 0 && self.chance(20) => self.rng.gen_range(0..=waiting),
            _ => 0,
        };
        let mut watermark = before;
        if self.chance(15) {
            let marks = &limits.hrmp_inbound.valid_watermarks;
            let marks: Vec<u32> = marks.iter().filter(|m| **m <= before).copied().collect();
            if !marks.is_empty() {
                watermark = self.pick(&marks);
            }
        }
        CandidateCommitments {
            upward_messages: upward.try_into().unwrap_or_default(),
            horizontal_messages: sideways.try_into().unwrap_or_default(),
            new_validation_code: upgrade.then(|| self.code()),
            head_data: HeadData(format!("head {} {}", self.now, self.rng.gen::<u16>()).into()),
            processed_downward_messages: processed as u32,
            hrmp_watermark: watermark,
        }
    }

    /// Signals behind the separator: where the claim queue has the core, perhaps a peer.
    fn signals(&mut self, view: &View, place: &Place, upward: &mut Vec<Vec<u8>>) {
        let mut choice = None;
        for offset in 0..4u8 {
            let cores: Vec<CoreIndex> = view
                .claims
                .iter()
                .filter(|(_, q)| q.get(offset as usize) == Some(&place.para))
                .map(|(core, _)| *core)
                .collect();
            if let Some(at) = cores.iter().position(|c| *c == place.core) {
                choice = Some((at as u8, offset, cores.len() as u8));
                if self.chance(70) {
                    break;
                }
            }
        }
        let (at, offset, count) = choice.unwrap_or((0, 0, 1));
        let selector = if self.chance(20) {
            at.wrapping_add(count.wrapping_mul(3))
        } else {
            at
        };
        upward.push(vec![]);
        let kind = self.rng.gen_range(0..10);
        if kind < 8 {
            upward.push((0u8, selector, offset).encode());
        }
        if kind >= 7 {
            let peer = self.blob(if kind == 9 { 70 } else { 30 });
            upward.push((1u8, peer).encode());
        }
        if self.chance(2) {
            upward.push((0u8, selector, offset).encode());
        }
    }

    fn candidate(&mut self, view: &View, place: &Place, state: &BackingState) -> BackedCandidate {
        let commitments = self.commitments(view, place, &state.constraints);
        let data = PersistedValidationData {
            parent_head: place.parent.clone(),
            relay_parent_number: place.execution.number,
            relay_parent_storage_root: place.execution.root,
            max_pov_size: view.config.max_pov_size,
        };
        let filler = if place.version == 1 { 1u8 } else { 0 };
        let apart = place
            .scheduling
            .session
            .saturating_sub(place.execution.session) as u8;
        let raw = (
            (place.para, place.execution.hash),
            (
                place.version / 3,
                place.core.0 as u16,
                place.execution.session,
            ),
            (if place.version == 3 { apart } else { 0 }, [filler; 24]),
            (data.hash(), self.hash(), self.hash()),
            (
                if place.version == 3 {
                    place.scheduling.hash
                } else {
                    H256::zero()
                },
                [filler; 32],
            ),
            (
                commitments.head_data.hash(),
                state.constraints.validation_code_hash,
            ),
        );
        let descriptor: CandidateDescriptorV2 =
            decode(&raw.encode()).expect("the fields make up a descriptor");
        let receipt = Receipt {
            descriptor,
            commitments,
        };
        self.back(view, place, receipt)
    }

    fn group(&self, view: &View, core: CoreIndex, at: u32) -> GroupIndex {
        let rotation = polkadot_primitives::GroupRotationInfo {
            now: at,
            ..view.rotation.clone()
        };
        rotation.group_for_core(core, view.cores.len())
    }

    fn back(&mut self, view: &View, place: &Place, receipt: Receipt) -> BackedCandidate {
        let hash = receipt.hash();
        let group = self.group(view, place.core, place.scheduling.number + 1);
        let members = view
            .groups
            .get(group.0 as usize)
            .cloned()
            .unwrap_or_default();
        let need = (view.config.minimum_backing_votes as usize).min(members.len());
        let count = match self.chance(4) {
            true => self.rng.gen_range(0..=members.len()),
            false => self.rng.gen_range(need..=members.len()),
        };
        let mut chosen: Vec<usize> = (0..members.len()).collect();
        chosen.shuffle(&mut self.rng);
        chosen.truncate(count);
        chosen.sort();
        let context = SigningContext {
            session_index: view.session,
            parent_hash: place.scheduling.hash,
        };
        let mut bits: BitVec<u8, Lsb0> = BitVec::repeat(false, members.len());
        let mut votes = Vec::new();
        let mut backers = Vec::new();
        for i in chosen {
            bits.set(i, true);
            let who = members[i];
            let seconded = votes.is_empty();
            let statement = match seconded {
                true => CompactStatement::Seconded(hash),
                false => CompactStatement::Valid(hash),
            };
            let key = &view.validators[who.0 as usize];
            let signature = self.ring.sign(key, &statement.signing_payload(&context));
            let vote = match seconded {
                true => ValidityAttestation::Implicit(signature),
                false => ValidityAttestation::Explicit(signature),
            };
            backers.push((who, vote.clone()));
            votes.push(vote);
        }
        self.note(view, place, hash, backers);
        let inject = match place.version {
            1 => !self.chance(5),
            _ => self.chance(50),
        };
        let injected = if self.chance(2) {
            CoreIndex(self.rng.gen_range(0..8))
        } else {
            place.core
        };
        let mut backed = BackedCandidate::new(receipt, votes, bits.clone(), injected);
        if !inject {
            backed.set_validator_indices_and_core_index(bits, None);
        }
        backed
    }

    fn note(
        &mut self,
        view: &View,
        place: &Place,
        hash: CandidateHash,
        backers: Vec<(ValidatorIndex, ValidityAttestation)>,
    ) {
        let liking = self.pick(&[0, 0, 10, 50, 90, 100, 100]);
        let parent = place.scheduling.hash;
        self.seen.push(Seen {
            session: view.session,
            hash,
            parent,
            backers,
            liking,
        });
        if self.seen.len() > 60 {
            self.seen.remove(0);
        }
    }

    fn disputes(&mut self, view: &View) -> Vec<DisputeStatementSet> {
        let mut sets = Vec::new();
        let count = self.pick(&[1, 1, 1, 2, 3]);
        for _ in 0..count {
            let mut target = match self.seen.is_empty() || self.chance(15) {
                true => Seen {
                    session: self.rng.gen_range(0..=view.session + 1),
                    hash: CandidateHash(self.hash()),
                    parent: self.hash(),
                    backers: Vec::new(),
                    liking: 20,
                },
                false if self.chance(60) => {
                    let recent = self.seen.len().saturating_sub(8);
                    let at = self.rng.gen_range(recent..self.seen.len());
                    self.seen[at].clone()
                }
                false => {
                    let all = self.seen.clone();
                    self.pick(&all)
                }
            };
            if self.chance(30) {
                // The newest, all against it: it may still be pending.
                if let Some(newest) = self.seen.last().cloned() {
                    target = Seen {
                        liking: 0,
                        ..newest
                    };
                }
            }
            if self.chance(3) {
                target.session += 1;
            }
            if let Some(set) = self.dispute(&target) {
                sets.push(set);
            }
        }
        if !self.chance(5) {
            sets.sort_by_key(|s| (s.session, s.candidate_hash));
        }
        sets
    }

    /// Statements on one candidate, mostly of validators that haven't spoken yet.
    fn dispute(&mut self, of: &Seen) -> Option<DisputeStatementSet> {
        let info = self
            .run
            .state
            .peek(|| host::session_info::<Runtime>(of.session))?;
        let known = self.run.state.peek(host::get_session_disputes::<Runtime>);
        let known = known
            .into_iter()
            .find(|d| d.0 == of.session && d.1 == of.hash);
        let spoken = |i: usize| {
            known.as_ref().map_or(false, |(_, _, state)| {
                let bit = |b: &BitVec<u8, Lsb0>| b.get(i).map(|b| *b).unwrap_or(false);
                bit(&state.validators_for) || bit(&state.validators_against)
            })
        };
        let mut statements = Vec::new();
        if known.is_none() && !self.chance(10) {
            for (who, vote) in of.backers.iter() {
                let kind = match vote {
                    ValidityAttestation::Implicit(_) => {
                        ValidDisputeStatementKind::BackingSeconded(of.parent)
                    }
                    ValidityAttestation::Explicit(_) => {
                        ValidDisputeStatementKind::BackingValid(of.parent)
                    }
                };
                if self.chance(85) {
                    let statement = DisputeStatement::Valid(kind);
                    statements.push((statement, *who, vote.signature().clone()));
                }
            }
        }
        let all = info.validators.to_vec();
        let percent = self.pick(&[10, 40, 70, 100, 100]);
        for (i, key) in all.iter().enumerate() {
            if (spoken(i) && !self.chance(4)) || !self.chance(percent) {
                continue;
            }
            let backed = of.backers.iter().any(|(v, _)| v.0 as usize == i);
            let good = self.chance(if backed { of.liking / 2 } else { of.liking });
            if good && backed && !self.chance(10) {
                continue;
            }
            let statement = self.statement(of, good);
            let payload = statement
                .payload_data(of.hash, of.session)
                .unwrap_or_default();
            let signature = self.ring.sign(key, &payload);
            statements.push((statement, ValidatorIndex(i as u32), signature));
        }
        if self.chance(5) && !statements.is_empty() {
            let again = self.pick(&statements);
            statements.push(again);
        }
        if self.chance(20) {
            statements.shuffle(&mut self.rng);
        }
        Some(DisputeStatementSet {
            candidate_hash: of.hash,
            session: of.session,
            statements,
        })
    }

    fn statement(&mut self, of: &Seen, good: bool) -> DisputeStatement {
        if !good {
            return DisputeStatement::Invalid(InvalidDisputeStatementKind::Explicit);
        }
        let kind = match self.rng.gen_range(0..6) {
            0 => ValidDisputeStatementKind::ApprovalChecking,
            1 => {
                let mut hashes = vec![of.hash, CandidateHash(self.hash())];
                if self.chance(5) {
                    hashes.remove(0);
                }
                ValidDisputeStatementKind::ApprovalCheckingMultipleCandidates(
                    hashes.try_into().expect("two fit"),
                )
            }
            _ => ValidDisputeStatementKind::Explicit,
        };
        DisputeStatement::Valid(kind)
    }
}
