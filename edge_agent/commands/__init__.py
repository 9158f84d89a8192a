"""Commands beside a running agent: books, outbox, counting a film."""
