//! Reference data: sites, teams, positions, skills, people and their terms, templates, demand, rules.
//!
//! Their whole life is to be created, read, changed and deleted, so these use cases are written once, for every entity that
//! says in its own file here who may touch it, what it points at, and what points at it ([`Catalogued`]).

mod availability;
mod contract;
mod create;
mod delete;
mod demand;
mod employee;
mod get;
mod list;
mod position;
mod rule_set;
mod shift_template;
mod site;
mod skill;
mod skill_grant;
mod team;
mod update;

pub use create::{CreateError, create};
pub use delete::{DeleteError, delete};
pub use get::{GetError, get};
pub use list::{ListError, list};
pub use update::{Edit, UpdateError, update};

use async_trait::async_trait;
use scheduling_domain::employee::{Circle, Employee, EmployeeFilter};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::EmployeeId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::Role;

use crate::actor::Actor;
use crate::permissions::{Operation, Relation};
use crate::reader::Reader;

/// What tells one kind of reference data from another.
#[async_trait]
pub trait Catalogued: Entity {
    /// What reading one takes.
    const READ: Operation;
    /// What changing one takes.
    const WRITE: Operation;

    /// Whether a value holds what not everybody sees who sees the value.
    const IS_REDACTED: bool = false;

    /// Whose it is, where it belongs to an employee.
    fn owner(&self) -> Option<EmployeeId> {
        None
    }

    /// How a value stands to the actor: as its owner does.
    async fn relation(&self, reader: &mut Reader<'_>, actor: &Actor) -> Result<Relation, StoreError> {
        let Some(owner) = self.owner() else { return Ok(Relation::Other) };
        // What belongs to nobody known stands to nobody.
        let employee = reader.find::<Employee>(owner).await?;
        Ok(employee.map_or(Relation::Other, |employee| relation_to_employee(&employee, actor)))
    }

    /// Narrows a list to what the actor may see.
    async fn narrow(filter: Self::Filter, reader: &mut Reader<'_>, actor: &Actor) -> Result<Self::Filter, StoreError> {
        let _ = (reader, actor);
        Ok(filter)
    }

    /// Whether the actor may make the value what it is, beyond what it takes to write it; `before` is what it was.
    fn may_become(&self, before: Option<&Self>, actor: &Actor) -> bool {
        let _ = (before, actor);
        true
    }

    /// Takes out what the actor, to whom the value stands as `relation`, has no need of.
    fn redact(&mut self, actor: &Actor, relation: Relation) {
        let _ = (actor, relation);
    }

    /// Adds what is wrong between the value and others: references that dangle, neighbours that it overlaps. `id` is its
    /// own when it is stored already. It may take locks.
    async fn check(
        &self,
        id: Option<Self::Id>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let _ = (id, reader, faults);
        Ok(())
    }

    /// The kind of something that still points at it.
    async fn used_by(id: Self::Id, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError>;
}

/// The kind of the first that is used; what `used_by` answers.
fn first_used<const N: usize>(uses: [(bool, &'static str); N]) -> Option<&'static str> {
    uses.into_iter().find_map(|(is_used, kind)| is_used.then_some(kind))
}

/// How an employee, and all that is theirs, stands to the actor.
fn relation_to_employee(employee: &Employee, actor: &Actor) -> Relation {
    if actor.runs(employee.team_id) {
        Relation::OwnTeam
    } else if employee.user_id == Some(actor.user_id) {
        Relation::Own
    } else {
        Relation::Other
    }
}

/// Who stands to the actor: the people of the teams that they run, and they themself.
fn circle(actor: &Actor) -> Circle {
    let team_ids = if actor.role == Role::Manager { actor.team_ids.clone() } else { Vec::new() };
    Circle { team_ids, user_id: actor.user_id }
}

/// Leaves of a record what the actor may see.
async fn redact<T: Catalogued>(
    record: &mut Record<T>,
    reader: &mut Reader<'_>,
    actor: &Actor,
) -> Result<(), StoreError> {
    if T::IS_REDACTED {
        let relation = record.relation(reader, actor).await?;
        record.value.redact(actor, relation);
    }
    Ok(())
}

/// The employees whose things the actor may list, cut with those asked for; `None` for all.
async fn visible_employees(
    asked: Option<Vec<EmployeeId>>,
    reader: &mut Reader<'_>,
    actor: &Actor,
) -> Result<Option<Vec<EmployeeId>>, StoreError> {
    if actor.role == Role::Admin {
        return Ok(asked);
    }
    let visible = EmployeeFilter { within: Some(circle(actor)), ..EmployeeFilter::default() };
    let visible = reader.list_all::<Employee>(&visible).await?;
    let mut ids: Vec<EmployeeId> = visible.into_iter().map(|employee| employee.id).collect();
    if let Some(asked) = asked {
        ids.retain(|id| asked.contains(id));
    }
    Ok(Some(ids))
}
