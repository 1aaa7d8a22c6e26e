//! Waiting for answers on the thread that asks. A runtime's own `block_on`
//! refuses to wait inside another runtime; the answers come from the thread that
//! drives the connections, so nothing more than a parked thread is needed.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for one answer.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    wait_with(&waker, future.as_mut())
}

fn wait_with<F: Future + ?Sized>(waker: &Waker, mut future: Pin<&mut F>) -> F::Output {
    let mut context = Context::from_waker(waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // A wake-up before this line is remembered by the thread.
            Poll::Pending => thread::park(),
        }
    }
}

/// Asks everything first, in order, and then gives the answers in order, until
/// one is an error.
pub(super) fn wait_in_order<F, T, E>(
    asked: impl Iterator<Item = F>,
    mut tell: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E>
where
    F: Future<Output = Result<T, E>>,
{
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    // The first look at a question sends it.
    let sent: Vec<_> = asked
        .map(|question| {
            let mut question = Box::pin(question);
            match question.as_mut().poll(&mut context) {
                Poll::Ready(answer) => Err(answer),
                Poll::Pending => Ok(question),
            }
        })
        .collect();
    for (n, question) in sent.into_iter().enumerate() {
        let answer = match question {
            Ok(mut question) => wait_with(&waker, question.as_mut()),
            Err(answer) => answer,
        };
        tell(n, answer?)?;
    }
    Ok(())
}
