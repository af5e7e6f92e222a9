//! What a znode's path may be (`PathUtils.validatePath`), and its parts.

/// Why a string is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing at all.
    #[error("path length must be > 0")]
    Empty,
    /// Relative to nothing.
    #[error("path must start with /")]
    NotAbsolute,
    /// A last name that is empty.
    #[error("path must not end with /")]
    TrailingSlash,
    /// `//`.
    #[error("empty node name specified @{0}")]
    EmptyName(usize),
    /// `.` or `..` as a name.
    #[error("relative paths not allowed @{0}")]
    Relative(usize),
    /// A control character, a surrogate, a private-use or a special one.
    #[error("invalid character @{0}")]
    BadCharacter(usize),
}

/// Checks a path as Apache does.
///
/// # Errors
/// [`PathError`], with the place of the fault in UTF-16 units less those before it that are
/// beyond ASCII (a position for people, not for programs).
pub fn validate(path: &str) -> Result<(), PathError> {
    let bytes = path.as_bytes();
    match bytes {
        [] => return Err(PathError::Empty),
        [b'/'] => return Ok(()),
        [b'/', ..] => {}
        _ => return Err(PathError::NotAbsolute),
    }
    if bytes.ends_with(b"/") {
        return Err(PathError::TrailingSlash);
    }
    let mut at = 1;
    for name in path[1..].split('/') {
        match name {
            "" => return Err(PathError::EmptyName(at)),
            "." | ".." => return Err(PathError::Relative(at)),
            _ => {}
        }
        if let Some((offset, _)) = name.char_indices().find(|&(_, c)| is_forbidden(c)) {
            return Err(PathError::BadCharacter(at + offset));
        }
        at += name.len() + 1;
    }
    Ok(())
}

/// Checks the path of a sequential create, whose last name may be empty before its number.
///
/// # Errors
/// As [`validate`].
pub fn validate_sequential(path: &str) -> Result<(), PathError> {
    if path.ends_with('/') {
        let mut numbered = String::with_capacity(path.len() + 1);
        numbered.push_str(path);
        numbered.push('1');
        return validate(&numbered);
    }
    // A name such as ".." is no relative path once a number follows it.
    match validate(path) {
        Err(PathError::Relative(at)) if !path[at..].contains('/') => Ok(()),
        other => other,
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}')
        // Java sees a character beyond the BMP as two surrogates, which it forbids.
        || c > '\u{ffff}'
}

/// The parent's path and the last name; `None` for the root. The root's children have the
/// parent `/`.
#[must_use]
pub fn split(path: &str) -> Option<(&str, &str)> {
    match path.rsplit_once('/')? {
        (_, "") => None,
        ("", name) => Some(("/", name)),
        (parent, name) => Some((parent, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_paths() {
        for path in ["/", "/a", "/a/b.c", "/..a", "/a/...", "/\u{4e2d}", "/a b"] {
            assert_eq!(validate(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn bad_paths() {
        use PathError::*;
        for (path, why) in [
            ("", Empty),
            ("a", NotAbsolute),
            ("/a/", TrailingSlash),
            ("//a", EmptyName(1)),
            ("/a//b", EmptyName(3)),
            ("/./a", Relative(1)),
            ("/a/..", Relative(3)),
            ("/a\u{0}", BadCharacter(2)),
            ("/\u{f8ff}", BadCharacter(1)),
            ("/\u{fffd}", BadCharacter(1)),
            ("/\u{1f600}", BadCharacter(1)),
        ] {
            assert_eq!(validate(path), Err(why), "{path:?}");
        }
    }

    #[test]
    fn a_sequential_path_may_end_where_its_number_begins() {
        assert_eq!(validate_sequential("/a/"), Ok(()));
        assert_eq!(validate_sequential("/"), Ok(()));
        assert_eq!(validate_sequential("/a/.."), Ok(()));
        assert!(validate_sequential("/../a").is_err());
        assert!(validate_sequential("a").is_err());
    }

    #[test]
    fn paths_split_at_the_last_slash() {
        assert_eq!(split("/"), None);
        assert_eq!(split("/a"), Some(("/", "a")));
        assert_eq!(split("/a/b"), Some(("/a", "b")));
    }
}
