//! Request bodies of one path and a little more, read from the bytes as they arrived.
//!
//! What is left over behind the fields is ignored, and a null path is no path: both as in
//! Apache, where the latter ends in a `MarshallingError` too.

use std::borrow::Cow;

use zoowarden_shared::ErrorCode;

/// A path that borrows from the request.
pub(super) type Path<'a> = Cow<'a, str>;

/// getACL, sync, getEphemerals, getAllChildrenNumber.
pub(super) fn path(mut body: &[u8]) -> Result<Path<'_>, ErrorCode> {
    take_string(&mut body)
}

/// getData, exists, getChildren, getChildren2.
pub(super) fn path_watch(mut body: &[u8]) -> Result<(Path<'_>, bool), ErrorCode> {
    let path = take_string(&mut body)?;
    match body.first() {
        Some(&watch) => Ok((path, watch != 0)),
        None => Err(ErrorCode::MarshallingError),
    }
}

/// addWatch, checkWatches, removeWatches.
pub(super) fn path_number(mut body: &[u8]) -> Result<(Path<'_>, i32), ErrorCode> {
    let path = take_string(&mut body)?;
    let number = take_i32(&mut body)?;
    Ok((path, number))
}

fn take_string<'a>(body: &mut &'a [u8]) -> Result<Path<'a>, ErrorCode> {
    let length = usize::try_from(take_i32(body)?).map_err(|_| ErrorCode::MarshallingError)?;
    let (text, rest) = body
        .split_at_checked(length)
        .ok_or(ErrorCode::MarshallingError)?;
    *body = rest;
    Ok(String::from_utf8_lossy(text))
}

fn take_i32(body: &mut &[u8]) -> Result<i32, ErrorCode> {
    let (number, rest) = body
        .split_first_chunk()
        .ok_or(ErrorCode::MarshallingError)?;
    *body = rest;
    Ok(i32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_up_to_its_last_field() {
        let body = [0, 0, 0, 2, b'/', b'a', 1, 9, 9];
        assert_eq!(path(&body), Ok(Cow::from("/a")));
        assert_eq!(path_watch(&body), Ok((Cow::from("/a"), true)));
        assert!(path_number(&body).is_err());
    }

    #[test]
    fn lengths_that_cannot_be_are_errors() {
        for body in [
            &[][..],
            &[0, 0, 0],
            &[0, 0, 0, 2, b'/'],
            &[0xff; 4],
            &[0x7f, 0xff, 0xff, 0xff, b'/'],
        ] {
            assert_eq!(path(body), Err(ErrorCode::MarshallingError));
        }
    }
}
