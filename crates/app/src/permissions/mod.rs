//! Who may do what: one table of operation × role × relation, and where each action of the API stands in it
//! ([`ACTIONS`]). `docs/permissions.md`, the notes in the API's document and the matrix of tests are made from the two.
//!
//! What an actor may not even know of is [`Access::Invisible`]; use cases answer it exactly as they answer what is not
//! there. What it may know of but not do is [`Access::Forbidden`], and so is a list of what it may never see ([`may_ever`]).

mod actions;

pub use actions::{ACTIONS, Action, Object, action};

use scheduling_domain::scope::Scope;
use scheduling_domain::user::Role;

use crate::actor::Actor;

/// How what is asked for stands to the actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It belongs to a team that the actor runs.
    OwnTeam,
    /// It is the actor's own.
    Own,
    /// Neither.
    Other,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 3] = [Self::OwnTeam, Self::Own, Self::Other];
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Go ahead.
    Allowed,
    /// As if it were not there.
    Invisible,
    /// No.
    Forbidden,
}

macro_rules! operations {
    ($($name:ident $text:literal, $access:expr, $scope:expr, $means:literal;)+) => {
        /// Something that can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = $means] $name,)+
        }

        impl Operation {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it is.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $means,)+ }
            }

            /// What a key needs for it; none for what no key may do.
            pub const fn scope(self) -> Option<Scope> {
                match self { $(Self::$name => $scope,)+ }
            }

            /// The table's row: an administrator; a manager in a team of theirs; a manager elsewhere; anybody with what is
            /// their own; an employee with what is not.
            pub const fn row(self) -> [Access; 5] {
                use Access::{Allowed as A, Forbidden as F, Invisible as I};
                match self { $(Self::$name => $access,)+ }
            }
        }
    };
}

operations! {
    //                                     admin team elsewhere own employee
    ReadReference     "read_reference",     [A,   A,   A,        A,  A], Some(Scope::ReferenceRead),  "Read sites, teams, positions, skills and shift templates.";
    WriteReference    "write_reference",    [A,   F,   F,        F,  F], Some(Scope::ReferenceWrite), "Change those.";
    ReadRules         "read_rules",         [A,   A,   A,        I,  I], Some(Scope::RulesRead),      "Read rule sets.";
    WriteRules        "write_rules",        [A,   F,   F,        I,  I], Some(Scope::RulesWrite),     "Change those.";
    ReadDemand        "read_demand",        [A,   A,   A,        I,  I], Some(Scope::DemandRead),     "Read a team's demand.";
    WriteDemand       "write_demand",       [A,   A,   F,        I,  I], Some(Scope::DemandWrite),    "Change it.";
    ReadPerson        "read_person",        [A,   A,   I,        A,  I], Some(Scope::EmployeesRead),  "Read an employee and the skills they hold.";
    WritePerson       "write_person",       [A,   A,   I,        F,  I], Some(Scope::EmployeesWrite), "Change those.";
    ReadTerms         "read_terms",         [A,   A,   I,        A,  I], Some(Scope::EmployeesRead),  "Read an employee's contracts.";
    WriteTerms        "write_terms",        [A,   F,   I,        F,  I], Some(Scope::EmployeesWrite), "Change them.";
    ReadAvailability  "read_availability",  [A,   A,   I,        A,  I], Some(Scope::EmployeesRead),  "Read when an employee can work.";
    WriteAvailability "write_availability", [A,   A,   I,        A,  I], Some(Scope::EmployeesWrite), "Change it.";
    ReadContacts      "read_contacts",      [A,   A,   I,        A,  I], Some(Scope::ContactsRead),   "See the telephone number and the e-mail address of a person.";
    ReadWages         "read_wages",         [A,   A,   I,        A,  I], Some(Scope::WagesRead),      "See the pay in a contract.";
    ReadPublished     "read_published",     [A,   A,   A,        A,  A], Some(Scope::SchedulesRead),  "Read a published schedule and its roster.";
    ReadDraft         "read_draft",         [A,   A,   I,        I,  I], Some(Scope::SchedulesRead),  "Read a draft: its shifts, assignments, check and runs of the optimiser.";
    Plan              "plan",               [A,   A,   I,        I,  I], Some(Scope::SchedulesWrite), "Make, change, optimise and publish a schedule.";
    ReadAccount       "read_account",       [A,   A,   A,        A,  A], Some(Scope::AccountsRead),   "Read accounts.";
    WriteAccount      "write_account",      [A,   F,   F,        F,  F], None,                        "Create accounts; change anything of theirs.";
    WriteOwnAccount   "write_own_account",  [A,   F,   F,        A,  F], None,                        "Change one's own name and password.";
    ReadAudit         "read_audit",         [A,   F,   F,        F,  F], None,                        "Read what was done, by whom and why.";
    TakeProfile       "take_profile",       [A,   F,   F,        F,  F], None,                        "Take a CPU profile of an instance.";
    OwnSecondFactor   "own_second_factor",  [A,   A,   A,        A,  A], None,                        "Set up, show, change and remove one's own second factor.";
    ReadApiKeys       "read_api_keys",      [A,   I,   I,        A,  I], None,                        "Read integrations' keys.";
    WriteApiKeys      "write_api_keys",     [A,   I,   I,        A,  I], None,                        "Issue keys in one's own name; revoke them.";
    ManageSessions    "manage_sessions",    [A,   F,   F,        A,  F], None,                        "See where an account is signed in, and end its sessions.";
    OwnSession        "own_session",        [A,   A,   A,        A,  A], None,                        "See where one is signed in oneself, and sign out.";
}

/// What `actor` may do with something that stands to them as `relation`.
pub fn access(actor: &Actor, operation: Operation, relation: Relation) -> Access {
    let [admin, team, elsewhere, own, employee] = operation.row();
    let access = match (actor.role, relation) {
        (Role::Admin, _) => admin,
        (_, Relation::Own) => own,
        (Role::Manager, Relation::OwnTeam) => team,
        (Role::Manager, Relation::Other) => elsewhere,
        (Role::Employee, Relation::OwnTeam | Relation::Other) => employee,
    };
    match access {
        Access::Allowed if !in_scope(actor, operation) => Access::Forbidden,
        access => access,
    }
}

/// Whether a key's scopes cover an operation; people are not limited by any.
pub fn in_scope(actor: &Actor, operation: Operation) -> bool {
    match &actor.scopes {
        None => true,
        Some(scopes) => operation.scope().is_some_and(|scope| scopes.contains(&scope)),
    }
}

/// Whether `actor` may do it with anything at all. Lists are narrowed to what they may see.
pub fn may_ever(actor: &Actor, operation: Operation) -> bool {
    Relation::ALL.into_iter().any(|relation| access(actor, operation, relation) == Access::Allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may not see a thing may not learn from a refusal that it is there.
    #[test]
    fn what_is_invisible_is_not_merely_forbidden_to_change() {
        use Operation as O;
        for (read, write) in [
            (O::ReadReference, O::WriteReference),
            (O::ReadRules, O::WriteRules),
            (O::ReadDemand, O::WriteDemand),
            (O::ReadPerson, O::WritePerson),
            (O::ReadTerms, O::WriteTerms),
            (O::ReadAvailability, O::WriteAvailability),
            (O::ReadDraft, O::Plan),
            (O::ReadAccount, O::WriteAccount),
            (O::ReadApiKeys, O::WriteApiKeys),
        ] {
            for (seen, changed) in read.row().into_iter().zip(write.row()) {
                let is_hidden = seen == Access::Invisible;
                assert_eq!(is_hidden, changed == Access::Invisible, "{} and {}", read.name(), write.name());
            }
        }
    }
}
