"""Pure: results and state to transitions and plans. Empty until alerts come; its place in the import contracts is kept."""
