//! Mails that wait to be sent, and the tokens that they bring.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use scheduling_domain::mail::{DueMail, PasswordToken, PendingMail};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{PasswordTokenRepository, PendingMailRepository};

use crate::columns;
use crate::error::{StoreResult, failure};
use crate::schema::{password_tokens, pending_mails};
use crate::unit_of_work::PgUnitOfWork;

async fn insert_mail(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    mail: &PendingMail,
    now: Timestamp,
) -> StoreResult<()> {
    diesel::insert_into(pending_mails::table)
        .values((
            pending_mails::organization_id.eq(organization.get()),
            pending_mails::created_at.eq(now.to_diesel()),
            pending_mails::kind.eq(mail.kind.as_str()),
            pending_mails::identifier.eq(mail.identifier.reveal()),
            pending_mails::language.eq(&mail.language),
            pending_mails::attempts.eq(0),
            pending_mails::due_at.eq(now.to_diesel()),
        ))
        .execute(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

async fn claim_next(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    now: Timestamp,
    retry_at: Timestamp,
) -> StoreResult<Option<DueMail>> {
    let next: Option<(i64, i64, String, String, String)> = pending_mails::table
        .filter(pending_mails::organization_id.eq(organization.get()))
        .filter(pending_mails::due_at.le(now.to_diesel()))
        .order((pending_mails::due_at, pending_mails::id))
        .limit(1)
        .select((
            pending_mails::id,
            pending_mails::attempts,
            pending_mails::kind,
            pending_mails::identifier,
            pending_mails::language,
        ))
        .for_update()
        .skip_locked()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some((id, attempts, kind, identifier, language)) = next else {
        return Ok(None);
    };
    diesel::update(
        pending_mails::table
            .filter(pending_mails::organization_id.eq(organization.get()))
            .filter(pending_mails::id.eq(id)),
    )
    .set((pending_mails::attempts.eq(pending_mails::attempts + 1), pending_mails::due_at.eq(retry_at.to_diesel())))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    let mail = PendingMail { kind: columns::named(&kind)?, identifier: Personal::new(identifier), language };
    Ok(Some(DueMail { id, attempts: columns::number(attempts)?, mail }))
}

async fn delete_mail(mut pg: &AsyncPgConnection, organization: OrganizationId, id: i64) -> StoreResult<()> {
    diesel::delete(
        pending_mails::table
            .filter(pending_mails::organization_id.eq(organization.get()))
            .filter(pending_mails::id.eq(id)),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn postpone(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    id: i64,
    due_at: Timestamp,
) -> StoreResult<()> {
    diesel::update(
        pending_mails::table
            .filter(pending_mails::organization_id.eq(organization.get()))
            .filter(pending_mails::id.eq(id)),
    )
    .set(pending_mails::due_at.eq(due_at.to_diesel()))
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

async fn insert_token(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    hash: &str,
    token: &PasswordToken,
    now: Timestamp,
) -> StoreResult<()> {
    diesel::insert_into(password_tokens::table)
        .values((
            password_tokens::organization_id.eq(organization.get()),
            password_tokens::token_hash.eq(hash),
            password_tokens::created_at.eq(now.to_diesel()),
            password_tokens::user_id.eq(token.user_id.get()),
            password_tokens::expires_at.eq(token.expires_at.to_diesel()),
        ))
        .execute(&mut pg)
        .await
        .map_err(failure)?;
    Ok(())
}

async fn find_token(
    mut pg: &AsyncPgConnection,
    organization: OrganizationId,
    hash: &str,
) -> StoreResult<Option<PasswordToken>> {
    let found: Option<(i64, jiff_diesel::Timestamp)> = password_tokens::table
        .filter(password_tokens::organization_id.eq(organization.get()))
        .filter(password_tokens::token_hash.eq(hash))
        .select((password_tokens::user_id, password_tokens::expires_at))
        .for_update()
        .get_result(&mut pg)
        .await
        .optional()
        .map_err(failure)?;
    let Some((user_id, expires_at)) = found else {
        return Ok(None);
    };
    Ok(Some(PasswordToken { user_id: columns::id(user_id)?, expires_at: expires_at.to_jiff() }))
}

async fn delete_tokens(mut pg: &AsyncPgConnection, organization: OrganizationId, user: UserId) -> StoreResult<()> {
    diesel::delete(
        password_tokens::table
            .filter(password_tokens::organization_id.eq(organization.get()))
            .filter(password_tokens::user_id.eq(user.get())),
    )
    .execute(&mut pg)
    .await
    .map_err(failure)?;
    Ok(())
}

#[async_trait]
impl PendingMailRepository for PgUnitOfWork {
    async fn insert(&mut self, mail: &PendingMail, now: Timestamp) -> StoreResult<()> {
        let inserted = insert_mail(self.pg(), self.organization(), mail, now).await;
        self.watch(inserted)
    }

    async fn claim_next(&mut self, now: Timestamp, retry_at: Timestamp) -> StoreResult<Option<DueMail>> {
        let claimed = claim_next(self.pg(), self.organization(), now, retry_at).await;
        self.watch(claimed)
    }

    async fn delete(&mut self, id: i64) -> StoreResult<()> {
        let deleted = delete_mail(self.pg(), self.organization(), id).await;
        self.watch(deleted)
    }

    async fn postpone(&mut self, id: i64, due_at: Timestamp) -> StoreResult<()> {
        let postponed = postpone(self.pg(), self.organization(), id, due_at).await;
        self.watch(postponed)
    }
}

#[async_trait]
impl PasswordTokenRepository for PgUnitOfWork {
    async fn insert(&mut self, hash: &str, token: &PasswordToken, now: Timestamp) -> StoreResult<()> {
        let inserted = insert_token(self.pg(), self.organization(), hash, token, now).await;
        self.watch(inserted)
    }

    async fn find_by_hash(&mut self, hash: &str) -> StoreResult<Option<PasswordToken>> {
        let found = find_token(self.pg(), self.organization(), hash).await;
        self.watch(found)
    }

    async fn delete_of(&mut self, user: UserId) -> StoreResult<()> {
        let deleted = delete_tokens(self.pg(), self.organization(), user).await;
        self.watch(deleted)
    }
}
