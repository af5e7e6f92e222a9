//! The change that the fields of a form make.

use bytes::Bytes;
use zoowarden_shared::{path, stat::MAX_TTL_MS};

use super::{
    super::{
        acl_text,
        change::Change,
        quota,
        refuse::{self, Verb},
        transaction::Kind,
    },
    Form, KINDS, Purpose,
};

impl Form {
    /// The change that was typed; `None` for a find.
    ///
    /// # Errors
    /// A sentence on what is not as it must be.
    pub fn change(&self) -> Result<Option<Change>, String> {
        let values = self.values();
        let value = |at: usize| values.get(at).map_or("", String::as_str);
        Ok(Some(match &self.purpose {
            Purpose::Find { .. } => return Ok(None),
            Purpose::SetData {
                path,
                seen,
                version,
            } => {
                let data = Bytes::from(value(0).to_owned());
                if data == seen {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetData {
                    path: path.clone(),
                    data,
                    seen: seen.clone(),
                    version: *version,
                }
            }
            Purpose::Create => created(&values)?,
            Purpose::SetAcl {
                path,
                seen,
                version,
            } => {
                let acl = acl_text::read(value(0))?;
                if acl == *seen {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetAcl {
                    path: path.clone(),
                    acl,
                    seen: seen.clone(),
                    version: *version,
                }
            }
            Purpose::SetQuota { path, seen } => {
                let typed = [0, 1, 2, 3].map(|at| value(at).to_owned());
                let limits = quota::read(&typed)?;
                if limits.as_ref() == seen.as_ref().map(|(limits, _)| limits) {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetQuota {
                    path: path.clone(),
                    limits,
                    seen: seen.clone(),
                }
            }
        }))
    }
}

/// The znode of a form of [`Form::create`].
fn created(values: &[String]) -> Result<Change, String> {
    let [typed, kind, ttl, acl, data] = values else {
        return Err("the form is not whole".to_owned());
    };
    let kind = match KINDS.iter().position(|known| known == kind) {
        Some(1) => Kind::Sequential,
        Some(2) => Kind::Container,
        Some(3) => {
            let wanted = || format!("TTL ms: a number from 1 to {MAX_TTL_MS}");
            let ttl_ms: i64 = ttl.trim().parse().map_err(|_| wanted())?;
            if !(1..=MAX_TTL_MS).contains(&ttl_ms) {
                return Err(wanted());
            }
            Kind::Ttl { ttl_ms }
        }
        _ => Kind::Persistent,
    };
    // A number alone is a name too: `/queue/` with a number behind it.
    let checked = match kind {
        Kind::Sequential => format!("{typed}0"),
        _ => typed.clone(),
    };
    path::validate(&checked).map_err(|fault| format!("path: {fault}"))?;
    if let Some(why) = refuse::refusal(Verb::Create, &checked) {
        return Err(why);
    }
    Ok(Change::Create {
        path: typed.clone(),
        data: Bytes::from(data.clone()),
        acl: acl_text::read(acl)?,
        kind,
    })
}
