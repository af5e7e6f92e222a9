//! Sequence numbers: which beat is new, late or a duplicate, and how many were lost.

/// Beats that far ahead or behind come from another numbering: the sender has restarted.
const JUMP: u64 = 10_000;
/// How many of the latest numbers are remembered one by one: the bits of a word.
const REMEMBERED: u64 = 64;
/// Loss is averaged over about this many beats.
const MEMORY_BEATS: f64 = 1000.0;
/// A link that loses more than this is no link to judge by; the learned loss stops here.
const MAX_LOSS: f64 = 0.5;

/// What a sequence number turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Higher than all before it.
    New,
    /// Overtaken by a later one, and not seen before.
    Late,
    /// Seen before, or too old to tell.
    Duplicate,
    /// Of another numbering.
    Restart,
}

/// The numbers heard of one sender, and the loss that their gaps show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    highest: u64,
    /// Bit i: `highest - i` was heard.
    seen: u64,
    /// Beats sent and beats lost, both fading with [`MEMORY_BEATS`].
    sent: f64,
    lost: f64,
}

impl Sequence {
    pub(super) fn starting_at(seq: u64) -> Self {
        Self {
            highest: seq,
            seen: 1,
            sent: 1.0,
            lost: 0.0,
        }
    }

    pub(super) fn highest(&self) -> u64 {
        self.highest
    }

    pub(super) fn hear(&mut self, seq: u64) -> Heard {
        if seq > self.highest {
            let step = seq - self.highest;
            if step > JUMP {
                return Heard::Restart;
            }
            self.highest = seq;
            self.seen = if step < REMEMBERED {
                self.seen << step | 1
            } else {
                1
            };
            self.count(step);
            return Heard::New;
        }
        let behind = self.highest - seq;
        if behind > JUMP {
            Heard::Restart
        } else if behind >= REMEMBERED || self.seen >> behind & 1 == 1 {
            Heard::Duplicate
        } else {
            self.seen |= 1 << behind;
            self.lost = (self.lost - 1.0).max(0.0);
            Heard::Late
        }
    }

    /// The share of beats that never arrive, between 0 and [`MAX_LOSS`]. What was lost more
    /// than some thousand beats ago is forgotten: the loss is then 0 again.
    pub(super) fn loss(&self) -> f64 {
        // Less than half a beat of all that is remembered: rounding, not loss.
        if self.lost < 0.5 {
            return 0.0;
        }
        // One lost beat of the first ten is not yet a link that loses ten in a hundred.
        (self.lost / self.sent.max(100.0)).min(MAX_LOSS)
    }

    /// `step` beats were sent of which the last one arrived.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a step is at most JUMP, which a double holds exactly"
    )]
    fn count(&mut self, step: u64) {
        let step = step as f64;
        let keep = (-step / MEMORY_BEATS).exp();
        self.sent = self.sent * keep + step;
        self.lost = self.lost * keep + (step - 1.0);
    }
}
