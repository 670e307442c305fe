use scheduling_domain::api_key::{ApiKey, ApiKeyFilter};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// Lists keys: administrators see all, others their own.
pub async fn list_api_keys(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<Record<ApiKey>>, StoreError> {
    let sees_all = access(actor, Operation::ReadApiKeys, Relation::Other) == Access::Allowed;
    let filter = ApiKeyFilter { user_id: (!sees_all).then_some(actor.user_id), ends_after: None };
    app.store.api_keys().list(actor.organization, &filter, page).await
}
