//! A list of pages, read to its end. A list that does not come to an end is an error: half a list would be taken for
//! the whole.

use std::error::Error;

use aws_sdk_databasemigration::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::future::pagination_stream::PaginationStream;

use crate::failure::{self, CallFailure};

/// The pages of one of the SDK's paginators.
pub(crate) struct Pages<P, E, R> {
    attempt: &'static str,
    stream: PaginationStream<Result<P, SdkError<E, R>>>,
    marker: fn(&P) -> Option<&str>,
    max: usize,
    read: usize,
    /// The marker of the page after the last one that was read.
    follows: Option<String>,
}

impl<P, E, R> Pages<P, E, R>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    /// At most `max` pages; `marker` finds in a page what names the next one.
    pub(crate) fn new(
        attempt: &'static str,
        stream: PaginationStream<Result<P, SdkError<E, R>>>,
        max: usize,
        marker: fn(&P) -> Option<&str>,
    ) -> Self {
        Pages { attempt, stream, marker, max, read: 0, follows: None }
    }

    /// The next page; `None` after the last one, whose marker is missing or empty.
    ///
    /// # Errors
    /// When the service does not answer, repeats a marker, or has more pages than `max`.
    pub(crate) async fn next(&mut self) -> Result<Option<P>, CallFailure> {
        if self.follows.is_some() && self.read == self.max {
            let came_back = format!("more than {} pages came and no end", self.max);
            return Err(CallFailure::without_answer(self.attempt, came_back));
        }
        match self.stream.next().await {
            Some(Ok(page)) => {
                self.read += 1;
                self.follows = (self.marker)(&page).filter(|marker| !marker.is_empty()).map(str::to_owned);
                Ok(Some(page))
            }
            Some(Err(error)) => Err(failure::read(self.attempt, error)),
            // The paginator ends without a word where a page names itself as the next one.
            None => match &self.follows {
                Some(marker) => {
                    let came_back = format!("the marker {marker:?} came twice, so the list has no end");
                    Err(CallFailure::without_answer(self.attempt, came_back))
                }
                None => Ok(None),
            },
        }
    }
}
