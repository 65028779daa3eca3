//! The seam to crates/store: opens the database of a service from configuration, keeps the keys, watches over it.

use crate::{config::Tree, service::BoxError};
use hoagiai_store::{DatabaseConfig, Db, Health, Keyring, Migrations};
use hoagiai_types::Env;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// Opens databases, all under one keyring.
#[derive(Clone)]
pub(crate) struct Databases {
    tree: Tree,
    folder: PathBuf,
    key_file: PathBuf,
    keys: Arc<OnceCell<Arc<Keyring>>>,
}

impl Databases {
    /// `keys` is another keyring than that of the configuration.
    pub(crate) fn new(tree: Tree, config: &crate::config::Config, keys: Option<Arc<Keyring>>) -> Self {
        let folder = config.data.folder.clone();
        let key_file = config.keys.file.clone().unwrap_or_else(|| folder.join("keyring"));
        Self { tree, folder, key_file, keys: Arc::new(OnceCell::new_with(keys)) }
    }

    /// The keyring, made on first use.
    pub(crate) async fn keys(&self) -> Result<Arc<Keyring>, BoxError> {
        let open = || async {
            if let Some(folder) = self.key_file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            Ok::<_, BoxError>(Arc::new(Keyring::open_or_create(&self.key_file)?))
        };
        self.keys.get_or_try_init(open).await.cloned()
    }

    /// Opens, migrates and verifies the database of `section`, under the name of its journal. Without a URL: a SQLite
    /// file in the data folder.
    pub(crate) async fn open(
        &self,
        section: &str,
        journal: &'static str,
        migrations: Migrations,
        env: &Env,
    ) -> Result<Db, BoxError> {
        let path = format!("{section}.database");
        let mut config: DatabaseConfig = self.tree.section(&path)?;
        if !self.tree.has(&format!("{path}.url")) {
            std::fs::create_dir_all(&self.folder)?;
            config.url = DatabaseConfig::sqlite(self.folder.join(format!("{section}.db"))).url;
        }
        let keys = self.keys().await?;
        Ok(Db::open(&config, journal, migrations, keys, env.clone()).await?)
    }
}

/// Waits until the database can no longer be trusted to keep what it acknowledges (a failed fsync is never retried),
/// then says so: the process must end and be started again.
pub(crate) async fn watch(db: Db, broken: CancellationToken, stop: CancellationToken) {
    let mut health = db.watch_health();
    let turned = async {
        let state = health.wait_for(|health| *health != Health::Good).await;
        state.ok().map(|health| *health)
    };
    if let Some(Some(Health::Broken(reason))) = stop.run_until_cancelled(turned).await {
        tracing::error!(journal = db.journal(), reason, "the database is broken; the process ends");
        broken.cancel();
    }
}
