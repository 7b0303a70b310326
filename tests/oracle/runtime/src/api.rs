//! The ParachainHost runtime APIs.

use crate::record::{decode, Res};
use crate::runtime::{Runtime, RuntimeEvent};
use codec::{Decode, Encode};
use polkadot_runtime_parachains::runtime_api_impl::{v13 as host, vstaging as newest};

fn with<A: Decode, R: Encode>(raw: &[u8], f: impl FnOnce(A) -> R) -> Res<Vec<u8>> {
    Ok(f(decode(raw)?).encode())
}

/// The answer of `method` to the encoded arguments `raw`, on the state at hand.
pub fn answer(method: &str, raw: &[u8]) -> Res<Vec<u8>> {
    match method {
        "validators" => with(raw, |()| host::validators::<Runtime>()),
        "validator_groups" => with(raw, |()| host::validator_groups::<Runtime>()),
        "availability_cores" => with(raw, |()| host::availability_cores::<Runtime>()),
        "persisted_validation_data" => with(raw, |(id, a)| {
            host::persisted_validation_data::<Runtime>(id, a)
        }),
        "assumed_validation_data" => with(raw, |(id, hash)| {
            host::assumed_validation_data::<Runtime>(id, hash)
        }),
        "check_validation_outputs" => with(raw, |(id, outputs)| {
            host::check_validation_outputs::<Runtime>(id, outputs)
        }),
        "session_index_for_child" => with(raw, |()| host::session_index_for_child::<Runtime>()),
        "validation_code" => with(raw, |(id, a)| host::validation_code::<Runtime>(id, a)),
        "candidate_pending_availability" =>
        {
            #[allow(deprecated)]
            with(raw, |id| {
                host::candidate_pending_availability::<Runtime>(id)
            })
        }
        "candidates_pending_availability" => with(raw, |id| {
            host::candidates_pending_availability::<Runtime>(id)
        }),
        "candidate_events" => with(raw, |()| {
            host::candidate_events::<Runtime, _>(|event| match event {
                RuntimeEvent::ParaInclusion(event) => Some(event),
                _ => None,
            })
        }),
        "session_info" => with(raw, |index| host::session_info::<Runtime>(index)),
        "dmq_contents" => with(raw, |id| host::dmq_contents::<Runtime>(id)),
        "inbound_hrmp_channels_contents" => with(raw, |id| {
            host::inbound_hrmp_channels_contents::<Runtime>(id)
        }),
        "validation_code_by_hash" => {
            with(raw, |hash| host::validation_code_by_hash::<Runtime>(hash))
        }
        "validation_code_hash" => with(raw, |(id, a)| host::validation_code_hash::<Runtime>(id, a)),
        "on_chain_votes" => with(raw, |()| host::on_chain_votes::<Runtime>()),
        "pvfs_require_precheck" => with(raw, |()| host::pvfs_require_precheck::<Runtime>()),
        "disputes" => with(raw, |()| host::get_session_disputes::<Runtime>()),
        "session_executor_params" => {
            with(raw, |index| host::session_executor_params::<Runtime>(index))
        }
        "unapplied_slashes" => with(raw, |()| host::unapplied_slashes::<Runtime>()),
        "unapplied_slashes_v2" => with(raw, |()| host::unapplied_slashes_v2::<Runtime>()),
        "minimum_backing_votes" => with(raw, |()| host::minimum_backing_votes::<Runtime>()),
        #[allow(deprecated)]
        "para_backing_state" => with(raw, |id| host::backing_state::<Runtime>(id)),
        "backing_constraints" => with(raw, |id| host::backing_constraints::<Runtime>(id)),
        "async_backing_params" => with(raw, |()| host::async_backing_params::<Runtime>()),
        "disabled_validators" => with(raw, |()| host::disabled_validators::<Runtime>()),
        "node_features" => with(raw, |()| host::node_features::<Runtime>()),
        "approval_voting_params" => with(raw, |()| host::approval_voting_params::<Runtime>()),
        "claim_queue" => with(raw, |()| host::claim_queue::<Runtime>()),
        "validation_code_bomb_limit" => {
            with(raw, |()| host::validation_code_bomb_limit::<Runtime>())
        }
        "scheduling_lookahead" => with(raw, |()| host::scheduling_lookahead::<Runtime>()),
        "para_ids" => with(raw, |()| newest::para_ids::<Runtime>()),
        "max_relay_parent_session_age" => {
            with(raw, |()| newest::max_relay_parent_session_age::<Runtime>())
        }
        "ancestor_relay_parent_info" => with(raw, |(session, hash)| {
            newest::ancestor_relay_parent_info::<Runtime>(session, hash)
        }),
        _ => Err(format!("unknown API method `{method}`")),
    }
}
