//! Who asks.

use scheduling_domain::id::{OrganizationId, TeamId, UserId};
use scheduling_domain::origin::Origin;
use scheduling_domain::scope::Scope;
use scheduling_domain::user::Role;

/// An account that asks for something, as it stands now: never made from a token's word alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Whose data it sees.
    pub organization: OrganizationId,
    /// The account.
    pub user_id: UserId,
    /// What it may do in the large.
    pub role: Role,
    /// For managers: the teams they run.
    pub team_ids: Vec<TeamId>,
    /// It has to set up a second factor before it may do anything else.
    pub is_enrolling: bool,
    /// Where it asks from.
    pub origin: Origin,
    /// What an integration's key is limited to; none for a person.
    pub scopes: Option<Vec<Scope>>,
}

impl Actor {
    /// Whether it runs the team.
    pub fn runs(&self, team: TeamId) -> bool {
        self.role == Role::Manager && self.team_ids.contains(&team)
    }
}
