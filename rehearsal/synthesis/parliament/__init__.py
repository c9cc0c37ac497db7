"""The parliamentary election of 28 November 2021: published figures exactly, the split by station made up."""

ID = "jk-2021-11-28"
SEED = "28.11.2021"
