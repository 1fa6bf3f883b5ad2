"""The grammar of the phrasebook corpus: phrases in three languages side by side, and what is not among them."""
