//! Reference data over HTTP: its five handlers, written once.
//!
//! A kind of reference data says in its own file what a client sends and sees, and where ([`Catalogue`]); [`routes`]
//! mounts it. The use cases behind are those of [`scheduling_app::catalogue`].

use std::marker::PhantomData;

use actix_web::HttpRequest;
use paperclip::actix::ResponseWrapper;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::catalogue::{self, Catalogued};
use scheduling_domain::fault::Faults;
use scheduling_domain::record::Record;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{Stored, settled};
use super::caller::Caller;
use super::described::{Described, Description, described};
use super::owner::Owner;
use crate::http::{
    Body, Code, Created, Idempotent, JsonBody, Listed, NoContent, OptionalIfMatch, Paged, Result, resource,
};

/// A kind of reference data as clients meet it.
pub(super) trait Catalogue: Catalogued {
    /// What its address begins with: `()`, or the id of the employee it belongs to.
    type Owner: Owner;
    /// The body that creates one.
    type Create: DeserializeOwned + JsonSchema + 'static;
    /// The body that changes one; its fields are [`Patch`](super::fields::Patch)es.
    type Update: DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// What a list can be narrowed by.
    type Query: DeserializeOwned + JsonSchema + 'static;
    /// What is answered, beside what every stored thing has ([`Stored`]).
    type View: From<Self> + Serialize + JsonSchema + 'static;

    /// The path of all.
    const COLLECTION: &'static str;
    /// The path of one.
    const ITEM: &'static str;
    /// What the document calls it.
    const NAMES: Names;

    /// The value that a body asks for.
    fn create(owner: Self::Owner, body: Self::Create) -> std::result::Result<Self, Faults>;
    /// Changes the value as a body asks.
    fn update(&mut self, body: &Self::Update);
    /// What is wrong with a change by itself, beyond its schema.
    fn check_update(_body: &Self::Update) -> std::result::Result<(), Faults> {
        Ok(())
    }
    /// What a query asks for.
    fn filter(owner: Self::Owner, query: Self::Query) -> Self::Filter;
    /// Whether its address begins with `owner`.
    fn belongs_to(&self, _owner: Self::Owner) -> bool {
        true
    }
}

/// What the document calls a kind of reference data.
pub(super) struct Names {
    /// The group of its operations.
    pub(super) tag: &'static str,
    /// One, with its article.
    pub(super) one: &'static str,
    /// Several.
    pub(super) many: &'static str,
    /// One, in operation ids.
    pub(super) one_id: &'static str,
    /// Several, in operation ids.
    pub(super) many_id: &'static str,
}

/// Mounts the five operations.
pub(super) fn routes<T: Catalogue>(config: &mut ServiceConfig<'_>) {
    config
        .service(resource(T::COLLECTION).get(list::<T>).post(create::<T>))
        .service(resource(T::ITEM).get(show::<T>).patch(update::<T>).delete(delete::<T>));
}

type CollectionOf<T> = <<T as Catalogue>::Owner as Owner>::Collection;
type ItemOf<T> = <<T as Catalogue>::Owner as Owner>::Item<<T as scheduling_domain::record::Entity>::Id>;
type View<T> = Stored<<T as Catalogue>::View>;

fn list<T: Catalogue>(
    caller: Caller,
    at: CollectionOf<T>,
    query: Paged<T::Query>,
) -> ResponseWrapper<impl Future<Output = Result<Listed<View<T>>>>, Description<List<T>>> {
    described(async move {
        let owner = T::Owner::of_collection(at);
        owner.require(&caller).await?;
        let filter = T::filter(owner, query.filter);
        let page = catalogue::list::<T>(&caller.app, &caller.actor, filter, query.page).await?;
        Ok(Listed(page.map(Stored::from)))
    })
}

fn create<T: Catalogue>(
    caller: Caller,
    at: CollectionOf<T>,
    key: Idempotent,
    body: JsonBody<T::Create>,
    request: HttpRequest,
) -> ResponseWrapper<impl Future<Output = Result<Created<View<T>>>>, Description<Create<T>>> {
    described(async move {
        let owner = T::Owner::of_collection(at);
        owner.require(&caller).await?;
        let JsonBody(body) = body;
        let value = T::create(owner, body)?;
        let path = request.path().to_owned();
        let answer = |record: &Record<T>| {
            let location = format!("{path}/{}", record.id);
            Created::new(Stored::from(record.clone())).version(record.version).location(location)
        };
        settled(&caller, key, answer, async |call| catalogue::create(&caller.app, &call, &value).await).await
    })
}

fn show<T: Catalogue>(
    caller: Caller,
    at: ItemOf<T>,
) -> ResponseWrapper<impl Future<Output = Result<Body<View<T>>>>, Description<Show<T>>> {
    described(async move {
        let (owner, id) = T::Owner::of_item(at);
        let record = catalogue::get::<T>(&caller.app, &caller.actor, id).await?;
        if !record.belongs_to(owner) {
            return Err(Code::NotFound.into());
        }
        Ok(Body::new(Stored::from(record.clone())).version(record.version))
    })
}

fn update<T: Catalogue>(
    caller: Caller,
    at: ItemOf<T>,
    expected: OptionalIfMatch,
    body: JsonBody<T::Update>,
) -> ResponseWrapper<impl Future<Output = Result<Body<View<T>>>>, Description<Update<T>>> {
    described(async move {
        let id = require_item::<T>(&caller, at).await?;
        let JsonBody(body) = body;
        T::check_update(&body)?;
        let call = Call::new(&caller.actor);
        let edit = |value: &mut T| value.update(&body);
        let settled = catalogue::update(&caller.app, &call, id, expected.0, &edit).await?;
        Body::settled(settled, |record: &Record<T>| Body::new(Stored::from(record.clone())).version(record.version))
    })
}

fn delete<T: Catalogue>(
    caller: Caller,
    at: ItemOf<T>,
    expected: OptionalIfMatch,
) -> ResponseWrapper<impl Future<Output = Result<NoContent>>, Description<Delete<T>>> {
    described(async move {
        let id = require_item::<T>(&caller, at).await?;
        catalogue::delete::<T>(&caller.app, &Call::new(&caller.actor), id, expected.0).await?;
        Ok(NoContent)
    })
}

/// The id of an item that its address truly leads to. Only what belongs to somebody has to be read for that.
async fn require_item<T: Catalogue>(caller: &Caller, at: ItemOf<T>) -> Result<T::Id> {
    let (owner, id) = T::Owner::of_item(at);
    if T::Owner::OWNS {
        let record = catalogue::get::<T>(&caller.app, &caller.actor, id).await?;
        if !record.belongs_to(owner) {
            return Err(Code::NotFound.into());
        }
    }
    Ok(id)
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident: $takes:ty => $answers:ty, $id:literal $named:ident, $verb:literal $noun:ident, $more:expr;)+) => {$(
        $(#[$doc])*
        struct $name<T>(PhantomData<T>);

        impl<T: Catalogue> Described for $name<T> {
            type Takes = $takes;
            type Answers = $answers;

            fn id() -> String {
                format!(concat!($id, "{}"), T::NAMES.$named)
            }
            fn summary() -> String {
                format!(concat!($verb, " {}"), T::NAMES.$noun)
            }
            fn description() -> Option<&'static str> {
                $more
            }
            fn tag() -> &'static str {
                T::NAMES.tag
            }
        }
    )+};
}

operations! {
    /// `GET` of all.
    List: (Caller, CollectionOf<T>, Paged<T::Query>) => Listed<View<T>>, "list" many_id, "List" many,
        Some("Those that match and that the caller may see, in order of id.");
    /// `POST`.
    Create: (Caller, CollectionOf<T>, Idempotent, JsonBody<T::Create>) => Created<View<T>>, "create" one_id, "Create" one,
        None;
    /// `GET` of one.
    Show: (Caller, ItemOf<T>) => Body<View<T>>, "show" one_id, "Show" one, None;
    /// `PATCH`.
    Update: (Caller, ItemOf<T>, OptionalIfMatch, JsonBody<T::Update>) => Body<View<T>>, "update" one_id, "Change" one,
        Some("What is absent stays; `null` clears what may be empty. With `If-Match`, only when nobody changed it since.");
    /// `DELETE`.
    Delete: (Caller, ItemOf<T>, OptionalIfMatch) => NoContent, "delete" one_id, "Delete" one,
        Some("Refused with `in_use` while other records refer to it.");
}
