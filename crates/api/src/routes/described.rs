//! What the document says of handlers that are written once for many kinds of things.
//!
//! `#[api_v2_operation]` reads a handler's name and documentation from its source, where a generic handler has only one
//! of each. Here an operation is a type: it names the parts that describe themselves, and says the rest.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use actix_web::Responder;
use paperclip::actix::{OperationModifier, ResponseWrapper};
use paperclip::v2::models::{DefaultOperationRaw, DefaultSchemaRaw, SecurityScheme};
use paperclip::v2::schema::Apiv2Operation;

/// What an operation says of itself.
pub(super) trait Described {
    /// Its extractors, as a tuple.
    type Takes: Parts;
    /// What it answers when all goes well.
    type Answers: OperationModifier;

    /// Its id, unique in the document, such as `listSites`.
    fn id() -> String;
    /// What it does, in a line.
    fn summary() -> String;
    /// What else is to be known.
    fn description() -> Option<&'static str> {
        None
    }
    /// The group it belongs to.
    fn tag() -> &'static str;
}

/// Joins a handler's future with what the document says of it.
pub(super) fn described<D, F>(future: F) -> ResponseWrapper<F, Description<D>>
where
    D: Described,
    F: Future<Output: OperationModifier + Responder>,
{
    ResponseWrapper { responder: future, operations: Description(PhantomData) }
}

/// Brings a [`Described`] into the form that paperclip collects.
pub(super) struct Description<D>(PhantomData<D>);

impl<D: Described> Apiv2Operation for Description<D> {
    fn operation() -> DefaultOperationRaw {
        let mut operation = DefaultOperationRaw {
            operation_id: Some(D::id()),
            summary: Some(D::summary()),
            description: D::description().map(str::to_owned),
            tags: vec![D::tag().to_owned()],
            ..DefaultOperationRaw::default()
        };
        D::Takes::describe(&mut operation);
        D::Answers::update_response(&mut operation);
        operation
    }

    fn security_definitions() -> BTreeMap<String, SecurityScheme> {
        BTreeMap::new()
    }

    fn definitions() -> BTreeMap<String, DefaultSchemaRaw> {
        let mut definitions = BTreeMap::new();
        D::Takes::define(&mut definitions);
        D::Answers::update_definitions(&mut definitions);
        definitions
    }
}

/// Extractors that describe themselves.
pub(super) trait Parts {
    /// Adds the parameters and the security that they ask for.
    fn describe(operation: &mut DefaultOperationRaw);
    /// Adds the schemas that they use.
    fn define(definitions: &mut BTreeMap<String, DefaultSchemaRaw>);
}

macro_rules! parts {
    ($($part:ident)+) => {
        impl<$($part: OperationModifier),+> Parts for ($($part,)+) {
            fn describe(operation: &mut DefaultOperationRaw) {
                $(
                    $part::update_parameter(operation);
                    $part::update_security(operation);
                )+
            }
            fn define(definitions: &mut BTreeMap<String, DefaultSchemaRaw>) {
                $($part::update_definitions(definitions);)+
            }
        }
    };
}

parts!(A B);
parts!(A B C);
parts!(A B C D);
