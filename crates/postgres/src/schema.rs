//! The tables as `migrations/postgres` makes them. Columns that only the database reads are left out.

use diesel::sql_types::{BigInt, Text};

diesel::table! {
    organizations (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
    }
}

diesel::table! {
    sites (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        time_zone -> Text,
        jurisdictions -> Array<Text>,
        address -> Text,
    }
}

diesel::table! {
    teams (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        site_id -> BigInt,
        rule_set_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    positions (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        skill_ids -> Array<BigInt>,
    }
}

diesel::table! {
    skills (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        description -> Text,
    }
}

diesel::table! {
    skill_grants (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        employee_id -> BigInt,
        skill_id -> BigInt,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        evidence -> Text,
    }
}

diesel::table! {
    employees (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        number -> Text,
        full_name -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        team_id -> BigInt,
        user_id -> Nullable<BigInt>,
        hired_on -> Date,
        left_on -> Nullable<Date>,
    }
}

diesel::table! {
    contracts (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        employee_id -> BigInt,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        min_weekly_minutes -> Nullable<BigInt>,
        max_weekly_minutes -> Nullable<BigInt>,
        hourly_rate_minor_units -> Nullable<BigInt>,
        hourly_rate_currency -> Nullable<Text>,
        rule_set_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    availabilities (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        employee_id -> BigInt,
        kind -> Text,
        weekdays -> SmallInt,
        hours_start -> Nullable<Time>,
        hours_end -> Nullable<Time>,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        except_on -> Array<Date>,
        weight -> BigInt,
        template_id -> Nullable<BigInt>,
        note -> Text,
    }
}

diesel::table! {
    shift_templates (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        code -> Text,
        name -> Text,
        site_id -> BigInt,
        position_id -> BigInt,
        starts -> Time,
        ends -> Time,
        dst_policy -> Text,
        break_minutes -> BigInt,
        skill_ids -> Array<BigInt>,
        tags -> Array<Text>,
    }
}

diesel::table! {
    demands (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        team_id -> BigInt,
        template_id -> BigInt,
        weekdays -> SmallInt,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        except_on -> Array<Date>,
        heads_min -> Integer,
        heads_target -> Integer,
        heads_max -> Nullable<Integer>,
        heads_under_weight -> BigInt,
        heads_over_weight -> BigInt,
    }
}

diesel::table! {
    rule_sets (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        week_start -> SmallInt,
        day_boundary -> Time,
        rules -> Jsonb,
    }
}

diesel::table! {
    pending_mails (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> Timestamptz,
        kind -> Text,
        identifier -> Text,
        language -> Text,
        attempts -> BigInt,
        due_at -> Timestamptz,
    }
}

diesel::table! {
    password_tokens (organization_id, token_hash) {
        organization_id -> BigInt,
        token_hash -> Text,
        created_at -> Timestamptz,
        user_id -> BigInt,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    second_factors (organization_id, user_id) {
        organization_id -> BigInt,
        user_id -> BigInt,
        created_at -> Timestamptz,
        sealed_secret -> Text,
        is_confirmed -> Bool,
        last_step -> BigInt,
    }
}

diesel::table! {
    recovery_codes (organization_id, user_id, code_hash) {
        organization_id -> BigInt,
        user_id -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    users (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        username -> Text,
        email -> Text,
        full_name -> Text,
        role -> Text,
        team_ids -> Array<BigInt>,
        is_active -> Bool,
        password_hash -> Nullable<Text>,
        token_epoch -> BigInt,
        has_second_factor -> Bool,
        username_folded -> Text,
        email_folded -> Text,
    }
}

diesel::table! {
    sessions (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> Timestamptz,
        user_id -> BigInt,
        key_hash -> Nullable<Text>,
        token_epoch -> BigInt,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    session_refresh_tokens (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> Timestamptz,
        session_id -> BigInt,
        token_hash -> Text,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_keys (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        user_id -> BigInt,
        name -> Text,
        scopes -> Array<Text>,
        token_hash -> Text,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    schedules (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        team_id -> BigInt,
        period_first -> Date,
        period_end -> Date,
        published_number -> Nullable<BigInt>,
        note -> Text,
    }
}

diesel::table! {
    publications (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        schedule_id -> BigInt,
        number -> BigInt,
        published_at -> Timestamptz,
        published_by -> BigInt,
        audience -> Array<BigInt>,
        snapshot -> Jsonb,
    }
}

diesel::table! {
    shifts (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        schedule_id -> BigInt,
        label -> Text,
        template_id -> Nullable<BigInt>,
        site_id -> BigInt,
        position_id -> BigInt,
        working_day -> Date,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        break_minutes -> BigInt,
        skill_ids -> Array<BigInt>,
        tags -> Array<Text>,
        heads_min -> Integer,
        heads_target -> Integer,
        heads_max -> Nullable<Integer>,
        heads_under_weight -> BigInt,
        heads_over_weight -> BigInt,
    }
}

diesel::table! {
    assignments (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        shift_id -> BigInt,
        employee_id -> BigInt,
        pinned -> Bool,
        source -> Text,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    optimizations (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        schedule_id -> BigInt,
        requested_by -> BigInt,
        state -> Text,
        seed -> BigInt,
        max_steps -> BigInt,
        max_ms -> BigInt,
        steps -> BigInt,
        score_hard -> Nullable<BigInt>,
        score_soft -> Nullable<BigInt>,
        bound -> Nullable<BigInt>,
        proposal -> Jsonb,
        cancel_requested -> Bool,
        failure -> Nullable<Text>,
        generation -> BigInt,
        workers_lost -> Integer,
        leased_until -> Nullable<Timestamptz>,
        request_id -> Nullable<Text>,
        traceparent -> Nullable<Text>,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    idempotency_keys (organization_id, user_id, key) {
        organization_id -> BigInt,
        user_id -> BigInt,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        body -> Text,
        etag -> Nullable<Text>,
        location -> Nullable<Text>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    installation (is_only) {
        is_only -> Bool,
        id -> Text,
    }
}

diesel::table! {
    outbox (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        topic -> Text,
        payload -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    audit_events (organization_id, sequence) {
        organization_id -> BigInt,
        sequence -> BigInt,
        at -> Timestamptz,
        user_id -> Nullable<BigInt>,
        via -> Text,
        api_key_id -> Nullable<BigInt>,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        operation -> Text,
        object_kind -> Text,
        object_id -> Nullable<BigInt>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        verdict -> Nullable<Text>,
        violations -> Nullable<Text>,
        reason -> Nullable<Text>,
        hash -> Text,
    }
}

diesel::table! {
    audit_heads (organization_id) {
        organization_id -> BigInt,
        sequence -> BigInt,
        hash -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(assignments, shifts);
diesel::allow_tables_to_appear_in_same_query!(api_keys, users);
diesel::allow_tables_to_appear_in_same_query!(sessions, users);

diesel::define_sql_function! {
    /// Whether `needle` is a part of `haystack`, whatever the case of ASCII letters.
    fn contains_text(haystack: Text, needle: Text) -> Bool;
}

diesel::define_sql_function! {
    /// A 64-bit hash of a text.
    fn hashtextextended(value: Text, seed: BigInt) -> BigInt;
}

diesel::define_sql_function! {
    /// Takes a lock until the transaction ends; false when another transaction has it.
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
}
