//! What is asked after a block: the validity of transactions, the runtime's APIs.

use super::*;

impl Author {
    pub(super) fn validate(&mut self) -> Res<()> {
        let flaw = match self.chance(1, 3) {
            true => Flaw::None,
            false => *FLAWS.choose(&mut self.rng).expect("some"),
        };
        let (why, raw) = match self.rng.gen_range(0..8) {
            0 if !self.recent.is_empty() => (
                "executed before".to_string(),
                self.recent.choose(&mut self.rng).expect("some").clone(),
            ),
            _ => (format!("{flaw:?}"), self.transaction(flaw)),
        };
        self.chain.state.ext.reset_overlay();
        if replay::extrinsic(&raw).is_err() {
            return Ok(());
        }
        let (name, source) = *[
            ("in_block", TransactionSource::InBlock),
            ("local", TransactionSource::Local),
            ("external", TransactionSource::External),
        ]
        .choose(&mut self.rng)
        .expect("some");
        let best = self.chain.best;
        let Ok(result) = self.chain.validate(source, &raw, best) else {
            return Ok(());
        };
        self.steps.push(json!({
            "op": "validate",
            "why": why,
            "extrinsic": hex(&raw),
            "source": name,
            "block_hash": hex(best.as_bytes()),
            "result": hex(&result.encode()),
        }));
        Ok(())
    }

    pub(super) fn api(&mut self) -> Res<()> {
        let methods = [
            "AccountNonceApi_account_nonce",
            "TransactionPaymentApi_query_fee_details",
            "BabeApi_configuration",
            "BabeApi_current_epoch_start",
            "BabeApi_current_epoch",
            "BabeApi_next_epoch",
            "BabeApi_generate_key_ownership_proof",
            "GrandpaApi_grandpa_authorities",
            "GrandpaApi_current_set_id",
            "GrandpaApi_generate_key_ownership_proof",
            "AuthorityDiscoveryApi_authorities",
            "SessionKeys_decode_session_keys",
            "ParachainHost_validators",
            "ParachainHost_validator_groups",
            "ParachainHost_availability_cores",
            "ParachainHost_session_index_for_child",
            "ParachainHost_validation_code",
            "ParachainHost_candidate_events",
            "ParachainHost_session_info",
            "ParachainHost_dmq_contents",
            "ParachainHost_validation_code_by_hash",
            "ParachainHost_on_chain_votes",
            "ParachainHost_pvfs_require_precheck",
            "ParachainHost_validation_code_hash",
            "ParachainHost_disputes",
            "ParachainHost_unapplied_slashes",
            "ParachainHost_unapplied_slashes_v2",
            "ParachainHost_key_ownership_proof",
            "ParachainHost_minimum_backing_votes",
            "ParachainHost_disabled_validators",
            "ParachainHost_node_features",
            "ParachainHost_claim_queue",
            "ParachainHost_candidates_pending_availability",
            "ParachainHost_backing_constraints",
            "ParachainHost_para_backing_state",
            "ParachainHost_scheduling_lookahead",
            "ParachainHost_validation_code_bomb_limit",
            "ParachainHost_para_ids",
            "ParachainHost_max_relay_parent_session_age",
            "ParachainHost_approval_voting_params",
            "ParachainHost_async_backing_params",
            "ParachainHost_session_executor_params",
            "ParachainHost_ancestor_relay_parent_info",
            "ParachainHost_candidate_pending_availability",
            "ParachainHost_inbound_hrmp_channels_contents",
            "TransactionPaymentApi_query_length_to_fee",
            "TransactionPaymentApi_query_weight_to_fee",
        ];
        let method = *methods.choose(&mut self.rng).expect("some");
        let para = 2000 + self.rng.gen_range(0..5u32);
        let session = self
            .chain
            .state
            .run(|| parachains::shared::CurrentSessionIndex::<Runtime>::get());
        let session = (session + 1).saturating_sub(self.rng.gen_range(0..4));
        let keys = self
            .keys
            .sessions
            .choose(&mut self.rng)
            .expect("some")
            .choose(&mut self.rng)
            .expect("some")
            .public();
        let code = self.codes.choose(&mut self.rng).expect("some").clone();
        let assumption = self.rng.gen_range(0..3u8);
        let args = match method.split_once('_').expect("Api_method").1 {
            "account_nonce" => self
                .keys
                .accounts
                .choose(&mut self.rng)
                .expect("some")
                .encode(),
            "query_fee_details" => {
                let raw = self.transaction(Flaw::None);
                self.chain.state.ext.reset_overlay();
                let len = raw.len() as u32 + self.rng.gen_range(0..3);
                [raw, len.encode()].concat()
            }
            "generate_key_ownership_proof" if method.starts_with("Babe") => {
                (5u64, keys.babe).encode()
            }
            "generate_key_ownership_proof" => (5u64, keys.grandpa).encode(),
            "key_ownership_proof" => keys.para_validator.encode(),
            "decode_session_keys" => {
                let mut raw = keys.encode();
                match self.rng.gen_range(0..3) {
                    0 => raw.truncate(self.rng.gen_range(0..193)),
                    1 => raw.push(0),
                    _ => {}
                }
                raw.encode()
            }
            "validation_code" | "validation_code_hash" => (para, assumption).encode(),
            "session_info" | "session_executor_params" => session.encode(),
            "validation_code_by_hash" => sp_io::hashing::blake2_256(&code).encode(),
            "dmq_contents"
            | "candidates_pending_availability"
            | "backing_constraints"
            | "para_backing_state" => para.encode(),
            "candidate_pending_availability" | "inbound_hrmp_channels_contents" => para.encode(),
            "query_length_to_fee" => self.rng.gen::<u32>().encode(),
            "query_weight_to_fee" => {
                frame_support::weights::Weight::from_parts(self.rng.gen_range(0..1 << 40), 7)
                    .encode()
            }
            "ancestor_relay_parent_info" => {
                let back = self.rng.gen_range(0..4);
                let number = self.number().saturating_sub(back);
                let hash = self.hash_of(number);
                self.chain.state.ext.reset_overlay();
                (session, hash).encode()
            }
            _ => vec![],
        };
        let Ok(result) = self.chain.api(method, &args) else {
            return Ok(());
        };
        self.steps.push(
            json!({"op": "api", "method": method, "args": hex(&args), "result": hex(&result)}),
        );
        Ok(())
    }
}
