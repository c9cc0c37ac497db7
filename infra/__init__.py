"""What the cloud is told: templates, packages of the functions, and the program that deploys them."""
