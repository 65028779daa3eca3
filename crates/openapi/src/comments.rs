//! What the contracts say in their comments.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FileDescriptor};

/// The comments of every file of a pool, by file and place. A pool without source information has none.
pub(crate) struct Comments(HashMap<String, HashMap<Vec<i32>, String>>);

impl Comments {
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let of_file = |file: FileDescriptor| {
            let info = file.file_descriptor_proto().source_code_info.as_ref();
            let locations = info.map(|info| info.location.as_slice()).unwrap_or_default();
            let said = locations.iter().filter_map(|location| {
                Some((
                    location.path.clone(),
                    tidy(location.leading_comments.as_ref().or(location.trailing_comments.as_ref())?),
                ))
            });
            (file.name().to_owned(), said.collect())
        };
        Self(pool.files().map(of_file).collect())
    }

    /// The comment at a place; empty for none.
    pub(crate) fn at(&self, file: &FileDescriptor, path: &[i32]) -> String {
        self.0.get(file.name()).and_then(|places| places.get(path)).cloned().unwrap_or_default()
    }
}

/// Comments keep the space behind their slashes.
fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first sentence, for lists.
pub(crate) fn summary(text: &str) -> String {
    let line = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match line.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_loses_its_margin_and_a_summary_is_its_first_sentence() {
        assert_eq!(tidy(" Gets it. At\n once.\n\n More.\n"), "Gets it. At\nonce.\n\nMore.");
        for (text, first) in
            [("Gets it. At\nonce.", "Gets it."), ("Gets\nit.\n\nMore.", "Gets it."), ("Gets it", "Gets it"), ("", "")]
        {
            assert_eq!(summary(text), first);
        }
    }
}
