//! The oracle: see README.md.

// The metadata of a runtime of so many pallets is deep.
#![recursion_limit = "512"]

mod api;
mod chain_calls;
mod chain_keys;
mod chain_make;
mod chain_paras;
mod chain_replay;
mod chain_runtime;
mod chain_validators;
mod make;
mod mutate;
mod record;
mod replay;
mod runtime;
mod shared_config;

use record::Res;
use serde_json::Value;

const USAGE: &str = "usage: oracle check IN…
       oracle rerecord IN OUT
       oracle mutate IN SEED OUT [WITH]
       oracle make KIND SEED OUT [BLOCKS]
       oracle make chain SEED OUT BLOCKS BASE";

fn rerecorded(doc: &Value) -> Res<Value> {
    let mut again = doc.clone();
    match doc["kind"].as_str() {
        Some("chain") => again = chain_replay::rerecord(doc)?,
        Some(_) => replay::rerecord(&mut again)?,
        None => return Err("no `kind`".into()),
    }
    Ok(again)
}

fn check(path: &str) -> Res<bool> {
    let doc = record::load(path)?;
    match record::first_difference(&doc, &rerecorded(&doc)?) {
        None => {
            println!("{path}: ok");
            Ok(true)
        }
        Some(what) => {
            println!("{path}: {what}");
            Ok(false)
        }
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Res<T> {
    text.parse().map_err(|_| format!("no number: {text}"))
}

fn run(args: &[&str]) -> Res<bool> {
    match args {
        ["check", paths @ ..] if !paths.is_empty() => {
            let mut good = true;
            for path in paths {
                good &= check(path)?;
            }
            return Ok(good);
        }
        ["rerecord", from, to] => record::save(to, &rerecorded(&record::load(from)?)?)?,
        ["mutate", from, seed, to, with @ ..] if with.len() <= 1 => {
            let with = with.first().map(|path| record::load(path)).transpose()?;
            let doc = record::load(from)?;
            record::save(to, &mutate::mutate(&doc, with.as_ref(), parse(seed)?)?)?
        }
        ["make", "chain", seed, to, blocks, base] => {
            let base = record::load(base)?;
            record::save(to, &chain_make::make(&base, parse(seed)?, parse(blocks)?)?)?
        }
        ["make", kind, seed, to, blocks @ ..] if blocks.len() <= 1 => {
            let blocks = blocks.first().map(|b| parse(b)).transpose()?.unwrap_or(60);
            record::save(to, &make::make(kind, parse(seed)?, blocks)?)?
        }
        _ => return Err(USAGE.into()),
    }
    Ok(true)
}

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(why) => {
            eprintln!("oracle: {why}");
            std::process::ExitCode::from(2)
        }
    }
}
