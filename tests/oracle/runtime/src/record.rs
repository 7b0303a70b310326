//! What recordings of every kind share: JSON and hex, a state whose changes are seen step by
//! step, roots, names of errors, comparison of two recordings.
//!
//! Use: `State::new(genesis, prefixes, excluded)`; run things in it with `state.run(|| …)`; after a
//! step `state.outcome(&mut step)` writes `diff` and `root`; `state.commit()` ends a block.

use frame_support::traits::PalletInfoData;
use serde_json::{Map, Value};
use sp_core::{Blake2Hasher, H256};
use sp_runtime::DispatchError;
use sp_state_machine::TestExternalities;
use sp_trie::{LayoutV1, TrieConfiguration};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

/// Errors are messages for people.
pub type Res<T> = Result<T, String>;

/// Keys and values.
pub type Keys = BTreeMap<Vec<u8>, Vec<u8>>;

/// Reads a recording; gzip if its name ends so.
pub fn load(path: &str) -> Res<Value> {
    let raw = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = Vec::new();
    if path.ends_with(".gz") {
        flate2::read::GzDecoder::new(&raw[..])
            .read_to_end(&mut text)
            .map_err(|e| format!("{path}: {e}"))?;
    } else {
        text = raw;
    }
    serde_json::from_slice(&text).map_err(|e| format!("{path}: {e}"))
}

/// Writes a recording, the same bytes for the same contents.
pub fn save(path: &str, doc: &Value) -> Res<()> {
    let text = serde_json::to_vec(doc).map_err(|e| e.to_string())?;
    let file = std::fs::File::create(path).map_err(|e| format!("{path}: {e}"))?;
    if path.ends_with(".gz") {
        let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        gz.write_all(&text).map_err(|e| format!("{path}: {e}"))?;
        gz.finish().map_err(|e| format!("{path}: {e}"))?;
    } else {
        let mut file = file;
        file.write_all(&text).map_err(|e| format!("{path}: {e}"))?;
    }
    Ok(())
}

/// `0x…` of bytes.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(2 + bytes.len() * 2);
    out.push_str("0x");
    for b in bytes {
        out.push(DIGITS[(b >> 4) as usize] as char);
        out.push(DIGITS[(b & 15) as usize] as char);
    }
    out
}

/// Bytes of `0x…`.
pub fn unhex(text: &str) -> Res<Vec<u8>> {
    let digits = text
        .strip_prefix("0x")
        .ok_or_else(|| format!("no 0x: {text:.40}"))?;
    if digits.len() % 2 != 0 {
        return Err(format!("odd hex: {text:.40}"));
    }
    let nibble = |c: u8| {
        (c as char)
            .to_digit(16)
            .ok_or_else(|| format!("no hex: {text:.40}"))
    };
    digits
        .as_bytes()
        .chunks(2)
        .map(|c| Ok((nibble(c[0])? * 16 + nibble(c[1])?) as u8))
        .collect()
}

/// A text member of an object.
pub fn text<'a>(of: &'a Value, name: &str) -> Res<&'a str> {
    of[name].as_str().ok_or_else(|| format!("no text `{name}`"))
}

/// A member's bytes.
pub fn bytes(of: &Value, name: &str) -> Res<Vec<u8>> {
    unhex(text(of, name)?)
}

/// A member's number.
pub fn number(of: &Value, name: &str) -> Res<u64> {
    of[name]
        .as_u64()
        .ok_or_else(|| format!("no number `{name}`"))
}

/// A member that is a list (empty if absent).
pub fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map(|v| &v[..]).unwrap_or(&[])
}

/// A member's SCALE bytes, decoded to their end.
pub fn scale<T: codec::Decode>(of: &Value, name: &str) -> Res<T> {
    decode(&bytes(of, name)?).map_err(|e| format!("`{name}`: {e}"))
}

/// Decodes all of `raw`.
pub fn decode<T: codec::Decode>(raw: &[u8]) -> Res<T> {
    codec::DecodeAll::decode_all(&mut &raw[..]).map_err(|e| e.to_string())
}

/// The member `name` (prefixes, genesis) as keys or values in hex.
pub fn storage(of: &Value, name: &str) -> Res<Keys> {
    let map = of[name]
        .as_object()
        .ok_or_else(|| format!("no object `{name}`"))?;
    map.iter()
        .map(|(k, v)| Ok((unhex(k)?, unhex(v.as_str().ok_or("no hex value")?)?)))
        .collect()
}

/// The file's tracked prefixes.
pub fn prefixes(of: &Value) -> Res<Vec<Vec<u8>>> {
    let map = of["prefixes"].as_object().ok_or("no object `prefixes`")?;
    map.values()
        .map(|v| unhex(v.as_str().ok_or("no hex prefix")?))
        .collect()
}

/// The trie root of keys, Blake2, state version V1.
pub fn root(keys: &Keys) -> H256 {
    LayoutV1::<Blake2Hasher>::trie_root(keys.iter())
}

/// `Pallet.Error` and its like. `pallets` = `AllPalletsWithSystem::infos()`.
pub fn error_name(error: &DispatchError, pallets: &[PalletInfoData]) -> String {
    match error {
        DispatchError::Other(why) => format!("Other({why:?})"),
        DispatchError::Module(m) => {
            let pallet = pallets.iter().find(|p| p.index == m.index as usize);
            let pallet = pallet.map(|p| p.name).unwrap_or("?");
            format!("{}.{}", pallet, m.message.unwrap_or("?"))
        }
        DispatchError::Token(e) => format!("Token.{e:?}"),
        DispatchError::Arithmetic(e) => format!("Arithmetic.{e:?}"),
        DispatchError::Transactional(e) => format!("Transactional.{e:?}"),
        DispatchError::Trie(e) => format!("Trie.{e:?}"),
        plain => format!("{plain:?}"),
    }
}

/// A storage of committed keys and the block's writes over them, with a view of all tracked keys
/// as they were after the last step.
pub struct State {
    pub ext: TestExternalities<Blake2Hasher>,
    prefixes: Vec<Vec<u8>>,
    excluded: Vec<Vec<u8>>,
    committed: Keys,
    view: Keys,
    touched: BTreeSet<Vec<u8>>,
    root: H256,
}

impl State {
    /// Keys that start with one of `prefixes` and with none of `excluded` are tracked.
    pub fn new(genesis: Keys, prefixes: Vec<Vec<u8>>, excluded: Vec<Vec<u8>>) -> State {
        let storage = sp_core::storage::Storage {
            top: genesis.clone(),
            children_default: Default::default(),
        };
        // TestExternalities always writes `:code`; a genesis without one must not get it.
        let mut ext =
            TestExternalities::new_with_state_version(storage, sp_core::storage::StateVersion::V1);
        let code = b":code".to_vec();
        match genesis.get(&code) {
            Some(value) => ext.insert(code, value.clone()),
            None => {
                ext.execute_with(|| sp_io::storage::clear(b":code"));
                ext.commit_all().expect("no transaction is open");
            }
        }
        let mut state = State {
            ext,
            prefixes,
            excluded,
            committed: Keys::new(),
            view: Keys::new(),
            touched: BTreeSet::new(),
            root: H256::zero(),
        };
        state.committed = genesis
            .into_iter()
            .filter(|(k, _)| state.tracked(k))
            .collect();
        state.view = state.committed.clone();
        state.root = root(&state.view);
        state
    }

    fn tracked(&self, key: &[u8]) -> bool {
        self.prefixes.iter().any(|p| key.starts_with(p))
            && !self.excluded.iter().any(|p| key.starts_with(p))
    }

    /// Runs `what` on the block's state; its writes stay.
    pub fn run<R>(&mut self, what: impl FnOnce() -> R) -> R {
        self.ext.execute_with(what)
    }

    /// Runs `what` and undoes its writes.
    pub fn peek<R>(&mut self, what: impl FnOnce() -> R) -> R {
        self.ext.execute_with(|| {
            sp_io::storage::start_transaction();
            let result = what();
            sp_io::storage::rollback_transaction();
            result
        })
    }

    /// Ends a block: its writes become the committed state.
    pub fn commit(&mut self) {
        self.see();
        self.ext.commit_all().expect("no transaction is open");
        self.committed = self.view.clone();
        self.touched.clear();
    }

    /// The tracked root after the last `see`.
    pub fn root(&self) -> H256 {
        self.root
    }

    /// Tracked keys changed since the last call; `None` = removed.
    pub fn see(&mut self) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        let now: BTreeSet<Vec<u8>> = self
            .ext
            .overlayed_changes()
            .changes()
            .map(|(k, _)| k.clone())
            .collect();
        let keys: Vec<Vec<u8>> = self.touched.union(&now).cloned().collect();
        let keys: Vec<Vec<u8>> = keys.into_iter().filter(|k| self.tracked(k)).collect();
        self.touched = now;
        let values: Vec<Option<Vec<u8>>> = self.ext.execute_with(|| {
            keys.iter()
                .map(|k| sp_io::storage::get(k).map(|v| v.to_vec()))
                .collect()
        });
        let mut diff = BTreeMap::new();
        for (key, value) in keys.into_iter().zip(values) {
            if self.view.get(&key) != value.as_ref() {
                match &value {
                    Some(v) => self.view.insert(key.clone(), v.clone()),
                    None => self.view.remove(&key),
                };
                diff.insert(key, value);
            }
        }
        if !diff.is_empty() {
            self.root = root(&self.view);
        }
        diff
    }

    /// Writes `diff` and `root` of a step just run.
    pub fn outcome(&mut self, step: &mut Map<String, Value>) {
        let mut map = Map::new();
        for (key, value) in self.see() {
            map.insert(
                hex(&key),
                value.map(|v| hex(&v).into()).unwrap_or(Value::Null),
            );
        }
        step.insert("diff".into(), map.into());
        step.insert("root".into(), hex(self.root.as_bytes()).into());
    }
}

/// The first difference of two recordings' steps; None if there is none.
pub fn first_difference(want: &Value, got: &Value) -> Option<String> {
    let (a, b) = (list(want, "steps"), list(got, "steps"));
    let mut block = 0;
    for (i, (w, g)) in a.iter().zip(b).enumerate() {
        if w["op"] == "block" {
            block = w["number"].as_u64().unwrap_or(0);
        }
        let (w, g) = (w.as_object()?, g.as_object()?);
        let names: BTreeSet<&String> = w.keys().chain(g.keys()).collect();
        for name in names {
            if w.get(name) != g.get(name) {
                return Some(format!(
                    "step {i} (block {block}, {}): `{name}`\n{}",
                    w["op"],
                    explain(w.get(name), g.get(name))
                ));
            }
        }
    }
    (a.len() != b.len()).then(|| format!("{} steps, not {}", b.len(), a.len()))
}

fn explain(want: Option<&Value>, got: Option<&Value>) -> String {
    if let (Some(Value::Object(w)), Some(Value::Object(g))) = (want, got) {
        let names: BTreeSet<&String> = w.keys().chain(g.keys()).collect();
        let mut out = String::new();
        for n in names {
            if w.get(n) != g.get(n) {
                out += &format!("  {n}\n{}", explain(w.get(n), g.get(n)));
            }
        }
        return out;
    }
    let show = |v: Option<&Value>| v.map(|v| v.to_string()).unwrap_or("(absent)".into());
    format!("    expected {}\n    got      {}\n", show(want), show(got))
}

/// The member `name` as keys and values; null = to remove.
pub fn storage_or_null(of: &Value, name: &str) -> Res<Vec<(Vec<u8>, Option<Vec<u8>>)>> {
    let map = of[name]
        .as_object()
        .ok_or_else(|| format!("no object `{name}`"))?;
    map.iter()
        .map(|(k, v)| Ok((unhex(k)?, v.as_str().map(unhex).transpose()?)))
        .collect()
}
