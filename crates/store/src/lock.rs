//! Mutexes whose contents are whole whatever their last holder did.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whether or not a former holder panicked. For contents that no panic leaves half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
