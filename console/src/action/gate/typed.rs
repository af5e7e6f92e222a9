//! What the operator types into a gate, and into which field.

use crate::action::judgement::Judgement;

/// Of what is typed into a field, characters.
const FIELD_LENGTH: usize = 200;

/// How many fields there are.
const FIELDS: usize = 4;

/// A field of the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// What lets the soft checks yield.
    Reason,
    /// Who was seen to be powered off; only where somebody must be.
    PoweredOff,
    /// Of the operator's change system; may stay empty.
    Ticket,
    /// What is asked for.
    #[default]
    Confirm,
}

/// What the operator has typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub reason: String,
    pub ticket: String,
    pub powered_off: String,
    pub confirm: String,
}

impl Field {
    /// The next one that this judgement has, in the order in which they are drawn.
    pub(super) fn next(self, judgement: Option<&Judgement>) -> Self {
        let wants_reason = judgement.is_some_and(|one| one.open_soft().next().is_some());
        let wants_names = judgement.is_some_and(|one| one.powered_off.is_some());
        match self {
            Self::Confirm if wants_reason => Self::Reason,
            Self::Confirm | Self::Reason if wants_names => Self::PoweredOff,
            Self::Confirm | Self::Reason | Self::PoweredOff => Self::Ticket,
            Self::Ticket => Self::Confirm,
        }
    }

    /// The one to which this is the next.
    pub(super) fn before(self, judgement: Option<&Judgement>) -> Self {
        let mut before = self;
        for _ in 0..FIELDS {
            match before.next(judgement) {
                field if field == self => break,
                field => before = field,
            }
        }
        before
    }

    /// The next one that must not stay empty: the ticket may.
    pub(super) fn next_wanted(self, judgement: Option<&Judgement>) -> Self {
        match self.next(judgement) {
            Self::Ticket => Self::Confirm,
            wanted => wanted,
        }
    }

    /// Where typing begins.
    pub(super) fn first(judgement: &Judgement) -> Self {
        if judgement.open_soft().next().is_some() {
            Self::Reason
        } else if judgement.powered_off.is_some() {
            Self::PoweredOff
        } else {
            Self::Confirm
        }
    }
}

impl Typed {
    /// Takes in one character.
    pub(super) fn push(&mut self, field: Field, c: char) {
        let text = self.field_mut(field);
        if text.chars().count() < FIELD_LENGTH {
            text.push(c);
        }
    }

    /// What a judgement still wants, in words; empty once it can be confirmed.
    pub(super) fn missing(&self, judgement: &Judgement) -> Vec<String> {
        let mut missing = Vec::new();
        let open: Vec<&str> = judgement.open_soft().map(|check| check.name).collect();
        if !open.is_empty() && self.reason.trim().is_empty() {
            missing.push(format!("a reason for: {}", open.join(", ")));
        }
        if let Some(powered_off) = &judgement.powered_off
            && !powered_off.is_met_by(&self.powered_off)
        {
            missing.push(powered_off.ask.clone());
        }
        if !judgement.confirm.is_met_by(&self.confirm) {
            missing.push(judgement.confirm.ask.clone());
        }
        missing
    }

    pub(super) fn field_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::Reason => &mut self.reason,
            Field::Ticket => &mut self.ticket,
            Field::PoweredOff => &mut self.powered_off,
            Field::Confirm => &mut self.confirm,
        }
    }
}
