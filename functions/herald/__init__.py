"""The herald: tells the publisher and the copyist that there is something new."""
