"""Who may see what: field groups, the Viewer, and the thin surfaces over it."""
