//! zoo.cfg without the lines that a dynamic configuration file says instead
//! (`QuorumPeerConfig.editStaticConfig`). Unlike Apache's, comments and order stay.

use std::path::Path;

/// Keys that begin like this are the ensemble's.
const ENSEMBLE: [&[u8]; 5] = [
    b"server.",
    b"group",
    b"weight",
    b"dynamicConfigFile",
    b"peerType",
];
/// And these say where clients are served, as a server's own line may.
const CLIENTS: &[u8] = b"clientPort";

/// Whether the servers stand in the file itself.
pub(super) fn has_servers(text: &[u8]) -> bool {
    logical_lines(text).any(|line| key(line).starts_with(b"server."))
}

/// The file's text with this dynamic configuration file; without the client's address too
/// where that file has it.
pub(super) fn pointing_to(text: &[u8], dynamic: &Path, without_client: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in logical_lines(text) {
        let key = key(line);
        let goes = ENSEMBLE.iter().any(|prefix| key.starts_with(prefix))
            || (without_client && key.starts_with(CLIENTS));
        if !goes {
            out.extend_from_slice(line);
        }
    }
    if out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
    out.extend_from_slice(b"dynamicConfigFile=");
    out.extend_from_slice(dynamic.as_os_str().as_encoded_bytes());
    out.push(b'\n');
    out
}

/// The file's text with `standaloneEnabled=false`.
pub(super) fn never_standalone(text: &[u8]) -> Vec<u8> {
    let is_other = |line: &&[u8]| key(line) != b"standaloneEnabled";
    let mut out = logical_lines(text)
        .filter(is_other)
        .collect::<Vec<_>>()
        .concat();
    if out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
    out.extend_from_slice(b"standaloneEnabled=false\n");
    out
}

/// Lines with their ends; a backslash at the end of one makes the next a part of it.
fn logical_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut length = 0;
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            length += line.len();
            let content = line.trim_ascii_end();
            let backslashes = content
                .iter()
                .rev()
                .take_while(|byte| **byte == b'\\')
                .count();
            if is_comment(line) || backslashes % 2 == 0 {
                break;
            }
        }
        let (line, after) = rest.split_at(length);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

fn is_comment(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start().first(), Some(b'#' | b'!'))
}

/// What stands before the first separator of a Java properties line.
fn key(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    if is_comment(line) {
        return b"";
    }
    let end = line.iter().position(|byte| b"=: \t\r\n".contains(byte));
    &line[..end.unwrap_or(line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, without_client: bool) -> String {
        let out = pointing_to(text.as_bytes(), Path::new("/d"), without_client);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_the_other_file_says_goes_and_all_else_stays() {
        let text = "# server.1=comment\nserver.1 = a:1:2\n server.2:b:1:2\ninitLimit=5\n\
                    group.1=1:2\nweight.1=1\npeerType=observer\ndynamicConfigFile=/old\n";
        assert_eq!(
            edited(text, false),
            "# server.1=comment\ninitLimit=5\ndynamicConfigFile=/d\n"
        );
    }

    #[test]
    fn an_ensemble_of_one_is_one() {
        let out = never_standalone(b"standaloneEnabled=true\ndynamicConfigFile=/d");
        assert_eq!(out, b"dynamicConfigFile=/d\nstandaloneEnabled=false\n");
    }

    #[test]
    fn a_continued_line_goes_as_a_whole() {
        assert_eq!(
            edited("server.1=a:\\\n1:2\ndataDir=/x\\\\\nserver.2=b:1:2", false),
            "dataDir=/x\\\\\ndynamicConfigFile=/d\n"
        );
        assert!(!has_servers(b"dataDir=/x\n#server.1=a\n"));
    }

    #[test]
    fn the_clients_address_goes_only_where_it_is_given_again() {
        let text = "clientPort=2181\nclientPortAddress=h\n";
        assert_eq!(edited(text, true), "dynamicConfigFile=/d\n");
        assert!(edited(text, false).starts_with(text));
    }
}
