//! Texts of AWS, and of the databases behind it, as they come in: bounded, since they travel in a document that has a
//! bound, and without the secrets that a driver quotes.

use std::borrow::Cow;

/// The most characters of what a service or a database says.
const MAX_SENTENCE: usize = 4_000;

/// The most characters of a word: a status, a code.
const MAX_WORD: usize = 200;

/// The most characters of a part of a table's name. No engine has longer ones.
const MAX_NAME: usize = 512;

/// What stands for a secret.
const MASK: &str = "***";

/// Names of parameters that hold one, in connection strings and command lines.
const SECRETS: [&str; 6] = ["password", "passwd", "pwd", "secret", "secretkey", "token"];

/// A sentence.
pub(crate) fn sentence(text: &str) -> String {
    // A secret that is cut in two is one no more.
    bounded(&without_secrets(text), MAX_SENTENCE).to_owned()
}

/// A word.
pub(crate) fn word(text: &str) -> &str {
    bounded(text, MAX_WORD)
}

/// A part of a table's name.
pub(crate) fn name(text: &str) -> &str {
    bounded(text, MAX_NAME)
}

fn bounded(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).map_or(text, |(end, _)| &text[..end])
}

/// The text with a mask in place of each password: of a URI (`mongodb://user:password@host`) and of a parameter
/// (`PWD=password;`).
fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<(usize, usize)> = in_uris(text).chain(in_parameters(text)).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_unstable();
    let (mut masked, mut from) = (String::new(), 0);
    for (start, end) in secrets {
        if start >= from {
            masked.push_str(&text[from..start]);
            masked.push_str(MASK);
        }
        from = from.max(end);
    }
    masked.push_str(&text[from..]);
    Cow::Owned(masked)
}

/// Where passwords of URIs stand.
fn in_uris(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.match_indices("://").filter_map(|(at, scheme)| {
        let from = at + scheme.len();
        let authority = &text[from..];
        let authority = &authority[..authority.find(is_an_end).unwrap_or(authority.len())];
        // A password may have the characters that end it.
        let (user, _) = authority.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        (!password.is_empty()).then(|| (from + name.len() + 1, from + user.len()))
    })
}

fn is_an_end(c: char) -> bool {
    c.is_whitespace() || ['"', '\'', '<', '>', '/', '?', '#'].contains(&c)
}

/// Where values of parameters stand that hold a secret.
fn in_parameters(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.match_indices('=').filter_map(|(at, _)| {
        let before = text[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        // A character before the name may have several bytes.
        let name = before.get(start..).unwrap_or_default().to_ascii_lowercase();
        if !SECRETS.contains(&name.as_str()) {
            return None;
        }
        let value = &text[at + 1..];
        let blanks = value.len() - value.trim_start().len();
        let value = value.trim_start();
        let quoted = value.chars().next().filter(|c| ['"', '\'', '{'].contains(c));
        let length = match quoted {
            Some(quote) => {
                let close = if quote == '{' { '}' } else { quote };
                value[1..].find(close).map_or(value.len(), |end| end + 2)
            }
            None => value.find(|c: char| c.is_whitespace() || ";,&)".contains(c)).unwrap_or(value.len()),
        };
        let from = at + 1 + blanks;
        (length > 0).then_some((from, from + length))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_password_that_a_driver_quotes_is_masked() {
        for (said, kept) in [
            (
                "cannot connect to mongodb://dms:hunter2@db.example:27017/admin",
                "cannot connect to mongodb://dms:***@db.example:27017/admin",
            ),
            ("jdbc:mysql://dms:hun:ter@2@h/x failed", "jdbc:mysql://dms:***@h/x failed"),
            ("DRIVER={x};UID=dms;PWD=hunter2;SERVER=h", "DRIVER={x};UID=dms;PWD=***;SERVER=h"),
            ("host=h user=dms password = 'hunter 2' dbname=x", "host=h user=dms password = *** dbname=x"),
            ("Password={hunter;2};x", "Password=***;x"),
            ("https://h/?token=hunter2&x=1", "https://h/?token=***&x=1"),
            ("(secret=hunter2)", "(secret=***)"),
            ("ключ password=hunter2", "ключ password=***"),
        ] {
            assert_eq!(without_secrets(said), kept);
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for said in [
            "Access denied for user 'dms'@'10.0.0.1' (using password: YES)",
            "https://eu-central-1.console.aws.amazon.com/dms/v2/home?region=eu-central-1#taskDetails/orders",
            "ssh://git@host/x and mail a@b:c",
            "password=",
            "the passwords=2 of users",
            "a == b, RowsFetched=5",
        ] {
            assert_eq!(without_secrets(said), said);
        }
    }

    #[test]
    fn texts_are_bounded() {
        assert_eq!(sentence(&"é".repeat(5_000)).chars().count(), MAX_SENTENCE);
        assert_eq!(word(&"é".repeat(5_000)).chars().count(), MAX_WORD);
        assert_eq!((name("orders"), name(&"x".repeat(600)).len()), ("orders", MAX_NAME));
        let cut = format!("{} password=hunter2", "x".repeat(MAX_SENTENCE - 13));
        assert!(!sentence(&cut).contains("hun"));
    }

    const AROUND: &str = "(?s)((password|pwd|://|=|:|@|'|\"|\\{|\\}|;| |é|x){0,30}|.{0,40})";

    proptest! {
        #[test]
        fn a_password_is_masked_whatever_stands_around_it(
            before in AROUND, after in AROUND,
            form in proptest::sample::select(vec!["password=hunter2", "Pwd = 'hunter2'", "x://dms:hunter2@h"]),
        ) {
            let masked = without_secrets(&format!("{before} {form} {after}")).into_owned();
            prop_assert!(!masked.contains("hunter2"), "{masked}");
        }
    }
}
