//! Second factors and their recovery codes.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use scheduling_domain::ports::SecondFactorRepository;
use scheduling_domain::record::Entity;
use scheduling_domain::second_factor::SecondFactor;
use scheduling_domain::user::User;

use crate::error::{StoreResult, failure};
use crate::schema::{recovery_codes, second_factors, users};
use crate::unit_of_work::PgUnitOfWork;

async fn find_locked(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user_id: UserId,
) -> StoreResult<Option<SecondFactor>> {
    let found: Option<(String, bool, i64)> = second_factors::table
        .filter(second_factors::organization_id.eq(organization.get()))
        .filter(second_factors::user_id.eq(user_id.get()))
        .select((second_factors::sealed_secret, second_factors::is_confirmed, second_factors::last_step))
        .for_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    Ok(found.map(|(sealed_secret, is_confirmed, last_step)| SecondFactor {
        user_id,
        sealed_secret,
        is_confirmed,
        last_step,
    }))
}

async fn put(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    factor: &SecondFactor,
    now: Timestamp,
) -> StoreResult<()> {
    let values = (
        second_factors::sealed_secret.eq(&factor.sealed_secret),
        second_factors::is_confirmed.eq(factor.is_confirmed),
        second_factors::last_step.eq(factor.last_step),
    );
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::organization_id.eq(organization.get()),
            second_factors::user_id.eq(factor.user_id.get()),
            second_factors::created_at.eq(now.to_diesel()),
            values,
        ))
        .on_conflict((second_factors::organization_id, second_factors::user_id))
        .do_update()
        .set(values)
        .execute(&mut pg)
        .await
        .map_err(failure)?;
    mark(pg, organization, factor.user_id, factor.is_confirmed).await
}

async fn mark(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user_id: UserId,
    has_second_factor: bool,
) -> StoreResult<()> {
    diesel::update(
        users::table.filter(users::organization_id.eq(organization.get())).filter(users::id.eq(user_id.get())),
    )
    .set(users::has_second_factor.eq(has_second_factor))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn delete(mut pg: &AsyncPgConnection, organization: OrganizationId, user_id: UserId) -> StoreResult<bool> {
    let removed = diesel::delete(
        second_factors::table
            .filter(second_factors::organization_id.eq(organization.get()))
            .filter(second_factors::user_id.eq(user_id.get())),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    mark(pg, organization, user_id, false).await?;
    Ok(removed > 0)
}

async fn replace_recovery_codes(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user_id: UserId,
    hashes: &[String],
) -> StoreResult<()> {
    diesel::delete(
        recovery_codes::table
            .filter(recovery_codes::organization_id.eq(organization.get()))
            .filter(recovery_codes::user_id.eq(user_id.get())),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::organization_id.eq(organization.get()),
                recovery_codes::user_id.eq(user_id.get()),
                recovery_codes::code_hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table).values(rows).execute(&mut pg).await.map_err(failure)?;
    Ok(())
}

async fn take_recovery_code(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user_id: UserId,
    hash: &str,
) -> StoreResult<bool> {
    let taken = diesel::delete(
        recovery_codes::table
            .filter(recovery_codes::organization_id.eq(organization.get()))
            .filter(recovery_codes::user_id.eq(user_id.get()))
            .filter(recovery_codes::code_hash.eq(hash)),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(taken > 0)
}

async fn count_recovery_codes(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    user_id: UserId,
) -> StoreResult<u64> {
    let count: i64 = recovery_codes::table
        .filter(recovery_codes::organization_id.eq(organization.get()))
        .filter(recovery_codes::user_id.eq(user_id.get()))
        .count()
        .get_result(&mut pg)
        .await
        .map_err(failure)?;
    Ok(count.unsigned_abs())
}

#[async_trait]
impl SecondFactorRepository for PgUnitOfWork {
    async fn find_locked(&mut self, user: UserId) -> StoreResult<Option<SecondFactor>> {
        let found = find_locked(self.pg(), self.organization(), user).await;
        self.watch(found)
    }

    async fn put(&mut self, factor: &SecondFactor, now: Timestamp) -> StoreResult<()> {
        self.wrote(User::KIND);
        let put = put(self.pg(), self.organization(), factor, now).await;
        self.watch(put)
    }

    async fn delete(&mut self, user: UserId) -> StoreResult<bool> {
        self.wrote(User::KIND);
        let removed = delete(self.pg(), self.organization(), user).await;
        self.watch(removed)
    }

    async fn replace_recovery_codes(&mut self, user: UserId, hashes: &[String]) -> StoreResult<()> {
        let replaced = replace_recovery_codes(self.pg(), self.organization(), user, hashes).await;
        self.watch(replaced)
    }

    async fn take_recovery_code(&mut self, user: UserId, hash: &str) -> StoreResult<bool> {
        let taken = take_recovery_code(self.pg(), self.organization(), user, hash).await;
        self.watch(taken)
    }

    async fn count_recovery_codes(&mut self, user: UserId) -> StoreResult<u64> {
        let count = count_recovery_codes(self.pg(), self.organization(), user).await;
        self.watch(count)
    }
}
