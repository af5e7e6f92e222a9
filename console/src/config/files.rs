//! What a console.toml names beside itself: certificates, secrets, programs. Files are read as
//! the console reads them; nothing is run.

use std::{env, os::unix::fs::PermissionsExt as _, path::Path};

use zoowarden_client::{Tls, TlsOptions};

use super::faults::{Fault, header};
use crate::{
    reach::{
        secret::{SecretSource, private_text},
        settings::{ReachSettings, TlsSection},
    },
    settings::{ClusterSettings, Settings},
};

/// What is wrong with what a text names.
#[must_use]
pub fn check(text: &str, settings: &Settings) -> Vec<Fault> {
    let mut checked = Checked {
        text,
        faults: Vec::new(),
    };
    for cluster in &settings.clusters {
        checked.cluster(cluster);
    }
    for (name, argv) in &settings.read_only_hooks {
        checked.program(None, name, argv.first());
    }
    if let Some(command) = &settings.notify.command {
        checked.program(None, "command", command.argv.first());
    }
    let webhook = settings.notify.webhook.as_ref();
    if let Some(file) = webhook.and_then(|webhook| webhook.secret_file.as_ref()) {
        let read = private_text(file).map(|_| ());
        checked.note(None, "secret_file", read);
    }
    checked.faults.sort();
    checked.faults
}

struct Checked<'a> {
    text: &'a str,
    faults: Vec<Fault>,
}

impl Checked<'_> {
    fn cluster(&mut self, cluster: &ClusterSettings) {
        let of = Some(cluster.name.as_str());
        let ReachSettings { via, tls, auth } = &cluster.reach;
        if let Some(via) = via {
            self.program(of, "via", Some(via.program()));
        }
        if let Some(tls) = tls {
            let key = if tls.ca.is_some() { "ca" } else { "cert" };
            self.note(of, key, load(tls));
        }
        for (key, source) in [("digest", &auth.digest), ("sasl", &auth.sasl)] {
            match source {
                Some(SecretSource::File(file)) => self.note(of, key, credentials(file)),
                Some(SecretSource::Command(argv)) => self.program(of, key, argv.first()),
                None => {}
            }
        }
        for (kind, hook) in &cluster.hooks.named {
            self.program(of, kind.key(), Some(hook.program()));
        }
    }

    fn program(&mut self, cluster: Option<&str>, key: &str, program: Option<impl AsRef<str>>) {
        let found = program.map_or(Ok(()), |program| find_program(program.as_ref()));
        self.note(cluster, key, found);
    }

    fn note(&mut self, cluster: Option<&str>, key: &str, result: Result<(), String>) {
        if let Err(why) = result {
            self.faults.push(Fault {
                line: line_of(self.text, cluster, key),
                message: format!("{key}: {why}"),
            });
        }
    }
}

fn load(tls: &TlsSection) -> Result<(), String> {
    let options = TlsOptions {
        ca: tls.ca.clone(),
        identity: tls.identity.clone(),
        server_name: tls.server_name.clone(),
        verify_hostname: tls.verify_hostname,
    };
    Tls::load(&options).map(|_| ())
}

/// Of `USER:PASSWORD`, nothing is repeated.
fn credentials(file: &Path) -> Result<(), String> {
    let text = private_text(file)?;
    let line = text.lines().next().unwrap_or_default();
    match line.split_once(':') {
        Some((user, _)) if !user.is_empty() => Ok(()),
        _ => Err(format!(
            "{}: expected one line, USER:PASSWORD",
            file.display()
        )),
    }
}

fn find_program(program: &str) -> Result<(), String> {
    let can_run = |path: &Path| {
        path.metadata()
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    // A place to fill in, or a path of the host on which it runs, cannot be looked at.
    if program.contains('{') || program.contains('%') {
        return Ok(());
    }
    if program.contains('/') {
        return match can_run(Path::new(program)) {
            true => Ok(()),
            false => Err(format!("expected a program, found \"{program}\"")),
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    match env::split_paths(&path).any(|dir| can_run(&dir.join(program))) {
        true => Ok(()),
        false => Err(format!("no program \"{program}\" in PATH")),
    }
}

/// The line of a key, in a cluster's sections or in any other; where it stands in another form,
/// the line of what it belongs to.
fn line_of(text: &str, cluster: Option<&str>, key: &str) -> usize {
    let mut at = 1;
    let mut own = cluster.is_none();
    let mut first = None;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim_start();
        match header(line) {
            Some("cluster") => {
                at = number;
                own = false;
            }
            Some(name) if !name.starts_with("cluster.") => own = cluster.is_none(),
            _ => {}
        }
        if let Some(name) = cluster
            && trimmed.starts_with("name")
            && trimmed.contains(&format!("\"{name}\""))
        {
            own = true;
            first = Some(at);
        }
        let is_key = trimmed
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='));
        if own && is_key {
            return number;
        }
    }
    first.unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::parse;

    #[test]
    fn files_and_programs_are_looked_at_where_they_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("digest");
        fs::write(&secret, "op:hunter2\n").unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
        let text = format!(
            "[[cluster]]\nname = \"a\"\nconnect = [\"zk1:2181\"]\n\
             via = [\"no-such-proxy\", \"%h\", \"%p\"]\n\
             [cluster.tls]\nca = \"/no/such/ca.pem\"\n\
             [cluster.auth]\ndigest = {{ file = \"{}\" }}\n\
             [cluster.hooks]\nrestart = \"no-such-hook {{host}}\"\n\
             [[cluster]]\nname = \"b\"\nconnect = [\"zk1:2181\"]\n\
             via = [\"sh\", \"%h\", \"%p\"]\n\
             [read_only_hooks]\niostat = \"no-such-iostat {{host}}\"\n",
            secret.display()
        );
        let faults = check(&text, &parse(&text, "c").unwrap());
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [4, 6, 8, 10, 16], "{faults:#?}");
        assert!(faults[2].message.contains("chmod 600"));
        assert!(
            faults
                .iter()
                .all(|fault| !fault.message.contains("hunter2"))
        );
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(check(&text, &parse(&text, "c").unwrap()).len(), 4);
        fs::write(&secret, "hunter2\n").unwrap();
        let faults = check(&text, &parse(&text, "c").unwrap());
        assert!(faults[2].message.contains("USER:PASSWORD"));
        assert!(!faults[2].message.contains("hunter2"));
    }
}
