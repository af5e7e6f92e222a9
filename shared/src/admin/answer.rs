//! Whether an answer is facts or a refusal; a refusal is evidence of its own.

use serde_json::{Map, Value};

/// What a member that does not serve says to nearly every word and command. It is alive: its
/// process answers, it has no quorum, or is still starting.
const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests";
const NOT_WHITELISTED: &str = "is not executed because it is not in the whitelist.";

/// Why a four-letter word got no facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Alive, not serving.
    #[error("alive, not serving requests")]
    NotServing,
    /// The word is closed.
    #[error("the word is not open; to open it: {config_line}")]
    NotWhitelisted {
        /// The zoo.cfg line that opens it, besides what is open by default.
        config_line: String,
    },
    /// Nothing came: the member does not know the word, or took it for something else.
    #[error("no answer to the word")]
    Empty,
}

/// Whether the answer to a word is a refusal.
#[must_use]
pub fn word_refusal(word: &str, answer: &str) -> Option<Refusal> {
    let answer = answer.trim();
    if answer.is_empty() {
        Some(Refusal::Empty)
    } else if answer.starts_with(NOT_SERVING) || (word == "isro" && answer == "null") {
        Some(Refusal::NotServing)
    } else if answer.ends_with(NOT_WHITELISTED) {
        Some(Refusal::NotWhitelisted {
            config_line: whitelist_line(&[word]),
        })
    } else {
        None
    }
}

/// The zoo.cfg line that opens these words, and srvr, which is open by default and would be
/// closed by a line that leaves it out.
#[must_use]
pub fn whitelist_line(words: &[&str]) -> String {
    let mut all = vec!["srvr"];
    for word in words {
        if !all.contains(word) {
            all.push(word);
        }
    }
    format!("4lw.commands.whitelist={}", all.join(","))
}

/// Why an AdminServer command got no facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminRefusal {
    /// Alive, not serving.
    #[error("alive, not serving requests")]
    NotServing,
    /// The command says why itself.
    #[error("{0}")]
    Error(String),
    /// The answer is no JSON object: whatever listens there is no AdminServer.
    #[error("HTTP status {status}, not an AdminServer's answer")]
    NotAnAdminServer {
        /// The HTTP status.
        status: u16,
    },
}

/// The object of an AdminServer's answer.
///
/// # Errors
/// [`AdminRefusal`]. Apache 3.8's `monitor` fails with HTTP 500 while the member does not
/// serve (`zkServer` is null), which counts as saying so.
pub fn admin_object(status: u16, body: &str) -> Result<Map<String, Value>, AdminRefusal> {
    let Ok(Value::Object(object)) = serde_json::from_str(body) else {
        return Err(no_object(status, body));
    };
    match refusal(status, object.get("error")) {
        Some(refusal) => Err(refusal),
        None => Ok(object),
    }
}

/// Why there is no object in an answer.
pub(super) fn no_object(status: u16, body: &str) -> AdminRefusal {
    if status == 500 && body.contains("zkServer") {
        AdminRefusal::NotServing
    } else {
        AdminRefusal::NotAnAdminServer { status }
    }
}

/// Why an object of this status, with this `error`, tells nothing; `None` where it does.
pub(super) fn refusal(status: u16, error: Option<&Value>) -> Option<AdminRefusal> {
    match error {
        Some(Value::String(error)) if error.starts_with(NOT_SERVING) => {
            Some(AdminRefusal::NotServing)
        }
        Some(Value::String(error)) => Some(AdminRefusal::Error(error.clone())),
        _ if !(200..300).contains(&status) => Some(AdminRefusal::NotAnAdminServer { status }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_word_names_the_line_that_opens_it() {
        assert_eq!(
            word_refusal(
                "mntr",
                "mntr is not executed because it is not in the whitelist.\n"
            ),
            Some(Refusal::NotWhitelisted {
                config_line: "4lw.commands.whitelist=srvr,mntr".to_owned()
            })
        );
        assert_eq!(whitelist_line(&["srvr"]), "4lw.commands.whitelist=srvr");
    }

    #[test]
    fn an_admin_servers_own_error_is_kept() {
        assert_eq!(
            admin_object(200, r#"{"command":"x","error":"Unknown command: x"}"#),
            Err(AdminRefusal::Error("Unknown command: x".to_owned()))
        );
        assert_eq!(
            admin_object(404, "<html>"),
            Err(AdminRefusal::NotAnAdminServer { status: 404 })
        );
        assert!(admin_object(200, r#"{"command":"x","error":null}"#).is_ok());
    }
}
