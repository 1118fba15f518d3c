"""The maker of the atlas file: outlines, names and places out of ordinary packages, used at build time only."""
