//! One endpoint that is AWS, here.
