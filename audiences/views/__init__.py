"""The pages of profiles, segments and imports."""
