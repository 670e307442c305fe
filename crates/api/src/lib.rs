//! HTTP and the command line; the binary hr-scheduling.
