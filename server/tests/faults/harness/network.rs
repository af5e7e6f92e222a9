//! What lies between members, and what can be done to it. Clients always reach all of them.

/// A network whose directions between two members fail one by one.
pub(crate) trait Network {
    /// Lets nothing that `from` sends reach `to` from now on.
    fn cut_one_way(&self, from: &[usize], to: &[usize]);

    /// Lets everything through again.
    fn heal(&self);

    /// Lets nothing through between these groups of members from now on.
    fn cut(&self, these: &[usize], those: &[usize]) {
        self.cut_one_way(these, those);
        self.cut_one_way(those, these);
    }
}

/// How the members of an ensemble are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// Each in a network namespace: packets are lost, the kernel's TCP is in it. Needs root.
    #[cfg(target_os = "linux")]
    Namespaces,
    /// All on loopback, a proxy before each: streams stand still. Needs nothing.
    Proxies,
}
