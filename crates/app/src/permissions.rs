//! Who may do what: one table of operation × role × relation.
//!
//! What an actor may not even know of is [`Access::Invisible`]; use cases answer it exactly as they answer what is not
//! there. What it may know of but not do is [`Access::Forbidden`].

use scheduling_domain::user::Role;

use crate::actor::Actor;

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Read sites, teams, positions, skills, shift templates.
    ReadReference,
    /// Change those.
    WriteReference,
    /// Read rule sets.
    ReadRules,
    /// Change them.
    WriteRules,
    /// Read an employee and the skills they hold.
    ReadPerson,
    /// Change those.
    WritePerson,
    /// Read an employee's contracts.
    ReadTerms,
    /// Change them.
    WriteTerms,
    /// Read when an employee can work.
    ReadAvailability,
    /// Change it.
    WriteAvailability,
    /// Read a team's demand.
    ReadDemand,
    /// Change it.
    WriteDemand,
    /// Read accounts.
    ReadAccount,
    /// Create accounts; change anything of theirs.
    WriteAccount,
    /// Change one's own name and password.
    WriteOwnAccount,
    /// Read a published roster.
    ReadPublished,
    /// Read a draft: its shifts, assignments, check and runs of the optimiser.
    ReadDraft,
    /// Make, change, optimise and publish a roster.
    Plan,
}

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

/// The table. Columns: an administrator; a manager in a team of theirs; a manager elsewhere; anybody with what is their
/// own; an employee with what is not.
#[rustfmt::skip] // a table reads best as one
const fn row(operation: Operation) -> [Access; 5] {
    use Access::{Allowed as A, Forbidden as F, Invisible as I};
    match operation {
        //                                admin  team  elsewhere  own  employee
        Operation::ReadReference
        | Operation::ReadAccount
        | Operation::ReadPublished     => [A, A, A, A, A],
        Operation::WriteReference
        | Operation::WriteRules
        | Operation::WriteAccount      => [A, F, F, F, F],
        Operation::ReadPerson
        | Operation::ReadTerms
        | Operation::ReadAvailability
        | Operation::WriteAvailability => [A, A, I, A, I],
        Operation::WritePerson
        | Operation::ReadDraft         => [A, A, I, F, I],
        Operation::WriteTerms          => [A, F, I, F, I],
        Operation::ReadRules
        | Operation::ReadDemand        => [A, A, A, F, F],
        Operation::WriteDemand         => [A, A, F, F, F],
        Operation::WriteOwnAccount     => [A, F, F, A, F],
        Operation::Plan                => [A, A, I, F, F],
    }
}

/// What `actor` may do with something that stands to them as `relation`.
pub fn access(actor: &Actor, operation: Operation, relation: Relation) -> Access {
    let [admin, team, elsewhere, own, employee] = row(operation);
    match (actor.role, relation) {
        (Role::Admin, _) => admin,
        (_, Relation::Own) => own,
        (Role::Manager, Relation::OwnTeam) => team,
        (Role::Manager, Relation::Other) => elsewhere,
        (Role::Employee, Relation::OwnTeam | Relation::Other) => employee,
    }
}

/// Whether `actor` may ask for a list at all; use cases narrow it to what they may see.
pub fn may_list(actor: &Actor, operation: Operation) -> bool {
    [Relation::OwnTeam, Relation::Own, Relation::Other]
        .into_iter()
        .any(|relation| access(actor, operation, relation) == Access::Allowed)
}
