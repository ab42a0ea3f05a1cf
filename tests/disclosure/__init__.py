"""A world in which every value is a marker, and a walk over every address that looks for them."""
