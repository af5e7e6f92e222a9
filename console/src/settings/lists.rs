//! `[read_only_hooks]` and `[runbooks]`: a name and a line each.

use std::collections::BTreeMap;

use toml::Spanned;

/// Each as a program and its arguments.
pub(super) fn read_only_hooks(
    raw: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<String, Vec<String>>, (usize, String)> {
    let words = |(name, line): (String, Spanned<String>)| {
        let at = line.span().start;
        let line = line.into_inner();
        if line.contains(['"', '\'', '\\', '$', '`', '|', '&', ';', '<', '>']) {
            let message =
                format!("read_only_hooks.{name}: no shell reads it, and nothing is quoted");
            return Err((at, message));
        }
        let argv: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if argv.is_empty() {
            let message = format!("read_only_hooks.{name}: expected a program and its arguments");
            return Err((at, message));
        }
        Ok((name, argv))
    };
    raw.into_iter().map(words).collect()
}

/// Each for a rule that there is.
pub(super) fn runbooks(
    raw: BTreeMap<Spanned<String>, String>,
) -> Result<BTreeMap<String, String>, (usize, String)> {
    let rules = crate::model::alarm::rules::all();
    let checked = |(rule, url): (Spanned<String>, String)| {
        let at = rule.span().start;
        let rule = rule.into_inner();
        if rules.iter().all(|known| known.about().name != rule) {
            return Err((
                at,
                format!("runbooks: no rule \"{rule}\"; screen 9 lists them"),
            ));
        }
        Ok((rule, url))
    };
    raw.into_iter().map(checked).collect()
}

#[cfg(test)]
mod tests {
    use crate::settings::parse;

    fn wrong(text: &str) -> String {
        parse(text, "console.toml").unwrap_err().to_string()
    }

    #[test]
    fn hooks_are_words_and_runbooks_are_of_rules() {
        let text = "[read_only_hooks]\niostat = \"ssh {host} iostat -x\"\n\
                    [runbooks]\nslow-fsync = \"https://wiki.example/disk\"\n";
        let settings = parse(text, "console.toml").unwrap();
        let hook = &settings.read_only_hooks["iostat"];
        assert_eq!(hook, &["ssh", "{host}", "iostat", "-x"]);
        assert_eq!(settings.runbooks["slow-fsync"], "https://wiki.example/disk");
        let shell = "[read_only_hooks]\nx = \"df | sort\"\n";
        assert!(wrong(shell).starts_with("console.toml:2: read_only_hooks.x: no shell"));
        assert!(wrong("[runbooks]\nslow-disk = \"x\"\n").contains("no rule \"slow-disk\""));
    }
}
