//! What every [`Store`] must do. [`store_conformance!`](crate::store_conformance) makes one test of each case, each with a
//! database of its own.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a case fails by panicking"
)]

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use scheduling_domain::ports::Store;

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod duplicates;
pub mod filters;
pub mod idempotency;
pub mod isolation;
pub mod lists;
pub mod load;
pub mod locks;
pub mod mails;
pub mod optimizations;
pub mod organizations;
pub mod outbox;
pub mod overlaps;
pub mod publications;
pub mod records;
pub mod references;
pub mod second_factors;
pub mod sessions;
pub mod transactions;
pub mod values;
pub mod versions;
pub mod written;

/// A store for one test: migrated, empty, and alone with its database.
pub struct TestStore {
    /// The store.
    pub store: Arc<dyn Store>,
    /// What removes the database when the test is over.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl TestStore {
    /// A store that removes its database itself.
    pub fn new(store: impl Store + 'static) -> Self {
        Self::keeping(store, ())
    }

    /// A store whose database `keep` removes when it is dropped.
    pub fn keeping(store: impl Store + 'static, keep: impl Any + Send + Sync) -> Self {
        Self { store: Arc::new(store), keep: Box::new(keep) }
    }
}

impl fmt::Debug for TestStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestStore").finish_non_exhaustive()
    }
}

/// Calls a generic case for every kind of entity.
macro_rules! for_every_entity {
    ($case:ident $args:tt) => {
        $crate::store::for_every_entity! { @kinds $case $args
            scheduling_domain::site::Site,
            scheduling_domain::team::Team,
            scheduling_domain::position::Position,
            scheduling_domain::skill::Skill,
            scheduling_domain::skill::SkillGrant,
            scheduling_domain::employee::Employee,
            scheduling_domain::contract::Contract,
            scheduling_domain::availability::Availability,
            scheduling_domain::shift_template::ShiftTemplate,
            scheduling_domain::demand::Demand,
            scheduling_domain::rule_set::RuleSet,
            scheduling_domain::user::User,
            scheduling_domain::api_key::ApiKey,
            scheduling_domain::schedule::Schedule,
            scheduling_domain::shift::Shift,
            scheduling_domain::assignment::Assignment,
            scheduling_domain::optimization::Optimization
        }
    };
    (@kinds $case:ident $args:tt $($kind:ty),+) => {$(
        $case::<$kind> $args.await;
    )+};
}
pub(crate) use for_every_entity;

/// Asserts what a store answers.
macro_rules! assert_refused {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err($pattern) => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern)),
        }
    };
}
pub(crate) use assert_refused;

/// Expands one `#[tokio::test]` per case. `$factory` is called anew for each and answers a future of a
/// [`TestStore`].
#[macro_export]
macro_rules! store_conformance {
    ($factory:expr) => {
        $crate::store_conformance! { @groups $factory;
            records: [
                insert_answers_what_is_stored
                update_replaces_every_field
                delete_removes_the_row
                an_unknown_id_is_not_found
                ids_are_not_used_again
            ]
            versions: [
                update_with_another_version_is_stale
                delete_with_another_version_is_stale
                writes_to_a_missing_row_are_stale
                of_two_writers_the_second_is_stale
            ]
            duplicates: [
                taken_values_are_named
                a_value_can_be_kept_and_given_away
                values_may_repeat_in_another_organization
                after_a_duplicate_the_unit_of_work_goes_on
                contracts_of_an_employee_do_not_overlap
                schedules_of_a_team_do_not_overlap
                of_racing_duplicates_one_is_stored
            ]
            references: [
                a_reference_to_nothing_is_refused
                a_reference_into_another_organization_is_refused
                a_row_that_is_pointed_at_stays
                a_skill_that_is_only_listed_stays
                a_team_that_is_only_listed_stays
                rows_can_be_removed_from_the_leaves_inward
            ]
            isolation: [
                rows_of_another_organization_cannot_be_seen
                rows_of_another_organization_cannot_be_changed
            ]
            lists: [
                lists_are_ordered_by_id
                shifts_are_ordered_by_start_then_id
                pages_partition_the_list_and_count_it
                a_page_past_the_end_is_empty
                the_pool_lists_as_the_unit_of_work_does
                search_is_literal
                search_ignores_the_case_of_ascii_letters
                search_looks_into_every_named_column
            ]
            filters: [
                teams_by_site
                skill_grants_by_employee_and_skill
                employees_by_team_account_and_day
                employees_within_a_circle
                contracts_by_employee
                availability_by_employee_and_day
                templates_by_site
                demand_by_team_and_template
                users_by_role_and_activity
                schedules_by_team_period_and_publication
                shifts_by_everything
                assignments_by_everything
                optimizations_by_schedule_and_state
                an_empty_list_of_ids_matches_nothing
                long_lists_of_ids_are_fine
            ]
            transactions: [
                nothing_is_seen_before_the_commit
                rollback_leaves_nothing
                dropping_leaves_nothing_and_the_next_one_works
                a_unit_of_work_sees_its_own_writes
                a_cancelled_call_leaves_the_store_usable
                many_units_of_work_at_once_all_commit
            ]
            overlaps: [
                overlapping_assignments_are_refused
                touching_assignments_are_fine
                other_employees_may_overlap
                the_same_employee_twice_on_a_shift_is_a_duplicate
                an_assignment_cannot_be_moved_onto_another
                a_shift_takes_its_assignments_along
                a_shift_cannot_be_moved_onto_another_assignment
                a_span_that_is_not_the_shifts_is_refused
                a_crossing_of_midnight_counts
                insert_many_keeps_the_order_and_is_all_or_nothing
                delete_many_passes_over_what_is_not_there
                of_a_thousand_racing_overlaps_one_is_stored
            ]
            locks: [
                locked_employees_make_the_second_wait
                a_locked_team_makes_the_second_wait
                a_locked_schedule_is_answered_as_it_stands_after_the_wait
                a_locked_run_is_answered_as_it_stands_after_the_wait
                locked_shifts_make_the_second_wait
                two_administrators_cannot_remove_each_other
                a_locked_second_factor_makes_the_second_wait
            ]
            publications: [
                what_is_published_is_found_again
                a_number_is_given_once_for_a_schedule
                a_publication_is_not_seen_elsewhere
                a_published_schedule_stays
            ]
            optimizations: [
                the_oldest_that_waits_is_claimed_first
                a_lease_that_ended_is_taken_over
                a_run_that_was_put_back_has_lost_nobody
                a_run_that_has_ended_is_never_claimed
                runs_of_another_organization_are_not_claimed
                racing_workers_claim_each_run_once
            ]
            accounts: [
                a_new_account_has_no_password
                a_password_is_set_and_replaced
                a_password_is_rehashed_unless_it_was_replaced
                the_epoch_rises_by_one
                credentials_survive_an_update_of_the_account
                an_account_is_found_by_name_or_address_in_any_case
                an_account_of_another_organization_is_not_found
                active_administrators_are_listed_in_order
            ]
            sessions: [
                a_session_is_found_with_its_account
                a_session_of_another_organization_is_not_found
                a_taken_key_is_a_duplicate
                a_touched_session_lasts_as_it_was_told
                what_is_deleted_has_ended
                good_sessions_are_listed_the_newest_first
                ended_sessions_are_removed
                a_refresh_token_is_found_by_its_hash
                a_taken_refresh_token_is_a_duplicate
                a_refresh_token_is_exchanged_once
                refresh_tokens_end_with_their_session
            ]
            api_keys: [
                a_key_is_found_by_its_hash_with_its_owner
                a_use_is_noted_unless_a_later_one_is
                the_keys_of_an_account_go_together
                a_key_goes_with_its_account
                keys_by_account_and_end
            ]
            second_factors: [
                a_factor_is_asked_for_once_it_is_confirmed
                a_removed_factor_takes_its_codes_along
                a_recovery_code_is_taken_once
                new_recovery_codes_replace_the_earlier_ones
                factors_of_another_organization_are_not_found
            ]
            mails: [
                a_mail_is_due_until_it_is_removed
                a_mail_is_given_to_one
                a_password_token_is_found_by_its_hash
            ]
            idempotency: [
                a_new_key_is_new
                an_answered_key_gives_the_answer
                a_key_with_another_fingerprint_is_a_mismatch
                keys_of_accounts_do_not_meet
                an_expired_key_is_new
                a_rolled_back_key_is_new
                expired_keys_are_removed_so_many_at_a_time
                racing_requests_act_once
            ]
            audit: [
                events_are_read_as_they_were_recorded
                events_stand_and_fall_with_their_unit_of_work
                commits_at_once_make_one_chain
                chains_of_organizations_do_not_meet
                events_are_listed_newest_first
                events_by_everything
            ]
            organizations: [
                organizations_are_listed_in_order
                an_organization_is_found_by_its_slug
                a_taken_slug_is_a_duplicate
                the_store_answers_a_ping
                an_installation_has_a_name_of_its_own
                the_pool_counts_its_connections
                the_pool_counts_who_waits
            ]
            outbox: [
                events_are_claimed_in_order
                events_share_the_fate_of_their_write
                a_claim_that_is_rolled_back_leaves_its_events
                a_claim_keeps_to_its_topic_age_and_organization
                racing_relays_tell_each_event_once_and_in_order
                removing_passes_over_what_is_not_there
            ]
            load: [
                the_load_is_what_waits
                the_load_leaves_out_what_is_done_with
                each_organization_has_a_load_of_its_own
            ]
            written: [
                every_write_is_remembered_by_its_kind
                special_writes_are_remembered
            ]
            values: [
                names_in_any_script_survive
                instants_keep_their_microseconds
                days_survive
                long_texts_survive
            ]
        }
    };
    (@groups $factory:expr; $($group:ident: [$($case:ident)+])+) => {$($(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let test: $crate::store::TestStore = ($factory)().await;
            $crate::store::$group::$case(&test.store).await;
        }
    )+)+};
}
