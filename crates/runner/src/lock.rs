//! Mutexes whose contents are whole whatever their last holder did: the store's way to lock them.

pub(crate) use reporunner_store::lock;
