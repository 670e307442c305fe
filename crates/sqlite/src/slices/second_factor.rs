//! Second factors and their recovery codes.

use async_trait::async_trait;
use diesel::SqliteConnection;
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{TypedId, UserId};
use scheduling_domain::ports::{SecondFactorRepository, StoreError};
use scheduling_domain::record::Entity;
use scheduling_domain::second_factor::SecondFactor;
use scheduling_domain::user::User;

use super::user::users;
use crate::columns::Instant;
use crate::errors::store_error;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    second_factors (organization_id, user_id) {
        organization_id -> BigInt,
        user_id -> BigInt,
        created_at -> BigInt,
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

type Key = (i64, i64);

fn put(connection: &mut SqliteConnection, key: Key, factor: &SecondFactor, now: Timestamp) -> QueryResult<()> {
    let values = (
        second_factors::sealed_secret.eq(&factor.sealed_secret),
        second_factors::is_confirmed.eq(factor.is_confirmed),
        second_factors::last_step.eq(factor.last_step),
    );
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::organization_id.eq(key.0),
            second_factors::user_id.eq(key.1),
            second_factors::created_at.eq(Instant(now)),
            values,
        ))
        .on_conflict((second_factors::organization_id, second_factors::user_id))
        .do_update()
        .set(values)
        .execute(connection)?;
    mark(connection, key, factor.is_confirmed)
}

fn mark(connection: &mut SqliteConnection, key: Key, has_second_factor: bool) -> QueryResult<()> {
    diesel::update(users::table.find(key)).set(users::has_second_factor.eq(has_second_factor)).execute(connection)?;
    Ok(())
}

fn replace_recovery_codes(connection: &mut SqliteConnection, key: Key, hashes: &[String]) -> QueryResult<()> {
    let codes = recovery_codes::table
        .filter(recovery_codes::organization_id.eq(key.0))
        .filter(recovery_codes::user_id.eq(key.1));
    diesel::delete(codes).execute(connection)?;
    for hash in hashes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::organization_id.eq(key.0),
                recovery_codes::user_id.eq(key.1),
                recovery_codes::code_hash.eq(hash),
            ))
            .execute(connection)?;
    }
    Ok(())
}

fn failed(error: diesel::result::Error) -> StoreError {
    store_error(error, &[])
}

#[async_trait]
impl SecondFactorRepository for SqliteUnitOfWork {
    /// The row is locked as the whole file is.
    async fn find_locked(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        let key = (self.organization().get(), user.get());
        self.run(move |connection| {
            let found: Option<(String, bool, i64)> = second_factors::table
                .find(key)
                .select((second_factors::sealed_secret, second_factors::is_confirmed, second_factors::last_step))
                .first(connection)
                .optional()
                .map_err(failed)?;
            Ok(found.map(|(sealed_secret, is_confirmed, last_step)| SecondFactor {
                user_id: user,
                sealed_secret,
                is_confirmed,
                last_step,
            }))
        })
        .await
    }

    async fn put(&mut self, factor: &SecondFactor, now: Timestamp) -> Result<(), StoreError> {
        self.wrote(User::KIND);
        let (key, factor) = ((self.organization().get(), factor.user_id.get()), factor.clone());
        self.run(move |connection| put(connection, key, &factor, now).map_err(failed)).await
    }

    async fn delete(&mut self, user: UserId) -> Result<bool, StoreError> {
        self.wrote(User::KIND);
        let key = (self.organization().get(), user.get());
        self.run(move |connection| {
            let removed = diesel::delete(second_factors::table.find(key)).execute(connection).map_err(failed)?;
            mark(connection, key, false).map_err(failed)?;
            Ok(removed > 0)
        })
        .await
    }

    async fn replace_recovery_codes(&mut self, user: UserId, hashes: &[String]) -> Result<(), StoreError> {
        let (key, hashes) = ((self.organization().get(), user.get()), hashes.to_vec());
        self.run(move |connection| replace_recovery_codes(connection, key, &hashes).map_err(failed)).await
    }

    async fn take_recovery_code(&mut self, user: UserId, hash: &str) -> Result<bool, StoreError> {
        let key = (self.organization().get(), user.get(), hash.to_owned());
        self.run(move |connection| {
            let taken = diesel::delete(recovery_codes::table.find(key)).execute(connection).map_err(failed)?;
            Ok(taken > 0)
        })
        .await
    }

    async fn count_recovery_codes(&mut self, user: UserId) -> Result<u64, StoreError> {
        let key = (self.organization().get(), user.get());
        self.run(move |connection| {
            let count: i64 = recovery_codes::table
                .filter(recovery_codes::organization_id.eq(key.0))
                .filter(recovery_codes::user_id.eq(key.1))
                .count()
                .get_result(connection)
                .map_err(failed)?;
            Ok(count.unsigned_abs())
        })
        .await
    }
}
