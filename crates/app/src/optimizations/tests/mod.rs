//! What runs of the optimiser come to, on the demonstration company.

mod apply;
mod demo;
mod lifecycle;
mod work;
mod world;
