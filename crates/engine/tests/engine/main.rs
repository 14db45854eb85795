//! The engine through its public surface: workflows as text in, traces out.

mod graph;
mod sim;

mod concurrent;
mod errors;
mod flags;
mod lineage;
mod order;
mod partial;
mod properties;
mod replay;
mod start;
mod stop;
