//! Mails that wait to be sent, and the tokens that they bring.

use async_trait::async_trait;
use diesel::SqliteConnection;
use diesel::prelude::*;
use jiff::Timestamp;
use scheduling_domain::id::{TypedId, UserId};
use scheduling_domain::mail::{DueMail, PasswordToken, PendingMail};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{PasswordTokenRepository, PendingMailRepository, StoreError};

use crate::columns::{Instant, Key};
use crate::errors::{backend, store_error};
use crate::stored::take_ids;
use crate::unit_of_work::SqliteUnitOfWork;

diesel::table! {
    pending_mails (organization_id, id) {
        organization_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        kind -> Text,
        identifier -> Text,
        language -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
    }
}

diesel::table! {
    password_tokens (organization_id, token_hash) {
        organization_id -> BigInt,
        token_hash -> Text,
        created_at -> BigInt,
        user_id -> BigInt,
        expires_at -> BigInt,
    }
}

fn insert_mail(
    connection: &mut SqliteConnection,
    organization: i64,
    mail: &PendingMail,
    now: Timestamp,
) -> QueryResult<()> {
    let id = *take_ids(connection, "pending_mails", 1)?.start();
    diesel::insert_into(pending_mails::table)
        .values((
            pending_mails::organization_id.eq(organization),
            pending_mails::id.eq(id),
            pending_mails::created_at.eq(Instant(now)),
            pending_mails::kind.eq(mail.kind.as_str()),
            pending_mails::identifier.eq(mail.identifier.reveal()),
            pending_mails::language.eq(&mail.language),
            pending_mails::attempts.eq(0),
            pending_mails::due_at.eq(Instant(now)),
        ))
        .execute(connection)?;
    Ok(())
}

fn claim_next(
    connection: &mut SqliteConnection,
    organization: i64,
    now: Timestamp,
    retry_at: Timestamp,
) -> Result<Option<DueMail>, StoreError> {
    let next: Option<(i64, i64, String, String, String)> = pending_mails::table
        .filter(pending_mails::organization_id.eq(organization))
        .filter(pending_mails::due_at.le(Instant(now)))
        .order((pending_mails::due_at.asc(), pending_mails::id.asc()))
        .select((
            pending_mails::id,
            pending_mails::attempts,
            pending_mails::kind,
            pending_mails::identifier,
            pending_mails::language,
        ))
        .first(connection)
        .optional()
        .map_err(failed)?;
    let Some((id, attempts, kind, identifier, language)) = next else {
        return Ok(None);
    };
    diesel::update(pending_mails::table.find((organization, id)))
        .set((pending_mails::attempts.eq(attempts + 1), pending_mails::due_at.eq(Instant(retry_at))))
        .execute(connection)
        .map_err(failed)?;
    let kind = kind.parse().map_err(|()| backend(format!("{kind} is no kind of mail")))?;
    let mail = PendingMail { kind, identifier: Personal::new(identifier), language };
    Ok(Some(DueMail { id, attempts: attempts.try_into().map_err(backend)?, mail }))
}

fn failed(error: diesel::result::Error) -> StoreError {
    store_error(error, &[])
}

#[async_trait]
impl PendingMailRepository for SqliteUnitOfWork {
    async fn insert(&mut self, mail: &PendingMail, now: Timestamp) -> Result<(), StoreError> {
        let (organization, mail) = (self.organization().get(), mail.clone());
        self.run(move |connection| insert_mail(connection, organization, &mail, now).map_err(failed)).await
    }

    async fn claim_next(&mut self, now: Timestamp, retry_at: Timestamp) -> Result<Option<DueMail>, StoreError> {
        let organization = self.organization().get();
        self.run(move |connection| claim_next(connection, organization, now, retry_at)).await
    }

    async fn delete(&mut self, id: i64) -> Result<(), StoreError> {
        let key = (self.organization().get(), id);
        self.run(move |connection| {
            diesel::delete(pending_mails::table.find(key)).execute(connection).map(|_| ()).map_err(failed)
        })
        .await
    }

    async fn postpone(&mut self, id: i64, due_at: Timestamp) -> Result<(), StoreError> {
        let key = (self.organization().get(), id);
        self.run(move |connection| {
            diesel::update(pending_mails::table.find(key))
                .set(pending_mails::due_at.eq(Instant(due_at)))
                .execute(connection)
                .map(|_| ())
                .map_err(failed)
        })
        .await
    }
}

#[async_trait]
impl PasswordTokenRepository for SqliteUnitOfWork {
    async fn insert(&mut self, hash: &str, token: &PasswordToken, now: Timestamp) -> Result<(), StoreError> {
        let (organization, hash, token) = (self.organization().get(), hash.to_owned(), token.clone());
        self.run(move |connection| {
            diesel::insert_into(password_tokens::table)
                .values((
                    password_tokens::organization_id.eq(organization),
                    password_tokens::token_hash.eq(hash),
                    password_tokens::created_at.eq(Instant(now)),
                    password_tokens::user_id.eq(token.user_id.get()),
                    password_tokens::expires_at.eq(Instant(token.expires_at)),
                ))
                .execute(connection)
                .map(|_| ())
                .map_err(failed)
        })
        .await
    }

    /// The row is locked as the whole file is.
    async fn find_by_hash(&mut self, hash: &str) -> Result<Option<PasswordToken>, StoreError> {
        let key = (self.organization().get(), hash.to_owned());
        self.run(move |connection| {
            let found: Option<(Key<UserId>, Instant)> = password_tokens::table
                .find(key)
                .select((password_tokens::user_id, password_tokens::expires_at))
                .first(connection)
                .optional()
                .map_err(failed)?;
            Ok(found.map(|(user_id, expires_at)| PasswordToken { user_id: user_id.0, expires_at: expires_at.0 }))
        })
        .await
    }

    async fn delete_of(&mut self, user: UserId) -> Result<(), StoreError> {
        let (organization, user) = (self.organization().get(), user.get());
        self.run(move |connection| {
            diesel::delete(password_tokens::table)
                .filter(password_tokens::organization_id.eq(organization))
                .filter(password_tokens::user_id.eq(user))
                .execute(connection)
                .map(|_| ())
                .map_err(failed)
        })
        .await
    }
}
