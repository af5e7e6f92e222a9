//! A file as the body of an HTTP request: read as fast as it is sent, a few chunks in memory.

use std::{
    fs::File,
    io::{self, Read as _},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// What is read at once, bytes, and how many of these wait for a slow receiver.
const CHUNK: usize = 64 << 10;
const WAITING: usize = 4;

/// The next bytes of a file; it is an error where it ends before them.
#[derive(Debug)]
pub(crate) struct FileBody {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl FileBody {
    /// Begins to read, on a thread for what blocks; it ends with what is returned.
    pub(crate) fn new(mut file: File, len: u64) -> Self {
        let (sender, chunks) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let mut left = len;
            while left > 0 {
                let chunk = read_chunk(&mut file, left);
                left -= chunk.as_ref().map_or(left, |chunk| chunk.len() as u64);
                // Who sends it may have given up.
                if sender.blocking_send(chunk).is_err() {
                    return;
                }
            }
        });
        Self { chunks, left: len }
    }
}

fn read_chunk(file: &mut File, left: u64) -> io::Result<Bytes> {
    let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
    let mut chunk = vec![0; most];
    let len = file.read(&mut chunk)?;
    if len == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    chunk.truncate(len);
    Ok(chunk.into())
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = ready!(self.chunks.poll_recv(context));
        Poll::Ready(next.map(|chunk| {
            let chunk = chunk?;
            self.left -= chunk.len() as u64;
            Ok(Frame::data(chunk))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_file_is_sent_in_chunks_and_a_shorter_one_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 3 * CHUNK + 5]).unwrap();
        let open = || File::open(file.path()).unwrap();
        let mut body = FileBody::new(open(), 3 * CHUNK as u64 + 5);
        let mut sent = 0;
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            assert!(data.len() <= CHUNK, "{}", data.len());
            sent += data.len();
        }
        assert_eq!(sent, 3 * CHUNK + 5);
        let longer = FileBody::new(open(), 4 * CHUNK as u64);
        let fault = longer.collect().await.unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::UnexpectedEof);
    }
}
