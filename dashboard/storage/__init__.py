"""Where datasets live: files on disk, one owner each."""
