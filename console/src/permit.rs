//! The right to change anything: whoever sends a change must show one, and a console that was
//! started with `--read-only` cannot make one. Enforced where changes are sent, not by keys.

/// Proof that this console may change an ensemble.
#[derive(Clone, Copy, Debug)]
pub struct Permit(());

impl Permit {
    /// A permit, unless the operator has said `--read-only`.
    #[must_use]
    pub fn unless(read_only: bool) -> Option<Self> {
        (!read_only).then_some(Self(()))
    }
}
