//! See `request` of `hoagiai_transcode::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hoagiai_transcode_fuzz::run("request", data));
