//! Pages of lists (AIP-158): the token is opaque, says where the next page begins and is bound to the method, the
//! caller and the filter. It gives no rights: each page is cut to the caller's areas again.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hoagiai_identity::Caller;
use hoagiai_proto::codec::Listing;
use hoagiai_types::PageSize;
use serde::{Serialize, de::DeserializeOwned};

use crate::Problem;

const BINDING: usize = 16;

/// One page of a list: how many rows, after which.
#[derive(Debug, Clone)]
pub struct Page {
    size: PageSize,
    binding: [u8; BINDING],
    after: Option<Vec<u8>>,
}

impl Page {
    /// Reads the page that a request asks for.
    ///
    /// # Errors
    /// INVALID_ARGUMENT: a negative size, or a token of another list, filter or caller.
    pub fn of<R: Listing>(request: &R, caller: &Caller) -> Result<Page, Problem> {
        let (size, token) = request.page();
        let size = PageSize::new(size)?;
        let mut context = Context::new(&SHA256);
        for part in [R::METHOD.as_bytes(), caller.subject().as_bytes(), &request.filter().encode_to_vec()] {
            // Lengths first, so that no two lists of parts read alike.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut binding = [0; BINDING];
        binding.copy_from_slice(&context.finish().as_ref()[..BINDING]);
        let after = if token.is_empty() { None } else { Some(open(token, &binding)?) };
        Ok(Page { size, binding, after })
    }

    /// The number of rows to answer.
    pub fn size(&self) -> PageSize {
        self.size
    }

    /// The sort key after which the page begins; none for the first page.
    ///
    /// # Errors
    /// INVALID_ARGUMENT: the token holds no such key.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let key = self.after.as_deref().map(serde_json::from_slice).transpose();
        key.map_err(|_| Problem::new("PAGE_TOKEN_INVALID"))
    }

    /// Cuts rows that were fetched with `size().limit()` to the page, and makes the token of the next one (empty:
    /// this is the last) from the sort key of the last row kept. Keys are integers, dates, ids: never names.
    pub fn cut<T, K: Serialize>(&self, rows: &mut Vec<T>, key: impl FnOnce(&T) -> K) -> String {
        let size = usize::from(self.size.get());
        if rows.len() <= size {
            return String::new();
        }
        rows.truncate(size);
        rows.last().map(|last| self.token(&key(last))).unwrap_or_default()
    }

    /// The token of the page after this key.
    pub fn token<K: Serialize>(&self, key: &K) -> String {
        let mut bytes = self.binding.to_vec();
        // Fails only for keys that are no JSON (maps with keys that are no text): the list then ends here.
        match serde_json::to_writer(&mut bytes, key) {
            Ok(()) => URL_SAFE_NO_PAD.encode(bytes),
            Err(_) => String::new(),
        }
    }
}

fn open(token: &str, binding: &[u8; BINDING]) -> Result<Vec<u8>, Problem> {
    let refused = || Problem::new("PAGE_TOKEN_INVALID");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    match bytes.split_first_chunk::<BINDING>() {
        Some((found, key)) if found == binding => Ok(key.to_vec()),
        _ => Err(refused()),
    }
}
