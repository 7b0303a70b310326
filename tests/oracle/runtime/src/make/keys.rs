//! Keys of validators and users. Signatures are the same for the same message, so that a seed
//! always makes the same file.

use crate::runtime::AccountId;
use codec::Encode;
use polkadot_primitives::{ValidatorId, ValidatorSignature};
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sp_core::{sr25519, Pair};

/// One validator's keys.
struct Member {
    pair: sr25519::Pair,
    account: sr25519::Public,
    assignment: sr25519::Public,
    discovery: sr25519::Public,
}

/// All keys, and who is a validator now.
pub struct Ring {
    members: Vec<Member>,
    users: Vec<sr25519::Public>,
    /// Indices of the current session's whole set.
    pub set: Vec<usize>,
}

fn pair(path: &str) -> sr25519::Pair {
    sr25519::Pair::from_string(path, None).expect("the path is well formed")
}

impl Ring {
    pub fn new() -> Ring {
        let member = |i: usize| Member {
            pair: pair(&format!("//V{i}")),
            account: pair(&format!("//V{i}//stash")).public(),
            assignment: pair(&format!("//V{i}//assignment")).public(),
            discovery: pair(&format!("//V{i}//discovery")).public(),
        };
        Ring {
            members: (0..14).map(member).collect(),
            users: (0..4).map(|i| pair(&format!("//A{i}")).public()).collect(),
            set: Vec::new(),
        }
    }

    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Takes `len` members as the set.
    pub fn choose(&mut self, len: usize, rng: &mut ChaCha8Rng) {
        let mut all: Vec<usize> = (0..self.size()).collect();
        all.shuffle(rng);
        all.truncate(len);
        self.set = all;
    }

    pub fn account(&self, i: usize) -> Vec<u8> {
        self.members[i].account.encode()
    }

    pub fn validator(&self, i: usize) -> Vec<u8> {
        self.members[i].pair.public().encode()
    }

    pub fn assignment(&self, i: usize) -> Vec<u8> {
        self.members[i].assignment.encode()
    }

    pub fn discovery(&self, i: usize) -> Vec<u8> {
        self.members[i].discovery.encode()
    }

    pub fn user(&self, i: usize) -> AccountId {
        AccountId::new(self.users[i].0)
    }

    /// The signature of `payload` by the owner of `who`; one of zeros if nobody owns it.
    pub fn sign(&self, who: &ValidatorId, payload: &[u8]) -> ValidatorSignature {
        let raw = who.encode();
        let owner = self
            .members
            .iter()
            .find(|m| m.pair.public().0[..] == raw[..]);
        let signature = owner.map(|m| sign(&m.pair, payload)).unwrap_or([0; 64]);
        ValidatorSignature::from(sr25519::Signature::from_raw(signature))
    }
}

fn sign(pair: &sr25519::Pair, payload: &[u8]) -> [u8; 64] {
    let seed = sp_io::hashing::blake2_256(&(pair.public().0, payload).encode());
    let rng = ChaCha8Rng::from_seed(seed);
    let keys: &schnorrkel::Keypair = pair.as_ref();
    let context = schnorrkel::signing_context(b"substrate");
    keys.sign(schnorrkel::context::attach_rng(context.bytes(payload), rng))
        .to_bytes()
}
