use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;

use crate::id::{ApiKeyId, OrganizationId, UserId};
use crate::ports::SharedPoolStatus;
use crate::rate::{RateGrant, RateQuota};

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateKey(String);

impl RateKey {
    /// An account's, whichever way it signed in.
    pub fn user(organization: OrganizationId, user: UserId) -> Self {
        Self(format!("hr:{{{organization}}}:rate:user:{user}"))
    }

    /// An integration's key.
    pub fn api_key(organization: OrganizationId, key: ApiKeyId) -> Self {
        Self(format!("hr:{{{organization}}}:rate:key:{key}"))
    }

    /// A client's address, before it is known who asks. One customer's network of IPv6 addresses (64 bits) is one.
    pub fn address(address: IpAddr) -> Self {
        let network = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [one, two, three, four, ..] = address.segments();
                format!("{one:x}:{two:x}:{three:x}:{four:x}::/64")
            }
        };
        Self(format!("hr:{{rate}}:address:{network}"))
    }

    /// The key as a server sees it. What stands in braces keeps it on one node of a cluster.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts requests.
///
/// It protects the service and is no lock on a door: an adapter that shares its counts may let each instance take some
/// requests ahead, and one whose server is away counts by itself. So it never fails and never waits for long.
///
/// Each MUST is a case of `scheduling_conformance::rate_limit`.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Takes one request of `key`'s quota. MUST grant a burst to who has been quiet, and no more than that at once. MUST
    /// grant again what was earned since. MUST keep keys apart. MUST say of a refusal how things stand, so that
    /// [`RateQuota::wait`] tells how long to wait.
    async fn take(&self, key: &RateKey, quota: RateQuota) -> RateGrant;

    /// How busy its connections are; none where it is within the process or the store.
    fn shared_pool_status(&self) -> Option<SharedPoolStatus> {
        None
    }
}
