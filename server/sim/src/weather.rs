//! Who cannot reach whom at the moment: partitions, several at a time, one way or both.

/// A place in the network: a member, or all clients together.
pub(crate) type Place = usize;

/// The partitions in force.
#[derive(Debug)]
pub(crate) struct Weather {
    places: usize,
    /// How many partitions block the way from one place to another.
    blocked: Vec<u16>,
    in_force: Vec<(u64, Vec<(Place, Place)>)>,
    next_id: u64,
}

impl Weather {
    /// Clear weather for this many members, and the clients.
    pub(crate) fn new(members: usize) -> Self {
        let places = members + 1;
        Self {
            places,
            blocked: vec![0; places * places],
            in_force: Vec::new(),
            next_id: 0,
        }
    }

    /// Where the clients are.
    pub(crate) fn clients(&self) -> Place {
        self.places - 1
    }

    /// Blocks these ways until [`Self::heal`] of the number returned.
    pub(crate) fn block(&mut self, ways: Vec<(Place, Place)>) -> u64 {
        for (from, to) in &ways {
            self.blocked[from * self.places + to] += 1;
        }
        let id = self.next_id;
        self.next_id += 1;
        self.in_force.push((id, ways));
        id
    }

    /// Whether there was something to heal.
    pub(crate) fn heal(&mut self, id: u64) -> bool {
        let Some(index) = self.in_force.iter().position(|(its, _)| *its == id) else {
            return false;
        };
        let (_, ways) = self.in_force.remove(index);
        for (from, to) in ways {
            self.blocked[from * self.places + to] -= 1;
        }
        true
    }

    pub(crate) fn heal_all(&mut self) {
        self.in_force.clear();
        self.blocked.fill(0);
    }

    pub(crate) fn is_blocked(&self, from: Place, to: Place) -> bool {
        self.blocked[from * self.places + to] > 0
    }

    /// Whether anything is blocked between two places.
    pub(crate) fn is_cut(&self, one: Place, other: Place) -> bool {
        self.is_blocked(one, other) || self.is_blocked(other, one)
    }
}
