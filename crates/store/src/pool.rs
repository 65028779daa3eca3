//! A few connections, shared: taken in turn, given back without a word to the server. sqlx's own pool sends a ping each
//! time one comes back, which is a second trip for every statement that runs alone.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that rested longer may have died unseen: it is asked before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// A connection that runs statements without parameters.
pub(crate) trait Run: Connection {
    /// Runs them.
    fn run(&mut self, statements: &'static str) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Run for SqliteConnection {
    async fn run(&mut self, statements: &'static str) -> Result<(), sqlx::Error> {
        self.execute(statements).await.map(drop)
    }
}

impl Run for PgConnection {
    async fn run(&mut self, statements: &'static str) -> Result<(), sqlx::Error> {
        self.execute(statements).await.map(drop)
    }
}

/// Connections of one kind. Clones share them.
pub(crate) struct Pool<C: Run>(Arc<Inner<C>>);

impl<C: Run> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<C: Run> {
    options: C::Options,
    /// What each connection is told first.
    greeting: Option<&'static str>,
    size: u32,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<(C, Instant)>>,
}

impl<C: Run + 'static> Pool<C> {
    /// At most `size` connections; the first is made now, so that what is wrong with all shows at once.
    pub(crate) async fn connect(
        options: C::Options,
        size: u32,
        greeting: Option<&'static str>,
    ) -> Result<Self, StoreError> {
        let places = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1)));
        let pool = Self(Arc::new(Inner { options, greeting, size, places, idle: Mutex::default() }));
        drop(pool.acquire().await?);
        Ok(pool)
    }

    /// Waits for its turn and takes a connection.
    pub(crate) async fn acquire(&self) -> Result<Pooled<C>, StoreError> {
        let turn = tokio::time::timeout(PATIENCE, self.0.places.clone().acquire_owned());
        let place = turn.await.map_err(|_| StoreError::Busy(None))?.map_err(|_| StoreError::Unavailable(None))?;
        let hold = |conn| Pooled { conn: Some(conn), home: Some((self.0.clone(), place)), open: false, sound: true };
        while let Some((mut conn, since)) = self.take() {
            if since.elapsed() < RESTED || conn.ping().await.is_ok() {
                return Ok(hold(conn));
            }
        }
        let connect = async {
            let mut conn: C = self.0.options.connect().await?;
            if let Some(greeting) = self.0.greeting {
                conn.run(greeting).await?;
            }
            Ok::<_, sqlx::Error>(conn)
        };
        let made = tokio::time::timeout(PATIENCE, connect).await.map_err(|_| StoreError::Unavailable(None))?;
        Ok(hold(made?))
    }

    /// Takes a connection and opens a transaction on it.
    pub(crate) async fn begin(&self, statement: &'static str) -> Result<Pooled<C>, StoreError> {
        let mut conn = self.acquire().await?;
        conn.begin(statement).await?;
        Ok(conn)
    }

    fn take(&self) -> Option<(C, Instant)> {
        self.0.idle.lock().pop()
    }

    /// Waits for those in use, then closes all. Whoever comes later finds the pool unavailable.
    pub(crate) async fn close(&self) {
        let all = self.0.places.acquire_many(self.0.size).await;
        self.0.places.close();
        drop(all);
        let idle = std::mem::take(&mut *self.0.idle.lock());
        for (conn, _) in idle {
            let _ = conn.close().await;
        }
    }
}

/// A connection in use. Dropped, it goes back; what it left half-way is undone first, beside the caller.
pub(crate) struct Pooled<C: Run + 'static> {
    conn: Option<C>,
    home: Option<(Arc<Inner<C>>, OwnedSemaphorePermit)>,
    /// Whether a transaction is open, or may be.
    open: bool,
    /// Whether every statement was run to its end and none failed.
    sound: bool,
}

impl<C: Run + 'static> Pooled<C> {
    /// Whether a transaction is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Opens a transaction.
    pub(crate) async fn begin(&mut self, statement: &'static str) -> Result<(), StoreError> {
        (self.open, self.sound) = (true, false);
        Run::run(&mut **self, statement).await?;
        self.sound = true;
        Ok(())
    }

    /// Ends the transaction. Its outcome is open when this fails or is not waited for.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.sound = false;
        Run::run(&mut *self, "COMMIT").await?;
        (self.open, self.sound) = (false, true);
        Ok(())
    }

    /// The caller opened a transaction by a statement of its own, or is about to.
    pub(crate) fn set_open(&mut self) {
        self.open = true;
    }

    /// Notes whether the last statement was run to its end. One that is not trusted is looked at before anybody else
    /// gets it.
    pub(crate) fn trust(&mut self, sound: bool) {
        self.sound = sound;
    }
}

impl<C: Run + 'static> Deref for Pooled<C> {
    type Target = C;

    #[expect(clippy::expect_used, reason = "it is taken by Drop alone")]
    fn deref(&self) -> &C {
        self.conn.as_ref().expect("a connection in use")
    }
}

impl<C: Run + 'static> DerefMut for Pooled<C> {
    #[expect(clippy::expect_used, reason = "it is taken by Drop alone")]
    fn deref_mut(&mut self) -> &mut C {
        self.conn.as_mut().expect("a connection in use")
    }
}

impl<C: Run + 'static> Drop for Pooled<C> {
    fn drop(&mut self) {
        let (Some(mut conn), Some((home, place))) = (self.conn.take(), self.home.take()) else { return };
        let (open, sound) = (self.open, self.sound);
        if sound && !open {
            home.idle.lock().push((conn, Instant::now()));
            return;
        }
        // Without a runtime the process is ending: the server undoes what a closed connection left open.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let ended = async {
                if open {
                    conn.run("ROLLBACK").await?;
                }
                if sound { Ok(()) } else { conn.ping().await }
            };
            if ended.await.is_ok() {
                home.idle.lock().push((conn, Instant::now()));
            }
            drop(place);
        });
    }
}
