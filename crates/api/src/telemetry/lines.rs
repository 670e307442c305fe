//! Log lines as JSON.

use tracing::{Event, Subscriber};
use tracing_bunyan_formatter::{BunyanFormattingLayer, JsonStorageLayer};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::SERVICE;

/// One bunyan object a line for each event, with the fields of the spans that it stands in.
pub(crate) fn json<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // What only traces read.
    #[expect(clippy::expect_used, reason = "bunyan's form has no core field of that name")]
    let formatter = BunyanFormattingLayer::new(SERVICE.to_owned(), writer)
        .skip_fields(["otel.kind"].into_iter())
        .expect("it is no core field");
    JsonStorageLayer.and_then(EventsOnly(formatter))
}

/// Bunyan's formatter writes lines where spans begin and end, too. They say nothing that the one line of a request does not.
struct EventsOnly<L>(L);

impl<S: Subscriber, L: Layer<S>> Layer<S> for EventsOnly<L> {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.on_event(event, context);
    }
}
