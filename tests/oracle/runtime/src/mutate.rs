//! Changes the steps of a recording at random and runs them anew. The blocks and their headers
//! stay, so that most signatures do.

use crate::record::{self, decode, hex, list, text, unhex, Res};
use crate::replay::Run;
use crate::runtime::{Header, RuntimeCall};
use codec::Encode;
use polkadot_primitives::InherentData;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};

fn op(step: &Value) -> &str {
    step["op"].as_str().unwrap_or("")
}

/// Indices into `steps` before which a step of a block may stand.
fn gaps(steps: &[Value]) -> Vec<usize> {
    let mut open = false;
    let mut all = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        if open {
            all.push(i);
        }
        match op(step) {
            "block" => open = true,
            "end" => open = false,
            _ => (),
        }
    }
    all
}

fn flip(raw: &mut [u8], from: usize, rng: &mut ChaCha8Rng) {
    if raw.len() <= from {
        return;
    }
    let at = rng.gen_range(from..raw.len());
    raw[at] = match rng.gen_range(0..4) {
        0 => 0,
        1 => raw[at].wrapping_add(1),
        2 => raw[at].wrapping_sub(1),
        _ => rng.gen(),
    };
}

fn change_call(step: &mut Value, rng: &mut ChaCha8Rng) -> Res<()> {
    let mut raw = record::bytes(step, "encoded")?;
    for _ in 0..rng.gen_range(1..4) {
        flip(&mut raw, 2, rng);
    }
    if decode::<RuntimeCall>(&raw).is_ok() {
        step["encoded"] = hex(&raw).into();
    }
    Ok(())
}

fn change_args(step: &mut Value, rng: &mut ChaCha8Rng) -> Res<()> {
    let mut raw = record::bytes(step, "args")?;
    flip(&mut raw, 0, rng);
    step["args"] = hex(&raw).into();
    Ok(())
}

fn shake<T: Clone>(all: &mut Vec<T>, rng: &mut ChaCha8Rng) {
    if all.is_empty() {
        return;
    }
    let at = rng.gen_range(0..all.len());
    match rng.gen_range(0..5) {
        0 => drop(all.remove(at)),
        1 => all.push(all[at].clone()),
        2 => all.insert(at, all[at].clone()),
        3 => all.shuffle(rng),
        _ => all.truncate(at),
    }
}

fn change_inherent(step: &mut Value, rng: &mut ChaCha8Rng) -> Res<()> {
    let mut data: InherentData = record::scale(step, "data")?;
    for _ in 0..rng.gen_range(1..4) {
        match rng.gen_range(0..6) {
            0 => shake(&mut data.bitfields, rng),
            1 | 2 => shake(&mut data.backed_candidates, rng),
            3 => shake(&mut data.disputes, rng),
            4 => {
                if let Some(set) = data.disputes.choose_mut(rng) {
                    shake(&mut set.statements, rng);
                }
            }
            _ => {
                if let Some(candidate) = data.backed_candidates.choose_mut(rng) {
                    shake(candidate.validity_votes_mut(), rng);
                }
            }
        }
    }
    let mut raw = data.encode();
    if rng.gen_range(0..4) == 0 {
        flip(&mut raw, 0, rng);
    }
    if decode::<InherentData>(&raw).is_ok() {
        step["data"] = hex(&raw).into();
    }
    Ok(())
}

fn change_session(step: &mut Value, rng: &mut ChaCha8Rng) {
    let lists = [
        "accounts",
        "validators",
        "assignment_keys",
        "discovery_keys",
        "queued",
    ];
    let last = list(step, "validators").len();
    match rng.gen_range(0..3) {
        0 => step["changed"] = json!(!step["changed"].as_bool().unwrap_or(false)),
        1 if last > 2 => {
            for name in lists {
                if let Some(all) = step[name].as_array_mut() {
                    all.truncate(last - 1);
                }
            }
        }
        _ => {
            for name in lists {
                if let Some(all) = step[name].as_array_mut() {
                    all.reverse();
                }
            }
        }
    }
}

fn change_set(step: &mut Value, rng: &mut ChaCha8Rng) -> Res<()> {
    if let Some(storage) = step["storage"].as_object_mut() {
        for value in storage.values_mut() {
            let mut raw = unhex(value.as_str().unwrap_or("0x"))?;
            // A random seed: any 32 bytes will do; the rest has lengths.
            if raw.len() >= 32 {
                let from = raw.len() - 32;
                flip(&mut raw, from, rng);
            }
            *value = hex(&raw).into();
        }
    }
    Ok(())
}

fn change(step: &mut Value, rng: &mut ChaCha8Rng) -> Res<()> {
    match op(step) {
        "call" if rng.gen_range(0..3) == 0 => {
            let origins = ["root", "none", "para:2000", "para:1005", "para:1000"];
            step["origin"] = (*origins.choose(rng).expect("there are some")).into();
            Ok(())
        }
        "call" => change_call(step, rng),
        "fn" | "api" => change_args(step, rng),
        "inherent" | "create_inherent" => change_inherent(step, rng),
        "session" => {
            change_session(step, rng);
            Ok(())
        }
        "set" => change_set(step, rng),
        _ => Ok(()),
    }
}

fn movable(step: &Value) -> bool {
    matches!(op(step), "call" | "fn" | "inherent" | "create_inherent")
}

/// The steps of `doc`, changed, with some of `with`'s calls strewn in.
fn changed(doc: &Value, with: Option<&Value>, rng: &mut ChaCha8Rng) -> Res<Vec<Value>> {
    let mut steps = Vec::new();
    let mut later = Vec::new();
    let heat = *[1, 3, 8].choose(rng).expect("there are some");
    for step in list(doc, "steps") {
        let mut chance = |percent: u32| rng.gen_range(0..100) < percent;
        let genesis = step["genesis"] == true;
        let (drop, again, delay, changes) =
            (chance(heat), chance(heat), chance(heat), chance(2 * heat));
        if genesis || !(movable(step) || matches!(op(step), "session" | "set" | "api")) {
            steps.push(step.clone());
        } else if movable(step) && drop {
            continue;
        } else if movable(step) && delay {
            later.push((steps.len(), step.clone()));
        } else if changes {
            let mut other = step.clone();
            change(&mut other, rng)?;
            steps.push(other);
            if op(step) == "inherent" {
                steps.push(step.clone());
            }
        } else {
            steps.push(step.clone());
            if movable(step) && again {
                steps.push(step.clone());
            }
        }
    }
    for (from, step) in later {
        let gaps: Vec<usize> = gaps(&steps).into_iter().filter(|g| *g >= from).collect();
        if let Some(at) = gaps.choose(rng) {
            steps.insert(*at, step);
        }
    }
    let guests: Vec<Value> = with
        .map(|w| {
            list(w, "steps")
                .iter()
                .filter(|s| matches!(op(s), "call" | "fn"))
                .cloned()
        })
        .map(|s| s.collect())
        .unwrap_or_default();
    if !guests.is_empty() {
        // In their own order, as the calls build on each other.
        let mut gaps = gaps(&steps);
        let count = gaps.len().min(guests.len() / 2);
        gaps.shuffle(rng);
        gaps.truncate(count);
        gaps.sort();
        let mut picked: Vec<usize> = (0..guests.len()).collect();
        picked.shuffle(rng);
        picked.truncate(count);
        picked.sort();
        for (at, guest) in gaps.into_iter().zip(picked).rev() {
            steps.insert(at, guests[guest].clone());
        }
    }
    Ok(steps)
}

/// `doc` with changed steps and what comes of them. A block whose inherents all fail gets one
/// with nothing in it.
pub fn mutate(doc: &Value, with: Option<&Value>, seed: u64) -> Res<Value> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let steps = changed(doc, with, &mut rng)?;
    let mut out = doc.clone();
    out["steps"] = json!([]);
    out["seed"] = seed.into();
    let mut run = Run::new(&out)?;
    let mut done = Vec::new();
    let mut header = String::new();
    let mut entered = false;
    for mut step in steps {
        if op(&step) == "block" {
            header = text(&step, "parent_header")?.to_string();
            entered = false;
        }
        if op(&step) == "end" && !entered {
            let data = InherentData {
                bitfields: Vec::new(),
                backed_candidates: Vec::new(),
                disputes: Vec::new(),
                parent_header: decode::<Header>(&unhex(&header)?)?,
            };
            let mut least = json!({ "op": "inherent", "data": hex(&data.encode()) });
            run.step(&mut least)?;
            done.push(least);
        }
        // What doesn't decode any more is left out.
        if run.step(&mut step).is_err() {
            continue;
        }
        entered |= op(&step) == "inherent" && step["result"] == "ok";
        done.push(step);
    }
    out["steps"] = Value::Array(done);
    Ok(out)
}
