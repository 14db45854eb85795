//! Child processes that may be killed at any time: spawning, pools, framing, limits.
//!
//! The parent side is [`Pool`]: it keeps warm children of one command line, gives each call a
//! deadline and kills the child that misses it. The child side is [`child`]: it gives up every
//! right it does not need and then answers one message after the other on its standard streams.
//! Nothing here knows the programs that run in a child, and nothing here trusts their output.
#![deny(missing_docs)]

pub mod child;

mod frame;
mod pool;
mod spawner;

pub use pool::{Error, Pool, PoolConfig};
