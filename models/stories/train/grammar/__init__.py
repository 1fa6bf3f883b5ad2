"""The grammar of the stories: who is in them, what goes wrong, who helps, and the parser that checks a told story."""
