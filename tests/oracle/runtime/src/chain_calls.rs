//! Random values of any type that the runtime knows, by its description: so every call is met with every kind of
//! argument. Names and types that mean something get what is likely to be accepted.

use crate::chain_keys::Keys;
use codec::{Compact, Encode};
use rand::{seq::SliceRandom, Rng};
use rand_chacha::ChaCha8Rng;
use scale_info::{form::PortableForm, PortableRegistry, TypeDef, TypeDefPrimitive, TypeInfo};

/// What random values are made from.
pub struct Pool {
    pub balances: Vec<u128>,
    pub codes: Vec<Vec<u8>>,
    pub hashes: Vec<[u8; 32]>,
    pub paras: Vec<u32>,
    /// Accounts nobody signs for.
    pub others: Vec<[u8; 32]>,
    pub block: u32,
    pub session: u32,
}

pub struct Calls {
    types: PortableRegistry,
    call: u32,
}

const DEEP: usize = 3;

impl Calls {
    pub fn new<Call: TypeInfo + 'static>() -> Calls {
        let mut registry = scale_info::Registry::new();
        let call = registry
            .register_type(&scale_info::MetaType::new::<Call>())
            .id;
        Calls {
            types: registry.into(),
            call,
        }
    }

    /// Any call of the pallet with this index.
    pub fn of(&self, pallet: u8, rng: &mut ChaCha8Rng, keys: &Keys, pool: &Pool) -> Vec<u8> {
        let mut out = vec![pallet];
        let mut maker = Maker {
            types: &self.types,
            call: self.call,
            rng,
            keys,
            pool,
            depth: 0,
        };
        let TypeDef::Variant(pallets) = &self.types.resolve(self.call).expect("a call").type_def
        else {
            return out;
        };
        let found = pallets
            .variants
            .iter()
            .find(|v| v.index == pallet)
            .expect("a pallet");
        maker.value(found.fields[0].ty.id, "", &mut out);
        out
    }

    /// Indices of pallets with calls.
    pub fn pallets(&self) -> Vec<u8> {
        match &self.types.resolve(self.call).expect("a call").type_def {
            TypeDef::Variant(pallets) => pallets.variants.iter().map(|v| v.index).collect(),
            _ => Vec::new(),
        }
    }
}

struct Maker<'a> {
    types: &'a PortableRegistry,
    call: u32,
    rng: &'a mut ChaCha8Rng,
    keys: &'a Keys,
    pool: &'a Pool,
    depth: usize,
}

impl Maker<'_> {
    fn bytes(&mut self, out: &mut Vec<u8>) {
        let len = *[0, 1, 2, 4, 20, 33, 64, 200]
            .choose(self.rng)
            .expect("some");
        let len = self.rng.gen_range(0..=len);
        let raw: Vec<u8> = (0..len).map(|_| self.rng.gen()).collect();
        raw.encode_to(out);
    }

    fn u32(&mut self, hint: &str) -> u32 {
        if hint.contains("session") || hint.contains("Session") {
            return self
                .pool
                .session
                .saturating_add(self.rng.gen_range(0..3))
                .saturating_sub(1);
        }
        if hint.contains("BlockNumber")
            || hint.contains("block")
            || hint == "when"
            || hint == "begin"
        {
            return self
                .pool
                .block
                .saturating_add(self.rng.gen_range(0..24))
                .saturating_sub(6);
        }
        match self.rng.gen_range(0..10) {
            0..=5 => self.rng.gen_range(0..6),
            6..=7 => self.rng.gen_range(0..64),
            8 => self.rng.gen_range(0..2000),
            _ => *[0, 1, 100, 4096, 57600].choose(self.rng).expect("some"),
        }
    }

    fn u128(&mut self) -> u128 {
        match self.rng.gen_range(0..8) {
            0 => self.rng.gen_range(0..4_000_000_000),
            1 => self.rng.gen_range(0..1000),
            _ => *self.pool.balances.choose(self.rng).expect("some balances"),
        }
    }

    fn primitive(&mut self, kind: &TypeDefPrimitive, hint: &str, compact: bool, out: &mut Vec<u8>) {
        macro_rules! put {
            ($value:expr) => {{
                let value = $value;
                if compact {
                    Compact(value).encode_to(out)
                } else {
                    value.encode_to(out)
                }
            }};
        }
        match kind {
            TypeDefPrimitive::Bool => self.rng.gen::<bool>().encode_to(out),
            TypeDefPrimitive::Char => 65u32.encode_to(out),
            TypeDefPrimitive::Str => "text".encode_to(out),
            TypeDefPrimitive::U8 => put!(self.rng.gen_range(0..5u8)),
            TypeDefPrimitive::U16 => put!(*[0u16, 1, 2, 3, 4, 28800, 57600]
                .choose(self.rng)
                .expect("some")),
            TypeDefPrimitive::U32 => put!(self.u32(hint)),
            TypeDefPrimitive::U64 => put!(u64::from(self.u32(hint)) * self.rng.gen_range(0..3u64)),
            TypeDefPrimitive::U128 => put!(self.u128()),
            TypeDefPrimitive::U256 => [0u8; 32].encode_to(out),
            TypeDefPrimitive::I8 => 0i8.encode_to(out),
            TypeDefPrimitive::I16 => 0i16.encode_to(out),
            TypeDefPrimitive::I32 => 0i32.encode_to(out),
            TypeDefPrimitive::I64 => 0i64.encode_to(out),
            TypeDefPrimitive::I128 => 0i128.encode_to(out),
            TypeDefPrimitive::I256 => [0u8; 32].encode_to(out),
        }
    }

    fn account(&mut self) -> [u8; 32] {
        match self.rng.gen_range(0..25) {
            0 => return self.rng.gen(),
            1 => return *self.pool.others.choose(self.rng).expect("some others"),
            _ => {}
        }
        self.keys
            .accounts
            .choose(self.rng)
            .expect("some accounts")
            .clone()
            .into()
    }

    /// Types whose values mean something; false: the type is made by its parts.
    fn known(&mut self, name: &str, out: &mut Vec<u8>) -> bool {
        match name {
            "AccountId32" => self.account().encode_to(out),
            "MultiAddress" if self.rng.gen_ratio(9, 10) => (0u8, self.account()).encode_to(out),
            "Id" => {
                let one = *self.pool.paras.choose(self.rng).expect("some paras");
                if self.rng.gen_ratio(1, 15) {
                    self.u32("").encode_to(out)
                } else {
                    one.encode_to(out)
                }
            }
            "ValidationCode" if self.rng.gen_ratio(2, 3) => self
                .pool
                .codes
                .choose(self.rng)
                .expect("some codes")
                .encode_to(out),
            "ValidationCodeHash" if self.rng.gen_ratio(4, 5) => {
                let code = self.pool.codes.choose(self.rng).expect("some codes");
                sp_io::hashing::blake2_256(code).encode_to(out)
            }
            "H256" if self.rng.gen_ratio(2, 3) => self
                .pool
                .hashes
                .choose(self.rng)
                .expect("some hashes")
                .encode_to(out),
            "SessionKeys" => {
                let of = self
                    .keys
                    .sessions
                    .choose(self.rng)
                    .expect("some")
                    .choose(self.rng)
                    .expect("some");
                of.public().encode_to(out)
            }
            "Perbill" => self.rng.gen_range(0..=1_000_000_000u32).encode_to(out),
            _ => return false,
        }
        true
    }

    fn fields(&mut self, fields: &[scale_info::Field<PortableForm>], out: &mut Vec<u8>) {
        for field in fields {
            let name = field.name.as_deref().unwrap_or("");
            let kind = field.type_name.as_deref().unwrap_or("");
            let hint = format!("{name} {kind}");
            let hint = if name == "when" || name == "begin" {
                name
            } else {
                &hint
            };
            self.value(field.ty.id, hint, out);
        }
    }

    fn compact(&mut self, id: u32, hint: &str, out: &mut Vec<u8>) {
        match &self.types.resolve(id).expect("a type").type_def {
            TypeDef::Primitive(kind) => self.primitive(kind, hint, true, out),
            TypeDef::Composite(one) if one.fields.len() == 1 => {
                self.compact(one.fields[0].ty.id, hint, out)
            }
            TypeDef::Tuple(_) => {}
            _ => Compact(0u32).encode_to(out),
        }
    }

    fn value(&mut self, id: u32, hint: &str, out: &mut Vec<u8>) {
        let kind = self.types.resolve(id).expect("a type").clone();
        let name = kind
            .path
            .segments
            .last()
            .map(|s| s.to_string())
            .unwrap_or_default();
        if id == self.call {
            self.depth += 1;
            if self.depth > DEEP {
                // A remark ends the nesting.
                out.extend([0, 0]);
                self.bytes(out);
                self.depth -= 1;
                return;
            }
        }
        if !self.known(&name, out) {
            match &kind.type_def {
                TypeDef::Composite(one) => self.fields(&one.fields, out),
                TypeDef::Variant(one) if one.variants.is_empty() => {}
                TypeDef::Variant(one) => {
                    let variant = one
                        .variants
                        .choose(self.rng)
                        .expect("some variants")
                        .clone();
                    out.push(variant.index);
                    self.fields(&variant.fields, out);
                }
                TypeDef::Sequence(one) => {
                    let of = self.types.resolve(one.type_param.id).expect("a type");
                    if matches!(of.type_def, TypeDef::Primitive(TypeDefPrimitive::U8)) {
                        self.bytes(out);
                    } else {
                        let len = self.rng.gen_range(0..3u32);
                        Compact(len).encode_to(out);
                        (0..len).for_each(|_| self.value(one.type_param.id, hint, out));
                    }
                }
                TypeDef::Array(one) => {
                    let of = self.types.resolve(one.type_param.id).expect("a type");
                    let plain = matches!(of.type_def, TypeDef::Primitive(TypeDefPrimitive::U8));
                    for _ in 0..one.len {
                        if plain {
                            out.push(self.rng.gen());
                        } else {
                            self.value(one.type_param.id, hint, out);
                        }
                    }
                }
                TypeDef::Tuple(one) => one
                    .fields
                    .iter()
                    .for_each(|field| self.value(field.id, hint, out)),
                TypeDef::Primitive(one) => self.primitive(one, hint, false, out),
                TypeDef::Compact(one) => self.compact(one.type_param.id, hint, out),
                TypeDef::BitSequence(_) => {
                    let bits = self.rng.gen_range(0..8u32);
                    Compact(bits).encode_to(out);
                    if bits > 0 {
                        out.push(self.rng.gen::<u8>() & ((1 << bits) - 1));
                    }
                }
            }
        }
        if id == self.call {
            self.depth -= 1;
        }
    }
}
