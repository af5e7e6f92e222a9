//! A segment with other texts in the place of its own, for those who may not know whose it is.

use std::io::{self, Write as _};

use serde_json::Value;

use super::{
    format::{chunk, read_body, read_head, read_origin, write_origin},
    seen::Moment,
};

/// The segment again, each of its values as `replace` gives it: its header, then one moment
/// after the other. What `replace` makes unreadable is left out, and so is a torn or damaged
/// part.
///
/// # Errors
/// When it is no segment.
pub fn rewrite(bytes: &[u8], mut replace: impl FnMut(Value) -> Value) -> io::Result<Vec<u8>> {
    let mut input = bytes;
    let (origin, _) = read_origin(&mut input)?;
    let origin = serde_json::from_value(replace(serde_json::to_value(origin)?))?;
    let mut out = Vec::with_capacity(bytes.len());
    write_origin(&mut out, &origin)?;
    while let Some(head) = read_head(&mut input) {
        let length = head.body_bytes as usize;
        let Some((mut body, after)) = input.split_at_checked(length) else {
            break;
        };
        input = after;
        let Ok(moments) = read_body(&mut body, &head) else {
            continue;
        };
        let mut lines = Vec::new();
        for moment in moments {
            let moment = replace(serde_json::to_value(moment)?);
            let Ok(moment) = serde_json::from_value::<Moment>(moment) else {
                continue;
            };
            serde_json::to_writer(&mut lines, &moment)?;
            lines.push(b'\n');
        }
        out.write_all(&chunk(&lines, head.first_ms, head.last_ms)?)?;
    }
    Ok(out)
}
