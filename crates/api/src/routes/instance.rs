//! `/api/instance/`: what whoever runs the service asks of the process that answers.

use std::time::Duration;

use paperclip::actix::api_v2_operation;
use paperclip::actix::web::{Data, ServiceConfig};
use scheduling_app::profiles::{TakeProfileError, permit_profile, record_profile};
use schemars::JsonSchema;
use serde::Deserialize;

use super::caller::Caller;
use crate::http::{Code, Download, Health, Problem, Query, Result, resource};
use crate::telemetry::profile::{ProfileError, Recording};

/// How long to look.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProfileQuery {
    /// For how many seconds.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 60))]
    seconds: u32,
}

fn ten() -> u32 {
    10
}

/// Take a CPU profile
///
/// Which functions the instance that answers works in, sampled 99 times for each second of work on any of its threads: a
/// compressed `profile.proto`, which `go tool pprof` and speedscope read. The answer comes when the time is over, or the
/// instance is about to stop. Only administrators of the organization `default` may, one at a time, and it is on record.
#[api_v2_operation(tags("instance"), operation_id = "takeProfile")]
async fn profile(caller: Caller, health: Data<Health>, query: Query<ProfileQuery>) -> Result<Download> {
    let Query(ProfileQuery { seconds }) = query;
    permit_profile(&caller.app, &caller.actor).await?;
    let recording = Recording::start().await?;
    record_profile(&caller.app, &caller.actor, seconds).await?;
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(seconds.into())) => {}
        () = health.draining() => {}
    }
    Ok(Download { name: "profile.pb.gz", bytes: recording.finish().await? })
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(resource("/api/instance/profile").post(profile));
}

impl From<TakeProfileError> for Problem {
    fn from(error: TakeProfileError) -> Self {
        match error {
            TakeProfileError::Forbidden => Code::Forbidden.into(),
            TakeProfileError::Store(error) => error.into(),
        }
    }
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Busy => Code::BeingProfiled.into(),
            ProfileError::Profiler(_) | ProfileError::Compression(_) | ProfileError::Thread(_) => Self::internal(error),
        }
    }
}
