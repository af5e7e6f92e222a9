//! The client's side of SASL DIGEST-MD5 (RFC 2831), for authentication alone: qop `auth`,
//! algorithm `md5-sess`. Pure: the client's nonce is an argument.
//!
//! MD5 is what ZooKeeper speaks; where passwords matter, this goes over TLS.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

/// A challenge is shorter than this (RFC 2831, 2.1.1).
const MAX_CHALLENGE: usize = 2048;

/// Who logs in, and where.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    /// `service/host` as the server has it.
    pub(super) digest_uri: &'a str,
    /// Never used before.
    pub(super) cnonce: &'a str,
}

/// What answers a challenge.
pub(super) struct Answer {
    /// The token to send.
    pub(super) response: String,
    rspauth: String,
}

/// What is wrong with a challenge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChallengeError {
    #[error("its challenge is malformed")]
    Malformed,
    #[error("its challenge has no {0}")]
    Missing(&'static str),
    #[error("it does not offer {0}")]
    Unsupported(&'static str),
    #[error("the user or the password has letters that it cannot take")]
    Letters,
}

impl Answer {
    /// Whether the server's last token proves that it knows the password too.
    pub(super) fn is_proof(&self, token: &[u8]) -> bool {
        parse(token).is_ok_and(|directives| {
            let proof = directives.iter().find(|(name, _)| name == "rspauth");
            proof.is_some_and(|(_, value)| *value == self.rspauth)
        })
    }
}

impl Login<'_> {
    /// Answers the server's challenge.
    pub(super) fn answer(&self, challenge: &[u8]) -> Result<Answer, ChallengeError> {
        let directives = parse(challenge)?;
        let get = |wanted: &str| {
            let found = directives.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let nonce = get("nonce").ok_or(ChallengeError::Missing("nonce"))?;
        if get("algorithm") != Some("md5-sess") {
            return Err(ChallengeError::Unsupported("the algorithm md5-sess"));
        }
        let offers_auth =
            get("qop").is_none_or(|qop| qop.split(',').any(|one| one.trim() == "auth"));
        if !offers_auth {
            return Err(ChallengeError::Unsupported("qop auth"));
        }
        let is_utf8 = get("charset").is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"));
        // Java's server offers its host as the one realm, and takes the one it is told.
        let realm = get("realm").unwrap_or_default();
        let key = self.key(realm, nonce, is_utf8)?;
        let (uri, cnonce) = (self.digest_uri, self.cnonce);
        let proof = |a2: String| {
            let a2 = hex(&Md5::digest(a2));
            hex(&Md5::digest(format!(
                "{key}:{nonce}:00000001:{cnonce}:auth:{a2}",
                key = *key
            )))
        };
        let digest = proof(format!("AUTHENTICATE:{uri}"));
        let mut response = String::new();
        if is_utf8 {
            response.push_str("charset=utf-8,");
        }
        put(&mut response, "username", self.user);
        put(&mut response, "realm", realm);
        put(&mut response, "nonce", nonce);
        response.push_str("nc=00000001,");
        put(&mut response, "cnonce", cnonce);
        put(&mut response, "digest-uri", uri);
        response.push_str("response=");
        response.push_str(&digest);
        response.push_str(",qop=auth");
        Ok(Answer {
            response,
            rspauth: proof(format!(":{uri}")),
        })
    }

    /// HEX(H(A1)): what both sides know, bound to the two nonces.
    fn key(
        &self,
        realm: &str,
        nonce: &str,
        is_utf8: bool,
    ) -> Result<Zeroizing<String>, ChallengeError> {
        let mut secret = Md5::new();
        for (index, part) in [self.user, realm, self.password].into_iter().enumerate() {
            if index > 0 {
                secret.update(b":");
            }
            match latin1(part) {
                Some(bytes) => secret.update(&*bytes),
                None if is_utf8 => secret.update(part),
                None => return Err(ChallengeError::Letters),
            }
        }
        let mut a1 = Md5::new();
        a1.update(secret.finalize());
        a1.update(format!(":{nonce}:{}", self.cnonce));
        Ok(Zeroizing::new(hex(&a1.finalize())))
    }
}

/// Text of ISO 8859-1 is hashed as such, even where it is sent as UTF-8 (RFC 2831, 2.1.2.1).
fn latin1(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.map(Zeroizing::new)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `name="value",`, the quotes and backslashes in it escaped.
fn put(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push_str("\",");
}

/// `name=value` and `name="quoted value"`, separated by commas.
fn parse(token: &[u8]) -> Result<Vec<(String, String)>, ChallengeError> {
    let malformed = ChallengeError::Malformed;
    let text = std::str::from_utf8(token).map_err(|_| malformed.clone())?;
    if text.len() > MAX_CHALLENGE {
        return Err(malformed);
    }
    let mut directives = Vec::new();
    let mut rest = text.trim_start_matches([',', ' ']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(ChallengeError::Malformed)?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted).ok_or(ChallengeError::Malformed)?,
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        directives.push((name.trim().to_ascii_lowercase(), value));
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(ChallengeError::Malformed);
        }
        rest = rest.trim_start_matches([',', ' ']);
    }
    Ok(directives)
}

/// A quoted string whose opening quote is gone, and what comes after it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login<'a>(digest_uri: &'a str, cnonce: &'a str) -> Login<'a> {
        Login {
            user: "chris",
            password: "secret",
            digest_uri,
            cnonce,
        }
    }

    /// RFC 2831, section 4, both of its examples.
    #[test]
    fn the_examples_of_the_rfc() {
        for (nonce, cnonce, uri, response, rspauth) in [
            (
                "OA6MG9tEQGm2hh",
                "OA6MHXh6VqTrRk",
                "imap/elwood.innosoft.com",
                "d388dad90d4bbd760a152321f2143af7",
                "ea40f60335c427b5527b84dbabcdfffd",
            ),
            (
                "OA9BSXrbuRhWay",
                "OA9BSuZWMSpW8m",
                "acap/elwood.innosoft.com",
                "6084c6db3fede7352c551284490fd0fc",
                "2f0b3d7c3c2e486600ef710726aa2eae",
            ),
        ] {
            let challenge = format!(
                "realm=\"elwood.innosoft.com\",nonce=\"{nonce}\",qop=\"auth\",\
                 algorithm=md5-sess,charset=utf-8"
            );
            let answer = login(uri, cnonce).answer(challenge.as_bytes()).unwrap();
            assert!(
                answer
                    .response
                    .contains(&format!("response={response},qop=auth"))
            );
            assert!(answer.is_proof(format!("rspauth={rspauth}").as_bytes()));
            assert!(!answer.is_proof(b"rspauth=00000000000000000000000000000000"));
            assert!(!answer.is_proof(b""));
        }
    }

    #[test]
    fn quotes_are_escaped_and_read_back() {
        let challenge =
            br#"realm="a\"b\\c", nonce="x,y=z",qop="auth-int, auth",algorithm=md5-sess"#;
        let answer = login("zookeeper/zk-sasl-md5", "n")
            .answer(challenge)
            .unwrap();
        assert!(answer.response.contains(r#"realm="a\"b\\c",nonce="x,y=z""#));
        assert!(!answer.response.contains("charset"));
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        let refused = |challenge: &str| login("s/h", "n").answer(challenge.as_bytes()).err();
        assert_eq!(
            refused("algorithm=md5-sess"),
            Some(ChallengeError::Missing("nonce"))
        );
        let crypt = "nonce=\"n\",qop=\"auth-conf\",algorithm=md5-sess";
        assert_eq!(
            refused(crypt),
            Some(ChallengeError::Unsupported("qop auth"))
        );
        let old = "nonce=\"n\"";
        assert!(matches!(refused(old), Some(ChallengeError::Unsupported(_))));
        for malformed in ["nonce", "nonce=\"n", "nonce=\"n\"x", "a=\"\\"] {
            assert_eq!(
                refused(malformed),
                Some(ChallengeError::Malformed),
                "{malformed}"
            );
        }
        let login = Login {
            password: "\u{4e2d}",
            ..login("s/h", "n")
        };
        let plain = login.answer(b"nonce=\"n\",algorithm=md5-sess").err();
        assert_eq!(plain, Some(ChallengeError::Letters));
        assert!(
            login
                .answer(b"nonce=\"n\",algorithm=md5-sess,charset=utf-8")
                .is_ok()
        );
    }
}
