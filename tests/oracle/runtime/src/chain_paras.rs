//! What a block's author tells of the paras: bitfields, backed candidates, votes in disputes. All is computed on the
//! state of the parent, as a node does.

use crate::chain_keys::Keys;
use crate::chain_runtime::*;
use bitvec::prelude::*;
use codec::Encode;
use polkadot_primitives::*;
use polkadot_runtime_parachains::{paras, runtime_api_impl::v13 as api, shared};
use rand::{seq::SliceRandom, Rng};
use rand_chacha::ChaCha8Rng;
use sp_core::{sr25519, ByteArray, H256};
use sp_runtime::traits::BlakeTwo256;
use std::collections::BTreeMap;

pub type Header = crate::chain_runtime::Header;

/// Makes the inherent's data for the block after `parent`.
pub struct Author<'a> {
    pub rng: &'a mut ChaCha8Rng,
    pub keys: &'a Keys,
    pub codes: &'a [Vec<u8>],
    /// Candidates backed lately: (session, hash, relay parent).
    pub known: &'a mut Vec<(u32, CandidateHash, H256)>,
    pub parent: &'a Header,
    pub parent_hash: H256,
    /// Blocks that may be relay parents: hash, number, root of the state, session of the block after it.
    pub ancestors: &'a [(H256, u32, H256, u32)],
    /// Of a hundred bits of bitfields that could be set, so many are.
    pub available: u32,
    pub session: u32,
    pub validators: Vec<ValidatorId>,
}

fn sign(pair: &sr25519::Pair, payload: &[u8]) -> ValidatorSignature {
    crate::chain_keys::sign(pair, payload).into()
}

impl Author<'_> {
    fn pair(&self, index: ValidatorIndex) -> Option<&sr25519::Pair> {
        self.keys
            .pair(self.validators.get(index.0 as usize)?.as_slice())
    }

    fn context(&self, parent_hash: H256) -> SigningContext<H256> {
        SigningContext {
            session_index: self.session,
            parent_hash,
        }
    }

    fn bitfields(
        &mut self,
        cores: &[CoreState<H256, u32>],
    ) -> UncheckedSignedAvailabilityBitfields {
        let mut all = Vec::new();
        for index in 0..self.validators.len() {
            if self.rng.gen_ratio(1, 8) {
                continue;
            }
            let bits: BitVec<u8, Lsb0> = cores
                .iter()
                .map(|core| {
                    matches!(core, CoreState::Occupied(_))
                        && self.rng.gen_ratio(self.available, 100)
                })
                .collect();
            let index = ValidatorIndex(index as u32);
            let bits = AvailabilityBitfield(bits);
            let payload = (&bits, self.context(self.parent_hash)).encode();
            let Some(pair) = self.pair(index) else {
                continue;
            };
            all.push(UncheckedSignedAvailabilityBitfield::new(
                bits,
                index,
                sign(pair, &payload),
            ));
        }
        all
    }

    fn blob(&mut self, most: usize) -> Vec<u8> {
        (0..self.rng.gen_range(0..most))
            .map(|_| self.rng.gen())
            .collect()
    }

    fn commitments(&mut self, para: Id, context: u32) -> CandidateCommitments {
        let mut upward = Vec::new();
        if self.rng.gen_ratio(1, 4) {
            for _ in 0..self.rng.gen_range(1..5) {
                upward.push(self.blob(60));
                if upward.last().map_or(false, |one| one.is_empty()) {
                    upward.pop();
                }
            }
        }
        let limits = api::backing_constraints::<Runtime>(para);
        let channels = limits.map(|l| l.hrmp_channels_out).unwrap_or_default();
        let mut horizontal = Vec::new();
        for (recipient, _) in channels {
            if self.rng.gen_ratio(1, 3) {
                horizontal.push(OutboundHrmpMessage {
                    recipient,
                    data: self.blob(40),
                });
            }
        }
        let new_code = self
            .rng
            .gen_ratio(1, 12)
            .then(|| ValidationCode(self.codes.choose(self.rng).expect("some codes").clone()));
        let waiting = api::dmq_contents::<Runtime>(para).len() as u32;
        CandidateCommitments {
            upward_messages: upward.try_into().expect("few"),
            horizontal_messages: horizontal.try_into().unwrap_or_default(),
            new_validation_code: new_code,
            head_data: HeadData(
                format!("{para:?} after {context}, {}", self.rng.gen::<u16>()).into_bytes(),
            ),
            processed_downward_messages: if waiting > 0 {
                self.rng.gen_range(1..=waiting)
            } else {
                0
            },
            hrmp_watermark: context,
        }
    }

    fn relay_parent(&mut self) -> (H256, u32, H256) {
        let old = self.ancestors.iter().rev().take(4).collect::<Vec<_>>();
        if self.rng.gen_ratio(1, 4) {
            if let Some((hash, number, root, session)) = old.choose(self.rng) {
                if *session == self.session {
                    return (*hash, *number, *root);
                }
            }
        }
        let number = *sp_runtime::traits::Header::number(self.parent);
        (
            self.parent_hash,
            number,
            *sp_runtime::traits::Header::state_root(self.parent),
        )
    }

    /// The para's next candidate for this core. `at`: the position of the core among the para's, and their number.
    fn candidate(
        &mut self,
        para: Id,
        core: CoreIndex,
        at: (u8, usize),
        head: Option<HeadData>,
        included: bool,
    ) -> Option<BackedCandidate> {
        let assumption = if included {
            OccupiedCoreAssumption::Included
        } else {
            OccupiedCoreAssumption::Free
        };
        let (parent, number, root) = self.relay_parent();
        let (groups, mut rotation) = api::validator_groups::<Runtime>();
        rotation.now = number + 1;
        let group = groups
            .get(rotation.group_for_core(core, groups.len()).0 as usize)?
            .clone();
        let mut data = api::persisted_validation_data::<Runtime>(para, assumption)?;
        data.relay_parent_number = number;
        data.relay_parent_storage_root = root;
        data.parent_head = head.unwrap_or(data.parent_head);
        let code = api::validation_code_hash::<Runtime>(para, assumption)?;
        let mut commitments = self.commitments(para, number);
        if at.1 > 1 || self.rng.gen_ratio(1, 8) {
            let _ = commitments.upward_messages.try_push(vec![]);
            let signal = UMPSignal::SelectCore(CoreSelector(at.0), ClaimQueueOffset(0)).encode();
            let _ = commitments.upward_messages.try_push(signal);
        }
        let head = BlakeTwo256::hash(&commitments.head_data.0);
        let (pov, erasure) = (H256(self.rng.gen()), H256(self.rng.gen()));
        let old_fashioned = at.1 == 1
            && commitments.upward_messages.iter().all(|m| !m.is_empty())
            && self.rng.gen();
        let descriptor = if old_fashioned {
            CandidateDescriptorV2::new_v1(para, parent, data.hash(), pov, erasure, head, code)
        } else {
            CandidateDescriptorV2::new(
                para,
                parent,
                core,
                self.session,
                data.hash(),
                pov,
                erasure,
                head,
                code,
            )
        };
        let receipt = CommittedCandidateReceiptV2 {
            descriptor,
            commitments,
        };
        let hash = receipt.hash();
        let context = self.context(parent);
        let mut votes = Vec::new();
        let mut bits: BitVec<u8, Lsb0> = BitVec::new();
        for (at, index) in group.iter().enumerate() {
            let votes_too = at == 0 || self.rng.gen_ratio(19, 20);
            let pair = self.pair(*index).filter(|_| votes_too);
            bits.push(pair.is_some());
            let Some(pair) = pair else { continue };
            let seconded = CompactStatement::Seconded(hash).signing_payload(&context);
            let valid = CompactStatement::Valid(hash).signing_payload(&context);
            votes.push(match votes.is_empty() {
                true => ValidityAttestation::Implicit(sign(pair, &seconded)),
                false => ValidityAttestation::Explicit(sign(pair, &valid)),
            });
        }
        self.known.push((self.session, hash, parent));
        Some(BackedCandidate::new(receipt, votes, bits, core))
    }

    fn backed(&mut self, cores: &[CoreState<H256, u32>]) -> Vec<BackedCandidate> {
        let claims = api::claim_queue::<Runtime>();
        let mut assigned: BTreeMap<Id, Vec<CoreIndex>> = BTreeMap::new();
        for (core, queue) in &claims {
            queue
                .front()
                .map(|para| assigned.entry(*para).or_default().push(*core));
        }
        let mut all = Vec::new();
        for (para, own) in assigned {
            let mut head = None;
            for (at, index) in own.iter().enumerate() {
                if self.rng.gen_ratio(1, 6) {
                    continue;
                }
                let occupied = own
                    .iter()
                    .any(|c| matches!(cores.get(c.0 as usize), Some(CoreState::Occupied(_))));
                let Some(one) =
                    self.candidate(para, *index, (at as u8, own.len()), head.clone(), occupied)
                else {
                    continue;
                };
                head = Some(one.candidate().commitments.head_data.clone());
                all.push(one);
            }
        }
        all
    }

    fn dispute(&mut self) -> Option<DisputeStatementSet> {
        let latest = self.known.len().saturating_sub(4);
        let from = if self.rng.gen() {
            &self.known[latest..]
        } else {
            &self.known[..]
        };
        let (session, hash, parent) = match from.choose(self.rng) {
            Some(one) if self.rng.gen_ratio(3, 4) => *one,
            _ => (
                self.session,
                CandidateHash(H256(self.rng.gen())),
                self.parent_hash,
            ),
        };
        let info = api::session_info::<Runtime>(session)?;
        let against = self.rng.gen_ratio(1, 3);
        let mut statements = Vec::new();
        for (at, key) in info.validators.iter().enumerate() {
            if self.rng.gen_ratio(1, 5) {
                continue;
            }
            let Some(pair) = self.keys.pair(key.as_slice()) else {
                continue;
            };
            let valid = self.rng.gen_ratio(if against { 1 } else { 4 }, 5);
            let kind = match (valid, self.rng.gen_range(0..4)) {
                (true, 0) => DisputeStatement::Valid(ValidDisputeStatementKind::ApprovalChecking),
                (true, 1) => {
                    DisputeStatement::Valid(ValidDisputeStatementKind::BackingValid(parent))
                }
                (true, _) => DisputeStatement::Valid(ValidDisputeStatementKind::Explicit),
                (false, _) => DisputeStatement::Invalid(InvalidDisputeStatementKind::Explicit),
            };
            let payload = kind.payload_data(hash, session).ok()?;
            statements.push((kind, ValidatorIndex(at as u32), sign(pair, &payload)));
        }
        Some(DisputeStatementSet {
            candidate_hash: hash,
            session,
            statements,
        })
    }

    /// All of it; not everything need be acceptable.
    pub fn data(&mut self) -> InherentData<Header> {
        let cores = api::availability_cores::<Runtime>();
        let mut disputes = Vec::new();
        if self.rng.gen_ratio(1, 10) {
            disputes.extend(self.dispute());
        }
        InherentData {
            bitfields: self.bitfields(&cores),
            backed_candidates: self.backed(&cores),
            disputes,
            parent_header: self.parent.clone(),
        }
    }
}

/// A vote on a code that waits for votes; bare, or a stranger's.
pub fn pvf_vote(rng: &mut ChaCha8Rng, keys: &Keys) -> Option<RuntimeCall> {
    let subject = *api::pvfs_require_precheck::<Runtime>().choose(rng)?;
    let validators = shared::ActiveValidatorKeys::<Runtime>::get();
    let index = rng.gen_range(0..=validators.len()) as u32;
    let signer = validators
        .get(index as usize)
        .or_else(|| validators.choose(rng))?;
    let session = shared::CurrentSessionIndex::<Runtime>::get();
    let session_index = if rng.gen_ratio(1, 10) {
        session + rng.gen_range(0..3)
    } else {
        session
    };
    let stmt = PvfCheckStatement {
        accept: rng.gen_ratio(3, 4),
        subject,
        session_index,
        validator_index: ValidatorIndex(index),
    };
    let pair = keys.pair(signer.as_slice())?;
    let mut signature = sign(pair, &stmt.signing_payload());
    if rng.gen_ratio(1, 12) {
        signature = sign(pair, b"another payload");
    }
    Some(paras::Call::include_pvf_check_statement { stmt, signature }.into())
}
