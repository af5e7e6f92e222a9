//! The four-letter words themselves.

/// The four-letter words of Apache 3.8 (`FourLetterCommands`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Conf,
    Cons,
    Crst,
    Dirs,
    Dump,
    Envi,
    Gtmk,
    Hash,
    Isro,
    Mntr,
    Ruok,
    Srst,
    Srvr,
    Stat,
    /// Sets the trace mask to the eight bytes that follow.
    Stmk,
    Wchc,
    Wchp,
    Wchs,
}

impl Word {
    /// The length of each, which is where other clients send the length of their handshake.
    pub(crate) const BYTES: usize = 4;

    const ALL: [(&'static str, Self); 18] = [
        ("conf", Self::Conf),
        ("cons", Self::Cons),
        ("crst", Self::Crst),
        ("dirs", Self::Dirs),
        ("dump", Self::Dump),
        ("envi", Self::Envi),
        ("gtmk", Self::Gtmk),
        ("hash", Self::Hash),
        ("isro", Self::Isro),
        ("mntr", Self::Mntr),
        ("ruok", Self::Ruok),
        ("srst", Self::Srst),
        ("srvr", Self::Srvr),
        ("stat", Self::Stat),
        ("stmk", Self::Stmk),
        ("wchc", Self::Wchc),
        ("wchp", Self::Wchp),
        ("wchs", Self::Wchs),
    ];

    /// The word with which these bytes of a client begin, if it is one.
    pub(crate) fn from_start(bytes: &[u8]) -> Option<Self> {
        let start = bytes.get(..Self::BYTES)?;
        let found = Self::ALL.iter().find(|(name, _)| name.as_bytes() == start);
        found.map(|(_, word)| *word)
    }

    /// Bytes that belong to the word after its letters.
    pub(crate) fn argument_bytes(self) -> usize {
        match self {
            Self::Stmk => size_of::<i64>(),
            _ => 0,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, word)| *word == self);
        found.map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_by_its_letters_and_nothing_else_is() {
        for (name, word) in Word::ALL {
            assert_eq!(Word::from_start(name.as_bytes()), Some(word));
            assert_eq!(word.name(), name);
        }
        for other in [&b"sto"[..], b"STAT", b"\0\0\0\x2d", b"stop"] {
            assert_eq!(Word::from_start(other), None);
        }
    }
}
