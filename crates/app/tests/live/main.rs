//! What runs by itself: called workflows, error workflows, waits, watched folders, queues. On a
//! clock that the test moves.

mod children;
mod errors;
mod queue;
mod stops;
mod support;
mod waits;
mod watch;
