"""`shailoo verify`: a numbered list of steps over public files, that ends well or names the first break."""
