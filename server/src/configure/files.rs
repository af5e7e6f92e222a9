//! The files that are read at a start: the configuration's text, and `myid`.

use std::{fs, io, path::Path};

use anyhow::{Context, ensure};
use zoowarden_shared::{
    Sid,
    config::{ServerConfig, parse_myid},
};

/// UTF-8, or else what Java takes every properties file for: ISO 8859-1, to which no bytes are
/// wrong, so that an old comment with an accent does not stop the start.
pub(super) fn read_text(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file)
        .with_context(|| format!("{}: cannot read the configuration", file.display()))?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|fault| fault.as_bytes().iter().copied().map(char::from).collect()))
}

/// Who this server is, by `myid`, and what its own line among the servers says of it. A
/// standalone server needs neither, but uses what it has.
pub(super) fn own_sid(config: &mut ServerConfig, file: &Path) -> anyhow::Result<Sid> {
    let myid = config.data_dir.join("myid");
    let name = file.display().to_string();
    let known: Vec<_> = (config.ensemble.servers.servers.keys())
        .map(|sid| format!("server.{sid}"))
        .collect();
    let Some(sid) = read_myid(&myid)? else {
        ensure!(
            !config.is_distributed(),
            "{}: expected a file with the number of this server, one of {} in {name}; there is \
             none",
            myid.display(),
            known.join(", "),
        );
        return Ok(Sid(0));
    };
    config.apply_own_line(sid, &name)?;
    ensure!(
        !config.is_distributed() || config.ensemble.servers.servers.contains_key(&sid),
        "{}: expected one of {} in {name}, found {sid}",
        myid.display(),
        known.join(", "),
    );
    Ok(sid)
}

fn read_myid(file: &Path) -> anyhow::Result<Option<Sid>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(parse_myid(&text, &file.display().to_string())?)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault).with_context(|| format!("{}: cannot read it", file.display())),
    }
}
