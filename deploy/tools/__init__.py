"""The parts of the tools in this folder."""
