//! Instants as the clocks of their sites show them.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::{Timestamp, Zoned};
use scheduling_app::catalogue::{self, GetError};
use scheduling_app::shifts::WallClock;
use scheduling_domain::id::SiteId;
use scheduling_domain::site::Site;
use scheduling_domain::time::SiteZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::caller::Caller;
use crate::http::Result;

/// An instant with the offset of its site on that day (RFC 3339).
#[derive(Debug, Clone)]
pub(super) struct SiteTime(Zoned);

impl Serialize for SiteTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Self(zoned) = self;
        serializer.collect_str(&zoned.timestamp().display_with_offset(zoned.offset()))
    }
}

impl JsonSchema for SiteTime {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SiteTime".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "examples": ["2026-01-05T08:00:00+08:00"] })
    }
}

/// The zones of some sites.
#[derive(Debug, Default)]
pub(super) struct Zones(HashMap<SiteId, SiteZone>);

impl Zones {
    /// Reads the zones of these sites.
    pub(super) async fn of(caller: &Caller, sites: impl IntoIterator<Item = SiteId>) -> Result<Self> {
        let mut zones = HashMap::new();
        for id in sites {
            if zones.contains_key(&id) {
                continue;
            }
            let site = match catalogue::get::<Site>(&caller.app, &caller.actor, id).await {
                Ok(site) => site,
                // What was published outlives its site.
                Err(GetError::NotFound) => continue,
                Err(error) => return Err(error.into()),
            };
            zones.extend(SiteZone::parse(&site.time_zone).ok().map(|zone| (id, zone)));
        }
        Ok(Self(zones))
    }

    /// What the clock of a site shows at an instant; in UTC where that is not known.
    pub(super) fn wall_clock(&self, site: SiteId, at: Timestamp) -> DateTime {
        self.show(site, at).0.datetime()
    }

    /// The instant by the clock of a site; in UTC where that is not known.
    pub(super) fn show(&self, site: SiteId, at: Timestamp) -> SiteTime {
        SiteTime(self.0.get(&site).map_or_else(|| at.to_zoned(jiff::tz::TimeZone::UTC), |zone| zone.zoned(at)))
    }
}

impl From<WallClock> for Zones {
    fn from(clock: WallClock) -> Self {
        Self(HashMap::from([(clock.site_id, clock.zone)]))
    }
}
