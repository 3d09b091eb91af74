//! The `report` command: the page of a run, from what AWS shows of its execution.
//!
//! Reads a file, writes one, asks nobody. Exit status: 0 when the page is written, 2 when it cannot be.

mod arguments;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use arguments::Work;
use plan::clean::for_a_terminal;
use report::page::Page;
use report::{given, html};

const USAGE: &str = "\
usage: report DOCUMENT [--output FILE]

Writes a page about a run, to read and to forward: one HTML file, without scripts. DOCUMENT is what AWS shows of the
run's execution, - is the standard input:
  aws stepfunctions get-execution-history --execution-arn <execution> > document.json
  aws stepfunctions describe-execution --execution-arn <execution> > document.json
or the execution's output, as the console shows it. The history has most to show, and is all there is of a run that
goes on or has failed.
  --output FILE      where to write the page; target/report.html
exit status: 0 when the page is written, 2 when it cannot be";

/// The most bytes that are read: the history of the longest run, with its documents, has less.
const MAX_BYTES: u64 = 1 << 30;

fn main() -> ExitCode {
    let done = match arguments::read() {
        Ok(Work::Help) => say(USAGE),
        Ok(Work::Write { document, output }) => write(&document, &output),
        Err(error) => Err(format!("{error}\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report: {}", for_a_terminal(&error));
            ExitCode::from(2)
        }
    }
}

fn write(document: &Path, output: &Path) -> Result<(), String> {
    let name = document.display();
    let given = given::read(&read(document)?).map_err(|error| format!("{name}: {error}"))?;
    let page = Page::from_story(&given.before, &given.last);
    let written = |error| format!("{} cannot be written: {error}", output.display());
    if let Some(folder) = output.parent() {
        std::fs::create_dir_all(folder).map_err(written)?;
    }
    std::fs::write(output, html::write(&page)).map_err(written)?;
    say(&format!("{}: {}", output.display(), html::in_short(&page)))
}

fn read(path: &Path) -> Result<String, String> {
    let name = path.display();
    let unread = |error| format!("{name} cannot be read: {error}");
    let mut from: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin()),
        false => Box::new(File::open(path).map_err(unread)?),
    };
    let mut bytes = Vec::new();
    from.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("{name} has more than 1 GiB: give the answer for one execution"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{name} is no text in UTF-8: save it as that"))
}

/// Prints; a reader that has gone, such as `head`, is no error.
fn say(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout().lock(), "{}", for_a_terminal(text)) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the output could not be written: {error}"))
        }
        _ => Ok(()),
    }
}
