//! Runs whole blocks, transactions and questions of recordings of kind `chain` on the real pallets.

use crate::chain_runtime::*;
use crate::record::{self, hex, unhex, Res};
use codec::{Compact, Decode, DecodeAll, Encode};
use frame_system::{EventRecord, Phase};
use polkadot_primitives::Hash;
use polkadot_runtime_parachains::runtime_api_impl::{v13 as api, vstaging};
use serde_json::{json, Value};
use sp_core::H256;
use sp_runtime::{
    traits::{Block as BlockT, Header as _},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// No code has a version here.
struct NoCode;
impl sp_core::traits::ReadRuntimeVersion for NoCode {
    fn read_runtime_version(
        &self,
        _: &[u8],
        _: &mut dyn sp_externalities::Externalities,
    ) -> Result<Vec<u8>, String> {
        Err("no code".into())
    }
}

/// What a block did.
pub struct Done {
    pub header: Header,
    pub results: Vec<ApplyExtrinsicResult>,
}

/// The state of a chain and the hash of its last block.
pub struct Chain {
    pub state: record::State,
    pub best: H256,
}

fn message(cause: Box<dyn std::any::Any + Send>) -> String {
    match cause.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other
            .downcast::<&str>()
            .map(|t| t.to_string())
            .unwrap_or("panic".into()),
    }
}

/// An extrinsic as it stands in a block, of its bytes with the length before them.
pub fn extrinsic(raw: &[u8]) -> Res<UncheckedExtrinsic> {
    UncheckedExtrinsic::decode_all(&mut &raw[..]).map_err(|e| format!("extrinsic: {e}"))
}

/// All events so far in this block, as the recordings write them.
pub fn events() -> Vec<Value> {
    frame_system::Pallet::<Runtime>::read_events_no_consensus()
        .map(|record| event(*record))
        .collect()
}

fn event(record: EventRecord<RuntimeEvent, H256>) -> Value {
    let index = match record.phase {
        Phase::ApplyExtrinsic(index) => json!(index),
        _ => Value::Null,
    };
    match record.event {
        RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { .. }) => {
            json!({"index": index, "ok": true, "error": null})
        }
        RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) => {
            json!({"index": index, "ok": false, "error": hex(&dispatch_error.encode())})
        }
        other => json!(hex(&other.encode())),
    }
}

/// A value, or why it panicked; `ext` has nothing of it.
fn undone<R>(state: &mut record::State, what: impl FnOnce() -> R) -> Result<R, String> {
    let result = state
        .ext
        .execute_with(|| catch_unwind(AssertUnwindSafe(what)));
    state.ext.reset_overlay();
    result.map_err(message)
}

impl Chain {
    /// The chain of a recording, before its first block.
    pub fn genesis(doc: &Value) -> Res<Chain> {
        let excluded = doc["excluded"].as_object().ok_or("no `excluded`")?;
        let excluded: Res<Vec<_>> = excluded
            .values()
            .map(|v| unhex(v.as_str().unwrap_or("?")))
            .collect();
        let mut state = record::State::new(
            record::storage(doc, "genesis")?,
            record::prefixes(doc)?,
            excluded?,
        );
        state
            .ext
            .register_extension(sp_core::traits::ReadRuntimeVersionExt::new(NoCode));
        Ok(Chain {
            state,
            best: H256::from_slice(&record::bytes(doc, "genesis_hash")?),
        })
    }

    /// Answers without a trace.
    pub fn ask<R>(&mut self, what: impl FnOnce() -> R) -> Result<R, String> {
        undone(&mut self.state, what)
    }

    /// As an author: opens the block, applies everything, closes it. The writes stay in the overlay.
    pub fn build(&mut self, header: &Header, extrinsics: &[Vec<u8>]) -> Res<Done> {
        let done = self.state.run(|| {
            catch_unwind(AssertUnwindSafe(|| -> Res<Done> {
                Executive::initialize_block(header);
                let mut results = Vec::new();
                for raw in extrinsics {
                    results.push(Executive::apply_extrinsic(extrinsic(raw)?));
                }
                Ok(Done {
                    header: Executive::finalize_block(),
                    results,
                })
            }))
        });
        done.map_err(message)?
    }

    /// As an importing node, all at once, seal removed.
    pub fn execute(&mut self, header: &Header, extrinsics: &[Vec<u8>]) -> Result<(), String> {
        let mut raw = header.encode();
        Compact(extrinsics.len() as u32).encode_to(&mut raw);
        extrinsics.iter().for_each(|one| raw.extend(one));
        let run = || {
            let block = <Block as BlockT>::LazyBlock::decode(&mut &raw[..])
                .expect("a block is header and list");
            Executive::execute_block(block)
        };
        let result = self.state.run(|| catch_unwind(AssertUnwindSafe(run)));
        result.map_err(message)
    }

    pub fn validate(
        &mut self,
        source: TransactionSource,
        raw: &[u8],
        block: H256,
    ) -> Result<TransactionValidity, String> {
        let one = extrinsic(raw)?;
        self.ask(|| Executive::validate_transaction(source, one, block))
    }

    pub fn api(&mut self, method: &str, args: &[u8]) -> Result<Vec<u8>, String> {
        self.ask(|| answer(method, args))?
    }
}

/// The runtime APIs.
pub fn answer(method: &str, args: &[u8]) -> Res<Vec<u8>> {
    let mut input = args;
    macro_rules! arg {
        () => {
            Decode::decode(&mut input).map_err(|e: codec::Error| format!("{method}: {e}"))?
        };
    }
    type R = Runtime;
    Ok(match method {
        "Core_version" => Version::get().encode(),
        "AccountNonceApi_account_nonce" => {
            let who: polkadot_primitives::AccountId = arg!();
            System::account_nonce(who).encode()
        }
        "TransactionPaymentApi_query_fee_details" => {
            let one: UncheckedExtrinsic = arg!();
            TransactionPayment::query_fee_details(one, arg!()).encode()
        }
        "TransactionPaymentApi_query_weight_to_fee" => {
            TransactionPayment::weight_to_fee(arg!()).encode()
        }
        "TransactionPaymentApi_query_length_to_fee" => {
            TransactionPayment::length_to_fee(arg!()).encode()
        }
        "BabeApi_configuration" => {
            let config = Babe::epoch_config().expect("the genesis has one");
            sp_consensus_babe::BabeConfiguration {
                slot_duration: Babe::slot_duration(),
                epoch_length: 10,
                c: config.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: config.allowed_slots,
            }
            .encode()
        }
        "BabeApi_current_epoch_start" => Babe::current_epoch_start().encode(),
        "BabeApi_current_epoch" => Babe::current_epoch().encode(),
        "BabeApi_next_epoch" => Babe::next_epoch().encode(),
        "BabeApi_generate_key_ownership_proof" => {
            let _: sp_consensus_babe::Slot = arg!();
            let key: sp_consensus_babe::AuthorityId = arg!();
            proof(sp_consensus_babe::KEY_TYPE, key)
        }
        "GrandpaApi_grandpa_authorities" => Grandpa::grandpa_authorities().encode(),
        "GrandpaApi_current_set_id" => pallet_grandpa::CurrentSetId::<R>::get().encode(),
        "GrandpaApi_generate_key_ownership_proof" => {
            let _: u64 = arg!();
            let key: sp_consensus_grandpa::AuthorityId = arg!();
            proof(sp_consensus_grandpa::KEY_TYPE, key)
        }
        "AuthorityDiscoveryApi_authorities" => AuthorityDiscovery::authorities().encode(),
        "SessionKeys_decode_session_keys" => {
            let raw: Vec<u8> = arg!();
            SessionKeys::decode_into_raw_public_keys(&raw).encode()
        }
        _ => parachain_host(method, &mut input)?,
    })
}

fn proof<K: codec::Encode + AsRef<[u8]>>(kind: sp_core::crypto::KeyTypeId, key: K) -> Vec<u8>
where
    Historical: frame_support::traits::KeyOwnerProofSystem<
        (sp_core::crypto::KeyTypeId, K),
        Proof = sp_session::MembershipProof,
    >,
{
    use frame_support::traits::KeyOwnerProofSystem;
    <Historical as KeyOwnerProofSystem<_>>::prove((kind, key))
        .map(|p| p.encode())
        .encode()
}

#[allow(deprecated)]
fn parachain_host(method: &str, input: &mut &[u8]) -> Res<Vec<u8>> {
    macro_rules! arg {
        () => {
            Decode::decode(input).map_err(|e: codec::Error| format!("{method}: {e}"))?
        };
    }
    type R = Runtime;
    let name = method
        .strip_prefix("ParachainHost_")
        .ok_or_else(|| format!("no API {method}"))?;
    Ok(match name {
        "validators" => api::validators::<R>().encode(),
        "validator_groups" => api::validator_groups::<R>().encode(),
        "availability_cores" => api::availability_cores::<R>().encode(),
        "persisted_validation_data" => api::persisted_validation_data::<R>(arg!(), arg!()).encode(),
        "assumed_validation_data" => api::assumed_validation_data::<R>(arg!(), arg!()).encode(),
        "check_validation_outputs" => api::check_validation_outputs::<R>(arg!(), arg!()).encode(),
        "session_index_for_child" => api::session_index_for_child::<R>().encode(),
        "validation_code" => api::validation_code::<R>(arg!(), arg!()).encode(),
        "candidate_pending_availability" => {
            api::candidate_pending_availability::<R>(arg!()).encode()
        }
        "candidate_events" => api::candidate_events::<R, _>(|event| match event {
            RuntimeEvent::ParaInclusion(event) => Some(event),
            _ => None,
        })
        .encode(),
        "session_info" => api::session_info::<R>(arg!()).encode(),
        "session_executor_params" => api::session_executor_params::<R>(arg!()).encode(),
        "dmq_contents" => api::dmq_contents::<R>(arg!()).encode(),
        "inbound_hrmp_channels_contents" => {
            api::inbound_hrmp_channels_contents::<R>(arg!()).encode()
        }
        "validation_code_by_hash" => api::validation_code_by_hash::<R>(arg!()).encode(),
        "on_chain_votes" => api::on_chain_votes::<R>().encode(),
        "pvfs_require_precheck" => api::pvfs_require_precheck::<R>().encode(),
        "validation_code_hash" => api::validation_code_hash::<R>(arg!(), arg!()).encode(),
        "disputes" => api::get_session_disputes::<R>().encode(),
        "unapplied_slashes" => api::unapplied_slashes::<R>().encode(),
        "unapplied_slashes_v2" => api::unapplied_slashes_v2::<R>().encode(),
        "key_ownership_proof" => {
            let key: polkadot_primitives::ValidatorId = arg!();
            proof(polkadot_primitives::PARACHAIN_KEY_TYPE_ID, key)
        }
        "minimum_backing_votes" => api::minimum_backing_votes::<R>().encode(),
        "para_backing_state" => api::backing_state::<R>(arg!()).encode(),
        "async_backing_params" => api::async_backing_params::<R>().encode(),
        "approval_voting_params" => api::approval_voting_params::<R>().encode(),
        "disabled_validators" => api::disabled_validators::<R>().encode(),
        "node_features" => api::node_features::<R>().encode(),
        "claim_queue" => api::claim_queue::<R>().encode(),
        "candidates_pending_availability" => {
            api::candidates_pending_availability::<R>(arg!()).encode()
        }
        "backing_constraints" => api::backing_constraints::<R>(arg!()).encode(),
        "scheduling_lookahead" => api::scheduling_lookahead::<R>().encode(),
        "validation_code_bomb_limit" => api::validation_code_bomb_limit::<R>().encode(),
        "para_ids" => vstaging::para_ids::<R>().encode(),
        "max_relay_parent_session_age" => vstaging::max_relay_parent_session_age::<R>().encode(),
        "ancestor_relay_parent_info" => {
            let session = arg!();
            let parent: Hash = arg!();
            vstaging::ancestor_relay_parent_info::<R>(session, parent).encode()
        }
        _ => return Err(format!("no API {method}")),
    })
}

// ---- recordings ----

fn extrinsics(step: &Value) -> Res<Vec<Vec<u8>>> {
    record::list(step, "extrinsics")
        .iter()
        .map(|v| unhex(v.as_str().ok_or("no hex extrinsic")?))
        .collect()
}

/// What cannot be the same: the root of a state with weights in it.
fn same_header(said: &Header, ours: &Header) -> bool {
    let mut ours = ours.clone();
    ours.set_state_root(*said.state_root());
    *said == ours
}

fn execute_block(chain: &mut Chain, step: &mut Value) -> Res<()> {
    let header: Header = record::scale(step, "header_for_execution")?;
    let sealed: Header = record::scale(step, "header")?;
    let extrinsics = extrinsics(step)?;
    let done = chain.build(&header, &extrinsics)?;
    if !same_header(&header, &done.header) {
        return Err(format!(
            "header: expected {header:?}\n got {:?}",
            done.header
        ));
    }
    let events = chain.state.run(events);
    let results: Vec<Value> = done
        .results
        .iter()
        .map(|r| json!(hex(&r.encode())))
        .collect();
    let step = step.as_object_mut().ok_or("a step is an object")?;
    step.insert("results".into(), results.into());
    step.insert("events".into(), events.into());
    chain.state.outcome(step);
    chain.state.commit();
    chain.best = sealed.hash();
    Ok(())
}

fn bad_block(chain: &mut Chain, step: &mut Value) -> Res<()> {
    let header: Header = record::scale(step, "header_for_execution")?;
    let extrinsics = extrinsics(step)?;
    let result = chain.execute(&header, &extrinsics);
    chain.state.ext.reset_overlay();
    step["result"] = if result.is_ok() { "executed" } else { "panic" }.into();
    Ok(())
}

/// The source as recordings call it.
pub fn source(name: &str) -> TransactionSource {
    match name {
        "in_block" => TransactionSource::InBlock,
        "local" => TransactionSource::Local,
        _ => TransactionSource::External,
    }
}

/// Recomputes the outcomes of all steps.
pub fn rerecord(doc: &Value) -> Res<Value> {
    // Refused blocks panic; that is not for people.
    std::panic::set_hook(Box::new(|_| {}));
    let mut chain = Chain::genesis(doc)?;
    let mut out = doc.clone();
    let steps = out["steps"].as_array_mut().ok_or("no steps")?;
    for (i, step) in steps.iter_mut().enumerate() {
        let at = |e: String| format!("step {i}: {e}");
        match record::text(step, "op").map_err(at)?.to_string().as_str() {
            "execute_block" => execute_block(&mut chain, step).map_err(at)?,
            "bad_block" => bad_block(&mut chain, step).map_err(at)?,
            "validate" => {
                let block = H256::from_slice(&record::bytes(step, "block_hash").map_err(at)?);
                let raw = record::bytes(step, "extrinsic").map_err(at)?;
                let from = source(record::text(step, "source").map_err(at)?);
                step["result"] =
                    hex(&chain.validate(from, &raw, block).map_err(at)?.encode()).into();
            }
            "api" => {
                let args = record::bytes(step, "args").map_err(at)?;
                let method = record::text(step, "method").map_err(at)?.to_string();
                step["result"] = hex(&chain.api(&method, &args).map_err(at)?).into();
            }
            other => return Err(at(format!("no op {other}"))),
        }
    }
    Ok(out)
}
