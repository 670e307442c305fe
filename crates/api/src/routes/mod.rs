//! Every route under `/api`.
//!
//! To add a kind of reference data: a file named like the entity with its bodies, its view and `impl Catalogue`
//! ([`catalogue::Catalogue`]), and a line in [`routes`]. Anything that lives more has handlers of its own, marked with
//! `#[api_v2_operation]`, in a file or a folder named like the entity. How errors are answered stands in [`refusal`].

mod answer;
mod api_key;
mod assignment;
mod attempt;
mod audit;
mod auth;
mod availability;
mod caller;
mod catalogue;
mod contract;
mod demand;
mod described;
mod employee;
mod fields;
mod instance;
mod optimization;
mod owner;
mod password;
mod position;
mod refusal;
mod rule;
mod rule_set;
mod schedule;
mod second_factor;
mod session;
mod shift;
mod shift_template;
mod site;
mod skill;
mod skill_grant;
mod team;
#[cfg(test)]
mod tests;
mod user;
mod verdict;
mod violation;
mod zone;

use paperclip::actix::web::ServiceConfig;
use scheduling_domain::availability::Availability;
use scheduling_domain::contract::Contract;
use scheduling_domain::demand::Demand;
use scheduling_domain::employee::Employee;
use scheduling_domain::position::Position;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::{Skill, SkillGrant};
use scheduling_domain::team::Team;

/// Mounts every route. The use cases' `Data<App>` is among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    auth::routes(config);
    second_factor::routes(config);
    password::routes(config);
    session::routes(config);
    user::routes(config);
    api_key::routes(config);
    catalogue::routes::<Site>(config);
    catalogue::routes::<Team>(config);
    catalogue::routes::<Position>(config);
    catalogue::routes::<Skill>(config);
    catalogue::routes::<Employee>(config);
    catalogue::routes::<Contract>(config);
    catalogue::routes::<SkillGrant>(config);
    catalogue::routes::<Availability>(config);
    catalogue::routes::<ShiftTemplate>(config);
    catalogue::routes::<Demand>(config);
    catalogue::routes::<RuleSet>(config);
    schedule::routes(config);
    shift::routes(config);
    assignment::routes(config);
    optimization::routes(config);
    audit::routes(config);
    instance::routes(config);
}

/// Mounts what an instance answers that only works in the background.
pub fn routes_of_workers(config: &mut ServiceConfig<'_>) {
    instance::routes(config);
}
