use jiff::civil::Time;
use scheduling_domain::id::{ScheduleId, SiteId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;
use scheduling_domain::time::SiteZone;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::reader::Reader;
use crate::schedules::{day_boundary, may_read_draft};

/// What gives the wall times of a shift their meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallClock {
    /// Where the clock hangs.
    pub site_id: SiteId,
    /// The zone it shows.
    pub zone: SiteZone,
    /// When a working day of the schedule's team begins.
    pub day_boundary: Time,
}

/// Why there is no clock.
#[derive(Debug, Error)]
pub enum WallClockError {
    /// The schedule is not there, or the actor may not know of its draft.
    #[error("there is no such schedule")]
    NoSchedule,
    /// The site is not there.
    #[error("there is no site {0}")]
    NoSite(SiteId),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The clock by which the shifts of a schedule are planned at a site; its team's when none is named.
pub async fn wall_clock(
    app: &App,
    actor: &Actor,
    schedule: ScheduleId,
    site: Option<SiteId>,
) -> Result<WallClock, WallClockError> {
    let mut reader = Reader::Pool(app.store.as_ref(), actor.organization);
    let found: Option<Record<Schedule>> = reader.find(schedule).await?;
    let schedule = found.filter(|schedule| may_read_draft(actor, schedule)).ok_or(WallClockError::NoSchedule)?;
    let site_id = match site {
        Some(site) => site,
        None => reader.find::<Team>(schedule.team_id).await?.ok_or(WallClockError::NoSchedule)?.site_id,
    };
    let site = reader.find::<Site>(site_id).await?.ok_or(WallClockError::NoSite(site_id))?;
    let zone = SiteZone::parse(&site.time_zone).map_err(|error| StoreError::Backend(error.into()))?;
    Ok(WallClock { site_id, zone, day_boundary: day_boundary(&mut reader, &schedule).await? })
}
