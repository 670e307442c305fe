//! Shared cache on Redis.
