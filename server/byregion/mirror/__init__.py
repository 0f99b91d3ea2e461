"""A static copy of the site: what the app answers, as files that Apache or nginx can host."""
