"""One frozen dataclass and one function a page: everything a page shows, and nothing it must
compute."""
