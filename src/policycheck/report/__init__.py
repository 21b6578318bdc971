"""Report forms: a `Content` goes in, a stream is written, one module for each form."""
