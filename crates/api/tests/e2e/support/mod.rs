mod client;
mod redis;
mod server;
mod stand_in;

pub(crate) use client::{Answer, Client};
pub(crate) use redis::Redis;
pub(crate) use server::{ADMIN_PASSWORD, Backend, Command, Server};
pub(crate) use stand_in::StandIn;

/// Expands a test into one per backend: `mod name { #[test] embedded, #[test] postgres_and_redis }`.
macro_rules! on_each_backend {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn embedded() {
                super::$name(crate::support::Backend::embedded()).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres_and_redis() {
                super::$name(crate::support::Backend::postgres_and_redis().await).await;
            }
        }
    )+};
}
pub(crate) use on_each_backend;
