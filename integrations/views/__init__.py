"""The pages of Technology Partners."""
