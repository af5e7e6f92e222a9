//! A TLS certificate runs out: a member's, as it showed it to us, or our own.

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    clock::date_and_time,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 30,
        least: 1,
        most: 365,
        unit: "days before",
    }),
    hold_off_ms: 10_000,
    ..About::of("certificate", "a TLS certificate expires")
};

/// From here on it is no more a matter of the next weeks.
const URGENT_DAYS: i64 = 7;
const DAY_S: i64 = 86_400;

#[derive(Clone, Copy, Debug)]
pub(super) struct CertificateExpires;

impl Rule for CertificateExpires {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let before = i64::try_from(threshold).unwrap_or(i64::MAX);
        let members = model.members.iter().filter_map(|member| {
            let not_after_s = member.certificate.as_ref()?.not_after_s;
            let subject = Subject::Member(member.address.clone());
            Some((subject, evidence.name(member), not_after_s))
        });
        let own = model.cluster.way.own_not_after_s;
        let own = own.map(|not_after_s| {
            let name = "this console".to_owned();
            (Subject::Console, name, not_after_s)
        });
        let found = members
            .chain(own)
            .filter_map(|(subject, name, not_after_s)| {
                let left_s = not_after_s.saturating_sub(model.now.wall_ms.div_euclid(1000));
                let days = left_s.div_euclid(DAY_S);
                (days < before).then(|| finding(subject, &name, not_after_s, left_s))
            });
        found.collect()
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        if !model.cluster.way.tls {
            return CanTell::No(
                "this cluster is reached without TLS: [cluster.tls] in console.toml".to_owned(),
            );
        }
        let all = model.members.len();
        let shown = model.members.iter().filter(|m| m.certificate.is_some());
        match shown.count() {
            n if n < all => CanTell::Partly(format!("{n} of {all} members have shown theirs")),
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

fn finding(subject: Subject, name: &str, not_after_s: i64, left_s: i64) -> Finding {
    let days = left_s.div_euclid(DAY_S);
    let until = date_and_time(not_after_s.saturating_mul(1000));
    let (title, sentence) = if left_s < 0 {
        (
            format!("the certificate of {name} has expired"),
            format!(
                "The TLS certificate of {name} expired on {until} UTC: nobody who checks it connects."
            ),
        )
    } else {
        (
            format!("the certificate of {name} expires"),
            format!("The TLS certificate of {name} expires on {until} UTC, in {days} days."),
        )
    };
    Finding {
        rule: ABOUT.name,
        subject,
        // It stops no write by itself, and no restart mends it.
        urgency: match days {
            URGENT_DAYS.. => Urgency::Low,
            _ => Urgency::Normal,
        },
        title,
        sentence,
        why: vec![format!(
            "as it was shown when this console connected; {until} UTC"
        )],
        suggestion: Suggestion::advice(
            "Renew it. Apache's members read a new one at a restart, or by themselves with \
             zookeeper.client.certReload=true (3.8.1 and later).",
        ),
    }
}
