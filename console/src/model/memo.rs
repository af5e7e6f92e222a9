//! The last result of what costs much, kept as long as what it follows from is the same.
//!
//! For lists of tens of thousands of rows, which are needed several times for each drawing. It
//! is no state: with it or without, everything answers the same.

use std::sync::{Arc, Mutex, PoisonError};

/// A value and what it followed from.
#[derive(Debug)]
pub struct Memo<K, V>(Mutex<Option<(K, Arc<V>)>>);

impl<K: PartialEq, V> Memo<K, V> {
    /// The value that follows from this: the kept one, or a new one that is kept from now on.
    pub fn of(&self, from: K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, value)) = &*kept
            && *known == from
        {
            return Arc::clone(value);
        }
        let value = Arc::new(make());
        *kept = Some((from, Arc::clone(&value)));
        value
    }
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

/// A copy begins with nothing kept.
impl<K, V> Clone for Memo<K, V> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_again_only_where_it_follows_from_something_else() {
        let memo = Memo::default();
        assert_eq!(*memo.of(1, || "one"), "one");
        assert_eq!(*memo.of(1, || "never"), "one");
        assert_eq!(*memo.of(2, || "two"), "two");
        assert_eq!(*memo.clone().of(2, || "anew"), "anew");
    }
}
