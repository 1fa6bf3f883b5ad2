"""The grammar of the home-commands corpus: what people say to a home and what it should answer."""
