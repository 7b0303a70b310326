//! Runs the steps of a recording (all kinds but `chain`) on the real pallets and writes what
//! came out into them.

use crate::record::{self, bytes, decode, hex, list, number, scale, text, Res, State};
use crate::runtime::{self, outside, AccountId, AllPalletsWithSystem, Runtime, RuntimeCall};
use crate::runtime::{RuntimeEvent, RuntimeOrigin};
use codec::{Decode, Encode};
use frame_support::inherent::ProvideInherent;
use frame_support::storage::with_storage_layer;
use frame_support::traits::{
    OnFinalize, OnIdle, OnInitialize, OneSessionHandler, PalletsInfoAccess,
};
use frame_support::weights::Weight;
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_primitives::{
    AssignmentId, AuthorityDiscoveryId, HeadData, Id as ParaId, InherentData,
    OccupiedCoreAssumption, PersistedValidationData, ValidationCode, ValidatorId,
};
use polkadot_runtime_parachains::paras::UpgradeStrategy;
use polkadot_runtime_parachains::runtime_api_impl::v13 as host;
use polkadot_runtime_parachains::{self as parachains, configuration, dmp, initializer, origin};
use polkadot_runtime_parachains::{paras, paras_inherent, session_info};
use serde_json::{json, Map, Value};
use sp_core::{storage::StateVersion, H256};
use sp_inherents::InherentData as Inherents;
use sp_runtime::traits::{Dispatchable, ValidateUnsigned};
use sp_runtime::transaction_validity::TransactionSource;
use sp_runtime::DispatchError;

use std::panic::{catch_unwind, AssertUnwindSafe};

type Step = Map<String, Value>;

/// A recording being run.
pub struct Run {
    pub state: State,
    reports_seen: usize,
    events_seen: usize,
}

/// The hooks' order.
type Hooked = (
    runtime::Configuration,
    runtime::ParasShared,
    runtime::ParaInclusion,
    runtime::ParaInherent,
    runtime::ParaScheduler,
    runtime::Paras,
    runtime::Initializer,
    runtime::Dmp,
    runtime::Hrmp,
    runtime::ParaSessionInfo,
    runtime::ParasDisputes,
    runtime::ParasSlashing,
    runtime::MessageQueue,
    runtime::OnDemandAssignmentProvider,
    runtime::Coretime,
);

/// The name of an error.
pub fn name(error: DispatchError) -> String {
    record::error_name(&error, &AllPalletsWithSystem::infos())
}

fn result<T>(of: Result<T, String>) -> Value {
    of.map(|_| "ok".to_string()).unwrap_or_else(|e| e).into()
}

impl Run {
    /// The state before the first step of `doc`.
    pub fn new(doc: &Value) -> Res<Run> {
        let params = &doc["params"];
        outside(|o| {
            o.params = runtime::Params {
                max_block_ref_time: number(params, "max_block_ref_time")?,
                max_block_length: number(params, "max_block_length")? as u32,
                message_queue_service_ref_time: number(params, "message_queue_service_ref_time")?,
            };
            o.discovery.clear();
            o.rewards.clear();
            o.reports.clear();
            Ok::<(), String>(())
        })?;
        let state = State::new(
            record::storage(doc, "genesis")?,
            record::prefixes(doc)?,
            Vec::new(),
        );
        Ok(Run {
            state,
            reports_seen: 0,
            events_seen: 0,
        })
    }

    /// Runs one step and puts its outcome into it. Where a pallet panics, everything is as before and
    /// the step without outcome; recordings cannot say that.
    pub fn step(&mut self, step: &mut Value) -> Res<()> {
        let before = outside(|o| (o.rewards.clone(), o.reports.clone()));
        let done = catch_unwind(AssertUnwindSafe(|| self.step_or_panic(step)));
        done.unwrap_or_else(|_| {
            outside(|o| (o.rewards, o.reports) = before);
            for _ in 0..self.state.ext.overlayed_changes().transaction_depth() {
                self.state.run(sp_io::storage::rollback_transaction);
            }
            Err("panicked".into())
        })
    }

    fn step_or_panic(&mut self, step: &mut Value) -> Res<()> {
        let op = text(step, "op")?.to_string();
        match op.as_str() {
            "api" => return self.api(step),
            "create_inherent" => return self.create_inherent(step),
            _ => (),
        }
        let outcome = match op.as_str() {
            "set" => self.set(step)?,
            "block" => self.block(step)?,
            "session" => self.session(step)?,
            "inherent" => self.inherent(step)?,
            "call" => self.call(step)?,
            "fn" => self.function(step)?,
            "end" => self.end()?,
            _ => return Err(format!("unknown step `{op}`")),
        };
        let step = step.as_object_mut().ok_or("a step is no object")?;
        for gone in [
            "validity", "result", "digest", "events", "rewards", "offences", "diff",
        ] {
            step.shift_remove(gone);
        }
        step.shift_remove("root");
        if op == "block" {
            step.insert("digest".into(), json!([]));
        }
        for (key, value) in outcome {
            step.insert(key, value);
        }
        self.aftermath(step);
        self.state.outcome(step);
        if op == "end" {
            self.state.commit();
        }
        Ok(())
    }

    /// Events, rewards and reports that are new.
    fn aftermath(&mut self, step: &mut Step) {
        let events = self.state.run(|| {
            let events = frame_system::Pallet::<Runtime>::read_events_no_consensus();
            events.map(|e| e.event).collect::<Vec<RuntimeEvent>>()
        });
        let fresh: Vec<Value> = events[self.events_seen.min(events.len())..]
            .iter()
            .filter(|e| !matches!(e, RuntimeEvent::System(_)))
            .map(|e| hex(&e.encode()).into())
            .collect();
        self.events_seen = events.len();
        if !fresh.is_empty() {
            step.insert("events".into(), fresh.into());
        }
        let rewards = outside(|o| std::mem::take(&mut o.rewards));
        if !rewards.is_empty() {
            step.insert("rewards".into(), json!(rewards));
        }
        let reports = outside(|o| o.reports[self.reports_seen.min(o.reports.len())..].to_vec());
        self.reports_seen += reports.len();
        if !reports.is_empty() {
            let reports: Vec<Value> = reports.iter().map(report).collect();
            step.insert("offences".into(), reports.into());
        }
    }

    /// Runs what may fail; on failure its writes, rewards and reports are undone.
    fn attempt<T>(&mut self, what: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        let before = outside(|o| (o.rewards.clone(), o.reports.clone()));
        let done = self.state.run(|| {
            let mut error = String::new();
            with_storage_layer(|| {
                what().map_err(|e| {
                    error = e;
                    DispatchError::Unavailable
                })
            })
            .map_err(|_| error)
        });
        if done.is_err() {
            outside(|o| (o.rewards, o.reports) = before);
        }
        done
    }

    fn set(&mut self, step: &Value) -> Res<Step> {
        let keys = record::storage_or_null(step, "storage")?;
        self.state.run(|| {
            for (key, value) in keys {
                match value {
                    Some(value) => sp_io::storage::set(&key, &value),
                    None => sp_io::storage::clear(&key),
                }
            }
        });
        Ok(Map::new())
    }

    fn block(&mut self, step: &Value) -> Res<Step> {
        let now = number(step, "number")? as u32;
        let parent: H256 = scale(step, "parent_hash")?;
        self.state.run(|| {
            frame_system::Pallet::<Runtime>::reset_events();
            frame_system::Pallet::<Runtime>::initialize(&now, &parent, &Default::default());
        });
        self.events_seen = 0;
        self.state.run(|| Hooked::on_initialize(now));
        Ok(Map::new())
    }

    fn session(&mut self, step: &Value) -> Res<Step> {
        let accounts: Vec<AccountId> = each(step, "accounts")?;
        let validators: Vec<ValidatorId> = each(step, "validators")?;
        let queued: Vec<ValidatorId> = each(step, "queued")?;
        let assignment: Vec<AssignmentId> = each(step, "assignment_keys")?;
        let discovery: Vec<AuthorityDiscoveryId> = each(step, "discovery_keys")?;
        let index = number(step, "index")? as u32;
        let changed = step["changed"].as_bool().unwrap_or(false);
        let genesis = step["genesis"].as_bool().unwrap_or(false);
        // Only keys count; whose they are is not looked at.
        let nobody = AccountId::new([0; 32]);
        self.state.run(|| {
            let keys = |of: &[ValidatorId]| {
                of.iter()
                    .map(|k| (nobody.clone(), k.clone()))
                    .collect::<Vec<_>>()
            };
            let (validators, queued) = (keys(&validators), keys(&queued));
            let assignment: Vec<_> = assignment.iter().map(|k| (&nobody, k.clone())).collect();
            if genesis {
                <initializer::Pallet<Runtime> as OneSessionHandler<AccountId>>::on_genesis_session(
                    validators.iter().map(owned),
                );
            }
            pallet_session::Validators::<Runtime>::put(&accounts);
            pallet_session::CurrentIndex::<Runtime>::put(index);
            pallet_session::DisabledValidators::<Runtime>::kill();
            if !genesis {
                <initializer::Pallet<Runtime> as OneSessionHandler<AccountId>>::on_new_session(
                    changed,
                    validators.iter().map(owned),
                    queued.iter().map(owned),
                );
                <session_info::Pallet<Runtime> as OneSessionHandler<AccountId>>::on_new_session(
                    changed,
                    assignment.clone().into_iter(),
                    assignment.into_iter(),
                );
            }
            outside(|o| o.discovery = discovery);
        });
        Ok(Map::new())
    }

    fn create_inherent(&mut self, step: &mut Value) -> Res<()> {
        let data: InherentData = scale(step, "data")?;
        let filtered = self.quietly(|state| {
            state.peek(|| {
                let mut inherents = Inherents::new();
                inherents
                    .put_data(polkadot_primitives::PARACHAINS_INHERENT_IDENTIFIER, &data)
                    .expect("its identifier is new");
                paras_inherent::Pallet::<Runtime>::create_inherent(&inherents)
            })
        });
        step["filtered"] = match filtered {
            Some(paras_inherent::Call::enter { data }) => hex(&data.encode()).into(),
            _ => Value::Null,
        };
        Ok(())
    }

    fn inherent(&mut self, step: &Value) -> Res<Step> {
        let data: InherentData = scale(step, "data")?;
        let call = RuntimeCall::ParaInherent(paras_inherent::Call::enter { data });
        let done = self.attempt(|| {
            call.dispatch(RuntimeOrigin::none())
                .map(|_| ())
                .map_err(|e| name(e.error))
        });
        let mut outcome = Map::new();
        outcome.insert("result".into(), result(done));
        Ok(outcome)
    }

    fn call(&mut self, step: &Value) -> Res<Step> {
        let call: RuntimeCall = scale(step, "encoded")?;
        let who = text(step, "origin")?;
        let mut outcome = Map::new();
        let from = if who == "root" {
            RuntimeOrigin::root()
        } else if who == "none" {
            #[allow(deprecated)]
            let validity = self
                .state
                .peek(|| Runtime::validate_unsigned(TransactionSource::Local, &call));
            outcome.insert("validity".into(), hex(&validity.encode()).into());
            RuntimeOrigin::none()
        } else if let Some(account) = who.strip_prefix("signed:") {
            let account: AccountId = decode(&record::unhex(account)?)?;
            RuntimeOrigin::signed(account)
        } else if let Some(id) = who.strip_prefix("para:") {
            let id: u32 = id.parse().map_err(|_| format!("origin {who}"))?;
            origin::Origin::Parachain(ParaId::from(id)).into()
        } else {
            return Err(format!("origin {who}"));
        };
        let done = self.attempt(|| call.dispatch(from).map(|_| ()).map_err(|e| name(e.error)));
        outcome.insert("result".into(), result(done));
        Ok(outcome)
    }

    fn function(&mut self, step: &Value) -> Res<Step> {
        let args = bytes(step, "args")?;
        let what = text(step, "name")?.to_string();
        let run = function(&what, &args)?;
        let done = self.attempt(run);
        let mut outcome = Map::new();
        outcome.insert("result".into(), result(done));
        Ok(outcome)
    }

    fn end(&mut self) -> Res<Step> {
        let digest = self.state.run(|| {
            let now: BlockNumberFor<Runtime> = frame_system::Pallet::<Runtime>::block_number();
            dmp::Pallet::<Runtime>::on_idle(now, Weight::MAX);
            Hooked::on_finalize(now);
            frame_system::Pallet::<Runtime>::digest()
        });
        let mut outcome = Map::new();
        let items: Vec<Value> = digest
            .logs
            .iter()
            .map(|d| hex(&d.encode()).into())
            .collect();
        outcome.insert("digest".into(), items.into());
        Ok(outcome)
    }

    fn api(&mut self, step: &mut Value) -> Res<()> {
        let args = bytes(step, "args")?;
        let method = text(step, "method")?.to_string();
        let roots = method == "persisted_validation_data" || method == "assumed_validation_data";
        let given: Option<H256> = match roots && step["state_root"].is_string() {
            true => Some(scale(step, "state_root")?),
            false => None,
        };
        let (answer, root) = self.quietly(|state| {
            state.peek(|| {
                let root = roots.then(|| sp_io::storage::root(StateVersion::V1));
                let root = root.map(|r| H256::from_slice(&r));
                let answer = match (given, root) {
                    (Some(given), Some(root)) => with_root(&method, &args, root, given),
                    _ => crate::api::answer(&method, &args),
                };
                answer.map(|a| (a, given.or(root)))
            })
        })?;
        if let Some(root) = root {
            step["state_root"] = hex(root.as_bytes()).into();
        }
        step["result"] = hex(&answer).into();
        Ok(())
    }

    /// Runs what must leave neither rewards nor reports.
    fn quietly<R>(&mut self, what: impl FnOnce(&mut State) -> R) -> R {
        let before = outside(|o| (o.rewards.clone(), o.reports.clone()));
        let result = what(&mut self.state);
        outside(|o| (o.rewards, o.reports) = before);
        result
    }
}

/// The answer where the state's root is said to be `given` instead of `root`.
fn with_root(method: &str, args: &[u8], root: H256, given: H256) -> Res<Vec<u8>> {
    let mut args = args.to_vec();
    if method == "assumed_validation_data" {
        let (id, wanted): (ParaId, H256) = decode(&args)?;
        for assumption in [
            OccupiedCoreAssumption::TimedOut,
            OccupiedCoreAssumption::Included,
        ] {
            sp_io::storage::start_transaction();
            let data = host::persisted_validation_data::<Runtime>(id, assumption);
            sp_io::storage::rollback_transaction();
            let Some(data) = data else { continue };
            let mut other = data.clone();
            other.relay_parent_storage_root = given;
            if other.hash() == wanted {
                // The state's root is taken before enacting, so the same holds for ours.
                let ours = PersistedValidationData {
                    relay_parent_storage_root: root,
                    ..data
                };
                args = (id, ours.hash()).encode();
            }
        }
    }
    let answer = crate::api::answer(method, &args)?;
    let mut out = answer.clone();
    if let Some(at) = answer.windows(32).position(|w| w == root.as_bytes()) {
        out[at..at + 32].copy_from_slice(given.as_bytes());
    }
    Ok(out)
}

fn report(of: &runtime::Report) -> Value {
    json!({
        "session": of.slot.session_index,
        "candidate": hex(of.slot.candidate_hash.0.as_bytes()),
        "offenders": of.offenders.iter().map(|a| hex(a.as_ref())).collect::<Vec<_>>(),
        "validator_set_count": of.validator_set_count,
        "slash_fraction_parts": of.slash_fraction.deconstruct(),
    })
}

/// A validator as session handlers take it.
fn owned(of: &(AccountId, ValidatorId)) -> (&AccountId, ValidatorId) {
    (&of.0, of.1.clone())
}

/// A list of SCALE values in hex.
fn each<T: Decode>(of: &Value, name: &str) -> Res<Vec<T>> {
    list(of, name)
        .iter()
        .map(|v| decode(&record::unhex(v.as_str().ok_or("no text")?)?))
        .collect()
}

type Function = Box<dyn FnOnce() -> Result<(), String>>;

/// A function of the crate that is no call, with its arguments.
fn function(what: &str, raw: &[u8]) -> Res<Function> {
    /// These functions' errors have no name.
    fn plain(run: impl FnOnce() -> Result<(), ()> + 'static) -> Function {
        Box::new(|| run().map_err(|_| "error".to_string()))
    }
    Ok(match what {
        "schedule_para_initialize" => {
            let (id, head, code, parachain): (ParaId, HeadData, ValidationCode, bool) =
                decode(raw)?;
            let para_kind = match parachain {
                true => paras::ParaKind::Parachain,
                false => paras::ParaKind::Parathread,
            };
            let genesis = paras::ParaGenesisArgs {
                genesis_head: head,
                validation_code: code,
                para_kind,
            };
            plain(move || parachains::schedule_para_initialize::<Runtime>(id, genesis))
        }
        "schedule_para_cleanup" => {
            let id = decode(raw)?;
            plain(move || parachains::schedule_para_cleanup::<Runtime>(id))
        }
        "schedule_parathread_upgrade" => {
            let id = decode(raw)?;
            plain(move || parachains::schedule_parathread_upgrade::<Runtime>(id))
        }
        "schedule_parachain_downgrade" => {
            let id = decode(raw)?;
            plain(move || parachains::schedule_parachain_downgrade::<Runtime>(id))
        }
        "schedule_code_upgrade" => {
            let (id, code, signal): (ParaId, ValidationCode, bool) = decode(raw)?;
            let strategy = match signal {
                true => UpgradeStrategy::SetGoAheadSignal,
                false => UpgradeStrategy::ApplyAtExpectedBlock,
            };
            Box::new(move || {
                parachains::schedule_code_upgrade::<Runtime>(id, code, strategy).map_err(name)
            })
        }
        "set_current_head" => {
            let (id, head): (ParaId, HeadData) = decode(raw)?;
            plain(move || {
                parachains::set_current_head::<Runtime>(id, head);
                Ok(())
            })
        }
        "queue_downward_message" => {
            let (id, message): (ParaId, Vec<u8>) = decode(raw)?;
            Box::new(move || {
                let config = configuration::ActiveConfig::<Runtime>::get();
                dmp::Pallet::<Runtime>::queue_downward_message(&config, id, message)
                    .map_err(|e| format!("{e:?}"))
            })
        }
        _ => return Err(format!("unknown function `{what}`")),
    })
}

/// Runs all steps of `doc` anew.
pub fn rerecord(doc: &mut Value) -> Res<()> {
    let mut run = Run::new(doc)?;
    doc["genesis_root"] = hex(run.state.root().as_bytes()).into();
    let mut steps = match doc["steps"].take() {
        Value::Array(steps) => steps,
        _ => return Err("no `steps`".into()),
    };
    for (i, step) in steps.iter_mut().enumerate() {
        run.step(step).map_err(|e| format!("step {i}: {e}"))?;
    }
    doc["steps"] = Value::Array(steps);
    Ok(())
}
