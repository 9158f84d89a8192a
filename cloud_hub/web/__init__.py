"""The console's kit: markup, words, live pages, parts, sign-in, what every door depends on."""
