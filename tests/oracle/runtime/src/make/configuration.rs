//! Random calls of the configuration.

use super::Maker;
use crate::record::Res;
use crate::runtime::Runtime;
use polkadot_primitives::{
    ApprovalVotingParams, AsyncBackingParams, ExecutorParam, ExecutorParams, PvfExecKind,
};
use polkadot_runtime_parachains::configuration;
use rand::Rng;
use sp_runtime::Perbill;

type Config = configuration::Call<Runtime>;

impl Maker {
    pub(super) fn config_call(&mut self) -> Res<()> {
        let new = self.small();
        let call = match self.rng.gen_range(0..53) {
            0 => Config::set_validation_upgrade_cooldown { new },
            1 => Config::set_validation_upgrade_delay { new },
            2 => Config::set_code_retention_period { new },
            3 => Config::set_max_code_size {
                new: self.pick(&[20, 3000, 3_145_728, new]),
            },
            4 => Config::set_max_pov_size {
                new: self.pick(&[0, 5_000_000, u32::MAX, new]),
            },
            5 => Config::set_max_head_data_size {
                new: self.pick(&[30, 200, 2_000_000]),
            },
            6 => Config::set_coretime_cores {
                new: self.rng.gen_range(0..9),
            },
            7 => Config::set_group_rotation_frequency { new },
            8 => Config::set_paras_availability_period { new },
            9 => Config::set_scheduling_lookahead { new: new % 600 },
            10 => Config::set_max_validators_per_core { new: self.maybe() },
            11 => Config::set_max_validators { new: self.maybe() },
            12 => Config::set_dispute_period { new },
            13 => Config::set_dispute_post_conclusion_acceptance_period { new },
            14 => Config::set_no_show_slots { new },
            15 => Config::set_n_delay_tranches { new },
            16 => Config::set_zeroth_delay_tranche_width { new },
            17 => Config::set_needed_approvals { new },
            18 => Config::set_relay_vrf_modulo_samples { new },
            19 => Config::set_max_upward_queue_count { new },
            20 => Config::set_max_upward_queue_size {
                new: new.wrapping_mul(37),
            },
            21 => Config::set_max_downward_message_size {
                new: new.wrapping_mul(11),
            },
            22 => Config::set_max_upward_message_size {
                new: new.wrapping_mul(11),
            },
            23 => Config::set_max_upward_message_num_per_candidate { new },
            24 => Config::set_hrmp_open_request_ttl { new },
            25 => Config::set_hrmp_sender_deposit { new: self.amount() },
            26 => Config::set_hrmp_recipient_deposit { new: self.amount() },
            27 => Config::set_hrmp_channel_max_capacity { new },
            28 => Config::set_hrmp_channel_max_total_size {
                new: new.wrapping_mul(21),
            },
            29 => Config::set_hrmp_max_parachain_inbound_channels { new },
            30 => Config::set_hrmp_channel_max_message_size {
                new: new.wrapping_mul(9),
            },
            31 => Config::set_hrmp_max_parachain_outbound_channels { new },
            32 => Config::set_hrmp_max_message_num_per_candidate { new },
            33 => Config::set_pvf_voting_ttl { new },
            34 => Config::set_minimum_validation_upgrade_delay { new },
            35 => Config::set_bypass_consistency_check {
                new: self.chance(30),
            },
            36 => Config::set_async_backing_params {
                new: AsyncBackingParams {
                    max_candidate_depth: new,
                    allowed_ancestry_len: self.small(),
                },
            },
            37 => Config::set_executor_params {
                new: self.executor_params(),
            },
            38 => Config::set_on_demand_base_fee { new: self.amount() },
            39 => Config::set_on_demand_fee_variability {
                new: self.perbill(),
            },
            40 => Config::set_on_demand_queue_max_size { new },
            41 => Config::set_on_demand_target_queue_utilization {
                new: self.perbill(),
            },
            42 => Config::set_minimum_backing_votes { new: new % 4 },
            43 | 44 => Config::set_node_feature {
                index: self.pick(&[0, 1, 2, 3, 4, 5, 8, 9, 30, 255]),
                value: self.chance(70),
            },
            45 => Config::set_approval_voting_params {
                new: ApprovalVotingParams {
                    max_approval_coalesce_count: new,
                },
            },
            46 | 47 => {
                let mut new = self
                    .run
                    .state
                    .peek(|| configuration::ActiveConfig::<Runtime>::get().scheduler_params);
                new.num_cores = self.rng.gen_range(0..8);
                new.lookahead = self.small() % 300;
                new.on_demand_queue_max_size = self.pick(&[0, 5, 500, 1_000_000_001]);
                Config::set_scheduler_params { new }
            }
            48 => Config::set_max_relay_parent_session_age { new },
            49 => Config::set_coretime_cores {
                new: self.rng.gen_range(1..9),
            },
            50 => Config::set_scheduling_lookahead {
                new: self.rng.gen_range(1..6),
            },
            51 => Config::set_max_relay_parent_session_age { new: new % 4 },
            _ => Config::set_code_retention_period {
                new: self.rng.gen_range(0..6),
            },
        };
        let origin = self.root();
        self.call(&origin, call.into())
    }

    fn perbill(&mut self) -> Perbill {
        Perbill::from_parts(self.pick(&[0, 1, 30_000_000, 250_000_000, 1_000_000_000]))
    }

    fn executor_params(&mut self) -> ExecutorParams {
        let mut all = Vec::new();
        for _ in 0..self.rng.gen_range(0..4) {
            let small = self.small() as u64;
            all.push(match self.rng.gen_range(0..7) {
                0 => ExecutorParam::MaxMemoryPages(small as u32),
                1 => ExecutorParam::StackLogicalMax(self.pick(&[500, 1024, 100_000, 2_000_000])),
                2 => ExecutorParam::StackNativeMax(self.pick(&[1000, 20_000_000, 600_000_000])),
                3 => ExecutorParam::PrecheckingMaxMemory(self.pick(&[0, 300_000_000])),
                4 => {
                    ExecutorParam::PvfPrepTimeout(polkadot_primitives::PvfPrepKind::Precheck, small)
                }
                5 => ExecutorParam::PvfExecTimeout(
                    self.pick(&[PvfExecKind::Backing, PvfExecKind::Approval]),
                    self.pick(&[0, 500, 2_000, 12_000]),
                ),
                _ => ExecutorParam::WasmExtBulkMemory,
            });
        }
        ExecutorParams::from(&all[..])
    }
}
