//! `/api/sites/`: places of work.

use scheduling_domain::fault::Faults;
use scheduling_domain::site::{Site, SiteFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Name, Patch, Search, Tags, Text};

/// A new site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSiteBody {
    /// Unique in the organization.
    #[schemars(example = &"上海总部")]
    name: Name,
    /// IANA name of the zone that gives its wall clocks their meaning.
    #[schemars(example = &"Asia/Shanghai")]
    #[schemars(extend("format" = "time-zone"))]
    time_zone: Text<1, 64>,
    /// Tags of the law that applies, such as `cn` or `us-ca`.
    #[serde(default)]
    jurisdictions: Tags,
    /// Postal address.
    #[serde(default)]
    address: Text<0, 200>,
}

/// Changes to a site; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateSiteBody {
    /// Unique in the organization.
    name: Patch<Name>,
    /// IANA name of its zone.
    #[schemars(extend("format" = "time-zone"))]
    time_zone: Patch<Text<1, 64>>,
    /// Tags of the law that applies.
    jurisdictions: Patch<Tags>,
    /// Postal address.
    address: Patch<Text<0, 200>>,
}

/// Which sites are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteQuery {
    /// Part of the name, whatever its case.
    search: Option<Search>,
}

/// A place of work.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Site")]
pub(crate) struct SiteView {
    name: String,
    /// IANA name.
    time_zone: String,
    /// Tags of the law that applies.
    jurisdictions: Vec<String>,
    /// Postal address; may be empty.
    address: String,
}

impl From<Site> for SiteView {
    fn from(site: Site) -> Self {
        let Site { name, time_zone, jurisdictions, address } = site;
        Self { name, time_zone, jurisdictions, address }
    }
}

impl Catalogue for Site {
    type Owner = ();
    type Create = CreateSiteBody;
    type Update = UpdateSiteBody;
    type Query = SiteQuery;
    type View = SiteView;

    const COLLECTION: &'static str = "/api/sites/";
    const ITEM: &'static str = "/api/sites/{id}";
    const NAMES: Names = Names { tag: "sites", one: "a site", many: "sites", one_id: "Site", many_id: "Sites" };

    fn create((): (), body: CreateSiteBody) -> Result<Self, Faults> {
        Ok(Self {
            name: body.name.plain(),
            time_zone: body.time_zone.plain(),
            jurisdictions: body.jurisdictions.plain(),
            address: body.address.plain(),
        })
    }

    fn update(&mut self, body: &UpdateSiteBody) {
        body.name.apply(&mut self.name);
        body.time_zone.apply(&mut self.time_zone);
        body.jurisdictions.apply(&mut self.jurisdictions);
        body.address.apply(&mut self.address);
    }

    fn filter((): (), query: SiteQuery) -> SiteFilter {
        SiteFilter { search: query.search.plain() }
    }
}
