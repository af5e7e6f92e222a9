//! A fault with its causes, in one line for people.

use std::error::Error;

/// The fault and each of its causes behind a colon; one that the text before it ends with already
/// is not said again.
#[must_use]
pub fn told(fault: &(dyn Error + 'static)) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{fmt, io};

    use super::*;

    #[derive(Debug)]
    struct Around(&'static str, Option<Box<dyn Error + 'static>>);

    impl fmt::Display for Around {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Around {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref()
        }
    }

    #[test]
    fn a_cause_is_said_once() {
        let system = Box::new(io::Error::other("file too large"));
        let disk = Around("cannot write log.1: file too large", Some(system));
        let whole = Around("cannot recover /data", Some(Box::new(disk)));
        let text = "cannot recover /data: cannot write log.1: file too large";
        assert_eq!(told(&whole), text);
    }
}
