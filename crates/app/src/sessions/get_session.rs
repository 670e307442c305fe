use scheduling_domain::ports::StoreError;
use scheduling_domain::session::Session;

use crate::actor::Actor;
use crate::app::App;

/// The session that the actor asks with; none for whoever has no session, such as an integration.
pub async fn get_session(app: &App, actor: &Actor) -> Result<Option<Session>, StoreError> {
    match actor.origin.via.session() {
        Some(id) => Ok(app.store.sessions().find(actor.organization, id).await?.map(|holder| holder.session)),
        None => Ok(None),
    }
}
