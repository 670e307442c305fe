//! The in-process cache of the embedded default.
