"""The documentation inside the product: Markdown files of this folder, and the REST reference from the code."""
