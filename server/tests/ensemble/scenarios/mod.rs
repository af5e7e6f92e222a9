//! What is done to an ensemble, whatever its members are.
//!
//! Each takes the kinds of the members, so that the same is asked of ours, of Apache's and of
//! both mixed: what all-Apache does not do either is not asked.

pub(crate) mod catching_up;
pub(crate) mod crashes;
pub(crate) mod membership;
pub(crate) mod sessions;
pub(crate) mod swap;
