//! Everybody's keys: all are derived from names, as the recordings' README lists them.

use crate::chain_runtime::SessionKeys;
use codec::{Decode, Encode};
use polkadot_primitives::AccountId;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use schnorrkel::context::attach_rng;
use sp_consensus_babe::{Epoch, Slot};
use sp_core::sr25519::vrf::{VrfPreOutput, VrfProof, VrfSignature, VrfTranscript};
use sp_core::{
    crypto::{Pair, VrfPublic},
    ecdsa, ed25519, sr25519,
};
use sp_runtime::{traits::IdentifyAccount, MultiSignature, MultiSigner};
use std::collections::HashMap;

pub const VALIDATORS: usize = 8;
pub const GENERATIONS: usize = 4;

/// Chance as it is for this message alone, so that a seed always makes the same file.
fn chance(pair: &sr25519::Pair, message: &[u8]) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(sp_io::hashing::blake2_256(
        &(pair.public().0, message).encode(),
    ))
}

pub fn sign(pair: &sr25519::Pair, payload: &[u8]) -> sr25519::Signature {
    let context = schnorrkel::signing_context(b"substrate");
    let keys: &schnorrkel::Keypair = pair.as_ref();
    let signature = keys.sign(attach_rng(context.bytes(payload), chance(pair, payload)));
    sr25519::Signature::from_raw(signature.to_bytes())
}

/// BABE's random output for a slot, with its proof.
pub fn vrf_sign(pair: &sr25519::Pair, epoch: &Epoch, slot: Slot) -> VrfSignature {
    let input = sp_consensus_babe::make_vrf_transcript(&epoch.randomness, slot, epoch.epoch_index);
    let keys: &schnorrkel::Keypair = pair.as_ref();
    let output = keys.vrf_create_hash(input.0);
    let extra = attach_rng(
        VrfTranscript::new(b"VRF", &[]).0,
        chance(pair, &slot.encode()),
    );
    let proof = keys.dleq_proove(extra, &output, true).0;
    let signature = VrfSignature {
        pre_output: VrfPreOutput(output.to_preout()),
        proof: VrfProof(proof),
    };
    let data = sp_consensus_babe::make_vrf_sign_data(&epoch.randomness, slot, epoch.epoch_index);
    assert!(
        pair.public().vrf_verify(&data, &signature),
        "what is made as BABE makes it, is verified as BABE does"
    );
    signature
}

/// Who signs transactions.
pub enum Signer {
    Sr(sr25519::Pair),
    Ed(ed25519::Pair),
    Ec(ecdsa::Pair),
}

impl Signer {
    pub fn sign(&self, payload: &[u8]) -> MultiSignature {
        match self {
            Signer::Sr(pair) => sign(pair, payload).into(),
            Signer::Ed(pair) => pair.sign(payload).into(),
            Signer::Ec(pair) => pair.sign(payload).into(),
        }
    }
    pub fn account(&self) -> AccountId {
        match self {
            Signer::Sr(pair) => MultiSigner::from(pair.public()).into_account(),
            Signer::Ed(pair) => MultiSigner::from(pair.public()).into_account(),
            Signer::Ec(pair) => MultiSigner::from(pair.public()).into_account(),
        }
    }
}

/// One generation of a validator's session keys.
pub struct Session {
    gran: ed25519::Pair,
    babe: sr25519::Pair,
    para: sr25519::Pair,
    asgn: sr25519::Pair,
    audi: sr25519::Pair,
    beef: ecdsa::Pair,
}

fn derive<P: Pair>(name: &str) -> P {
    P::from_string(name, None).expect("a name is a derivation path")
}

impl Session {
    fn new(validator: usize, generation: usize) -> Session {
        let name = |kind: &str| format!("//V{validator}//{generation}//{kind}");
        Session {
            gran: derive(&name("gran")),
            babe: derive(&name("babe")),
            para: derive(&name("para")),
            asgn: derive(&name("asgn")),
            audi: derive(&name("audi")),
            beef: derive(&name("beef")),
        }
    }

    /// The public keys in the runtime's order.
    pub fn public(&self) -> SessionKeys {
        let raw = (
            self.gran.public(),
            self.babe.public(),
            self.para.public(),
            self.asgn.public(),
            self.audi.public(),
            self.beef.public(),
        )
            .encode();
        SessionKeys::decode(&mut &raw[..]).expect("193 bytes of keys")
    }

    /// That the owner of these keys is `owner`.
    pub fn proof(&self, owner: &[u8]) -> Vec<u8> {
        let statement = [&b"POP_"[..], owner].concat();
        (
            self.gran.sign(&statement),
            sign(&self.babe, &statement),
            sign(&self.para, &statement),
            sign(&self.asgn, &statement),
            sign(&self.audi, &statement),
            self.beef.sign(&statement),
        )
            .encode()
    }
}

/// All keys of a recording.
pub struct Keys {
    pub signers: Vec<Signer>,
    pub accounts: Vec<AccountId>,
    pub sessions: Vec<Vec<Session>>,
    by_public: HashMap<[u8; 32], sr25519::Pair>,
}

/// Positions in `signers`: root, then the users, then the stashes, then the poor.
pub const ROOT: usize = 0;
pub const USERS: usize = 1;
pub const STASHES: usize = 6;

impl Keys {
    pub fn new() -> Keys {
        let mut signers = vec![Signer::Sr(derive("//Root"))];
        for user in 1..=3 {
            signers.push(Signer::Sr(derive(&format!("//A{user}"))));
        }
        signers.push(Signer::Ed(derive("//A4")));
        signers.push(Signer::Ec(derive("//A5")));
        for v in 0..VALIDATORS {
            signers.push(Signer::Sr(derive(&format!("//V{v}//stash"))));
        }
        for p in 0..4 {
            signers.push(Signer::Sr(derive(&format!("//P{p}"))));
        }
        let sessions: Vec<Vec<Session>> = (0..VALIDATORS)
            .map(|v| (0..GENERATIONS).map(|g| Session::new(v, g)).collect())
            .collect();
        let mut by_public = HashMap::new();
        for one in sessions.iter().flatten() {
            for pair in [&one.babe, &one.para] {
                by_public.insert(pair.public().0, pair.clone());
            }
        }
        let accounts = signers.iter().map(|s| s.account()).collect();
        Keys {
            signers,
            accounts,
            sessions,
            by_public,
        }
    }

    /// The pair of a BABE or parachains key.
    pub fn pair(&self, public: &[u8]) -> Option<&sr25519::Pair> {
        self.by_public.get(public)
    }
}
