//! What was deleted from a directory, and by which transaction.

use std::collections::{HashMap, VecDeque};

use zoowarden_shared::Zxid;

/// So many are kept: about a minute's.
const KEPT: usize = 2000;

/// By name. `None` is a deletion that got no answer: it may have happened or not.
#[derive(Debug, Default)]
pub(super) struct Gone {
    by: HashMap<String, Option<Zxid>>,
    /// The same names and some that were forgotten, oldest first.
    order: VecDeque<String>,
}

impl Gone {
    pub(super) fn note(&mut self, name: &str, by: Option<Zxid>) {
        self.by.insert(name.to_owned(), by);
        self.order.push_back(name.to_owned());
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.by.remove(&oldest);
        }
    }

    /// Whether it was deleted, and by what.
    pub(super) fn of(&self, name: &str) -> Option<Option<Zxid>> {
        self.by.get(name).copied()
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.by.remove(name);
    }

    /// Up to this transaction it is there: whether that undoes its deletion, which is told once.
    pub(super) fn is_back(&mut self, name: &str, zxid: Zxid) -> bool {
        let is_back = matches!(self.of(name), Some(Some(by)) if by <= zxid);
        if is_back {
            self.forget(name);
        }
        is_back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut gone = Gone::default();
        for number in 0..3 * KEPT {
            gone.note(&number.to_string(), None);
        }
        assert_eq!((gone.by.len(), gone.order.len()), (KEPT, KEPT));
    }
}
