//! See `upload` of `hoagiai_transcode::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hoagiai_transcode_fuzz::run("upload", data));
