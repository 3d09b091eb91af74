//! Where the replication of changes starts and stops.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::fault::Fault;

/// Refuses a `CdcStartPosition` that is none of the documented forms: a date, a checkpoint, or an engine's own log
/// position. `now` is none of them.
pub(crate) fn check_start(position: &str) -> Result<(), Fault> {
    let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let checkpoint = position.strip_prefix("checkpoint:").is_some_and(|rest| !rest.is_empty());
    let date = position.parse::<DateTime>().is_ok();
    let oracle = digits(position);
    let postgresql =
        position.split_once('/').is_some_and(|(high, low)| hexadecimal(high) && hexadecimal(low));
    let sql_server = position.split(':').count() == 3 && position.split(':').all(hexadecimal);
    let mysql = position.rsplit_once(':').is_some_and(|(file, offset)| {
        digits(offset)
            && file.rsplit_once('.').is_some_and(|(name, number)| !name.is_empty() && digits(number))
    });
    if checkpoint || date || oracle || postgresql || sql_server || mysql {
        Ok(())
    } else {
        Err(Fault::invalid_value("Invalid CdcStartPosition format"))
    }
}

/// What a task waits for before it stops by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopAt {
    ServerTime(Timestamp),
    CommitTime(Timestamp),
}

impl StopAt {
    pub(crate) fn at(self) -> Timestamp {
        match self {
            Self::ServerTime(at) | Self::CommitTime(at) => at,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::ServerTime(_) => "STOPPED_AT_SERVER_TIME",
            Self::CommitTime(_) => "STOPPED_AT_COMMIT_TIME",
        }
    }
}

/// Reads a `CdcStopPosition`: `server_time:` or `commit_time:` and a UTC date, with a blank between in one of AWS's own
/// samples. The text of the refusal is inferred from that of the start position.
pub(crate) fn read_stop(position: &str) -> Result<StopAt, Fault> {
    let (kind, date) = position.split_once(':').ok_or_else(invalid_stop)?;
    let date: DateTime = date.trim().parse().map_err(|_| invalid_stop())?;
    let at = TimeZone::UTC.to_timestamp(date).map_err(|_| invalid_stop())?;
    match kind.trim() {
        "server_time" => Ok(StopAt::ServerTime(at)),
        "commit_time" => Ok(StopAt::CommitTime(at)),
        _ => Err(invalid_stop()),
    }
}

fn invalid_stop() -> Fault {
    Fault::invalid_value("Invalid CdcStopPosition format")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_positions_are_dates_checkpoints_and_log_positions() {
        for (position, taken) in [
            ("2018-03-08T12:12:12", true),
            ("checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002:677883278264080:#0#0#*#0#93", true),
            ("mysql-bin-changelog.000024:373", true),
            ("4AF/B00000D0", true),
            ("00000014:00000061:0001", true),
            ("1234567890", true),
            ("now", false),
            ("", false),
            ("checkpoint:", false),
            ("yesterday", false),
            ("4AF/xyz", false),
        ] {
            assert_eq!(check_start(position).is_ok(), taken, "{position}");
        }
    }

    #[test]
    fn stop_positions_are_server_and_commit_times() {
        let at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(read_stop("server_time:2026-01-02T03:04:05"), Ok(StopAt::ServerTime(at)));
        assert_eq!(read_stop("commit_time: 2026-01-02T03:04:05"), Ok(StopAt::CommitTime(at)));
        for position in
            ["", "server_time", "2026-01-02T03:04:05", "wall_time:2026-01-02T03:04:05", "server_time:x"]
        {
            assert!(read_stop(position).is_err(), "{position}");
        }
    }
}
