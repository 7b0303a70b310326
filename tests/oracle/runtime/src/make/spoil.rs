//! What is done to an inherent to make it a wrong one.

use super::inherent::changed;
use super::Maker;
use crate::record::decode;
use bitvec::order::Lsb0;
use bitvec::vec::BitVec;
use codec::Encode;
use polkadot_primitives::{
    CoreIndex, DisputeStatement, InherentData, InvalidDisputeStatementKind, UncheckedSigned,
    ValidDisputeStatementKind, ValidatorIndex, ValidityAttestation,
};
use rand::seq::SliceRandom;
use rand::{Rng, RngCore};

impl Maker {
    /// Something wrong with an inherent.
    pub(super) fn spoil(&mut self, data: InherentData) -> InherentData {
        let mut data = data;
        for _ in 0..self.rng.gen_range(1..4) {
            match self.rng.gen_range(0..14) {
                0..=2 => self.spoil_bitfields(&mut data),
                3..=8 => self.spoil_candidates(&mut data),
                9..=12 => self.spoil_disputes(&mut data),
                _ if self.chance(10) => data.parent_header.number += 1,
                _ => data.backed_candidates.shuffle(&mut self.rng),
            }
        }
        data
    }

    fn spoil_bitfields(&mut self, data: &mut InherentData) {
        let fields = &mut data.bitfields;
        if fields.is_empty() {
            return;
        }
        let at = self.rng.gen_range(0..fields.len());
        let old = fields[at].clone();
        let (bits, who, signature) = (
            old.unchecked_payload().clone(),
            old.unchecked_validator_index(),
            { old.unchecked_signature().clone() },
        );
        match self.rng.gen_range(0..7) {
            0 => fields.push(old),
            1 => fields.insert(at, old),
            2 => fields.reverse(),
            3 => {
                let mut bits = bits.0;
                bits.push(true);
                fields[at] = UncheckedSigned::new(bits.into(), who, signature);
            }
            4 => fields[at] = UncheckedSigned::new(bits, ValidatorIndex(who.0 + 20), signature),
            5 => {
                let other = self.pick(fields).unchecked_signature().clone();
                fields[at] = UncheckedSigned::new(bits, who, other);
            }
            _ => {
                let mut bits = bits.0;
                if !bits.is_empty() {
                    let flip = self.rng.gen_range(0..bits.len());
                    let was = bits[flip];
                    bits.set(flip, !was);
                }
                fields[at] = UncheckedSigned::new(bits.into(), who, signature);
            }
        }
    }

    fn spoil_candidates(&mut self, data: &mut InherentData) {
        let all = &mut data.backed_candidates;
        if all.is_empty() {
            return;
        }
        let at = self.rng.gen_range(0..all.len());
        match self.rng.gen_range(0..10) {
            0 => {
                let again = all[at].clone();
                all.push(again);
            }
            1 => drop(all.remove(at)),
            2 => {
                let votes = all[at].validity_votes_mut();
                if !votes.is_empty() {
                    votes.pop();
                }
            }
            3 => {
                let (bits, core) = all[at].validator_indices_and_core_index();
                let mut bits: BitVec<u8, Lsb0> = bits.to_bitvec();
                match self.rng.gen_range(0..3) {
                    0 => bits.push(false),
                    1 => bits.fill(true),
                    _ => drop(bits.pop()),
                }
                all[at].set_validator_indices_and_core_index(bits, core);
            }
            4 => {
                let bits = all[at].validator_indices_and_core_index().0.to_bitvec();
                let core = self.pick(&[None, Some(CoreIndex(0)), Some(CoreIndex(77))]);
                all[at].set_validator_indices_and_core_index(bits, core);
            }
            5 => {
                let votes = all[at].validity_votes_mut();
                if let Some(vote) = votes.last_mut() {
                    let signature = vote.signature().clone();
                    *vote = match vote {
                        ValidityAttestation::Implicit(_) => {
                            ValidityAttestation::Explicit(signature)
                        }
                        ValidityAttestation::Explicit(_) => {
                            ValidityAttestation::Implicit(signature)
                        }
                    };
                }
            }
            6 => {
                let watermark = self.rng.gen_range(0..self.now + 3);
                all[at] = changed(&all[at], |r| r.commitments.hrmp_watermark = watermark);
            }
            7 => {
                let count = self.rng.gen_range(0..5);
                all[at] = changed(&all[at], |r| {
                    r.commitments.processed_downward_messages = count
                });
            }
            _ => {
                // Any byte of the descriptor.
                let mut raw = all[at].descriptor().encode();
                let byte = self.pick(&[0, 4, 36, 37, 39, 43, 44, 60, 67, 100, 164, 196, 228, 260]);
                let flip = (self.rng.next_u32() as u8) | 1;
                raw[byte] ^= if self.chance(50) { 1 } else { flip };
                if let Ok(descriptor) = decode(&raw) {
                    all[at] = changed(&all[at], |r| r.descriptor = descriptor);
                }
            }
        }
    }

    fn spoil_disputes(&mut self, data: &mut InherentData) {
        let sets = &mut data.disputes;
        if sets.is_empty() {
            return;
        }
        let at = self.rng.gen_range(0..sets.len());
        match self.rng.gen_range(0..7) {
            0 => {
                let again = sets[at].clone();
                sets.push(again);
            }
            1 => sets.reverse(),
            2 => sets[at].session += 1,
            3 => sets[at].statements.reverse(),
            4 => {
                let most = sets[at].statements.len();
                sets[at].statements.truncate(self.rng.gen_range(0..=most));
            }
            5 => {
                let other = self.pick(&[0u32, 3, 50]);
                if let Some(statement) = sets[at].statements.last_mut() {
                    statement.1 = ValidatorIndex(other);
                }
            }
            _ => {
                if let Some(statement) = sets[at].statements.first_mut() {
                    statement.0 = match statement.0 {
                        DisputeStatement::Valid(_) => {
                            DisputeStatement::Invalid(InvalidDisputeStatementKind::Explicit)
                        }
                        DisputeStatement::Invalid(_) => {
                            DisputeStatement::Valid(ValidDisputeStatementKind::Explicit)
                        }
                    };
                }
            }
        }
    }
}
