"""View models (pure), rendering and writing of the static site."""
