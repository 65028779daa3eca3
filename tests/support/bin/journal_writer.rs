//! A process that writes events from many tasks at once and says which are safe: `ack <position>` on standard output after
//! each commit. Harnesses kill it, or cut the power under it, and look whether what it said is true.
//!
//! `journal_writer FOLDER TASKS EVENTS-EACH`: EVENTS-EACH 0 writes until it is killed.

use std::{io::Write, path::PathBuf, sync::Arc};

use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, NewEvent, Origin, Stream};
use hoagiai_types::Env;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, tasks, each] = arguments.as_slice() else {
        anyhow::bail!("usage: journal_writer FOLDER TASKS EVENTS-EACH");
    };
    let folder = PathBuf::from(folder);
    let (tasks, each): (u32, i64) = (tasks.parse()?, each.parse()?);
    let db = open(&folder).await?;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        writers.spawn(write(db.clone(), each));
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    db.close().await;
    Ok(())
}

async fn open(folder: &std::path::Path) -> anyhow::Result<Db> {
    let keys = Arc::new(Keyring::open_or_create(&folder.join("keys"))?);
    // Checkpoints come often, so that cuts fall into them too.
    let config = DatabaseConfig { checkpoint_entries: 50, ..DatabaseConfig::sqlite(folder.join("writer.db")) };
    Ok(Db::open(&config, "writer", Migrations::NONE, keys, Env::system()).await?)
}

async fn write(db: Db, each: i64) -> anyhow::Result<()> {
    let env = db.env().clone();
    let stream = Stream { kind: "note", id: env.ids.next_uuid(env.now()) };
    let mut version = 0;
    while each == 0 || version < each {
        let mut tx = db.write().await?;
        let origin = Origin { actor: "writer".into(), purpose: None, request_id: None, record_time: env.now() };
        let payload = vec![u8::try_from(version % 251)?; 40 + usize::try_from(version % 900)?];
        let event = NewEvent { kind: "NoteTaken", valid_time: env.today(), payload };
        version = tx.append(stream, version, &origin, &[event]).await?;
        let position = tx.commit().await?.position;
        // One write: a line that is torn would be an acknowledgement that nobody gave.
        std::io::stdout().lock().write_all(format!("ack {position}\n").as_bytes())?;
    }
    Ok(())
}
