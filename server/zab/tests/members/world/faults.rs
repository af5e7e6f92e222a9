//! What goes wrong: crashes, pauses, cuts.

use zoowarden_shared::Sid;

use super::{Message, World};

impl World {
    /// The process dies; what its disk has not flushed is lost, or not.
    pub(crate) fn crash(&mut self, sid: Sid) {
        self.note(format!("{sid} crashes"));
        let spared = self.rng.below(4);
        let member = self.member(sid);
        member.zab = None;
        member.serving = None;
        member.life += 1;
        if spared == 0 {
            member.disk.flushed = member.disk.log.len();
        }
        self.break_links(|one, _| one == sid);
        for other in self.others(sid) {
            self.post(other, 1000, Message::ElectionLink(sid, false));
        }
    }

    /// The member stands still: nothing is lost, and nothing is handled.
    pub(crate) fn pause(&mut self, sid: Sid) {
        self.note(format!("{sid} stands still"));
        self.paused.insert(sid, Vec::new());
    }

    /// It goes on, with all that came meanwhile.
    pub(crate) fn resume(&mut self, sid: Sid) {
        self.note(format!("{sid} goes on"));
        for (life, message) in self.paused.remove(&sid).unwrap_or_default() {
            if self.members[&sid].life == life {
                self.post(sid, 0, message);
            }
        }
    }

    /// Nothing passes between these two any more, and their connections end.
    pub(crate) fn cut(&mut self, one: Sid, other: Sid) {
        self.note(format!("{one} and {other} are cut off"));
        self.cut.insert((one, other));
        self.cut.insert((other, one));
        self.break_links(|left, right| {
            (left, right) == (one, other) || (right, left) == (one, other)
        });
        self.post(one, 1000, Message::ElectionLink(other, false));
        self.post(other, 1000, Message::ElectionLink(one, false));
    }

    pub(crate) fn heal(&mut self) {
        self.note("healed");
        for (one, other) in std::mem::take(&mut self.cut) {
            if self.is_up(one) && self.is_up(other) {
                self.post(one, 500, Message::ElectionLink(other, true));
            }
        }
    }

    pub(super) fn is_cut(&self, one: Sid, other: Sid) -> bool {
        self.cut.contains(&(one, other))
    }

    pub(super) fn break_links(&mut self, broken: impl Fn(Sid, Sid) -> bool) {
        let ends: Vec<_> = self
            .links
            .iter()
            .map(|(one, other)| (*one, *other))
            .collect();
        for (one, other) in ends {
            if broken(one.0, other.0) || broken(other.0, one.0) {
                self.links.remove(&one);
                self.links.remove(&other);
                self.post(one.0, 300, Message::Closed(one.1));
                self.post(other.0, 300, Message::Closed(other.1));
            }
        }
    }
}
